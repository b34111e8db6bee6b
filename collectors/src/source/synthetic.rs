//! Simulated devices with loads whose exact energy is known, so that everything can be tried without a GPU.
//!
//! `synthetic:SPEC`, where SPEC is a list of options, separated by commas:
//!
//! | option | meaning | default |
//! |---|---|---|
//! | `gpus=N` | number of devices, 1 to 1024 | 1 |
//! | `watts=W` | constant power of each device | |
//! | `steps=WxMS+WxMS+…` | W watts for MS milliseconds, then the next step, repeated for ever | |
//! | `load=training` | 650 W × 420 ms and 280 W × 60 ms in turn, with 8 s at 160 W (a checkpoint) every two minutes | |
//! | `sensor=counter` | energy counter in mJ and a 1 s average of power, as on new data centre GPUs | yes |
//! | `sensor=average` | 1 s average of power, renewed every 100 ms, without a counter | |
//! | `sensor=instant` | power over 25 ms of every 100 ms, without a counter, as on an A100 whose counter is not read | |
//!
//! Exactly one of `watts`, `steps` and `load` is required. Watts have up to three decimals. `synthetic:gpus=8,watts=300` is
//! eight devices at 300 W; `synthetic:steps=400x10000+100x10000` is one that alternates every ten seconds, with a mean of 250 W.
//! The load begins with the first reading and is not random: the same times give the same energy. `CUDA_VISIBLE_DEVICES`
//! selects among these devices as among real ones.

use super::visible::Board;
use super::{ReadError, Source, SourceDevice, SourceKind, keep_positions};
use account::meter::{CounterSensor, CounterUnit, PowerSensor, Reading, Sensor};
use std::str::FromStr;
use units::{ExactEnergy, Power, Span, Timestamp};

/// Update period of all three sensors.
const UPDATE: Span = Span::from_milliseconds(100);
const MOST_GPUS: u32 = 1_024;
const HIGHEST: Power = Power::from_milliwatts(100_000_000);

/// A load that repeats a sequence of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    steps: Vec<LoadStep>,
}

/// Constant power for some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadStep {
    /// Power of the step.
    pub power: Power,
    /// Length of the step.
    pub span: Span,
}

impl Curve {
    /// A load of constant `power`.
    #[must_use]
    pub fn constant(power: Power) -> Self {
        Self { steps: vec![LoadStep { power, span: Span::from_seconds(1) }] }
    }

    /// A load that repeats `steps`; `None` if there are none, or one has no length.
    #[must_use]
    pub fn steps(steps: Vec<LoadStep>) -> Option<Self> {
        let valid = !steps.is_empty() && steps.iter().all(|step| step.span > Span::ZERO);
        valid.then_some(Self { steps })
    }

    /// A training with checkpoints: 233 iterations of 650 W × 420 ms and 280 W × 60 ms, then 280 W until 112 s are full, then
    /// 8 s at 160 W.
    #[must_use]
    pub fn training() -> Self {
        let step = |watts: u64, milliseconds: u64| LoadStep {
            power: Power::from_milliwatts(watts * 1_000),
            span: Span::from_milliseconds(milliseconds),
        };
        let mut steps = [step(650, 420), step(280, 60)].repeat(233);
        steps.push(step(280, 160));
        steps.push(step(160, 8_000));
        Self { steps }
    }

    /// Energy of the first `elapsed` of the load, without rounding.
    #[must_use]
    pub fn energy(&self, elapsed: Span) -> ExactEnergy {
        let period = self.period();
        let rounds = elapsed.nanoseconds() / period.nanoseconds();
        let mut rest = Span::from_nanoseconds(elapsed.nanoseconds() % period.nanoseconds());
        let mut energy: ExactEnergy = self.steps.iter().map(|step| step.power.times(step.span.times(rounds))).sum();
        for step in &self.steps {
            let inside = rest.min(step.span);
            energy += step.power.times(inside);
            rest = rest.minus(inside);
        }
        energy
    }

    /// Mean power over the `window` that ends `elapsed` after the start, as if the load had been running before that.
    #[must_use]
    pub fn trailing_mean(&self, elapsed: Span, window: Span) -> Power {
        // Adds whole periods, so that the window never begins before the start.
        let ahead = self.period().times(window.nanoseconds() / self.period().nanoseconds() + 1);
        let end = elapsed.plus(ahead);
        (self.energy(end) - self.energy(end.minus(window))).mean_power(window).unwrap_or_default()
    }

