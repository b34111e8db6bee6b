//! The running service as its handlers see it: store, clock, limits and what they share.

use super::answer_memory::Answers;
use super::body_memory::Bodies;
use super::changes::Events;
use super::cookie::SignIn;
use super::observed::Observer;
use super::one_by_one::OneByOne;
use super::problem::Problem;
use super::rate::Buckets;
use super::run_tasks::RunTasks;
use super::service_metrics::ServiceMetrics;
use super::twins::Twins;
use crate::alerts::AlertCounts;
use crate::budget::Office;
use crate::config::{KeyError, Kubernetes, Limits, Proxies, Rate, ServiceConfig};
use crate::duty::{Duty, Term};
use crate::feed::Feeds;
use crate::gate::kubernetes::{self, ChangedAdmission};
use crate::grid::Library;
use crate::series::{ExportCounts, Handover, Influx, NewestPower, SeriesStore};
use crate::steady_clock::{ClockJump, SteadyClock};
use crate::store::{DecisionRow, Store, StoreError, Tx};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use collectors::clock::Clock;
use model::{AttentionKind, ChangeKind, TokenId};
use serde::Serialize;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use units::{Span, Timestamp};

/// What every handler works with: the service.
pub(crate) type State = Arc<ApiService>;

/// Failed sign-ins of one address.
const SIGN_IN_FAILURES: Rate = Rate { per_s: 1, burst: 20 };

/// When something that is heard of often was last noted.
#[derive(Debug, Default)]
pub(super) struct Heard {
    noted_ns: AtomicI64,
}

impl Heard {
    /// Whether it is to be noted again at `now`: once a minute.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        const MINUTE_NS: i64 = 60_000_000_000;
        let (now, before) = (now.nanoseconds(), self.noted_ns.load(Ordering::Relaxed));
        let is_due = now.saturating_sub(before).unsigned_abs() >= MINUTE_NS.unsigned_abs();
        is_due && self.noted_ns.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Store, clock and limits of one running service.
pub(crate) struct ApiService {
    pub(super) store: Arc<Store>,
    pub(super) duty: Duty,
    pub(super) library: Arc<Library>,
    pub(super) series: Arc<dyn SeriesStore>,
    pub(super) influx: Option<Arc<Influx>>,
    pub(super) exported: ExportCounts,
    pub(super) handover: Arc<Handover>,
    pub(super) twins: Twins,
    /// The date that everything is decided by.
    pub(super) clock: Arc<SteadyClock>,
    pub(super) limits: Limits,
    pub(super) gates: Gates,
    pub(super) feeds: Arc<Feeds>,
    pub(super) metrics: ServiceMetrics,
    pub(super) observer: Observer,
    pub(super) events: Arc<Events>,
    pub(super) requests_rate: Buckets,
    /// Failed sign-ins by address.
    pub(super) sign_in_failures: Buckets,
    pub(super) sign_in: SignIn,
    pub(super) batches_rate: Buckets,
    pub(super) failures_rate: Buckets,
    pub(super) bodies: Bodies,
    pub(super) answers: Answers,
    reports: OneByOne,
    /// Tokens whose use is being noted.
    pub(super) noting: Mutex<HashSet<TokenId>>,
    pub(super) proxies: Arc<Proxies>,
    pub(super) is_stopping: AtomicBool,
}

/// What a service is made of.
pub(crate) struct ServiceParts {
    pub(crate) store: Arc<Store>,
    pub(crate) duty: Duty,
    pub(crate) library: Arc<Library>,
    pub(crate) series: Arc<dyn SeriesStore>,
    pub(crate) influx: Option<Arc<Influx>>,
    pub(crate) exported: ExportCounts,
    pub(crate) handover: Arc<Handover>,
    pub(crate) power: Arc<NewestPower>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) proxies: Arc<Proxies>,
    pub(crate) sign_in: SignIn,
    pub(crate) gates: Gates,
    pub(crate) alerts: AlertCounts,
    pub(crate) feeds: Arc<Feeds>,
}

/// Settings of the gates for foreign systems.
pub(crate) struct Gates {
    pub(super) kubernetes: Arc<Kubernetes>,
    pub(super) kubernetes_heard: Heard,
    pub(super) terraform: RunTasks,
}

impl Gates {
    /// The gates as they are configured, with the key of run tasks read from its file.
    pub(crate) fn open(config: &ServiceConfig) -> Result<Self, KeyError> {
        Ok(Self {
            kubernetes: Arc::new(config.kubernetes.clone()),
            kubernetes_heard: Heard::default(),
            terraform: RunTasks::open(&config.terraform)?,
        })
    }
}

