//! Reads the text of Prometheus exporters, scraped over time: `name{label="value"} number timestamp`.

use super::columns::{LogColumn, Meaning};
use super::delimited::{counter_sensor, power_sensor};
use super::text::{LogLine, excerpt, lines_of, trim};
use super::time::Times;
use super::track::{LoggedValues, Tracker};
use super::value::{Decimal, LogQuantity, LogUnit, parse_value};
use super::{DeviceReading, LogError, LogNote, LoggedDevice, Options, PowerLogFormat};
use crate::sensor_class::PowerField;
use account::meter::Sensor;
use std::collections::HashMap;
use units::Timestamp;

/// How many names of metrics a message lists at most.
const LISTED: usize = 20;

/// Reads the samples of one power metric and one energy counter.
#[derive(Clone)]
pub(super) struct Prometheus {
    metrics: ScrapeMetrics,
    /// Power of ten that converts a timestamp to nanoseconds.
    shift: i32,
    /// Length of the shortest timestamp in the head; on a line without a line end, a shorter one was cut off.
    shortest_time: usize,
    accelerator: Option<String>,
    /// The samples of the newest moment of each device, until a later moment shows that they are complete.
    pending: Vec<Option<Pending>>,
    without_time: u64,
}

/// The metrics that are read.
#[derive(Clone)]
struct ScrapeMetrics {
    power: Option<Metric>,
    energy: Option<Metric>,
}

impl ScrapeMetrics {
    /// The metrics that are read; the counter comes first, as energy is taken from it.
    fn taken(&self) -> impl Iterator<Item = &Metric> {
        self.energy.iter().chain(&self.power)
    }
}

#[derive(Clone)]
struct Metric {
    name: Vec<u8>,
    unit: LogUnit,
    field: Option<PowerField>,
}

#[derive(Clone, Copy)]
struct Pending {
    at: Timestamp,
    line: u64,
    power: Option<super::value::Value>,
    counter: Option<super::value::Value>,
}

/// One line with a sample, split into its parts.
struct Sample<'a> {
    /// Name and labels together.
    series: &'a [u8],
    name: &'a [u8],
    labels: &'a [u8],
    value: &'a [u8],
    timestamp: Option<&'a [u8]>,
}

impl<'a> Sample<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let line = trim(line);
        let is_name_byte = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
        let name_end = line.iter().position(|byte| !is_name_byte(byte))?;
        if !line.first()?.is_ascii_alphabetic() && line[0] != b'_' {
            return None;
        }
        let (labels, end) = match line[name_end] {
            b'{' => {
                let close = name_end + end_of_labels(&line[name_end..])?;
                (&line[name_end + 1..close], close + 1)
            }
            b' ' | b'\t' => (&line[..0], name_end),
            _ => return None,
        };
        let mut words = line[end..].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let value = words.next()?;
        Decimal::parse_all(value).map(drop).or(matches!(value, b"NaN" | b"+Inf" | b"-Inf").then_some(()))?;
        let timestamp = words.next().filter(|word| *word != b"#");
        Some(Self { series: &line[..end], name: &line[..name_end], labels, value, timestamp })
    }

    /// Value of the first label that is in `names`, in the order of `names`.
    fn label(&self, names: &[&[u8]]) -> Option<&'a [u8]> {
        names
            .iter()
            .find_map(|name| labels(self.labels).find(|(label, value)| label == name && !value.is_empty()))
            .map(|(_, value)| value)
    }

    /// Identifies the device: by the UUID of the board, else by host and index, else by all labels.
    fn device(&self) -> Vec<u8> {
        if let Some(uuid) = self.label(&[b"UUID", b"uuid", b"gpu_uuid", b"GPU_UUID"]) {
            return uuid.to_vec();
        }
        let host = self.label(&[b"Hostname", b"hostname", b"host", b"node", b"instance"]);
        let index = self.label(&[
            b"gpu",
            b"gpu_id",
            b"gpu_index",
            b"index",
            b"device",
            b"card",
            b"minor_number",
            b"pci_bus_id",
        ]);
        match (host, index) {
            (Some(host), Some(index)) => [host, b"/", index].concat(),
            (None, Some(index)) => index.to_vec(),
            _ if self.labels.is_empty() => self.name.to_vec(),
            _ => self.labels.to_vec(),
        }
    }
}

