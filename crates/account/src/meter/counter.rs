//! One step of a cumulative energy counter, by the case table of METHOD.md.

use super::{CounterSensor, CounterUnit};
use units::{ExactEnergy, Power, Timestamp};

/// A counter value and when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterReading {
    /// When it was read.
    pub at: Timestamp,
    /// Raw counter value.
    pub count: u64,
    /// Boot, device and driver load it belongs to.
    pub epoch: u64,
}

/// What happened between two counter readings. Only `Advanced` and `Wrapped` are measured energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// No earlier reading: the interval opens here.
    First,
    /// The counter rose by a believable amount.
    Advanced(ExactEnergy),
    /// A modular counter (RAPL) passed its range once.
    Wrapped(ExactEnergy),
    /// The counter started again.
    Reset {
        /// What it counted since, if that is believable for the interval; `None` means that it ran backwards without
        /// having been near zero.
        counted: Option<ExactEnergy>,
        /// The reading before the reset; energy after it is not on the counter.
        lost_before: Timestamp,
    },
    /// The counter cannot be right: the raw values are quarantined and nothing is charged.
    Implausible {
        /// What the counter claims.
        delta: ExactEnergy,
        /// What the device can have used at most: 1.2 × limit × (elapsed + update period).
        bound: ExactEnergy,
    },
}

/// Compares two readings of one counter. `limit` is the device's power limit; 1.2 times it is the ceiling.
///
/// `next` must not be before `previous`.
#[must_use]
pub fn step(sensor: &CounterSensor, limit: Power, previous: Option<CounterReading>, next: CounterReading) -> Step {
    let Some(previous) = previous else {
        return Step::First;
    };
    let Some(elapsed) = next.at.since(previous.at) else {
        return Step::First;
    };
    let ceiling = limit.times(elapsed).scaled(12, 10);
    let bound = limit.times(elapsed.plus(sensor.update)).scaled(12, 10);
    let reset = || {
        let since_zero = sensor.unit.energy(next.count);
        Step::Reset { counted: (since_zero <= ceiling).then_some(since_zero), lost_before: previous.at }
    };
    if previous.epoch != next.epoch {
        return reset();
    }
    if let Some(range) = sensor.range.map(|range| sensor.unit.energy(range))
        && ceiling >= range
    {
        // More than one wrap fits into the interval: no single answer is right.
        return Step::Implausible { delta: range, bound };
    }
    if let Some(rise) = next.count.checked_sub(previous.count) {
        let delta = sensor.unit.energy(rise);
        return if delta <= bound { Step::Advanced(delta) } else { Step::Implausible { delta, bound } };
    }
    let wrapped = sensor.range.and_then(|range| range.checked_sub(previous.count)?.checked_add(next.count));
    match wrapped.map(|count| sensor.unit.energy(count)) {
        Some(delta) if delta <= bound => Step::Wrapped(delta),
        _ => reset(),
    }
}

impl CounterUnit {
    /// Energy of `count` counts.
    #[must_use]
    pub fn energy(self, count: u64) -> ExactEnergy {
        let count = i128::from(count);
        match self {
            Self::Millijoule => ExactEnergy::from_millijoules(count),
            Self::Microjoule => ExactEnergy::from_microjoules(count),
            Self::Amd => ExactEnergy::from_amd_counts(count),
        }
    }
}
