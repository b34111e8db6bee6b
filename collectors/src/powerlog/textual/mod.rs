//! Reads logs that are no tables: lines of rocm-smi, tegrastats, perf stat, PTDaemon, ipmitool, and the picture that nvidia-smi
//! draws. A loop may print the time on a line of its own.

mod forms;

use super::delimited::{counter_sensor, power_sensor};
use super::text::{LogLine, lines_of, trim};
use super::time::{LOG_START, TimeForm, TimeHint, TimeParser};
use super::track::{LoggedValues, Tracker};
use super::value::{EnergyKind, Value};
use super::{DeviceReading, LogError, LogNote, LoggedDevice, Options};
use account::meter::Sensor;
use forms::{TextForm, TextLine, TextReading};
use units::{Span, Timestamp};

/// How many readings may wait for their time.
const MOST_WAITING: usize = 4_096;

/// Reads the lines of a form, with times in them, between them, or at a fixed interval.
#[derive(Clone)]
pub(super) struct Textual {
    form: TextForm,
    time: TimeParser,
    accelerator: Option<String>,
    interval: Option<Span>,
    /// Time of the readings that follow.
    now: Option<Timestamp>,
    /// Readings whose time follows.
    waiting: Vec<(u64, TextReading)>,
    row_counts: Vec<u64>,
    /// The devices that have a reading.
    has_begun: Vec<bool>,
}

impl Textual {
    /// A reader for the log, or `None` if it is of another kind.
    ///
    /// # Errors
    ///
    /// The log has no times, and no interval is given.
    pub(super) fn open(head: &[u8], options: &Options) -> Option<Result<(Self, Vec<LogNote>), LogError>> {
        let form = TextForm::recognise(head)?;
        let mut reader = Self {
            form,
            time: TimeParser::new(form_hint(TimeForm::Moment), options.timezone),
            accelerator: options.accelerator.clone(),
            interval: options.interval,
            now: None,
            waiting: Vec::new(),
            row_counts: Vec::new(),
            has_begun: Vec::new(),
        };
        let forms = [form.time_form(), TimeForm::Moment];
        let fitting = forms.into_iter().find(|time_form| {
            let mut time = TimeParser::new(form_hint(*time_form), options.timezone);
            let mut scan = form.clone_for_scan();
            lines_of(head)
                .filter_map(|line| scan.line(trim(line.bytes)).time.map(|text| (line, text)))
                .any(|(line, text)| matches!(time.parse(text, line.number, &mut Vec::new()), Ok(Some(_))))
        });
        match fitting {
            Some(time_form) => reader.time = TimeParser::new(form_hint(time_form), options.timezone),
            None if options.interval.is_none() => return Some(Err(LogError::NoTime)),
            None => {}
        }
        if fitting.is_some() {
            reader.interval = None;
        }
        let mut scan = form.clone_for_scan();
        let mut columns: Vec<String> = Vec::new();
        for reading in lines_of(head).flat_map(|line| scan.line(trim(line.bytes)).readings) {
            if !columns.contains(&reading.column) {
                columns.push(reading.column);
            }
        }
        let note = LogNote::info(format!("read as {}: energy from {}", form.title(), columns.join(", ")));
        Some(Ok((reader, vec![note])))
    }

    /// Whether each device is an accelerator board.
    pub(super) const fn is_of_boards(&self) -> bool {
        matches!(self.form, TextForm::Rocm | TextForm::NvidiaSmi { .. } | TextForm::AmdMetric { .. })
    }

    /// Reads one line.
    pub(super) fn line(
        &mut self,
        line: LogLine<'_>,
        tracker: &mut Tracker,
        queue: &mut Vec<DeviceReading>,
    ) -> Result<(), LogError> {
        // A line that was cut off may end in the middle of a number.
        if !line.terminated && self.form.is_in_one_line() && !self.form.is_whole(line.bytes) {
            return Ok(());
        }
        let TextLine { time, readings, is_time_of_earlier } = self.form.line(trim(line.bytes));
        if let Some(text) = time
            && let Some(now) = self.time.parse(text, line.number, &mut tracker.notes)?
        {
            self.now = Some(now);
            tracker.times = self.time.times();
        }
        for reading in readings {
            self.waiting.push((line.number, reading));
        }
        if self.waiting.len() > MOST_WAITING {
            self.waiting.clear();
        }
        if self.form.waits_for_time() && !is_time_of_earlier && self.interval.is_none() {
            return Ok(());
        }
        for (number, reading) in std::mem::take(&mut self.waiting) {
            self.accept(number, &reading, tracker, queue)?;
        }
        Ok(())
    }

    fn accept(
        &mut self,
        line: u64,
        reading: &TextReading,
        tracker: &mut Tracker,
        queue: &mut Vec<DeviceReading>,
    ) -> Result<(), LogError> {
        let key = reading.id.as_bytes();
        let device = match tracker.find(key) {
            Some(device) => device,
            None => tracker.register(key, self.describe(reading, tracker.cadence), reading.place.clone())?,
        };
        self.has_begun.resize(self.has_begun.len().max(device + 1), false);
        let is_first = !std::mem::replace(&mut self.has_begun[device], true);
        if is_first && self.form.time_form() == TimeForm::Elapsed && reading.energy == Some(EnergyKind::Interval) {
            // The first interval begins when the recording does, at 0 s.
            let counter = Some(Value::Number(0));
            let (is_interval, is_busy_at_zero) = (true, false);
            let start =
                LoggedValues { device, at: LOG_START, power: None, counter, is_interval, is_busy_at_zero, line };
            queue.extend(tracker.accept(start)?.map(|reading| DeviceReading { device, reading }));
        }
        let Some(at) = self.now.or_else(|| self.count_row(device)) else { return Ok(()) };
        let (power, counter) = match reading.energy {
            Some(_) => (None, Some(reading.value)),
            None => (Some(reading.value), None),
        };
        let is_interval = reading.energy == Some(EnergyKind::Interval);
        let values = LoggedValues { device, at, power, counter, is_interval, is_busy_at_zero: false, line };
        queue.extend(tracker.accept(values)?.map(|reading| DeviceReading { device, reading }));
        Ok(())
    }

    fn count_row(&mut self, device: usize) -> Option<Timestamp> {
        self.row_counts.resize(self.row_counts.len().max(device + 1), 0);
        let at = LOG_START.after(self.interval?.times(self.row_counts[device]));
        self.row_counts[device] += 1;
        at.ok()
    }

    fn describe(&self, reading: &TextReading, cadence: Span) -> LoggedDevice {
        let name = reading.name.clone().or(self.accelerator.clone());
        let sensor = Sensor {
            counter: reading.energy.map(|_| counter_sensor(false, cadence)),
            power: reading.energy.is_none().then(|| power_sensor(false, reading.field, name.as_deref(), None, cadence)),
            limit: Sensor::UNKNOWN_LIMIT,
            cadence,
            systematic_ppm: Sensor::BOARD_SYSTEMATIC_PPM,
        };
        LoggedDevice { id: reading.id.clone(), name, sensor, counted_in: None, column: reading.column.clone() }
    }
}

/// Numbers of perf are seconds; other forms have no bare numbers but moments.
fn form_hint(form: TimeForm) -> TimeHint {
    let shift = (form == TimeForm::Elapsed).then_some(9);
    TimeHint { shift, utc: false, form }
}
