//! How often a counter renews, measured instead of assumed (D9).

use super::CounterReading;
use units::{Span, Timestamp};

/// Readings farther apart than this say nothing about the update period.
const FAST: Span = Span::from_milliseconds(25);
/// Renewals that are timed after the first one was seen.
const RENEWALS: u64 = 3;

/// Watches a stretch of fast readings for the moments at which the counter renews.
#[derive(Debug, Clone, Default)]
pub(super) struct Renewal {
    last: Option<CounterReading>,
    first_renewal: Option<Timestamp>,
    renewals: u64,
    /// Some reading found the counter unchanged: readings are faster than renewals.
    stood_still: bool,
    is_known: bool,
}

impl Renewal {
    /// The update period, once: when three renewals were timed by readings faster than they are.
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
