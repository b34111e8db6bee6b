//! Reads a source at its cadence and meters each device.

use crate::agent::identity;
use crate::clock::{Clock, Timeline};
use crate::source::{Device, ReadError, Source};
use crate::spool::Contents;
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

/// At the start, counters are read this often,
const LEARNING_STEP: Span = Span::from_milliseconds(10);
/// for this long: several renewals of the slowest counter known (100 ms).
const LEARNING: Span = Span::from_milliseconds(500);

/// One source, and a meter for each of its devices; time is an argument.
pub struct Sampling {
    source: Box<dyn Source>,
    meters: Vec<Metering>,
    cadence: Span,
}

/// How metering of one device stands.
struct Metering {
    meter: Meter,
    /// Beside the whole, the same in windows.
    live: Option<Meter>,
    failure: Option<ReadError>,
    epoch: u64,
}

impl Sampling {
    /// Nothing read yet. `length` cuts windows aligned to UTC; `None` makes one of everything.
    #[must_use]
    pub fn new(source: Box<dyn Source>, length: Option<Span>) -> Self {
        let metering = |device: &Device| Metering {
            meter: Meter::new(device.sensor, length),
            live: None,
            failure: None,
            epoch: 0,
        };
        let meters = source.devices().iter().map(metering).collect();
        let cadences = source.devices().iter().map(|device| device.sensor.cadence);
        let cadence = cadences.min().unwrap_or(Span::from_seconds(1));
        Self { source, meters, cadence }
    }

    /// The source.
    #[must_use]
    pub fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// The counter epoch that the device at `position` told last; 0 before the first reading.
    #[must_use]
    pub fn epoch(&self, position: usize) -> u64 {
        self.meters.get(position).map_or(0, |metering| metering.epoch)
    }

    /// Windows that are complete, with the position of their device.
    pub fn drain(&mut self) -> impl Iterator<Item = (usize, Window)> {
        let meters = self.meters.iter_mut().enumerate();
        meters.flat_map(|(position, metering)| metering.meter.drain().map(move |window| (position, window)))
    }

    /// Closes the meters and begins anew, with windows of `length`; the windows that were not drained.
    pub fn restart(&mut self, length: Option<Span>) -> Result<Vec<(usize, Window)>, Overflow> {
        let mut windows = Vec::new();
        for (position, (metering, device)) in self.meters.iter_mut().zip(self.source.devices()).enumerate() {
            let closed = std::mem::replace(&mut metering.meter, Meter::new(device.sensor, length));
            windows.extend(closed.finish()?.into_iter().map(|window| (position, window)));
        }
        Ok(windows)
    }

    /// Time between two polls: that of the device that needs most.
    #[must_use]
    pub fn cadence(&self) -> Span {
        self.cadence
    }

    /// Time to the next poll: short at the start while counters show how often they renew (D9), then the cadence.
    fn cadence_at(&self, first: Timestamp, now: Timestamp) -> Span {
        let has_counter = self.source.devices().iter().any(|device| device.sensor.counter.is_some());
        let is_start = now.since(first).is_some_and(|elapsed| elapsed < LEARNING);
        if has_counter && is_start { LEARNING_STEP.min(self.cadence) } else { self.cadence }
    }

    /// Reads every device once. A device that fails does not stop the others.
    pub fn poll(&mut self, now: Timestamp) -> Result<(), Overflow> {
        let meters = &mut self.meters;
        let mut overflow = Ok(());
        self.source.poll(now, &mut |position, reading| {
            let Some(metering) = meters.get_mut(position) else {
                return;
            };
            match reading {
                Ok(reading) => {
                    metering.epoch = reading.epoch;
                    overflow = overflow.and(metering.meter.push(&reading).map(drop));
                    if let Some(live) = &mut metering.live {
                        overflow = overflow.and(live.push(&reading).map(drop));
                    }
                }
                Err(error) => metering.failure = Some(error),
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
            .map(|(device, Metering { meter, failure, .. })| {
                Ok(Metered { source, device, window: meter.finish()?.into_iter().next(), failure })
            })
            .collect()
    }
}

/// Windows as they become complete, beside the whole: they sum to it.
pub struct Live {
    /// Of a window.
    pub length: Span,
    /// Takes them, on the sampler's thread.
    pub sink: Box<dyn FnMut(Contents) + Send>,
}

impl Live {
    fn begin(&self, sampling: &mut Sampling) {
        for (metering, device) in sampling.meters.iter_mut().zip(sampling.source.devices()) {
            metering.live = Some(Meter::new(device.sensor, Some(self.length)));
        }
    }

    fn tell(&mut self, sampling: &mut Sampling) {
        let live = sampling.meters.iter_mut().enumerate();
        let ready = live.flat_map(|(position, metering)| {
            metering.live.iter_mut().flat_map(Meter::drain).map(move |window| (position, window))
        });
        let windows: Vec<_> = ready.collect();
        self.send(sampling, &windows);
    }

    fn end(&mut self, sampling: &mut Sampling) -> Result<(), Overflow> {
        let mut windows = Vec::new();
        for (position, metering) in sampling.meters.iter_mut().enumerate() {
            let Some(live) = metering.live.take() else { continue };
            windows.extend(live.finish()?.into_iter().map(|window| (position, window)));
        }
        self.send(sampling, &windows);
        Ok(())
    }

    fn send(&mut self, sampling: &Sampling, windows: &[(usize, Window)]) {
        if !windows.is_empty() {
            (self.sink)(identity::contents(sampling, windows));
        }
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
    /// Reads `source` once, before returning, and then at its cadence. Times are on `timeline`. `live` gets windows
    /// meanwhile.
    pub fn start(
        source: Box<dyn Source>,
        clock: Arc<dyn Clock>,
        timeline: Timeline,
        live: Option<Live>,
    ) -> Result<Self, SamplerError> {
        let mut sampling = Sampling::new(source, None);
        if let Some(live) = &live {
            live.begin(&mut sampling);
        }
        let first = timeline.now(&*clock);
        sampling.poll(first)?;
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("sampler".to_owned())
            .spawn(move || sample(sampling, live, (first, &timeline), &*clock, &stopped))?;
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
    mut live: Option<Live>,
    (first, timeline): (Timestamp, &Timeline),
    clock: &dyn Clock,
    stopped: &mpsc::Receiver<()>,
) -> Result<Vec<Metered>, Overflow> {
    loop {
        let now = timeline.now(clock);
        let wait = until_next(first, sampling.cadence_at(first, now), now);
        match stopped.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => sampling.poll(timeline.now(clock))?,
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
        }
        if let Some(live) = &mut live {
            live.tell(&mut sampling);
        }
    }
    sampling.poll(timeline.now(clock))?;
    if let Some(live) = &mut live {
        live.tell(&mut sampling);
        live.end(&mut sampling)?;
    }
    sampling.finish()
}

pub(crate) fn until_next(first: Timestamp, cadence: Span, now: Timestamp) -> Duration {
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
