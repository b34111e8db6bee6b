//! Charts: what they show is what the ledger has, whatever happened to the copy that they are read from.

mod api;
mod copy;
mod damage;
mod handover;
mod influx;
mod influx_real;
pub(crate) mod influx_server;
mod otlp;
mod receiver;
mod remote_write;

use crate::ledger::{Fixture, at};
use influx_server::InfluxDouble;
use model::DeviceId;
use std::collections::BTreeMap;
use units::{Energy, Timestamp};
use wattledger::series::{self, Embedded, Grid, PowerGroup, SeriesStore, SeriesWindow};
use wattledger::store::Track;

/// After everything that the tests meter.
const NOW_S: i64 = 39 * 86_400;

fn grid(from: Timestamp, to: Timestamp, points: i64) -> Grid {
    Grid::of(from..to, points).unwrap()
}

fn sum(energies: impl Iterator<Item = Energy>) -> Energy {
    energies.fold(Energy::ZERO, |sum, energy| sum.checked_add(energy).unwrap())
}

/// mJ per job over its whole life, and `idle`, from the series alone.
fn by_job(fixture: &Fixture, store: &dyn SeriesStore, points: i64) -> BTreeMap<String, i64> {
    let now = at(NOW_S);
    let mut found = BTreeMap::new();
    for id in ["a", "b", "c"] {
        let energy = fixture.store.read::<_, series::SeriesError>(|tx| {
            let Some(job) = tx.jobs().find(&id.into())? else { return Ok(0) };
            let Some(life) = series::life(store, tx, job.job, now)? else { return Ok(0) };
            let of_life = grid(life.start(), life.end(), points);
            let whole = series::job(store, tx, job.job, of_life, now)?;
            assert!(i64::try_from(whole.buckets.len()).unwrap() <= points);
            assert_eq!(whole.energy, sum(whole.buckets.values().map(|bucket| bucket.energy)));
            let devices = series::job_devices(store, tx, job.job, of_life, now)?;
            assert_eq!(whole.energy, sum(devices.iter().map(|own| own.series.energy)));
            Ok(whole.energy.millijoules())
        });
        found.insert(id.to_owned(), energy.unwrap());
    }
    let all = grid(at(-86_400), at(NOW_S), points);
    let fleet = |by| fixture.store.read(|tx| series::fleet(store, tx, by, all, None)).unwrap();
    let of_groups = |is_idle: bool, by| {
        let groups = fleet(by).into_iter().filter(|own| own.is_idle == is_idle);
        sum(groups.flat_map(|own| own.buckets.into_values().map(|bucket| bucket.energy))).millijoules()
    };
    let held: i64 = found.values().sum();
    for by in [PowerGroup::Project, PowerGroup::Site, PowerGroup::Node] {
        assert_eq!(of_groups(false, by), held, "{by:?}");
    }
    found.insert("idle".to_owned(), of_groups(true, PowerGroup::Project));
    found.retain(|_, energy| *energy != 0);
    found
}

/// Every window that the copy has of the first devices.
fn windows(store: &dyn SeriesStore) -> Vec<(DeviceId, bool, SeriesWindow)> {
    let range = at(-86_400)..at(NOW_S);
    let tracks =
        (0..6).map(DeviceId::new).flat_map(|device| [false, true].map(|is_contained| Track { device, is_contained }));
    let of = |track: Track| {
        let windows = store.windows(&[(track, range.clone())]).unwrap().remove(0);
        windows.into_iter().map(move |window| (track.device, track.is_contained, window))
    };
    tracks.flat_map(of).collect()
}

/// The stores that keep the promises of a store of series.
#[derive(Debug, Clone, Copy)]
enum Engine {
    Embedded,
    Influx,
}

/// An empty store, with what must live as long.
fn fresh(engine: Engine) -> (Kept, Box<dyn SeriesStore>) {
    let directory = tempfile::tempdir().unwrap();
    let server = matches!(engine, Engine::Influx).then(InfluxDouble::start);
    let kept = Kept { directory, server };
    let store = kept.open();
    (kept, store)
}

/// Where a store keeps its windows.
struct Kept {
    directory: tempfile::TempDir,
    server: Option<InfluxDouble>,
}

impl Kept {
    fn open(&self) -> Box<dyn SeriesStore> {
        match &self.server {
            None => Box::new(Embedded::open(self.directory.path()).unwrap()),
            Some(server) => Box::new(influx::open(server, self.directory.path())),
        }
    }
}

/// Settles every hour that was over by `before`.
fn settle(fixture: &Fixture, store: &dyn SeriesStore, before: Timestamp) {
    while series::settle(&fixture.store, store, before).unwrap() {}
}

/// Runs each of the tests that follow with every store.
macro_rules! with_every_store {
    ($($test:ident,)+) => {
        mod in_embedded {
            $(#[test] fn $test() { super::$test(super::Engine::Embedded); })+
        }
        mod in_influx {
            $(#[test] fn $test() { super::$test(super::Engine::Influx); })+
        }
    };
}
use with_every_store;
