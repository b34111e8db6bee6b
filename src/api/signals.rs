//! Changes that are told to the event streams of every service on one ledger, whichever of them made the change.

use super::changes::{Events, Outgoing, Told};
use crate::store::{HeardSignals, Signals, Store};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long it is heard what others say before it is said what happened here.
const TURN: Duration = Duration::from_millis(100);
/// Turns after which the connection is tried where nothing is to be said.
const TURNS_SILENT: u32 = 50;
/// Changes that may wait to be said.
const WAITING_MAX: usize = 1_024;
/// After a failure it is tried again in this time.
const RETRY: Duration = Duration::from_secs(1);

/// The thread that says what is told here to the other services, and tells here what they say. It ends when this is dropped.
pub(crate) struct SharedEvents {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl SharedEvents {
    /// Begins to share `events` with the other services on the ledger of `store`; where there can be none, nothing is shared.
    ///
    /// # Errors
    ///
    /// The system refuses a thread or random bits.
    pub(crate) fn begin(store: &Store, events: &Arc<Events>) -> io::Result<Self> {
        let own = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
        let Some(mut signals) = store.signals(&format!("{own:016x}")) else {
            return Ok(Self { stop: None, thread: None });
        };
        let (outgoing, waiting) = sync_channel(WAITING_MAX);
        let is_lossy = Arc::new(AtomicBool::new(false));
        events.share(Outgoing { sender: outgoing, is_lossy: Arc::clone(&is_lossy) });
        let waiting = Waiting { told: waiting, is_lossy };
        let (stop, stopped) = channel::<()>();
        let events = Arc::clone(events);
        let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            run(&mut signals, &waiting, &events, &stopped);
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for SharedEvents {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panicked thread has left others uninformed, which the next look mends.
            let _ = thread.join();
        }
    }
}

/// What is to be said to the other services.
struct Waiting {
    told: Receiver<Told>,
    is_lossy: Arc<AtomicBool>,
}

impl Waiting {
    /// All of it, as texts.
    fn take(&self) -> Vec<String> {
        let lost = self.is_lossy.swap(false, Ordering::Relaxed).then_some(Told::Missed);
        self.told.try_iter().take(WAITING_MAX).chain(lost).filter_map(|told| text(&told)).collect()
    }
}

fn run(signals: &mut Signals, waiting: &Waiting, events: &Events, stopped: &Receiver<()>) {
    let (mut silent, mut is_failing) = (0, false);
    let mut pause = Duration::ZERO;
    while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let said = waiting.take();
        silent = if said.is_empty() { silent + 1 } else { 0 };
        let wait = if silent > TURNS_SILENT { Duration::ZERO } else { TURN };
        silent = if wait.is_zero() { 0 } else { silent };
        match signals.exchange(&said, wait) {
            Ok(HeardSignals { texts, is_after_gap }) => {
                (pause, is_failing) = (Duration::ZERO, false);
                if is_after_gap {
                    events.hear(Told::Missed);
                }
                texts.iter().for_each(|text| events.hear(serde_json::from_str(text).unwrap_or(Told::Missed)));
            }
            Err(error) => {
                if !is_failing {
                    tracing::warn!(%error, "changes at other services are not heard of until the ledger's server is back");
                }
                (pause, is_failing) = (RETRY, true);
            }
        }
    }
}

/// How it is said; that something was missed, where it is too long to be said.
fn text(told: &Told) -> Option<String> {
    let text = serde_json::to_string(told).ok()?;
    if text.len() <= Signals::TEXT_BYTES_MAX { Some(text) } else { serde_json::to_string(&Told::Missed).ok() }
}
