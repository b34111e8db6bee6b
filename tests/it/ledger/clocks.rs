//! The clock of an agent is set back: the same hour is metered twice by its date, and nothing of either is lost, doubled or at a wrong time.

use super::*;
use wattledger::series::{SeriesStore, catch_up};
use wire::{Gap, GapReason};

const TEN_MINUTES: i64 = 600;
/// The clock is wrong by this.
const HOUR: i64 = 3_600;

/// An agent that meters `gpu0` in batches of ten minutes, by a clock that may be wrong.
struct Metering {
    fixture: Fixture,
    /// Seconds after ten o'clock, by a clock that is right.
    now: i64,
    started: i64,
    ahead: i64,
    sequence: u64,
    /// How long batches take.
    lateness: i64,
}

impl Metering {
    fn new(ahead: i64) -> Self {
        Self { fixture: Fixture::in_germany(60), now: -HOUR, started: -HOUR, ahead, sequence: 0, lateness: 5 }
    }

    fn deliver(&mut self, said: Batch) {
        self.sequence += 1;
        let monotonic = Span::from_seconds((self.now - self.started).unsigned_abs());
        let clock = ClockEvidence { wall: at(self.now + self.ahead), monotonic };
        let batch = Batch { sequence: self.sequence, clock, ..said };
        ingest::apply(&self.fixture.store, batch.to_json().unwrap(), at(self.now + self.lateness)).unwrap();
        self.fixture.assert_sound();
    }

    /// Meters `count` times ten minutes; each has an energy of its own.
    fn meter(&mut self, count: i64) {
        for _ in 0..count {
            let start = self.now + self.ahead;
            self.now += TEN_MINUTES;
            let windows = vec![window("gpu0", start, start + TEN_MINUTES, energy_mj(self.now - TEN_MINUTES))];
            self.deliver(Batch { windows, ..batch(1, 0) });
        }
    }

    /// Sets the clock, as the agent says it.
    fn set(&mut self, ahead: i64) {
        let (before, after) = (self.now + self.ahead, self.now + ahead);
        let reason = if after < before { GapReason::SetBack } else { GapReason::SetAhead };
        let (start, end) = (at(before.min(after)), at(before.max(after)));
        let gaps = vec![Gap { device: "gpu0".into(), start, end, reason }];
        self.deliver(Batch { gaps, ..batch(1, 0) });
        self.ahead = ahead;
    }

    fn hold(&mut self, from: i64, to: i64) {
        let holdings = vec![holding("gpu0", "a", 1, from + self.ahead, Some(to + self.ahead))];
        self.deliver(Batch { holdings, ..batch(1, 0) });
    }

    /// Every hour of true time has the energy that was metered in it, whoever is asked.
    fn assert_at_true_times(&self) {
        let Self { fixture, now, started, .. } = self;
        fixture.assert_sound();
        let aside = fixture.store.read(|tx| tx.attention().set_aside_since(at(-FAR))).unwrap();
        assert_eq!(aside, [], "nothing is set aside");
        fixture.close(at(FAR));
        fixture.assert_sound();
        fixture.assert_explained();
        let mut hours: BTreeMap<i64, i64> = BTreeMap::new();
        for entry in fixture.entries() {
            let hour = (entry.part.start.nanoseconds() - at(0).nanoseconds()).div_euclid(HOUR * 1_000_000_000);
            *hours.entry(hour).or_default() += entry.part.energy.millijoules();
        }
        hours.retain(|_, energy| *energy != 0);
        let mut expected: BTreeMap<i64, i64> = BTreeMap::new();
        for start in (*started..*now).step_by(600) {
            *expected.entry(start.div_euclid(HOUR)).or_default() += energy_mj(start);
        }
        assert_eq!(hours, expected);
    }
}

/// What ten minutes from `start` on used, of 420 kJ at most.
fn energy_mj(start: i64) -> i64 {
    60_000_000 + start * 1_000
}

#[test]
fn an_hour_metered_twice_after_a_correction_is_two_hours_of_energy_at_their_true_times() {
    let mut metering = Metering::new(HOUR);
    metering.meter(6);
    metering.set(0);
    metering.meter(6);
    metering.assert_at_true_times();
}

