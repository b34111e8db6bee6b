//! Charts: what they show is what the ledger has, whatever happened to the copy that they are read from.

mod api;
mod copy;

use crate::ledger::{Fixture, at};
use model::DeviceId;
use std::collections::BTreeMap;
use units::Timestamp;
use wattledger::series::{self, Embedded, Grid, PowerGroup, SeriesStore, SeriesWindow};
use wattledger::store::Track;

/// After everything that the tests meter.
const NOW_S: i64 = 39 * 86_400;

fn grid(from: Timestamp, to: Timestamp, points: i64) -> Grid {
    Grid::of(from..to, points).unwrap()
}

/// mJ per job over its whole life, and `idle`, from the series alone.
fn by_job(fixture: &Fixture, store: &dyn SeriesStore, points: i64) -> BTreeMap<String, i64> {
    let now = at(NOW_S);
    let mut found = BTreeMap::new();
    for id in ["a", "b", "c"] {
        let energy = fixture.store.read::<_, series::SeriesError>(|tx| {
            let Some(job) = tx.jobs().find(id)? else { return Ok(0) };
            let Some((from, to)) = series::life(store, tx, job.job, now)? else { return Ok(0) };
            let sum = series::job(store, tx, job.job, grid(from, to, points), now)?;
            assert!(i64::try_from(sum.buckets.len()).unwrap() <= points);
            assert_eq!(sum.energy_mj, sum.buckets.values().map(|bucket| bucket.energy_mj).sum::<i64>());
            let devices = series::job_devices(store, tx, job.job, grid(from, to, points), now)?;
            assert_eq!(sum.energy_mj, devices.iter().map(|own| own.series.energy_mj).sum::<i64>());
            Ok(sum.energy_mj)
        });
        found.insert(id.to_owned(), energy.unwrap());
    }
    let all = grid(at(-86_400), at(NOW_S), points);
    let fleet = |by| fixture.store.read(|tx| series::fleet(store, tx, by, all, None)).unwrap();
    let sum = |is_idle: bool, by| {
        let groups = fleet(by).into_iter().filter(|own| own.is_idle == is_idle);
        groups.flat_map(|own| own.buckets.into_values().map(|(energy, _)| energy)).sum::<i64>()
    };
    let held: i64 = found.values().sum();
    for by in [PowerGroup::Project, PowerGroup::Site, PowerGroup::Node] {
        assert_eq!(sum(false, by), held, "{by:?}");
    }
    found.insert("idle".to_owned(), sum(true, PowerGroup::Project));
    found.retain(|_, energy| *energy != 0);
    found
}

/// Every window that the copy has of the first devices.
fn windows(store: &dyn SeriesStore) -> Vec<(DeviceId, bool, SeriesWindow)> {
    let range = at(-86_400)..at(NOW_S);
    let tracks =
        (0..6).map(DeviceId::new).flat_map(|device| [false, true].map(|is_contained| Track { device, is_contained }));
    let of = |track: Track| {
        let windows = store.windows(track, range.clone()).unwrap();
        windows.into_iter().map(move |window| (track.device, track.is_contained, window))
    };
    tracks.flat_map(of).collect()
}

fn fresh() -> (tempfile::TempDir, Embedded) {
    let directory = tempfile::tempdir().unwrap();
    let store = Embedded::open(directory.path()).unwrap();
    (directory, store)
}
