//! Devices that do not exist, with loads whose exact energy is known: everything can be tried without a GPU.
//!
//! `synthetic:SPEC`, SPEC being options joined by commas:
//!
//! | option | meaning | default |
//! |---|---|---|
//! | `gpus=N` | number of devices, 1 to 1024 | 1 |
//! | `watts=W` | constant power of each | |
//! | `steps=WxMS+WxMS+…` | W watts for MS milliseconds, then the next, over and over | |
//! | `load=training` | 650 W × 420 ms and 280 W × 60 ms, and 8 s at 160 W (a checkpoint) every two minutes | |
//! | `sensor=counter` | energy counter in mJ beside a 1 s average, as on a new data centre GPU | yes |
//! | `sensor=average` | 1 s average renewed every 100 ms, no counter | |
//! | `sensor=instant` | 25 ms of every 100 ms, no counter (A100 without its counter) | |
//!
//! Exactly one of `watts`, `steps` and `load` is given. Watts have up to three decimals. `synthetic:gpus=8,watts=300` is
//! eight devices at 300 W; `synthetic:steps=400x10000+100x10000` one that alternates every ten seconds and means 250 W.
//! The load begins with the first reading and knows no chance: the same times give the same energy. `CUDA_VISIBLE_DEVICES`
//! selects among these devices as it does among real ones.

use super::visible::Board;
use super::{Device, ReadError, Source, keep_positions};
use account::meter::{CounterSensor, CounterUnit, PowerSensor, Reading, Sensor};
use std::str::FromStr;
use units::{ExactEnergy, Power, Span, Timestamp};

/// Update period of all three sensors.
const UPDATE: Span = Span::from_milliseconds(100);
const MOST_GPUS: u32 = 1_024;
const HIGHEST: Power = Power::from_milliwatts(100_000_000);

/// A load that repeats: constant power for a while, then another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    steps: Vec<(Power, Span)>,
}

impl Curve {
    /// Constant `power`.
    #[must_use]
    pub fn constant(power: Power) -> Self {
        Self { steps: vec![(power, Span::from_seconds(1))] }
    }

    /// Each power for its span, over and over; `None` when there is no step or one lasts no time.
    #[must_use]
    pub fn steps(steps: Vec<(Power, Span)>) -> Option<Self> {
        let valid = !steps.is_empty() && steps.iter().all(|(_, span)| *span > Span::ZERO);
        valid.then_some(Self { steps })
    }

    /// Training with checkpoints: 233 iterations of 650 W × 420 ms and 280 W × 60 ms, the rest of 112 s at 280 W, then
    /// 8 s at 160 W.
    #[must_use]
    pub fn training() -> Self {
        let watts = |watts: u64| Power::from_milliwatts(watts * 1_000);
        let iteration = [(watts(650), Span::from_milliseconds(420)), (watts(280), Span::from_milliseconds(60))];
        let mut steps = iteration.repeat(233);
        steps.push((watts(280), Span::from_milliseconds(160)));
        steps.push((watts(160), Span::from_seconds(8)));
        Self { steps }
    }

    /// Energy from the start of the load to `elapsed` later, without rounding.
    #[must_use]
    pub fn energy(&self, elapsed: Span) -> ExactEnergy {
        let period = self.period();
        let rounds = elapsed.nanoseconds() / period.nanoseconds();
        let mut rest = Span::from_nanoseconds(elapsed.nanoseconds() % period.nanoseconds());
        let mut energy: ExactEnergy = self.steps.iter().map(|(power, span)| power.times(span.times(rounds))).sum();
        for (power, span) in &self.steps {
            let inside = rest.min(*span);
            energy += power.times(inside);
            rest = rest.minus(inside);
        }
        energy
    }

    /// Mean power over the `window` that ends `elapsed` after the start; the load has been running before.
    #[must_use]
    pub fn trailing_mean(&self, elapsed: Span, window: Span) -> Power {
        // Whole periods ahead, so that the window never reaches back before the start.
        let ahead = self.period().times(window.nanoseconds() / self.period().nanoseconds() + 1);
        let end = elapsed.plus(ahead);
        (self.energy(end) - self.energy(end.minus(window))).mean_power(window).unwrap_or_default()
    }

