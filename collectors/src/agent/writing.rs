//! The main thread: writes to the spool what samplers metered and what became known of holders, in the order in which it came.

use super::error::AgentError;
use crate::clock::Clock;
use crate::holding::{Holdings, Learnt};
use crate::identity::text_of;
use crate::kubelet::PodDevices;
use crate::push::locked;
use crate::sampler::{Metered, SamplerCall};
use crate::spool::{Backlog, Spool, SpoolError};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use units::{Overflow, Span};

/// How long windows are collected for one write, since those of all sources become complete at about the same time.
const COLLECT: Span = Span::from_milliseconds(200);
/// Time between two attempts to write to a full disk.
const RETRY: Duration = Duration::from_secs(10);

/// What the main thread is sent.
pub(super) enum Message {
    Metered(Metered),
    /// A hook wrote something, or it is time to look.
    Look,
    /// What the kubelet gave to pods.
    Pods(Vec<PodDevices>),
    Stop,
    Failed(AgentError),
}

/// State of the main thread.
pub(super) struct AgentWriting {
    spool: Arc<Mutex<Spool>>,
    backlog: Backlog,
    holdings: Holdings,
    calls: Vec<Sender<SamplerCall>>,
    clock: Arc<dyn Clock>,
}

impl AgentWriting {
    /// Nothing is written yet; `calls` reach the samplers.
    pub(super) fn new(
        spool: &Arc<Mutex<Spool>>,
        holdings: Holdings,
        calls: Vec<Sender<SamplerCall>>,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        Self { spool: Arc::clone(spool), backlog: Backlog::default(), holdings, calls, clock: Arc::clone(clock) }
    }

    /// Writes to the spool as messages come. While the disk is full, windows wait in memory.
    pub(super) fn until_stopped(&mut self, messages: &Receiver<Message>) -> Result<(), AgentError> {
        let mut full = false;
        // What the hooks wrote while no agent was running.
        self.look()?;
        loop {
            let mut message = match messages.recv_timeout(if full { RETRY } else { Duration::MAX }) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Err(AgentError::Lost),
            };
            let first = self.clock.monotonic();
            while let Some(received) = message {
                match received {
                    Message::Metered(metered) => self.take(metered)?,
                    Message::Look => self.look()?,
                    Message::Pods(pods) => self.note_pods(&pods)?,
                    Message::Stop => return Ok(()),
                    Message::Failed(error) => return Err(error),
                }
                let left = COLLECT.minus(self.clock.monotonic().minus(first));
                message = messages.recv_timeout(Duration::from_nanos(left.nanoseconds())).ok();
            }
            match self.backlog.flush(&mut locked(&self.spool)) {
                Err(SpoolError::Full) if full => {}
                Err(SpoolError::Full) => {
                    tracing::error!(
                        "{}; until then windows stay in memory and are merged to minutes",
                        SpoolError::Full
                    );
                    full = true;
                }
                other => {
                    other?;
                    full = false;
                }
            }
        }
    }

    /// Has the samplers end, and writes what they metered last.
    pub(super) fn until_ended(
        mut self,
        messages: &Receiver<Message>,
        threads: &[JoinHandle<()>],
    ) -> Result<(), AgentError> {
        self.look()?;
        self.call(&SamplerCall::Finish);
        // The last windows of a sampler are in the queue once its thread has ended, unless it waits for room in the queue.
        while let Some(message) = next_of_ending(messages, threads) {
            if let Message::Metered(metered) = message {
                self.take(metered)?;
            }
        }
        match self.backlog.flush(&mut locked(&self.spool)) {
            Err(SpoolError::Full) => {
                tracing::error!("{}; the last windows are lost", SpoolError::Full);
                Ok(())
            }
            other => Ok(other?),
        }
    }

    fn take(&mut self, metered: Metered) -> Result<(), Overflow> {
        let Metered { mut contents, date_change, processes } = metered;
        if let Some(change) = date_change {
            let moved = self.holdings.note_date_change(&contents.devices, &change);
            contents.holdings.extend(moved.holdings);
            contents.notes.extend(moved.notes);
        }
        self.holdings.note_described(&contents.devices);
        self.backlog.add(contents)?;
        let Some(processes) = processes else { return Ok(()) };
        let learnt = self.holdings.note_processes(&processes);
        self.tell_unclear();
        self.learn(learnt)
    }

    fn note_pods(&mut self, pods: &[PodDevices]) -> Result<(), Overflow> {
        let learnt = self.holdings.note_pods(pods);
        self.tell_unclear();
        self.learn(learnt)
    }

    fn tell_unclear(&self) {
        let unclear = self.holdings.unclear().iter().map(|says| text_of(says)).take(wire::UNCLEAR_MAX).collect();
        locked(&self.spool).note_unclear(unclear);
    }

    fn look(&mut self) -> Result<(), Overflow> {
        let spool = &self.spool;
        let learnt = self.holdings.look(|device| locked(spool).metered_until(device));
        self.learn(learnt)
    }

    fn learn(&mut self, learnt: Learnt) -> Result<(), Overflow> {
        for (at, devices) in learnt.edges {
            self.call(&SamplerCall::Cut { at, devices });
        }
        if learnt.contents.is_empty() { Ok(()) } else { self.backlog.add(learnt.contents) }
    }

    /// A sampler that has ended is called in vain.
    fn call(&self, call: &SamplerCall) {
        self.calls.iter().for_each(|sampler| drop(sampler.send(call.clone())));
    }
}

/// The next message while samplers end; `None` once all have ended and the queue is empty.
fn next_of_ending(messages: &Receiver<Message>, threads: &[JoinHandle<()>]) -> Option<Message> {
    loop {
        let ended = threads.iter().all(JoinHandle::is_finished);
        match messages.recv_timeout(Duration::from_millis(if ended { 0 } else { 10 })) {
            Ok(message) => return Some(message),
            Err(_) if ended => return None,
            Err(_) => {}
        }
    }
}
