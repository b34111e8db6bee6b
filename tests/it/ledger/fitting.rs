//! Posting periods as short as the intervals of factors: energy inside a period is weighed by the factors inside it.

use super::actions::hourly;
use super::factors::{hourly_batch, take};
use super::*;
use crate::stores;

/// Half hours from ten o'clock on, mg/kWh.
pub(super) fn halves(values: &[u32]) -> FactorSeries {
    let mut series = FactorSeries { edition: "halves".to_owned(), ..hourly("DE", 0, 0) };
    series.values.clear();
    for (place, milligrams) in (0..).zip(values) {
        let mut value = hourly("DE", 0, *milligrams).values.remove(0);
        value.interval = Interval::new(at(place * 1_800), at((place + 1) * 1_800)).unwrap();
        series.values.push(value);
    }
    series
}

/// 0.2 kWh in the first half of an hour at 100 g, 0.8 kWh in the second at 300 g: 260 g, whichever came first.
#[test]
fn energy_is_weighed_by_the_factors_inside_its_posting_period() {
    for factors_first in [true, false] {
        let fixture = Fixture::in_germany(60);
        let mut first = batch(1, 3_600);
        first.windows = vec![window("gpu0", 0, 1_800, 720_000_000), window("gpu0", 1_800, 3_600, 2_880_000_000)];
        first.devices[0].limit = Power::from_milliwatts(1_000_000_000);
        first.holdings = vec![holding("gpu0", "train", 1, 0, None)];
        first.jobs = vec![job("train", "llm", None)];
        if factors_first {
            take(&fixture, FactorSource::File, vec![halves(&[100_000, 300_000])], 0);
            fixture.apply(&first);
        } else {
            fixture.apply(&first);
            fixture.close(at(FAR));
            take(&fixture, FactorSource::File, vec![halves(&[100_000, 300_000])], 0);
        }
        let open = fixture.report(&GroupBy::Job);
        // What was posted for the hour is taken back with the next posting.
        assert!(!factors_first || open.total.co2e_ug_location == 260_000_000, "{open:?}");
        fixture.close(at(FAR));
        let report = fixture.report(&GroupBy::Job);
        assert_eq!((report.total.energy_mj, report.total.co2e_ug_location), (3_600_000_000, 260_000_000));
        let live =
            fixture.store.read(|tx| tx.entries().live_between(Interval::new(at(0), at(3_600)).unwrap())).unwrap();
        let periods: Vec<_> =
            live.iter().map(|entry| (entry.key.period_start, entry.intensity.milligrams_per_kwh())).collect();
        assert_eq!(periods, [(at(0), 100_000), (at(1_800), 300_000)]);
        fixture.assert_sound();
        fixture.assert_explained();
    }
}

#[test]
fn periods_become_no_shorter_than_needed_and_a_closed_one_is_left() {
    let fixture = Fixture::in_germany(60);
    fixture.apply(&hourly_batch(1, 0..3));
    fixture.close(at(FAR));
    let first_hour = Interval::new(at(0), at(3_600)).unwrap();
    ledger::close_period(&fixture.store, None, first_hour, By::service(at(FAR))).unwrap();
    take(&fixture, FactorSource::File, vec![halves(&[100_000, 300_000, 100_000, 300_000])], FAR);
    fixture.close(at(FAR));
    let live = fixture.store.read(|tx| tx.entries().live_between(Interval::new(at(0), at(10_800)).unwrap())).unwrap();
    let minutes: Vec<_> = live
        .iter()
        .filter(|entry| !entry.key.job.is_idle())
        .map(|entry| entry.key.period_end.since(entry.key.period_start).unwrap().nanoseconds() / 60_000_000_000)
        .collect();
    assert_eq!(minutes, [60, 30, 30, 30, 30], "the first hour is closed");
    fixture.assert_sound();
    fixture.assert_explained();
    // A site that is made in a zone with finer factors has short periods from the first.
    workload::add_site(&fixture.store, &fixture.library, "new".into(), "DE", 60, Pue::ONE, By::service(at(FAR)))
        .unwrap();
    workload::assign_node(&fixture.store, "n2".into(), "new".into(), at(0), By::service(at(FAR))).unwrap();
    let mut other = hourly_batch(1, 2..3);
    (other.agent, other.node.name) = ("n2".into(), "n2".into());
    fixture.apply(&other);
    fixture.close(at(FAR));
    assert_eq!(fixture.entries().iter().filter(|entry| entry.key.period_start == at(7_200 + 1_800)).count(), 2);
    fixture.assert_sound();
}

