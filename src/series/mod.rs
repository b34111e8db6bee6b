//! Power over time, for charts: a copy of the windows that count, and what is read from it.
//!
//! [`Follower`] takes batches from the evidence after they are acknowledged and hands what counts to a [`SeriesStore`]; the ledger never reads it back.
//! The copy knows the last batch that it has taken, so that it can be killed, deleted or fall behind, and is complete again by itself.
//! `pieces` cuts and shares windows as the ledger does, with the same code, so that charts add up to it as integers.

mod bucket;
mod columns;
mod embedded;
mod follow;
mod intensity;
mod pieces;
mod power;

pub use crate::ingest::HELD_IDLE_PERCENT;
pub use bucket::{Bucket, Grid, GridError, POINTS_MAX};
pub use embedded::Embedded;
pub use follow::{Follower, Handover, behind, catch_up};
pub use intensity::{IntensityBucket, IntensityFactor, IntensitySeries, intensity};
pub use power::{
    DeviceSeries, GroupSeries, JobUse, PowerGroup, Series, accelerators, device, fleet, job, job_devices, job_use,
    life, node,
};

use crate::ingest::{self, IngestError};
use crate::store::{StoreError, Sums, Taken, Track};
use model::{BatchId, DeviceId};
use units::{Energy, Overflow, Power, Span, Timestamp};
use wire::{Device, Quality, Window};

/// Nanoseconds of an hour.
pub(crate) const HOUR_NS: i64 = 3_600_000_000_000;

/// A window that counts, as charts need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesWindow {
    /// First moment inside.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
    /// Energy.
    pub energy: Energy,
    /// Lowest power seen.
    pub min: Power,
    /// Highest power seen.
    pub max: Power,
    /// How much of it was observed.
    pub covered: Span,
    /// Where the energy came from.
    pub quality: Quality,
    /// Whether its device's energy is contained in another's.
    pub is_contained: bool,
    /// Whether an accelerator drew less than [`HELD_IDLE_PERCENT`] of its limit.
    pub is_low: bool,
}

impl SeriesWindow {
    /// What is kept of a window of `device`, as its batch declares it.
    #[must_use]
    pub fn of(window: &Window, device: &Device) -> Self {
        Self {
            start: window.start,
            end: window.end,
            energy: window.energy,
            min: window.power_min,
            max: window.power_peak,
            covered: window.covered,
            quality: window.quality,
            is_contained: device.counted_in.is_some(),
            is_low: ingest::is_low(window, device),
        }
    }

    /// Energy that no sensor measured, mJ.
    pub(crate) fn modelled_mj(&self) -> i64 {
        let is_measured = matches!(self.quality, Quality::Counter | Quality::Integrated);
        if is_measured { 0 } else { self.energy.millijoules() }
    }

    /// Its length, ns.
    pub(crate) fn span_ns(&self) -> i64 {
        self.end.nanoseconds() - self.start.nanoseconds()
    }
}

/// What one batch changes about the windows of one device.
#[derive(Debug)]
pub struct Change {
    /// Number of the batch.
    pub batch: BatchId,
    /// Number of the device.
    pub device: DeviceId,
    /// All windows that begin in here go first.
    pub replaces: Option<(Timestamp, Timestamp)>,
    /// What comes.
    pub windows: Vec<SeriesWindow>,
}

/// Where windows are kept for charts.
pub trait SeriesStore: Send + Sync + std::fmt::Debug {
    /// The last batch taken.
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
    fn take(&self, changes: &[Change], taken: &Taken) -> Result<(), SeriesError>;

    /// Forgets everything.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    fn clear(&self) -> Result<(), SeriesError>;

    /// Compresses some of what begins before `before`; whether there may be more to do.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    fn compress(&self, before: Timestamp) -> Result<bool, SeriesError>;

    /// The windows that meet `[from, to)`, ascending.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn windows(&self, track: Track, range: (Timestamp, Timestamp)) -> Result<Vec<SeriesWindow>, SeriesError>;

    /// Sums of the windows that begin in each of the hours `[from, to)`, counted from 1970, and in those before from which one may reach into them.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn hours(&self, track: Track, hours: (i64, i64)) -> Result<Vec<(i64, Sums)>, SeriesError>;

    /// First moment after the newest windows of a device.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    fn latest(&self, track: Track) -> Result<Option<Timestamp>, SeriesError>;
}

/// Why a chart cannot be read or its copy not be kept up.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// The evidence cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A sum left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// Stored windows cannot be read.
    #[error(
        "the copy for charts holds windows that cannot be read ({reason}): stop the service, delete series.db and start it again"
    )]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// A zone without a factor.
    #[error(transparent)]
    Zone(#[from] crate::grid::ZoneError),
    /// One of the two files failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
