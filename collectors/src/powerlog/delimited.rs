//! Reads tables with one row per moment: of nvidia-smi, dmon, amd-smi, hl-smi and scripts around them, wide and plain CSV.

use super::fields::{Fields, Separator};
use super::header;
use super::layout::Layout;
use super::part::{MachinePart, MachinePlace};
use super::series::ReadingColumn;
use super::text::{LogLine, excerpt, trim};
use super::time::{LOG_START, TimeHint, TimeParser, Times};
use super::track::{LoggedValues, Tracker};
use super::value::{Decimal, EnergyKind, LogQuantity, LogUnit, Value, parse_value};
use super::{DeviceReading, LogError, LogNote, LoggedDevice, Options};
use crate::sensor_class::{Architecture, DriverVersion, PowerField, architecture_of, classify};
use account::meter::{CounterSensor, CounterUnit, PowerSensor, Sensor};
use units::{Power, Span, Timestamp};

/// How long a loop that prints its header before each row may pause.
const LONGEST_PAUSE: Span = Span::from_seconds(60);

/// Reads the rows of a table.
#[derive(Clone)]
pub(super) struct Delimited {
    layout: Layout,
    time: TimeParser,
    interval: Option<Span>,
    accelerator: Option<String>,
    fields: Fields,
    joined: Vec<u8>,
    /// Time of the rows that follow, in logs that have it on a line of its own.
    now: Option<Timestamp>,
    /// Time of the row before.
    last_at: Option<Timestamp>,
    /// Whether the line before is the header again.
    is_after_header: bool,
    /// Rows so far per device, in logs without times, whose rows are a fixed interval apart.
    row_counts: Vec<u64>,
    /// The line before, where another column may differ between two devices.
    before: Vec<u8>,
    before_line: u64,
    skipped: Skipped,
}

/// Lines that are not rows of the table.
#[derive(Clone, Default)]
struct Skipped {
    count: u64,
    first_line: u64,
    /// What is wrong with the first such line, for a log in which no line is a row.
    first_time: Option<String>,
    first_cells: usize,
}

impl Delimited {
    pub(super) fn new(layout: Layout, options: &Options) -> Self {
        let hint = layout.time.map_or(TimeHint::default(), |time| time.hint);
        let interval = options.interval.filter(|_| layout.time.is_none());
        Self {
            time: TimeParser::new(hint, options.timezone),
            interval,
            accelerator: options.accelerator.clone(),
            layout,
            fields: Fields::default(),
            joined: Vec::new(),
            now: None,
            last_at: None,
            is_after_header: false,
            row_counts: Vec::new(),
            before: Vec::new(),
            before_line: 0,
            skipped: Skipped::default(),
        }
    }

    /// Whether rows do not name their device.
    pub(super) fn is_undivided(&self) -> bool {
        let keys = &self.layout.keys;
        self.layout.host.is_none() && (keys.is_empty() || keys.first().copied() == self.layout.name)
    }

    /// Whether only the names of devices say what contains what, so that these have to be certain.
    pub(super) fn has_parts_by_name(&self) -> bool {
        self.layout.has_parts_by_name
    }

