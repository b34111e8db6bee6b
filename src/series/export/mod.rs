//! Windows sent on to receivers that take samples and cannot be asked what they have: Prometheus by remote write, and OpenTelemetry by OTLP.
//!
//! As for the copy in InfluxDB there is no queue: a thread reads from the evidence, while its service is on duty, what comes after a mark of its own, sends it, and then notes the
//! mark, so that nothing waits for it and an outage is made up afterwards. A receiver gets what is acknowledged after it was configured. What is
//! decided later about windows that were sent is not told: a sample can neither be replaced nor deleted.

mod counts;
mod delivery;
mod mark;
mod otlp;
mod remote_write;

pub use counts::ExportCounts;
pub use delivery::{ExportReceiver, ExportSource};

use super::divided::next_divided;
use super::handover::HandedBatches;
use super::store::{SeriesError, Watermark};
use crate::duty::{OFF_DUTY_PAUSE, Term};
use crate::store::Store;
use client::{Backoff, ClientError, Uri};
use delivery::{ExportStop, Form, SampleDelivery};
use mark::MarkNote;
use model::RemoteWriteVersion;
use otlp::OtlpForm;
use remote_write::RemoteWriteForm;
use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Pause between two looks for new batches.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a request in flight is waited for at the end.
const END_WAIT: Duration = Duration::from_secs(2);

/// Why a receiver cannot be sent anything.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Its certificates cannot be used.
    #[error("series.{receiver}: {cause}")]
    Client {
        /// Which receiver: its table in the configuration.
        receiver: &'static str,
        /// What is wrong with them.
        cause: ClientError,
    },
    /// The evidence cannot be read.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// The system refuses a folder, a thread or random bits.
    #[error("series.{receiver}: {cause}")]
    System {
        /// Which receiver: its table in the configuration.
        receiver: &'static str,
        /// What the system reported.
        cause: io::Error,
    },
}

/// The running thread of one receiver. When dropped, a request in flight gets two seconds; what it held is sent again by the next start.
#[derive(Debug)]
pub struct Exporter {
    stop: ExportStop,
    thread: JoinHandle<()>,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
}

impl Exporter {
    /// Sends power and energy to a receiver of Prometheus' remote write, at first in `version`. Some batches are `handed` over.
    ///
    /// # Errors
    ///
    /// [`ExportError`].
    pub fn remote_write(
        receiver: ExportReceiver,
        version: RemoteWriteVersion,
        source: ExportSource,
        handed: HandedBatches,
    ) -> Result<Self, ExportError> {
        Self::start(RemoteWriteForm::new(version), receiver, source, handed)
    }

    /// Sends energy and power to a receiver of OTLP over HTTP. Some batches are `handed` over.
    ///
    /// # Errors
    ///
    /// [`ExportError`].
    pub fn otlp(receiver: ExportReceiver, source: ExportSource, handed: HandedBatches) -> Result<Self, ExportError> {
        let is_here = receiver.url.parse().is_ok_and(|url: Uri| url.host().is_some_and(client::is_loopback));
        Self::start(OtlpForm { compresses: !is_here }, receiver, source, handed)
    }

    fn start<F: Form>(
        form: F,
        receiver: ExportReceiver,
        source: ExportSource,
        handed: HandedBatches,
    ) -> Result<Self, ExportError> {
        let system = |cause| ExportError::System { receiver: F::NAME, cause };
        let note = MarkNote::of(F::NAME, &receiver.url);
        let seed = getrandom::u64().map_err(|error| system(io::Error::other(error.to_string())))?;
        let (stop, backoff) = (ExportStop::default(), Backoff::new(seed));
        let delivery = SampleDelivery::open(form, receiver, &source, backoff.clone(), stop.clone())
            .map_err(|cause| ExportError::Client { receiver: F::NAME, cause })?;
        source.counts.begin(F::NAME);
        // Before the first request is answered, so that nothing acknowledged is taken for history.
        let known = note.read(&source.store).map_err(SeriesError::from)?;
        let mark = begin(&source.store, F::NAME, known.clone())?;
        if known.as_ref() != Some(&mark) {
            note.write(&source.store, &mark).map_err(SeriesError::from)?;
        }
        let (alive, ended) = channel::<()>();
        let mut sending =
            ExportThread { delivery, source, handed, note, mark, term: None, backoff, stop: stop.clone() };
        let thread = std::thread::Builder::new().name(F::NAME.to_owned()).spawn(move || {
            sending.run();
            drop(alive);
        });
        Ok(Self { stop, thread: thread.map_err(system)?, ended })
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.stop.stop();
        self.thread.thread().unpark();
        // A request that takes longer is cut off with the process.
        let _ = self.ended.recv_timeout(END_WAIT);
    }
}

/// What the thread of one receiver works with.
struct ExportThread<F: Form> {
    delivery: SampleDelivery<F>,
    source: ExportSource,
    handed: HandedBatches,
    note: MarkNote,
    /// How far the receiver has what there is, as this service knows.
    mark: Watermark,
    /// The term of duty in which it was sent to last.
    term: Option<Term>,
    backoff: Backoff,
    stop: ExportStop,
}

impl<F: Form> ExportThread<F> {
    fn run(&mut self) {
        while !self.stop.is_stopping() {
            let Some(term) = self.source.duty.term() else {
                // How far the one on duty is, is what is told of the receiver here too.
                if let Ok(Some(mark)) = self.note.read(&self.source.store) {
                    self.source.counts.taken(F::NAME, mark.revision.batch());
                }
                self.stop.wait(OFF_DUTY_PAUSE);
                continue;
            };
            self.source.counts.taken(F::NAME, self.mark.revision.batch());
            match self.round(&term) {
                Ok(has_more) => {
                    self.backoff.reset();
                    if !has_more {
                        self.stop.wait(PAUSE);
                    }
                }
                Err(error) => {
                    tracing::error!(receiver = F::NAME, %error, "samples fall behind; it is tried again");
                    self.stop.wait(self.backoff.wait(None));
                }
            }
        }
    }

    /// Sends what the next batches hold. Returns whether there may be more.
    fn round(&mut self, term: &Term) -> Result<bool, SeriesError> {
        if self.term.as_ref() != Some(term) {
            // Another service may have sent more.
            self.mark = begin(&term.store, F::NAME, self.note.read(&term.store)?)?;
            self.term = Some(term.clone());
        }
        let taken = self.mark.revision.batch();
        let Some((changes, reached)) = next_divided(&self.source.store, taken, self.handed.after(taken))? else {
            return Ok(false);
        };
        if self.delivery.deliver(&changes).is_err() {
            return Ok(false);
        }
        self.mark = reached;
        self.note.write(&term.store, &self.mark)?;
        Ok(true)
    }
}

/// The mark of an earlier start. Without one, or if the ledger has another history now, what is there already is not sent: receivers of samples
/// refuse what is old.
fn begin(store: &Store, receiver: &'static str, known: Option<Watermark>) -> Result<Watermark, SeriesError> {
    store.read(|tx| {
        let newest = tx.evidence().newest()?;
        let sha256 = |batch| Ok::<_, SeriesError>(tx.evidence().newest_until(batch)?.unwrap_or_default());
        if let Some(known) = known {
            let batch = known.revision.batch();
            if batch <= newest && sha256(batch)? == known.sha256 {
                return Ok(known);
            }
            tracing::warn!(receiver, "the ledger is in another state than what was sent; what is new is sent");
        }
        Ok(Watermark { revision: newest.revision(), sha256: sha256(newest)? })
    })
}
