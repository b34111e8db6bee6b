//! CPU power as utilisation × a stated TDP, for machines where nothing measures.
//!
//! `modelled:cpu_tdp_w=150` or `modelled:cpu_tdp_w=150,idle_w=40`: power is `idle + (TDP − idle) × busy share`, the busy
//! share being that of all processors since the previous reading (`/proc/stat`: everything but idle and iowait). It is
//! the whole machine's, not one command's, and it is a guess with a name: every figure from it says `modelled`. Without
//! `idle_w`, an idle processor counts as 0 W.

use super::{Device, ReadError, Source};
use account::meter::{PowerSensor, Reading, Sensor};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use units::{Power, Span, Timestamp};

/// Published estimators by utilisation err by up to 40 %.
const SYSTEMATIC_PPM: u32 = 400_000;
/// Highest power that is accepted as a TDP.
const HIGHEST: Power = Power::from_milliwatts(10_000_000);

/// The processor as its owner states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Thermal design power of all processors of the machine together.
    pub tdp: Power,
    /// Power of the idle processors.
    pub idle: Power,
}

/// What is wrong with a `modelled:` specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "modelled:{spec}: {problem}; write modelled:cpu_tdp_w=WATTS[,idle_w=WATTS], for example modelled:cpu_tdp_w=150,idle_w=40"
)]
pub struct SpecError {
    spec: String,
    problem: String,
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(spec: &str) -> Result<Self, SpecError> {
        let fail = |problem: String| SpecError { spec: spec.to_owned(), problem };
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
        let tdp = tdp.ok_or_else(|| fail("no cpu_tdp_w".to_owned()))?;
        if tdp == Power::ZERO || idle > tdp {
            return Err(fail("idle_w is above cpu_tdp_w, or that is 0".to_owned()));
        }
        Ok(Self { tdp, idle })
    }
}

/// Processor time since boot, in clock ticks.
#[derive(Debug, Clone, Copy, Default)]
struct Ticks {
    busy: u64,
    all: u64,
}

/// A processor without a sensor.
#[derive(Debug)]
pub struct ModelledSource {
    spec: Spec,
    stat: PathBuf,
    devices: Vec<Device>,
    previous: Ticks,
    power: Power,
}

impl ModelledSource {
    /// A model of the processors whose `/proc` is `proc`.
    #[must_use]
    pub fn open(spec: Spec, proc: &Path) -> Self {
        let device = Device {
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
        // Within one tick nothing is known anew: the last power stands.
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
    fn name(&self) -> &'static str {
        "modelled"
    }

    fn devices(&self) -> &[Device] {
        &self.devices
    }

    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>)) {
        sink(0, self.read(now));
    }
}

/// Parses the first line: `cpu user nice system idle iowait irq softirq steal guest guest_nice`; guest time is already
/// in user time.
fn ticks(stat: &str) -> Option<Ticks> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let columns: Vec<u64> = line.split_whitespace().take(8).map_while(|column| column.parse().ok()).collect();
    let idle = columns.get(3)? + columns.get(4).unwrap_or(&0);
    let all = columns.iter().sum();
    Some(Ticks { busy: all - idle, all })
}
