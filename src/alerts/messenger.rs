//! Looks at what needs attention, and hands it to the endpoints.

use super::counts::{AlertCounts, AlertOutcome};
use super::format::repeat_every;
use super::memory::Memory;
use super::outbox::Mailbox;
use super::sender::{self, Endpoint};
use crate::attention::attention;
use crate::budget::BudgetError;
use crate::config::{Alerts, KeyError, Webhook, read_hmac_key};
use crate::duty::{Duty, OFF_DUTY_PAUSE, Term};
use crate::grid::Library;
use api::AttentionItem;
use client::{Backoff, Client, ClientError};
use collectors::clock::Clock;
use model::ProjectName;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Shortest time between two looks; each reads a day of the ledger.
const LOOK_GAP: Duration = Duration::from_secs(5);
/// How long requests in flight are waited for at the end.
const END_WAIT: Duration = Duration::from_secs(2);
const USER_AGENT: &str = concat!("wattledger/", env!("CARGO_PKG_VERSION"));

/// Why alerts cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The certificates of an endpoint cannot be used.
    #[error("alerts.webhook number {place}: {cause}")]
    Client {
        /// Its place among the endpoints, from 1.
        place: usize,
        /// What is wrong with them.
        cause: ClientError,
    },
    /// The system refuses a folder, a thread or random bits.
    #[error("alerts cannot be sent: {0}")]
    System(#[from] io::Error),
}

/// What alerts are made from.
#[derive(Clone)]
pub struct AlertSource {
    /// When it is this service that looks and sends.
    pub duty: Duty,
    /// Factors for what is not posted yet.
    pub library: Arc<Library>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The running threads: one that looks while on duty, and one for each endpoint. When dropped, the look that runs is finished, requests in flight get two seconds,
/// and what was not told is found again by the next start.
pub struct Messenger {
    bell: Arc<Bell>,
    mailboxes: Vec<Arc<Mailbox>>,
    watching: Option<JoinHandle<()>>,
    /// Closed when no sender is left.
    senders: Receiver<()>,
    counts: AlertCounts,
}

impl Messenger {
    /// Starts to tell the endpoints of `config` what needs attention, first after one interval: agents that could not deliver while the service was
    /// down are not late by then. Without endpoints there are no threads.
    ///
    /// # Errors
    ///
    /// [`AlertsError`].
    pub fn start(config: &Alerts, source: AlertSource) -> Result<Self, AlertsError> {
        let (alive, senders) = channel();
        let counts = AlertCounts::new(config.webhooks.len());
        let mut messenger =
            Self { bell: Arc::default(), mailboxes: Vec::new(), watching: None, senders, counts: counts.clone() };
        let mut told = Vec::new();
        for (place, webhook) in (1..).zip(&config.webhooks) {
            let endpoint = open(place, webhook, config.public_url.clone(), &source, &counts)?;
            let mailbox = Arc::clone(&endpoint.mailbox);
            messenger.mailboxes.push(Arc::clone(&mailbox));
            told.push((place, webhook.clone(), Memory::of(webhook), mailbox));
            let seed = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
            let alive: Sender<()> = alive.clone();
            std::thread::Builder::new().name(format!("alerts-{place}")).spawn(move || {
                sender::run(&endpoint, Backoff::new(seed));
                drop(alive);
            })?;
        }
        if !told.is_empty() {
            let watch = Lookout { source, endpoints: told, counts, term: None };
            let (bell, every) = (Arc::clone(&messenger.bell), config.every);
            let thread = std::thread::Builder::new().name("alerts".to_owned());
            messenger.watching = Some(thread.spawn(move || watch.run(&bell, every))?);
        }
        Ok(messenger)
    }

    /// What became of alerts, counted as it happens.
    #[must_use]
    pub fn counts(&self) -> AlertCounts {
        self.counts.clone()
    }

    /// A handle that asks for a look before its time; after another one within a few seconds.
    #[must_use]
    pub fn bell(&self) -> Arc<Bell> {
        Arc::clone(&self.bell)
    }

    /// Begins the end, without waiting for it.
    pub fn stop(&self) {
        self.bell.stop();
        self.mailboxes.iter().for_each(|mailbox| mailbox.stop());
    }
}

impl Drop for Messenger {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.watching.take() {
            // A panicked thread has lost nothing: the next start looks again.
            let _ = thread.join();
        }
        // A request that takes longer is cut off with the process; the endpoint may then be told twice.
        let _ = self.senders.recv_timeout(END_WAIT);
    }
}