    fn period(&self) -> Span {
        self.steps.iter().fold(Span::ZERO, |sum, (_, span)| sum.plus(*span))
    }

    fn peak(&self) -> Power {
        self.steps.iter().map(|(power, _)| *power).max().unwrap_or_default()
    }
}

/// What the devices can be read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SensorKind {
    /// Energy counter and a 1 s average.
    Counter,
    /// 1 s average.
    Average,
    /// 25 ms of every 100 ms.
    Instant,
}

/// A parsed `SPEC`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Number of devices.
    pub gpus: u32,
    /// Load of each.
    pub curve: Curve,
    /// Sensor of each.
    pub sensor: SensorKind,
}

/// What is wrong with a `synthetic:` specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "synthetic:{spec}: {problem}; write synthetic:[gpus=N,]LOAD[,sensor=counter|average|instant], LOAD being watts=W, \
     steps=WxMS+WxMS+… or load=training, for example synthetic:gpus=8,watts=300 or synthetic:steps=400x10000+100x10000"
)]
pub struct SpecError {
    spec: String,
    problem: String,
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        parse(text).map_err(|problem| SpecError { spec: text.to_owned(), problem })
    }
}

fn parse(text: &str) -> Result<Spec, String> {
    let (mut gpus, mut curve, mut sensor) = (1, None, SensorKind::Counter);
    for option in text.split(',') {
        let (key, value) = option.split_once('=').ok_or_else(|| format!("`{option}` is not OPTION=VALUE"))?;
        match key {
            "gpus" => gpus = parse_gpus(value)?,
            "sensor" => sensor = parse_sensor(value)?,
            "watts" | "steps" | "load" => {
                if curve.replace(parse_curve(key, value)?).is_some() {
                    return Err("more than one of watts, steps and load".to_owned());
                }
            }
            _ => return Err(format!("`{key}` is not an option")),
        }
    }
    let curve = curve.ok_or("no load")?;
    Ok(Spec { gpus, curve, sensor })
}

fn parse_gpus(value: &str) -> Result<u32, String> {
    match value.parse() {
        Ok(gpus @ 1..=MOST_GPUS) => Ok(gpus),
        _ => Err(format!("gpus={value} is not a number from 1 to {MOST_GPUS}")),
    }
}

fn parse_sensor(value: &str) -> Result<SensorKind, String> {
    match value {
        "counter" => Ok(SensorKind::Counter),
        "average" => Ok(SensorKind::Average),
        "instant" => Ok(SensorKind::Instant),
        _ => Err(format!("`{value}` is not a sensor")),
    }
}

fn parse_curve(key: &str, value: &str) -> Result<Curve, String> {
    match (key, value) {
        ("watts", _) => parse_watts(value).map(Curve::constant),
        ("load", "training") => Ok(Curve::training()),
        ("load", _) => Err(format!("`{value}` is not a load")),
        _ => {
            let steps: Result<_, _> = value.split('+').map(parse_step).collect();
            Curve::steps(steps?).ok_or_else(|| "a step lasts 0 ms".to_owned())
        }
    }
}

fn parse_step(step: &str) -> Result<(Power, Span), String> {
    let (watts, milliseconds) =
        step.split_once('x').ok_or_else(|| format!("step `{step}` is not WATTSxMILLISECONDS"))?;
    match milliseconds.parse() {
        Ok(milliseconds @ 0..=86_400_000) => Ok((parse_watts(watts)?, Span::from_milliseconds(milliseconds))),
        _ => Err(format!("`{milliseconds}` is not a number of ms up to a day")),
    }
}

fn parse_watts(value: &str) -> Result<Power, String> {
    super::watts(value)
        .filter(|power| *power <= HIGHEST)
        .ok_or_else(|| format!("`{value}` is not a power from 0 to 100000 W with up to three decimals"))
}

