//! A token bucket per bearer token, or per address of those who show none that is valid.

use crate::config::Rate;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use units::Span;

/// Nanoseconds of credit that one request costs are `1 s / rate`; a bucket holds at most `burst` requests.
#[derive(Debug)]
pub(crate) struct Buckets {
    cost_ns: u64,
    full_ns: u64,
    /// By token id or address: the monotonic time at which the bucket was last empty.
    empty_since: Mutex<HashMap<String, u64>>,
}

/// Above this many buckets, those that are full again are forgotten: a full bucket is the same as none.
const BUCKETS_KEPT: usize = 10_000;

impl Buckets {
    pub(crate) fn new(rate: Rate) -> Self {
        let cost_ns = 1_000_000_000 / u64::from(rate.per_s.max(1));
        Self { cost_ns, full_ns: cost_ns.saturating_mul(rate.burst.into()), empty_since: Mutex::new(HashMap::new()) }
    }

    /// Takes one request of `who` at monotonic time `now`; otherwise says after how many whole seconds to come back.
    pub(crate) fn take(&self, who: &str, now: Span) -> Result<(), u64> {
        // Offset by a full bucket, so that a bucket is full at the clock's origin too.
        let now = now.nanoseconds().saturating_add(self.full_ns);
        let mut buckets = self.empty_since.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > BUCKETS_KEPT {
            buckets.retain(|_, empty| now - (*empty).min(now) < self.full_ns);
        }
        let empty = buckets.get(who).copied().unwrap_or(0).max(now - self.full_ns) + self.cost_ns;
        if empty > now {
            return Err((empty - now).div_ceil(1_000_000_000));
        }
        match buckets.get_mut(who) {
            Some(bucket) => *bucket = empty,
            None => _ = buckets.insert(who.to_owned(), empty),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_and_tokens_do_not_share() {
        let buckets = Buckets::new(Rate { per_s: 10, burst: 3 });
        let at = Span::from_milliseconds;
        let taken = |token, ms| buckets.take(token, at(ms)).is_ok();
        assert_eq!([taken("a", 0), taken("a", 0), taken("a", 0), taken("a", 0)], [true, true, true, false]);
        assert_eq!(buckets.take("a", at(99)), Err(1));
        assert!(taken("b", 99));
        assert_eq!([taken("a", 100), taken("a", 100)], [true, false]);
        // an hour of rest gives a burst, not an hour of requests
        let after = 3_600_000;
        assert_eq!((0..10).filter(|_| taken("a", after)).count(), 3);
    }
}
