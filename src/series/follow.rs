//! A thread that takes acknowledged batches into the series store. Nothing waits for it: when it fails or falls behind, it goes on later from the
//! last batch that the store has.

use super::divided::{DividedEvidence, Given, Round};
use super::handover::HandedBatches;
use super::newest::NewestPower;
use super::store::{SeriesChange, SeriesDevice, SeriesError, SeriesStore, Watermark};
use super::window::SeriesWindow;
use crate::duty::{Duty, OFF_DUTY_PAUSE};
use crate::ingest::{self, Counted};
use crate::store::{SERIES_FILE, Store, StoreError, Tx};
use client::Backoff;
use collectors::clock::Clock;
use model::{AttentionKind, BatchId, EntryId, Revision};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use units::{Span, Timestamp};
use wire::Batch;

/// Maximum number of batches in one transaction.
const BATCHES_PER_ROUND: u32 = 256;
/// Maximum number of ledger entries in one round.
const ENTRIES_PER_ROUND: i64 = 5_000;
/// Pause between two looks for new batches. Charts are behind the ledger by this and the time of one round.
const PAUSE: Duration = Duration::from_millis(200);
/// The same of a copy on another machine, which takes few long requests for less than many short ones.
const PAUSE_ELSEWHERE: Duration = Duration::from_secs(1);
/// Pause between two looks for hours to settle. After an outage batches of the past arrive hour by hour, and it is better to settle an
/// hour once.
const SETTLE_EVERY: Span = Span::from_seconds(60);
/// An hour is settled this long after its end; where windows arrive later, it is settled again.
const SETTLE_AFTER: Span = Span::from_seconds(2 * 3_600);

/// The running thread. When dropped it finishes the round that it is in, and ends.
#[derive(Debug)]
pub struct Follower {
    series: Arc<dyn SeriesStore>,
    power: Arc<NewestPower>,
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Starts following the batches of `store`, of which some are `handed` over.
    ///
    /// # Errors
    ///
    /// The system refuses a thread.
    pub fn start(
        store: Arc<Store>,
        series: Arc<dyn SeriesStore>,
        clock: Arc<dyn Clock>,
        handed: HandedBatches,
    ) -> std::io::Result<Self> {
        Self::start_where(None, store, series, clock, handed)
    }

    /// The same for a copy that the services on one ledger share: it is followed on duty alone.
    ///
    /// # Errors
    ///
    /// The system refuses a thread.
    pub fn start_on_duty(
        duty: Duty,
        store: Arc<Store>,
        series: Arc<dyn SeriesStore>,
        clock: Arc<dyn Clock>,
        handed: HandedBatches,
    ) -> std::io::Result<Self> {
        Self::start_where(Some(duty), store, series, clock, handed)
    }

    fn start_where(
        duty: Option<Duty>,
        store: Arc<Store>,
        series: Arc<dyn SeriesStore>,
        clock: Arc<dyn Clock>,
        mut handed: HandedBatches,
    ) -> std::io::Result<Self> {
        let is_stopping = Arc::new(AtomicBool::new(false));
        let (told, followed) = (Arc::clone(&is_stopping), Arc::clone(&series));
        let power = Arc::new(NewestPower::default());
        let noted = Arc::clone(&power);
        let name = if series.divides() { "mirror" } else { "series" };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let copy =
                Copy { store: &store, series: followed.as_ref(), power: &noted, as_of: Cell::new(Revision::new(0)) };
            run(&copy, duty.as_ref(), clock.as_ref(), &mut handed, &told);
        })?;
        Ok(Self { series, power, is_stopping, thread: Some(thread) })
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
        self.series.interrupt();
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
    /// The newest revision when the first window was written, of a store that was empty then.
    as_of: Cell<Revision>,
}

