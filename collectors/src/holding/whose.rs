//! Whose the processes on devices are, each looked up once.

use super::settings::HolderKind;
use crate::holder::{
    ProcessHolder, ProcessIdentity, ProcessReadError, holder_of, holders_under, identity_of, is_of_reporting_run,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use units::{Span, Timestamp};

/// How long a process is taken to be whose it was: Slurm moves logins into jobs after they have begun.
const LOOK_AGAIN: Span = Span::from_seconds(15);
/// A process that a driver lists this often and that is not there is in another PID namespace, and has not just ended.
const ABSENT_LOOKS: u32 = 3;

/// Whom a process on a device stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whose {
    /// A holder, as a whole.
    Holder(ProcessHolder),
    /// Nobody whom the agent states: a service of the system, a run that states itself, a kind that the settings leave out.
    Nobody,
    /// It is not known, for this reason.
    Unknown(String),
}

/// Looks processes up, and remembers them as long as they are listed.
#[derive(Debug)]
pub(super) struct WhoseProcesses {
    proc: PathBuf,
    kinds: BTreeSet<HolderKind>,
    known: BTreeMap<u32, KnownProcess>,
    /// Processes that are listed and are not there, and at how many looks.
    absent: BTreeMap<u32, u32>,
    /// The holders of all processes of the node, as they were found then.
    living: Option<(Timestamp, BTreeSet<ProcessHolder>)>,
}

#[derive(Debug)]
struct KnownProcess {
    process: ProcessIdentity,
    looked: Timestamp,
    whose: Whose,
}

impl WhoseProcesses {
    pub(super) const fn new(proc: PathBuf, kinds: BTreeSet<HolderKind>) -> Self {
        Self { proc, kinds, known: BTreeMap::new(), absent: BTreeMap::new(), living: None }
    }

    /// Whose process `pid` is; `None` if it has ended since it was listed.
    pub(super) fn of(&mut self, pid: u32, at: Timestamp) -> Option<Whose> {
        let process = identity_of(&self.proc, pid);
        if let (Some(process), Some(known)) = (process, self.known.get(&pid))
            && known.process == process
            && at.since(known.looked).is_some_and(|since| since < LOOK_AGAIN)
        {
            return Some(known.whose.clone());
        }
        match holder_of(&self.proc, pid) {
            Ok((process, found)) => {
                self.absent.remove(&pid);
                let whose = match (found.holder, found.reason) {
                    (ProcessHolder::Unknown, reason) => Whose::Unknown(reason.unwrap_or_default()),
                    (holder, _) => self.stated(pid, &holder),
                };
                self.known.insert(pid, KnownProcess { process, looked: at, whose: whose.clone() });
                Some(whose)
            }
            Err(ProcessReadError::Replaced(_)) => None,
            Err(error @ ProcessReadError::Gone { .. }) => {
                self.known.remove(&pid);
                let looks = self.absent.entry(pid).or_default();
                *looks = looks.saturating_add(1);
                (*looks >= ABSENT_LOOKS).then(|| Whose::Unknown(format!("{error} (`holders.proc` in agent.toml)")))
            }
            Err(error) => Some(Whose::Unknown(error.to_string())),
        }
    }

    fn stated(&self, pid: u32, holder: &ProcessHolder) -> Whose {
        let is_stated = HolderKind::of(holder).is_some_and(|kind| self.kinds.contains(&kind));
        if is_stated && !is_of_reporting_run(&self.proc, pid) { Whose::Holder(holder.whole()) } else { Whose::Nobody }
    }

    /// Whether a process of `holder` is anywhere on the node, and when that was looked up.
    pub(super) fn is_living(&mut self, holder: &ProcessHolder, at: Timestamp) -> (bool, Timestamp) {
        let is_fresh = |then: Timestamp| at.since(then).is_some_and(|since| since < LOOK_AGAIN);
        if !self.living.as_ref().is_some_and(|(then, _)| is_fresh(*then)) {
            let holders = holders_under(&self.proc).map(|holder| holder.whole()).collect();
            self.living = Some((at, holders));
        }
        self.living.as_ref().map_or((true, at), |(then, living)| (living.contains(holder), *then))
    }

    /// Forgets processes that are on no device any more; `listed` are those that are.
    pub(super) fn retain(&mut self, listed: &BTreeSet<u32>) {
        self.known.retain(|pid, _| listed.contains(pid));
        self.absent.retain(|pid, _| listed.contains(pid));
    }
}
