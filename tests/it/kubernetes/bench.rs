//! The gate without a service around it: reviews in, answers and holds out, at a time that the test says.

use crate::budget::{Bench, at};
use ::model::AdmissionState;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use wattledger::budget::stored_demand;
use wattledger::config::{Kubernetes, ServiceConfig, ServiceOverrides};
use wattledger::gate::kubernetes::{Review, ReviewResponse, Reviewed, decide, sweep};
use wattledger::store::AdmissionFilter;

/// A gate with one budget for everything, which blocks.
pub(super) struct Gate {
    pub(super) bench: Bench,
    pub(super) settings: Arc<Kubernetes>,
    /// Seconds since the test began.
    pub(super) now: i64,
}

impl Gate {
    /// With room for `limit_mj`.
    pub(super) fn new(limit_mj: i64) -> Self {
        Self::configured(limit_mj, "block", "")
    }

    pub(super) fn configured(limit_mj: i64, mode: &str, config: &str) -> Self {
        let bench = Bench::new();
        let policy = json!({ "name": "everything", "scope": "all", "project": null, "mode": mode, "default_hours": 1 });
        bench.budget("", limit_mj, at(0), policy);
        let settings =
            Arc::new(ServiceConfig::parse(config, "test.toml", ServiceOverrides::default()).unwrap().kubernetes);
        Self { bench, settings, now: 0 }
    }

    pub(super) fn office(&self) -> wattledger::budget::Office<'_> {
        self.bench.office(at(self.now))
    }

    pub(super) fn reviewed(&self, review: &Value) -> Reviewed {
        let body = serde_json::to_vec(review).unwrap();
        let review = Arc::new(Review::read(&body, &self.settings).unwrap());
        decide(self.office(), &self.settings, &review).unwrap()
    }

    pub(super) fn answer(&self, review: &Value) -> ReviewResponse {
        self.reviewed(review).answer.response
    }

    /// Sends what must be let in.
    pub(super) fn allow(&self, review: &Value) {
        let response = self.answer(review);
        assert!(response.allowed, "{}\n{review}", response.status);
    }

    /// Lets seconds pass, and the background work with them.
    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        sweep(self.office(), &self.settings).unwrap();
    }

    /// Accelerators that are held, in all.
    pub(super) fn held(&self) -> u64 {
        self.held_kinds().values().sum()
    }

    /// Accelerators that are held, by kind.
    pub(super) fn held_kinds(&self) -> BTreeMap<String, u64> {
        let mut held = BTreeMap::new();
        for demand in self.demands(Some(AdmissionState::Held)) {
            *held.entry(demand.accelerator).or_insert(0) += demand.count;
        }
        held
    }

    /// What was asked for, newest first.
    pub(super) fn demands(&self, state: Option<AdmissionState>) -> Vec<wattledger::budget::Demand> {
        let filter = AdmissionFilter { state, limit: 100_000, ..AdmissionFilter::default() };
        let rows = self.office().admissions(&filter).unwrap();
        rows.iter().map(|row| stored_demand(&row.demand).unwrap()).collect()
    }
}
