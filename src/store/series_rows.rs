//! What `series.db` holds, as the program sees it.

use super::StoreError;
use super::engine::Database;
use super::row::value;
use model::{BatchId, DeviceId};
use units::{Energy, Power, Span, Timestamp};

/// One consistent state of the file; inside [`SeriesFile::write`](super::SeriesFile::write) it may be changed.
#[derive(Debug)]
pub struct SeriesTx<'a>(pub(super) Database<'a>);

/// Windows of one device, those that another device contains apart from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Track {
    /// The device whose windows these are.
    pub device: DeviceId,
    /// Whether another device's energy contains this one's.
    pub is_contained: bool,
}

/// What the windows of an hour sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// First moment of the first window.
    pub first: Timestamp,
    /// First moment after the last window.
    pub last: Timestamp,
    /// Energy of the windows.
    pub energy: Energy,
    /// The part of the energy that no sensor measured.
    pub modelled: Energy,
    /// Lowest power in any of the windows.
    pub min: Power,
    /// Highest power in any of the windows.
    pub max: Power,
    /// Time that the sensor observed.
    pub covered: Span,
    /// Length of the windows, observed or not.
    pub span: Span,
    /// Time of windows that are held-idle where somebody holds the device.
    pub low: Span,
}

impl Sums {
    /// The sums of these windows and others.
    pub(super) fn plus(&self, other: &Self) -> Result<Self, StoreError> {
        let sum = |a: Energy, b: Energy| {
            a.checked_add(b).map_err(|_| value("energy of an hour of the copy", &a.millijoules().to_string()))
        };
        Ok(Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            energy: sum(self.energy, other.energy)?,
            modelled: sum(self.modelled, other.modelled)?,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            covered: self.covered.plus(other.covered),
            span: self.span.plus(other.span),
            low: self.low.plus(other.low),
        })
    }
}

/// Windows of a track that begin in one hour and came with one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesPlace {
    /// The track whose windows these are.
    pub track: Track,
    /// The hour, counted from 1970.
    pub hour: i64,
    /// The batch that they came with.
    pub batch: BatchId,
}

/// The last batch taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Number of the batch; 0 before the first.
    pub batch: BatchId,
    /// SHA-256 of its bytes as the ledger has them.
    pub sha256: Vec<u8>,
}
