//! Time as an argument: the one place that asks the machine for it.
//!
//! Intervals are measured on the monotonic clock and joined to UTC once, by a [`Timeline`]. A step of the wall clock
//! (NTP, an operator, a resumed machine) therefore never changes energy.

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use units::{Span, Timestamp};

/// Two clocks: one that measures intervals and one that knows the date.
pub trait Clock: Send + Sync {
    /// Time since an origin of the clock's own; never runs backwards.
    fn monotonic(&self) -> Span;

    /// UTC as the machine believes it; may step in either direction.
    fn wall(&self) -> Timestamp;
}

/// The machine's clocks: `CLOCK_MONOTONIC` (which stands still while a machine is suspended) and the system time.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// A clock whose monotonic origin is now.
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

/// A clock that moves when told to: hours pass in no time, in tests and in the demonstration's history.
#[derive(Debug)]
pub struct VirtualClock {
    now: Mutex<(Span, Timestamp)>,
}

impl VirtualClock {
    /// A clock that stands at `wall`, its monotonic time at zero.
    #[must_use]
    pub fn new(wall: Timestamp) -> Self {
        Self { now: Mutex::new((Span::ZERO, wall)) }
    }

    /// Lets `span` pass on both clocks.
    pub fn advance(&self, span: Span) {
        let mut now = self.lock();
        now.0 = now.0.plus(span);
        // Beyond the year 2262 the date stands still; intervals go on.
        now.1 = now.1.after(span).unwrap_or(now.1);
    }

    /// Sets the wall clock, as an operator or NTP would; no time passes.
    pub fn step_wall(&self, wall: Timestamp) {
        self.lock().1 = wall;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Span, Timestamp)> {
        // The pair is written in one go, so a panicking holder leaves it whole.
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

/// Monotonic time written as UTC: the wall clock is asked once, when the line is opened.
#[derive(Debug, Clone, Copy)]
pub struct Timeline {
    origin: Span,
    origin_wall: Timestamp,
}

impl Timeline {
    /// Joins `clock`'s two clocks at this moment.
    #[must_use]
    pub fn open(clock: &dyn Clock) -> Self {
        Self { origin: clock.monotonic(), origin_wall: clock.wall() }
    }

    /// Now, on this line; stands still at the year 2262.
    #[must_use]
    pub fn now(&self, clock: &dyn Clock) -> Timestamp {
        let elapsed = clock.monotonic().minus(self.origin);
        self.origin_wall.after(elapsed).unwrap_or(self.origin_wall)
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
    fn a_step_of_the_wall_clock_is_no_time() {
        let nine = Timestamp::from_seconds(1_755_680_400).unwrap();
        let clock = VirtualClock::new(nine);
        let line = Timeline::open(&clock);
        clock.advance(Span::from_seconds(10));
        clock.step_wall(Timestamp::from_seconds(1_755_676_800).unwrap());
        clock.advance(Span::from_seconds(5));
        assert_eq!(line.now(&clock), nine.after(Span::from_seconds(15)).unwrap());
    }

    #[test]
    fn the_system_clock_never_runs_backwards_and_knows_the_century() {
        let clock = SystemClock::new();
        let (first, second) = (clock.monotonic(), clock.monotonic());
        assert!(first <= second);
        assert!(clock.wall() > Timestamp::from_seconds(1_700_000_000).unwrap());
    }
}
