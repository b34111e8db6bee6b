//! Windows as the ledger divides them among their holders, for stores that keep them so.

use super::handover::KnownBatch;
use super::store::{Holder, SeriesChange, SeriesDevice, SeriesError, Watermark, WindowShare};
use super::window::SeriesWindow;
use crate::ingest::{self, Piece};
use crate::store::{Store, StoreError, Tx};
use model::{BatchId, DeviceId, DeviceUuid, JobNumber, NodeNumber, Revision, SiteName, SiteNumber, TraceContext};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use units::{Interval, Timestamp};
use wire::Batch;

/// Maximum number of new batches in one round.
const BATCHES_PER_ROUND: u32 = 256;
/// Number of windows after which no further batch is taken into memory; one can have 20,000 of them.
const WINDOWS_AT_ONCE: usize = 20_000;
/// One millisecond, the resolution of the places to which windows go.
const MS: i64 = 1_000_000;

/// Batches that were handed over, as they were divided when they were stored.
pub(super) type Given = BTreeMap<BatchId, Arc<KnownBatch>>;

/// What comes next after a watermark.
pub(super) struct Round {
    /// How far the copy is.
    mark: Watermark,
    /// What was moved up to here was known when the first window was written.
    as_of: Revision,
    /// Batches that are new.
    new: Vec<(BatchId, NodeNumber)>,
    /// Batches, new or not, of which something was posted elsewhere by a later revision.
    moved: BTreeSet<BatchId>,
    /// How far this goes.
    pub(super) watermark: Watermark,
    /// Whether there may be more.
    pub(super) has_more: bool,
}

impl Round {
    /// What the ledger has beyond `mark`; `None` where there is nothing. What was moved up to revision `as_of` was known when the first window was
    /// written, and is no news.
    pub(super) fn after(tx: &Tx<'_>, mark: Watermark, as_of: Revision) -> Result<Option<Self>, SeriesError> {
        let current = tx.revisions().current()?;
        if current <= mark.revision {
            return Ok(None);
        }
        let new = tx.evidence().after(mark.revision.batch(), BATCHES_PER_ROUND)?;
        let has_more = u32::try_from(new.len()).is_ok_and(|count| count == BATCHES_PER_ROUND);
        let newest = new.last().map(|(batch, _, sha256)| (*batch, sha256.clone()));
        let revision = match &newest {
            Some((batch, _)) if has_more => batch.revision(),
            _ => current,
        };
        let moved = tx.postings().moved_batches(mark.revision.max(as_of), revision)?;
        let new = new.into_iter().map(|(batch, node, _)| (batch, node)).collect();
        let sha256 = newest.map_or_else(|| mark.sha256.clone(), |(_, sha256)| sha256);
        Ok(Some(Self { mark, as_of, new, moved, watermark: Watermark { revision, sha256 }, has_more }))
    }

    /// Calls `take` with what changes, in the order in which it is to be applied, and with how far the copy is then. Each part is read from one state of
    /// `store`. What was `given` need not be read: what was decided about it since is among what moved.
    pub(super) fn changes(
        &self,
        store: &Store,
        given: &Given,
        mut take: impl FnMut(&[SeriesChange], &Watermark) -> Result<(), SeriesError>,
    ) -> Result<(), SeriesError> {
        let mut rest = self.new.as_slice();
        let mut moved = self.moved.iter().peekable();
        while !rest.is_empty() {
            let (changes, taken) = store.read(|tx| self.part(tx, given, rest))?;
            rest = rest.get(taken..).unwrap_or_default();
            let is_last = rest.is_empty() && moved.peek().is_none();
            take(&changes, if is_last { &self.watermark } else { &self.mark })?;
        }
        while let Some(batch) = moved.next() {
            let changes = store.read::<_, SeriesError>(|tx| DividedEvidence::of(tx)?.around(*batch))?;
            take(&changes, if moved.peek().is_none() { &self.watermark } else { &self.mark })?;
        }
        if self.new.is_empty() && self.moved.is_empty() {
            take(&[], &self.watermark)?;
        }
        Ok(())
    }

