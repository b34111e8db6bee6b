//! All providers that the service asks, each on a thread of its own.

use super::courier::CourierError;
use super::error::FeedError;
use super::halt::Halt;
use super::note::forget_others;
use super::round::{Feed, FeedReport};
use crate::config::ProviderSettings;
use crate::duty::{Duty, OFF_DUTY_PAUSE};
use crate::store::Store;
use collectors::clock::Clock;
use model::ProviderName;
use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long rounds in progress are waited for at the end.
const END_WAIT: Duration = Duration::from_secs(2);

/// Why a provider cannot be asked.
#[derive(Debug, thiserror::Error)]
#[error("[grid.providers.{name}]: {cause}")]
pub struct FeedsError {
    /// Which one.
    name: ProviderName,
    /// What is wrong.
    cause: CourierError,
}

impl FeedsError {
    /// Whether another configuration would help.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        !matches!(self.cause, CourierError::System(_))
    }
}

/// All providers that the service asks. When dropped, rounds in progress get two seconds; what they did not bring comes with the next start.
pub struct Feeds {
    feeds: Vec<Arc<Feed>>,
    halt: Arc<Halt>,
    /// Closed when no thread is left.
    threads: Mutex<Receiver<()>>,
}

impl Feeds {
    /// The providers of `settings`. Each is asked when [`Feed::sync`] is called, and again and again after [`Self::begin`].
    ///
    /// # Errors
    ///
    /// A key or certificate cannot be read, or the system refuses a folder.
    pub fn open(settings: &[ProviderSettings], store: &Arc<Store>, clock: &Arc<dyn Clock>) -> Result<Self, FeedsError> {
        let halt = Arc::new(Halt::default());
        let mut feeds = Vec::new();
        for settings in settings {
            let failed = |cause| FeedsError { name: settings.name, cause };
            let random = |error: getrandom::Error| failed(io::Error::other(error.to_string()).into());
            let seed = getrandom::u64().map_err(random)?;
            let feed = Feed::open(settings.clone(), Arc::clone(store), Arc::clone(clock), Arc::clone(&halt), seed);
            feeds.push(Arc::new(feed.map_err(failed)?));
        }
        let names: Vec<ProviderName> = settings.iter().map(|settings| settings.name).collect();
        if let Err(error) = forget_others(store, &names) {
            tracing::warn!(%error, "what is known of a provider that is no longer asked cannot be removed");
        }
        let (_, threads) = channel();
        Ok(Self { feeds, halt, threads: Mutex::new(threads) })
    }

    /// Starts to ask each of them on duty, on a thread of its own; without any there are no threads. `heard` is called after each round, by its thread.
    ///
    /// # Errors
    ///
    /// The system refuses a thread.
    pub fn begin(&self, duty: &Duty, heard: impl Fn(&FeedReport) + Send + Sync + 'static) -> Result<(), FeedsError> {
        let (alive, threads) = channel::<()>();
        let heard = Arc::new(heard);
        for feed in &self.feeds {
            let (feed, halt, duty) = (Arc::clone(feed), Arc::clone(&self.halt), duty.clone());
            let (heard, alive, name) = (Arc::clone(&heard), alive.clone(), feed.name());
            let thread = std::thread::Builder::new().name(format!("provider-{name}"));
            let started = thread.spawn(move || {
                run(&feed, &halt, &duty, heard.as_ref());
                drop(alive);
            });
            started.map_err(|cause| FeedsError { name, cause: cause.into() })?;
        }
        *self.threads.lock().unwrap_or_else(PoisonError::into_inner) = threads;
        Ok(())
    }

    /// Each of them.
    #[must_use]
    pub fn all(&self) -> &[Arc<Feed>] {
        &self.feeds
    }

    /// The one of this name, if the service asks it.
    #[must_use]
    pub fn find(&self, name: ProviderName) -> Option<&Arc<Feed>> {
        self.feeds.iter().find(|feed| feed.name() == name)
    }

    /// Begins the end, without waiting for it.
    pub fn stop(&self) {
        self.halt.set();
    }
}

impl Drop for Feeds {
    fn drop(&mut self) {
        self.stop();
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
        // A request that takes longer is cut off with the process.
        let _ = threads.recv_timeout(END_WAIT);
    }
}

/// Asks the provider again and again while on duty, until the service ends.
fn run(feed: &Feed, halt: &Halt, duty: &Duty, heard: &impl Fn(&FeedReport)) {
    let (mut pause, mut known) = (Duration::ZERO, None);
    while halt.wait(pause) {
        let Some(term) = duty.term() else {
            pause = OFF_DUTY_PAUSE;
            continue;
        };
        // Another service may have asked just before.
        if known.as_ref() != Some(&term) {
            known = Some(term);
            pause = feed.first_pause();
            continue;
        }
        let report: Result<FeedReport, FeedError> = feed.round(&term.store);
        if let Ok(report) = &report {
            heard(report);
        }
        pause = feed.pause(&report);
    }
}
