//! The date that the service decides by: a clock that jumps does not move it before a second look, a quarter of an hour later, finds the same.
//!
//! Between looks the date goes on by monotonic time. So a date that is wrong for some minutes, as while NTP or an operator corrects itself, ends no
//! hold, session or period; one that stays is believed.

use collectors::clock::Clock;
use std::sync::{Arc, Mutex, PoisonError};
use units::{Span, Timestamp};

/// A difference that is drift or a leap second, not a jump.
const DRIFT_NS: i64 = 10_000_000_000;
/// A date that has stood this long is believed: operators and NTP mend a wrong one within minutes.
pub const CONFIRMED_AFTER: Span = Span::from_seconds(15 * 60);

/// A clock whose date follows that of another one, jumps only when they were confirmed.
pub struct SteadyClock {
    clock: Arc<dyn Clock>,
    seen: Mutex<SeenDate>,
}

/// What is known of the other clock. Differences are its date less monotonic time.
struct SeenDate {
    believed_ns: i64,
    doubted: Option<DoubtedDate>,
    jumps: Vec<ClockJump>,
}

#[derive(Clone, Copy)]
struct DoubtedDate {
    difference_ns: i64,
    since: Span,
}

/// A change of the date by more than drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockJump {
    /// When it was seen, by the date that was believed then.
    pub at: Timestamp,
    /// How far it goes, ns; negative where the clock was set back.
    pub by_ns: i64,
    /// What becomes of it.
    pub verdict: JumpVerdict,
}

/// What becomes of a jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JumpVerdict {
    /// It was seen once; nothing is decided by it.
    Doubted,
    /// It has stood for [`CONFIRMED_AFTER`]: it is the date from now on.
    Confirmed,
    /// It was taken back before that.
    Dismissed,
}

impl std::fmt::Debug for SteadyClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SteadyClock").finish_non_exhaustive()
    }
}

impl SteadyClock {
    /// Believes the date that `clock` shows now.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let believed_ns = difference(clock.wall(), clock.monotonic());
        Self { clock, seen: Mutex::new(SeenDate { believed_ns, doubted: None, jumps: Vec::new() }) }
    }

    /// The date that is believed.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let monotonic = self.clock.monotonic();
        seen.look(difference(self.clock.wall(), monotonic), monotonic);
        date(seen.believed_ns, monotonic)
    }

    /// Time since an origin; never runs backwards.
    #[must_use]
    pub fn monotonic(&self) -> Span {
        self.clock.monotonic()
    }

    /// The jumps that were seen since this was last asked, oldest first.
    #[must_use]
    pub fn take_jumps(&self) -> Vec<ClockJump> {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner).jumps)
    }
}

impl Clock for SteadyClock {
    fn monotonic(&self) -> Span {
        self.monotonic()
    }

    fn wall(&self) -> Timestamp {
        self.wall()
    }
}

impl SeenDate {
    fn look(&mut self, found_ns: i64, monotonic: Span) {
        let is_alike = |a: i64, b: i64| a.saturating_sub(b).saturating_abs() <= DRIFT_NS;
        if is_alike(found_ns, self.believed_ns) {
            self.believed_ns = found_ns;
            if let Some(doubted) = self.doubted.take() {
                self.tell(doubted.difference_ns, monotonic, JumpVerdict::Dismissed);
            }
            return;
        }
        match self.doubted.filter(|doubted| is_alike(doubted.difference_ns, found_ns)) {
            Some(doubted) if monotonic.minus(doubted.since) >= CONFIRMED_AFTER => {
                self.tell(found_ns, monotonic, JumpVerdict::Confirmed);
                (self.believed_ns, self.doubted) = (found_ns, None);
            }
            Some(_) => {}
            None => {
                self.tell(found_ns, monotonic, JumpVerdict::Doubted);
                self.doubted = Some(DoubtedDate { difference_ns: found_ns, since: monotonic });
            }
        }
    }

    fn tell(&mut self, found_ns: i64, monotonic: Span, verdict: JumpVerdict) {
        let (at, by_ns) = (date(self.believed_ns, monotonic), found_ns.saturating_sub(self.believed_ns));
        self.jumps.push(ClockJump { at, by_ns, verdict });
    }
}