/// The energy, CO2e and overhead of all jobs, and the posting periods in minutes that it is in.
fn posted(fixture: &Fixture) -> (BTreeMap<String, i64>, i64, i64, Vec<u64>) {
    let report = fixture.report(&GroupBy::Job);
    let live = fixture.store.read(|tx| tx.entries().live_between(Interval::new(at(-FAR), at(FAR)).unwrap())).unwrap();
    let length = |entry: &wattledger::store::Entry| {
        entry.key.period_end.since(entry.key.period_start).unwrap().nanoseconds() / 60_000_000_000
    };
    let periods = live.iter().map(length).collect();
    (fixture.by_job(), report.total.co2e_ug_location, report.overhead.co2e_ug_location, periods)
}

/// Three hours in 270 batches, posted by the hour, and half-hourly factors after that: what a kill between two transactions leaves is sound, and is
/// finished by the next posting.
#[test]
fn a_history_is_attributed_anew_in_steps_and_a_kill_between_them_is_no_loss() {
    let fine = || vec![halves(&[100_000, 300_000, 110_000, 310_000, 120_000, 320_000])];
    let metered = || {
        let fixture = Fixture::in_germany(60);
        for number in 0..270 {
            let mut next = batch(u64::try_from(number).unwrap() + 1, (number + 1) * 40);
            next.windows = vec![window("gpu0", number * 40, (number + 1) * 40, 10_000_019 + number)];
            next.holdings = vec![holding("gpu0", "train", 1, 0, None)];
            next.jobs = vec![job("train", "llm", None)];
            fixture.apply(&next);
        }
        fixture.close(at(FAR));
        fixture
    };
    let whole = metered();
    take(&whole, FactorSource::File, fine(), FAR);
    whole.close(at(FAR));
    let expected = posted(&whole);
    assert_eq!(expected.3, [30; 6]);

    let Fixture { directory, store, library } = metered();
    drop(store);
    let change = |sql: &str| {
        let connection = rusqlite::Connection::open(directory.path().join("wattledger.db")).unwrap();
        connection.execute_batch(sql).unwrap();
        connection.query_row("SELECT count(*) FROM deferred_attributions", (), |row| row.get::<_, i64>(0)).unwrap()
    };
    let stops_at = "CREATE TRIGGER stop BEFORE DELETE ON deferred_attributions
        WHEN (SELECT count(*) FROM deferred_attributions) = 130 BEGIN SELECT RAISE(ABORT, 'killed'); END;";
    assert_eq!(change(stops_at), 0);
    let reopened = || Fixture {
        directory: tempfile::tempdir().unwrap(),
        store: stores::open(directory.path()),
        library: Arc::clone(&library),
    };
    let killed = reopened();
    let evidence =
        FactorEvidence { source: FactorSource::File, name: "test".to_owned(), obtained: at(FAR), bytes: vec![1] };
    let taken = ledger::take_factors(&killed.store, &library, fine(), evidence, By::service(at(FAR)));
    assert!(taken.unwrap_err().to_string().contains("killed"));
    killed.assert_sound();
    killed.assert_explained();
    assert_eq!((killed.by_job(), posted(&killed).3), (expected.0.clone(), vec![60; 3]));
    drop(killed);
    assert_eq!(change("DROP TRIGGER stop"), 170, "a hundred are done, and stay so");
    let finished = reopened();
    finished.close(at(FAR));
    assert_eq!(posted(&finished), expected);
    finished.assert_sound();
    finished.assert_explained();
    drop(finished);
    assert_eq!(change(""), 0);
}

mod order {
    use super::super::factors::order::footprint;
    use super::*;
    use proptest::prelude::*;

    /// Windows and blocks of half hours in any order; the revision of one comes after it.
    fn arrivals() -> impl Strategy<Value = Vec<usize>> {
        let all = Just(vec![0, 1, 2, 3, 10, 11, 12, 13]).prop_shuffle();
        all.prop_map(|mut all| {
            let place = |of| all.iter().position(|arrival| *arrival == of).unwrap();
            let (block, revision) = (place(10), place(13));
            if revision < block {
                all.swap(block, revision);
            }
            all
        })
    }

    fn block(number: usize) -> Vec<FactorSeries> {
        let (values, base) = match number {
            0 => (0..4, 200_000),
            1 => (4..8, 210_000),
            2 => (8..12, 220_000),
            _ => (1..3, 230_000),
        };
        let all: Vec<u32> = (0..12).map(|half| base + 7_919 * half).collect();
        let mut series = halves(&all);
        series.values = series.values.drain(values).collect();
        vec![series]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: super::permutation::cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_total_is_the_same_whatever_the_order_of_finer_factors_revisions_and_windows(
            (order, closing) in (arrivals(), proptest::collection::vec(any::<bool>(), 8))
        ) {
            let expected = footprint(&[10, 11, 12, 13, 0, 1, 2, 3], &[false; 8], block);
            prop_assert_eq!(footprint(&order, &closing, block), expected);
        }
    }
}
