//! The copy: it adds up to the ledger, and is the same however it came about.

use super::*;
use crate::ledger::permutation::{arrivals, cases};
use crate::ledger::{batch, holding, job, window};
use proptest::prelude::*;
use std::sync::Arc;
use units::{DeviceTime, Power, Span};
use wattledger::series::{
    Bucket, HELD_IDLE_PERCENT, Holder, SeriesChange, SeriesDevice, Watermark, WindowShare, catch_up,
};

with_every_store! {
    it_adds_up_to_the_ledger_and_is_what_the_evidence_says,
    what_is_taken_twice_is_there_once,
    it_says_how_long_the_oldest_batch_that_it_lacks_has_waited,
    coarse_buckets_are_the_sums_of_fine_ones,
    a_gap_stays_a_gap_and_a_late_window_fills_it,
    several_devices_add_up_and_one_that_another_contains_is_shown_but_not_added,
    held_idle_is_time_below_the_share_of_the_limit,
    a_copy_of_another_ledger_is_built_anew,
    the_follower_takes_what_was_missed_and_what_comes,
}

fn it_adds_up_to_the_ledger_and_is_what_the_evidence_says(engine: Engine) {
    // A tenth where every window goes over a socket and back.
    let cases = if matches!(engine, Engine::Influx) { cases().div_ceil(10) } else { cases() };
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((batches, order) in arrivals())| {
        let fixture = Fixture::in_germany(15);
        let (kept, copy) = fresh(engine);
        for (position, is_settled) in order {
            fixture.apply(&batches[position]);
            if is_settled {
                catch_up(&fixture.store, copy.as_ref()).unwrap();
                settle(&fixture, copy.as_ref(), at(3_600));
            }
        }
        catch_up(&fixture.store, copy.as_ref()).unwrap();
        let expected = fixture.by_job();
        if let Some(server) = &kept.server {
            // Divided as the ledger divides, whatever moved meanwhile.
            prop_assert_eq!(influx::by_job(server), expected.clone());
        }
        for points in [1, 7, 300, 5_000] {
            prop_assert_eq!(by_job(&fixture, copy.as_ref(), points), expected.clone(), "{} points", points);
        }
        let (_other, rebuilt) = fresh(engine);
        catch_up(&fixture.store, rebuilt.as_ref()).unwrap();
        settle(&fixture, rebuilt.as_ref(), at(NOW_S));
        prop_assert_eq!(windows(rebuilt.as_ref()), windows(copy.as_ref()));
        prop_assert_eq!(by_job(&fixture, rebuilt.as_ref(), 300), expected);
    });
}

/// After a kill, the changes since the watermark come once more.
fn what_is_taken_twice_is_there_once(engine: Engine) {
    let fixture = Fixture::in_germany(60);
    a_day(&fixture);
    let (_kept, copy) = fresh(engine);
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    let (expected, mark) = (windows(copy.as_ref()), copy.watermark().unwrap());
    let device = SeriesDevice {
        node: "n1".into(),
        uuid: "gpu0".into(),
        component: "accelerator",
        ..SeriesDevice::numbered(DeviceId::new(1))
    };
    let shares = |windows: &[SeriesWindow]| {
        windows
            .iter()
            .enumerate()
            .map(|(window, own)| WindowShare {
                window,
                holder: Holder::default().into(),
                energy: own.energy,
                held: own.end.since(own.start).unwrap(),
                covered: own.covered,
            })
            .collect()
    };
    let newer: Vec<SeriesWindow> = expected
        .iter()
        .take(3)
        .map(|(_, _, window)| {
            let day = |moment: Timestamp| moment.after(Span::from_seconds(86_400)).unwrap();
            SeriesWindow { start: day(window.start), end: day(window.end), ..*window }
        })
        .collect();
    let next = Watermark { revision: model::Revision::new(mark.revision.number() + 1), ..mark };
    let change = || SeriesChange {
        batch: next.revision.batch(),
        device: device.clone(),
        replaces: None,
        shares: shares(&newer),
        windows: newer.clone(),
    };
    copy.take(&[change()], &next).unwrap();
    let once = windows(copy.as_ref());
    assert_eq!(once.len(), expected.len() + 3);
    copy.take(&[change()], &next).unwrap();
    assert_eq!(windows(copy.as_ref()), once);
    assert_eq!(copy.watermark().unwrap(), next);
}

fn seconds(seconds: u64) -> DeviceTime {
    Span::from_seconds(seconds).into()
}

/// A day of 10 s windows, the second half sent first, 60 s a batch.
fn a_day(fixture: &Fixture) {
    let hours = (12..24).chain(0..12);
    for (sequence, hour) in (1..).zip(hours) {
        let starts = (hour * 360..hour * 360 + 360).map(|place| place * 10);
        let windows = starts.map(|start| window("gpu0", start, start + 10, 3_000_000 + start % 7_000));
        let mut batch = batch(sequence, hour);
        batch.windows = windows.collect();
        if sequence == 1 {
            batch.jobs = vec![job("a", "p", None)];
            batch.holdings = vec![holding("gpu0", "a", 1, 1_805, Some(80_000))];
        }
        fixture.apply(&batch);
    }
}

