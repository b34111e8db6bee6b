//! What a store of windows must do, whatever it keeps them in.

use super::window::SeriesWindow;
use crate::ingest::IngestError;
use crate::store::{StoreError, Sums, Taken, Track};
use model::{BatchId, DeviceId};
use std::ops::Range;
use units::{Interval, Overflow, Timestamp};

/// What one batch changes about the windows of one device.
#[derive(Debug)]
pub struct SeriesChange {
    /// Number of the batch in the ledger.
    pub batch: BatchId,
    /// Number of the device in the ledger.
    pub device: DeviceId,
    /// Windows that begin in here are removed first.
    pub replaces: Option<Interval>,
    /// Windows that are added.
    pub windows: Vec<SeriesWindow>,
}

/// A place where windows are kept for charts.
pub trait SeriesStore: Send + Sync + std::fmt::Debug {
    /// The last batch that was taken.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn taken(&self) -> Result<Taken, SeriesError>;

    /// Applies `changes` in their order and notes `taken`: all of it or nothing.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    fn take(&self, changes: &[SeriesChange], taken: &Taken) -> Result<(), SeriesError>;

    /// Removes everything.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    fn clear(&self) -> Result<(), SeriesError>;

    /// Compresses some of the windows that begin before `before`. Returns whether there may be more to do.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    fn compress(&self, before: Timestamp) -> Result<bool, SeriesError>;

    /// The windows that overlap the range, ascending.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn windows(&self, track: Track, range: Range<Timestamp>) -> Result<Vec<SeriesWindow>, SeriesError>;

    /// Sums of the windows that begin in each hour of the range, counted from 1970, and in earlier hours from which a window may reach into it.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn hours(&self, track: Track, hours: Range<i64>) -> Result<Vec<(i64, Sums)>, SeriesError>;

    /// First moment after the newest window of a track.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn latest(&self, track: Track) -> Result<Option<Timestamp>, SeriesError>;
}

/// Why the copy for charts cannot be read or brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// The evidence cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A sum does not fit its type.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// Stored windows cannot be read.
    #[error(
        "the copy for charts holds windows that cannot be read ({reason}): stop the service, delete series.db and start it again"
    )]
    Unreadable {
        /// What is wrong with them.
        reason: String,
    },
    /// A zone has no emission factor.
    #[error(transparent)]
    Zone(#[from] crate::grid::ZoneError),
    /// The ledger's file or the copy's file cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
