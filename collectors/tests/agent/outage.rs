//! A day without the service, in virtual time.

use crate::samples::{Reached, at, energy, open, round};
use client::Backoff;
use collectors::clock::{Clock, VirtualClock};
use collectors::push::{Next, Pusher};
use collectors::spool::Contents;
use std::sync::Mutex;
use std::time::Duration;
use units::Span;

const DAY: i64 = 86_400;
const GPUS: u32 = 8;
/// What one exchange with the service takes.
const EXCHANGE: Duration = Duration::from_millis(200);

/// What is metered in `seconds` from `start` on.
fn rounds(start: i64, seconds: u64) -> Contents {
    let starts = (start..start + i64::try_from(seconds).unwrap()).step_by(10);
    let windows = starts.flat_map(|start| round(GPUS, start).windows).collect();
    Contents { windows, ..round(GPUS, 0) }
}

fn span(duration: Duration) -> Span {
    Span::from_nanoseconds(u64::try_from(duration.as_nanos()).unwrap())
}

#[test]
fn a_day_of_outage_is_kept_small_and_drains_without_starving_what_is_live() {
    // Memory where there is some: the outage writes 8,640 transactions.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let clock = VirtualClock::new(at(0));
    let opened = open(&folder.path().join("spool"), 64, 1).spool;
    let mut pusher = Pusher::new(&opened, Backoff::new(7), Span::ZERO).unwrap();
    let mut service = Reached { away: true, ..Reached::default() };
    let mut issued = Vec::new();
    let spool = Mutex::new(opened);

    let (mut elapsed, mut due, mut drained_after, mut stalest) = (0_i64, Span::ZERO, None, 0_u64);
    while elapsed < DAY + 600 {
        // Minutes while nothing can be delivered, windows while it can.
        let step = if elapsed < DAY { 60 } else { 10 };
        clock.advance(Span::from_seconds(step));
        let metered = rounds(elapsed, step);
        elapsed += i64::try_from(step).unwrap();
        spool.lock().unwrap().append(&metered).unwrap();
        issued.extend(metered.windows);
        if elapsed == DAY {
            let bytes = spool.lock().unwrap().usage().unwrap().bytes;
            println!("a day of {GPUS} GPUs: {:.1} MB in the spool", bytes as f64 / 1e6);
            assert!(bytes <= 60_000_000, "{bytes} bytes");
        }
        service.away = elapsed < DAY;
        let mut now = clock.monotonic();
        while due <= now {
            let next = pusher.turn(&spool, &mut service, &clock, EXCHANGE).unwrap();
            due = match next {
                Next::Now => due.plus(span(EXCHANGE)),
                Next::Wait(wait) => {
                    assert!(wait <= Backoff::LONGEST, "{wait:?}");
                    now.plus(span(wait))
                }
                Next::Idle => now.plus(Span::from_seconds(10)),
            };
            now = now.max(clock.monotonic());
        }
        if elapsed > DAY + 60 {
            let behind =
                service.store.newest.and_then(|end| at(elapsed).since(end)).unwrap_or(Span::from_seconds(86_400));
            stalest = stalest.max(behind.nanoseconds() / 1_000_000_000);
            let held = spool.lock().unwrap().usage().unwrap();
            if drained_after.is_none() && held.records <= u64::from(2 * GPUS) {
                drained_after = Some(elapsed - DAY);
            }
        }
    }
    assert!(stalest <= 30, "live windows were {stalest} s late while the backlog drained");
    assert!(drained_after.is_some_and(|seconds| seconds <= 300), "drained after {drained_after:?} s");
    crate::samples::drain(&mut spool.lock().unwrap(), &mut service.store);
    let mut issued_in_order = issued;
    issued_in_order.sort_by(|one, other| (&one.device, one.start).cmp(&(&other.device, other.start)));
    assert_eq!(service.store.windows(), issued_in_order);
    assert_eq!(service.store.energy(), energy(&issued_in_order));
    service.store.assert_no_gap_in_sequences();
}
