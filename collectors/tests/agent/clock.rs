//! Whatever happens to the date of the machine, no energy is lost, doubled or moved, and no interval is negative.

use crate::kill;
use crate::samples::{SECOND, Store, at, drain, energy, open, unpack};
use crate::stub::serve_into;
use collectors::clock::{Clock, SystemClock, Timeline, VirtualClock, span_of};
use collectors::delivery::{Delivered, Delivery, Settings};
use collectors::push::Http;
use collectors::sampler::{Finished, Sampler};
use collectors::source::{Source, SourceSpec};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use units::{Power, Span, Timestamp};
use wire::{Holding, Job, Window};

/// A sampler as the agent has it.
fn sampler(source: Box<dyn Source>, clock: &Arc<VirtualClock>) -> Sampler {
    Sampler::new(source, clock.clone(), Timeline::open(&**clock)).with_windows(Span::from_seconds(10))
}

/// A minute at 300 W, the date being set to `date` after 31.3 s; the windows.
fn windows_around(date: Timestamp) -> Vec<Window> {
    let Ok(SourceSpec::Synthetic(spec)) = "synthetic:watts=300,sensor=instant".parse() else {
        panic!("no such source")
    };
    let source = Box::new(collectors::source::synthetic::SyntheticSource::open(spec));
    let clock = Arc::new(VirtualClock::new(at(3)));
    let mut sampler = sampler(source, &clock);
    let mut windows = Vec::new();
    for tenth in 0..600 {
        if tenth == 313 {
            clock.step_wall(date);
        }
        windows.extend(sampler.poll().unwrap().contents.windows);
        clock.advance(Span::from_milliseconds(100));
    }
    windows.extend(sampler.finish().unwrap().last.contents.windows);
    windows
}

#[test]
fn a_step_of_the_date_costs_no_energy() {
    let seconds = |seconds: i64| Timestamp::from_seconds(seconds).unwrap();
    let here = at(34);
    let dates = [
        ("an hour ahead", Timestamp::from_nanoseconds(here.nanoseconds() + 3_600 * SECOND)),
        ("an hour back", Timestamp::from_nanoseconds(here.nanoseconds() - 3_600 * SECOND)),
        ("a second ahead", Timestamp::from_nanoseconds(here.nanoseconds() + SECOND)),
        ("a second back", Timestamp::from_nanoseconds(here.nanoseconds() - SECOND)),
        ("1970", seconds(0)),
        ("2038", seconds(2_147_483_648)),
    ];
    for (name, date) in dates {
        let windows = windows_around(date);
        let spans = windows.iter().map(|window| window.end.since(window.start).unwrap().nanoseconds());
        assert_eq!(spans.sum::<u64>(), 60_000_000_000, "{name}");
        assert_eq!(energy(&windows), 60 * 300_000, "{name}");
        assert!(windows.iter().all(|window| window.start < window.end && window.covered > Span::ZERO), "{name}");
        let stepped = Timestamp::from_nanoseconds(date.nanoseconds().abs_diff(here.nanoseconds()).try_into().unwrap());
        let last = windows.last().unwrap().end;
        let on_new_date = last.since(date).is_some_and(|span| span <= Span::from_seconds(30));
        assert_eq!(
            on_new_date,
            stepped.nanoseconds() > 10 * SECOND || date > here || last > date,
            "{name}: ends at {last:?}"
        );
    }
}

#[test]
fn polls_are_fast_while_counters_are_learned_at_the_start_and_after_the_date_was_set() {
    let Ok(SourceSpec::Synthetic(spec)) = "synthetic:watts=300,sensor=counter".parse() else {
        panic!("no such source")
    };
    let source = Box::new(collectors::source::synthetic::SyntheticSource::open(spec));
    let clock = Arc::new(VirtualClock::new(at(3)));
    let mut sampler = sampler(source, &clock);
    // How many polls there are in the next three seconds.
    let mut polls = || {
        let end = clock.monotonic().plus(Span::from_seconds(3));
        let mut polls = 0;
        while clock.monotonic() < end {
            sampler.poll().unwrap();
            polls += 1;
            clock.advance(span_of(sampler.until_next_poll()));
        }
        polls
    };
    // 0, 10, …, 500 ms, then 1 s and 2 s.
    assert_eq!(polls(), 53);
    assert_eq!(polls(), 3);
    clock.step_wall(at(7_200));
    assert_eq!(polls(), 53);
    assert_eq!(polls(), 3);
}

