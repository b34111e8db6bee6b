//! Replays a recorded power log as if it happened now.
//!
//! `replay:FILE` gives the readings in FILE at the pace at which they were recorded, the first one now. `replay:FILE@SPEED`
//! gives them SPEED times as fast; with `@60` an hour takes a minute. Any log that `wattledger meter` reads can be replayed.
//! Power and times stay those of the log, so that at any speed the energy is that of the log: a reading that was recorded ten
//! minutes after the first one has a time ten minutes after the start, and is given ten minutes / SPEED after it.
//!
//! A file is read to its end before its replay begins: what `meter` refuses is refused, and what `meter` doubts is doubted.

use super::{ReadError, Source, SourceDevice, SourceKind};
use crate::metered_log::{MeteredLog, MeteredLogError};
use crate::powerlog::{LogError, LoggedDevice, Options, PowerLog};
use account::meter::Reading;
use std::fs::File;
use std::io::{self, Seek};
use std::ops::ControlFlow;
use std::path::PathBuf;
use units::{Span, Timestamp};

const FASTEST: u64 = 1_000_000;

/// What `replay:FILE[@SPEED]` describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplaySpec {
    /// The log to replay.
    pub file: PathBuf,
    /// Speed in thousandths of the recorded speed, above 0.
    pub speed_thousandths: u64,
}

impl ReplaySpec {
    /// Splits `text` into the file and the speed, a number from 0.001 to 1,000,000 after the last `@`. Any other text after an
    /// `@` belongs to the name of the file.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let speed = |text: &str| {
            let thousandths = super::thousandths(text)?;
            (1..=FASTEST * 1_000).contains(&thousandths).then_some(thousandths)
        };
        match text.rsplit_once('@').and_then(|(file, text)| Some((file, speed(text)?))) {
            Some((file, speed_thousandths)) => Self { file: file.into(), speed_thousandths },
            None => Self { file: text.into(), speed_thousandths: 1_000 },
        }
    }
}

/// Why a log cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayOpenError {
    /// The file cannot be opened.
    #[error("replay:{}: {cause}", file.display())]
    File {
        /// Path of the log.
        file: PathBuf,
        /// Error of the system.
        cause: io::Error,
    },
    /// The file is not a power log, or cannot be used.
    #[error("replay:{}: {cause}", file.display())]
    Log {
        /// Path of the log.
        file: PathBuf,
        /// What is wrong with it.
        cause: Box<MeteredLogError>,
    },
}

/// The start of a replay.
#[derive(Debug, Clone, Copy)]
struct Start {
    /// Time of the first poll.
    now: Timestamp,
    /// Time of the first reading in the log.
    recorded: Timestamp,
}

/// A reading of the log, with the position of its device.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    position: usize,
    reading: Reading,
}

/// The devices of a log. Devices that first appear after 256 KiB are not replayed.
pub struct ReplaySource {
    log: PowerLog<File>,
    speed_thousandths: u64,
    devices: Vec<SourceDevice>,
    /// What may make the figures of the log wrong.
    warnings: Vec<String>,
    /// When the replay started; `None` before the first poll.
    start: Option<Start>,
    /// The next reading of the log, which is not due yet.
    ahead: Option<Ahead>,
    failure: Option<String>,
}

impl ReplaySource {
    /// Opens the log and finds its devices.
    ///
    /// # Errors
    ///
    /// See [`ReplayOpenError`].
    pub fn open(spec: &ReplaySpec) -> Result<Self, ReplayOpenError> {
        let no_file = |cause| ReplayOpenError::File { file: spec.file.clone(), cause };
        let unusable =
            |cause: MeteredLogError| ReplayOpenError::Log { file: spec.file.clone(), cause: Box::new(cause) };
        let mut file = File::open(&spec.file).map_err(no_file)?;
        let mut warnings = Vec::new();
        // A pipe can be read only once.
        if file.metadata().map_err(no_file)?.is_file() {
            warnings = MeteredLog::read(&file, &Options::default()).map_err(unusable)?.warnings;
            file.rewind().map_err(no_file)?;
        }
        let log = PowerLog::open(file, &Options::default()).map_err(|error| unusable(error.into()))?;
        let devices = (0..).zip(log.devices()).map(|(index, logged)| device(index, logged)).collect();
        let speed_thousandths = spec.speed_thousandths;
        let mut source = Self { log, speed_thousandths, devices, warnings, start: None, ahead: None, failure: None };
        source.read_ahead().map_err(|error| unusable(error.into()))?;
        Ok(source)
    }

    /// What may make the figures of the log wrong.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Reads the next reading of the log; there is none at its end.
    fn read_ahead(&mut self) -> Result<(), LogError> {
        let ahead = &mut self.ahead;
        *ahead = None;
        self.log.read(&mut |_, position, reading| {
            *ahead = Some(Ahead { position, reading });
            ControlFlow::Break(())
        })
    }

    /// Time from the start of the log that is replayed by `now`.
    fn elapsed(&self, start: Timestamp, now: Timestamp) -> Span {
        let real = u128::from(now.since(start).unwrap_or(Span::ZERO).nanoseconds());
        let scaled = real * u128::from(self.speed_thousandths) / 1_000;
        Span::from_nanoseconds(u64::try_from(scaled).unwrap_or(u64::MAX))
    }
}

fn device(index: u32, logged: &LoggedDevice) -> SourceDevice {
    SourceDevice {
        uuid: logged.id.clone(),
        index,
        name: logged.name.clone().unwrap_or_else(|| logged.column.clone()),
        sensor: logged.sensor,
        counted_in: logged.counted_in,
    }
}

impl Source for ReplaySource {
    fn kind(&self) -> SourceKind {
        SourceKind::Replay
    }

    fn devices(&self) -> &[SourceDevice] {
        &self.devices
    }

    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>)) {
        let Some(first) = self.ahead.map(|ahead| ahead.reading.at) else {
            return self.end(sink);
        };
        let start = *self.start.get_or_insert(Start { now, recorded: first });
        let elapsed = self.elapsed(start.now, now);
        while let Some(Ahead { position, reading }) = self.ahead {
            let offset = reading.at.since(start.recorded).unwrap_or(Span::ZERO);
            if offset > elapsed {
                return;
            }
            if position < self.devices.len() {
                sink(position, Ok(Reading { at: start.now.after(offset).unwrap_or(now), ..reading }));
            }
            if let Err(error) = self.read_ahead() {
                self.failure = Some(error.to_string());
            }
        }
        self.end(sink);
    }
}

impl ReplaySource {
    fn end(&self, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>)) {
        let why = self.failure.as_deref().unwrap_or("the recording has ended");
        for position in 0..self.devices.len() {
            sink(position, Err(ReadError::Unreadable(why.to_owned())));
        }
    }
}
