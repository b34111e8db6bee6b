//! The loop that reads sensors, for the agent and for a metered run alike.
//!
//! A [`Sampler`] polls one source at the cadence of its most demanding device, and every 10 ms for the first half second
//! where a device has an energy counter, so that its meter sees how often the counter renews. Readings go to one meter per
//! device for the whole time, to one that cuts windows, or to both.
//!
//! Sources are polled and intervals are measured on a line that no step of the wall clock moves. Windows carry the date:
//! when the wall clock is set by more than ten seconds, they are closed at the old date and begun at the new one, at the
//! same reading, so that no energy is lost, doubled or moved.

use crate::clock::{Clock, DateChange, DateLine, Timeline};
use crate::figures::DeviceFigures;
use crate::identity;
use crate::process_lists::{DeviceProcesses, ProcessLists};
use crate::source::{ReadError, Source, SourceDevice};
use crate::spool::Contents;
use account::meter::{Meter, Reading, Window};
use model::DeviceUuid;
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use units::{Overflow, Span, Timestamp};
use wire::{ClockEvidence, Gap, GapReason};

/// Time between two polls while meters learn how often counters renew.
const LEARNING_STEP: Span = Span::from_milliseconds(10);
/// How long they learn: several renewals of the slowest counter known (100 ms).
const LEARNING: Span = Span::from_milliseconds(500);

/// What one poll completed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metered {
    /// Windows that are complete. If there are any, or the date changed, also the devices of the source.
    pub contents: Contents,
    /// The date changed: later windows are on the new date.
    pub date_change: Option<DateChange>,
    /// Which processes were on the devices, if [`Sampler::with_processes`] asked for them and it was time to look.
    pub processes: Option<DeviceProcesses>,
}

impl Metered {
    fn is_empty(&self) -> bool {
        self.contents.is_empty() && self.date_change.is_none() && self.processes.is_none()
    }
}

/// What was metered of one device from the first poll to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceTotal {
    /// The device. `counted_in` is a position among the devices of the same source.
    pub device: SourceDevice,
    /// Its energy, from its first reading to its last; `None` when there were fewer than two.
    pub window: Option<Window>,
    /// The last read that failed.
    pub failure: Option<ReadError>,
}

/// What a running sampler is asked for between two polls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SamplerCall {
    /// To end windows of these devices at this date as well, and to read now, which tells what was before that moment from what comes after.
    Cut {
        /// The date.
        at: Timestamp,
        /// The devices, of which others' are ignored.
        devices: Vec<DeviceUuid>,
    },
    /// To read once more and end.
    Finish,
}

/// By what a batch system knows a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileNumber {
    /// N of `/dev/nvidiaN`; `None` if the source does not know it.
    pub(crate) number: Option<u32>,
    /// Whether it is split into MIG instances, which then have the numbers.
    pub(crate) is_split: bool,
}

/// What a sampler yields at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The windows that were complete or open at the end.
    pub last: Metered,
    /// The total of each device; empty unless [`Sampler::with_total`] asked for them.
    pub totals: Vec<DeviceTotal>,
}

/// One source and the meters of its devices.
pub struct Sampler {
    source: Box<dyn Source>,
    clock: Arc<dyn Clock>,
    date: DateLine,
    meters: Vec<DeviceMeters>,
    processes: Option<ProcessLists>,
    window_length: Option<Span>,
    cadence: Span,
    /// Whether it reads more often at first, to learn how often counters renew.
    learns: bool,
    /// Time of the first poll, from which the schedule counts.
    first: Option<Timestamp>,
    /// Since when the window meters learn.
    learning_since: Timestamp,
}

/// The meters of one device, its last reading and failure, and what others may see of it.
struct DeviceMeters {
    /// Meters the whole time as one window, on the line that never steps.
    total: Option<Meter>,
    /// Cuts windows, on the date.
    windows: Option<Meter>,
    last: Option<Reading>,
    failure: Option<ReadError>,
    figures: Arc<DeviceFigures>,
}

impl DeviceMeters {
    fn new(device: &SourceDevice, now: Span) -> Self {
        let figures = Arc::new(DeviceFigures::new(device.sensor.power.is_some(), now));
        Self { total: None, windows: None, last: None, failure: None, figures }
    }

