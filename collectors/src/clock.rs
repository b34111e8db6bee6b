//! Time as an argument: only this module asks the machine for it.
//!
//! Intervals are measured on the monotonic clock, which a [`Timeline`] joins to UTC once. A step of the wall clock (by NTP, an
//! operator, or a machine that resumes) therefore never changes energy.

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use units::{Span, Timestamp};

/// A machine's two clocks: one that measures intervals and one that shows the date.
pub trait Clock: Send + Sync {
    /// Time since an origin that the clock chooses; never runs backwards.
    fn monotonic(&self) -> Span;

    /// The date, UTC, as the machine has it; may step in either direction.
    fn wall(&self) -> Timestamp;
}

/// The machine's own clocks: `CLOCK_MONOTONIC`, which stands still while the machine is suspended, and the system time.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts at zero now.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the clock that everything else takes as an argument")]
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Span {
        span_of(self.origin.elapsed())
    }

    #[allow(clippy::disallowed_methods, reason = "the clock that everything else takes as an argument")]
    fn wall(&self) -> Timestamp {
        let now = SystemTime::now();
        let nanoseconds = match now.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
        };
        Timestamp::from_nanoseconds(nanoseconds)
    }
}

/// A clock that stands still until it is moved, so that tests and the demo's history pass hours in no time.
#[derive(Debug)]
pub struct VirtualClock {
    now: Mutex<(Span, Timestamp)>,
}

impl VirtualClock {
    /// A clock that shows the date `wall` and the monotonic time zero.
    #[must_use]
    pub fn new(wall: Timestamp) -> Self {
        Self { now: Mutex::new((Span::ZERO, wall)) }
    }

    /// Moves both clocks forward by `span`.
    pub fn advance(&self, span: Span) {
        let mut now = self.lock();
        now.0 = now.0.plus(span);
        // The date stands still in the year 2262, the end of its type; intervals go on.
        now.1 = now.1.after(span).unwrap_or(now.1);
    }

    /// Sets the wall clock, as an operator or NTP would, without any time passing.
    pub fn step_wall(&self, wall: Timestamp) {
        self.lock().1 = wall;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Span, Timestamp)> {
        // The pair is written at once, so that a thread that panicked left it whole.
        self.now.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn monotonic(&self) -> Span {
        self.lock().0
    }

    fn wall(&self) -> Timestamp {
        self.lock().1
    }
}

/// Monotonic time written as UTC. The wall clock is read once, when the line is opened.
#[derive(Debug, Clone, Copy)]
pub struct Timeline {
    origin: Span,
    origin_wall: Timestamp,
}

impl Timeline {
    /// Joins the two clocks of `clock` as they stand now.
    #[must_use]
    pub fn open(clock: &dyn Clock) -> Self {
        Self { origin: clock.monotonic(), origin_wall: clock.wall() }
    }

    /// The present moment on this line, which stands still in the year 2262.
    #[must_use]
    pub fn now(&self, clock: &dyn Clock) -> Timestamp {
        let elapsed = clock.monotonic().minus(self.origin);
        self.origin_wall.after(elapsed).unwrap_or(self.origin_wall)
    }
}

/// A difference between the wall clock and the date that the date follows.
const STEP_NS: i64 = 10_000_000_000;
/// A change of that difference from one look to the next that is a setting of the wall clock, not drift.
const SETTING_NS: i64 = STEP_NS / 2;

/// A [`Timeline`] with the date beside it, which follows the wall clock when that is set by more than ten seconds.
///
/// Intervals are measured on the time line, which never steps; the date is that line moved by a constant, until the next
/// [`DateChange`].
#[derive(Debug, Clone, Copy)]
pub struct DateLine {
    timeline: Timeline,
    ahead_ns: i64,
    /// How far the wall clock was ahead of the time line at the last look.
    seen_ns: i64,
}

/// One moment at which the date went over to that of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateChange {
    /// The moment on the time line, which never steps.
    pub at: Timestamp,
    /// Its date so far.
    pub before: Timestamp,
    /// Its date from now on.
    pub after: Timestamp,
    /// What the monotonic clock showed.
    pub monotonic: Span,
    /// Whether the wall clock was set just now, and had not drifted apart.
    pub is_setting: bool,
}

