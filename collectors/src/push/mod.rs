//! Sends batches until the service has them: retries for ever, sets aside what the service will never take, and does not let
//! an outage's backlog starve what is metered now.
//!
//! [`Pusher::turn`] makes one attempt and says when the next is due. It asks no clock and opens no connection itself, so
//! that a day of outage passes in a test within seconds.

mod http;
pub(crate) mod sending;
mod verdict;

pub use http::Http;
pub use verdict::Verdict;

use crate::clock::Clock;
use crate::spool::{Halved, Key, Order, Sealed, Spool, SpoolError};
use client::{Answer, Backoff};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use units::{Span, Timestamp};

/// Most entries of a batch; a service that refuses so many makes it fewer.
pub const ENTRIES_MAX: usize = 1_000;
/// Batches that failed and wait, before no new one is made: one that always fails does not stop the others.
const WAITING_MAX: usize = 4;

/// Something that takes batches.
pub trait Service {
    /// Sends `sealed` and waits at most `limit`; an error says why there was no answer.
    fn send(&mut self, sealed: &Sealed, limit: Duration) -> Result<Answer, String>;
}

/// When to make the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// At once: the last went well.
    Now,
    /// After this.
    Wait(Duration),
    /// When something new was metered: everything is delivered.
    Idle,
}

/// What became of batches since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// The service has them.
    pub acknowledged: u64,
    /// The service refuses them; they are set aside.
    pub quarantined: u64,
    /// Attempts that will be repeated.
    pub failed: u64,
}

/// The order of attempts and what follows from their answers.
#[derive(Debug)]
pub struct Pusher {
    waiting: VecDeque<Key>,
    fresh_was_last: bool,
    newest_was_last: bool,
    entries_max: usize,
    backoff: Backoff,
    keep: Span,
    trouble: Option<(Verdict, String)>,
    refusal: Option<String>,
    sent: Sent,
}

impl Pusher {
    /// Goes on with the batches that `spool` holds from before; acknowledged ones are kept for `keep`.
    ///
    /// # Errors
    ///
    /// Those of [`Spool::sealed`].
    pub fn new(spool: &Spool, backoff: Backoff, keep: Span) -> Result<Self, SpoolError> {
        Ok(Self {
            waiting: spool.sealed()?.into(),
            fresh_was_last: true,
            newest_was_last: false,
            entries_max: ENTRIES_MAX,
            backoff,
            keep,
            trouble: None,
            refusal: None,
            sent: Sent::default(),
        })
    }

    /// What became of batches so far.
    #[must_use]
    pub const fn sent(&self) -> Sent {
        self.sent
    }

    /// Why the last attempt failed, or else why the last batch was refused, in the words of the service.
    #[must_use]
    pub fn complaint(&self) -> Option<&str> {
        self.trouble.as_ref().map(|(_, said)| said).or(self.refusal.as_ref()).map(String::as_str)
    }

    /// Sends one batch, waiting at most `limit` for the answer, and does what the answer asks for.
    ///
    /// # Errors
    ///
    /// Those of the spool; [`SpoolError::Full`] means that the disk is full and the attempt is to be repeated later.
    pub fn turn(
        &mut self,
        spool: &Mutex<Spool>,
        service: &mut dyn Service,
        clock: &dyn Clock,
        limit: Duration,
    ) -> Result<Next, SpoolError> {
        let Some(sealed) = self.pick(&mut locked(spool), clock)? else {
            self.forget(&mut locked(spool), clock.wall())?;
            return Ok(Next::Idle);
        };
        let answer = service.send(&sealed, limit);
        let (verdict, said) = match &answer {
            Ok(answer) => (Verdict::of(answer, sealed.key), answer.to_string()),
            Err(reason) => (Verdict::NotNow, reason.clone()),
        };
        self.tell(verdict, sealed.key, &said);
        let key = sealed.key;
        let wait = answer.ok().and_then(|answer| answer.retry_after(clock.wall()));
        match verdict {
            Verdict::Acknowledged => {
                self.sent.acknowledged += 1;
                self.backoff.reset();
                locked(spool).acknowledge(key, clock.wall())?;
                Ok(Next::Now)
            }
            Verdict::Refused | Verdict::Conflict => self.set_aside(&mut locked(spool), key, clock.wall()),
            Verdict::TooLarge => {
                let halved = locked(spool).halve(key)?;
                let Halved::To(entries) = halved else { return self.set_aside(&mut locked(spool), key, clock.wall()) };
                self.entries_max = entries;
                self.waiting.push_front(key);
                Ok(Next::Now)
            }
            Verdict::Misconfigured | Verdict::NotNow => {
                self.sent.failed += 1;
                self.waiting.push_back(key);
                Ok(Next::Wait(self.backoff.wait(wait)))
            }
        }
    }

