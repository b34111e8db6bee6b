//! Why the demonstration cannot start or continue.

use crate::budget::BudgetError;
use crate::grid::DataError;
use crate::ingest::IngestError;
use crate::ledger::LedgerError;
use crate::store::StoreError;
use crate::workload::WorkloadError;

/// Why the demonstration cannot start or continue.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The directory holds something that is not a demonstration.
    #[error(
        "{path} holds something other than a demonstration and is left as it is: name another directory with --data"
    )]
    Foreign {
        /// Path of the directory, as given.
        path: String,
    },
    /// The directory cannot be read.
    #[error("{path}: {cause}; name another directory with --data")]
    Directory {
        /// Path of the directory, as given.
        path: String,
        /// Error of the system.
        cause: std::io::Error,
    },
    /// A bundled series of intensities cannot be read, which is a defect of the build.
    #[error("the bundled series of {zone} is broken: {reason}; this is a defect of this build")]
    Series {
        /// Code of its zone.
        zone: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A bundled table cannot be read, which is a defect of the build.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The ledger refused a batch of the simulated fleet.
    #[error("a batch of the synthetic fleet was refused: {0}; this is a defect of this build")]
    Ingest(#[from] IngestError),
    /// A batch of the simulated fleet could not be encoded.
    #[error("a batch of the synthetic fleet is wrong: {0}; this is a defect of this build")]
    Wire(#[from] wire::WireError),
    /// The ledger refused a site or a node.
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    /// The ledger refused a budget or an admission.
    #[error(transparent)]
    Budget(#[from] BudgetError),
    /// The ledger could not post.
    #[error(transparent)]
    Ledger(Box<LedgerError>),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system provides no random numbers.
    #[error(transparent)]
    Token(#[from] crate::access::NoRandomness),
    /// The system refuses threads, or the client for the service cannot be set up.
    #[error("the synthetic fleet cannot go live: {0}")]
    Live(String),
}

impl From<LedgerError> for DemoError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(Box::new(error))
    }
}
