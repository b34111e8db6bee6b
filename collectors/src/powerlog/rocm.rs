//! Reads `rocm-smi --showpower` in a loop that prints the time: `GPU[0] : Average Graphics Package Power (W): 35.0`.

use super::columns::LogColumn;
use super::delimited::power_sensor;
use super::text::{LogLine, lines_of, trim};
use super::time::{LOG_START, TimeHint, TimeParser};
use super::track::{LoggedValues, Tracker};
use super::value::{LogQuantity, LogUnit, parse_value};
use super::{DeviceReading, LogError, LogNote, LoggedDevice, Options, PowerLogFormat};
use account::meter::Sensor;
use units::{Span, Timestamp};

/// Reads the lines with power that follow each line with a time.
#[derive(Clone)]
pub(super) struct RocmText {
    time: TimeParser,
    accelerator: Option<String>,
    interval: Option<Span>,
    /// Time of the readings that follow.
    now: Option<Timestamp>,
    row_counts: Vec<u64>,
}

/// Splits `GPU[0] : <name>: <value>` into index, column and value.
fn power_line(line: &[u8]) -> Option<(&[u8], LogColumn, &[u8])> {
    let rest = trim(line).strip_prefix(b"GPU[")?;
    let close = memchr::memchr(b']', rest)?;
    let tail = trim(&rest[close + 1..]).strip_prefix(b":")?;
    let colon = memchr::memrchr(b':', tail)?;
    let column = LogColumn::parse(&tail[..colon]);
    let is_power = column.measured().is_some_and(|measured| measured.unit.quantity == LogQuantity::Power);
    is_power.then_some((&rest[..close], column, trim(&tail[colon + 1..])))
}

impl RocmText {
    /// A reader for the log, or `None` if it is of another format.
    ///
    /// # Errors
    ///
    /// The log has no times, and no interval is given.
    pub(super) fn open(head: &[u8], options: &Options) -> Option<Result<(Self, Vec<LogNote>), LogError>> {
        let (_, column, _) = lines_of(head).find_map(|line| power_line(line.bytes))?;
        let mut reader = Self {
            time: TimeParser::new(TimeHint::default(), options.timezone),
            accelerator: options.accelerator.clone(),
            interval: options.interval,
            now: None,
            row_counts: Vec::new(),
        };
        let mut ignored = Vec::new();
        let has_time = lines_of(head)
            .any(|line| matches!(reader.time.parse(trim(line.bytes), line.number, &mut ignored), Ok(Some(_))));
        if !has_time && options.interval.is_none() {
            return Some(Err(LogError::NoTime));
        }
        reader.time = TimeParser::new(TimeHint::default(), options.timezone);
        let note = LogNote::info(format!("read as {}: energy from {}", PowerLogFormat::RocmSmi, column.text));
        Some(Ok((reader, vec![note])))
    }

    /// Reads one line, which is a time, a reading, or decoration.
    pub(super) fn line(
        &mut self,
        line: LogLine<'_>,
        tracker: &mut Tracker,
        queue: &mut Vec<DeviceReading>,
    ) -> Result<(), LogError> {
        let Some((index, column, value)) = power_line(line.bytes) else {
            if let Some(now) = self.time.parse(trim(line.bytes), line.number, &mut tracker.notes)? {
                self.now = Some(now);
                tracker.times = self.time.times();
            }
            return Ok(());
        };
        let device = match tracker.find(index) {
            Some(device) => device,
            None => tracker.register(index, self.describe(index, &column, tracker.cadence))?,
        };
        if let Some(at) = self.now.or_else(|| self.count_row(device)) {
            let power = Some(parse_value(value, LogUnit::WATT));
            let reading = tracker.accept(LoggedValues { device, at, power, counter: None, line: line.number })?;
            queue.extend(reading.map(|reading| DeviceReading { device, reading }));
        }
        Ok(())
    }

    fn count_row(&mut self, device: usize) -> Option<Timestamp> {
        self.row_counts.resize(self.row_counts.len().max(device + 1), 0);
        let at = LOG_START.after(self.interval?.times(self.row_counts[device]));
        self.row_counts[device] += 1;
        at.ok()
    }

    fn describe(&self, index: &[u8], column: &LogColumn, cadence: Span) -> LoggedDevice {
        let name = self.accelerator.clone();
        LoggedDevice {
            id: String::from_utf8_lossy(index).into_owned(),
            sensor: Sensor {
                counter: None,
                power: Some(power_sensor(PowerLogFormat::RocmSmi, None, name.as_deref(), None, cadence)),
                limit: Sensor::UNKNOWN_LIMIT,
                cadence,
                systematic_ppm: Sensor::BOARD_SYSTEMATIC_PPM,
            },
            name,
            counted_in: None,
            column: column.text.clone(),
        }
    }
}