    /// Reads one line; readings are appended to `queue`.
    pub(super) fn line(
        &mut self,
        line: LogLine<'_>,
        tracker: &mut Tracker,
        queue: &mut Vec<DeviceReading>,
    ) -> Result<(), LogError> {
        let bytes = line.bytes;
        if bytes.first().is_none_or(|byte| *byte == b'#') || trim(bytes).is_empty() {
            return Ok(());
        }
        self.fields.split(bytes, self.layout.separator);
        if self.layout.rows.iter().any(|(index, text)| self.fields.get(bytes, *index) != &text[..])
            && self.fields.len() == self.layout.width
        {
            return self.repeated_header(line).map(drop);
        }
        if self.fields.len() == 1 && self.layout.width > 1 && self.layout.time.is_none() {
            return self.time_line(line, tracker);
        }
        let is_row = self.fields.len() == self.layout.width || self.is_usable(line)?;
        let is_cut = || self.layout.is_cut(self.fields.get(bytes, self.layout.width.saturating_sub(1)));
        if !is_row && header::is_header(bytes) {
            return Err(LogError::HeaderChanged { line: line.number });
        }
        if !is_row || (!line.terminated && is_cut()) {
            self.skip(line, false);
            return Ok(());
        }
        let at = match self.time_of_row(line, tracker)? {
            RowTime::At(at) => at,
            RowTime::CounterValue => LOG_START,
            RowTime::Header => return Ok(()),
            RowTime::None => {
                self.skip(line, true);
                return Ok(());
            }
        };
        let unit = self
            .layout
            .unit
            .map(|index| std::str::from_utf8(self.fields.get(bytes, index)).ok().and_then(LogUnit::parse));
        let unit = match unit {
            Some(Some(unit)) if unit.quantity == LogQuantity::Power => Some(unit),
            Some(_) => return Ok(()),
            None => None,
        };
        let metric = self.layout.metric.map(|index| self.fields.get(bytes, index));
        for position in 0..self.layout.series.len() {
            if self.layout.series[position].metric.as_deref() != metric {
                continue;
            }
            let device = self.device_of(bytes, position, tracker)?;
            let at = self.interval.map_or(at, |interval| self.count_row(device, interval));
            let series = &self.layout.series[position];
            let power = series.power.as_ref().map(|source| self.value(line, source, unit)).transpose()?;
            let counter = series.energy.as_ref().map(|source| self.value(line, source, unit)).transpose()?;
            let is_interval = series.energy.as_ref().is_some_and(|source| source.kind == EnergyKind::Interval);
            let load = series.load.filter(|_| power == Some(Value::Number(0)));
            let is_busy_at_zero = load.is_some_and(|index| is_busy(self.fields.get(bytes, index)));
            let values = LoggedValues { device, at, power, counter, is_interval, is_busy_at_zero, line: line.number };
            let reading = tracker.accept(values);
            if let Some(reading) = reading.map_err(|error| self.name_other_column(error, bytes))? {
                queue.push(DeviceReading { device, reading });
            }
        }
        if self.layout.identities.is_empty() {
            return Ok(());
        }
        self.before.clear();
        self.before.extend_from_slice(bytes);
        self.before_line = line.number;
        Ok(())
    }

    /// Adds notes on the lines that were skipped.
    ///
    /// # Errors
    ///
    /// No line was a row.
    pub(super) fn end(&mut self, tracker: &mut Tracker) -> Result<(), LogError> {
        if tracker.devices.is_empty() {
            return Err(self.no_rows());
        }
        if self.skipped.count > 0 {
            let lines = if self.skipped.count == 1 { "line was" } else { "lines were" };
            tracker.notes.push(LogNote::warning(format!(
                "{} {lines} skipped: not a complete row; the first is line {}",
                self.skipped.count, self.skipped.first_line
            )));
        }
        if tracker.times == Times::LocalWithoutZone {
            tracker
                .notes
                .push(LogNote::info("the times have no time zone and are read as UTC; name the zone with --timezone"));
        }
        Ok(())
    }

    /// Reads a cell.
    ///
    /// # Errors
    ///
    /// The cell has a decimal comma, which is in one cell because of quotes or another separator.
    fn value(&self, line: LogLine<'_>, source: &ReadingColumn, unit: Option<LogUnit>) -> Result<Value, LogError> {
        let cell = self.fields.get(line.bytes, source.index);
        let value = parse_value(cell, unit.unwrap_or(source.unit));
        if value == Value::Unreadable
            && let Some(comma) = memchr::memchr(b',', cell)
            && is_digits(&cell[..comma])
            && is_fraction(&cell[comma + 1..])
        {
            return Err(LogError::DecimalComma { line: line.number, cell: excerpt(cell) });
        }
        Ok(value)
    }