fn run(copy: &Copy<'_>, duty: Option<&Duty>, clock: &dyn Clock, handed: &mut HandedBatches, is_stopping: &AtomicBool) {
    let pause = if copy.series.divides() { PAUSE_ELSEWHERE } else { PAUSE };
    let mut is_checked = false;
    let mut settle_at = clock.monotonic();
    let mut backoff = Backoff::new(clock.wall().nanoseconds().unsigned_abs());
    while !is_stopping.load(Ordering::Relaxed) {
        if duty.is_some_and(|duty| duty.term().is_none()) {
            std::thread::park_timeout(OFF_DUTY_PAUSE);
            continue;
        }
        let outcome = (|| {
            mend(copy, clock.wall())?;
            if !is_checked {
                check(copy.store, copy.series)?;
                is_checked = true;
            }
            let mark = copy.series.watermark()?;
            let given = handed.after(mark.revision.batch());
            let has_more = take(copy, mark, given)?;
            // Batches first: charts of now are looked at more than the files of then.
            if has_more || clock.monotonic() < settle_at {
                return Ok::<_, SeriesError>(has_more);
            }
            let is_more_due = settle(copy.store, copy.series, clock.wall().before(SETTLE_AFTER))?;
            if !is_more_due {
                settle_at = clock.monotonic().plus(SETTLE_EVERY);
            }
            Ok(is_more_due)
        })();
        match outcome {
            Ok(true) => backoff.reset(),
            Ok(false) => {
                backoff.reset();
                std::thread::park_timeout(pause);
            }
            Err(error) => {
                tracing::error!(%error, "the copy for charts falls behind; it is tried again");
                std::thread::park_timeout(backoff.wait(None));
            }
        }
    }
}

/// Begins a damaged copy anew, and notes that for `/attention`.
fn mend(copy: &Copy<'_>, now: Timestamp) -> Result<(), SeriesError> {
    let Some(damage) = copy.series.damage() else { return Ok(()) };
    copy.series.begin_anew()?;
    tracing::warn!(%damage, "the copy for charts was damaged; it is built anew from the evidence");
    let noted = copy
        .store
        .write::<_, StoreError>(move |tx| tx.notices().note(AttentionKind::ChartsRebuilt, SERIES_FILE, now, &damage));
    if let Err(error) = noted {
        tracing::error!(%error, "that the copy for charts was damaged could not be noted");
    }
    Ok(())
}

/// Takes all batches that `store` has and `series` does not.
///
/// # Errors
///
/// The evidence cannot be read; the series store cannot be written.
pub fn catch_up(store: &Store, series: &dyn SeriesStore) -> Result<(), SeriesError> {
    if series.damage().is_some() {
        series.begin_anew()?;
    }
    check(store, series)?;
    let copy = Copy { store, series, power: &NewestPower::default(), as_of: Cell::new(Revision::new(0)) };
    while take(&copy, series.watermark()?, &Given::new())? {}
    Ok(())
}

/// Empties `series` and takes all that `store` has, hours that were over at `now` settled.
///
/// # Errors
///
/// The evidence cannot be read; the series store cannot be written.
pub fn rebuild(store: &Store, series: &dyn SeriesStore, now: Timestamp) -> Result<(), SeriesError> {
    series.clear()?;
    let copy = Copy { store, series, power: &NewestPower::default(), as_of: Cell::new(Revision::new(0)) };
    while take(&copy, series.watermark()?, &Given::new())? {}
    while settle(store, series, now.before(SETTLE_AFTER))? {}
    Ok(())
}

/// Settles some of the hours that begin before `before`. Returns whether there may be more.
///
/// # Errors
///
/// The evidence cannot be read; the series store cannot be written.
pub fn settle(store: &Store, series: &dyn SeriesStore, before: Timestamp) -> Result<bool, SeriesError> {
    series.settle(before, &|asked| {
        store.read(|tx| {
            let mut evidence = DividedEvidence::of(tx)?;
            let changes = asked.iter().map(|(device, begun)| evidence.recount(*device, *begun));
            changes.filter_map(Result::transpose).collect()
        })
    })
}

/// How long ago the oldest batch that `series` lacks was acknowledged; 0 if it lacks none.
///
/// # Errors
///
/// A store cannot be read.
pub fn behind(store: &Store, series: &dyn SeriesStore, now: Timestamp) -> Result<Span, SeriesError> {
    behind_batch(store, series.watermark()?.revision.batch(), now)
}

/// How long ago the oldest batch after `taken` was acknowledged; 0 if there is none.
pub(super) fn behind_batch(store: &Store, taken: BatchId, now: Timestamp) -> Result<Span, SeriesError> {
    let since = store.read::<_, SeriesError>(|tx| Ok(tx.evidence().received_after(taken)?))?;
    Ok(since.and_then(|since| now.since(since)).unwrap_or(Span::from_seconds(0)))
}

