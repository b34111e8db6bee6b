//! The ledger core: what agents say goes in, and must come out exactly once, adding up, and provably so.

pub(crate) mod actions;
mod attention;
mod audit;
mod breakdown;
mod clocks;
mod cost;
mod durability;
mod factors;
mod fitting;
mod jobs;
mod marginal;
mod period;
pub(crate) mod permutation;
mod posting;
mod set;
mod sums;

use crate::{postgres, stores};
use api::Report;
use model::FactorSource;
use std::collections::BTreeMap;
use std::sync::Arc;
use tempfile::TempDir;
use units::{Energy, Interval, Power, Pue, Span, Timestamp};
use wattledger::grid::{FactorSeries, Library};
use wattledger::ledger;
use wattledger::store::{By, FactorEvidence, GroupBy, KeptFactors, Selection, Store, StoreError};
use wattledger::{ingest, workload};
use wire::{Batch, Boot, ClockEvidence, Device, DeviceKind, Holding, Job, Method, Node, Quality, SensorClass, Window};

/// 2026-03-10T10:00:00Z.
pub(crate) const TEN_O_CLOCK_S: i64 = 1_773_136_800;
pub(crate) const FAR: i64 = 40 * 86_400;
pub(crate) const GRACE: Span = Span::from_seconds(600);

/// `seconds` after ten o'clock.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(TEN_O_CLOCK_S + seconds).unwrap()
}

pub(crate) struct Fixture {
    pub(crate) directory: TempDir,
    pub(crate) store: Store,
    pub(crate) library: Arc<Library>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = stores::open(directory.path());
        Self { directory, store, library: Arc::new(Library::bundled().unwrap()) }
    }

    /// With node `n1` at a site in Germany, PUE 1.2.
    pub(crate) fn in_germany(minutes: u64) -> Self {
        let fixture = Self::new();
        let pue = Pue::from_parts_per_million(1_200_000).unwrap();
        workload::add_site(&fixture.store, &fixture.library, "fra".into(), "DE", minutes, pue, By::service(at(-FAR)))
            .unwrap();
        workload::assign_node(&fixture.store, "n1".into(), "fra".into(), at(-FAR), By::service(at(-FAR))).unwrap();
        fixture
    }

    pub(crate) fn apply(&self, batch: &Batch) -> ingest::Applied {
        ingest::apply(&self.store, batch.to_json().unwrap(), batch.clock.wall).unwrap()
    }

    pub(crate) fn close(&self, now: Timestamp) -> i64 {
        ledger::close(&self.store, &self.library, now, GRACE).unwrap().entries
    }

    pub(crate) fn report(&self, by: &GroupBy) -> Report {
        ledger::report(&self.store, &self.library, &Selection::between(at(-FAR), at(FAR)), by).unwrap()
    }

    /// mJ per job, `idle` among them.
    pub(crate) fn by_job(&self) -> BTreeMap<String, i64> {
        let report = self.report(&GroupBy::Job);
        let jobs = report.rows.iter().map(|row| (row.group.clone().unwrap(), row.amount.energy_mj));
        jobs.chain([("idle".to_owned(), report.idle.energy_mj)]).filter(|(_, energy)| *energy != 0).collect()
    }

    /// Nothing is wrong, and everything is there once.
    pub(crate) fn assert_sound(&self) -> ledger::Verified {
        let verified = ledger::verify(&self.store).unwrap();
        assert_eq!(verified.fault, None);
        assert_eq!(verified.jobs.millijoules() + verified.idle.millijoules(), verified.metered.millijoules());
        let report = self.report(&GroupBy::Project);
        assert_eq!(report.metered.energy_mj, verified.metered.millijoules());
        assert_eq!(report.total.energy_mj, report.rows.iter().map(|row| row.amount.energy_mj).sum::<i64>());
        assert_eq!(report.total.energy_mj + report.idle.energy_mj, report.metered.energy_mj);
        verified
    }

    /// Every entry is followed back to windows that sum to it.
    pub(crate) fn assert_explained(&self) {
        for entry in self.entries() {
            let explained = ledger::explain(&self.store, entry.id).unwrap();
            let sum: i64 = explained.windows.iter().map(|window| window.energy.millijoules()).sum();
            assert_eq!(sum, entry.part.energy.millijoules(), "entry {} {:?}", entry.id, entry.kind);
        }
    }

    pub(crate) fn entries(&self) -> Vec<wattledger::store::Entry> {
        self.store.read(|tx| tx.entries().list(None, model::EntryId::new(0), 10_000)).unwrap()
    }
}

