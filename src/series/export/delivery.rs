//! Requests to one receiver: what an answer means for what was sent, and when it is tried again.

use super::super::store::SeriesChange;
use super::counts::{ExportCounts, SampleOutcome};
use crate::duty::Duty;
use crate::store::Store;
use client::{Answer, Backoff, Call, CallLimits, Client, ClientError, Content, Method, SendError};
use collectors::clock::Clock;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use units::Timestamp;

/// Longest time that a request may take.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read, for the log.
const ANSWER_BYTES_MAX: u64 = 4_096;
/// Maximum number of items in one request.
const ITEMS_MAX: usize = 4_000;
/// Most requests to find the items that the receiver refuses in one request.
const REQUESTS_TO_FIND: u32 = 32;
const USER_AGENT: &str = concat!("wattledger/", env!("CARGO_PKG_VERSION"));

/// Where samples are sent, and as whom.
#[derive(Clone)]
pub struct ExportReceiver {
    /// Address that is posted to.
    pub url: String,
    /// Headers that show who sends; they hold secrets.
    pub headers: Vec<(String, String)>,
    /// PEM file with the certificates to trust instead of the public authorities.
    pub ca_file: Option<PathBuf>,
}

/// What is sent, and where it is counted.
#[derive(Clone)]
pub struct ExportSource {
    /// The store with the evidence.
    pub store: Arc<Store>,
    /// When it is this service that sends.
    pub duty: Duty,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What became of it.
    pub counts: ExportCounts,
}

/// How windows are said to a kind of receiver.
pub(super) trait Form: Send + 'static {
    /// What is sent as a whole or not at all.
    type Item;
    /// Name of the receiver in metrics, in the log and in the configuration.
    const NAME: &'static str;

    /// What is sent of `changes`, in this order, and the number of samples that are left out.
    fn items(&mut self, changes: &[SeriesChange], now: Timestamp) -> (Vec<Self::Item>, u64);

    /// The request with these items.
    fn message(&self, items: &[Self::Item]) -> SampleRequest;

    /// What the answer to a request with this number of samples means.
    fn reception(&mut self, answer: &Answer, samples: u64) -> SampleReception;
}

/// A request.
pub(super) struct SampleRequest {
    pub(super) body: Vec<u8>,
    pub(super) media_type: &'static str,
    pub(super) encoding: Option<&'static str>,
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// How many samples it has.
    pub(super) samples: u64,
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SampleReception {
    /// The receiver took the samples, but for some that it will never take.
    Taken { refused: u64 },
    /// It takes none of them and never will. Where `is_divisible`, only some of them may be at fault, or they are too many.
    Refused { is_divisible: bool },
    /// It may take them later.
    Later,
    /// It wants them in another form, which is used from now on.
    Otherwise(&'static str),
}

/// The service ends.
#[derive(Debug)]
pub(super) struct Stopped;

/// Tells a thread that the service ends.
#[derive(Debug, Clone, Default)]
pub(super) struct ExportStop(Arc<AtomicBool>);

impl ExportStop {
    pub(super) fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Waits for `time`, less if the thread is unparked.
    pub(super) fn wait(&self, time: Duration) {
        if !self.is_stopping() {
            std::thread::park_timeout(time);
        }
    }
}

/// Requests to one receiver.
pub(super) struct SampleDelivery<F> {
    form: F,
    receiver: ExportReceiver,
    client: Client,
    counts: ExportCounts,
    clock: Arc<dyn Clock>,
    backoff: Backoff,
    stop: ExportStop,
    /// What was said in the log last, so that it is not said again.
    trouble: Option<String>,
}

impl<F: Form> SampleDelivery<F> {
    pub(super) fn open(
        form: F,
        receiver: ExportReceiver,
        source: &ExportSource,
        backoff: Backoff,
        stop: ExportStop,
    ) -> Result<Self, ClientError> {
        let client = Client::new(USER_AGENT, receiver.ca_file.as_deref())?;
        let (counts, clock) = (source.counts.clone(), Arc::clone(&source.clock));
        Ok(Self { form, receiver, client, counts, clock, backoff, stop, trouble: None })
    }

    /// Sends what `changes` say, for as long as it takes. What the receiver will never take is left out, counted, and named in the log.
    pub(super) fn deliver(&mut self, changes: &[SeriesChange]) -> Result<(), Stopped> {
        let (items, left_out) = self.form.items(changes, self.clock.wall());
        self.counts.add(F::NAME, SampleOutcome::LeftOut, left_out);
        items.chunks(ITEMS_MAX).try_for_each(|part| self.part(part))
    }

    fn part(&mut self, items: &[F::Item]) -> Result<(), Stopped> {
        let (mut waiting, mut requests) = (vec![items], 0);
        while let Some(items) = waiting.pop() {
            let message = self.form.message(items);
            let (reception, reason, asked) = self.send(&message);
            match reception {
                SampleReception::Taken { refused } => {
                    self.counts.add(F::NAME, SampleOutcome::Written, message.samples.saturating_sub(refused));
                    self.refuse(refused, reason);
                    self.backoff.reset();
                }
                SampleReception::Refused { is_divisible: true } if items.len() > 1 && requests < REQUESTS_TO_FIND => {
                    let (first, second) = items.split_at(items.len() / 2);
                    waiting.extend([second, first]);
                }
                SampleReception::Refused { .. } => self.refuse(message.samples, reason),
                SampleReception::Otherwise(notice) => {
                    tracing::info!(receiver = F::NAME, notice);
                    waiting.push(items);
                }
                SampleReception::Later => {
                    self.say(reason, "samples wait for the receiver");
                    self.stop.wait(self.backoff.wait(asked));
                    waiting.push(items);
                    requests = 0;
                }
            }
            requests += 1;
            if self.stop.is_stopping() {
                return Err(Stopped);
            }
        }
        Ok(())
    }

    /// What became of a request, the answer in words, and how long the receiver asks to wait.
    fn send(&mut self, message: &SampleRequest) -> (SampleReception, String, Option<Duration>) {
        let own = self.receiver.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let headers: Vec<(&str, &str)> = own.chain(message.headers.iter().copied()).collect();
        let answer = self.client.send(&Call {
            method: Method::POST,
            url: &self.receiver.url,
            token: None,
            headers: &headers,
            content: Some(Content { media_type: message.media_type, encoding: message.encoding, bytes: &message.body }),
            limits: CallLimits { time: TIME_MAX, answer_bytes: ANSWER_BYTES_MAX },
        });
        match answer {
            Ok(answer) => {
                let reception = self.form.reception(&answer, message.samples);
                (reception, answer.to_string(), answer.retry_after(self.clock.wall()))
            }
            // These two may show the address or a header.
            Err(SendError::Address(_) | SendError::Request(_)) => {
                (SampleReception::Later, "its address cannot be called".to_owned(), None)
            }
            Err(error) => (SampleReception::Later, error.to_string(), None),
        }
    }

    fn refuse(&mut self, samples: u64, reason: String) {
        self.counts.add(F::NAME, SampleOutcome::Refused, samples);
        if samples > 0 {
            self.say(reason, "the receiver refuses samples, which are given up");
        } else if self.trouble.take().is_some() {
            tracing::info!(receiver = F::NAME, "the receiver takes samples again");
        }
    }

    fn say(&mut self, reason: String, what: &'static str) {
        if self.trouble.as_ref() != Some(&reason) {
            tracing::warn!(receiver = F::NAME, reason, "{what}");
            self.trouble = Some(reason);
        }
    }
}
