//! The fleet while it is live: each node sends windows of a second over HTTP, as agents do, and grid values become final.

use super::agent::SimulatedAgent;
use super::error::DemoError;
use super::fleet::{LATE, NODES, SILENT, place};
use super::schedule::{jobs, outages};
use super::{Demo, history, progress};
use crate::access::Token;
use crate::store::{By, Store, StoreError, TokenRecord, Voice};
use collectors::clock::Clock;
use collectors::push::{Http, Recipient, Verdict};
use collectors::spool::{BatchKey, Sealed};
use model::{Scope, TokenId};
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use units::Timestamp;

/// Name of the token that the fleet uses.
const TOKEN_NAME: &str = "synthetic fleet of the demonstration";
/// An agent that is further behind than this sends windows of ten seconds, s.
const FINE_S: i64 = 60;
/// Each node sends once in this many seconds; the nodes take turns, so that something new arrives every second.
const TURNS_S: i64 = 2;
/// Maximum time that one batch covers, s.
const BATCH_S: i64 = 1_800;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// The fleet while it is live; [`LiveFleet::stop`] ends it.
pub struct LiveFleet {
    stop: Arc<Stop>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    fn set(&self) {
        *self.is_set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits up to `most`. Returns whether it is time to stop.
    fn waited(&self, most: Duration) -> bool {
        let is_set = self.is_set.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(is_set, most, |is_set| !*is_set);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Demo {
    /// Starts the fleet: it sends to the service at `server`, which runs on this store, until it is stopped.
    ///
    /// # Errors
    ///
    /// No token can be made, or the system refuses threads.
    pub fn go_live(&self, server: &str, clock: &Arc<dyn Clock>) -> Result<LiveFleet, DemoError> {
        let now = clock.wall();
        let token = token(&self.store, now)?;
        let mut live = LiveFleet { stop: Arc::default(), threads: Vec::new() };
        for resumed in history::resume(&self.store, 0, now)? {
            if resumed.agent.node == SILENT {
                continue;
            }
            let http = Http::new(server, &token, None).map_err(|error| DemoError::Live(error.to_string()))?;
            let (stop, clock) = (Arc::clone(&live.stop), Arc::clone(clock));
            let name = NODES[resumed.agent.node].name;
            live.begin(name, move || {
                NodeSender { agent: resumed.agent, http, waiting: None }.run(clock.as_ref(), &stop)
            })?;
        }
        let series = Arc::clone(&self.series);
        let (store, library, stop) = (Arc::clone(&self.store), Arc::clone(&self.library), Arc::clone(&live.stop));
        let clock = Arc::clone(clock);
        live.begin("grid", move || {
            while !stop.waited(Duration::from_secs(10)) {
                let now = clock.wall();
                let from = now.nanoseconds().div_euclid(1_000_000_000) - 6 * super::schedule::HOUR;
                if let Err(error) = series.publish(&store, &library, from, now) {
                    tracing::warn!(%error, "the grid values of the demonstration stay as they are");
                }
                let second = now.nanoseconds().div_euclid(1_000_000_000);
                if let Err(error) = progress::report(&store, second - 30..second) {
                    tracing::warn!(%error, "the steps of the demonstration's runs stay as they are");
                }
            }
        })?;
        Ok(live)
    }
}

impl LiveFleet {
    fn begin(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), DemoError> {
        let thread = std::thread::Builder::new().name(format!("demo-{name}")).spawn(run);
        self.threads.push(thread.map_err(|error| DemoError::Live(error.to_string()))?);
        Ok(())
    }

    /// Stops the fleet and waits until all of its threads have ended.
    pub fn stop(self) {
        self.stop.set();
        for thread in self.threads {
            // One that met a defect has said so on standard error.
            let _ = thread.join();
        }
    }
}

/// Creates a token for the fleet, which succeeds those of earlier starts, and revokes these.
fn token(store: &Store, now: Timestamp) -> Result<String, DemoError> {
    let record = TokenRecord {
        id: TokenId::SERVICE,
        name: TOKEN_NAME.to_owned(),
        scopes: vec![Scope::Ingest],
        project: None,
        created: now,
        expires: None,
        last_used: None,
        revoked: None,
        voice: Voice::default(),
    };
    let (token, mut stored) = Token::issue(record)?;
    store.write::<_, StoreError>(move |tx| {
        for earlier in tx.tokens().list(None, None, 10_000)? {
            if earlier.name == TOKEN_NAME {
                tx.tokens().revoke(&earlier.id, None, &By::service(now))?;
                stored.record.voice.line = Some(earlier.voice.line.unwrap_or(earlier.id));
            }
        }
        tx.tokens().add(&stored, &TokenId::SERVICE)
    })?;
    Ok(token.reveal().to_owned())
}

/// One agent and its connection.
struct NodeSender {
    agent: SimulatedAgent,
    http: Http,
    /// A batch that is not acknowledged yet, with the second up to which it reports. It is sent again unchanged.
    waiting: Option<(Sealed, i64)>,
}

impl NodeSender {
    fn run(mut self, clock: &dyn Clock, stop: &Stop) {
        loop {
            let now = clock.wall().nanoseconds();
            // Awake at the beginning of each second, so that the nodes share a commit.
            let rest = 1_000_000_000 - now.rem_euclid(1_000_000_000);
            if stop.waited(Duration::from_nanos(rest.unsigned_abs())) {
                return;
            }
            let second = clock.wall().nanoseconds().div_euclid(1_000_000_000);
            while self.tell(second) && !stop.waited(Duration::ZERO) {}
        }
    }

    /// Sends what is due at `second`. Returns whether something was sent and there may be more.
    fn tell(&mut self, second: i64) -> bool {
        if self.waiting.is_none() {
            self.waiting = self.next(second);
        }
        let Some((sealed, until)) = &self.waiting else { return false };
        match self.http.send(sealed, ANSWER_TIMEOUT).map(|answer| Verdict::of(&answer, sealed.key)) {
            Ok(Verdict::Acknowledged) => {
                self.agent.until = *until;
                self.waiting = None;
                true
            }
            Ok(Verdict::NotNow) | Err(_) => false,
            Ok(verdict) => {
                tracing::warn!(
                    ?verdict,
                    node = NODES[self.agent.node].name,
                    "a batch of the demonstration was not taken"
                );
                false
            }
        }
    }

    fn next(&mut self, second: i64) -> Option<(Sealed, i64)> {
        let end = if self.agent.node == LATE {
            history::late(second)
        } else {
            second - (second + place(self.agent.node)) % TURNS_S
        };
        let to = end.min(self.agent.until + BATCH_S);
        if to <= self.agent.until {
            return None;
        }
        let step = if second - self.agent.until > FINE_S { 10 } else { 1 };
        let (jobs, outages) = (jobs(self.agent.until, to), outages(self.agent.until, to));
        let Some(told) = self.agent.tell(&jobs, &outages, to, step) else {
            // The node is down: time passes, nothing is said.
            self.agent.until = to;
            return None;
        };
        let key = BatchKey { boot: told.batch.boot, sequence: told.batch.sequence };
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&told.batch.to_json().ok()?).ok()?;
        Some((Sealed { key, body: encoder.finish().ok()? }, told.until))
    }
}