    fn skip(&mut self, line: LogLine<'_>, has_unreadable_time: bool) {
        if self.skipped.count == 0 {
            self.skipped.first_line = line.number;
            self.skipped.first_cells = self.fields.len();
        }
        if has_unreadable_time && self.skipped.first_time.is_none() && self.skipped.count == 0 {
            let cell = self.layout.time.map(|column| excerpt(self.fields.get(line.bytes, column.index)));
            self.skipped.first_time = cell;
        }
        self.skipped.count += 1;
    }

    /// Why a log in which no line is a row cannot be used.
    fn no_rows(&mut self) -> LogError {
        let (line, cells, columns) = (self.skipped.first_line, self.skipped.first_cells, self.layout.width);
        match self.skipped.first_time.take() {
            _ if self.skipped.count == 0 => LogError::HeaderOnly,
            Some(text) => LogError::UnreadableTime { line, text },
            None => LogError::RowsDoNotFit { line, cells, columns },
        }
    }

    /// Handles a row with the wrong number of cells: a separator at its end is harmless, a decimal comma is refused, and a row
    /// that was cut off is read as far as it goes.
    fn is_usable(&self, line: LogLine<'_>) -> Result<bool, LogError> {
        let extra = self.fields.len().saturating_sub(self.layout.width);
        if extra == 0 || self.layout.separator == Separator::Blanks {
            return Ok(false);
        }
        if (self.layout.width..self.fields.len()).all(|index| self.fields.get(line.bytes, index).is_empty()) {
            return Ok(true);
        }
        for source in self.layout.series.iter().flat_map(|series| series.power.iter().chain(&series.energy)) {
            let whole = self.fields.get(line.bytes, source.index);
            let fraction = self.fields.get(line.bytes, source.index + 1);
            if is_digits(whole) && is_fraction(fraction) {
                let cell = format!("{},{}", excerpt(whole), excerpt(fraction));
                return Err(LogError::DecimalComma { line: line.number, cell });
            }
        }
        Ok(false)
    }

    fn time_of_row(&mut self, line: LogLine<'_>, tracker: &mut Tracker) -> Result<RowTime, LogError> {
        let Some(column) = self.layout.time else { return Ok(self.without_time(line)) };
        let mut cell = self.fields.get(line.bytes, column.index);
        if let Some(date) = column.date {
            self.joined.clear();
            self.joined.extend_from_slice(self.fields.get(line.bytes, date));
            self.joined.push(b' ');
            self.joined.extend_from_slice(cell);
            cell = &self.joined;
        }
        if let Some(at) = self.time.parse(cell, line.number, &mut tracker.notes)? {
            tracker.times = self.time.times();
            self.check_restart(at, line, tracker.cadence)?;
            return Ok(RowTime::At(at));
        }
        let row = self.repeated_header(line)?;
        self.is_after_header |= matches!(row, RowTime::Header);
        Ok(row)
    }

    /// A loop may print its header before each row. A header after a pause begins another recording, and nothing says what was drawn
    /// between the two.
    fn check_restart(&mut self, at: Timestamp, line: LogLine<'_>, cadence: Span) -> Result<(), LogError> {
        let before = self.last_at.replace(at);
        if !std::mem::take(&mut self.is_after_header) {
            return Ok(());
        }
        let pause = before.and_then(|last| at.since(last)).unwrap_or(Span::ZERO);
        if pause > LONGEST_PAUSE && pause > cadence.times(10) {
            return Err(LogError::SecondRecording { line: line.number, pause: super::time::show_span(pause) });
        }
        Ok(())
    }

    /// Takes the time from a line with nothing else on it, as a loop with `date` prints it.
    fn time_line(&mut self, line: LogLine<'_>, tracker: &mut Tracker) -> Result<(), LogError> {
        match self.time.parse(trim(line.bytes), line.number, &mut tracker.notes)? {
            Some(at) => {
                self.now = Some(at);
                tracker.times = self.time.times();
            }
            None => self.skip(line, false),
        }
        Ok(())
    }

