//! A spool without room: resolution is lost, energy is not.

use crate::samples::{CLOCK, Store, at, device, drain, energy, open, round};
use collectors::spool::{Backlog, Contents, Order, SpoolError};
use model::DeviceUuid;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use units::Timestamp;
use wire::{GapReason, Job};

/// A day and a half of eight GPUs in 8 MiB.
#[test]
fn a_full_spool_keeps_every_millijoule_at_less_resolution_and_says_so() {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let path = folder.path().join("spool");
    let mut spool = open(&path, 8, 1).spool;
    let mut issued = Vec::new();
    for minutes in 0..36 * 60 / 10 {
        let mut contents = Contents::default();
        for seconds in (0..600).step_by(10) {
            contents.windows.extend(round(8, minutes * 600 + seconds).windows);
        }
        contents.devices = round(8, 0).devices;
        spool.append(&contents).unwrap();
        issued.extend(contents.windows);
    }
    let size: u64 =
        ["spool", "spool-wal"].iter().map(|name| fs::metadata(folder.path().join(name)).unwrap().len()).sum();
    assert!(size <= 8 << 20, "{size} bytes of disk for a cap of 8 MiB");
    let mut store = Store::default();
    drain(&mut spool, &mut store);
    let stored = store.windows();
    assert_eq!(store.energy(), energy(&issued), "energy error");
    let covered = |windows: &[wire::Window]| windows.iter().map(|window| window.covered.nanoseconds()).sum::<u64>();
    assert_eq!(covered(&stored), covered(&issued));
    assert!(stored.windows(2).all(|pair| pair[0].device != pair[1].device || pair[0].end == pair[1].start));
    let newest = stored.iter().map(|window| window.end).max().unwrap();
    let spans = |end: Timestamp| {
        stored.iter().filter(move |window| window.end == end).map(|window| window.end.since(window.start).unwrap())
    };
    assert!(spans(newest).all(|span| span.nanoseconds() == 10_000_000_000), "the newest windows keep their resolution");
    // Every window that is longer than it was lies in a gap of its device.
    let mut told: BTreeMap<DeviceUuid, Vec<Range<Timestamp>>> = BTreeMap::new();
    for gap in store.gaps() {
        assert_eq!(gap.reason, GapReason::Merged);
        told.entry(gap.device).or_default().push(gap.start..gap.end);
    }
    for window in stored.iter().filter(|window| window.readings > 10) {
        let gaps = &told[&window.device];
        assert!(gaps.iter().any(|gap| gap.start <= window.start && window.end <= gap.end), "{window:?} is in no gap");
    }
}

/// Jobs cannot be merged, so they fill the file for good.
#[test]
fn a_spool_without_room_takes_nothing_in_part_and_memory_holds_the_energy_until_there_is_some() {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let mut spool = open(&folder.path().join("spool"), 8, 1).spool;
    let job = |number: i64| Job {
        id: format!("job-{number}").into(),
        labels: (0..30).map(|label| (format!("label-{label}"), "x".repeat(200))).collect(),
        ..Job::default()
    };
    let filled = (0..10_000).find(|number| {
        let contents = Contents { jobs: vec![job(*number)], ..Contents::default() };
        matches!(spool.append(&contents), Err(SpoolError::Full))
    });
    assert!(filled.is_some_and(|jobs| jobs > 500), "{filled:?}");
    let before = spool.usage().unwrap();
    let mut backlog = Backlog::default();
    let mut issued = Vec::new();
    for seconds in (0..20_000).step_by(10) {
        backlog.add(round(8, seconds)).unwrap();
        issued.extend(round(8, seconds).windows);
    }
    assert!(matches!(backlog.flush(&mut spool), Err(SpoolError::Full)));
    assert_eq!(spool.usage().unwrap(), before);
    while let Some(sealed) = spool.seal(Order::Oldest, 1_000, CLOCK).unwrap() {
        spool.acknowledge(sealed.key, at(0)).unwrap();
    }
    backlog.flush(&mut spool).unwrap();
    let mut store = Store::default();
    drain(&mut spool, &mut store);
    assert_eq!(store.energy(), energy(&issued));
}

#[test]
fn acknowledged_batches_are_kept_for_the_grace_time_and_can_be_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool");
    let mut spool = open(&path, 8, 1).spool;
    spool.append(&round(1, 0)).unwrap();
    let sealed = spool.seal(Order::Newest, 10, CLOCK).unwrap().unwrap();
    spool.acknowledge(sealed.key, at(100)).unwrap();
    spool.forget_acknowledged_before(at(100)).unwrap();
    drop(spool);
    let mut spool = open(&path, 8, 2).spool;
    assert_eq!((spool.sealed().unwrap(), spool.resend().unwrap()), (vec![], 1));
    assert_eq!(spool.batch(spool.sealed().unwrap()[0]).unwrap(), Some(sealed.clone()));
    spool.acknowledge(sealed.key, at(100)).unwrap();
    spool.forget_acknowledged_before(at(101)).unwrap();
    assert_eq!(spool.usage().unwrap().acknowledged, 0);
}

#[test]
fn a_hole_between_windows_is_told_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool");
    let mut store = Store::default();
    for (boot, starts) in [(1, [0, 10, 50]), (2, [70, 80, 90])] {
        let mut spool = open(&path, 8, boot).spool;
        for start in starts {
            spool.append(&round(1, start)).unwrap();
        }
        drain(&mut spool, &mut store);
    }
    let told: Vec<_> = store.gaps().into_iter().map(|gap| (gap.start, gap.end, gap.reason)).collect();
    let expected = [(at(20), at(50), GapReason::Unread), (at(60), at(70), GapReason::AgentStopped)];
    assert_eq!(told, expected);
}

#[test]
fn a_spool_is_used_by_one_process_and_names_what_is_in_its_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool");
    let first = open(&path, 8, 1).spool;
    let again = |path: &std::path::Path| {
        let sender = crate::samples::sender(2);
        collectors::spool::Spool::open(path, 8, sender, at(0)).unwrap_err().to_string()
    };
    assert!(again(&path).contains("another agent uses this spool; stop that agent"), "{}", again(&path));
    drop(first);
    assert!(again(folder.path()).contains("cannot be opened for writing"), "{}", again(folder.path()));
    let mut described = Contents { devices: vec![device(0)], ..Contents::default() };
    described.windows = round(1, 0).windows;
    open(&path, 8, 3).spool.append(&described).unwrap();
}