/// Keeps factors that `source` brought.
pub(crate) fn keep(store: &Store, source: FactorSource, series: Vec<FactorSeries>, by: By) -> KeptFactors {
    let bytes = format!("{series:?}").into_bytes();
    let evidence = FactorEvidence { source, name: "test".to_owned(), obtained: by.at, bytes };
    store.write::<_, StoreError>(move |tx| tx.factors().keep(&series, &evidence, &by)).unwrap()
}

/// What `verify` says after `sql` was done to the closed file behind the program's back.
pub(crate) fn after(fixture: Fixture, sql: &str) -> Option<ledger::Fault> {
    let Fixture { directory, store, .. } = fixture;
    drop(store);
    if stores::are_on_postgres() {
        postgres::shared().unwrap().tamper(directory.path(), sql);
        return ledger::verify(&stores::open(directory.path())).unwrap().fault;
    }
    let connection = rusqlite::Connection::open(directory.path().join("wattledger.db")).unwrap();
    connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
    drop(connection);
    ledger::verify(&Store::open(directory.path()).unwrap()).unwrap().fault
}

pub(crate) fn device(uuid: &str, kind: DeviceKind, counted_in: Option<&str>) -> Device {
    Device {
        uuid: uuid.to_owned().into(),
        name: "H100".to_owned(),
        index: 0,
        kind,
        sensor: SensorClass::Counter,
        limit: Power::from_milliwatts(700_000),
        systematic_ppm: 50_000,
        counted_in: counted_in.map(Into::into),
        driver_epoch: 1,
    }
}

/// A batch of node `n1`, numbered `sequence`, without windows.
pub(crate) fn batch(sequence: u64, wall: i64) -> Batch {
    Batch {
        version: wire::VERSION,
        agent: "n1".into(),
        boot: Boot::from_bits(7),
        sequence,
        node: Node {
            name: "n1".into(),
            software: "test 1".to_owned(),
            machine_id: None,
            host_boot: None,
            unclear: Vec::new(),
        },
        clock: ClockEvidence { wall: at(wall), monotonic: Span::ZERO },
        devices: vec![
            device("gpu0", DeviceKind::Accelerator, None),
            device("gpu1", DeviceKind::Accelerator, None),
            device("mig0", DeviceKind::Accelerator, Some("gpu0")),
        ],
        windows: Vec::new(),
        holdings: Vec::new(),
        jobs: Vec::new(),
        gaps: Vec::new(),
    }
}

pub(crate) fn window(device: &str, start: i64, end: i64, energy_mj: i64) -> Window {
    Window {
        device: device.to_owned().into(),
        start: at(start),
        end: at(end),
        energy: Energy::from_millijoules(energy_mj),
        covered: at(end).since(at(start)).unwrap(),
        method: Method::Counter,
        quality: Quality::Counter,
        flags: Vec::new(),
        power_min: Power::ZERO,
        power_peak: Power::from_milliwatts(700_000),
        readings: 10,
        integration_uncertainty: Energy::ZERO,
        sensor_systematic: Energy::ZERO,
    }
}

pub(crate) fn holding(device: &str, job: &str, weight: u32, start: i64, end: Option<i64>) -> Holding {
    Holding { device: device.to_owned().into(), job: job.to_owned().into(), weight, start: at(start), end: end.map(at) }
}

pub(crate) fn job(id: &str, project: &str, ended: Option<i64>) -> Job {
    Job { id: id.to_owned().into(), project: Some(project.to_owned().into()), ended: ended.map(at), ..Job::default() }
}