    /// Windows that the meter has completed, which count in the figures from now on.
    fn drain(&mut self) -> Vec<Window> {
        let windows: Vec<Window> = self.windows.as_mut().map(Meter::drain).into_iter().flatten().collect();
        self.figures.metered(&windows);
        windows
    }

    /// Ends the meter that cuts windows, as [`Self::drain`] returns them, and goes on with `next`.
    fn end_windows(&mut self, next: Option<Meter>) -> Result<Vec<Window>, Overflow> {
        let ended = std::mem::replace(&mut self.windows, next);
        let windows: Vec<Window> = ended.map(Meter::finish).transpose()?.into_iter().flatten().collect();
        self.figures.metered(&windows);
        Ok(windows)
    }

    fn push(&mut self, reading: Reading, date: &DateLine) -> Result<(), Overflow> {
        if let Some(total) = &mut self.total {
            total.push(&reading)?;
        }
        if let Some(windows) = &mut self.windows {
            windows.push(&Reading { at: date.date_of(reading.at), ..reading })?;
        }
        self.last = Some(reading);
        Ok(())
    }
}

impl Sampler {
    /// A sampler that has not read yet. It meters nothing unless [`Self::with_total`] or [`Self::with_windows`] is called. Times of
    /// readings are on `timeline`.
    #[must_use]
    pub fn new(source: Box<dyn Source>, clock: Arc<dyn Clock>, timeline: Timeline) -> Self {
        let sensors = || source.devices().iter().map(|device| device.sensor);
        let now = clock.monotonic();
        Self {
            meters: source.devices().iter().map(|device| DeviceMeters::new(device, now)).collect(),
            cadence: sensors().map(|sensor| sensor.cadence).min().unwrap_or(Span::from_seconds(1)),
            learns: source.is_cheap() && sensors().any(|sensor| sensor.counter.is_some()),
            processes: None,
            window_length: None,
            date: DateLine::new(timeline),
            first: None,
            learning_since: Timestamp::default(),
            source,
            clock,
        }
    }

    /// Meters each device from its first reading to its last as well: [`Self::finish`] returns the totals.
    #[must_use]
    pub fn with_total(mut self) -> Self {
        for (meters, device) in self.meters.iter_mut().zip(self.source.devices()) {
            meters.total = Some(Meter::new(identity::device_id(device), device.sensor, None));
        }
        self
    }

    /// Cuts windows of `length`, aligned to UTC.
    #[must_use]
    pub fn with_windows(mut self, length: Span) -> Self {
        self.window_length = Some(length);
        for (meters, device) in self.meters.iter_mut().zip(self.source.devices()) {
            meters.windows = Some(Meter::new(identity::device_id(device), device.sensor, Some(length)));
        }
        self
    }

    /// Looks every second which processes are on the devices, too.
    #[must_use]
    pub fn with_processes(mut self) -> Self {
        self.processes = Some(ProcessLists::default());
        self
    }

    /// The devices that are read.
    #[must_use]
    pub fn devices(&self) -> &[SourceDevice] {
        self.source.devices()
    }

    /// By what a batch system knows the devices, in the order of [`Self::devices`].
    pub(crate) fn file_numbers(&self) -> Vec<FileNumber> {
        let boards = self.source.boards();
        let is_split = |position: usize| boards.get(position).is_some_and(|board| !board.mig.is_empty());
        let of = |position| FileNumber { number: self.source.file_number(position), is_split: is_split(position) };
        (0..self.devices().len()).map(of).collect()
    }

    /// What others may see of the devices while the sampler runs, in the order of [`Self::devices`].
    pub(crate) fn figures(&self) -> Vec<Arc<DeviceFigures>> {
        self.meters.iter().map(|meters| Arc::clone(&meters.figures)).collect()
    }

    /// How long to wait before the next [`Self::poll`].
    ///
    /// Polls keep to multiples of the cadence after the first one, so that the schedule does not drift; a poll that was
    /// missed is not made up for.
    #[must_use]
    pub fn until_next_poll(&self) -> Duration {
        let Some(first) = self.first else { return Duration::ZERO };
        let now = self.date.timeline().now(&*self.clock);
        let is_learning = self.learns && now.since(self.learning_since).is_some_and(|since| since < LEARNING);
        until_next(first, if is_learning { LEARNING_STEP.min(self.cadence) } else { self.cadence }, now)
    }

