//! What the sidecar asks of the world outside: Slurm's controller, and the budgets of a service.

use super::queue::QueueRow;
use super::table::{BudgetLine, Partition, Price};
use model::{AdmissionId, JobId};
use std::collections::BTreeMap;
use units::Energy;

/// Slurm's controller, as far as the sidecar needs it.
pub trait Controller {
    /// Why it could not be asked.
    type Error;

    /// Every job and task that Slurm remembers.
    ///
    /// # Errors
    ///
    /// Slurm does not answer, or not in a form that is known.
    fn queue(&self) -> Result<Vec<QueueRow>, Self::Error>;

    /// The GPUs of each partition's nodes, by name of the partition.
    ///
    /// # Errors
    ///
    /// Slurm does not answer, or not in a form that is known.
    fn partitions(&self) -> Result<BTreeMap<String, Partition>, Self::Error>;

    /// Keeps a pending job from starting.
    ///
    /// # Errors
    ///
    /// Slurm does not answer, or refuses.
    fn hold(&self, job: u64) -> Result<(), Self::Error>;
}

/// The budgets of a Wattledger service, as far as the sidecar needs them.
pub trait BudgetService {
    /// Why it could not be asked.
    type Error;

    /// Asks for a hold under a submission key.
    ///
    /// # Errors
    ///
    /// The service cannot be reached or fails. That it refuses the job is an answer.
    fn admit(&self, key: &str, job: &JobOnGpus<'_>) -> Result<Admission, Self::Error>;

    /// Tells which job of the ledger an admission let in.
    ///
    /// # Errors
    ///
    /// The service cannot be reached or fails.
    fn name_job(&self, admission: AdmissionId, job: &JobId) -> Result<(), Self::Error>;

    /// Settles an admission with the energy that its job used; `None` for what the ledger has of the job that was named.
    ///
    /// # Errors
    ///
    /// The service cannot be reached or fails.
    fn commit(&self, admission: AdmissionId, used: Option<Energy>) -> Result<(), Self::Error>;

    /// Releases what an admission holds.
    ///
    /// # Errors
    ///
    /// The service cannot be reached or fails.
    fn release(&self, admission: AdmissionId) -> Result<(), Self::Error>;

    /// Keeps an admission from expiring.
    ///
    /// # Errors
    ///
    /// The service cannot be reached or fails.
    fn renew(&self, admission: AdmissionId) -> Result<(), Self::Error>;

    /// Facility energy that the ledger has of a job, which may be none yet; `None` where it knows no such job.
    ///
    /// # Errors
    ///
    /// The service cannot be reached or fails.
    fn used(&self, job: &JobId) -> Result<Option<Energy>, Self::Error>;

    /// What a job is expected to cost.
    ///
    /// # Errors
    ///
    /// The service cannot be reached or fails. That it cannot estimate the job is an answer.
    fn estimate(&self, job: &JobOnGpus<'_>) -> Result<Expected, Self::Error>;

    /// Every budget that applies.
    ///
    /// # Errors
    ///
    /// The service cannot be reached or fails.
    fn budgets(&self) -> Result<Vec<BudgetLine>, Self::Error>;
}

/// What the service is asked about: GPUs of one type for a time.
#[derive(Debug, Clone, PartialEq)]
pub struct JobOnGpus<'a> {
    /// The project that is charged; `None` for an estimate of no project in particular.
    pub project: Option<&'a str>,
    /// The user who submitted the job, where one did.
    pub user: Option<&'a str>,
    /// The accelerator, as the service knows it.
    pub accelerator: &'a str,
    /// Number of accelerators.
    pub count: u64,
    /// Wall time in minutes.
    pub minutes: u64,
}

/// What the service answers when it is asked for a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It is held as this admission.
    Held(AdmissionId),
    /// No budget has room for it, for this reason.
    Denied(String),
    /// It cannot be held at all, for this reason: the project is unknown, say.
    Refused(String),
}

/// What the service answers when it is asked for an estimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Expected energy, and the price as p95 of energy and CO2e.
    Known {
        /// Expected facility energy (p50).
        energy: Energy,
        /// p95 of energy and CO2e.
        p95: Price,
    },
    /// It cannot be estimated, for this reason.
    Unknown(String),
}
