//! Reads recorded power logs, as common tools write them: from a stream of bytes to devices and their readings.
//!
//! Nothing is integrated here; readings go to [`account::meter`]. A log is read in one pass, in memory that does not grow with
//! its length.

mod columns;
mod containment;
mod delimited;
mod error;
mod fields;
mod format;
mod header;
mod layout;
mod prometheus;
mod rocm;
mod survey;
mod text;
mod time;
mod track;
mod value;

#[cfg(test)]
mod tests;

use account::meter::{Reading, Sensor};
use delimited::Delimited;
use prometheus::Prometheus;
use rocm::RocmText;
use std::io::Read;
use std::ops::ControlFlow;
use text::{Lines, LogLine};
use track::Tracker;
use units::Span;

pub use error::{LogError, NameClash};
pub use format::PowerLogFormat;
pub use time::Times;

/// What the caller knows about a log and the log does not say.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Format of the log; `None` to recognise it.
    pub format: Option<PowerLogFormat>,
    /// Name of the column or metric to read power or energy from; `None` to choose the best.
    pub column: Option<String>,
    /// Time zone of local times that are written without one.
    pub timezone: Option<chrono_tz::Tz>,
    /// Time between two readings of a device, for a log without times.
    pub interval: Option<Span>,
    /// Product name of the accelerators, for a log that has none.
    pub accelerator: Option<String>,
}

/// A device whose readings a log holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedDevice {
    /// UUID, or the identifier that the log has: an index, `host/index`, or the name of the column.
    pub id: String,
    /// Product name, from the log or from [`Options::accelerator`].
    pub name: Option<String>,
    /// What the readings mean. Counters are in µJ.
    pub sensor: Sensor,
    /// Position of the device whose readings already contain those of this one. A total adds the devices that no other contains.
    pub counted_in: Option<usize>,
    /// Name of the column or metric that is read.
    pub column: String,
}

/// A remark on how a log was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogNote {
    /// Whether the figures may be wrong because of this.
    pub is_warning: bool,
    /// The remark, one sentence.
    pub text: String,
}

impl LogNote {
    fn info(text: impl Into<String>) -> Self {
        Self { is_warning: false, text: text.into() }
    }

    fn warning(text: impl Into<String>) -> Self {
        Self { is_warning: true, text: text.into() }
    }
}

/// A reading, with the position of its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DeviceReading {
    device: usize,
    reading: Reading,
}

/// A power log that is being read.
pub struct PowerLog<R> {
    lines: Lines<R>,
    reader: Reader,
    tracker: Tracker,
    queue: Vec<DeviceReading>,
    taken: usize,
    is_finished: bool,
}

/// The reader for the format of a log.
#[derive(Clone)]
enum Reader {
    Delimited(Box<Delimited>),
    Prometheus(Box<Prometheus>),
    RocmText(Box<RocmText>),
}

impl Reader {
    fn line(
        &mut self,
        line: LogLine<'_>,
        tracker: &mut Tracker,
        queue: &mut Vec<DeviceReading>,
    ) -> Result<(), LogError> {
        match self {
            Self::Delimited(reader) => reader.line(line, tracker, queue),
            Self::Prometheus(reader) => reader.line(line, tracker, queue),
            Self::RocmText(reader) => reader.line(line, tracker, queue),
        }
    }

    /// Whether rows do not name their device, so that rows of several devices would look like those of one.
    fn is_undivided(&self) -> bool {
        matches!(self, Self::Delimited(reader) if reader.is_undivided())
    }

    fn end(&mut self, tracker: &mut Tracker, queue: &mut Vec<DeviceReading>) -> Result<(), LogError> {
        match self {
            Self::Delimited(reader) => reader.end(tracker),
            Self::Prometheus(reader) => reader.end(tracker, queue),
            Self::RocmText(_) => Ok(()),
        }
    }
}

impl<R: Read> PowerLog<R> {
    /// Recognises the format of the log, its columns and devices, from its first 256 KiB.
    ///
    /// # Errors
    ///
    /// The log cannot be used; see [`LogError`].
    pub fn open(source: R, options: &Options) -> Result<Self, LogError> {
        let mut lines = Lines::open(source)?;
        let (head, is_whole) = lines.head()?;
        let (reader, mut tracker, notes) = format::recognise(head, is_whole, options)?;
        if let (Reader::Prometheus(_), true) = (&reader, is_whole)
            && let Some(sorted) = prometheus::in_order_of_time(head)
        {
            lines.replace_whole(sorted);
        }
        let (head, _) = lines.head()?;
        survey::run(reader.clone(), &mut tracker, head)?;
        tracker.notes = notes;
        Ok(Self { lines, reader, tracker, queue: Vec::new(), taken: 0, is_finished: false })
    }

    /// Passes every reading to `sink`, with its device and the position of the device; those of one device are in the order of
    /// time. If `sink` breaks off, another call goes on with the next reading.
    ///
    /// # Errors
    ///
    /// The log cannot be read any further; see [`LogError`].
    pub fn read(
        &mut self,
        sink: &mut impl FnMut(&LoggedDevice, usize, Reading) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        loop {
            while let Some(&DeviceReading { device, reading }) = self.queue.get(self.taken) {
                self.taken += 1;
                if sink(&self.tracker.devices[device], device, reading).is_break() {
                    return Ok(());
                }
            }
            self.queue.clear();
            self.taken = 0;
            match self.lines.next()? {
                Some(line) => self.reader.line(line, &mut self.tracker, &mut self.queue)?,
                None if self.is_finished => return Ok(()),
                None => {
                    self.is_finished = true;
                    self.reader.end(&mut self.tracker, &mut self.queue)?;
                    self.tracker.finish();
                }
            }
        }
    }

    /// The devices found so far, at first those of the first 256 KiB. Devices without readings are listed too.
    pub fn devices(&self) -> &[LoggedDevice] {
        &self.tracker.devices
    }

    /// Remarks so far: at first on the choice of columns, and all others once the log is read to its end.
    pub fn notes(&self) -> &[LogNote] {
        &self.tracker.notes
    }

    /// What the times of the readings are; known for certain after the first reading.
    pub fn times(&self) -> Times {
        self.tracker.times
    }
}