/// Position of the brace that closes the one at the start; braces in quotes do not count.
fn end_of_labels(text: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    text.iter().position(|byte| {
        let is_end = !quoted && *byte == b'}';
        quoted ^= *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        is_end
    })
}

/// Names and values of the labels. Escapes in values are not decoded.
fn labels(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let equals = memchr::memchr(b'=', rest)?;
        let name = trim(rest[..equals].strip_prefix(b",").unwrap_or(&rest[..equals]));
        let value = rest[equals + 1..].strip_prefix(b"\"")?;
        let mut escaped = false;
        let end = value.iter().position(|byte| {
            let is_end = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            is_end
        })?;
        rest = value[end + 1..].trim_ascii_start();
        Some((name, &value[..end]))
    })
}

/// Whether the head of a log is exporter text: it has comments on types, or samples with labels or timestamps.
pub(super) fn is_exporter_text(head: &[u8]) -> bool {
    let is_comment = |line: &[u8]| line.starts_with(b"# HELP ") || line.starts_with(b"# TYPE ");
    let mut lines = lines_of(head).map(|line| trim(line.bytes)).filter(|line| !line.is_empty());
    lines.find(|line| is_comment(line) || !line.starts_with(b"#")).is_some_and(|line| {
        is_comment(line)
            || Sample::parse(line).is_some_and(|sample| !sample.labels.is_empty() || sample.timestamp.is_some())
    })
}

impl Prometheus {
    /// Chooses the metrics to read.
    pub(super) fn open(head: &[u8], is_whole: bool, options: &Options) -> Result<(Self, Vec<LogNote>), LogError> {
        let samples = || lines_of(head).filter_map(|line| Sample::parse(line.bytes));
        let mut names: Vec<&[u8]> = Vec::new();
        for sample in samples() {
            if !names.contains(&sample.name) {
                names.push(sample.name);
            }
        }
        if names.is_empty() {
            let first = lines_of(head).map(|line| excerpt(line.bytes)).next().unwrap_or_default();
            return Err(LogError::NoSamples { first });
        }
        let (metrics, notes) = choose(&names, options)?;
        let is_taken = |sample: &Sample<'_>| metrics.taken().any(|metric| metric.name == sample.name);
        let times: Vec<&[u8]> = samples().filter(is_taken).filter_map(|sample| sample.timestamp).collect();
        let Some(first) = times.first() else {
            let mut seen: HashMap<&[u8], ()> = HashMap::new();
            let repeats = samples().filter(is_taken).any(|sample| seen.insert(sample.series, ()).is_some());
            return Err(if repeats { LogError::NoTimestamps } else { LogError::OneScrape });
        };
        if is_whole && times.iter().all(|time| time == first) {
            return Err(LogError::OneMoment);
        }
        let accelerator = options.accelerator.clone();
        // The last one may itself be cut off.
        let shortest_time = times[..times.len() - 1].iter().map(|time| time.len()).min().unwrap_or(0);
        let shift = shift(first);
        let reader = Self { metrics, shift, shortest_time, accelerator, pending: Vec::new(), without_time: 0 };
        Ok((reader, notes))
    }