    fn without_time(&self, line: LogLine<'_>) -> RowTime {
        let is_header = self.layout.headers.iter().any(|header| trim(line.bytes) == &header[..]);
        match self.interval {
            _ if is_header => RowTime::Header,
            Some(_) => RowTime::CounterValue,
            None => self.now.map_or(RowTime::None, RowTime::At),
        }
    }

    fn repeated_header(&self, line: LogLine<'_>) -> Result<RowTime, LogError> {
        if self.layout.headers.iter().any(|header| trim(line.bytes) == &header[..]) {
            return Ok(RowTime::Header);
        }
        let (Some(header), Some(column)) = (self.layout.headers.first(), self.layout.time) else {
            return Ok(RowTime::None);
        };
        let mut names = Fields::default();
        names.split(header, self.layout.separator);
        let is_header = names.get(header, column.index) == self.fields.get(line.bytes, column.index);
        if is_header && !names.cells(header).eq(self.fields.cells(line.bytes)) {
            return Err(LogError::HeaderChanged { line: line.number });
        }
        Ok(if is_header { RowTime::Header } else { RowTime::None })
    }

    fn count_row(&mut self, device: usize, interval: Span) -> Timestamp {
        self.row_counts.resize(self.row_counts.len().max(device + 1), 0);
        let at = LOG_START.after(interval.times(self.row_counts[device]));
        self.row_counts[device] += 1;
        at.unwrap_or(Timestamp::from_nanoseconds(i64::MAX))
    }

    fn device_of(&mut self, line: &[u8], position: usize, tracker: &mut Tracker) -> Result<usize, LogError> {
        let layout = &self.layout;
        let own = layout.series[position].id.as_bytes();
        // Several readings of the device of a row are devices of their own; the first is the device itself.
        let has_own = layout.keys.is_empty() || position > 0 || layout.metric.is_some();
        let main = layout.keys.first().map_or(own, |index| self.fields.get(line, *index));
        let key = if layout.host.is_none() && layout.keys.len() < 2 && (layout.keys.is_empty() || !has_own) {
            main
        } else {
            self.joined.clear();
            let keys = layout.host.iter().chain(&layout.keys).map(|index| self.fields.get(line, *index));
            for part in keys.chain(has_own.then_some(own)) {
                if !self.joined.is_empty() {
                    self.joined.push(b'/');
                }
                self.joined.extend_from_slice(part);
            }
            &self.joined[..]
        };
        if let Some(device) = tracker.find(key) {
            return Ok(device);
        }
        let key = key.to_vec();
        let place = self.place(line, position);
        let device = self.describe(line, position, String::from_utf8_lossy(&key).into_owned(), tracker.cadence);
        tracker.register(&key, device, place)
    }

    /// Where the device of a row belongs: by its column, else by its name.
    fn place(&self, line: &[u8], position: usize) -> MachinePlace {
        let text = |index: &usize| String::from_utf8_lossy(self.fields.get(line, *index)).into_owned();
        let host = self.layout.host.as_ref().map(text).unwrap_or_default();
        let own = &self.layout.series[position].place;
        if self.layout.keys.is_empty() {
            return MachinePlace { host, ..own.clone() };
        }
        let named = MachinePlace::of_name(&self.layout.keys.iter().map(text).collect::<Vec<_>>().join(" "));
        if let (Some(whole), Some(main)) = (self.layout.whole, self.layout.keys.first()) {
            let is_whole = self.fields.get(line, whole) == b"-1";
            let part = Some(if is_whole { MachinePart::Board } else { MachinePart::BoardPart });
            return MachinePlace { host, part, is_total: false, number: MachinePlace::of_name(&text(main)).number };
        }
        match own.part {
            Some(_) => MachinePlace { host, number: named.number.or(own.number), ..own.clone() },
            None => MachinePlace { host, ..named },
        }
    }

