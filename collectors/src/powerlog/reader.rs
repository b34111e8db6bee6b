//! The readers of the formats behind one type.

use super::delimited::Delimited;
use super::prometheus::Prometheus;
use super::rocm::RocmText;
use super::text::LogLine;
use super::track::Tracker;
use super::{DeviceReading, LogError};

/// The reader for the format of a log.
#[derive(Clone)]
pub(super) enum Reader {
    Delimited(Box<Delimited>),
    Prometheus(Box<Prometheus>),
    RocmText(Box<RocmText>),
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
            Self::RocmText(reader) => reader.line(line, tracker, queue),
        }
    }

    /// Whether rows do not name their device, so that rows of several devices would look like those of one.
    pub(super) fn is_undivided(&self) -> bool {
        matches!(self, Self::Delimited(reader) if reader.is_undivided())
    }

    pub(super) fn end(&mut self, tracker: &mut Tracker, queue: &mut Vec<DeviceReading>) -> Result<(), LogError> {
        match self {
            Self::Delimited(reader) => reader.end(tracker),
            Self::Prometheus(reader) => reader.end(tracker, queue),
            Self::RocmText(_) => Ok(()),
        }
    }
}
