//! The thread that sends batches until it is stopped.

use super::{Http, Next, Pusher};
use crate::clock::Clock;
use crate::spool::{Spool, SpoolError};
use client::Backoff;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use units::Span;

/// Longest wait for an answer of the service.
const ANSWER: Duration = Duration::from_secs(60);
/// Longest wait for the answers to all last attempts together, when the process ends.
const LAST_ANSWERS: Span = Span::from_seconds(2);
/// How long the end of the process waits for these attempts.
const END: Duration = Duration::from_secs(3);
/// Time before another attempt when the disk is full.
const FULL: Duration = Duration::from_secs(10);

/// When new windows are sent.
pub(crate) struct Pace {
    /// Time to wait after everything was sent.
    pub(crate) every: Duration,
    /// Time to wait before the first attempt.
    pub(crate) first: Duration,
}

impl Pace {
    /// Sends every `every`, first after a time that differs between agents, so that they do not all send in the same second.
    pub(crate) fn of_agent(every: Span, seed: u64) -> Self {
        let every = Duration::from_nanos(every.nanoseconds());
        Self { every, first: Backoff::new(seed).jitter(every) }
    }
}

/// A running thread that sends.
pub(crate) struct Pushing {
    stop: Sender<()>,
    ended: Receiver<Pusher>,
}

impl Pushing {
    /// Lets the thread make its last attempts and waits for them, but not for long, since what is not sent is on disk. `None`
    /// if the service keeps the thread waiting.
    pub(crate) fn finish(self) -> Option<Pusher> {
        drop(self.stop);
        self.ended.recv_timeout(END).ok()
    }
}

/// What it takes to send the batches of a spool.
pub(crate) struct Sending {
    /// Decides what is sent next.
    pub(crate) pusher: Pusher,
    /// The service to send to.
    pub(crate) http: Http,
    /// The spool whose batches are sent.
    pub(crate) spool: Arc<Mutex<Spool>>,
    /// The machine's clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// When the service last acknowledged a batch, ns of monotonic time; the thread writes it, and anybody may read it.
    pub(crate) delivered_ns: Arc<AtomicU64>,
}

impl Sending {
    /// Starts a thread that sends at `pace`; `failed` gets the error if the spool fails.
    ///
    /// # Errors
    ///
    /// No thread can be started.
    pub(crate) fn start(mut self, pace: Pace, failed: impl FnOnce(SpoolError) + Send + 'static) -> io::Result<Pushing> {
        let (stop, stopped) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        thread::Builder::new().name("push".to_owned()).spawn(move || {
            if let Err(error) = self.send_until_stopped(&pace, &stopped) {
                failed(error);
            }
            // Closes the spool before the end is reported.
            let Self { pusher, spool, .. } = self;
            drop(spool);
            drop(end.send(pusher));
        })?;
        Ok(Pushing { stop, ended })
    }

    fn send_until_stopped(&mut self, pace: &Pace, stopped: &Receiver<()>) -> Result<(), SpoolError> {
        let mut wait = pace.first;
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(wait) {
            wait = match self.turn(ANSWER) {
                Ok(Next::Now) => Duration::ZERO,
                Ok(Next::Wait(wait)) => wait,
                Ok(Next::Idle) => pace.every,
                Err(SpoolError::Full) => FULL,
                Err(error) => return Err(error),
            };
        }
        let end = self.clock.monotonic().plus(LAST_ANSWERS);
        loop {
            let left = end.minus(self.clock.monotonic());
            if left == Span::ZERO || self.turn(Duration::from_nanos(left.nanoseconds()))? != Next::Now {
                return Ok(());
            }
        }
    }

    fn turn(&mut self, limit: Duration) -> Result<Next, SpoolError> {
        let before = self.pusher.sent().acknowledged;
        let next = self.pusher.turn(&self.spool, &mut self.http, &*self.clock, limit)?;
        if self.pusher.sent().acknowledged > before {
            self.delivered_ns.store(self.clock.monotonic().nanoseconds(), Ordering::Relaxed);
        }
        Ok(next)
    }
}