fn it_says_how_long_the_oldest_batch_that_it_lacks_has_waited(engine: Engine) {
    let fixture = Fixture::in_germany(60);
    let (_kept, copy) = fresh(engine);
    let behind = |now: i64| wattledger::series::behind(&fixture.store, copy.as_ref(), at(now)).unwrap();
    assert_eq!(behind(50), Span::ZERO);
    for (sequence, wall) in [(1, 10), (2, 30)] {
        fixture.apply(&batch(sequence, wall));
    }
    assert_eq!(behind(50), Span::from_seconds(40));
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    assert_eq!(behind(50), Span::ZERO);
    // A clock that was set back makes it no younger than now.
    fixture.apply(&batch(3, 60));
    assert_eq!(behind(50), Span::ZERO);
}

fn coarse_buckets_are_the_sums_of_fine_ones(engine: Engine) {
    let fixture = Fixture::in_germany(60);
    a_day(&fixture);
    let (_kept, copy) = fresh(engine);
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    let read = |points| {
        fixture.store.read(|tx| {
            let number = tx.jobs().find(&"a".into())?.unwrap().job;
            series::job(copy.as_ref(), tx, number, grid(at(0), at(86_400), points), at(NOW_S))
        })
    };
    let before = [5_000, 300, 24, 8, 1].map(|points| read(points).unwrap());
    settle(&fixture, copy.as_ref(), at(NOW_S));
    let after = [5_000, 300, 24, 8, 1].map(|points| read(points).unwrap());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.buckets, after.buckets, "compression changes nothing");
    }
    let fine = &after[0];
    for coarse in &after[1..] {
        let ratio = (coarse.grid.bucket.nanoseconds() / fine.grid.bucket.nanoseconds()).cast_signed();
        for (number, bucket) in &coarse.buckets {
            let inside: Vec<_> = fine.buckets.range(number * ratio..(number + 1) * ratio).map(|(_, b)| b).collect();
            assert_eq!(bucket.energy, sum(inside.iter().map(|b| b.energy)));
            assert_eq!(bucket.length, inside.iter().map(|b| b.length).sum::<DeviceTime>());
            assert_eq!(bucket.min, inside.iter().map(|b| b.min).min().unwrap());
            assert_eq!(bucket.max, inside.iter().map(|b| b.max).max().unwrap());
            assert_eq!((bucket.first, bucket.last), (inside[0].first, inside.last().unwrap().last));
        }
    }
    assert_eq!(fine.energy.millijoules(), fixture.by_job()["a"]);
    assert_eq!((fine.observed, fine.expected), (seconds(78_195), seconds(78_195)));
}

fn a_gap_stays_a_gap_and_a_late_window_fills_it(engine: Engine) {
    let fixture = Fixture::in_germany(60);
    let (_kept, copy) = fresh(engine);
    let device = |points| {
        series::device(copy.as_ref(), model::DeviceId::new(1), grid(at(0), at(60), points), at(NOW_S)).unwrap()
    };
    let mut first = batch(1, 0);
    first.windows = vec![window("gpu0", 0, 10, 3_000_000), window("gpu0", 30, 40, 5_000_000)];
    fixture.apply(&first);
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    settle(&fixture, copy.as_ref(), at(NOW_S));
    let of = |bucket: &Bucket| (bucket.energy.millijoules(), bucket.mean().milliwatts());
    let shown: Vec<_> = device(6).buckets.values().map(of).collect();
    assert_eq!(shown, [(3_000_000, 300_000), (5_000_000, 500_000)]);
    let whole = device(1);
    let bucket = whole.buckets.values().next().unwrap();
    assert_eq!(bucket.mean().milliwatts(), 400_000);
    assert_eq!((bucket.observed, bucket.expected), (seconds(20), seconds(60)));
    let mut late = batch(2, 1);
    late.windows = vec![window("gpu0", 10, 30, 4_000_000)];
    fixture.apply(&late);
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    let shown: Vec<_> = device(6).buckets.values().map(|bucket| bucket.energy.millijoules()).collect();
    assert_eq!(shown, [3_000_000, 2_000_000, 2_000_000, 5_000_000]);
}

