//! One thread per source: reads it at its cadence and hands on windows as they become complete.

use super::{Message, identity};
use crate::clock::{Clock, Timeline};
use crate::sampler::{Sampling, until_next};
use crate::source::Source;
use crate::spool::Contents;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use units::{Overflow, Span, Timestamp};

/// A difference between the wall clock and the time line that is taken for a correction of the date, not for its unrest.
const STEP: Span = Span::from_seconds(10);

/// A source, metered on a time line that follows corrections of the date.
pub struct Reader {
    sampling: Sampling,
    length: Span,
    timeline: Timeline,
    clock: Arc<dyn Clock>,
}

impl Reader {
    /// Nothing read yet; windows are `length` long and aligned to UTC.
    #[must_use]
    pub fn new(source: Box<dyn Source>, length: Span, clock: Arc<dyn Clock>) -> Self {
        Self { sampling: Sampling::new(source, Some(length)), length, timeline: Timeline::open(&*clock), clock }
    }

    /// Reads every device once; what is complete.
    ///
    /// Intervals are measured on the monotonic clock. When the date was set by more than ten seconds, windows are closed on
    /// the old time line and begun on the new one, so that no energy is moved or lost and no interval is negative.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn poll(&mut self) -> Result<Contents, Overflow> {
        let now = self.timeline.now(&*self.clock);
        self.sampling.poll(now)?;
        let mut windows: Vec<_> = self.sampling.drain().collect();
        if self.is_stepped(now) {
            tracing::warn!("the date of this machine was set; windows go on with the new one");
            windows.extend(self.sampling.restart(Some(self.length))?);
            self.timeline = Timeline::open(&*self.clock);
            self.sampling.poll(self.timeline.now(&*self.clock))?;
        }
        Ok(identity::contents(&self.sampling, &windows))
    }

    /// Reads once more and closes every window.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn finish(mut self) -> Result<Contents, Overflow> {
        self.sampling.poll(self.timeline.now(&*self.clock))?;
        let mut windows: Vec<_> = self.sampling.drain().collect();
        windows.extend(self.sampling.restart(Some(self.length))?);
        Ok(identity::contents(&self.sampling, &windows))
    }

    /// Identities of its devices.
    pub(super) fn uuids(&self) -> impl Iterator<Item = String> {
        self.sampling.source().devices().iter().map(|device| device.uuid.clone())
    }

    fn is_stepped(&self, now: Timestamp) -> bool {
        let wall = self.clock.wall();
        wall.since(now).or_else(|| now.since(wall)).is_some_and(|difference| difference > STEP)
    }
}

/// Reads until `stop` is closed, then once more. Ends early when nobody listens.
pub(super) fn read_until_stopped(
    mut reader: Reader,
    stop: &Receiver<()>,
    windows: &SyncSender<Message>,
) -> Result<(), Overflow> {
    let cadence = reader.sampling.cadence();
    let clock = Arc::clone(&reader.clock);
    let schedule = Timeline::open(&*clock);
    let first = schedule.now(&*clock);
    loop {
        let contents = reader.poll()?;
        if !contents.is_empty() && windows.send(Message::Metered(contents)).is_err() {
            return Ok(());
        }
        match stop.recv_timeout(until_next(first, cadence, schedule.now(&*clock))) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    // Nobody listens any more only when the agent has failed already.
    drop(windows.send(Message::Metered(reader.finish()?)));
    Ok(())
}
