//! Reads recorded power logs, as common tools write them: from a stream of bytes to devices and their readings.
//!
//! Nothing is integrated here; readings go to [`account::meter`]. A log is read in one pass, in memory that does not grow with
//! its length.

mod ask;
mod catalogue;
mod columns;
mod delimited;
mod error;
mod fields;
mod format;
mod header;
mod keys;
mod layout;
mod log;
mod mapping;
mod part;
mod prometheus;
mod reader;
mod recognise;
mod rowwise;
mod scrape;
mod series;
mod spelling;
mod statements;
mod survey;
mod text;
mod textual;
mod time;
mod track;
mod value;

#[cfg(test)]
mod tests;

use account::meter::Reading;
use log::DeviceReading;
use reader::Reader;
use std::io::Read;
use std::ops::ControlFlow;
use text::Lines;
use track::Tracker;

pub use error::{LogError, NameClash, Question};
pub use format::PowerLogFormat;
pub use log::{LogNote, LoggedDevice, Options};
pub use scrape::{ScrapeError, ScrapedDevice, ScrapedExporter, ScrapedValues};
pub use statements::{ColumnMapping, ContainsStatement, ReadingStatement, TimeStatement};
pub use time::Times;

/// A power log that is being read.
pub struct PowerLog<R> {
    lines: Lines<R>,
    reader: Reader,
    tracker: Tracker,
    queue: Vec<DeviceReading>,
    taken: usize,
    is_finished: bool,
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
        let (reader, mut tracker, notes) = recognise::recognise(head, is_whole, options)?;
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
