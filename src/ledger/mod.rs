//! The ledger: posting periods become entries that are never changed, only reversed; everything adds up, and can be followed back.
//!
//! An account is one (job or idle, node, site, component, posting period). While its period is open it shows with the best factor known; when the
//! period has ended and the grace time passed, or at once when the job ended, [`close`] posts it. What comes later is posted as a supplement; what
//! turns out to belong elsewhere is reversed, number by number, and posted again with the reason.

mod actions;
mod breakdown;
mod chain;
mod checkpoint;
mod cost;
mod decisions;
mod evidence;
mod explain;
mod factor;
mod fault;
mod jobs;
mod link;
mod period;
mod posting;
mod report;
mod restatement;
mod verify;

pub use breakdown::{Breakdown, FactorShare, IntensityShare, OpenSlice, PostedSlice, Slice, breakdown};
pub(crate) use checkpoint::{ACTIONS as ACTION_HEAD, ENTRIES as CHAIN_HEAD};
pub use cost::Cost;
pub use explain::{ExplainedWindow, Explanation, explain};
pub use factor::{FactorUsed, mean_intensity, weigh};
pub use fault::{Fault, Verified};
pub use jobs::{job_totals, jobs};
pub use period::{Period, Version, close_period, closed, period, restate_period};
pub use posting::{Closed, close, outdated, restate};
pub use report::{
    Aggregate, Amount, Report, ReportQuality, ReportRow, ReportedPeriod, job_report, quality_by_node, report,
};
pub use restatement::{Figures, Reason, Restatement};
pub use verify::{lost_head, note_head, verify};

use crate::grid::ZoneError;
use crate::ingest::IngestError;
use crate::store::StoreError;
use model::{EntryId, PeriodId};
use units::Overflow;

/// Why the ledger could not do something.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// There is no such entry.
    #[error("no ledger entry {id}: the entries of a job are listed by GET /api/v1/ledger/entries?job=ID")]
    UnknownEntry {
        /// As asked for.
        id: EntryId,
    },
    /// There is no such reporting period or version of it.
    #[error("no reporting period {id:?}: GET /api/v1/periods lists them; an old version is named ID.VERSION")]
    UnknownPeriod {
        /// As asked for.
        id: String,
    },
    /// A period that lasts.
    #[error("the period ends at {to}, which is still to come: close it after that")]
    NotEnded {
        /// Its end.
        to: String,
    },
    /// A period with open accounts.
    #[error(
        "{accounts} accounts in this time are not posted yet; the last of them is posted when its posting period has ended at {last} and the grace time is over"
    )]
    StillOpen {
        /// How many.
        accounts: usize,
        /// End of the latest posting period among them.
        last: String,
    },
    /// A period of this name or time is there.
    #[error(
        "a period named {name:?}, or of exactly this time, is closed already: restate that one, or choose another name"
    )]
    PeriodTaken {
        /// The name.
        name: String,
    },
    /// Nothing to restate.
    #[error("nothing in period {period} has changed since version {version}: there is nothing to restate")]
    Unchanged {
        /// Its number.
        period: PeriodId,
        /// Its latest version.
        version: i64,
    },
    /// A factor could not be written down.
    #[error("the factor of zone {zone} could not be written down")]
    Factor {
        /// The zone.
        zone: String,
    },
    /// A zone without a factor.
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
        /// The file.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
