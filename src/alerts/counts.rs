//! What became of alerts, counted for Prometheus.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AlertOutcome {
    /// The endpoint took it.
    Delivered,
    /// An attempt failed and is repeated.
    Failed,
    /// The endpoint does not take it, and it is given up.
    Refused,
    /// There was no room for it, or it ended before it could be told.
    Dropped,
}

impl AlertOutcome {
    const ALL: [Self; 4] = [Self::Delivered, Self::Failed, Self::Refused, Self::Dropped];

    const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AlertLabels {
    endpoint: u64,
    outcome: &'static str,
}

/// Counts of what became of alerts, by endpoint. A clone counts into the same.
#[derive(Debug, Clone, Default)]
pub struct AlertCounts(Family<AlertLabels, Counter>);

impl AlertCounts {
    /// Counts of `endpoints` endpoints, all 0.
    pub(super) fn new(endpoints: usize) -> Self {
        let counts = Self::default();
        for endpoint in 1..=endpoints {
            for outcome in AlertOutcome::ALL {
                counts.add(endpoint, outcome, 0);
            }
        }
        counts
    }

    /// Counts `alerts` of the endpoint at this place in the configuration, from 1.
    pub(super) fn add(&self, endpoint: usize, outcome: AlertOutcome, alerts: usize) {
        let labels = AlertLabels { endpoint: endpoint as u64, outcome: outcome.name() };
        self.0.get_or_create(&labels).inc_by(alerts as u64);
    }

    /// Registers the counts as `alerts`.
    pub(crate) fn register(&self, registry: &mut prometheus_client::registry::Registry) {
        registry.register("alerts", "Alerts by endpoint and by what became of them", self.0.clone());
    }
}
