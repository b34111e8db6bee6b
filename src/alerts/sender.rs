//! The thread of one endpoint: takes what waits for it, tells it, and notes what was told.
//!
//! It waits for nobody but its endpoint, and nobody waits for it.

use super::counts::{AlertCounts, AlertOutcome};
use super::format::{batch_max, body, tells_ends};
use super::memory::Memory;
use super::notice::Notice;
use super::outbox::Mailbox;
use super::signature::{HEADER, signature};
use crate::config::Webhook;
use crate::duty::{Duty, Term};
use client::{Backoff, Call, CallLimits, Client, Content, Method, SendError};
use collectors::clock::Clock;
use std::sync::Arc;
use std::time::Duration;

/// Longest time that a request may take.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read; nothing in it matters but its status.
const ANSWER_BYTES_MAX: u64 = 4_096;

/// An endpoint, and what it takes to tell it something.
pub(super) struct Endpoint {
    /// Place in the configuration, from 1.
    pub(super) place: usize,
    pub(super) webhook: Webhook,
    pub(super) key: Option<Vec<u8>>,
    pub(super) app: Option<String>,
    pub(super) client: Client,
    pub(super) memory: Memory,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) counts: AlertCounts,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) duty: Duty,
}

/// What became of a request.
enum Reception {
    /// The endpoint was told.
    Taken,
    /// It does not take this body, and will not take it later.
    Refused(String),
    /// It may take it later.
    Failed(String, Option<Duration>),
}

/// Tells the endpoint what waits for it, until the service ends.
pub(super) fn run(endpoint: &Endpoint, mut backoff: Backoff) {
    let Endpoint { place, webhook, mailbox, .. } = endpoint;
    let batch_max = batch_max(webhook.format);
    // After a refusal, notices go one by one, so that one that is not taken keeps no other back.
    let mut one_by_one = 0_usize;
    let mut trouble = None;
    while let Some((term, batch)) = mailbox.next(if one_by_one > 0 { 1 } else { batch_max }) {
        if !endpoint.duty.is_in(&term) {
            mailbox.empty();
            continue;
        }
        match endpoint.tell(&batch) {
            Reception::Taken => {
                endpoint.settle(&term, &batch, AlertOutcome::Delivered);
                one_by_one = one_by_one.saturating_sub(1);
                backoff.reset();
                if trouble.take().is_some() {
                    tracing::info!(endpoint = place, host = ?webhook.url, "alerts are delivered again");
                }
            }
            Reception::Refused(_) if batch.len() > 1 => one_by_one = batch.len(),
            Reception::Refused(reason) => {
                tracing::warn!(endpoint = place, host = ?webhook.url, reason, id = batch[0].id(), "an alert is not taken and was given up");
                endpoint.settle(&term, &batch, AlertOutcome::Refused);
                one_by_one = one_by_one.saturating_sub(1);
            }
            Reception::Failed(reason, asked) => {
                endpoint.count(&batch, AlertOutcome::Failed);
                let wait = backoff.wait(asked);
                if trouble.as_ref() != Some(&reason) {
                    tracing::warn!(endpoint = place, host = ?webhook.url, reason, "alerts cannot be delivered; it is tried again");
                    trouble = Some(reason);
                }
                mailbox.pause(wait);
            }
        }
    }
}

impl Endpoint {
    fn tell(&self, batch: &[Notice]) -> Reception {
        let now = self.clock.wall();
        let body = match body(self.webhook.format, batch, now, self.app.as_deref()) {
            Ok(Some(body)) => body,
            Ok(None) => return Reception::Taken,
            Err(error) => return Reception::Refused(error.to_string()),
        };
        let signed = self.key.as_ref().map(|key| signature(key, now, &body));
        let headers = signed.as_deref().map(|signed| (HEADER, signed));
        let answer = self.client.send(&Call {
            method: Method::POST,
            url: self.webhook.url.reveal(),
            token: None,
            headers: headers.as_slice(),
            content: Some(Content { media_type: "application/json", encoding: None, bytes: &body }),
            limits: CallLimits { time: TIME_MAX, answer_bytes: ANSWER_BYTES_MAX },
        });
        match answer {
            Ok(answer) => {
                let reason = format!("it answered with status {}", answer.status);
                match answer.status {
                    200..=299 => Reception::Taken,
                    // Only these are about the body; the others may be mended at the endpoint.
                    400 | 413 | 415 | 422 => Reception::Refused(reason),
                    300..=399 => Reception::Failed(format!("{reason}, and redirects are not followed"), None),
                    _ => Reception::Failed(reason, answer.retry_after(now)),
                }
            }
            // These two may show the address.
            Err(SendError::Address(_) | SendError::Request(_)) => {
                Reception::Failed("its address cannot be called".to_owned(), None)
            }
            Err(error) => Reception::Failed(error.to_string(), None),
        }
    }

    /// Notes that the endpoint has been told `batch`, or that it is given up.
    fn settle(&self, term: &Term, batch: &[Notice], outcome: AlertOutcome) {
        let told = self.mailbox.settle(batch, self.clock.wall());
        self.count(batch, outcome);
        if let Err(error) = self.memory.write(&term.store, &told) {
            tracing::warn!(endpoint = self.place, %error, "what was told is not noted, and would be told again after a restart or by another service");
        }
    }

    fn count(&self, batch: &[Notice], outcome: AlertOutcome) {
        let is_told = |notice: &&Notice| notice.ended.is_none() || tells_ends(self.webhook.format);
        self.counts.add(self.place, outcome, batch.iter().filter(is_told).count());
    }
}
