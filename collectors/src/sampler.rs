//! Reads a source at its cadence and meters each device.

use crate::clock::{Clock, Timeline};
use crate::source::{Device, ReadError, Source};
use account::meter::{Meter, Window};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use units::{Overflow, Span, Timestamp};

/// What was metered of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metered {
    /// Source that read it.
    pub source: &'static str,
    /// The device. `counted_in` is a position among the devices of the same source.
    pub device: Device,
    /// Its energy, from its first reading to its last; `None` when there were fewer than two.
    pub window: Option<Window>,
    /// The last read that failed.
    pub failure: Option<ReadError>,
}

/// One source, and a meter for each of its devices; time is an argument.
pub struct Sampling {
    source: Box<dyn Source>,
    meters: Vec<(Meter, Option<ReadError>)>,
    cadence: Span,
}

impl Sampling {
    /// Nothing read yet.
    #[must_use]
    pub fn new(source: Box<dyn Source>) -> Self {
        let meters = source.devices().iter().map(|device| (Meter::new(device.sensor, None), None)).collect();
        let cadences = source.devices().iter().map(|device| device.sensor.cadence);
        let cadence = cadences.min().unwrap_or(Span::from_seconds(1));
        Self { source, meters, cadence }
    }

    /// Time between two polls: that of the device that needs most.
    #[must_use]
    pub fn cadence(&self) -> Span {
        self.cadence
    }

    /// Reads every device once. A device that fails does not stop the others.
    pub fn poll(&mut self, now: Timestamp) -> Result<(), Overflow> {
        let meters = &mut self.meters;
        let mut overflow = Ok(());
        self.source.poll(now, &mut |position, reading| {
            let Some((meter, failure)) = meters.get_mut(position) else {
                return;
            };
            match reading {
                Ok(reading) => overflow = overflow.and(meter.push(&reading).map(drop)),
                Err(error) => *failure = Some(error),
            }
        });
        overflow
    }

    /// Closes the meters.
    pub fn finish(self) -> Result<Vec<Metered>, Overflow> {
        let source = self.source.name();
        let devices = self.source.devices().iter().cloned();
        devices
            .zip(self.meters)
            .map(|(device, (meter, failure))| {
                Ok(Metered { source, device, window: meter.finish()?.into_iter().next(), failure })
            })
            .collect()
    }
}

/// A thread that samples one source until it is stopped.
pub struct Sampler {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<Result<Vec<Metered>, Overflow>>,
}

/// Why metering ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum SamplerError {
    /// No thread could be started.
    #[error("no thread for the sensor readings: {0}")]
    Thread(#[from] io::Error),
    /// A number left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// The thread is gone; a defect of this program.
    #[error("the thread that reads the sensors ended early; please report this")]
    Lost,
}

impl Sampler {
    /// Reads `source` once, before returning, and then at its cadence. Times are on `timeline`.
    pub fn start(source: Box<dyn Source>, clock: Arc<dyn Clock>, timeline: Timeline) -> Result<Self, SamplerError> {
        let mut sampling = Sampling::new(source);
        let first = timeline.now(&*clock);
        sampling.poll(first)?;
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("sampler".to_owned())
            .spawn(move || sample(sampling, first, &*clock, &timeline, &stopped))?;
        Ok(Self { stop, thread })
    }

    /// Reads once more and closes the meters.
    pub fn stop(self) -> Result<Vec<Metered>, SamplerError> {
        drop(self.stop);
        let metered = self.thread.join().map_err(|_| SamplerError::Lost)?;
        Ok(metered?)
    }
}

/// Polls at multiples of the cadence after `first`, so that the schedule does not drift; a poll that was missed is not
/// made up for.
fn sample(
    mut sampling: Sampling,
    first: Timestamp,
    clock: &dyn Clock,
    timeline: &Timeline,
    stopped: &mpsc::Receiver<()>,
) -> Result<Vec<Metered>, Overflow> {
    loop {
        let now = timeline.now(clock);
        let wait = until_next(first, sampling.cadence(), now);
        match stopped.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => sampling.poll(timeline.now(clock))?,
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    sampling.poll(timeline.now(clock))?;
    sampling.finish()
}

fn until_next(first: Timestamp, cadence: Span, now: Timestamp) -> Duration {
    let cadence = cadence.nanoseconds().max(1);
    let elapsed = now.since(first).unwrap_or(Span::ZERO).nanoseconds();
    Duration::from_nanos(cadence - elapsed % cadence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_keep_to_the_grid_that_the_first_one_laid() {
        let first = Timestamp::from_nanoseconds(123);
        let second = Span::from_seconds(1);
        let wait = |ns: u64| {
            let now = first.after(Span::from_nanoseconds(ns)).unwrap();
            until_next(first, second, now).as_nanos()
        };
        assert_eq!(wait(0), 1_000_000_000);
        assert_eq!(wait(1_000_040_000), 999_960_000);
        // 2.5 s late: the next poll is at 4 s, not three polls at once.
        assert_eq!(wait(3_500_000_000), 500_000_000);
    }
}