impl DateLine {
    /// The date is that of `timeline` until the wall clock is set.
    #[must_use]
    pub const fn new(timeline: Timeline) -> Self {
        Self { timeline, ahead_ns: 0, seen_ns: 0 }
    }

    /// The line that never steps.
    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The date of the moment `at` on the time line.
    #[must_use]
    pub const fn date_of(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_nanoseconds(at.nanoseconds().saturating_add(self.ahead_ns))
    }

    /// Takes over the date of `clock` where it was set; the change is dated to the moment `at`.
    pub fn follow(&mut self, clock: &dyn Clock, at: Timestamp) -> Option<DateChange> {
        let now = self.timeline.now(clock);
        let ahead_ns = clock.wall().nanoseconds().saturating_sub(now.nanoseconds());
        let seen_ns = std::mem::replace(&mut self.seen_ns, ahead_ns);
        if ahead_ns.saturating_sub(self.ahead_ns).saturating_abs() <= STEP_NS {
            return None;
        }
        let before = self.date_of(at);
        self.ahead_ns = ahead_ns;
        let is_setting = ahead_ns.saturating_sub(seen_ns).saturating_abs() > SETTING_NS;
        Some(DateChange { at, before, after: self.date_of(at), monotonic: clock.monotonic(), is_setting })
    }
}

impl DateChange {
    /// The new date of the moment `at` on the time line.
    #[must_use]
    pub const fn date_of(&self, at: Timestamp) -> Timestamp {
        let since = at.nanoseconds().saturating_sub(self.at.nanoseconds());
        Timestamp::from_nanoseconds(self.after.nanoseconds().saturating_add(since))
    }
}

/// `duration` as a span, at most 584 years.
#[must_use]
pub fn span_of(duration: Duration) -> Span {
    Span::from_nanoseconds(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_the_wall_clock_does_not_move_the_line() {
        let nine = Timestamp::from_seconds(1_755_680_400).unwrap();
        let clock = VirtualClock::new(nine);
        let line = Timeline::open(&clock);
        clock.advance(Span::from_seconds(10));
        clock.step_wall(Timestamp::from_seconds(1_755_676_800).unwrap());
        clock.advance(Span::from_seconds(5));
        assert_eq!(line.now(&clock), nine.after(Span::from_seconds(15)).unwrap());
    }

    #[test]
    fn the_date_follows_a_clock_that_was_set_and_not_one_that_drifts() {
        let nine = Timestamp::from_seconds(1_755_680_400).unwrap();
        let clock = VirtualClock::new(nine);
        let mut date = DateLine::new(Timeline::open(&clock));
        clock.advance(Span::from_seconds(60));
        clock.step_wall(nine.after(Span::from_seconds(70)).unwrap());
        let at = date.timeline().now(&clock);
        assert_eq!(date.follow(&clock, at), None);
        clock.step_wall(Timestamp::from_seconds(1_755_676_800).unwrap());
        let change = date.follow(&clock, at).unwrap();
        assert_eq!((change.at, change.before, change.after), (at, at, clock.wall()));
        assert!(change.is_setting);
        clock.advance(Span::from_seconds(5));
        let later = date.timeline().now(&clock);
        assert_eq!(date.date_of(later), clock.wall());
        assert_eq!(change.date_of(later), clock.wall());
        assert_eq!(date.follow(&clock, later), None);
        let drifted = (1..=11).filter_map(|seconds| {
            clock.step_wall(change.date_of(later).before(Span::from_seconds(seconds)));
            date.follow(&clock, later)
        });
        assert_eq!(drifted.map(|change| change.is_setting).collect::<Vec<_>>(), [false]);
    }

    #[test]
    fn the_system_clock_never_runs_backwards_and_knows_the_century() {
        let clock = SystemClock::new();
        let (first, second) = (clock.monotonic(), clock.monotonic());
        assert!(first <= second);
        assert!(clock.wall() > Timestamp::from_seconds(1_700_000_000).unwrap());
    }
}