impl std::fmt::Display for ClockJump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let minutes = self.by_ns.unsigned_abs() / 60_000_000_000;
        let (hours, minutes, seconds) = (minutes / 60, minutes % 60, self.by_ns.unsigned_abs() / 1_000_000_000 % 60);
        let direction = if self.by_ns < 0 { "back" } else { "ahead" };
        write!(f, "the clock of the service was set {direction} by {hours} h {minutes} min {seconds} s")?;
        f.write_str(match self.verdict {
            JumpVerdict::Doubted => "; nothing is decided by it unless it stays so for 15 min: check NTP",
            JumpVerdict::Confirmed => {
                " and has stayed so for 15 min: holds, sessions and periods end by it from now on"
            }
            JumpVerdict::Dismissed => " and was set right again; nothing was decided by it",
        })
    }
}

fn difference(wall: Timestamp, monotonic: Span) -> i64 {
    wall.nanoseconds().saturating_sub_unsigned(monotonic.nanoseconds())
}

fn date(difference_ns: i64, monotonic: Span) -> Timestamp {
    Timestamp::from_nanoseconds(difference_ns.saturating_add_unsigned(monotonic.nanoseconds()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use collectors::clock::VirtualClock;

    const DAY: Span = Span::from_seconds(86_400);
    const MINUTE: Span = Span::from_seconds(60);

    fn clocks() -> (Arc<VirtualClock>, SteadyClock) {
        let clock = Arc::new(VirtualClock::new(Timestamp::from_seconds(1_794_268_800).unwrap()));
        let steady = SteadyClock::new(Arc::clone(&clock) as Arc<dyn Clock>);
        (clock, steady)
    }

    fn verdicts(steady: &SteadyClock) -> Vec<JumpVerdict> {
        steady.take_jumps().into_iter().map(|jump| jump.verdict).collect()
    }

    #[test]
    fn a_day_ahead_and_back_moves_nothing_and_is_told() {
        let (clock, steady) = clocks();
        let before = steady.wall();
        clock.step_wall(before.after(DAY).unwrap());
        for minute in 0..14 {
            assert_eq!(steady.wall().since(before).unwrap(), Span::from_seconds(60 * minute));
            clock.advance(MINUTE);
        }
        clock.step_wall(before.after(Span::from_seconds(14 * 60)).unwrap());
        assert_eq!(steady.wall(), clock.wall());
        let told = steady.take_jumps();
        assert_eq!(
            told.iter().map(|jump| jump.verdict).collect::<Vec<_>>(),
            [JumpVerdict::Doubted, JumpVerdict::Dismissed]
        );
        assert!(told[0].to_string().starts_with("the clock of the service was set ahead by 24 h 0 min 0 s; nothing"));
        assert_eq!(steady.take_jumps(), []);
    }

    #[test]
    fn what_stays_is_believed_at_the_second_look() {
        let (clock, steady) = clocks();
        let before = steady.wall();
        clock.step_wall(before.before(DAY));
        assert_eq!(steady.wall(), before);
        clock.advance(CONFIRMED_AFTER);
        assert_eq!(steady.wall(), clock.wall());
        assert_eq!(verdicts(&steady), [JumpVerdict::Doubted, JumpVerdict::Confirmed]);
    }

    #[test]
    fn another_jump_begins_the_wait_anew_and_drift_is_followed() {
        let (clock, steady) = clocks();
        let before = steady.wall();
        clock.step_wall(before.after(DAY).unwrap());
        let _ = steady.wall();
        clock.advance(Span::from_seconds(10 * 60));
        clock.step_wall(clock.wall().after(DAY).unwrap());
        let _ = steady.wall();
        clock.advance(Span::from_seconds(10 * 60));
        assert_eq!(steady.wall().since(before).unwrap(), Span::from_seconds(20 * 60));
        assert_eq!(verdicts(&steady), [JumpVerdict::Doubted, JumpVerdict::Doubted]);
        let (clock, steady) = clocks();
        clock.step_wall(clock.wall().after(Span::from_seconds(9)).unwrap());
        assert_eq!(steady.wall(), clock.wall());
        assert_eq!(steady.take_jumps(), []);
    }
}