    /// What the first of some new batches change, and the number of these batches.
    fn part(
        &self,
        tx: &Tx<'_>,
        given: &Given,
        batches: &[(BatchId, NodeNumber)],
    ) -> Result<(Vec<SeriesChange>, usize), SeriesError> {
        let (mut evidence, mut changes) = (DividedEvidence::of(tx)?, Vec::new());
        for (taken, (batch, node)) in (1..).zip(batches) {
            let has_moved = self.moved.contains(batch);
            if !has_moved && batch.revision() > self.as_of {
                evidence.know(*batch, given);
            }
            changes.extend(evidence.contained(*batch, *node)?);
            if !has_moved {
                changes.extend(evidence.counted(*batch)?);
            }
            if windows_of(&changes) >= WINDOWS_AT_ONCE {
                return Ok((changes, taken));
            }
        }
        Ok((changes, batches.len()))
    }
}

fn windows_of(changes: &[SeriesChange]) -> usize {
    changes.iter().map(|change| change.windows.len()).sum()
}

/// What the next batches after `after` hold, as the ledger divides it now, and how far they go; `None` without any.
pub(super) fn next_divided(
    store: &Store,
    after: BatchId,
    given: &Given,
) -> Result<Option<(Vec<SeriesChange>, Watermark)>, SeriesError> {
    store.read(|tx| {
        let (mut evidence, mut changes, mut watermark) = (DividedEvidence::of(tx)?, Vec::new(), None);
        let next = tx.evidence().after(after, BATCHES_PER_ROUND)?;
        let moved = match next.is_empty() {
            true => BTreeSet::new(),
            false => tx.postings().moved_batches(after.revision(), evidence.revision)?,
        };
        for (batch, _, sha256) in next {
            if !moved.contains(&batch) {
                evidence.know(batch, given);
            }
            changes.extend(evidence.counted(batch)?);
            watermark = Some(Watermark { revision: batch.revision(), sha256 });
            if windows_of(&changes) >= WINDOWS_AT_ONCE {
                break;
            }
        }
        Ok(watermark.map(|watermark| (changes, watermark)))
    })
}

/// A batch with whose its windows are.
struct DividedBatch {
    known: Arc<KnownBatch>,
    /// Where the pieces of each device are; they stand together.
    pieces: BTreeMap<DeviceUuid, Range<usize>>,
}

impl DividedBatch {
    fn of(known: Arc<KnownBatch>) -> Self {
        let mut pieces: BTreeMap<DeviceUuid, Range<usize>> = BTreeMap::new();
        let device = |piece: &Piece| known.batch.windows.get(piece.place).map(|window| &window.device);
        let mut from = 0;
        for own in known.division.pieces.chunk_by(|a, b| device(a) == device(b)) {
            let to = from + own.len();
            if let Some(uuid) = own.first().and_then(device) {
                pieces.insert(uuid.clone(), from..to);
            }
            from = to;
        }
        Self { known, pieces }
    }

    fn parsed(&self) -> &Batch {
        &self.known.batch
    }

    fn devices(&self) -> &BTreeMap<DeviceUuid, DeviceId> {
        &self.known.division.devices
    }

    /// The pieces of a device, in the order of its windows.
    fn pieces_of(&self, uuid: &DeviceUuid) -> &[Piece] {
        let own = self.pieces.get(uuid).and_then(|range| self.known.division.pieces.get(range.clone()));
        own.unwrap_or_default()
    }
}

/// The evidence as the ledger divides it now.
pub(super) struct DividedEvidence<'a> {
    tx: &'a Tx<'a>,
    revision: Revision,
    sites: BTreeMap<SiteNumber, SiteName>,
    holders: BTreeMap<(JobNumber, SiteNumber), Arc<Holder>>,
    batches: BTreeMap<BatchId, Rc<DividedBatch>>,
    /// Number of windows of `batches`.
    kept_windows: usize,
}

