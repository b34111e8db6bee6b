//! Power integrated over one step, and how a gap is filled.

use super::{PowerSensor, Reading, Sensor};
use units::{ExactEnergy, Power, Span, Timestamp};

/// A time without readings that is longer than this, and than three times the usual cadence, is a gap.
const GAP: Span = Span::from_seconds(10);

/// The integral of power since the anchor, up to a reading whose energy the counter has not settled yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Knot {
    pub(super) at: Timestamp,
    pub(super) integral: ExactEnergy,
    pub(super) power: Option<Power>,
    pub(super) gap: bool,
}

/// What is known at the start of the interval that the next reading closes.
pub(super) struct Before {
    pub(super) at: Timestamp,
    pub(super) power: Option<Power>,
    pub(super) recent: RecentPower,
}

impl Before {
    /// The integral of power up to `reading`: `so_far` and the interval that `reading` closes.
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

/// Mean power of about the last five minutes, and the range of power seen. Gaps are filled from these, since the single
/// readings at the ends of a gap say little about a load that switches.
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
        // In microseconds, so that the product stays in 64 bits; the mean only fills gaps and enters no exact sum.
        let part = span.min(Self::MEMORY).nanoseconds() / 1_000;
        let whole = (self.span.nanoseconds() / 1_000).max(1);
        let away = self.mean_mw.abs_diff(power.milliwatts());
        let moved = (away.saturating_mul(part) / whole).min(away);
        self.mean_mw = if power.milliwatts() > self.mean_mw { self.mean_mw + moved } else { self.mean_mw - moved };
    }

    /// Energy of a gap that ends at `power`. If that lies in the range seen before, the load is taken to have gone on at its
    /// mean; else to have moved in a straight line from the mean to `power`.
    fn bridge(&self, power: Power, span: Span) -> ExactEnergy {
        let mean = Power::from_milliwatts(self.mean_mw);
        match self.range {
            Some((min, max)) if (min..=max).contains(&power) => mean.times(span),
            Some(_) => mean.line_to(power, span),
            None => power.times(span),
        }
    }
}
