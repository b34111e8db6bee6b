//! `wattledger doctor`: what this machine can measure, and whose process one is.

mod holder;
mod holders;

use super::failure::Failure;
use super::table::{TextTable, left, right};
use super::{environment, print};
use account::meter::Reading;
use collectors::clock::{Clock, SystemClock};
use collectors::source::visible::{Variables, select};
use collectors::source::{Left, ReadError, Source, SourceChoice, SourceDevice};
use holders::HoldersReport;
use serde::Serialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use units::{Power, Timestamp};

/// Report what this machine can measure, how accurately, and what would add more; or, with --pid, whose process one is
///
/// With --pid, the process's cgroup tells the Slurm job and step, the Kubernetes pod, the job of PBS, the slot of HTCondor, the container, or the
/// user that it belongs to, and the report shows what tells so.
#[derive(clap::Args)]
pub(crate) struct DoctorArguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Say whose process this is instead
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..))]
    pid: Option<u32>,
    /// Where the process file system is, for a container that sees the host's at another place [default: /proc]
    #[arg(long, value_name = "DIR")]
    proc: Option<PathBuf>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct DoctorReport {
    /// Whether at least one device gave a reading.
    measures: bool,
    /// Every device that was found, whether or not it gave a reading.
    devices: Vec<DeviceReport>,
    /// Sources that found no device here, and what would change that.
    missing: Vec<Missing>,
    /// Which GPUs the environment lets a command use; `None` if no variable restricts them.
    visible: Option<String>,
    /// Model name of the processors, from `/proc/cpuinfo`.
    processor: Option<String>,
    #[serde(flatten)]
    holders: HoldersReport,
}

#[derive(Serialize)]
struct DeviceReport {
    source: &'static str,
    uuid: String,
    name: String,
    /// What is read from the device, in words.
    sensor: String,
    /// Systematic error of the sensor, ± percent of the reading.
    accuracy_percent: f64,
    /// Time between two readings, ms.
    cadence_ms: u64,
    /// Highest power the device can draw, W; readings above it are not believed.
    limit_w: f64,
    /// Power at this moment, W; `None` if the device has only an energy counter.
    power_w: Option<f64>,
    /// Why it gave no reading.
    failure: Option<String>,
    /// UUID of the device whose energy already includes this one; it is shown and not added.
    counted_in: Option<String>,
}

#[derive(Serialize)]
struct Missing {
    source: &'static str,
    reason: String,
    /// Shell commands that would help, one per line, with comments after `#`.
    remedy: Option<String>,
}

/// Prints the report. A machine without sensors is an answer, not a failure.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<(), Failure> {
    let mut places = environment::places();
    places.proc = arguments.proc.clone().unwrap_or(places.proc);
    if let Some(pid) = arguments.pid {
        return holder::run(pid, &places.proc, arguments.json);
    }
    // All devices, whichever the environment shows to commands: that is reported on a line of its own.
    let choice = SourceChoice::open(&[], &places, &Variables::default()).map_err(anyhow::Error::from)?;
    let report = DoctorReport::of(choice, &places.proc);
    if arguments.json { print::json(&report) } else { print::text(&report.in_words()) }
}

impl DoctorReport {
    fn of(mut choice: SourceChoice, proc: &Path) -> Self {
        let now = SystemClock::new().wall();
        let (visible, holders) = (visible(&choice), HoldersReport::of(&choice, proc));
        let devices: Vec<_> = choice.sources.iter_mut().flat_map(|source| examine(&mut **source, now)).collect();
        Self {
            measures: devices.iter().any(|device| device.failure.is_none()),
            devices,
            missing: choice.left.into_iter().map(Missing::from).collect(),
            visible,
            processor: processor(proc),
            holders,
        }
    }

    fn in_words(&self) -> String {
        let mut text = String::new();
        let headline = match (self.measures, self.devices.is_empty()) {
            (true, _) => "This machine can be metered: `wattledger run -- COMMAND` reads these devices.",
            (false, false) => "Devices were found, but none of them gives a reading.",
            (false, true) => {
                "Nothing on this machine measures power or energy.\n`wattledger run -- COMMAND` still runs commands, and reports their energy as unknown."
            }
        };
        let _ = writeln!(text, "{headline}\n");
        if !self.devices.is_empty() {
            let _ = writeln!(text, "{}", self.table());
        }
        for device in &self.devices {
            if let Some(failure) = &device.failure {
                let _ = writeln!(text, "{}: {failure}\n", device.uuid);
            }
        }
        if let Some(visible) = &self.visible {
            let _ = writeln!(text, "{visible}\n");
        }
        for missing in &self.missing {
            let _ = writeln!(text, "{}", missing.in_words());
        }
        let _ = writeln!(text, "{}", self.holders.in_words());
        text + &self.without_sensor().to_string()
    }