/// A run of a minute whose date is set after half of it, as a service on loopback is told of it.
fn run_told(seconds: i64) -> Arc<Mutex<Store>> {
    let store = Arc::new(Mutex::new(Store::default()));
    let address = serve_into(&store);
    let folder = tempfile::tempdir().unwrap();
    let server = format!("http://{address}");
    let settings = Settings {
        http: Http::new(&server, "wl_x", None).unwrap(),
        server,
        folder: folder.path().join("runs"),
        metering: folder.path().join("metering.json"),
        job: Job { id: "run-1".into(), ..Job::default() },
    };
    let Ok(SourceSpec::Synthetic(spec)) = "synthetic:gpus=2,watts=300".parse() else { panic!("no such source") };
    let source = Box::new(collectors::source::synthetic::SyntheticSource::open(spec));
    let clock = Arc::new(VirtualClock::new(at(3)));
    let timeline = Timeline::open(&*clock);
    let delivery = Delivery::start(settings, Arc::new(SystemClock::new())).unwrap();
    delivery.started(timeline.now(&*clock), std::iter::once(&*source as &dyn Source));
    let mut sampler = Sampler::new(source, clock.clone(), timeline).with_total().with_windows(Span::from_seconds(1));
    let mut sink = delivery.sink();
    for second in 0..60 {
        if second == 30 {
            let date = clock.wall().nanoseconds() + seconds * SECOND;
            clock.step_wall(Timestamp::from_nanoseconds(date));
        }
        sink(sampler.poll().unwrap());
        clock.advance(Span::from_seconds(1));
    }
    let Finished { last, totals } = sampler.finish().unwrap();
    sink(last);
    let total = totals[0].window.as_ref().unwrap();
    assert_eq!(total.energy.millijoules(), 60 * 300_000, "{seconds} s");
    assert_eq!(delivery.ended(timeline.now(&*clock), 0), Delivered::Whole);
    store
}

/// Holdings and windows move to the new date together, so that all energy is the job's.
#[test]
fn a_run_whose_date_is_set_holds_its_devices_on_both_dates() {
    for seconds in [3_600, -3_600, 5] {
        let store = run_told(seconds);
        let store = store.lock().unwrap();
        let windows = store.windows();
        assert_eq!(energy(&windows), 2 * 60 * 300_000, "{seconds} s");
        let held = store.holdings();
        let ended: Vec<&Holding> = held.iter().filter(|holding| holding.end.is_some()).collect();
        let is_held = |window: &&Window| {
            ended
                .iter()
                .any(|held| held.device == window.device && held.start <= window.start && Some(window.end) <= held.end)
        };
        assert_eq!(windows.iter().filter(is_held).count(), windows.len(), "{seconds} s: {held:?}");
        assert_eq!(ended.len(), if seconds.abs() > 10 { 4 } else { 2 }, "{seconds} s: {held:?}");
        let last = store.jobs().into_iter().filter_map(|job| job.ended).next_back();
        let date = at(63 + if seconds.abs() > 10 { seconds } else { 0 });
        assert_eq!(last, Some(date), "{seconds} s");
    }
}

/// A date that runs 500 ppm fast or slow for 12 h, until it is 21.6 s off.
#[test]
fn a_date_that_drifts_costs_no_energy() {
    for drift_ppm in [500, -500] {
        let Ok(SourceSpec::Synthetic(spec)) = "synthetic:watts=300,sensor=instant".parse() else {
            panic!("no such source")
        };
        let source = Box::new(collectors::source::synthetic::SyntheticSource::open(spec));
        let clock = Arc::new(VirtualClock::new(at(3)));
        let mut sampler = sampler(source, &clock);
        let (mut windows, seconds) = (Vec::new(), 12 * 3_600);
        for _ in 0..seconds {
            windows.extend(sampler.poll().unwrap().contents.windows);
            clock.advance(Span::from_seconds(1));
            let wall = clock.wall().nanoseconds();
            clock.step_wall(Timestamp::from_nanoseconds(wall + drift_ppm * 1_000));
        }
        windows.extend(sampler.finish().unwrap().last.contents.windows);
        assert_eq!(energy(&windows), seconds * 300_000, "{drift_ppm} ppm");
        assert!(windows.iter().all(|window| window.start < window.end), "{drift_ppm} ppm");
        let doubled = windows.windows(2).find(|pair| pair[0].end > pair[1].start);
        // One step back, when it is noticed that the date is behind.
        assert!(doubled.is_none() || drift_ppm < 0, "{drift_ppm} ppm: {doubled:?}");
        let off = windows.last().unwrap().end.nanoseconds().abs_diff(clock.wall().nanoseconds());
        assert!(off <= 20_000_000_000, "{drift_ppm} ppm: the windows are {off} ns from the date");
    }
}

/// Where distributions put it.
fn libfaketime() -> Option<PathBuf> {
    let places = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    places.map(|place| place.join("faketime/libfaketime.so.1")).find(|library| library.exists())
}