    fn period(&self) -> Span {
        self.steps.iter().fold(Span::ZERO, |sum, step| sum.plus(step.span))
    }

    fn peak(&self) -> Power {
        self.steps.iter().map(|step| step.power).max().unwrap_or_default()
    }
}

/// The sensor of simulated devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SensorKind {
    /// An energy counter and a 1 s average of power.
    Counter,
    /// A 1 s average of power.
    Average,
    /// Power over 25 ms of every 100 ms.
    Instant,
}

/// The simulated devices that `synthetic:SPEC` describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntheticSpec {
    /// Number of devices, 1 to 1024.
    pub gpus: u32,
    /// Load of each device.
    pub curve: Curve,
    /// Sensor of each device.
    pub sensor: SensorKind,
}

/// What is wrong with a `synthetic:` specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "synthetic:{spec}: {problem}; write synthetic:[gpus=N,]LOAD[,sensor=counter|average|instant], where LOAD is watts=W, \
     steps=WxMS+WxMS+… or load=training, for example synthetic:gpus=8,watts=300 or synthetic:steps=400x10000+100x10000"
)]
pub struct SyntheticSpecError {
    spec: String,
    problem: String,
}

impl FromStr for SyntheticSpec {
    type Err = SyntheticSpecError;

    fn from_str(text: &str) -> Result<Self, SyntheticSpecError> {
        parse(text).map_err(|problem| SyntheticSpecError { spec: text.to_owned(), problem })
    }
}

fn parse(text: &str) -> Result<SyntheticSpec, String> {
    let (mut gpus, mut curve, mut sensor) = (1, None, SensorKind::Counter);
    for option in text.split(',') {
        let (key, value) = option.split_once('=').ok_or_else(|| format!("`{option}` is not OPTION=VALUE"))?;
        match key {
            "gpus" => gpus = parse_gpus(value)?,
            "sensor" => sensor = parse_sensor(value)?,
            "watts" | "steps" | "load" => {
                if curve.replace(parse_curve(key, value)?).is_some() {
                    return Err("more than one of watts, steps and load is given".to_owned());
                }
            }
            _ => return Err(format!("`{key}` is not an option")),
        }
    }
    let curve = curve.ok_or("one of watts, steps and load is missing")?;
    Ok(SyntheticSpec { gpus, curve, sensor })
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

fn parse_step(step: &str) -> Result<LoadStep, String> {
    let (watts, milliseconds) =
        step.split_once('x').ok_or_else(|| format!("step `{step}` is not WATTSxMILLISECONDS"))?;
    match milliseconds.parse() {
        Ok(milliseconds @ 0..=86_400_000) => {
            Ok(LoadStep { power: parse_watts(watts)?, span: Span::from_milliseconds(milliseconds) })
        }
        _ => Err(format!("`{milliseconds}` is not a number of milliseconds from 1 to 86400000, a day")),
    }
}

fn parse_watts(value: &str) -> Result<Power, String> {
    super::watts(value)
        .filter(|power| *power <= HIGHEST)
        .ok_or_else(|| format!("`{value}` is not a power from 0 to 100000 W with up to three decimals"))
}

/// Simulated devices that follow a [`Curve`] from their first reading on.
#[derive(Debug)]
pub struct SyntheticSource {
    spec: SyntheticSpec,
    devices: Vec<SourceDevice>,
    boards: Vec<Board>,
    start: Option<Timestamp>,
}

impl SyntheticSource {
    /// Makes the devices of `spec`.
    #[must_use]
    pub fn open(spec: SyntheticSpec) -> Self {
        let sensor = sensor(spec.sensor, spec.curve.peak());
        let boards: Vec<Board> = (0..spec.gpus).map(board).collect();
        let device = |board: &Board| SourceDevice {
            uuid: board.uuid.clone(),
            index: board.index,
            name: board.name.clone(),
            sensor,
            counted_in: None,
        };
        Self { devices: boards.iter().map(device).collect(), spec, boards, start: None }
    }

    /// The true energy of one device between two moments; `None` if one of them is before the first reading.
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
        .ok_or_else(|| ReadError::Unreadable("the energy counter overflows".to_owned()))
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
    fn kind(&self) -> SourceKind {
        SourceKind::Synthetic
    }

    fn devices(&self) -> &[SourceDevice] {
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