impl<'a> DividedEvidence<'a> {
    pub(super) fn of(tx: &'a Tx<'a>) -> Result<Self, StoreError> {
        let sites = tx.sites().list()?.into_iter().filter(|site| site.site != SiteNumber::UNASSIGNED);
        let sites = sites.map(|site| (site.site, site.name)).collect();
        let revision = tx.revisions().current()?;
        let (holders, batches) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { tx, revision, sites, holders, batches, kept_windows: 0 })
    }

    /// Takes a batch as it was `given`, if it was.
    fn know(&mut self, number: BatchId, given: &Given) {
        if let Some(known) = given.get(&number) {
            self.keep(number, Arc::clone(known));
        }
    }

    fn keep(&mut self, number: BatchId, known: Arc<KnownBatch>) -> Rc<DividedBatch> {
        if self.kept_windows >= WINDOWS_AT_ONCE {
            self.batches.clear();
            self.kept_windows = 0;
        }
        self.kept_windows += known.batch.windows.len();
        let divided = Rc::new(DividedBatch::of(known));
        self.batches.insert(number, Rc::clone(&divided));
        divided
    }

    fn batch(&mut self, number: BatchId) -> Result<Rc<DividedBatch>, SeriesError> {
        if let Some(known) = self.batches.get(&number) {
            return Ok(Rc::clone(known));
        }
        let (batch, division) = ingest::divide(self.tx, number, self.revision)?;
        Ok(self.keep(number, Arc::new(KnownBatch { batch, division })))
    }

    /// What a new batch adds to the devices that count, device by device.
    fn counted(&mut self, number: BatchId) -> Result<Vec<SeriesChange>, SeriesError> {
        let batch = self.batch(number)?;
        let mut changes = Vec::new();
        for uuid in batch.devices().keys() {
            let mut change = self.change(number, &batch, uuid);
            self.take(&batch, uuid, |_| true, &mut change)?;
            changes.push(change);
        }
        changes.retain(|change| !change.windows.is_empty());
        Ok(changes)
    }

    /// What a new batch changes about devices whose energy others contain, device by device. Nobody holds them.
    fn contained(&mut self, number: BatchId, node: NodeNumber) -> Result<Vec<SeriesChange>, SeriesError> {
        let batch = self.batch(number)?;
        let parsed = batch.parsed();
        let mut changes = Vec::new();
        if parsed.devices.iter().all(|device| device.counted_in.is_none()) {
            return Ok(changes);
        }
        for found in ingest::counted(self.tx, number, node, parsed, SeriesWindow::of)? {
            let Some((uuid, _)) = batch.devices().iter().find(|(_, device)| **device == found.device) else { continue };
            let mut change = self.change(number, &batch, uuid);
            if change.device.is_contained {
                change.windows = found.windows.into_iter().filter(|window| window.is_contained).collect();
                change.replaces = found.replaces;
                changes.push(change);
            }
        }
        Ok(changes)
    }

    /// What is there now, device by device, where the windows of `number` are.
    fn around(&mut self, number: BatchId) -> Result<Vec<SeriesChange>, SeriesError> {
        let batch = self.batch(number)?;
        let parsed = batch.parsed();
        let mut changes = Vec::new();
        for dated in ingest::dated_before(self.tx, number, self.revision)? {
            changes.extend(self.around_as_dated(&batch, &dated)?);
        }
        changes.extend(self.around_as_dated(&batch, parsed)?);
        Ok(changes)
    }

    /// What is there now, device by device, where the windows of a batch are as `parsed` dates them.
    fn around_as_dated(&mut self, batch: &DividedBatch, parsed: &Batch) -> Result<Vec<SeriesChange>, SeriesError> {
        let mut changes = Vec::new();
        for declared in parsed.devices.iter().filter(|device| device.counted_in.is_none()) {
            let (uuid, Some(device)) = (&declared.uuid, batch.devices().get(&declared.uuid)) else { continue };
            let windows = parsed.windows.iter().filter(|window| window.device == *uuid);
            let starts: BTreeSet<Timestamp> = windows.map(|window| window.start).collect();
            let (Some(first), Some(last)) = (starts.first(), starts.last()) else { continue };
            let (from, to) = (first.nanoseconds().div_euclid(MS) * MS, last.nanoseconds().div_euclid(MS) * MS + MS);
            let begun = Interval::new(Timestamp::from_nanoseconds(from), Timestamp::from_nanoseconds(to));
            if let Some(begun) = begun {
                changes.extend(self.recount(*device, begun)?);
            }
        }
        Ok(changes)
    }

    /// The windows of `device` that begin in `begun`, in place of all that are known there; `None` without any batch that reaches there.
    pub(super) fn recount(&mut self, device: DeviceId, begun: Interval) -> Result<Option<SeriesChange>, SeriesError> {
        let mut found: Option<SeriesChange> = None;
        for (number, _) in self.tx.evidence().reaches_of_device(device, begun, self.revision)? {
            let batch = self.batch(number)?;
            let Some((uuid, _)) = batch.devices().iter().find(|(_, known)| **known == device) else { continue };
            let own = found.get_or_insert_with(|| self.change(number, &batch, uuid));
            own.replaces = Some(begun);
            self.take(&batch, uuid, |start| begun.contains(start), own)?;
        }
        Ok(found)
    }

    fn change(&self, number: BatchId, batch: &DividedBatch, uuid: &DeviceUuid) -> SeriesChange {
        let parsed = batch.parsed();
        let declared = parsed.devices.iter().find(|device| device.uuid == *uuid);
        let device = SeriesDevice {
            number: batch.devices().get(uuid).copied().unwrap_or(DeviceId::new(0)),
            node: parsed.node.name.clone(),
            uuid: uuid.clone(),
            name: declared.map_or_else(String::new, |device| device.name.clone()),
            component: declared.map_or("", |device| device.kind.name()),
            is_contained: declared.is_some_and(|device| device.counted_in.is_some()),
        };
        SeriesChange { batch: number, device, replaces: None, windows: Vec::new(), shares: Vec::new() }
    }

    /// Adds the windows of a device that count as energy and that `is_wanted` by their start, with the shares of their holders.
    fn take(
        &mut self,
        batch: &DividedBatch,
        uuid: &DeviceUuid,
        is_wanted: impl Fn(Timestamp) -> bool,
        change: &mut SeriesChange,
    ) -> Result<(), SeriesError> {
        let parsed = batch.parsed();
        let Some(declared) = parsed.devices.iter().find(|device| device.uuid == *uuid) else { return Ok(()) };
        let (mut place_before, pieces) = (None, batch.pieces_of(uuid));
        change.windows.reserve(pieces.len());
        change.shares.reserve(pieces.len());
        for piece in pieces {
            let window = parsed.windows.get(piece.place).filter(|window| is_wanted(window.start));
            let Some(window) = window else { continue };
            if place_before.replace(piece.place) != Some(piece.place) {
                change.windows.push(SeriesWindow::of(window, declared));
            }
            let holder = self.holder(piece.job, piece.site)?;
            let number = change.windows.len() - 1;
            let known = change.shares.iter_mut().rev().take_while(|share| share.window == number);
            match known.into_iter().find(|share| share.holder == holder) {
                Some(share) => share.add(piece)?,
                None => change.shares.push(WindowShare::of(number, holder, piece)?),
            }
        }
        Ok(())
    }

    fn holder(&mut self, job: JobNumber, site: SiteNumber) -> Result<Arc<Holder>, SeriesError> {
        if let Some(known) = self.holders.get(&(job, site)) {
            return Ok(Arc::clone(known));
        }
        let named = match job.is_idle() {
            true => Holder::default(),
            false => self.named(job)?,
        };
        let holder = Arc::new(Holder { site: self.sites.get(&site).cloned(), ..named });
        self.holders.insert((job, site), Arc::clone(&holder));
        Ok(holder)
    }

    /// What a job is called, without a site.
    fn named(&self, job: JobNumber) -> Result<Holder, SeriesError> {
        let (project, labels) = self.tx.jobs().facts_of(job)?;
        let label = |name: &str| Some(labels.iter().find(|(key, _)| key == name)?.1.as_str());
        let trace = TraceContext::of_labels(label);
        Ok(Holder { site: None, project, job: Some(self.tx.jobs().id_of(job)?), trace })
    }
}
