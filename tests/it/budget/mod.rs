//! Budgets that block: what is held, what is settled, and what is answered.

mod api;
mod audit;
mod concurrency;
mod gate;
mod ledger;
mod model;
mod refusals;

use crate::stores;
use ::api::{Decision, PolicyDocument};
use ::model::TokenId;
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;
use units::{CarbonIntensity, Timestamp};
use wattledger::budget::{Ask, BudgetAmount, BudgetError, Demand, Office};
use wattledger::grid::Library;
use wattledger::store::Store;

/// One Wh, mJ.
const WH: i64 = 3_600_000;
/// p95 over p50 of a job whose power is stated, on hardware of which no spread is published, parts per million.
const SPREAD_PPM: i64 = 1_180_950;

/// A store with its factors, and no service around it.
pub(super) struct Bench {
    folder: TempDir,
    pub(super) store: Store,
    pub(super) library: Arc<Library>,
}

/// Who asks.
static BY: LazyLock<TokenId> = LazyLock::new(|| "test".into());

impl Bench {
    pub(super) fn new() -> Self {
        // What is tested is not the disk: in memory, where the system has such a folder.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let store = stores::open(folder.path());
        Self { folder, store, library: Arc::new(Library::bundled().unwrap()) }
    }

    /// The same directory, opened again.
    pub(super) fn reopened(self) -> Self {
        let Self { folder, store, library } = self;
        drop(store);
        let store = stores::open(folder.path());
        Self { folder, store, library }
    }

    pub(super) fn office(&self, now: Timestamp) -> Office<'_> {
        Office { store: &self.store, library: &self.library, now, by: &BY }
    }

    /// A budget of `limit_mj` for `project`, changed by `change`; its number.
    pub(super) fn budget(&self, project: &str, limit_mj: i64, now: Timestamp, change: serde_json::Value) -> String {
        let document = policy(project, limit_mj, change);
        self.office(now).create(document).unwrap().to_string()
    }

    pub(super) fn admit(&self, key: &str, demand: Demand, now: Timestamp) -> Result<Decision, BudgetError> {
        self.office(now).admit(Some(key), demand, Ask::Reserve)
    }

    /// Spent, held and free.
    pub(super) fn figures(&self, budget: &str, now: Timestamp) -> [i64; 3] {
        let standing = self.office(now).state_of(budget).unwrap().standing.unwrap();
        [standing.spent, standing.held, standing.free].map(BudgetAmount::value)
    }
}

pub(crate) fn policy(project: &str, limit_mj: i64, change: serde_json::Value) -> PolicyDocument {
    let mut document = serde_json::json!({
        "name": format!("budget of {project}"), "scope": "project", "project": project, "unit": "energy", "limit_mj": limit_mj,
        "period": "month", "mode": "block",
    });
    for (key, value) in change.as_object().unwrap() {
        document[key] = value.clone();
    }
    serde_json::from_value(document).unwrap()
}

/// One accelerator of `milliwatts` for an hour: its p95 is that times 1.18095.
pub(crate) fn demand(project: &str, milliwatts: u64) -> Demand {
    Demand {
        project: project.to_owned().into(),
        accelerator: "a100-sxm4-80".to_owned(),
        count: 1,
        nanohours: 1_000_000_000,
        nanowatts: Some(milliwatts * 1_000_000),
        intensity: Some(CarbonIntensity::from_milligrams_per_kwh(400_000)),
        ..Demand::default()
    }
}

/// p95 of that, mJ: half up, as energy is.
pub(crate) fn p95(milliwatts: u64) -> i64 {
    let p50 = i64::try_from(milliwatts).unwrap() * 3_600;
    (p50 * SPREAD_PPM + 500_000) / 1_000_000
}

/// 10 November 2026 and seconds after it.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_794_268_800 + seconds).unwrap()
}
