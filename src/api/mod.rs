//! The HTTP API. `router.rs` shows it at a glance, a file per resource holds its handlers, and `crates/api` has what they read and answer.

mod actions;
mod admissions;
mod app;
mod attention;
mod auth;
mod batches;
mod body;
mod budgets;
mod compare;
mod connection;
mod cookie;
mod estimates;
mod events;
mod fleet;
mod gaps;
mod grid;
mod job_list;
mod jobs;
mod kubernetes;
mod ledger;
mod metrics;
mod operations;
mod page;
mod periods;
mod problem;
mod rate;
mod router;
mod selection;
mod series;
mod session;
mod sites;
mod steps;
mod terraform;
mod tokens;

pub(crate) use connection::{TlsError, acceptor, serve};
pub(crate) use cookie::SignIn;
pub(crate) use router::router;
pub(crate) use terraform::KeyError;

use crate::config::{Kubernetes, Limits, ServiceConfig};
use crate::grid::Library;
use crate::series::{Handover, SeriesStore};
use crate::store::Store;
use body::BodyMemory;
use collectors::clock::Clock;
use events::Events;
use metrics::ServiceMetrics;
use problem::Problem;
use rate::Buckets;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use units::Span;

/// What every handler works with: the service.
pub(crate) type State = Arc<ApiService>;

/// What [`is_name`] asks for, in words.
const NAME_RULE: &str = "1 to 128 of A-Z a-z 0-9 . _ : @ + -";

/// Store, clock and limits of one running service.
pub(crate) struct ApiService {
    store: Arc<Store>,
    library: Arc<Library>,
    series: Arc<dyn SeriesStore>,
    handover: Handover,
    clock: Arc<dyn Clock>,
    limits: Limits,
    gates: Gates,
    metrics: ServiceMetrics,
    events: Events,
    requests_rate: Buckets,
    /// Failed sign-ins by address.
    sign_in_failures: Buckets,
    sign_in: SignIn,
    batches_rate: Buckets,
    failures_rate: Buckets,
    open_bodies: BodyMemory,
    is_stopping: AtomicBool,
}

/// What a service is made of.
pub(crate) struct ServiceParts {
    pub(crate) store: Arc<Store>,
    pub(crate) library: Arc<Library>,
    pub(crate) series: Arc<dyn SeriesStore>,
    pub(crate) handover: Handover,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) sign_in: SignIn,
    pub(crate) gates: Gates,
}

/// Settings of the gates for foreign systems.
pub(crate) struct Gates {
    kubernetes: Kubernetes,
    terraform: terraform::RunTasks,
}

impl Gates {
    /// The gates as they are configured, with the key of run tasks read from its file.
    pub(crate) fn open(config: &ServiceConfig) -> Result<Self, KeyError> {
        Ok(Self { kubernetes: config.kubernetes.clone(), terraform: terraform::RunTasks::open(&config.terraform)? })
    }
}

impl ApiService {
    pub(crate) fn new(parts: ServiceParts) -> Self {
        let ServiceParts { store, library, series, handover, clock, limits, sign_in, gates } = parts;
        Self {
            store,
            library,
            series,
            handover,
            clock,
            limits,
            gates,
            metrics: ServiceMetrics::new(),
            events: Events::new(limits.event_streams),
            requests_rate: Buckets::new(limits.requests),
            sign_in_failures: Buckets::new(session::FAILURES),
            sign_in,
            batches_rate: Buckets::new(limits.batches),
            failures_rate: Buckets::new(limits.failures),
            open_bodies: BodyMemory::new(limits.open_body_bytes),
            is_stopping: AtomicBool::new(false),
        }
    }

    /// Begins the shutdown: `/readyz` answers that nothing new should be sent here, and event streams end.
    pub(crate) fn stopping(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        self.events.close();
    }

    /// Runs `task` on a thread on which it may wait for the disk.
    async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        task: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let service = Arc::clone(self);
        match tokio::task::spawn_blocking(move || task(&service)).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::error!(%error, "a request failed because of a defect and was answered with 500");
                self.metrics.panic();
                Err(Problem::internal())
            }
        }
    }

    /// Posts what has ended. `grace` after the end of a period, late data is no longer waited for.
    pub(crate) fn close(&self, grace: Span) {
        if self.store.trouble().is_some() && self.store.probe().is_ok() {
            tracing::info!("the disk can be written again");
        }
        match crate::ledger::close(&self.store, &self.library, self.clock.wall(), grace) {
            Ok(closed) if closed.entries == 0 => {}
            Ok(closed) => {
                self.metrics.entries(closed.entries.unsigned_abs());
                self.events.tell("entries", closed.entries.to_string(), None);
            }
            Err(error) => {
                tracing::error!(%error, "ended periods could not be posted; the service will try again");
                self.metrics.closing_failed();
            }
        }
        self.settle();
    }

    /// Settles holds with what the ledger has, and publishes the changes.
    fn settle(&self) {
        let (store, library) = (&self.store, &self.library);
        let office = crate::budget::Office { store, library, now: self.clock.wall(), by: "service" };
        match office.settle() {
            Ok(changes) => {
                for change in changes {
                    tracing::info!(
                        admission = change.admission.number(),
                        project = change.project,
                        what = change.event.name(),
                        "a hold changed"
                    );
                    self.events.tell("admission", change.admission.to_string(), Some(&change.project));
                }
            }
            Err(error) => tracing::error!(%error, "holds could not be settled; the service will try again"),
        }
    }
}

/// Whether `text` is a *name*, as in the wire format.
fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@+-".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(is_allowed)
}