    fn describe(&self, line: &[u8], position: usize, id: String, cadence: Span) -> LoggedDevice {
        let series = &self.layout.series[position];
        let text = |index: usize| String::from_utf8_lossy(self.fields.get(line, index)).into_owned();
        let name = self.layout.name.map(text).filter(|name| !name.is_empty()).or(self.accelerator.clone());
        let limit = self.layout.limit.and_then(|(index, unit)| match parse_value(self.fields.get(line, index), unit) {
            Value::Number(milliwatts) if milliwatts > 0 => Some(Power::from_milliwatts(milliwatts)),
            _ => None,
        });
        let is_mean = self.layout.known.is_some_and(|format| format.mean_since_previous);
        let sensor = Sensor {
            counter: series.energy.as_ref().map(|_| counter_sensor(is_mean, cadence)),
            power: series.power.as_ref().map(|source| {
                power_sensor(is_mean, source.field, name.as_deref(), self.layout.driver.map(text), cadence)
            }),
            limit: limit.unwrap_or(Sensor::UNKNOWN_LIMIT),
            cadence,
            systematic_ppm: Sensor::BOARD_SYSTEMATIC_PPM,
        };
        LoggedDevice { id, name, sensor, counted_in: None, column: series.column() }
    }

    /// Adds to the error which other column differs between two lines with one name.
    fn name_other_column(&self, error: LogError, line: &[u8]) -> LogError {
        let LogError::TwoDevices(mut clash) = error else { return error };
        if clash.before_line == self.before_line {
            let mut earlier = Fields::default();
            earlier.split(&self.before, self.layout.separator);
            let differs = |index: usize| earlier.get(&self.before, index) != self.fields.get(line, index);
            if let Some((_, name)) = self.layout.identities.iter().find(|(index, _)| differs(*index)) {
                clash.remedy =
                    format!("column {name:?} differs between them: build a name of its own for every GPU from it");
            }
        }
        LogError::TwoDevices(clash)
    }
}

/// Whether a cell is a whole number, such as `30` or `-30`.
fn is_digits(cell: &[u8]) -> bool {
    let digits = cell.strip_prefix(b"-").unwrap_or(cell);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// Whether a cell looks like the decimals of a number: `3`, `30`, possibly followed by a unit.
fn is_fraction(cell: &[u8]) -> bool {
    let digits = cell.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && matches!(trim(&cell[digits..]), b"" | b"W")
}

/// How a row gets its time.
enum RowTime {
    At(Timestamp),
    /// It is computed from the interval.
    CounterValue,
    /// It has none, because the row repeats the header.
    Header,
    None,
}

/// Whether a load in percent is one under which no device draws 0 W.
fn is_busy(cell: &[u8]) -> bool {
    Decimal::parse(cell).and_then(|(percent, _)| percent.scaled(0)).is_some_and(|percent| percent >= 50)
}

/// Update period of counters: 100 ms, as is known of those of NVIDIA. The steps of most logs are longer.
pub(super) fn counter_sensor(is_mean: bool, cadence: Span) -> CounterSensor {
    let update = if is_mean { cadence } else { Span::from_milliseconds(100) };
    CounterSensor { unit: CounterUnit::Microjoule, range: None, update }
}

pub(super) fn power_sensor(
    is_mean: bool,
    field: Option<PowerField>,
    name: Option<&str>,
    driver: Option<String>,
    cadence: Span,
) -> PowerSensor {
    if is_mean {
        // Each value is the mean since the value before.
        return PowerSensor::Average { window: cadence, update: cadence };
    }
    let Some(field) = field else { return PowerSensor::Unknown };
    let architecture = name.and_then(architecture_of).unwrap_or(Architecture::Other);
    classify(architecture, driver.as_deref().and_then(DriverVersion::parse), field)
}