    /// Reads every device once. A device that fails does not stop the others.
    ///
    /// # Errors
    ///
    /// [`Overflow`] of a sum.
    pub fn poll(&mut self) -> Result<Metered, Overflow> {
        let now = self.date.timeline().now(&*self.clock);
        if self.first.is_none() {
            (self.first, self.learning_since) = (Some(now), now);
        }
        self.read(now)?;
        let mut windows: Vec<Window> = self.meters.iter_mut().flat_map(DeviceMeters::drain).collect();
        let date_change = self.date.follow(&*self.clock, now);
        if date_change.is_some() {
            tracing::warn!("the date of this machine was set; windows go on with the new date");
            self.learning_since = now;
            windows.extend(self.restart_windows()?);
        }
        let date = self.date.date_of(now);
        let processes = self.processes.as_mut().and_then(|lists| lists.look(&*self.source, now, date));
        Ok(Metered { processes, ..self.metered(windows, date_change) })
    }

    /// Reads once more and closes every meter.
    ///
    /// # Errors
    ///
    /// [`Overflow`] of a sum.
    pub fn finish(mut self) -> Result<Finished, Overflow> {
        let Metered { contents, date_change, .. } = self.poll()?;
        let mut windows = contents.windows;
        for meters in &mut self.meters {
            windows.extend(meters.end_windows(None)?);
        }
        Ok(Finished { last: self.metered(windows, date_change), totals: self.totals()? })
    }

    /// Polls, also when it is called to, until it is told to finish or `calls` is closed, then finishes; what is complete goes to `sink`, which ends the loop at
    /// once when it breaks. Returns the totals.
    ///
    /// # Errors
    ///
    /// [`Overflow`] of a sum.
    pub fn run(
        mut self,
        calls: &Receiver<SamplerCall>,
        sink: &mut dyn FnMut(Metered) -> ControlFlow<()>,
    ) -> Result<Vec<DeviceTotal>, Overflow> {
        loop {
            match calls.recv_timeout(self.until_next_poll()) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(SamplerCall::Cut { at, devices }) => self.cut(at, &devices),
                Ok(SamplerCall::Finish) | Err(RecvTimeoutError::Disconnected) => break,
            }
            let metered = self.poll()?;
            if !metered.is_empty() && sink(metered).is_break() {
                return self.totals();
            }
        }
        let Finished { last, totals } = self.finish()?;
        if !last.is_empty() {
            // Nothing is left to end.
            let _ = sink(last);
        }
        Ok(totals)
    }

    fn cut(&mut self, at: Timestamp, devices: &[DeviceUuid]) {
        for (meters, device) in self.meters.iter_mut().zip(self.source.devices()) {
            if let Some(windows) = meters.windows.as_mut().filter(|_| devices.contains(&identity::device_id(device))) {
                windows.cut_at(at);
            }
        }
    }

    fn read(&mut self, now: Timestamp) -> Result<(), Overflow> {
        let (meters, date, at) = (&mut self.meters, &self.date, self.clock.monotonic());
        let mut outcome = Ok(());
        self.source.poll(now, &mut |position, reading| {
            let Some(meters) = meters.get_mut(position) else { return };
            match reading {
                Ok(reading) => {
                    meters.figures.read(&reading, at);
                    outcome = outcome.and(meters.push(reading, date));
                }
                Err(error) => {
                    meters.figures.failed();
                    meters.failure = Some(error);
                }
            }
        });
        outcome
    }

    /// Closes the windows and begins new ones at the last reading of each device, on the date as it is now.
    fn restart_windows(&mut self) -> Result<Vec<Window>, Overflow> {
        let mut windows = Vec::new();
        for (meters, device) in self.meters.iter_mut().zip(self.source.devices()) {
            if meters.windows.is_none() {
                continue;
            }
            let mut fresh = Meter::new(identity::device_id(device), device.sensor, self.window_length);
            if let Some(last) = meters.last {
                fresh.push(&Reading { at: self.date.date_of(last.at), ..last })?;
            }
            windows.extend(meters.end_windows(Some(fresh))?);
        }
        Ok(windows)
    }

    fn metered(&self, windows: Vec<Window>, date_change: Option<DateChange>) -> Metered {
        if windows.is_empty() && date_change.is_none() {
            return Metered::default();
        }
        let mut contents = Contents { devices: self.described(), windows, ..Contents::default() };
        if let Some(change) = date_change.filter(|change| change.is_setting) {
            contents.gaps = self.settings(&change);
            let evidence = ClockEvidence { wall: change.before.max(Timestamp::default()), monotonic: change.monotonic };
            contents.clock_set = (!contents.gaps.is_empty()).then_some(evidence);
        }
        Metered { contents, date_change, processes: None }
    }

    /// What is said of each device that was metered before the clock was set.
    fn settings(&self, change: &DateChange) -> Vec<Gap> {
        let is_back = change.after < change.before;
        let reason = if is_back { GapReason::SetBack } else { GapReason::SetAhead };
        let (start, end) = (change.after.min(change.before), change.after.max(change.before));
        let metered = self.source.devices().iter().zip(&self.meters);
        let metered = metered.filter(|(_, meters)| meters.windows.is_some() && meters.last.is_some());
        // A date before 1970 cannot be said.
        let metered = metered.filter(|_| start >= Timestamp::default());
        metered.map(|(device, _)| Gap { device: identity::device_id(device), start, end, reason }).collect()
    }

    /// The devices as they are sent, in the order of [`Self::devices`].
    pub(crate) fn described(&self) -> Vec<wire::Device> {
        let epoch = |position: usize| self.meters.get(position).and_then(|meters| Some(meters.last?.epoch));
        identity::devices(&*self.source, |position| epoch(position).unwrap_or(0))
    }

    fn totals(self) -> Result<Vec<DeviceTotal>, Overflow> {
        let mut totals = Vec::new();
        for (device, meters) in self.source.devices().iter().zip(self.meters) {
            let Some(total) = meters.total else { continue };
            let window = total.finish()?.into_iter().next();
            totals.push(DeviceTotal { device: device.clone(), window, failure: meters.failure });
        }
        Ok(totals)
    }
}

