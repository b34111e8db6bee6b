//! The ledger: posting periods become entries that are never changed, only reversed; everything adds up, and can be followed back.
//!
//! An account is one (job or idle, node, site, component, posting period). While its period is open it shows with the best factor known; when the
//! period has ended and the grace time passed, or at once when the job ended, [`close`] posts it. What comes later is posted as a supplement; what
//! turns out to belong elsewhere is reversed, number by number, and posted again with the reason.

mod actions;
mod breakdown;
mod chain;
mod checkpoint;
mod closing;
mod cost;
mod decisions;
mod evidence;
mod explain;
mod factor;
mod factor_audit;
mod fault;
mod improvement;
mod jobs;
mod link;
mod marginal;
mod period;
mod posting;
mod report;
mod restatement;
mod verify;

pub use breakdown::breakdown;
pub use checkpoint::HashChain;
pub use closing::close;
pub use explain::{ExplainedWindow, Explanation, explain};
pub use factor::{FactorRecord, mean_intensity, weigh};
pub use fault::{Fault, Verified};
pub use improvement::{TakenFactors, take_factors};
pub use jobs::{job_totals, jobs};
pub use marginal::{MarginalFootprint, marginal_of_job};
pub use period::{close_period, closed, period, restate_period};
pub use posting::{Closed, outdated, restate};
pub use report::{job_report, quality_by_node, report};
pub use restatement::{difference, figures};
pub use verify::{lost_head, note_head, verify};

use crate::grid::{FactorChoiceError, ZoneError};
use crate::ingest::IngestError;
use crate::store::StoreError;
use model::{EntryId, PeriodId, ZoneId};
use units::Overflow;

/// Why the ledger could not do something.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// No entry has this number.
    #[error("no ledger entry {id}: `wattledger explain --job ID` lists those of a job")]
    UnknownEntry {
        /// Number that was asked for.
        id: EntryId,
    },
    /// No reporting period, or no version of it, has this name.
    #[error("no reporting period {id:?}: `wattledger periods list` lists them; an old version is named ID.VERSION")]
    UnknownPeriod {
        /// Period or version that was asked for, as `ID` or `ID.VERSION`.
        id: String,
    },
    /// The period has not ended yet.
    #[error("the period ends at {to}, which is still to come: close it after that")]
    NotEnded {
        /// When it ends, RFC 3339.
        to: String,
    },
    /// Some accounts of the period are not posted yet.
    #[error(
        "{accounts} accounts in this time are not posted yet; the last of them is posted when its posting period has ended at {last} and the grace time is over"
    )]
    StillOpen {
        /// How many accounts are open.
        accounts: usize,
        /// End of the latest posting period among them.
        last: String,
    },
    /// A period of this name or of exactly this time is closed already.
    #[error(
        "a period named {name:?}, or of exactly this time, is closed already: restate that one, or choose another name"
    )]
    PeriodTaken {
        /// Name that was asked for.
        name: String,
    },
    /// Nothing in the period has changed since its latest version.
    #[error("nothing in period {period} has changed since version {version}: there is nothing to restate")]
    Unchanged {
        /// Number of the period.
        period: PeriodId,
        /// Its latest version, from 1.
        version: i64,
    },
    /// The factor of an entry could not be turned into its stored document.
    #[error("the factor of zone {zone} could not be written down")]
    Factor {
        /// Zone of the factor.
        zone: ZoneId,
    },
    /// A zone has no factor.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// A sum left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// Evidence could not be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The checkpoint outside the database could not be written or read.
    #[error("checkpoint {path}: {cause}; make the data directory writable, the next posting writes it again")]
    Checkpoint {
        /// Path of the file.
        path: String,
        /// What the operating system reported.
        cause: std::io::Error,
    },
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FactorChoiceError> for LedgerError {
    fn from(error: FactorChoiceError) -> Self {
        match error {
            FactorChoiceError::Zone(error) => error.into(),
            FactorChoiceError::Store(error) => error.into(),
        }
    }
}
