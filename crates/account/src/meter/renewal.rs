//! Measures how often a counter renews, since drivers document it wrongly or not at all.

use super::CounterReading;
use units::{Span, Timestamp};

/// Readings farther apart than this do not show the update period.
const FAST: Span = Span::from_milliseconds(25);
/// How many renewals are timed, counted from the first that was seen.
const RENEWALS: u64 = 3;

/// Watches fast readings for the moments at which the counter renews.
#[derive(Debug, Clone, Default)]
pub(super) struct Renewal {
    last: Option<CounterReading>,
    first_renewal: Option<Timestamp>,
    renewals: u64,
    /// Whether a reading found the counter unchanged, so that readings are faster than renewals.
    stood_still: bool,
    is_known: bool,
}

impl Renewal {
    /// Takes the next reading. Returns the update period, once, as soon as three renewals were timed by readings that are
    /// faster than the renewals.
    pub(super) fn observe(&mut self, reading: CounterReading) -> Option<Span> {
        if self.is_known {
            return None;
        }
        let last = self.last.replace(reading)?;
        let is_fast = reading.at.since(last.at).is_some_and(|step| step <= FAST);
        if !is_fast || reading.epoch != last.epoch {
            *self = Self { last: Some(reading), ..Self::default() };
            return None;
        }
        if reading.count == last.count {
            self.stood_still = self.first_renewal.is_some();
            return None;
        }
        let Some(first) = self.first_renewal else {
            self.first_renewal = Some(reading.at);
            return None;
        };
        self.renewals += 1;
        if self.renewals < RENEWALS {
            return None;
        }
        self.is_known = true;
        let elapsed = reading.at.since(first)?;
        self.stood_still.then(|| Span::from_nanoseconds(elapsed.nanoseconds() / RENEWALS))
    }
}
