//! Sends batches until the service has them. It retries for ever, sets aside batches that the service will never accept, and
//! does not let the backlog of an outage hold up new windows.
//!
//! [`Pusher::turn`] makes one attempt and says when the next is due. Clock and connection are its arguments, so that a test
//! passes a day of outage within seconds.

mod http;
pub(crate) mod sending;
mod verdict;

pub use http::Http;
pub use verdict::Verdict;

use verdict::words;

use crate::clock::Clock;
use crate::spool::{BatchKey, Halved, Order, Sealed, Spool, SpoolError};
use client::{Answer, Backoff};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use units::{Span, Timestamp};

/// Entries that a batch has at most, until a service refuses a batch as too large.
pub const ENTRIES_MAX: usize = 1_000;
/// How many batches may wait for another attempt before no new one is made. One batch that always fails then does not stop the
/// others.
const WAITING_MAX: usize = 4;

/// Something that batches are sent to.
pub trait Recipient {
    /// Sends `sealed` and waits at most `limit` for the answer.
    ///
    /// # Errors
    ///
    /// Why there was no answer.
    fn send(&mut self, sealed: &Sealed, limit: Duration) -> Result<Answer, String>;
}

/// When to make the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// At once: the last attempt succeeded.
    Now,
    /// After waiting for this time.
    Wait(Duration),
    /// When there are new windows: everything is delivered.
    Idle,
}

/// How many batches were sent since the start, by result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Batches that the service acknowledged.
    pub acknowledged: u64,
    /// Batches that the service refused, which are set aside.
    pub quarantined: u64,
    /// Attempts that failed and will be repeated.
    pub failed: u64,
}

/// Decides which batch is sent next, and acts on the answers.
#[derive(Debug)]
pub struct Pusher {
    waiting: VecDeque<BatchKey>,
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
    /// Goes on with the batches that an earlier process left in `spool`; acknowledged ones are kept for `keep`.
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

    /// How many batches were sent so far, by result.
    #[must_use]
    pub const fn sent(&self) -> Sent {
        self.sent
    }

    /// Whether the last attempt failed because of the token, its rights or the address.
    pub(crate) const fn is_denied(&self) -> bool {
        matches!(self.trouble, Some((Verdict::Misconfigured, _)))
    }

    /// Why the last attempt failed, or else why the last batch was refused, as the service put it.
    #[must_use]
    pub fn complaint(&self) -> Option<&str> {
        self.trouble.as_ref().map(|(_, said)| said).or(self.refusal.as_ref()).map(String::as_str)
    }

    /// Sends one batch, waits at most `limit` for the answer, and acts on it.
    ///
    /// # Errors
    ///
    /// Those of the spool. After [`SpoolError::Full`] the attempt is to be repeated later.
    pub fn turn(
        &mut self,
        spool: &Mutex<Spool>,
        service: &mut dyn Recipient,
        clock: &dyn Clock,
        limit: Duration,
    ) -> Result<Next, SpoolError> {
        let Some(sealed) = self.pick(&mut locked(spool), clock)? else {
            self.forget(&mut locked(spool), clock.wall())?;
            return Ok(Next::Idle);
        };
        let answer = service.send(&sealed, limit);
        let (verdict, said) = match &answer {
            Ok(answer) => (Verdict::of(answer, sealed.key), words(answer)),
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

    /// Takes a waiting batch and a new one in turn, and makes new ones of the newest and the oldest records in turn.
    fn pick(&mut self, spool: &mut Spool, clock: &dyn Clock) -> Result<Option<Sealed>, SpoolError> {
        self.waiting.extend(spool.take_sealed_by_settings());
        let retry = !self.waiting.is_empty() && (self.fresh_was_last || self.waiting.len() >= WAITING_MAX);
        if !retry {
            let order = if self.newest_was_last { Order::Oldest } else { Order::Newest };
            let evidence =
                wire::ClockEvidence { wall: clock.wall().max(Timestamp::default()), monotonic: clock.monotonic() };
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

    fn set_aside(&mut self, spool: &mut Spool, key: BatchKey, now: Timestamp) -> Result<Next, SpoolError> {
        self.sent.quarantined += 1;
        spool.quarantine(key, now)?;
        // If the service refuses everything, it is more likely to be broken than the batches are.
        Ok(Next::Wait(self.backoff.wait(None)))
    }

    fn forget(&mut self, spool: &mut Spool, now: Timestamp) -> Result<(), SpoolError> {
        let keep = i64::try_from(self.keep.nanoseconds()).unwrap_or(i64::MAX);
        spool.forget_acknowledged_before(Timestamp::from_nanoseconds(now.nanoseconds().saturating_sub(keep)))
    }

    /// Logs when failures begin, change or end, and each batch that is set aside.
    fn tell(&mut self, verdict: Verdict, key: BatchKey, said: &str) {
        let (boot, sequence) = (key.boot, key.sequence);
        let before = self.trouble.as_ref().map(|(verdict, _)| *verdict);
        match verdict {
            Verdict::Acknowledged if before.is_some() => {
                tracing::info!("the service accepts batches again");
            }
            Verdict::Refused => {
                tracing::error!(%boot, sequence, "the service refused a batch, which is set aside: {said}");
            }
            Verdict::Conflict => tracing::error!(
                %boot, sequence,
                "the service already has another batch with this number, so this one is set aside; do two agents share a spool? {said}"
            ),
            Verdict::Misconfigured if before != Some(verdict) => {
                tracing::error!(
                    "nothing is delivered until `server` or its token is corrected; everything is kept: {said}"
                );
            }
            Verdict::NotNow if before != Some(verdict) => {
                tracing::warn!("the service does not accept batches now; everything is kept and sent later: {said}");
            }
            _ => {}
        }
        self.trouble = matches!(verdict, Verdict::Misconfigured | Verdict::NotNow).then(|| (verdict, said.to_owned()));
        if matches!(verdict, Verdict::Refused | Verdict::Conflict | Verdict::TooLarge) {
            self.refusal = Some(said.to_owned());
        }
    }
}

/// Locks the spool. A thread that panicked while it held the lock left the spool as of its last transaction.
pub(crate) fn locked(spool: &Mutex<Spool>) -> MutexGuard<'_, Spool> {
    spool.lock().unwrap_or_else(PoisonError::into_inner)
}