fn until_next(first: Timestamp, step: Span, now: Timestamp) -> Duration {
    let step = step.nanoseconds().max(1);
    let elapsed = now.since(first).unwrap_or(Span::ZERO).nanoseconds();
    Duration::from_nanos(step - elapsed % step)
}

/// A thread that runs a [`Sampler`] until it is stopped.
pub struct SamplerThread {
    stop: Sender<SamplerCall>,
    thread: JoinHandle<Result<Vec<DeviceTotal>, Overflow>>,
}

/// Why metering ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum SamplerError {
    /// No thread could be started.
    #[error("cannot start a thread for the sensor readings: {0}")]
    Thread(#[from] io::Error),
    /// A sum left the range of its type.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// The thread panicked; a defect of this program.
    #[error("the thread that reads the sensors ended early; please report this")]
    Lost,
}

impl SamplerThread {
    /// Polls `sampler` once, before returning, and then on a thread of its own; what is complete goes to `sink` there.
    ///
    /// # Errors
    ///
    /// See [`SamplerError`].
    pub fn start(mut sampler: Sampler, mut sink: impl FnMut(Metered) + Send + 'static) -> Result<Self, SamplerError> {
        let (stop, stopped) = mpsc::channel();
        let first = sampler.poll()?;
        let thread = thread::Builder::new().name("sampler".to_owned()).spawn(move || {
            if !first.is_empty() {
                sink(first);
            }
            sampler.run(&stopped, &mut |metered| {
                sink(metered);
                ControlFlow::Continue(())
            })
        })?;
        Ok(Self { stop, thread })
    }

    /// Reads once more, closes the meters, and returns what each device used.
    ///
    /// # Errors
    ///
    /// See [`SamplerError`].
    pub fn stop(self) -> Result<Vec<DeviceTotal>, SamplerError> {
        drop(self.stop);
        Ok(self.thread.join().map_err(|_| SamplerError::Lost)??)
    }
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
