//! One step of a cumulative energy counter, by the table of cases in `docs/METHOD.md`, section "Counters".

use super::{CounterSensor, CounterUnit};
use units::{ExactEnergy, Power, Timestamp};

/// The value of a counter at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterReading {
    /// When the counter was read.
    pub at: Timestamp,
    /// Raw counter value, in the sensor's [`CounterUnit`].
    pub count: u64,
    /// Stands for the boot, device and driver load that the value belongs to; see [`Reading::epoch`](super::Reading).
    pub epoch: u64,
}

/// What happened between two readings of a counter. Only `Advanced` and `Wrapped` are measured energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There is no earlier reading: the interval starts here.
    First,
    /// The counter rose by a believable amount.
    Advanced(ExactEnergy),
    /// A modular counter (RAPL) passed its range once.
    Wrapped(ExactEnergy),
    /// The counter started again.
    Reset {
        /// What the counter counted since it started again, if that is plausible for the interval; `None` if it ran
        /// backwards to a value that no restart explains.
        counted: Option<ExactEnergy>,
        /// Time of the last reading before the reset; the counter says nothing of the energy after it.
        lost_before: Timestamp,
    },
    /// The counter cannot be right: its values are set aside and nothing is charged.
    Implausible {
        /// Energy that the counter claims.
        delta: ExactEnergy,
        /// The most energy that the device can have used: 1.2 × limit × (elapsed time + update period).
        bound: ExactEnergy,
    },
}

/// Compares two readings of one counter. A device is taken to draw at most 1.2 times `limit`, its power limit.
///
/// `next` must not be earlier than `previous`.
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