#[test]
fn what_was_posted_before_the_correction_moves_too_and_so_does_what_comes_late() {
    let mut metering = Metering::new(HOUR);
    metering.meter(3);
    metering.fixture.close(at(FAR));
    let late = metering.sequence + 1;
    metering.now += TEN_MINUTES;
    metering.sequence += 1;
    metering.meter(2);
    metering.set(0);
    metering.meter(6);
    let (now, sequence) = (metering.now, metering.sequence);
    // The batch that was left out, from before the correction.
    (metering.sequence, metering.now, metering.ahead) = (late - 1, -HOUR + 3 * TEN_MINUTES, HOUR);
    metering.lateness = 2 * HOUR;
    metering.meter(1);
    (metering.sequence, metering.now) = (sequence, now);
    metering.assert_at_true_times();
}

#[test]
fn a_clock_that_was_set_back_by_mistake_moves_what_came_after_and_not_the_months_before() {
    let mut metering = Metering::new(0);
    metering.meter(6);
    metering.set(-HOUR);
    metering.meter(3);
    metering.set(0);
    metering.meter(3);
    metering.assert_at_true_times();
}

#[test]
fn what_came_before_the_word_of_a_mistake_moves_with_it() {
    let mut metering = Metering::new(0);
    metering.meter(6);
    // The newest batch is delivered first.
    (metering.sequence, metering.ahead) = (7, -HOUR);
    metering.meter(1);
    (metering.sequence, metering.ahead) = (6, 0);
    metering.set(-HOUR);
    metering.sequence = 8;
    metering.meter(2);
    metering.set(0);
    metering.meter(3);
    metering.assert_at_true_times();
}

#[test]
fn what_was_metered_offline_is_believed_to_be_corrected() {
    let mut metering = Metering::new(HOUR);
    metering.lateness = 10 * HOUR;
    metering.meter(6);
    metering.set(0);
    metering.meter(6);
    metering.assert_at_true_times();
}

#[test]
fn holdings_move_with_the_windows_of_their_clock() {
    let mut metering = Metering::new(HOUR);
    metering.meter(6);
    metering.hold(-HOUR + TEN_MINUTES, 0);
    metering.set(0);
    metering.hold(0, 3 * TEN_MINUTES);
    metering.meter(6);
    let held = (-5..3).map(|ten| energy_mj(ten * TEN_MINUTES)).sum::<i64>();
    let idle = [-6, 3, 4, 5].map(|ten| energy_mj(ten * TEN_MINUTES)).iter().sum::<i64>();
    let expected = BTreeMap::from([("a".to_owned(), held), ("idle".to_owned(), idle)]);
    assert_eq!(metering.fixture.by_job(), expected);
    metering.assert_at_true_times();
    assert_eq!(metering.fixture.by_job(), expected);
}

#[test]
fn one_span_of_the_monotonic_clock_that_two_agents_tell_counts_once() {
    let mut metering = Metering::new(HOUR);
    metering.meter(6);
    metering.set(0);
    metering.meter(6);
    // A second agent on the node, with its own boot and the clock that is right.
    let windows = vec![window("gpu0", 0, TEN_MINUTES, 1_000)];
    let second = Batch { agent: "n1-other".into(), boot: Boot::from_bits(8), windows, ..batch(1, HOUR) };
    metering.fixture.apply(&second);
    metering.fixture.assert_sound();
    let total = (-6..6).map(|ten| energy_mj(ten * TEN_MINUTES)).sum::<i64>();
    assert_eq!(metering.fixture.by_job(), BTreeMap::from([("idle".to_owned(), total)]));
}

#[test]
fn the_copy_for_charts_has_each_hour_once_however_it_came_about() {
    let mut metering = Metering::new(HOUR);
    let directory = tempfile::tempdir().unwrap();
    let copy = wattledger::series::Embedded::open(directory.path()).unwrap();
    metering.meter(6);
    catch_up(&metering.fixture.store, &copy).unwrap();
    metering.set(0);
    metering.meter(3);
    catch_up(&metering.fixture.store, &copy).unwrap();
    metering.meter(3);
    catch_up(&metering.fixture.store, &copy).unwrap();
    let device = metering.fixture.store.read(|tx| tx.devices().list(model::DeviceId::new(0), 1)).unwrap()[0].device;
    let range = at(-FAR)..at(FAR);
    let mut copied =
        copy.windows(&[(wattledger::store::Track { device, is_contained: false }, range)]).unwrap().remove(0);
    copied.sort_by_key(|window| window.start);
    let expected: Vec<_> = (-6..6).map(|ten| (at(ten * TEN_MINUTES), energy_mj(ten * TEN_MINUTES))).collect();
    assert_eq!(copied.iter().map(|window| (window.start, window.energy.millijoules())).collect::<Vec<_>>(), expected);
}
