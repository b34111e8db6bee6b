//! Counters of the service, and their registry.

use crate::alerts::AlertCounts;
use crate::series::{ExportCounts, MirrorCounts};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::{AtomicU64, Ordering};
use units::Span;

/// A method from a fixed list, a route from the router and a status: never text that a client chose.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

/// Counters and their registry.
#[derive(Debug)]
pub(crate) struct ServiceMetrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_duration: Family<RouteLabels, Histogram, fn() -> Histogram>,
    batches: Family<OutcomeLabels, Counter>,
    entries: Counter,
    closings_failed: Counter,
    charts_behind: Gauge<f64, AtomicU64>,
    mirror_points: Family<OutcomeLabels, Counter>,
    mirror_behind: Gauge<f64, AtomicU64>,
    panics: Counter,
    scrapes_incomplete: Counter,
    /// Open event streams.
    pub(super) event_streams: Gauge,
    on_duty: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

fn durations() -> Histogram {
    Histogram::new([0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0])
}

impl ServiceMetrics {
    /// Those of a service that copies its series to another database, or not, of the samples that it sends, and of its `alerts`.
    pub(crate) fn new(is_mirrored: bool, exported: &ExportCounts, alerts: &AlertCounts) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("wattledger"),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(durations),
            batches: Family::default(),
            entries: Counter::default(),
            closings_failed: Counter::default(),
            charts_behind: Gauge::default(),
            mirror_points: Family::default(),
            mirror_behind: Gauge::default(),
            panics: Counter::default(),
            scrapes_incomplete: Counter::default(),
            event_streams: Gauge::default(),
            on_duty: Gauge::default(),
        };
        metrics.register();
        if is_mirrored {
            metrics.register_mirror();
        }
        exported.register(&mut metrics.registry);
        alerts.register(&mut metrics.registry);
        // Whoever looks for an increase finds where it began.
        for outcome in ["accepted", "duplicate", "refused"] {
            drop(metrics.batches.get_or_create(&OutcomeLabels { outcome }));
        }
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests by route and status", self.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Time from headers to answer",
            Unit::Seconds,
            self.request_duration.clone(),
        );
        registry.register("batches", "Batches by outcome", self.batches.clone());
        registry.register("entries", "Ledger entries posted since the start", self.entries.clone());
        registry.register("closings_failed", "Closings of periods that failed", self.closings_failed.clone());
        let (help, gauge) =
            ("Age of the oldest batch that charts lack; attribution lacks none", self.charts_behind.clone());
        registry.register_with_unit("charts_behind", help, Unit::Seconds, gauge);
        registry.register("panics", "Requests that met a defect and were answered with 500", self.panics.clone());
        let help = "Answers that lack the fleet and the ledger, as the store could not be read";
        registry.register("scrapes_incomplete", help, self.scrapes_incomplete.clone());
        registry.register("event_streams", "Open event streams", self.event_streams.clone());
        let help =
            "Whether this one of the services on the ledger closes periods, asks providers, sends alerts and copies";
        registry.register("on_duty", help, self.on_duty.clone());
    }

    fn register_mirror(&mut self) {
        let help = "Points that InfluxDB took, or refuses for good, since the start";
        self.registry.register("mirror_points", help, self.mirror_points.clone());
        let help = "Age of the oldest batch that InfluxDB lacks";
        self.registry.register_with_unit("mirror_behind", help, Unit::Seconds, self.mirror_behind.clone());
    }

    /// Counts a batch as `accepted`, `duplicate` or `refused`.
    pub(crate) fn batch(&self, outcome: &'static str) {
        self.batches.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// Counts entries that were posted.
    pub(crate) fn entries(&self, count: u64) {
        self.entries.inc_by(count);
    }

    /// Counts a closing that failed.
    pub(crate) fn closing_failed(&self) {
        self.closings_failed.inc();
    }

    /// Counts a caught panic.
    pub(crate) fn panic(&self) {
        self.panics.inc();
    }

    /// Counts an answer without the fleet and the ledger.
    pub(super) fn scrape_incomplete(&self) {
        self.scrapes_incomplete.inc();
    }

    /// Counts a request that was answered with `status`, and the time that it took.
    pub(super) fn request(&self, method: &'static str, route: String, status: u16, took: Span) {
        let seconds = took.nanoseconds() as f64 / 1e9;
        self.request_duration.get_or_create(&RouteLabels { route: route.clone() }).observe(seconds);
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    }

    /// Notes whether this service is on duty.
    pub(super) fn on_duty(&self, is_on_duty: bool) {
        self.on_duty.set(is_on_duty.into());
    }

    /// Notes the age of the oldest batch that charts lack.
    pub(super) fn charts_behind(&self, age: Span) {
        self.charts_behind.set(age.nanoseconds() as f64 / 1e9);
    }

    /// Notes what was copied to another database so far, and the age of the oldest batch that it lacks.
    pub(super) fn mirror(&self, counts: MirrorCounts, age: Span) {
        for (outcome, points) in [("written", counts.written_points), ("refused", counts.refused_points)] {
            self.mirror_points.get_or_create(&OutcomeLabels { outcome }).inner().store(points, Ordering::Relaxed);
        }
        self.mirror_behind.set(age.nanoseconds() as f64 / 1e9);
    }

    /// Everything that was counted.
    pub(super) const fn registry(&self) -> &Registry {
        &self.registry
    }
}