    /// A batch that waits and a new one by turns; of new ones, the newest and the oldest records by turns.
    fn pick(&mut self, spool: &mut Spool, clock: &dyn Clock) -> Result<Option<Sealed>, SpoolError> {
        let retry = !self.waiting.is_empty() && (self.fresh_was_last || self.waiting.len() >= WAITING_MAX);
        if !retry {
            let order = if self.newest_was_last { Order::Oldest } else { Order::Newest };
            let evidence = wire::Clock { wall: clock.wall().max(Timestamp::default()), monotonic: clock.monotonic() };
            if let Some(sealed) = spool.seal(order, self.entries_max, evidence)? {
                self.newest_was_last = !self.newest_was_last;
                self.fresh_was_last = true;
                return Ok(Some(sealed));
            }
        }
        self.fresh_was_last = false;
        while let Some(key) = self.waiting.pop_front() {
            if let Some(sealed) = spool.batch(key)? {
                return Ok(Some(sealed));
            }
        }
        Ok(None)
    }

    fn set_aside(&mut self, spool: &mut Spool, key: Key, now: Timestamp) -> Result<Next, SpoolError> {
        self.sent.quarantined += 1;
        spool.quarantine(key, now)?;
        // A service that refuses everything is more likely broken than the batches are.
        Ok(Next::Wait(self.backoff.wait(None)))
    }

    fn forget(&mut self, spool: &mut Spool, now: Timestamp) -> Result<(), SpoolError> {
        let keep = i64::try_from(self.keep.nanoseconds()).unwrap_or(i64::MAX);
        spool.forget_acknowledged_before(Timestamp::from_nanoseconds(now.nanoseconds().saturating_sub(keep)))
    }

    /// Logs trouble when it begins or changes, each batch that is set aside, and the end of trouble.
    fn tell(&mut self, verdict: Verdict, key: Key, said: &str) {
        let (boot, sequence) = (key.boot, key.sequence);
        let before = self.trouble.as_ref().map(|(verdict, _)| *verdict);
        match verdict {
            Verdict::Acknowledged if before.is_some() => {
                tracing::info!("the service takes batches again");
            }
            Verdict::Refused => {
                tracing::error!(%boot, sequence, "the service refuses a batch, which is set aside: {said}");
            }
            Verdict::Conflict => tracing::error!(
                %boot, sequence,
                "the service has other bytes under this batch's number, so it is set aside; do two agents share a spool? {said}"
            ),
            Verdict::Misconfigured if before != Some(verdict) => {
                tracing::error!(
                    "nothing is delivered until `server` or its token is right; everything is kept: {said}"
                );
            }
            Verdict::NotNow if before != Some(verdict) => {
                tracing::warn!("the service does not take batches now; everything is kept and sent later: {said}");
            }
            _ => {}
        }
        self.trouble = matches!(verdict, Verdict::Misconfigured | Verdict::NotNow).then(|| (verdict, said.to_owned()));
        if matches!(verdict, Verdict::Refused | Verdict::Conflict | Verdict::TooLarge) {
            self.refusal = Some(said.to_owned());
        }
    }
}

/// The spool; a holder that panicked left it as its last transaction did.
pub(crate) fn locked(spool: &Mutex<Spool>) -> MutexGuard<'_, Spool> {
    spool.lock().unwrap_or_else(PoisonError::into_inner)
}
