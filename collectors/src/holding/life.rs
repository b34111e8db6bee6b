//! Whether a job that began here still lives, by the cgroups of the processes on this node: for jobs whose epilog never ran.

use crate::holder::{ProcessHolder, holders_under};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The step that lasts as long as the allocation, where slurm.conf has `PrologFlags=Contain`.
const EXTERN: &str = "extern";

/// What the processes of a node show of Slurm's jobs.
#[derive(Debug, Default)]
pub(super) struct LivingJobs {
    numbers: BTreeMap<u32, BTreeSet<String>>,
    sluids: BTreeMap<String, BTreeSet<String>>,
}

/// What they show of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignOfLife {
    /// It has no process here.
    None,
    /// It has some.
    Processes,
    /// It has the step that lasts as long as its allocation.
    Extern,
}

impl LivingJobs {
    /// Looks at all processes under `proc`.
    pub(super) fn under(proc: &Path) -> Self {
        let mut found = Self::default();
        for holder in holders_under(proc) {
            match holder {
                ProcessHolder::Slurm { job, step, .. } => found.numbers.entry(job).or_default().extend(step),
                ProcessHolder::SlurmSluid { sluid, step } => found.sluids.entry(sluid).or_default().extend(step),
                _ => {}
            }
        }
        found
    }

    /// What is seen of the job with this number and, in Slurm 26.05 and later, this name of its cgroup.
    pub(super) fn of(&self, number: u32, sluid: Option<&str>) -> SignOfLife {
        let steps = self.numbers.get(&number).or_else(|| self.sluids.get(sluid?));
        match steps {
            None => SignOfLife::None,
            Some(steps) if steps.contains(EXTERN) => SignOfLife::Extern,
            Some(_) => SignOfLife::Processes,
        }
    }
}
