//! A thread that takes acknowledged batches into the series store. Nothing waits for it: when it fails or falls behind, it goes on later from the
//! last batch that the store has.

use super::newest::NewestPower;
use super::store::{SeriesChange, SeriesError, SeriesStore};
use super::window::SeriesWindow;
use crate::ingest::{self, Counted};
use crate::store::{Store, Taken};
use collectors::clock::Clock;
use model::BatchId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use units::{Span, Timestamp};
use wire::Batch;

/// Maximum number of batches in one transaction.
const BATCHES_PER_ROUND: u32 = 256;
/// Maximum number of parsed batches that wait to be taken; those that do not fit are parsed again.
const HANDED_MAX: usize = 256;
/// Pause between two looks for new batches. Charts are behind the ledger by this and the time of one round.
const PAUSE: Duration = Duration::from_millis(200);
/// Pause after a failure.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// Pause between two looks for hours to compress. After an outage batches of the past arrive hour by hour, and it is better to compress an
/// hour once.
const COMPRESS_EVERY: Span = Span::from_seconds(60);
/// An hour is compressed this long after its end; windows that arrive later are merged in.
const COMPRESS_AFTER: Span = Span::from_seconds(2 * 3_600);

/// Hands parsed batches to the follower, so that they need not be parsed twice. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Handover(SyncSender<(BatchId, Batch)>);

impl Handover {
    /// Hands over the stored batch `number`, without waiting.
    pub fn give(&self, number: BatchId, batch: Batch) {
        // If there is no room, the follower reads it from the evidence.
        let _ = self.0.try_send((number, batch));
    }
}

/// The running thread. When dropped it finishes the round that it is in, and ends.
#[derive(Debug)]
pub struct Follower {
    handover: Handover,
    power: Arc<NewestPower>,
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Starts following the batches of `store`.
    ///
    /// # Errors
    ///
    /// The system refuses a thread.
    pub fn start(store: Arc<Store>, series: Arc<dyn SeriesStore>, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let (sender, handed) = sync_channel(HANDED_MAX);
        let is_stopping = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_stopping);
        let power = Arc::new(NewestPower::default());
        let noted = Arc::clone(&power);
        let thread = std::thread::Builder::new().name("series".to_owned()).spawn(move || {
            let copy = Copy { store: &store, series: series.as_ref(), power: &noted };
            run(&copy, clock.as_ref(), &handed, &told);
        })?;
        Ok(Self { handover: Handover(sender), power, is_stopping, thread: Some(thread) })
    }

    /// The handle with which parsed batches are handed over.
    #[must_use]
    pub fn handover(&self) -> Handover {
        self.handover.clone()
    }

    /// The power of each device in its newest window.
    #[must_use]
    pub fn power(&self) -> Arc<NewestPower> {
        Arc::clone(&self.power)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panicked thread has lost nothing: the next start goes on from the last batch taken.
            let _ = thread.join();
        }
    }
}

/// The ledger, the copy of it, and what is noted on the way.
struct Copy<'a> {
    store: &'a Store,
    series: &'a dyn SeriesStore,
    power: &'a NewestPower,
}

fn run(copy: &Copy<'_>, clock: &dyn Clock, handed: &Receiver<(BatchId, Batch)>, is_stopping: &AtomicBool) {
    let mut is_checked = false;
    let mut compress_at = clock.monotonic();
    while !is_stopping.load(Ordering::Relaxed) {
        let given: BTreeMap<BatchId, Batch> = handed.try_iter().take(HANDED_MAX).collect();
        let outcome = (|| {
            if !is_checked {
                check(copy.store, copy.series)?;
                is_checked = true;
            }
            let has_more = take(copy, given)?;
            // Batches first: charts of now are looked at more than the files of then.
            if has_more || clock.monotonic() < compress_at {
                return Ok::<_, SeriesError>(has_more);
            }
            let is_more_due = copy.series.compress(clock.wall().before(COMPRESS_AFTER))?;
            if !is_more_due {
                compress_at = clock.monotonic().plus(COMPRESS_EVERY);
            }
            Ok(is_more_due)
        })();
        match outcome {
            Ok(true) => {}
            Ok(false) => std::thread::park_timeout(PAUSE),
            Err(error) => {
                tracing::error!(%error, "the copy for charts falls behind; it is tried again");
                std::thread::park_timeout(PAUSE_AFTER_FAILURE);
            }
        }
    }
}

/// Takes all batches that `store` has and `series` does not.
///
/// # Errors
///
/// The evidence cannot be read; the series store cannot be written.
pub fn catch_up(store: &Store, series: &dyn SeriesStore) -> Result<(), SeriesError> {
    check(store, series)?;
    let copy = Copy { store, series, power: &NewestPower::default() };
    while take(&copy, BTreeMap::new())? {}
    Ok(())
}

/// How long ago the oldest batch that `series` lacks was acknowledged; 0 if it lacks none.
///
/// # Errors
///
/// A store cannot be read.
pub fn behind(store: &Store, series: &dyn SeriesStore, now: Timestamp) -> Result<Span, SeriesError> {
    let taken = series.taken()?.batch;
    let since = store.read::<_, SeriesError>(|tx| Ok(tx.evidence().received_after(taken)?))?;
    Ok(since.and_then(|since| now.since(since)).unwrap_or(Span::from_seconds(0)))
}

/// Empties the copy if it belongs to another state of the ledger: a ledger that was restored from a backup may lack the last batch that the copy
/// took, or have another one in its place.
fn check(store: &Store, series: &dyn SeriesStore) -> Result<(), SeriesError> {
    let taken = series.taken()?;
    let stored: Vec<_> =
        store.read::<_, SeriesError>(|tx| Ok(tx.evidence().after(BatchId::new(taken.batch.number() - 1), 1)?))?;
    let is_same = stored.first().is_some_and(|(batch, _, sha256)| (*batch, sha256) == (taken.batch, &taken.sha256));
    if taken.batch > BatchId::new(0) && !is_same {
        tracing::warn!("the copy for charts is of another state of the ledger and is built anew");
        series.clear()?;
    }
    Ok(())
}

/// Takes the next batches. Returns whether there may be more.
fn take(copy: &Copy<'_>, mut given: BTreeMap<BatchId, Batch>) -> Result<bool, SeriesError> {
    let Copy { store, series, power } = copy;
    let last = series.taken()?.batch;
    let (changes, taken, count) = store.read::<_, SeriesError>(|tx| {
        let next = tx.evidence().after(last, BATCHES_PER_ROUND)?;
        let mut changes = Vec::new();
        for (number, node, _) in &next {
            let batch = match given.remove(number) {
                Some(batch) => batch,
                None => Batch::parse(&tx.evidence().get(*number)?.body).map_err(ingest::IngestError::from)?,
            };
            let counted = ingest::counted(tx, *number, *node, &batch, SeriesWindow::of)?;
            changes.extend(counted.into_iter().map(|counted| {
                let Counted { device, replaces, windows } = counted;
                SeriesChange { batch: *number, device, replaces, windows }
            }));
        }
        let count = next.len();
        Ok((changes, next.into_iter().next_back(), count))
    })?;
    if let Some((batch, _, sha256)) = taken {
        series.take(&changes, &Taken { batch, sha256 })?;
        power.note(&changes);
    }
    Ok(u32::try_from(count).is_ok_and(|count| count == BATCHES_PER_ROUND))
}
