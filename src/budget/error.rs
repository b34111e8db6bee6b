//! Why something about budgets was refused.

use super::{PolicyError, PowerError};
use crate::grid::ZoneError;
use crate::hardware::HardwareError;
use crate::ledger::LedgerError;
use crate::store::StoreError;
use model::{AdmissionId, AdmissionState, ProjectName, SiteName};
use units::Overflow;

/// Why something about budgets was refused.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    /// There is no such project.
    #[error("there is no project {name:?}: check its spelling, or create it with `wattledger project create`")]
    UnknownProject {
        /// The name that was given.
        name: ProjectName,
    },
    /// There is no such site.
    #[error("there is no site {name:?}: `wattledger site list` lists the sites")]
    UnknownSite {
        /// The name that was given.
        name: SiteName,
    },
    /// There is no such budget.
    #[error("there is no budget {id:?}: `wattledger budget list` lists the budgets")]
    UnknownBudget {
        /// The number or name that was given.
        id: String,
    },
    /// There is no such admission.
    #[error("there is no admission {id:?}: `wattledger budget show NAME` lists what a budget holds")]
    UnknownAdmission {
        /// The number that was given.
        id: String,
    },
    /// There is no such request for an override.
    #[error("there is no request {id:?}: `wattledger budget requests` lists the requests")]
    UnknownRequest {
        /// The number that was given.
        id: String,
    },
    /// The request for an override was answered before.
    #[error("request {id} is no longer open, it was {state}: `wattledger budget requests` lists the open ones")]
    ClosedRequest {
        /// Number of the request.
        id: model::OverrideId,
        /// What was answered.
        state: model::OverrideState,
    },
    /// Another budget has the name.
    #[error("there is already a budget named {name:?}: choose another name")]
    Taken {
        /// The name.
        name: String,
    },
    /// The submission key belongs to another job.
    #[error(
        "key {key:?} was used for another job ({was}): use a key of its own for each submission, or repeat the first request unchanged"
    )]
    KeyReused {
        /// The key.
        key: String,
        /// The job that it belongs to.
        was: String,
    },
    /// The state of an admission does not allow what was asked.
    #[error("admission {id} is {state}: {next}")]
    State {
        /// Number of the admission.
        id: AdmissionId,
        /// Its state.
        state: AdmissionState,
        /// What can be done.
        next: &'static str,
    },
    /// A field of a request that cannot be used.
    #[error("{problem}")]
    Demand {
        /// The field.
        field: &'static str,
        /// What is wrong with it, and what is accepted.
        problem: String,
    },
    /// A policy that cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Hardware whose power is not known.
    #[error(transparent)]
    Hardware(#[from] HardwareError),
    /// A zone without an emission factor.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// A quantity left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(Box<LedgerError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BudgetError {
    /// Whether the job itself cannot be judged, so that it is neither allowed nor denied.
    #[must_use]
    pub const fn is_of_demand(&self) -> bool {
        matches!(
            self,
            Self::UnknownProject { .. }
                | Self::UnknownSite { .. }
                | Self::Demand { .. }
                | Self::Hardware(_)
                | Self::Zone(_)
        )
    }
}

impl From<LedgerError> for BudgetError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Store(error) => error.into(),
            LedgerError::Zone(error) => error.into(),
            other => Self::Ledger(Box::new(other)),
        }
    }
}

impl From<PowerError> for BudgetError {
    fn from(error: PowerError) -> Self {
        match error {
            PowerError::Hardware(error) => error.into(),
            PowerError::Overflow(error) => error.into(),
        }
    }
}
