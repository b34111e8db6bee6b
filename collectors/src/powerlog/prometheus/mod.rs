//! Reads the text of Prometheus exporters, scraped over time: `name{label="value"} number timestamp`.

mod device;
mod metrics;
mod sample;

use super::delimited::{counter_sensor, power_sensor};
use super::part::MachinePlace;
use super::text::{LogLine, excerpt, lines_of, trim};
use super::time::Times;
use super::track::{LoggedValues, Tracker};
use super::value::{Decimal, EnergyKind, Value, parse_value};
use super::{DeviceReading, LogError, LogNote, LoggedDevice, NameClash, Options};
use account::meter::Sensor;
use metrics::Metric;
use sample::Sample;
use std::collections::HashMap;
use units::{Power, Timestamp};

/// Reads the samples of the metrics that are taken.
#[derive(Clone)]
pub(super) struct Prometheus {
    metrics: Vec<Metric>,
    by_name: HashMap<Vec<u8>, usize>,
    /// The labels that identify a device, if the caller says it.
    stated: Vec<String>,
    /// The moment of all samples, whatever timestamps they have; `None` for those of a recording, which have their own.
    moment: Option<Timestamp>,
    /// Power of ten that converts a timestamp to nanoseconds.
    shift: i32,
    /// Length of the shortest timestamp in the head; on a line without a line end, a shorter one was cut off.
    shortest_time: usize,
    accelerator: Option<String>,
    /// The samples of the newest moment of each device, until a later moment shows that they are complete.
    pending: Vec<Option<Pending>>,
    without_time: u64,
    /// The device of each series, by name and labels; `None` for one that is the same sensor again.
    devices: HashMap<Vec<u8>, Option<usize>>,
}

