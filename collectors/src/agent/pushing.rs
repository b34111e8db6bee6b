//! The thread that sends.

use super::{AgentError, Config, Message};
use crate::clock::Clock;
use crate::push::{Backoff, Http, Next, Pusher};
use crate::spool::{Spool, SpoolError};
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Longest wait for an answer.
const ANSWER: Duration = Duration::from_secs(60);
/// The same, for the last attempt of an agent that ends.
const LAST_ANSWER: Duration = Duration::from_secs(2);
/// How long an agent that ends waits for that attempt.
const END: Duration = Duration::from_secs(3);
/// Wait after the disk was found full.
const FULL: Duration = Duration::from_secs(10);

/// When new windows are sent.
pub(super) struct Pace {
    every: Duration,
    first: Duration,
}

impl Pace {
    /// The configured pace, with a start that differs between agents so that not all send at the same second.
    pub(super) fn new(config: &Config, seed: u64) -> Self {
        let every = Duration::from_nanos(config.push_every.nanoseconds());
        Self { every, first: Backoff::new(seed).jitter(every) }
    }
}

/// A running sender.
pub(super) struct Pushing {
    stop: Sender<()>,
    ended: Receiver<()>,
}

impl Pushing {
    /// Lets it make one last attempt and waits for that, but not long: what is not sent is on the disk.
    pub(super) fn finish(self) {
        drop(self.stop);
        self.ended.recv_timeout(END).ok();
    }
}

/// Starts to send; a failure of the spool is told to `messages`.
pub(super) fn start(
    pusher: Pusher,
    http: Http,
    spool: Arc<Mutex<Spool>>,
    clock: Arc<dyn Clock>,
    pace: Pace,
    messages: SyncSender<Message>,
) -> io::Result<Pushing> {
    let (stop, stopped) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let mut sender = Sending { pusher, http, spool, clock };
    thread::Builder::new().name("push".to_owned()).spawn(move || {
        if let Err(error) = sender.send_until_stopped(&pace, &stopped) {
            drop(messages.send(Message::Failed(AgentError::Spool(error))));
        }
        // The spool is closed before the end is told.
        drop(sender);
        drop(end);
    })?;
    Ok(Pushing { stop, ended })
}

struct Sending {
    pusher: Pusher,
    http: Http,
    spool: Arc<Mutex<Spool>>,
    clock: Arc<dyn Clock>,
}

impl Sending {
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
        self.turn(LAST_ANSWER).map(drop)
    }

    fn turn(&mut self, limit: Duration) -> Result<Next, SpoolError> {
        self.pusher.turn(&self.spool, &mut self.http, &*self.clock, limit)
    }
}
