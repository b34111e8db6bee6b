//! One hold of a Slurm job, and what can be done about it.

use super::queue::{QueueRow, SlurmProgress};
use super::text::GpuCount;
use model::{AdmissionId, JobId, ProjectName};

/// How long holds wait before they are given back or settled.
#[derive(Debug, Clone, Copy)]
pub struct HoldLimits {
    /// Seconds after which a submission that never appeared in the queue counts as refused by Slurm.
    pub never_created_s: i64,
    /// Seconds between a job's end and its settlement, for the last readings of its nodes to arrive.
    pub settle_s: i64,
}

/// Where a hold stands at the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldPhase {
    /// The service has not been asked yet.
    Wanted,
    /// The service holds it as this admission.
    Held(AdmissionId),
    /// The service refused it after the plugin had let the job in.
    Refused,
}

/// A hold for one task, one attempt and one type of GPU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Key of the submission.
    pub submission: String,
    /// Number of the task within its array; `None` for a job that is no array.
    pub task: Option<u32>,
    /// Number of the attempt, from 1; a requeued job makes the next one.
    pub attempt: u32,
    /// Whether a later change of the job needs it, beyond what the submission holds.
    pub is_extra: bool,
    /// When the plugin decided, in seconds since 1970.
    pub at_s: i64,
    /// The project that is charged.
    pub project: ProjectName,
    /// The user who submitted the job.
    pub user: String,
    /// Type and number of the GPUs.
    pub part: GpuCount,
    /// Wall time in minutes.
    pub minutes: u64,
    /// Where it stands at the service.
    pub phase: HoldPhase,
    /// Slurm's number of the job, once the queue has shown it.
    pub job: Option<u64>,
    /// Minutes that this attempt has run so far.
    pub used_minutes: u64,
    /// When the attempt was first seen to be over, in seconds since 1970.
    pub ended_s: Option<i64>,
    /// Slurm's number of the array that the job is a task of.
    pub array_job: Option<u64>,
    /// Whether the service knows which job of the ledger this is.
    pub is_named: bool,
    /// Whether the job was held in Slurm because the service refused it.
    pub is_held_back: bool,
}

/// What has to be done at the service or in Slurm. Keys are keys of holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldAction {
    /// The attempt of a job is over: settle the first hold with the energy that it used, release the others.
    Settle {
        /// Slurm's number of the job.
        job: u64,
        /// Holds of one task and attempt.
        keys: Vec<String>,
    },
    /// Nothing was used: release the hold.
    Release {
        /// Key of the hold.
        key: String,
    },
    /// The service refused what the plugin let in: keep the job from starting.
    HoldBack {
        /// Slurm's number of the job.
        job: u64,
        /// Key of the hold.
        key: String,
    },
}

impl Hold {
    pub(super) fn gpu_minutes(&self) -> u64 {
        self.part.gpus.saturating_mul(self.minutes)
    }

    /// The admission that it is held as, where the service holds it.
    #[must_use]
    pub fn admission(&self) -> Option<AdmissionId> {
        match self.phase {
            HoldPhase::Held(id) => Some(id),
            HoldPhase::Wanted | HoldPhase::Refused => None,
        }
    }

    /// The ids under which the ledger may have its job: as users know it where the node's hooks are told of arrays, else Slurm's own number.
    pub(super) fn ledger_ids(&self, cluster: &str) -> Vec<JobId> {
        let task = self.array_job.zip(self.task).map(|(array, task)| format!("{cluster}-{array}_{task}"));
        let own = self.job.map(|job| format!("{cluster}-{job}"));
        task.into_iter().chain(own).map(JobId::new).collect()
    }

    /// Takes in what the queue shows of its job at `now_s`.
    pub(super) fn see(&mut self, row: Option<&QueueRow>, now_s: i64) {
        let is_over = match row {
            Some(row) => {
                self.job = Some(row.job);
                self.array_job = row.task.map(|_| row.array_job);
                let is_this_attempt = row.restarts.saturating_add(1) == self.attempt;
                if is_this_attempt {
                    self.used_minutes = self.used_minutes.max(row.used_minutes);
                }
                !is_this_attempt || row.progress == SlurmProgress::Ended
            }
            // Slurm forgets a job some minutes after its end.
            None => self.job.is_some(),
        };
        if is_over && self.ended_s.is_none() {
            self.ended_s = Some(now_s);
        }
    }
}

/// What the keys of all holds of one attempt begin with.
pub(super) fn stem(submission: &str, task: Option<u32>, attempt: u32) -> String {
    let task = task.map_or_else(String::new, |task| format!(".t{task}"));
    format!("slurm.{submission}{task}.a{attempt}")
}
