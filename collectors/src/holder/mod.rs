//! Whose process a process is, as the kernel tells it.
//!
//! Whoever starts work for others keeps it apart in a cgroup: Slurm and other batch systems a job, the kubelet a pod, a container engine a
//! container, systemd a user's login. `/proc/PID/cgroup` names that cgroup, so that a process is known without asking anybody and without an
//! integration of any kind.
//!
//! A name counts only at the place where its maker puts it. Below the part of the tree that a user, a job or a pod was given, its owner may make
//! any folder, and calling one `slurmstepd.scope/job_7` is not being job 7. Containers of an engine that only root can ask are the exception:
//! what looks like a node inside one is a node (kind, Slurm in containers), and the innermost counts.

mod batch;
mod cgroup;
mod container;
mod kubernetes;
mod path;
mod place;
mod process;
mod slurm;
#[cfg(test)]
mod tests;

pub use cgroup::{CgroupEvidence, FoundHolder};
pub use process::{ProcessIdentity, ProcessReadError, holder_of, holders_under, name_reporting_run};
pub(crate) use process::{identity_of, is_of_reporting_run};

use serde::{Deserialize, Serialize};
use std::fmt;

/// Who holds what a process uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProcessHolder {
    /// A job of Slurm.
    Slurm {
        /// Number of the job, as Slurm gives it to each task of an array and to each component of a heterogeneous job.
        job: u32,
        /// `batch`, `extern`, `interactive`, a number, or two joined by `+`; `None` if the process is in no step.
        step: Option<String>,
        /// Number of the job's user, where the cgroup says it (version 1).
        user: Option<u32>,
    },
    /// A job of Slurm 26.05 or later, whose cgroup has its SLUID and not its number.
    SlurmSluid {
        /// `s` and 13 letters and digits. It is no job id: the hooks' environment and the job's slurmstepd join the two.
        sluid: String,
        /// As of [`ProcessHolder::Slurm`].
        step: Option<String>,
    },
    /// A pod of Kubernetes.
    Kubernetes {
        /// The kubelet's uid of the pod: a UUID, or 32 digits for a static pod, which the API server shows under another uid.
        pod_uid: String,
        /// Id of the container; `None` for what belongs to the pod as a whole.
        container: Option<String>,
    },
    /// A job of PBS: `2404743.server`.
    Pbs {
        /// Id of the job, with its server.
        job: String,
    },
    /// A slot of HTCondor, which runs one job after the other.
    Htcondor {
        /// `slot1_3@host`.
        slot: String,
    },
    /// A container that no other of these started.
    Container {
        /// Id of 64 hexadecimal digits, or the name of a system container (LXC, systemd-nspawn).
        id: String,
    },
    /// A user, at a login or by a service of their own.
    User {
        /// Number of the user.
        user: u32,
        /// Id of the user's own container that the process is in.
        container: Option<String>,
    },
    /// A service of the system, held by nobody.
    Service,
    /// What is there does not tell; it is never a guess.
    Unknown,
}

impl ProcessHolder {
    /// The kind in one word, as `wattledger doctor --json` has it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Slurm { .. } => "slurm",
            Self::SlurmSluid { .. } => "slurm-sluid",
            Self::Kubernetes { .. } => "kubernetes",
            Self::Pbs { .. } => "pbs",
            Self::Htcondor { .. } => "htcondor",
            Self::Container { .. } => "container",
            Self::User { .. } => "user",
            Self::Service => "service",
            Self::Unknown => "unknown",
        }
    }
}

impl ProcessHolder {
    /// The holder as a whole: the job without the step, the pod without the container, the user without the user's container.
    #[must_use]
    pub fn whole(&self) -> Self {
        match self.clone() {
            Self::Slurm { job, .. } => Self::Slurm { job, step: None, user: None },
            Self::SlurmSluid { sluid, .. } => Self::SlurmSluid { sluid, step: None },
            Self::Kubernetes { pod_uid, .. } => Self::Kubernetes { pod_uid, container: None },
            Self::User { user, .. } => Self::User { user, container: None },
            whole @ (Self::Pbs { .. }
            | Self::Htcondor { .. }
            | Self::Container { .. }
            | Self::Service
            | Self::Unknown) => whole,
        }
    }
}

impl fmt::Display for ProcessHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = |step: &Option<String>| step.as_ref().map_or_else(String::new, |step| format!(", step {step}"));
        match self {
            Self::Slurm { job, step: of, .. } => write!(f, "Slurm job {job}{}", step(of)),
            Self::SlurmSluid { sluid, step: of } => write!(f, "the Slurm job with the SLUID {sluid}{}", step(of)),
            Self::Kubernetes { pod_uid, container: None } => write!(f, "Kubernetes pod {pod_uid}"),
            Self::Kubernetes { pod_uid, container: Some(id) } => {
                write!(f, "Kubernetes pod {pod_uid}, container {}", short(id))
            }
            Self::Pbs { job } => write!(f, "PBS job {job}"),
            Self::Htcondor { slot } => write!(f, "HTCondor slot {slot}"),
            Self::Container { id } => write!(f, "container {}", short(id)),
            Self::User { user, container: None } => write!(f, "user {user}"),
            Self::User { user, container: Some(id) } => write!(f, "user {user}, container {}", short(id)),
            Self::Service => f.write_str("a service of the system, held by nobody"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// The beginning of an id of 64 digits, as container engines list it.
fn short(id: &str) -> &str {
    id.get(..12).filter(|_| id.len() == 64).unwrap_or(id)
}
