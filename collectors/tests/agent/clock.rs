//! R15: whatever is done to the date, no energy is lost, doubled or moved, and no interval is negative.

use crate::samples::{SECOND, at, energy};
use collectors::agent::Reader;
use collectors::clock::VirtualClock;
use collectors::source::Spec;
use std::sync::Arc;
use units::{Span, Timestamp};
use wire::Window;

/// A minute at 300 W, the date being set to `date` after 31.3 s; the windows.
fn windows_around(date: Timestamp) -> Vec<Window> {
    let Ok(Spec::Synthetic(spec)) = "synthetic:watts=300,sensor=instant".parse() else { panic!("no such source") };
    let source = Box::new(collectors::source::synthetic::SyntheticSource::open(spec));
    let clock = Arc::new(VirtualClock::new(at(3)));
    let mut reader = Reader::new(source, Span::from_seconds(10), clock.clone());
    let mut windows = Vec::new();
    for tenth in 0..600 {
        if tenth == 313 {
            clock.step_wall(date);
        }
        windows.extend(reader.poll().unwrap().windows);
        clock.advance(Span::from_milliseconds(100));
    }
    windows.extend(reader.finish().unwrap().windows);
    windows
}

#[test]
fn r15_a_step_of_the_date_costs_no_energy() {
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
fn windows_are_aligned_to_utc() {
    let windows = windows_around(at(35));
    let inner = &windows[1..windows.len() - 1];
    assert!(inner.iter().all(|window| window.start.nanoseconds() % (10 * SECOND) == 0), "{inner:?}");
}
