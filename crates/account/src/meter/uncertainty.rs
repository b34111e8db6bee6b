//! How far the metered energy can be from the integral of the sensor's own signal. The gain error of the sensor is a
//! separate number. `docs/METHOD.md` derives the bounds and simulates them.

use super::window::Flags;
use super::{Flag, Method, PowerSensor, Sensor};
use units::{ExactEnergy, Power, Span};

/// What is known about a window when it is closed.
pub(super) struct Facts {
    pub method: Method,
    pub span: Span,
    pub energy: ExactEnergy,
    /// Energy that was estimated for gaps.
    pub gap_energy: ExactEnergy,
    /// Lowest power seen in the window.
    pub power_min: Power,
    /// Highest power seen in the window.
    pub power_peak: Power,
    pub readings: u64,
}

/// Energy charged for a gap is off by up to 38 %: in simulation, interpolating over a gap of 60 s in 600 s errs by 3.8 % of
/// the whole at the 95th percentile.
const GAP_PERCENT: u32 = 38;
/// A model from utilisation and TDP is taken as ±50 %, since published estimators err by 40 % and more.
const MODEL_PERCENT: u32 = 50;

/// Half width of the interval that holds the true integral, and the flags that its size calls for.
pub(super) fn integration(sensor: &Sensor, facts: &Facts) -> (ExactEnergy, Flags) {
    let mut flags = Flags::default();
    let update = update_period(sensor, facts.method);
    let (edges, sampling) = match (facts.method, sensor.power) {
        (Method::Counter, _) => (edges(sensor, update, facts), ExactEnergy::ZERO),
        (Method::Modelled, _) => (ExactEnergy::ZERO, facts.energy.scaled(MODEL_PERCENT, 100)),
        (_, Some(PowerSensor::Average { window, .. })) => {
            (edges(sensor, update, facts), sampled(sensor, facts, window, window, &mut flags))
        }
        (_, Some(PowerSensor::Instant { window, update })) => {
            (edges(sensor, update, facts), sampled(sensor, facts, window, update, &mut flags))
        }
        (_, Some(PowerSensor::Unknown | PowerSensor::Modelled) | None) => {
            flags.insert(Flag::ClassUnknown);
            (ExactEnergy::ZERO, scatter(facts, step(facts), 1_000_000))
        }
    };
    if edges > facts.energy.scaled(1, 100) || facts.span < update.times(2) {
        flags.insert(Flag::Boundary);
    }
    (edges + sampling + facts.gap_energy.scaled(GAP_PERCENT, 100), flags)
}

/// Time between two updates of the value that the method integrates.
fn update_period(sensor: &Sensor, method: Method) -> Span {
    match (method, sensor.counter, sensor.power) {
        (Method::Counter, Some(counter), _) => counter.update,
        (_, _, Some(PowerSensor::Average { update, .. } | PowerSensor::Instant { update, .. })) => update,
        _ => Span::ZERO,
    }
}

/// A window starts and ends anywhere inside an update period U, and an average shows less swing than the load has, so up to
/// `U × Pmax` can be charged to the wrong side of an edge.
fn edges(sensor: &Sensor, update: Span, facts: &Facts) -> ExactEnergy {
    ceiling(sensor, facts).times(update)
}

/// The highest power that the device may have drawn: its limit where that is known, else the highest power seen.
fn ceiling(sensor: &Sensor, facts: &Facts) -> Power {
    if sensor.limit == Sensor::UNKNOWN_LIMIT { facts.power_peak } else { sensor.limit.max(facts.power_peak) }
}

/// Energy that a sensor can miss which sees `window` of every `period`.
fn sampled(sensor: &Sensor, facts: &Facts, window: Span, period: Span, flags: &mut Flags) -> ExactEnergy {
    let between = step(facts).max(period);
    let seen = u128::from(window.nanoseconds()) * 1_000_000 / u128::from(between.nanoseconds()).max(1);
    let unseen_ppm = 1_000_000 - u32::try_from(seen.min(1_000_000)).unwrap_or(1_000_000);
    if unseen_ppm <= 100_000 {
        return ExactEnergy::ZERO;
    }
    flags.insert(Flag::Aliased);
    if between.times(2) <= period.times(3) {
        return scatter(facts, between, unseen_ppm);
    }
    // Read more slowly than the sensor renews: a periodic load can stay in step with the readings for ever, and no statistics
    // of the readings would show it. Nothing is claimed beyond half of the whole range.
    ceiling(sensor, facts).times(facts.span).scaled(1, 2)
}

/// Two standard errors of the mean of independent samples, each of which is off by at most half the swing:
/// `(Pmax − Pmin) × unseen share × √(step × span)`.
fn scatter(facts: &Facts, step: Span, unseen_ppm: u32) -> ExactEnergy {
    let swing = Power::from_milliwatts(facts.power_peak.milliwatts() - facts.power_min.milliwatts());
    let root = (u128::from(step.nanoseconds()) * u128::from(facts.span.nanoseconds())).isqrt();
    let root = Span::from_nanoseconds(u64::try_from(root).unwrap_or(u64::MAX));
    swing.times(root).scaled(unseen_ppm, 1_000_000)
}

/// Mean time between two readings.
fn step(facts: &Facts) -> Span {
    Span::from_nanoseconds(facts.span.nanoseconds() / facts.readings.max(1))
}