fn set_date(file: &Path, seconds: i64) {
    // Renamed, so that the agent never reads half of it.
    fs::write(file.with_extension("new"), format!("{seconds:+}\n")).unwrap();
    fs::rename(file.with_extension("new"), file).unwrap();
}

/// A real agent under a clock that is set by `seconds` while it meters; what a service has when it ended.
fn metered_while_set(library: &Path, seconds: i64) -> Vec<Window> {
    let store = Arc::new(Mutex::new(Store::default()));
    let address = serve_into(&store);
    let folder = tempfile::tempdir().unwrap();
    let date = folder.path().join("date");
    set_date(&date, 0);
    let mut command = kill::command(folder.path(), address);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &date);
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let mut agent = kill::Running(command.spawn().unwrap());
    let count = || store.lock().unwrap().windows().len();
    kill::wait_until("the first windows", || count() > 200);
    set_date(&date, seconds);
    let before = count();
    kill::wait_until("windows after the date was set", || count() > before + 600);
    Command::new("kill").arg(agent.0.id().to_string()).status().unwrap();
    assert!(agent.0.wait().unwrap().success());
    let mut store = store.lock().unwrap();
    drain(&mut open(&folder.path().join("spool"), 64, 1).spool, &mut store);
    store.assert_no_gap_in_sequences();
    assert_told_apart(&store, seconds);
    store.windows()
}

/// Where the clock was set, the numbers of the batches tell what is from before and what from after, and a batch between them says by how much.
fn assert_told_apart(store: &Store, seconds: i64) {
    let batches: Vec<wire::Batch> = store.batches.values().map(|body| unpack(body)).collect();
    for gap in store.gaps() {
        let reason = if seconds < 0 { wire::GapReason::SetBack } else { wire::GapReason::SetAhead };
        if gap.reason != reason {
            continue;
        }
        let length = gap.end.since(gap.start).unwrap().nanoseconds();
        assert!(length.abs_diff(seconds.unsigned_abs() * 1_000_000_000) < 1_000_000_000, "{length} ns");
        let middle = gap.start.after(Span::from_nanoseconds(length / 2)).unwrap();
        let told = batches.iter().find(|batch| batch.gaps.contains(&gap)).unwrap().sequence;
        for batch in &batches {
            for window in batch.windows.iter().filter(|window| window.device == gap.device) {
                let is_old = (window.start > middle) == (seconds < 0);
                assert_eq!(is_old, batch.sequence < told, "{window:?} in {}", batch.sequence);
            }
        }
    }
    let told = store
        .gaps()
        .iter()
        .filter(|gap| matches!(gap.reason, wire::GapReason::SetBack | wire::GapReason::SetAhead))
        .count();
    let devices = kill::chains(&store.windows()).chunk_by(|one, next| one[0].device == next[0].device).count();
    assert_eq!(told, if seconds.abs() > 10 { devices } else { 0 }, "{seconds} s");
}

#[test]
fn a_real_agent_whose_date_is_set_loses_doubles_and_invents_no_energy() {
    let Some(library) = libfaketime() else {
        return crate::skip::skip("libfaketime is not installed (`apt-get install faketime`)");
    };
    for seconds in [3_600, -3_600, 1, -1] {
        let windows = metered_while_set(&library, seconds);
        let chains = kill::chains(&windows);
        for chain in &chains {
            let span = chain[chain.len() - 1].end.since(chain[0].start).unwrap();
            let exact = Power::from_milliwatts(kill::WATTS * 1_000).times(span).floor().unwrap();
            assert_eq!(energy(chain), exact.millijoules(), "{seconds} s");
            assert!(chain.iter().all(|window| window.start < window.end && window.covered > Span::ZERO));
        }
        // A second is the clock's unrest, which windows do not follow; after an hour they go on with the new date.
        let expected = if seconds.abs() > 10 { 2 } else { 1 };
        for device in chains.chunk_by(|one, next| one[0].device == next[0].device) {
            assert_eq!(device.len(), expected, "{seconds} s");
            let [one, other] = device else { continue };
            let (old, new) = if seconds > 0 { (one, other) } else { (other, one) };
            let jump = new[0].start.nanoseconds() - old[old.len() - 1].end.nanoseconds();
            assert!((jump - seconds * SECOND).abs() < SECOND, "{jump} ns between the chains for {seconds} s");
        }
        println!("{seconds} s: {} windows, energy exact", windows.len());
    }
}

#[test]
fn windows_are_aligned_to_utc() {
    let windows = windows_around(at(35));
    let inner = &windows[1..windows.len() - 1];
    assert!(inner.iter().all(|window| window.start.nanoseconds() % (10 * SECOND) == 0), "{inner:?}");
}
