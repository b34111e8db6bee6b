//! How many large answers are made at once, and how much of them may wait for its readers.

use crate::config::Limits;
use model::TokenId;
use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Charts that are made at once. Each may take several times its size meanwhile.
const CHARTS_AT_ONCE: usize = 4;
/// Reports that are made or wait for their turn: one is made at a time.
const REPORTS_AT_ONCE: usize = 2;
/// Small answers that are made at once for each processor: more would only wait for one, and batches with them.
const SMALL_PER_PROCESSOR: usize = 2;

/// What is shared by the answers that take much memory.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(super) charts: TokenShares,
    pub(super) reports: TokenShares,
    pub(super) small: TokenShares,
    /// In KiB.
    pub(super) memory: TokenShares,
}

impl Answers {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            charts: TokenShares::new(CHARTS_AT_ONCE),
            reports: TokenShares::new(REPORTS_AT_ONCE),
            small: TokenShares::new(SMALL_PER_PROCESSOR * available_parallelism().map_or(2, NonZero::get).max(2)),
            memory: TokenShares::new(limits.open_answer_bytes >> 10),
        }
    }
}

/// Something of which there is only so much, and half of it for one token.
#[derive(Debug)]
pub(super) struct TokenShares {
    all: Arc<Semaphore>,
    of_one_max: usize,
    of_one: Mutex<HashMap<TokenId, Weak<Semaphore>>>,
}

/// A part of [`TokenShares`], given back when dropped.
pub(super) struct TokenShare {
    _of_one: OwnedSemaphorePermit,
    /// Keeps what the token has known.
    _all_of_one: Arc<Semaphore>,
    _of_all: OwnedSemaphorePermit,
}

impl TokenShares {
    fn new(all: usize) -> Self {
        let all = all.max(2);
        Self { all: Arc::new(Semaphore::new(all)), of_one_max: all / 2, of_one: Mutex::default() }
    }

    fn of_one(&self, token: &TokenId) -> Arc<Semaphore> {
        let mut of_one = self.of_one.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = of_one.get(token).and_then(Weak::upgrade) {
            return known;
        }
        of_one.retain(|_, known| known.strong_count() > 0);
        let new = Arc::new(Semaphore::new(self.of_one_max));
        of_one.insert(token.clone(), Arc::downgrade(&new));
        new
    }

    /// Takes `count`, or all that one token may have if that is less; waits for it as long as `wait`. `None` if others do not give it back.
    pub(super) async fn take(&self, token: &TokenId, count: usize, wait: Duration) -> Option<TokenShare> {
        let count = u32::try_from(count.min(self.of_one_max)).unwrap_or(u32::MAX);
        let all_of_one = self.of_one(token);
        let both = async {
            let of_one = Arc::clone(&all_of_one).acquire_many_owned(count).await.ok()?;
            let of_all = Arc::clone(&self.all).acquire_many_owned(count).await.ok()?;
            Some((of_one, of_all))
        };
        let (of_one, of_all) = tokio::time::timeout(wait, both).await.ok()??;
        Some(TokenShare { _of_one: of_one, _all_of_one: all_of_one, _of_all: of_all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    #[test]
    fn one_token_has_half_and_the_rest_is_for_others() {
        let shares = TokenShares::new(8);
        let (one, other) = (TokenId::new("a"), TokenId::new("b"));
        let now = Duration::ZERO;
        run(async {
            // More than there is counts as all that a token may have.
            let first = shares.take(&one, 1_000, now).await.unwrap();
            assert!(shares.take(&one, 1, now).await.is_none());
            let second = shares.take(&other, 4, now).await.unwrap();
            assert!(shares.take(&TokenId::new("c"), 1, now).await.is_none());
            drop(first);
            assert!(shares.take(&one, 2, now).await.is_some());
            drop(second);
            assert_eq!(shares.all.available_permits(), 8);
        });
    }
}