fn open(
    place: usize,
    webhook: &Webhook,
    app: Option<String>,
    source: &AlertSource,
    counts: &AlertCounts,
) -> Result<Endpoint, AlertsError> {
    let path = webhook.hmac_key_file.as_deref();
    let key = path.map(|path| read_hmac_key("alerts.webhook.hmac_key_file", path)).transpose()?;
    let ca_file = webhook.ca_file.as_deref();
    let made = if webhook.allow_private {
        Client::new(USER_AGENT, ca_file)
    } else {
        Client::to_public_hosts(USER_AGENT, ca_file)
    };
    let client = made.map_err(|cause| AlertsError::Client { place, cause })?;
    let (memory, mailbox, duty) = (Memory::of(webhook), Arc::default(), source.duty.clone());
    let (webhook, counts, clock) = (webhook.clone(), counts.clone(), Arc::clone(&source.clock));
    Ok(Endpoint { place, webhook, key, app, client, memory, mailbox, counts, clock, duty })
}

/// Asks the thread that looks to look now, or to end.
#[derive(Debug, Default)]
pub struct Bell {
    state: Mutex<BellState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct BellState {
    is_rung: bool,
    is_stopping: bool,
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, BellState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a look soon.
    pub fn ring(&self) {
        self.lock().is_rung = true;
        self.changed.notify_all();
    }

    fn stop(&self) {
        self.lock().is_stopping = true;
        self.changed.notify_all();
    }

    /// Waits for `time`, less if it stops, or if it is rung and that counts. Returns whether it goes on.
    fn wait(&self, time: Duration, rings_count: bool) -> bool {
        let idle = |state: &mut BellState| !(state.is_stopping || rings_count && state.is_rung);
        let waited = self.changed.wait_timeout_while(self.lock(), time, idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if rings_count {
            state.is_rung = false;
        }
        !state.is_stopping
    }
}

/// The thread that looks.
struct Lookout {
    source: AlertSource,
    endpoints: Vec<(usize, Webhook, Memory, Arc<Mailbox>)>,
    counts: AlertCounts,
    /// The term of duty in which it looked last.
    term: Option<Term>,
}

impl Lookout {
    fn run(mut self, bell: &Bell, every: Duration) {
        let gap = every.min(LOOK_GAP);
        if !bell.wait(every, false) {
            return;
        }
        loop {
            let Some(term) = self.source.duty.term() else {
                self.term = None;
                self.endpoints.iter().for_each(|(.., mailbox)| mailbox.empty());
                if !bell.wait(OFF_DUTY_PAUSE, false) {
                    return;
                }
                continue;
            };
            if let Err(error) = self.look(&term) {
                tracing::error!(%error, "what needs attention cannot be read; no alert is sent until it can");
            }
            if !bell.wait(gap, false) || !bell.wait(every - gap, true) {
                return;
            }
        }
    }

    fn look(&mut self, term: &Term) -> Result<(), BudgetError> {
        if self.term.as_ref() != Some(term) {
            for (_, _, memory, mailbox) in &self.endpoints {
                mailbox.begin(term, memory.read(&term.store)?);
            }
            self.term = Some(term.clone());
        }
        let AlertSource { library, clock, .. } = &self.source;
        let store = &term.store;
        let now = clock.wall();
        let mut lists: BTreeMap<Option<&ProjectName>, Vec<AttentionItem>> = BTreeMap::new();
        for (place, webhook, _, mailbox) in &self.endpoints {
            let mut wanted: Vec<_> = webhook.projects.iter().map(Some).collect();
            if wanted.is_empty() {
                wanted.push(None);
            }
            let mut listed = Vec::new();
            for project in wanted {
                let found = match lists.entry(project) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => place.insert(attention(store, library, now, project)?),
                };
                listed.extend(found.iter().cloned());
            }
            listed.retain(|item| webhook.kinds.contains(&item.kind));
            listed.sort_by_key(AttentionItem::place);
            let dropped = mailbox.look(&listed, now, repeat_every(webhook.format));
            self.counts.add(*place, AlertOutcome::Dropped, dropped);
        }
        Ok(())
    }
}
