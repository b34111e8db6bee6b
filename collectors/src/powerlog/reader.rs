//! The readers of the formats behind one type.

use super::delimited::Delimited;
use super::prometheus::Prometheus;
use super::text::LogLine;
use super::textual::Textual;
use super::track::Tracker;
use super::{DeviceReading, LogError};

/// The reader for the format of a log.
#[derive(Clone)]
pub(super) enum Reader {
    Delimited(Box<Delimited>),
    Prometheus(Box<Prometheus>),
    Textual(Box<Textual>),
}

impl Reader {
    pub(super) fn line(
        &mut self,
        line: LogLine<'_>,
        tracker: &mut Tracker,
        queue: &mut Vec<DeviceReading>,
    ) -> Result<(), LogError> {
        match self {
            Self::Delimited(reader) => reader.line(line, tracker, queue),
            Self::Prometheus(reader) => reader.line(line, tracker, queue),
            Self::Textual(reader) => reader.line(line, tracker, queue),
        }
    }

    /// Whether rows do not name their device, so that rows of several devices would look like those of one.
    pub(super) fn is_undivided(&self) -> bool {
        matches!(self, Self::Delimited(reader) if reader.is_undivided())
    }

    /// Whether only the names of devices say what contains what, so that these have to be certain.
    pub(super) fn has_parts_by_name(&self) -> bool {
        matches!(self, Self::Delimited(reader) if reader.has_parts_by_name())
    }

    pub(super) fn end(&mut self, tracker: &mut Tracker, queue: &mut Vec<DeviceReading>) -> Result<(), LogError> {
        match self {
            Self::Delimited(reader) => reader.end(tracker),
            Self::Prometheus(reader) => reader.end(tracker, queue),
            Self::Textual(_) => Ok(()),
        }
    }
}
