//! A recorded power log, as if it happened now.
//!
//! `replay:FILE` hands the readings of FILE over in the rhythm in which they were recorded, the first one now;
//! `replay:FILE@SPEED` does it SPEED times as fast (`@60`: an hour in a minute). Every log that `wattledger meter` reads
//! is read. Power and distances in time stay those of the log, so that at any speed the energy is the log's: a reading
//! that was recorded ten minutes after the first one is placed ten minutes after the start, and handed over after ten
//! minutes / SPEED.

use super::{Device, ReadError, Source};
use crate::powerlog::{LogError, LoggedDevice, Options, PowerLog};
use account::meter::Reading;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use units::{Span, Timestamp};

const FASTEST: u64 = 1_000_000;

/// A parsed `FILE[@SPEED]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The log.
    pub file: PathBuf,
    /// How many times as fast as recorded, in thousandths; above 0.
    pub speed_thousandths: u64,
}

impl Spec {
    /// Splits off the speed: a number from 0.001 to 1,000,000 after the last `@`. Anything else belongs to the file's name.
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
pub enum OpenError {
    /// The file cannot be opened.
    #[error("replay:{}: {cause}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It is no log that can be used.
    #[error("replay:{}: {cause}", file.display())]
    Log {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        cause: Box<LogError>,
    },
}

/// The devices of a log. Those that appear only after its first 256 KiB are not replayed.
pub struct ReplaySource {
    log: PowerLog<File>,
    speed_thousandths: u64,
    devices: Vec<Device>,
    /// Time of the first poll, and of the first reading in the log.
    start: Option<(Timestamp, Timestamp)>,
    /// Read from the log, and not yet due.
    ahead: Option<(usize, Reading)>,
    failure: Option<String>,
}

impl ReplaySource {
    /// Opens the log and finds its devices.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn open(spec: &Spec) -> Result<Self, OpenError> {
        let file = File::open(&spec.file).map_err(|cause| OpenError::File { file: spec.file.clone(), cause })?;
        let unusable = |cause| OpenError::Log { file: spec.file.clone(), cause: Box::new(cause) };
        let log = PowerLog::open(file, &Options::default()).map_err(unusable)?;
        let devices = (0..).zip(log.devices()).map(|(index, logged)| device(index, logged)).collect();
        let speed_thousandths = spec.speed_thousandths;
        let mut source = Self { log, speed_thousandths, devices, start: None, ahead: None, failure: None };
        source.read_ahead().map_err(unusable)?;
        Ok(source)
    }

    /// Takes the next reading from the log; none at its end.
    fn read_ahead(&mut self) -> Result<(), LogError> {
        let ahead = &mut self.ahead;
        *ahead = None;
        self.log.read(&mut |_, position, reading| {
            *ahead = Some((position, reading));
            ControlFlow::Break(())
        })
    }

    /// How far into the log `now` is.
    fn elapsed(&self, start: Timestamp, now: Timestamp) -> Span {
        let real = u128::from(now.since(start).unwrap_or(Span::ZERO).nanoseconds());
        let scaled = real * u128::from(self.speed_thousandths) / 1_000;
        Span::from_nanoseconds(u64::try_from(scaled).unwrap_or(u64::MAX))
    }
}

fn device(index: u32, logged: &LoggedDevice) -> Device {
    Device {
        uuid: logged.id.clone(),
        index,
        name: logged.name.clone().unwrap_or_else(|| logged.column.clone()),
        sensor: logged.sensor,
        counted_in: logged.counted_in,
    }
}

impl Source for ReplaySource {
    fn name(&self) -> &'static str {
        "replay"
    }

    fn devices(&self) -> &[Device] {
        &self.devices
    }

    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>)) {
        let Some(first) = self.ahead.map(|(_, reading)| reading.at) else {
            return self.end(sink);
        };
        let (start, origin) = *self.start.get_or_insert((now, first));
        let elapsed = self.elapsed(start, now);
        while let Some((position, reading)) = self.ahead {
            let offset = reading.at.since(origin).unwrap_or(Span::ZERO);
            if offset > elapsed {
                return;
            }
            if position < self.devices.len() {
                sink(position, Ok(Reading { at: start.after(offset).unwrap_or(now), ..reading }));
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