    fn table(&self) -> TextTable {
        let mut table = TextTable::new([
            left("device"),
            left("name"),
            left("source"),
            left("reading"),
            right("sensor error"),
            right("read every"),
            right("now"),
        ]);
        for device in &self.devices {
            table.row(device.row());
        }
        table
    }

    fn without_sensor(&self) -> TextTable {
        let processor = self.processor.as_deref().unwrap_or("these processors");
        let mut table = TextTable::new([left("What works without a sensor"), left("")]);
        for (command, gives) in [
            ("meter LOG", "energy of a recorded power log"),
            ("estimate --accelerator H100 --count 8 --hours 24 --zone DE", "energy and CO2e before a run"),
            ("run --source synthetic:gpus=8,watts=300 -- sleep 10", "a known synthetic load, to try everything"),
            (
                "run --source modelled:cpu_tdp_w=WATTS -- COMMAND",
                &format!("utilisation × TDP of {processor}; its figures are marked `modelled`"),
            ),
        ] {
            table.row(vec![format!("  wattledger {command}"), gives.to_owned()]);
        }
        table
    }
}

/// Reads every device of a source once.
fn examine(source: &mut dyn Source, now: Timestamp) -> Vec<DeviceReport> {
    let mut outcomes = vec![None; source.devices().len()];
    source.poll(now, &mut |position, outcome| {
        if let Some(slot) = outcomes.get_mut(position) {
            *slot = Some(outcome);
        }
    });
    let devices = source.devices();
    let named = devices.iter().zip(outcomes);
    named.map(|(device, outcome)| DeviceReport::of(source.kind().name(), device, devices, outcome)).collect()
}

impl DeviceReport {
    fn of(
        source: &'static str,
        device: &SourceDevice,
        all: &[SourceDevice],
        outcome: Option<Result<Reading, ReadError>>,
    ) -> Self {
        let watts = |power: Power| power.milliwatts() as f64 / 1e3;
        let (power, failure) = match outcome {
            Some(Ok(reading)) => (reading.power, None),
            Some(Err(error)) => (None, Some(error.to_string())),
            None => (None, Some("gave no reading".to_owned())),
        };
        Self {
            source,
            uuid: device.uuid.clone(),
            name: device.name.clone(),
            sensor: device.sensor_in_words(),
            accuracy_percent: f64::from(device.sensor.systematic_ppm) / 1e4,
            cadence_ms: device.sensor.cadence.nanoseconds() / 1_000_000,
            limit_w: watts(device.sensor.limit),
            power_w: power.map(watts),
            failure,
            counted_in: device.counted_in.and_then(|container| Some(all.get(container)?.uuid.clone())),
        }
    }

    fn row(&self) -> Vec<String> {
        let now = match (&self.failure, self.power_w, &self.counted_in) {
            (Some(_), ..) => "no reading".to_owned(),
            (None, Some(watts), _) => format!("{watts:.1} W"),
            (None, None, Some(container)) => format!("energy counter, part of {container}"),
            (None, None, None) => "energy counter".to_owned(),
        };
        vec![
            self.uuid.clone(),
            self.name.clone(),
            self.source.to_owned(),
            self.sensor.clone(),
            format!("±{} %", self.accuracy_percent),
            format!("{} ms", self.cadence_ms),
            now,
        ]
    }
}

impl From<Left> for Missing {
    fn from(left: Left) -> Self {
        Self { source: left.source.name(), reason: left.reason, remedy: left.remedy }
    }
}

impl Missing {
    fn in_words(&self) -> String {
        let adds = match self.source {
            "nvml" => "NVIDIA GPUs (nvml)",
            "rapl" => "Processors and memory (rapl)",
            other => other,
        };
        let mut text = format!("{adds}: not readable\n  {}\n", self.reason);
        for line in self.remedy.iter().flat_map(|remedy| remedy.lines()) {
            let _ = writeln!(text, "    {line}");
        }
        text
    }
}

/// Which of the GPUs that were found a command started here may use.
fn visible(choice: &SourceChoice) -> Option<String> {
    let boards: Vec<_> = choice.sources.iter().flat_map(|source| source.boards()).cloned().collect();
    let variables = environment::Visible::read();
    let named = variables.named()?;
    Some(match select(&boards, &variables.variables()) {
        Ok(selection) => {
            let shown = selection.positions.iter().filter_map(|position| boards.get(*position));
            let uuids: Vec<_> = shown.map(|board| board.uuid.as_str()).collect();
            format!("{named}: {} of {} GPUs {}", uuids.len(), boards.len(), uuids.join(" ")).trim_end().to_owned()
        }
        Err(error) => error.to_string(),
    })
}

/// Model name of the first processor.
fn processor(proc: &Path) -> Option<String> {
    let text = std::fs::read_to_string(proc.join("cpuinfo")).ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