    /// Reads one line; readings of moments that are complete are appended to `queue`.
    pub(super) fn line(
        &mut self,
        line: LogLine<'_>,
        tracker: &mut Tracker,
        queue: &mut Vec<DeviceReading>,
    ) -> Result<(), LogError> {
        let Some(sample) = Sample::parse(line.bytes) else { return Ok(()) };
        let is_of =
            |metric: &Option<Metric>| metric.as_ref().filter(|metric| metric.name == sample.name).map(|m| m.unit);
        let (power, counter) = match (is_of(&self.metrics.power), is_of(&self.metrics.energy)) {
            (Some(unit), _) => (Some(parse_value(sample.value, unit)), None),
            (None, Some(unit)) => (None, Some(parse_value(sample.value, unit))),
            (None, None) => return Ok(()),
        };
        let is_whole = |text: &&[u8]| line.terminated || text.len() >= self.shortest_time;
        let Some(at) = sample.timestamp.filter(is_whole).and_then(|text| self.time(text)) else {
            self.without_time += 1;
            return Ok(());
        };
        tracker.times = Times::Utc;
        let device = self.device_of(&sample, tracker)?;
        self.pending.resize(self.pending.len().max(device + 1), None);
        match &mut self.pending[device] {
            // Samples for MIG instances and for pods that share a board repeat its value: the first counts.
            Some(pending) if pending.at == at => {
                pending.power = pending.power.or(power);
                pending.counter = pending.counter.or(counter);
                Ok(())
            }
            Some(pending) if at < pending.at && (pending.power.is_none() != power.is_none()) => {
                let device = tracker.devices[device].id.clone();
                Err(LogError::SeriesAfterSeries { line: line.number, device })
            }
            slot => {
                let complete = slot.replace(Pending { at, line: line.number, power, counter });
                pass_on(device, complete, tracker, queue)
            }
        }
    }

    /// Passes on the samples that are pending.
    pub(super) fn end(&mut self, tracker: &mut Tracker, queue: &mut Vec<DeviceReading>) -> Result<(), LogError> {
        for (device, pending) in self.pending.iter_mut().enumerate() {
            pass_on(device, pending.take(), tracker, queue)?;
        }
        if self.without_time > 0 {
            let samples = if self.without_time == 1 { "sample was" } else { "samples were" };
            let text = format!("{} {samples} skipped: without a complete timestamp", self.without_time);
            tracker.notes.push(LogNote::warning(text));
        }
        Ok(())
    }

    fn time(&self, text: &[u8]) -> Option<Timestamp> {
        let number = Decimal::parse_all(text).filter(|number| !number.negative)?;
        i64::try_from(number.scaled(self.shift)?).ok().map(Timestamp::from_nanoseconds)
    }

    fn device_of(&self, sample: &Sample<'_>, tracker: &mut Tracker) -> Result<usize, LogError> {
        let key = sample.device();
        if let Some(device) = tracker.find(&key) {
            return Ok(device);
        }
        let text = |names: &[&[u8]]| sample.label(names).map(|value| String::from_utf8_lossy(value).into_owned());
        let name = text(&[b"modelName", b"model_name", b"model", b"gpu_name", b"name"]).or(self.accelerator.clone());
        let driver = text(&[b"DCGM_FI_DRIVER_VERSION", b"driver_version"]);
        let cadence = tracker.cadence;
        let metric_names = self.metrics.taken().map(|metric| String::from_utf8_lossy(&metric.name));
        let device = LoggedDevice {
            id: String::from_utf8_lossy(&key).into_owned(),
            sensor: Sensor {
                counter: self.metrics.energy.as_ref().map(|_| counter_sensor(PowerLogFormat::Prometheus, cadence)),
                power: self.metrics.power.as_ref().map(|metric| {
                    power_sensor(PowerLogFormat::Prometheus, metric.field, name.as_deref(), driver, cadence)
                }),
                limit: Sensor::UNKNOWN_LIMIT,
                cadence,
                systematic_ppm: Sensor::BOARD_SYSTEMATIC_PPM,
            },
            name,
            counted_in: None,
            column: metric_names.collect::<Vec<_>>().join(", "),
        };
        tracker.register(&key, device)
    }
}

fn pass_on(
    device: usize,
    complete: Option<Pending>,
    tracker: &mut Tracker,
    queue: &mut Vec<DeviceReading>,
) -> Result<(), LogError> {
    let Some(Pending { at, line, power, counter }) = complete else { return Ok(()) };
    let reading = tracker.accept(LoggedValues { device, at, power, counter, line })?;
    queue.extend(reading.map(|reading| DeviceReading { device, reading }));
    Ok(())
}

