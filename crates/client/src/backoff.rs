use std::time::Duration;

/// How long to wait between attempts: twice as long after each failure up to a longest wait, with jitter, for as long as it takes.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
    random: fastrand::Rng,
}

impl Backoff {
    /// Wait after the first failure, before jitter takes up to half of it.
    pub const FIRST: Duration = Duration::from_secs(1);
    /// Longest wait, unless the other side asks for a longer one.
    pub const LONGEST: Duration = Duration::from_secs(60);

    /// A back-off whose jitter comes from `seed`: each agent must draw its own, or all return at once.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::between(Self::FIRST, Self::LONGEST, seed)
    }

    /// The same with other waits than [`Backoff::FIRST`] and [`Backoff::LONGEST`].
    #[must_use]
    pub fn between(first: Duration, longest: Duration, seed: u64) -> Self {
        Self { first, longest, failures: 0, random: fastrand::Rng::with_seed(seed) }
    }

    /// Starts again at the first wait, after an attempt that went well.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after one more failure: between half and all of 1, 2, 4, … 60 s (or of the waits that it was made with), and at least `asked`
    /// ([`Answer::retry_after`](crate::Answer::retry_after)), to which up to a tenth is added so that clients which were all asked for the
    /// same wait do not return together.
    pub fn wait(&mut self, asked: Option<Duration>) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.failures.min(16)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        let own = doubled / 2 + self.jitter(doubled / 2);
        asked.map_or(own, |asked| own.max(asked + self.jitter(asked / 10)))
    }

    /// A random duration from zero to `most`.
    pub fn jitter(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.random.u64(0..=most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_start_again_after_success() {
        let mut backoff = Backoff::new(1);
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let wait = backoff.wait(None);
            let longest = Duration::from_secs(seconds);
            assert!(longest / 2 <= wait && wait <= longest, "{wait:?} is not between half and all of {longest:?}");
        }
        backoff.reset();
        assert!(backoff.wait(None) <= Backoff::FIRST);
    }

    #[test]
    fn the_service_is_never_asked_before_it_said() {
        let mut backoff = Backoff::new(2);
        for _ in 0..100 {
            let wait = backoff.wait(Some(Duration::from_secs(300)));
            assert!((300..=330).contains(&wait.as_secs()), "{wait:?}");
        }
    }

    #[test]
    fn agents_do_not_return_together() {
        let waits: std::collections::BTreeSet<Duration> = (0..500).map(|seed| Backoff::new(seed).wait(None)).collect();
        assert!(waits.len() > 490, "{} of 500 agents wait equally long", 500 - waits.len());
    }
}
