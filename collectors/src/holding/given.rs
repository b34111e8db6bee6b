//! Who holds devices by the word of whoever gave them: Slurm's prolog, and the kubelet.

use super::hooked::HookedJobs;
use super::pods::{Pods, StatedPod};
use super::stated::StatedJob;
use crate::holder::ProcessHolder;
use model::{DeviceUuid, JobId};
use units::Timestamp;

/// All that was given.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) hooked: &'a HookedJobs,
    pub(super) pods: &'a Pods,
}

/// A holder that a device was given to.
pub(super) struct GivenHolder<'a> {
    to: GivenTo<'a>,
    pub(super) since: Timestamp,
}

enum GivenTo<'a> {
    Job(&'a StatedJob),
    Pod(&'a StatedPod),
}

impl<'a> Given<'a> {
    /// Those that `device` was given to.
    pub(super) fn holding(self, device: &DeviceUuid) -> Vec<GivenHolder<'a>> {
        let jobs = self.hooked.holding(device).into_iter().map(|(job, since)| (GivenTo::Job(job), since));
        let pods = self.pods.holding(device).into_iter().map(|(pod, since)| (GivenTo::Pod(pod), since));
        jobs.chain(pods).map(|(to, since)| GivenHolder { to, since }).collect()
    }
}

impl GivenHolder<'_> {
    /// Id of the job.
    pub(super) const fn job(&self) -> &JobId {
        match self.to {
            GivenTo::Job(job) => &job.job,
            GivenTo::Pod(pod) => &pod.job,
        }
    }

    /// Who gave it.
    pub(super) const fn by(&self) -> &'static str {
        match self.to {
            GivenTo::Job(_) => "Slurm's prolog",
            GivenTo::Pod(_) => "the kubelet",
        }
    }

    /// Whether the cgroups of `holder` are its own.
    pub(super) fn is_same(&self, holder: &ProcessHolder) -> bool {
        match self.to {
            GivenTo::Job(job) => job.is_same(holder),
            GivenTo::Pod(pod) => pod.is_same(holder),
        }
    }
}
