//! CPU power as utilisation × a stated TDP, for machines without a sensor.
//!
//! `modelled:cpu_tdp_w=150` or `modelled:cpu_tdp_w=150,idle_w=40`: power is `idle + (TDP − idle) × busy share`. The busy share
//! is that of all processors since the previous reading, from `/proc/stat`: everything but idle and iowait. The power is that
//! of the whole machine, not of one command, and it is an estimate: every figure from it says `modelled`. Without `idle_w`,
//! an idle processor counts as 0 W.

use super::{ReadError, Source, SourceDevice, SourceKind};
use account::meter::{PowerSensor, Reading, Sensor};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use units::{Power, Span, Timestamp};

/// Published estimates from utilisation err by up to 40 %.
const SYSTEMATIC_PPM: u32 = 400_000;
/// The highest power that is accepted as a TDP.
const HIGHEST: Power = Power::from_milliwatts(10_000_000);

/// The processors as their owner describes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelledSpec {
    /// Thermal design power of all processors of the machine together.
    pub tdp: Power,
    /// Power of all processors together when they are idle.
    pub idle: Power,
}

/// What is wrong with a `modelled:` specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "modelled:{spec}: {problem}; write modelled:cpu_tdp_w=WATTS[,idle_w=WATTS], for example modelled:cpu_tdp_w=150,idle_w=40"
)]
pub struct ModelledSpecError {
    spec: String,
    problem: String,
}

impl FromStr for ModelledSpec {
    type Err = ModelledSpecError;

    fn from_str(spec: &str) -> Result<Self, ModelledSpecError> {
        let fail = |problem: String| ModelledSpecError { spec: spec.to_owned(), problem };
        let (mut tdp, mut idle) = (None, Power::ZERO);
        for option in spec.split(',') {
            let (key, value) = option.split_once('=').ok_or_else(|| fail(format!("`{option}` is not KEY=WATTS")))?;
            let power = super::watts(value)
                .filter(|power| *power <= HIGHEST)
                .ok_or_else(|| fail(format!("`{value}` is not a power from 0 to 10000 W")))?;
            match key {
                "cpu_tdp_w" => tdp = Some(power),
                "idle_w" => idle = power,
                _ => return Err(fail(format!("`{key}` is not an option"))),
            }
        }
        let tdp = tdp.ok_or_else(|| fail("cpu_tdp_w is missing".to_owned()))?;
        if tdp == Power::ZERO || idle > tdp {
            return Err(fail("cpu_tdp_w must be above 0 and at least idle_w".to_owned()));
        }
        Ok(Self { tdp, idle })
    }
}

/// Time of all processors since boot, in clock ticks.
#[derive(Debug, Clone, Copy, Default)]
struct Ticks {
    busy: u64,
    all: u64,
}

/// The processors of a machine without a sensor, as one device.
#[derive(Debug)]
pub struct ModelledSource {
    spec: ModelledSpec,
    stat: PathBuf,
    devices: Vec<SourceDevice>,
    previous: Ticks,
    power: Power,
}

impl ModelledSource {
    /// A model of the processors of the machine whose process file system is at `proc`.
    #[must_use]
    pub fn open(spec: ModelledSpec, proc: &Path) -> Self {
        let device = SourceDevice {
            uuid: "modelled:cpu".to_owned(),
            index: 0,
            name: format!("CPU model: {} × utilisation", spec.tdp),
            sensor: Sensor {
                counter: None,
                power: Some(PowerSensor::Modelled),
                limit: spec.tdp,
                cadence: Span::from_seconds(1),
                systematic_ppm: SYSTEMATIC_PPM,
            },
            counted_in: None,
        };
        Self { spec, stat: proc.join("stat"), devices: vec![device], previous: Ticks::default(), power: spec.idle }
    }

    fn read(&mut self, now: Timestamp) -> Result<Reading, ReadError> {
        let text = std::fs::read_to_string(&self.stat)
            .map_err(|cause| ReadError::Unreadable(format!("{}: {cause}", self.stat.display())))?;
        let ticks =
            ticks(&text).ok_or_else(|| ReadError::Blank(format!("{} has no `cpu` line", self.stat.display())))?;
        let busy = ticks.busy.saturating_sub(self.previous.busy);
        let all = ticks.all.saturating_sub(self.previous.all);
        // Within one tick there is no new utilisation, so that the last power stands.
        if all > 0 {
            self.power = self.at_utilisation(busy.min(all), all);
        }
        self.previous = ticks;
        Ok(Reading { at: now, power: Some(self.power), counter: None, epoch: 0 })
    }

    fn at_utilisation(&self, busy: u64, all: u64) -> Power {
        let (idle, tdp) = (self.spec.idle.milliwatts(), self.spec.tdp.milliwatts());
        let dynamic = u128::from(tdp - idle) * u128::from(busy) / u128::from(all);
        Power::from_milliwatts(idle + u64::try_from(dynamic).unwrap_or(tdp - idle))
    }
}

impl Source for ModelledSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Modelled
    }

    fn devices(&self) -> &[SourceDevice] {
        &self.devices
    }

    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>)) {
        sink(0, self.read(now));
    }
}

/// Parses the line `cpu user nice system idle iowait irq softirq steal guest guest_nice`. Guest time is left out, since user
/// time contains it.
fn ticks(stat: &str) -> Option<Ticks> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let columns: Vec<u64> = line.split_whitespace().take(8).map_while(|column| column.parse().ok()).collect();
    let idle = columns.get(3)? + columns.get(4).unwrap_or(&0);
    let all = columns.iter().sum();
    Some(Ticks { busy: all - idle, all })
}
