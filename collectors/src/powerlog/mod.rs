//! Recorded power logs as people have them: from a stream of bytes to devices and their readings.
//!
//! Nothing is integrated here; readings go to [`account::meter`]. One pass, in memory that does not grow with the log.

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
use text::{Line, Lines};
use track::Tracker;
use units::Span;

pub use error::{LogError, NameClash};
pub use format::Format;
pub use time::Times;

/// What the caller knows about a log that the log does not say.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The format, where recognising it fails.
    pub format: Option<Format>,
    /// The power or energy column (or metric) to take instead of the preferred one.
    pub column: Option<String>,
    /// Zone of local times without zone.
    pub timezone: Option<chrono_tz::Tz>,
    /// Time between two readings of a device, for a log without times.
    pub interval: Option<Span>,
    /// Product name of the accelerators, where the log has none.
    pub accelerator: Option<String>,
}

/// A device that a log holds readings of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedDevice {
    /// UUID, or the log's own identifier: index, `host/index`, name of the column.
    pub id: String,
    /// Product name, from the log or from [`Options::accelerator`].
    pub name: Option<String>,
    /// What its readings mean. Counters are in µJ.
    pub sensor: Sensor,
    /// Position of the device whose readings contain this one's: a total sums the devices that are in no other.
    pub counted_in: Option<usize>,
    /// The column or metric that was taken.
    pub column: String,
}

/// Something worth knowing about how a log was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Whether the figures may be wrong because of it.
    pub is_warning: bool,
    /// One sentence.
    pub text: String,
}

impl Note {
    fn info(text: impl Into<String>) -> Self {
        Self { is_warning: false, text: text.into() }
    }

    fn warning(text: impl Into<String>) -> Self {
        Self { is_warning: true, text: text.into() }
    }
}

/// A power log being read.
pub struct PowerLog<R> {
    lines: Lines<R>,
    reader: Reader,
    tracker: Tracker,
    queue: Vec<(usize, Reading)>,
    taken: usize,
    is_finished: bool,
}

/// One per shape of text.
#[derive(Clone)]
enum Reader {
    Delimited(Box<Delimited>),
    Prometheus(Box<Prometheus>),
    RocmText(Box<RocmText>),
}

impl Reader {
    fn line(
        &mut self,
        line: Line<'_>,
        tracker: &mut Tracker,
        queue: &mut Vec<(usize, Reading)>,
    ) -> Result<(), LogError> {
        match self {
            Self::Delimited(reader) => reader.line(line, tracker, queue),
            Self::Prometheus(reader) => reader.line(line, tracker, queue),
            Self::RocmText(reader) => reader.line(line, tracker, queue),
        }
    }

    /// Whether nothing in a row says whose it is, so that rows of several devices would look like one.
    fn is_undivided(&self) -> bool {
        matches!(self, Self::Delimited(reader) if reader.is_undivided())
    }

    fn end(&mut self, tracker: &mut Tracker, queue: &mut Vec<(usize, Reading)>) -> Result<(), LogError> {
        match self {
            Self::Delimited(reader) => reader.end(tracker),
            Self::Prometheus(reader) => reader.end(tracker, queue),
            Self::RocmText(_) => Ok(()),
        }
    }
}

impl<R: Read> PowerLog<R> {
    /// Looks at the head of the log: what format it is, which columns are taken, which devices are there.
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

    /// Hands every reading with its device and the device's position to `sink`, per device in the order of time. After
    /// `sink` broke off, a further call goes on with the reading behind. Fails where the log cannot be believed.
    pub fn read(
        &mut self,
        sink: &mut impl FnMut(&LoggedDevice, usize, Reading) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        loop {
            while let Some(&(device, reading)) = self.queue.get(self.taken) {
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

    /// The devices met so far; those of the first 256 KiB from the start. One without readings stays listed.
    pub fn devices(&self) -> &[LoggedDevice] {
        &self.tracker.devices
    }

    /// What is worth knowing so far: the choice of columns from the start, the rest once the log is read to its end.
    pub fn notes(&self) -> &[Note] {
        &self.tracker.notes
    }

    /// What the times of the readings are; certain once the first reading was handed out.
    pub fn times(&self) -> Times {
        self.tracker.times
    }
}
