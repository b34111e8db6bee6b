//! Budgets: what a job will cost before it runs, whether that may be spent, and what became of it.
//!
//! A budget works like a bank hold. [`admit`] reserves the p95 of the estimate, the ledger and [`commit`] settle it, and what is left over is
//! free again. Everything that moves a budget runs in the store's one writer, so that two requests never spend the same gram.

mod admit;
mod answer;
mod demand;
mod estimate;
mod fit;
mod likeness;
mod manage;
mod policy;
mod power;
mod prior;
mod settle;
mod standing;
mod sums;
mod words;

pub use admit::{Ask, Office, admit, estimate, is_blocked_unknown};
pub use demand::{Assessment, Demand};
pub use estimate::{Estimate, Workload};
pub use manage::{Override, approve, create, override_budget, refuse, request, retire, revise};
pub use policy::{Owner, Policy, PolicyError, Span};
pub use power::{Hardware, Power, PowerError};
pub use prior::{Prior, measured_spread_ppm, prior};
pub use settle::{Actual, Change, commit, release, renew, settle};
pub use standing::{BudgetState, Projection, Standing, state_of, states};
pub use words::amount;

use crate::grid::ZoneError;
use crate::hardware::HardwareError;
use crate::ledger::LedgerError;
use crate::store::{AdmissionState, StoreError};
use units::Overflow;

/// Why something about budgets was refused.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    /// There is no such project.
    #[error("no project {name:?}: make it with POST /api/v1/projects, or look at its spelling")]
    UnknownProject {
        /// As asked for.
        name: String,
    },
    /// There is no such site.
    #[error("no site {name:?}: GET /api/v1/sites lists them")]
    UnknownSite {
        /// As asked for.
        name: String,
    },
    /// There is no such budget.
    #[error("no budget {id:?}: `wattledger budget list` lists them")]
    UnknownBudget {
        /// As asked for.
        id: String,
    },
    /// There is no such admission.
    #[error("no admission {id:?}: GET /api/v1/admissions lists them")]
    UnknownAdmission {
        /// As asked for.
        id: String,
    },
    /// There is no such request.
    #[error("no request {id:?}: `wattledger budget requests` lists them")]
    UnknownRequest {
        /// As asked for.
        id: String,
    },
    /// A name that is taken.
    #[error("a budget named {name:?} is there already: choose another name")]
    Taken {
        /// The name.
        name: String,
    },
    /// The key stands for another job.
    #[error(
        "key {key:?} was used for another job ({was}): use a key of its own for each submission, or ask exactly the same"
    )]
    KeyReused {
        /// The key.
        key: String,
        /// What it stands for.
        was: String,
    },
    /// The state does not allow it.
    #[error("admission {id} is {}: {next}", state.name())]
    State {
        /// Its number.
        id: i64,
        /// Its state.
        state: AdmissionState,
        /// What to do.
        next: &'static str,
    },
    /// A field of a demand that cannot be used.
    #[error("{problem}")]
    Demand {
        /// The field.
        field: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A policy that is none.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Hardware without a known power.
    #[error(transparent)]
    Hardware(#[from] HardwareError),
    /// A zone without a factor.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// A sum left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// The ledger.
    #[error(transparent)]
    Ledger(Box<LedgerError>),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BudgetError {
    /// Whether nothing can be said of the job itself, so that it is neither allowed nor denied.
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

/// A stored document as text.
fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Value { what: "a document of budgets", value: error.to_string() })
}

/// A stored document, read back.
fn of_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Value { what: "a document of budgets", value: text.to_owned() })
}