impl ApiService {
    /// # Errors
    ///
    /// The system refuses a thread.
    pub(crate) fn new(parts: ServiceParts) -> std::io::Result<Self> {
        let ServiceParts { store, library, series, influx, exported, handover, power, clock, limits, feeds, .. } =
            parts;
        let (sign_in, gates, alerts, proxies, duty) =
            (parts.sign_in, parts.gates, parts.alerts, parts.proxies, parts.duty);
        Ok(Self {
            observer: Observer::new(Arc::clone(&store), Arc::clone(&library), power),
            store,
            duty,
            library,
            series,
            metrics: ServiceMetrics::new(influx.is_some(), &exported, &alerts),
            influx,
            exported,
            handover,
            twins: Twins::default(),
            clock: Arc::new(SteadyClock::new(clock)),
            limits,
            gates,
            feeds,
            events: Arc::new(Events::new(limits.event_streams)),
            requests_rate: Buckets::new(limits.requests),
            sign_in_failures: Buckets::new(SIGN_IN_FAILURES),
            sign_in,
            batches_rate: Buckets::new(limits.batches),
            failures_rate: Buckets::new(limits.failures),
            bodies: Bodies::new(&limits),
            answers: Answers::new(&limits),
            reports: OneByOne::start()?,
            noting: Mutex::default(),
            proxies,
            is_stopping: AtomicBool::new(false),
        })
    }

    /// Begins the shutdown: `/readyz` answers that nothing new should be sent here, and event streams end.
    pub(crate) fn stopping(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        self.events.close();
    }

    /// Calls `heard` after each change to a request for an exception or to a budget, until the service stops.
    pub(crate) async fn each_request(self: Arc<Self>, heard: impl Fn() + Send) {
        self.events.each_request(heard).await;
    }

    /// Where changes are told.
    pub(crate) fn events(&self) -> Arc<Events> {
        Arc::clone(&self.events)
    }

    /// Tells everyone who listens that the ledger has `count` new entries.
    pub(super) fn tell_entries(&self, count: i64) {
        if count > 0 {
            self.metrics.entries(count.unsigned_abs());
            self.events.tell(ChangeKind::Entries, count.to_string(), None);
        }
    }

    /// Runs `task` on a thread on which it may wait for the disk.
    pub(super) async fn work<T: Send + 'static>(
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

    /// The answer that `task` makes, as JSON. It is one of those that take most memory, which are made and written one after the other.
    pub(super) async fn make<T: Serialize>(
        self: &Arc<Self>,
        task: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let service = Arc::clone(self);
        let made = self.reports.run(move || {
            let mut bytes = serde_json::to_vec(&task(&service)?).map_err(|error| {
                tracing::error!(%error, "an answer could not be written and was answered with 500");
                Problem::internal()
            })?;
            bytes.shrink_to_fit();
            Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
        });
        made.await.unwrap_or_else(|| {
            tracing::error!("a report failed because of a defect and was answered with 500");
            self.metrics.panic();
            Err(Problem::internal())
        })
    }

    /// Notes that the clock jumped, for the log and for `/attention`.
    fn note_jump(&self, jump: &ClockJump) {
        let (at, detail) = (jump.at, jump.to_string());
        tracing::warn!("{detail}");
        let note = move |tx: &Tx<'_>| tx.notices().note(AttentionKind::ClockJumped, "clock", at, &detail);
        if let Err(error) = self.store.write::<_, StoreError>(note) {
            tracing::error!(%error, "that the clock was set could not be noted");
        }
    }

    /// Looks after the ledger: on duty posts what has ended. `grace` after the end of a period, late data is no longer waited for.
    pub(crate) fn close(&self, grace: Span) {
        if self.store.trouble().is_some() && self.store.probe().is_ok() {
            tracing::info!("the disk can be written again");
        }
        let now = self.clock.wall();
        self.clock.take_jumps().iter().for_each(|jump| self.note_jump(jump));
        let Some(term) = self.duty.term() else { return };
        match crate::ledger::close(&term.store, &self.library, now, grace) {
            Ok(closed) => self.tell_entries(closed.entries),
            Err(error) => {
                tracing::error!(%error, "ended periods could not be posted; the service will try again");
                self.metrics.closing_failed();
            }
        }
        self.settle(&term);
    }

    /// Settles holds with what the ledger has, and publishes the changes.
    fn settle(&self, term: &Term) {
        let (store, library) = (&term.store, &self.library);
        let by = DecisionRow::service();
        let office = Office { store, library, now: self.clock.wall(), by: &by };
        match office.settle() {
            Ok(changes) => {
                for change in changes {
                    tracing::info!(
                        admission = change.admission.number(),
                        project = change.project.as_str(),
                        what = change.event.name(),
                        "a hold changed"
                    );
                    self.events.tell(ChangeKind::Admission, change.admission.to_string(), Some(&change.project));
                }
            }
            Err(error) => tracing::error!(%error, "holds could not be settled; the service will try again"),
        }
        match kubernetes::sweep(office, &self.gates.kubernetes) {
            Ok(changed) => changed.into_iter().for_each(|change| self.tell_admission(&change)),
            Err(error) => {
                tracing::error!(%error, "objects of Kubernetes could not be settled; the service will try again")
            }
        }
    }

    /// Tells everyone who listens that a review changed an admission.
    pub(super) fn tell_admission(&self, changed: &ChangedAdmission) {
        self.events.tell(ChangeKind::Admission, changed.admission.to_string(), Some(&changed.project));
    }
}
