//! `wattledger meter`: energy and CO2e of a recorded power log.

use super::failure::Failure;
use super::grid_arguments::{GridArguments, NO_GRID};
use super::{print, show};
use crate::footprint::{Footprint, FootprintDevice};
use account::meter::Window;
use collectors::metered_log::MeteredLog;
use collectors::powerlog::{
    ColumnMapping, ContainsStatement, LoggedDevice, Options, PowerLogFormat, ReadingStatement, TimeStatement, Times,
};
use std::fs::File;
use std::io::Read;
use units::{Span, Timestamp};

/// Compute the energy and CO2e of a recorded power log
///
/// Reads what known tools write: nvidia-smi, dmon, DCGM, amd-smi, rocm-smi, hl-smi, xpu-smi, Prometheus exporters, Kepler, Scaphandre,
/// Alumet, turbostat, perf stat, tegrastats, jtop and others (--format lists them), and plain CSV (timestamp,device,power_w or
/// energy_j). Any other log is read only where its columns are certain; --time, --device, --power and --energy say what they are.
#[derive(clap::Args)]
pub(crate) struct MeterArguments {
    /// Power log to read, or - for standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Format of the log, if it is not recognised
    #[arg(long, value_name = "FORMAT")]
    format: Option<PowerLogFormat>,
    /// Column or metric to use, if the log has several; power.draw by default
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// Column of the times, and the unit of numbers in it: s, ms, us or ns
    #[arg(long, value_name = "COL[:UNIT]", value_parser = TimeStatement::parse)]
    time: Option<TimeStatement>,
    /// Columns (of exporters, labels) that together identify a device
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    device: Vec<String>,
    /// Column or metric of a power, and its unit: W, mW, kW, uW; may be repeated
    #[arg(long, value_name = "COL:UNIT", value_parser = ReadingStatement::power, conflicts_with = "column")]
    power: Vec<ReadingStatement>,
    /// Column or metric of an energy, and its unit: J, mJ, uJ, Wh, kWh; with :interval if it counts from row to row; may be repeated
    #[arg(long, value_name = "COL:UNIT[:KIND]", value_parser = ReadingStatement::energy, conflicts_with = "column")]
    energy: Vec<ReadingStatement>,
    /// Device or column A contains devices B and C, so that only A is counted; may be repeated
    #[arg(long, value_name = "A=B,C", value_parser = ContainsStatement::parse)]
    contains: Vec<ContainsStatement>,
    /// Time zone of local times in the log, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", value_parser = timezone)]
    timezone: Option<chrono_tz::Tz>,
    /// Time between two readings of a device, for a log without times, such as 1s or 500ms
    #[arg(long, value_name = "TIME", value_parser = interval)]
    interval: Option<Span>,
    /// Name of the accelerators, if the log has none; it decides what a power reading means
    #[arg(long, value_name = "NAME")]
    accelerator: Option<String>,
    #[command(flatten)]
    grid: GridArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Meters the log and prints its footprint.
pub(crate) fn run(arguments: &MeterArguments) -> Result<(), Failure> {
    arguments.grid.grid(None)?;
    let options = Options {
        format: arguments.format,
        column: arguments.column.clone(),
        mapping: ColumnMapping {
            time: arguments.time.clone(),
            device: arguments.device.clone(),
            readings: [&arguments.power[..], &arguments.energy[..]].concat(),
            contains: arguments.contains.clone(),
        },
        timezone: arguments.timezone,
        interval: arguments.interval,
        accelerator: arguments.accelerator.clone(),
    };
    let metered = MeteredLog::read(open(&arguments.file)?, &options)
        .map_err(|error| Failure::Usage(format!("{}: {error}", arguments.file)))?;
    let footprint = footprint(metered, arguments)?;
    if arguments.json { print::json(&footprint) } else { print::text(&show::footprint(&footprint)) }
}

fn open(file: &str) -> Result<Box<dyn Read>, Failure> {
    if file == "-" {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    match File::open(file) {
        Ok(opened) => Ok(Box::new(opened)),
        Err(cause) => {
            Err(Failure::Usage(format!("{file}: {cause}; give the path of a power log, or - for standard input")))
        }
    }
}

fn device((logged, window): &(LoggedDevice, Option<Window>)) -> FootprintDevice {
    FootprintDevice {
        uuid: logged.id.clone(),
        name: logged.name.clone(),
        reading: Some(logged.column.clone()),
        window: window.clone(),
        counted_in: logged.counted_in,
    }
}

fn footprint(metered: MeteredLog, arguments: &MeterArguments) -> Result<Footprint, Failure> {
    if metered.devices.iter().all(|(_, window)| window.is_none()) {
        return Err(no_energy(&arguments.file, &metered));
    }
    let grid = arguments.grid.grid(start(&metered))?;
    let devices: Vec<FootprintDevice> = metered.devices.iter().map(device).collect();
    let mut notes = metered.notes;
    if let Some(grid) = &grid {
        notes.extend(grid.notes.iter().cloned());
    }
    let factor = grid.map(|grid| grid.factor).ok_or_else(|| NO_GRID.to_owned());
    let mut footprint = Footprint::of(&devices, factor, notes).map_err(anyhow::Error::from)?;
    footprint.warnings = metered.warnings;
    match metered.times {
        Times::Utc => {}
        Times::LocalWithoutZone => {
            for moment in [&mut footprint.start, &mut footprint.end].into_iter().flatten() {
                *moment = moment.trim_end_matches('Z').to_owned();
            }
        }
        Times::Relative => (footprint.start, footprint.end) = (None, None),
    }
    Ok(footprint)
}

/// When the first reading was taken; `None` if the log has no absolute times.
fn start(metered: &MeteredLog) -> Option<Timestamp> {
    let starts = metered.devices.iter().filter_map(|(_, window)| Some(window.as_ref()?.start));
    starts.min().filter(|_| metered.times != Times::Relative)
}

fn no_energy(file: &str, metered: &MeteredLog) -> Failure {
    let why = metered.warnings.iter().chain(&metered.notes).map(|note| format!("\n  {note}")).collect::<String>();
    Failure::Usage(format!(
        "{file}: the log has no energy: no device has two readings of power or of an energy counter; record for longer, or \
         choose another column with --column{why}"
    ))
}

fn timezone(name: &str) -> Result<chrono_tz::Tz, String> {
    name.parse().map_err(|_| "unknown time zone: use an IANA name such as Europe/Berlin or UTC".to_owned())
}

/// `1s`, `500ms`, `2.5s`.
fn interval(text: &str) -> Result<Span, String> {
    let (number, decimals) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(milliseconds), _) => (milliseconds, 6),
        (None, Some(seconds)) => (seconds, 9),
        (None, None) => return Err("use a number with s or ms, such as 1s or 500ms".to_owned()),
    };
    let nanoseconds = super::number::parse(number.trim(), decimals)?;
    match u64::try_from(nanoseconds) {
        Ok(nanoseconds @ 1..) => Ok(Span::from_nanoseconds(nanoseconds)),
        _ => Err("the time between two readings must be above zero".to_owned()),
    }
}
