//! A window of energy as charts need it, and the hours in which windows are kept.

use crate::ingest;
use units::{Energy, Power, Span, Timestamp};
use wire::{Device, Quality, Window};

/// An hour, in which windows are kept together.
pub(crate) const HOUR: Span = Span::from_seconds(3_600);
/// Nanoseconds of an hour.
pub(super) const HOUR_NS: i64 = HOUR.nanoseconds().cast_signed();

/// The hour, counted from 1970, in which a moment lies.
pub(super) fn hour_of(at: Timestamp) -> i64 {
    at.nanoseconds().div_euclid(HOUR_NS)
}

/// First moment of an hour, counted from 1970.
pub(super) fn hour_start(hour: i64) -> Timestamp {
    Timestamp::from_nanoseconds(hour.saturating_mul(HOUR_NS))
}

/// The first hour that begins at `at` or later.
pub(super) fn hour_after(at: Timestamp) -> i64 {
    hour_of(at) + i64::from(at.nanoseconds().rem_euclid(HOUR_NS) > 0)
}

/// The whole millisecond in which a moment lies, since 1970.
pub(super) fn milliseconds(at: Timestamp) -> i64 {
    at.nanoseconds().div_euclid(1_000_000)
}

/// A window that counts, reduced to what charts need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesWindow {
    /// First moment of the window.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
    /// Energy of the window.
    pub energy: Energy,
    /// Lowest power that was read.
    pub min: Power,
    /// Highest power that was read.
    pub max: Power,
    /// How much of it was observed.
    pub covered: Span,
    /// How the energy was found: by a counter, by integration, or by a model.
    pub quality: Quality,
    /// Whether another device already contains the energy of this one.
    pub is_contained: bool,
    /// Whether this is an accelerator that drew less than [`crate::ingest::HELD_IDLE_PERCENT`] of its power limit.
    pub is_low: bool,
}

impl SeriesWindow {
    /// The part of `window` that is kept; `device` is its device as the batch declares it.
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

    /// Its energy if that was modelled instead of measured, else 0.
    pub(crate) fn modelled(&self) -> Energy {
        let is_measured = matches!(self.quality, Quality::Counter | Quality::Integrated);
        if is_measured { Energy::ZERO } else { self.energy }
    }

    /// Length of the window.
    pub(crate) fn span(&self) -> Span {
        self.end.since(self.start).unwrap_or(Span::ZERO)
    }

    /// The part of its length that counts as drawing next to nothing: all or none.
    pub(crate) fn low(&self) -> Span {
        if self.is_low { self.span() } else { Span::ZERO }
    }
}