/// Devices that follow a [`Curve`] from their first reading on.
#[derive(Debug)]
pub struct SyntheticSource {
    spec: Spec,
    devices: Vec<Device>,
    boards: Vec<Board>,
    start: Option<Timestamp>,
}

impl SyntheticSource {
    /// The devices of `spec`.
    #[must_use]
    pub fn open(spec: Spec) -> Self {
        let sensor = sensor(spec.sensor, spec.curve.peak());
        let boards: Vec<Board> = (0..spec.gpus).map(board).collect();
        let device = |board: &Board| Device {
            uuid: board.uuid.clone(),
            index: board.index,
            name: board.name.clone(),
            sensor,
            counted_in: None,
        };
        Self { devices: boards.iter().map(device).collect(), spec, boards, start: None }
    }

    /// The true energy of one device between two moments at or after the first reading; `None` before there was one,
    /// and where `from` or `to` lies before it.
    #[must_use]
    pub fn exact_energy(&self, from: Timestamp, to: Timestamp) -> Option<ExactEnergy> {
        let start = self.start?;
        let upto = |at: Timestamp| Some(self.spec.curve.energy(at.since(start)?));
        Some(upto(to)? - upto(from)?)
    }

    fn read(&self, start: Timestamp, now: Timestamp) -> Result<Reading, ReadError> {
        let elapsed = now.since(start).unwrap_or(Span::ZERO);
        let renewed = elapsed.minus(Span::from_nanoseconds(elapsed.nanoseconds() % UPDATE.nanoseconds()));
        let curve = &self.spec.curve;
        let average = curve.trailing_mean(renewed, Span::from_seconds(1));
        let (power, counter) = match self.spec.sensor {
            SensorKind::Counter => (average, Some(millijoules(curve.energy(elapsed))?)),
            SensorKind::Average => (average, None),
            SensorKind::Instant => (curve.trailing_mean(renewed, Span::from_milliseconds(25)), None),
        };
        Ok(Reading { at: now, power: Some(power), counter, epoch: 0 })
    }
}

fn board(index: u32) -> Board {
    Board {
        index,
        uuid: format!("GPU-{index:08x}-5e7f-4000-8000-000000000000"),
        name: "Synthetic GPU".to_owned(),
        pci: String::new(),
        mig: Vec::new(),
    }
}

fn millijoules(energy: ExactEnergy) -> Result<u64, ReadError> {
    let whole = energy.floor().ok().map(units::Energy::millijoules);
    whole
        .and_then(|millijoules| u64::try_from(millijoules).ok())
        .ok_or_else(|| ReadError::Unreadable("the energy counter is full".to_owned()))
}

fn sensor(kind: SensorKind, peak: Power) -> Sensor {
    Sensor {
        counter: (kind == SensorKind::Counter).then_some(CounterSensor {
            unit: CounterUnit::Millijoule,
            range: None,
            update: UPDATE,
        }),
        power: Some(match kind {
            SensorKind::Instant => PowerSensor::INSTANT_25_OF_100,
            SensorKind::Counter | SensorKind::Average => PowerSensor::ONE_SECOND_AVERAGE,
        }),
        limit: peak,
        cadence: match kind {
            SensorKind::Instant => UPDATE,
            SensorKind::Counter | SensorKind::Average => Span::from_seconds(1),
        },
        systematic_ppm: 0,
    }
}

impl Source for SyntheticSource {
    fn name(&self) -> &'static str {
        "synthetic"
    }

    fn devices(&self) -> &[Device] {
        &self.devices
    }

    fn boards(&self) -> &[Board] {
        &self.boards
    }

    fn keep(&mut self, positions: &[usize]) {
        keep_positions(&mut self.devices, positions);
        keep_positions(&mut self.boards, positions);
    }

    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>)) {
        let start = *self.start.get_or_insert(now);
        let reading = self.read(start, now);
        for position in 0..self.devices.len() {
            sink(position, reading.clone());
        }
    }
}