#[derive(Clone, Copy)]
struct Pending {
    at: Timestamp,
    line: u64,
    power: Option<Value>,
    counter: Option<Value>,
    is_interval: bool,
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
        let (mut reader, note) = Self::of_metrics(head, options)?;
        let samples = || lines_of(head).filter_map(|line| Sample::parse(line.bytes));
        let is_taken = |sample: &Sample<'_>| reader.by_name.contains_key(sample.name);
        let times: Vec<&[u8]> = samples().filter(is_taken).filter_map(|sample| sample.timestamp).collect();
        let Some(first) = times.first() else {
            let mut seen: HashMap<&[u8], ()> = HashMap::new();
            let repeats = samples().filter(is_taken).any(|sample| seen.insert(sample.series, ()).is_some());
            return Err(if repeats { LogError::NoTimestamps } else { LogError::OneScrape });
        };
        if is_whole && times.iter().all(|time| time == first) {
            return Err(LogError::OneMoment);
        }
        let shift = shift(first);
        // The last one may itself be cut off.
        let shortest_time = times[..times.len() - 1].iter().map(|time| time.len()).min().unwrap_or(0);
        (reader.shift, reader.shortest_time) = (shift, shortest_time);
        Ok((reader, vec![note]))
    }

    /// Chooses the metrics of one scrape, whose moments are set with [`Self::set_moment`].
    pub(super) fn of_scrape(text: &[u8]) -> Result<(Self, LogNote), LogError> {
        Self::of_metrics(text, &Options::default())
    }

    fn of_metrics(head: &[u8], options: &Options) -> Result<(Self, LogNote), LogError> {
        if !lines_of(head).any(|line| Sample::parse(line.bytes).is_some()) {
            let first = lines_of(head).map(|line| excerpt(line.bytes)).next().unwrap_or_default();
            return Err(LogError::NoSamples { first });
        }
        let (metrics, note) = metrics::choose(head, options)?;
        let reader = Self {
            by_name: metrics::by_name(&metrics),
            metrics,
            stated: options.mapping.device.clone(),
            moment: None,
            shift: 0,
            shortest_time: 0,
            accelerator: options.accelerator.clone(),
            pending: Vec::new(),
            without_time: 0,
            devices: HashMap::new(),
        };
        Ok((reader, note))
    }

    /// Sets the moment of all samples from now on.
    pub(super) const fn set_moment(&mut self, moment: Timestamp) {
        self.moment = Some(moment);
    }

    /// A metric that is energy since the sample before, if one is read.
    pub(super) fn metric_of_intervals(&self) -> Option<&str> {
        self.metrics.iter().find(|metric| metric.kind == EnergyKind::Interval).map(|metric| metric.name.as_str())
    }

    /// The device of a line that was read before, with the line as a sample.
    pub(super) fn known<'a>(&self, line: &'a [u8]) -> Option<(usize, Sample<'a>)> {
        let sample = Sample::parse(line)?;
        Some((self.devices.get(sample.series).copied().flatten()?, sample))
    }

    /// Whether each device is an accelerator board.
    pub(super) fn is_of_boards(&self) -> bool {
        self.metrics.iter().all(Metric::is_of_boards)
    }

    /// Reads one line; readings of moments that are complete are appended to `queue`.
    pub(super) fn line(
        &mut self,
        line: LogLine<'_>,
        tracker: &mut Tracker,
        queue: &mut Vec<DeviceReading>,
    ) -> Result<(), LogError> {
        let Some(sample) = Sample::parse(line.bytes) else { return Ok(()) };
        let Some(position) = self.by_name.get(sample.name).copied() else { return Ok(()) };
        let metric = &self.metrics[position];
        let value = Some(parse_value(sample.value, metric.unit));
        let (power, counter) = if metric.is_power() { (value, None) } else { (None, value) };
        let is_interval = metric.kind == EnergyKind::Interval;
        let is_whole = |text: &&[u8]| line.terminated || text.len() >= self.shortest_time;
        let stamped = || sample.timestamp.filter(is_whole).and_then(|text| self.time(text));
        let Some(at) = self.moment.or_else(stamped) else {
            self.without_time += 1;
            return Ok(());
        };
        tracker.times = Times::Utc;
        let Some(device) = self.device_of(&sample, position, tracker)? else { return Ok(()) };
        self.pending.resize(self.pending.len().max(device + 1), None);
        match &mut self.pending[device] {
            // Samples for MIG instances and for pods that share a board repeat its value: the first counts.
            Some(pending) if pending.at == at => {
                if let (Some(Value::Number(before)), Some(Value::Number(now))) = (pending.power, power)
                    && is_far(before, now)
                {
                    let device = tracker.devices[device].id.clone();
                    return Err(two_devices(device, (pending.line, watts(before)), (line.number, watts(now)), at));
                }
                if let (Some(Value::Number(before)), Some(Value::Number(now))) = (pending.counter, counter)
                    && are_two_counters(before, now)
                {
                    let device = tracker.devices[device].id.clone();
                    let joules = |microjoules| format!("{} J", super::track::joules(microjoules));
                    return Err(two_devices(device, (pending.line, joules(before)), (line.number, joules(now)), at));
                }
                pending.power = pending.power.or(power);
                pending.counter = pending.counter.or(counter);
                Ok(())
            }
            Some(pending) if at < pending.at && (pending.power.is_none() != power.is_none()) => {
                let device = tracker.devices[device].id.clone();
                Err(LogError::SeriesAfterSeries { line: line.number, device })
            }
            slot => {
                let complete = slot.replace(Pending { at, line: line.number, power, counter, is_interval });
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

    /// The device of a sample; `None` if it is the same sensor again.
    fn device_of(
        &mut self,
        sample: &Sample<'_>,
        position: usize,
        tracker: &mut Tracker,
    ) -> Result<Option<usize>, LogError> {
        if let Some(known) = self.devices.get(sample.series) {
            return Ok(*known);
        }
        let found = match device::of_sample(&self.metrics[position], sample, &self.stated) {
            None => None,
            Some((key, place)) => Some(match tracker.find(&key) {
                Some(device) => device,
                None => {
                    let readable = device::readable(&self.metrics[position], sample, &key, &place);
                    let is_taken = tracker.devices.iter().any(|device| device.id == readable);
                    let id = if is_taken { String::from_utf8_lossy(&key).into_owned() } else { readable };
                    let device = self.describe(sample, position, id, tracker);
                    tracker.register(&key, device, place)?
                }
            }),
        };
        if let Some(device) = found {
            self.complete(position, sample, &mut tracker.devices[device], tracker.cadence);
        }
        if self.devices.len() < MOST_SERIES && sample.series.len() < LONGEST_SERIES {
            self.devices.insert(sample.series.to_vec(), found);
        }
        Ok(found)
    }

    fn describe(&self, sample: &Sample<'_>, position: usize, id: String, tracker: &Tracker) -> LoggedDevice {
        let text = |names: &[&[u8]]| sample.label(names).map(|value| String::from_utf8_lossy(value).into_owned());
        let of_device = [b"modelName".as_slice(), b"model_name", b"gpu_type", b"card_model", b"model", b"gpu_name"];
        let name = text(&of_device).filter(|name| !MachinePlace::of_name(name).is_total).or(self.accelerator.clone());
        LoggedDevice {
            id,
            sensor: Sensor {
                counter: None,
                power: None,
                limit: Sensor::UNKNOWN_LIMIT,
                cadence: tracker.cadence,
                systematic_ppm: Sensor::BOARD_SYSTEMATIC_PPM,
            },
            name,
            counted_in: None,
            column: self.metrics[position].name.clone(),
        }
    }

    /// Adds to a device that it has this metric too.
    fn complete(&self, position: usize, sample: &Sample<'_>, device: &mut LoggedDevice, cadence: units::Span) {
        let metric = &self.metrics[position];
        if metric.is_power() && device.sensor.power.is_none() {
            let driver = sample.label(&[b"DCGM_FI_DRIVER_VERSION", b"driver_version"]);
            let driver = driver.map(|value| String::from_utf8_lossy(value).into_owned());
            device.sensor.power = Some(power_sensor(false, metric.field, device.name.as_deref(), driver, cadence));
        } else if !metric.is_power() && device.sensor.counter.is_none() {
            device.sensor.counter = Some(counter_sensor(false, cadence));
        }
        if !device.column.split(", ").any(|name| name == metric.name) {
            // The counter comes first, as energy is taken from it.
            device.column = match metric.is_power() {
                true => format!("{}, {}", device.column, metric.name),
                false => format!("{}, {}", metric.name, device.column),
            };
        }
    }
}

/// How many series are remembered; with more, their devices are found anew for each sample.
const MOST_SERIES: usize = 16_384;

/// Length of the longest name with labels that is remembered.
const LONGEST_SERIES: usize = 1_024;

/// Whether two readings at one moment are not those of one sensor, read twice in a moment: they differ by 10 % and 5 W.
const fn is_far(before: u64, now: u64) -> bool {
    let difference = before.abs_diff(now);
    difference > 5_000 && difference > before / 10
}

/// Whether two counter values in µJ at one moment are those of two devices: they differ by 1 % and 100 J.
const fn are_two_counters(before: u64, now: u64) -> bool {
    let difference = before.abs_diff(now);
    difference > 100_000_000 && difference > before / 100
}

fn watts(milliwatts: u64) -> String {
    Power::from_milliwatts(milliwatts).to_string()
}

fn two_devices(device: String, before: (u64, String), now: (u64, String), at: Timestamp) -> LogError {
    LogError::TwoDevices(Box::new(NameClash {
        before_line: before.0,
        line: now.0,
        device,
        before: before.1,
        now: now.1,
        at: super::time::show(at, Times::Utc),
        remedy: "name the labels that tell them apart with --device LABEL,LABEL".to_owned(),
    }))
}

fn pass_on(
    device: usize,
    complete: Option<Pending>,
    tracker: &mut Tracker,
    queue: &mut Vec<DeviceReading>,
) -> Result<(), LogError> {
    let Some(Pending { at, line, power, counter, is_interval }) = complete else { return Ok(()) };
    let reading =
        tracker.accept(LoggedValues { device, at, power, counter, is_interval, is_busy_at_zero: false, line })?;
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