/// Power of ten of a timestamp: Prometheus writes whole milliseconds, OpenMetrics seconds with a decimal point.
fn shift(timestamp: &[u8]) -> i32 {
    let is_seconds = Decimal::parse_all(timestamp)
        .and_then(|number| number.scaled(0))
        .is_some_and(|number| (1_000_000_000..100_000_000_000).contains(&number));
    if is_seconds || timestamp.contains(&b'.') { 9 } else { 6 }
}

/// Chooses the power metric and the energy counter to read.
fn choose(names: &[&[u8]], options: &Options) -> Result<(ScrapeMetrics, Vec<LogNote>), LogError> {
    let columns: Vec<LogColumn> = names.iter().map(|name| LogColumn::parse(name)).collect();
    let measured: Vec<&LogColumn> = columns.iter().filter(|column| column.measured().is_some()).collect();
    let listed = |columns: &mut dyn Iterator<Item = &LogColumn>| {
        columns.take(LISTED).map(|column| column.text.as_str()).collect::<Vec<_>>().join(", ")
    };
    let best = |quantity: LogQuantity| {
        let of_quantity = measured.iter().filter(|c| c.measured().is_some_and(|m| m.unit.quantity == quantity));
        of_quantity.min_by_key(|column| column.measured().map(|m| m.rank)).copied()
    };
    let (power, energy) = match &options.column {
        None if measured.is_empty() => return Err(LogError::NoPower { columns: listed(&mut columns.iter()) }),
        None => (best(LogQuantity::Power), best(LogQuantity::Energy)),
        Some(wanted) => {
            let available = || listed(&mut measured.iter().copied());
            let found = columns.iter().find(|column| column.is_named(wanted));
            let found =
                found.ok_or_else(|| LogError::UnknownColumn { column: wanted.clone(), available: available() })?;
            match &found.meaning {
                Meaning::Measured(m) if m.unit.quantity == LogQuantity::Power => (Some(found), None),
                Meaning::Measured(_) => (None, Some(found)),
                _ => return Err(LogError::NotPower { column: wanted.clone(), available: available() }),
            }
        }
    };
    let taken: Vec<&str> = energy.iter().chain(&power).map(|column| column.text.as_str()).collect();
    let unused: Vec<&str> = measured.iter().map(|c| c.text.as_str()).filter(|text| !taken.contains(text)).collect();
    let mut text = format!("read as {}: energy from {}", PowerLogFormat::Prometheus, taken.join(", "));
    if !unused.is_empty() {
        text += &format!("; not used: {} (choose with --column)", unused.join(", "));
    }
    Ok((ScrapeMetrics { power: power.and_then(metric), energy: energy.and_then(metric) }, vec![LogNote::info(text)]))
}

fn metric(column: &LogColumn) -> Option<Metric> {
    let measured = column.measured()?;
    // The counter of DCGM is in millijoules, which its name does not say.
    let is_dcgm_energy = column.text.starts_with("DCGM_") && measured.unit == LogUnit::JOULE;
    let unit = if is_dcgm_energy { LogUnit::MILLIJOULE } else { measured.unit };
    Some(Metric { name: column.text.clone().into_bytes(), unit, field: measured.field })
}

/// Sorts the samples by time, if each series is in the order of time and the series only follow one another.
pub(super) fn in_order_of_time(text: &[u8]) -> Option<Vec<u8>> {
    let mut last_of_series: HashMap<&[u8], u64> = HashMap::new();
    let mut samples: Vec<(u64, &[u8])> = Vec::new();
    for line in lines_of(text) {
        let Some(sample) = Sample::parse(line.bytes) else { continue };
        // Scaled as if they were seconds, since only their order matters.
        let at = sample.timestamp.and_then(Decimal::parse_all).and_then(|number| number.scaled(6))?;
        if last_of_series.insert(sample.series, at).is_some_and(|last| at < last) {
            return None;
        }
        samples.push((at, line.bytes));
    }
    if samples.is_sorted_by_key(|(at, _)| *at) {
        return None;
    }
    samples.sort_by_key(|(at, _)| *at);
    Some(samples.into_iter().flat_map(|(_, line)| [line, b"\n"]).flatten().copied().collect())
}