/// Empties the copy if it belongs to another state of the ledger: a ledger that was restored from a backup may lack the last batch that the copy
/// took, or have another one in its place.
fn check(store: &Store, series: &dyn SeriesStore) -> Result<(), SeriesError> {
    let Watermark { revision, sha256 } = series.watermark()?;
    let (current, newest) = store
        .read::<_, SeriesError>(|tx| Ok((tx.revisions().current()?, tx.evidence().newest_until(revision.batch())?)))?;
    let is_same = revision <= current && newest.unwrap_or_default() == sha256;
    if revision > Revision::new(0) && !is_same {
        tracing::warn!("the copy for charts is of another state of the ledger and is built anew");
        series.clear()?;
    }
    Ok(())
}

/// Takes what comes after `mark`, of which some is `given`. Returns whether there may be more.
fn take(copy: &Copy<'_>, mark: Watermark, given: &Given) -> Result<bool, SeriesError> {
    if copy.series.divides() {
        return Ok(take_divided(copy, mark, given)? || take_posted(copy.store, copy.series)?);
    }
    let next = copy.store.read(|tx| next(tx, &mark, given))?;
    let Some((changes, watermark, has_more)) = next else { return Ok(false) };
    copy.series.take(&changes, &watermark)?;
    copy.power.note(&changes);
    Ok(has_more)
}

/// The same for a store that divides. What was taken of a round is taken again if the round fails.
fn take_divided(copy: &Copy<'_>, mark: Watermark, given: &Given) -> Result<bool, SeriesError> {
    let Copy { store, series, power, as_of } = copy;
    let round = store.read::<_, SeriesError>(|tx| {
        if mark.revision == Revision::new(0) {
            as_of.set(tx.revisions().current()?);
        }
        Round::after(tx, mark, as_of.get())
    })?;
    let Some(round) = round else { return Ok(false) };
    round.changes(store, given, |changes, reached| {
        series.take(changes, reached)?;
        power.note(changes);
        Ok(())
    })?;
    Ok(round.has_more)
}

/// Takes what the next entries of the ledger say. Returns whether there may be more.
fn take_posted(store: &Store, series: &dyn SeriesStore) -> Result<bool, SeriesError> {
    let Some(after) = series.posted()? else { return Ok(false) };
    let (accounts, until, last) = store.read::<_, SeriesError>(|tx| {
        let last = tx.entries().last()?;
        let until = last.min(EntryId::new(after.number() + ENTRIES_PER_ROUND));
        Ok((tx.entries().posted_since(after, until)?, until, last))
    })?;
    if until > after {
        series.take_posted(&accounts, until)?;
    }
    Ok(until < last)
}

/// What changes, how far that goes, and whether there may be more.
type Next = (Vec<SeriesChange>, Watermark, bool);

/// The windows of the batches after `mark`, undivided; `None` without any.
fn next(tx: &Tx<'_>, mark: &Watermark, given: &Given) -> Result<Option<Next>, SeriesError> {
    let next = tx.evidence().after(mark.revision.batch(), BATCHES_PER_ROUND)?;
    let mut changes = Vec::new();
    for (number, node, _) in &next {
        let read;
        let batch = match given.get(number) {
            Some(known) => &known.batch,
            None => {
                read = Batch::parse(&tx.evidence().get(*number)?.body).map_err(ingest::IngestError::from)?;
                &read
            }
        };
        let counted = ingest::counted(tx, *number, *node, batch, SeriesWindow::of)?;
        changes.extend(counted.into_iter().map(|counted| {
            let Counted { device, replaces, windows } = counted;
            let device = SeriesDevice::numbered(device);
            SeriesChange { batch: *number, device, replaces, windows, shares: Vec::new() }
        }));
    }
    let has_more = u32::try_from(next.len()).is_ok_and(|count| count == BATCHES_PER_ROUND);
    let last = next.into_iter().next_back();
    Ok(last.map(|(batch, _, sha256)| {
        let watermark = Watermark { revision: batch.revision(), sha256 };
        (changes, watermark, has_more)
    }))
}
