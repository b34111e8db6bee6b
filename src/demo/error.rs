//! Why the demonstration cannot begin or go on.

use crate::budget::BudgetError;
use crate::grid::DataError;
use crate::ingest::IngestError;
use crate::ledger::LedgerError;
use crate::store::StoreError;
use crate::workload::WorkloadError;

/// Why the demonstration cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A folder with something else in it.
    #[error("{path} is not a demonstration's directory, and its content is left as it is: name another with --data")]
    Foreign {
        /// As given.
        path: String,
    },
    /// The folder cannot be looked at.
    #[error("{path}: {cause}; name another directory with --data")]
    Directory {
        /// As given.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// A bundled series is broken.
    #[error("the bundled series of {zone} is broken: {reason}; this is a defect of this build")]
    Series {
        /// The zone.
        zone: &'static str,
        /// Why.
        reason: String,
    },
    /// A bundled table is broken.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A batch was refused.
    #[error("a batch of the synthetic fleet was refused: {0}; this is a defect of this build")]
    Ingest(#[from] IngestError),
    /// A batch could not be written down.
    #[error("a batch of the synthetic fleet is wrong: {0}; this is a defect of this build")]
    Wire(#[from] wire::WireError),
    /// Sites or nodes were refused.
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    /// Budgets were refused.
    #[error(transparent)]
    Budget(#[from] BudgetError),
    /// Posting failed.
    #[error(transparent)]
    Ledger(Box<LedgerError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system refuses randomness.
    #[error(transparent)]
    Token(#[from] crate::access::NoRandomness),
    /// The system refuses threads, or the client of the service.
    #[error("the synthetic fleet cannot go live: {0}")]
    Live(String),
}

impl From<LedgerError> for DemoError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(Box::new(error))
    }
}
