//! Power integrated over one step, and how a gap is filled.

use super::{PowerSensor, Reading, Sensor};
use units::{ExactEnergy, Power, Span, Timestamp};

/// A hole without readings longer than this (and than three times the usual cadence) is a gap.
const GAP: Span = Span::from_seconds(10);

/// Power integral since the anchor, up to a reading that the counter has not settled yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Knot {
    pub(super) at: Timestamp,
    pub(super) integral: ExactEnergy,
    pub(super) power: Option<Power>,
    pub(super) gap: bool,
}

/// What is known at the start of the interval that a reading closes.
pub(super) struct Before {
    pub(super) at: Timestamp,
    pub(super) power: Option<Power>,
    pub(super) recent: RecentPower,
}

impl Before {
    /// The power integral up to `reading`, on top of `so_far`.
    pub(super) fn knot(&self, sensor: &Sensor, so_far: ExactEnergy, reading: &Reading) -> Knot {
        let span = reading.at.since(self.at).unwrap_or(Span::ZERO);
        let gap = span > GAP && span > sensor.cadence.times(3);
        let rectangle = matches!(sensor.power, Some(PowerSensor::Average { .. } | PowerSensor::Modelled));
        let energy = match (self.power, reading.power) {
            (Some(_), Some(power)) if gap => self.recent.bridge(power, span),
            (Some(before), Some(power)) if !rectangle => before.line_to(power, span),
            (_, Some(power)) => power.times(span),
            (Some(before), None) => before.times(span),
            (None, None) => ExactEnergy::ZERO,
        };
        Knot { at: reading.at, integral: so_far + energy, power: reading.power, gap }
    }
}

/// Mean power of the last five minutes or so, and the range seen, from which a gap is filled: the single readings at
/// its ends say little about a load that switches.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RecentPower {
    mean_mw: u64,
    span: Span,
    range: Option<(Power, Power)>,
}

impl RecentPower {
    const MEMORY: Span = Span::from_seconds(300);

    pub(super) fn update(&mut self, power: Option<Power>, span: Span) {
        let Some(power) = power else { return };
        let Some((min, max)) = self.range else {
            *self = Self { mean_mw: power.milliwatts(), span: Span::ZERO, range: Some((power, power)) };
            return;
        };
        self.range = Some((min.min(power), max.max(power)));
        self.span = self.span.plus(span).min(Self::MEMORY);
        // Microseconds, so that the product stays in 64 bits; this is a level to bridge gaps with, not a sum.
        let part = span.min(Self::MEMORY).nanoseconds() / 1_000;
        let whole = (self.span.nanoseconds() / 1_000).max(1);
        let away = self.mean_mw.abs_diff(power.milliwatts());
        let moved = (away.saturating_mul(part) / whole).min(away);
        self.mean_mw = if power.milliwatts() > self.mean_mw { self.mean_mw + moved } else { self.mean_mw - moved };
    }

    /// Energy of a gap that ends at `power`: the load goes on as before if it ends in the range that was seen, else a
    /// line from there to the new level.
    fn bridge(&self, power: Power, span: Span) -> ExactEnergy {
        let mean = Power::from_milliwatts(self.mean_mw);
        match self.range {
            Some((min, max)) if (min..=max).contains(&power) => mean.times(span),
            Some(_) => mean.line_to(power, span),
            None => power.times(span),
        }
    }
}
