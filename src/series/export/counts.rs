//! What became of samples, counted for Prometheus.

use super::super::follow::behind_batch;
use super::super::store::SeriesError;
use crate::store::Store;
use model::BatchId;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use units::Timestamp;

/// What became of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SampleOutcome {
    /// The receiver took it.
    Written,
    /// The receiver will never take it, and it is given up.
    Refused,
    /// It was not sent, as the receiver could not take it: it is older than what was sent of its series, or of the future.
    LeftOut,
}

impl SampleOutcome {
    const ALL: [Self; 3] = [Self::Written, Self::Refused, Self::LeftOut];

    const fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Refused => "refused",
            Self::LeftOut => "left_out",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SampleLabels {
    receiver: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReceiverLabels {
    receiver: &'static str,
}

/// Counts of what became of samples, and how far receivers are. A clone counts into the same.
#[derive(Debug, Clone, Default)]
pub struct ExportCounts {
    samples: Family<SampleLabels, Counter>,
    behind: Family<ReceiverLabels, Gauge<f64, AtomicU64>>,
    taken: Arc<Mutex<BTreeMap<&'static str, BatchId>>>,
}

impl ExportCounts {
    /// Begins to count for a receiver, with 0 of everything.
    pub(super) fn begin(&self, receiver: &'static str) {
        for outcome in SampleOutcome::ALL {
            self.add(receiver, outcome, 0);
        }
    }

    pub(super) fn add(&self, receiver: &'static str, outcome: SampleOutcome, samples: u64) {
        self.samples.get_or_create(&SampleLabels { receiver, outcome: outcome.name() }).inc_by(samples);
    }

    /// Notes the newest batch that a receiver has.
    pub(super) fn taken(&self, receiver: &'static str, batch: BatchId) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(receiver, batch);
    }

    /// Looks how old the oldest batch is that each receiver lacks.
    pub(crate) fn look(&self, store: &Store, now: Timestamp) -> Result<(), SeriesError> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (receiver, batch) in taken {
            let age = behind_batch(store, batch, now)?;
            self.behind.get_or_create(&ReceiverLabels { receiver }).set(age.nanoseconds() as f64 / 1e9);
        }
        Ok(())
    }

    /// Registers the counts as `export_samples`, and the ages as `export_behind`.
    pub(crate) fn register(&self, registry: &mut Registry) {
        let help = "Samples sent to receivers, by what became of them, since the start";
        registry.register("export_samples", help, self.samples.clone());
        let help = "Age of the oldest batch that a receiver of samples lacks";
        registry.register_with_unit("export_behind", help, Unit::Seconds, self.behind.clone());
    }
}