fn several_devices_add_up_and_one_that_another_contains_is_shown_but_not_added(engine: Engine) {
    let fixture = Fixture::in_germany(60);
    let (_kept, copy) = fresh(engine);
    let mut both = batch(1, 0);
    let powers = |mut window: wire::Window, min, max| {
        (window.power_min, window.power_peak) = (Power::from_milliwatts(min), Power::from_milliwatts(max));
        window
    };
    both.windows = vec![
        powers(window("gpu0", 0, 10, 3_000_000), 250_000, 350_000),
        powers(window("gpu1", 0, 10, 5_000_000), 450_000, 600_000),
        powers(window("mig0", 0, 10, 1_000_000), 90_000, 110_000),
    ];
    both.jobs = vec![job("a", "p", None)];
    both.holdings = vec![holding("gpu0", "a", 1, 0, Some(10)), holding("gpu1", "a", 1, 0, Some(10))];
    fixture.apply(&both);
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    let all = grid(at(0), at(10), 1);
    let shown = |series: series::PowerSeries| {
        let bucket = *series.buckets.values().next().unwrap();
        let [lowest, mean, highest] = [bucket.lowest(), bucket.mean(), bucket.highest()].map(Power::milliwatts);
        (lowest, mean, highest)
    };
    fixture
        .store
        .read::<_, series::SeriesError>(|tx| {
            let node = tx.nodes().find(&"n1".into())?.unwrap();
            assert_eq!(shown(series::node(copy.as_ref(), tx, node, all, at(NOW_S))?), (700_000, 800_000, 950_000));
            let job = tx.jobs().find(&"a".into())?.unwrap().job;
            assert_eq!(shown(series::job(copy.as_ref(), tx, job, all, at(NOW_S))?), (700_000, 800_000, 950_000));
            let mig = tx.devices().metered(None)?.into_iter().find(|device| device.uuid == "mig0").unwrap();
            assert_eq!(shown(series::device(copy.as_ref(), mig.device, all, at(NOW_S))?), (90_000, 100_000, 110_000));
            Ok(())
        })
        .unwrap();
}

fn held_idle_is_time_below_the_share_of_the_limit(engine: Engine) {
    let fixture = Fixture::in_germany(60);
    let (_kept, copy) = fresh(engine);
    // The limit is 700 W: 140 W are the bound.
    let bound = i64::try_from(700_000 * HELD_IDLE_PERCENT / 100).unwrap() * 10;
    let mut batch = batch(1, 0);
    batch.windows = vec![
        window("gpu0", 0, 10, bound - 1),
        window("gpu0", 10, 20, bound),
        window("gpu0", 20, 30, 6_000_000),
        window("gpu0", 30, 40, 100),
    ];
    batch.jobs = vec![job("a", "p", None)];
    batch.holdings = vec![holding("gpu0", "a", 1, 5, Some(30))];
    fixture.apply(&batch);
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    let number =
        fixture.store.read::<_, series::SeriesError>(|tx| Ok(tx.jobs().find(&"a".into())?.unwrap().job)).unwrap();
    let used = fixture.store.read(|tx| series::job_use(copy.as_ref(), tx, number, at(NOW_S))).unwrap();
    assert_eq!((used.held, used.held_idle), (seconds(25), seconds(5)));
    assert_eq!(used.energy.millijoules(), fixture.by_job()["a"]);
}

#[test]
fn a_damaged_file_is_built_anew() {
    let fixture = Fixture::in_germany(60);
    a_day(&fixture);
    let (kept, copy) = fresh(Engine::Embedded);
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    let expected = windows(copy.as_ref());
    drop(copy);
    let path = kept.directory.path().join("series.db");
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::File::options().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    let copy = kept.open();
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    assert_eq!(windows(copy.as_ref()), expected);
}

fn a_copy_of_another_ledger_is_built_anew(engine: Engine) {
    let fixture = Fixture::in_germany(60);
    a_day(&fixture);
    let (_kept, copy) = fresh(engine);
    catch_up(&fixture.store, copy.as_ref()).unwrap();
    let other = Fixture::in_germany(60);
    let mut one = batch(1, 5);
    one.windows = vec![window("gpu1", 0, 10, 1)];
    other.apply(&one);
    catch_up(&other.store, copy.as_ref()).unwrap();
    assert_eq!(windows(copy.as_ref()).len(), 1);
}

fn the_follower_takes_what_was_missed_and_what_comes(engine: Engine) {
    let fixture = Fixture::in_germany(60);
    a_day(&fixture);
    let (_kept, copy) = fresh(engine);
    let copy: Arc<dyn SeriesStore> = copy.into();
    let store = Arc::new(fixture.store);
    let clock = Arc::new(collectors::clock::SystemClock::new());
    let mut handover = series::Handover::default();
    let follower = series::Follower::start(Arc::clone(&store), Arc::clone(&copy), clock, handover.to_copy()).unwrap();
    crate::service::process::until(|| windows(copy.as_ref()).len() == 8_640);
    let mut live = batch(100, 90_000);
    live.windows = vec![window("gpu0", 86_400, 86_410, 3_000_000)];
    let applied = wattledger::ingest::apply(&store, live.to_json().unwrap(), at(90_000)).unwrap();
    let (number, division) = applied.stored.unwrap();
    handover.give(number, applied.batch, division);
    crate::service::process::until(|| windows(copy.as_ref()).len() == 8_641);
    drop(follower);
    assert_eq!(Arc::strong_count(&store), 1);
}
