//! A batch in, attributed postings out: one transaction with its evidence, exactly once.
//!
//! What is posted is a function of the *set* of batches, whatever order they arrive in and however often: windows are attributed anew when a
//! later batch changes who held the device, or says that the clock was set back. Where windows of a device overlap, the one that was received first counts. Postings are never changed;
//! what no longer holds is posted again with the opposite sign.

mod attribution;
mod clocks;
mod counted;
mod division;
mod error;
mod held_idle;
mod periods;
mod reach;
mod selection;
mod speaker;
mod stored;

pub(crate) use attribution::{Attributed, Surroundings, attribute, cut, holders_at, site_at};
pub(crate) use clocks::{Clocks, dated_before};
pub(crate) use counted::{Counted, counted};
pub use division::Division;
pub(crate) use division::{Piece, divide};
pub use error::{IngestError, SpeakerRefusal};
pub use held_idle::HELD_IDLE_PERCENT;
pub(crate) use held_idle::is_low;
pub(crate) use periods::fit_periods;
pub(crate) use reach::reaches_of;
pub use speaker::TokenSpeaker;
pub(crate) use speaker::{as_stored, seen, spoken_of};

use crate::store::{Evidence, HoldingStatement, Key, Part, Rank, Store, StoreError, Tx};
use error::METERED_MAX;
use model::{AttentionKind, BatchId, DeviceId, DeviceUuid, Revision};
use std::collections::{BTreeMap, BTreeSet};
use stored::Stored;
use units::{Interval, Timestamp};
use wire::{Batch, Outcome};

/// Batches that are attributed anew in one transaction of many.
const DEFERRED_SLICE: u32 = 100;

/// What was done with a batch that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Whether it was accepted now or known before.
    pub outcome: Outcome,
    /// The batch as parsed.
    pub batch: Batch,
    /// Its number in the store and how it was divided, where it was accepted now.
    pub stored: Option<(BatchId, Division)>,
    /// When it was received first.
    pub received: Timestamp,
}

/// A batch that was read and packed, but not stored yet.
#[derive(Debug, Clone)]
pub struct Received {
    batch: Batch,
    evidence: Evidence,
    at: Timestamp,
    speaker: Option<TokenSpeaker>,
}

impl Received {
    /// Reads the decompressed bytes of a batch that came `at`. It takes no lock and no disk: about 5 ns a byte.
    ///
    /// # Errors
    ///
    /// The bytes are not a batch of the wire format.
    pub fn read(body: &[u8], at: Timestamp) -> Result<Self, IngestError> {
        Ok(Self { batch: Batch::parse(body)?, evidence: Evidence::of(body)?, at, speaker: None })
    }

    /// The same, as `speaker` says it. Without, the service itself does.
    #[must_use]
    pub fn by(self, speaker: TokenSpeaker) -> Self {
        Self { speaker: Some(speaker), ..self }
    }

    /// The batch as parsed.
    #[must_use]
    pub const fn batch(&self) -> &Batch {
        &self.batch
    }

    fn apply(self, tx: &Tx<'_>) -> Result<Applied, IngestError> {
        let Self { mut batch, evidence, at, speaker } = self;
        let sent_by = batch.agent.clone();
        if let Some(speaker) = &speaker {
            speaker::hear(tx, speaker, &mut batch)?;
        }
        let boot = batch.boot.to_string();
        let mut known = tx.evidence().find(&batch.agent, &boot, batch.sequence)?;
        if known.is_none() && sent_by != batch.agent {
            // The same bytes may have come before names were kept apart, or by the agent of the node.
            known = tx.evidence().find(&sent_by, &boot, batch.sequence)?.filter(|(known, _)| *known == evidence.sha256);
        }
        match known {
            Some((known, first)) if known == evidence.sha256 => {
                Ok(Applied { outcome: Outcome::Duplicate, batch, stored: None, received: first })
            }
            Some(_) => Err(IngestError::Conflict { agent: batch.agent, boot, sequence: batch.sequence }),
            None => {
                let stored = Some(add(tx, &batch, &evidence, at, speaker.as_ref())?);
                Ok(Applied { outcome: Outcome::Accepted, batch, stored, received: at })
            }
        }
    }
}

/// Applies the decompressed bytes of a batch exactly once; returns when it is on disk.
///
/// # Errors
///
/// See [`IngestError`]; nothing was stored then.
pub fn apply(store: &Store, body: Vec<u8>, received: Timestamp) -> Result<Applied, IngestError> {
    take(store, Received::read(&body, received)?)
}

/// As [`apply`], of a batch that was read before.
///
/// # Errors
///
/// See [`IngestError`]; nothing was stored then.
pub fn take(store: &Store, received: Received) -> Result<Applied, IngestError> {
    store.write(move |tx| received.apply(tx))
}

/// As [`take`], for callers that must not block.
///
/// # Errors
///
/// See [`IngestError`]; nothing was stored then.
pub async fn apply_later(store: &Store, received: Received) -> Result<Applied, IngestError> {
    store.deliver(move |tx| received.apply(tx)).await
}

/// Returns the number of the batch, and how it was divided.
fn add(
    tx: &Tx<'_>,
    batch: &Batch,
    evidence: &Evidence,
    received: Timestamp,
    speaker: Option<&TokenSpeaker>,
) -> Result<(BatchId, Division), IngestError> {
    let (node, reached) = tx.nodes().note(&batch.node.name, &batch.node.software, received)?;
    let revision = tx.revisions().begin_batch(received, &evidence.sha256)?;
    let number = revision.batch();
    tx.evidence().add(batch, node, number, received, speaker.and_then(|by| by.project.as_ref()), evidence)?;
    let known_since = speaker::bind(tx, speaker, batch, node, received)?;
    let devices = tx.devices().note(node, &batch.devices)?;
    let mut affected = state(tx, batch, &devices, known_since, revision)?;
    tx.gaps().add(number, node, &batch.gaps)?;
    if !batch.node.unclear.is_empty() {
        let says = batch.node.unclear.join("; ");
        tx.notices().note(AttentionKind::HolderUnclear, batch.node.name.as_str(), received, &says)?;
    }
    let mut stored = Stored::new(tx, number, node, batch, devices, revision)?;
    // Most batches are newer than all that is known of their node, and then nothing can meet them.
    stored.is_alone = match reach::whole(&stored.reaches) {
        Some(whole) => whole.start() >= reached || !tx.evidence().is_met(node, number, whole, revision)?,
        None => true,
    };
    reach::note(tx, &stored.clocks, number, node, batch)?;
    let attributed = attribution::attribute_stored(tx, &stored, revision)?;
    if !attributed.aside.is_empty() {
        tx.evidence().set_aside(number, &attributed.aside)?;
    }
    let division = Division::of(&stored.devices, &attributed.pieces);
    let gained = post(tx, number, revision, attributed.totals)?;
    count(tx, gained)?;
    tx.held_time().note(number, &attributed.held)?;
    let moved = move_others(tx, &stored, revision)?;
    if moved.len() > DEFERRED_SLICE as usize {
        // Until then they are posted as before this batch.
        tx.evidence().defer_batches(&moved, Revision::new(revision.number() - 1))?;
    } else {
        affected.extend(moved);
    }
    reattribute(tx, affected, revision)?;
    Ok((number, division))
}

/// Notes the times to which a batch moves others, if it says that a clock was set back; returns the batches whose energy that may change: those that are
/// moved, those whose holders are, and all that these met or meet now.
fn move_others(tx: &Tx<'_>, stating: &Stored<'_>, revision: Revision) -> Result<BTreeSet<BatchId>, IngestError> {
    let mut changed: BTreeMap<DeviceId, Interval> = BTreeMap::new();
    let mut change = |device: DeviceId, reach: Interval| {
        changed.entry(device).and_modify(|known| *known = known.hull(reach)).or_insert(reach);
    };
    for number in clocks::moved_by(tx, stating.number, stating.said, revision)? {
        let said = Batch::parse(&tx.evidence().get(number)?.body)?;
        for (reach, devices) in reach::note(tx, &stating.clocks, number, stating.node, &said)? {
            devices.into_iter().for_each(|device| change(device, reach));
        }
        let devices = tx.devices().numbers(stating.node, &said.devices)?;
        let rank = Rank { agent: tx.evidence().names_of(number)?.agent, ..Rank::of(&said) };
        for holding in &said.holdings {
            let Some(device) = devices.get(&holding.device) else { continue };
            let by_ns = stating.clocks.moved_ns(tx, *device, &rank)?;
            let until = holding.end.unwrap_or(stating.said.clock.wall).max(holding.start);
            let (start, end) = (clocks::after(holding.start, by_ns.min(0)), clocks::after(until, by_ns.max(0)));
            Interval::new(start, end).into_iter().for_each(|held| change(*device, held));
        }
    }
    let mut affected = BTreeSet::new();
    for (device, reach) in changed {
        affected.extend(selection::meeting(tx, device, reach, revision)?.0);
    }
    affected.remove(&stating.number);
    Ok(affected)
}

/// Records what the batch says of jobs, and of holdings since `known_since`; returns the earlier batches whose energy that may move.
fn state(
    tx: &Tx<'_>,
    batch: &Batch,
    devices: &BTreeMap<&DeviceUuid, DeviceId>,
    known_since: Timestamp,
    revision: Revision,
) -> Result<BTreeSet<BatchId>, StoreError> {
    let rank = Rank::of(batch);
    for job in &batch.jobs {
        tx.jobs().state(job, &rank)?;
    }
    let mut affected = BTreeSet::new();
    for holding in &batch.holdings {
        let Some(&device) = devices.get(&holding.device) else { continue };
        let (mut start, end, weight) = (holding.start, holding.end, holding.weight);
        let job = tx.jobs().note(&holding.job)?;
        if start < known_since && !tx.holdings().is_stated(device, job, start)? {
            start = known_since;
        }
        if end.is_some_and(|end| end <= start) {
            continue;
        }
        let statement = HoldingStatement { device, job, start, end, weight, rank: rank.clone() };
        affected.extend(hold(tx, &statement, revision)?);
    }
    Ok(affected)
}

/// Records one statement that a job holds a device; returns the batches whose energy it may move.
pub(crate) fn hold(
    tx: &Tx<'_>,
    stated: &HoldingStatement,
    revision: Revision,
) -> Result<BTreeSet<BatchId>, StoreError> {
    let Some(changed) = tx.holdings().state(stated, revision)? else { return Ok(BTreeSet::new()) };
    let metered = tx.devices().get(stated.device)?;
    let clocks = metered.map(|metered| Clocks::of(tx, metered.node, revision)).transpose()?;
    let by_ns = clocks.map_or(Ok(0), |clocks| clocks.moved_ns(tx, stated.device, &stated.rank))?;
    let moved = Interval::new(clocks::after(changed.start(), by_ns), clocks::after(changed.end(), by_ns));
    let changed = moved.map_or(changed, |moved| moved.hull(changed));
    Ok(tx.evidence().reaches_of_device(stated.device, changed, revision)?.into_iter().map(|(batch, _)| batch).collect())
}

/// Attributes each of `batches` as believed at `revision` and posts what differs from what it had posted.
pub(crate) fn reattribute(tx: &Tx<'_>, batches: BTreeSet<BatchId>, revision: Revision) -> Result<(), IngestError> {
    let mut gained = 0;
    for number in batches {
        let attributed = attribute(tx, number, revision)?;
        tx.evidence().set_aside(number, &attributed.aside)?;
        tx.held_time().note(number, &attributed.held)?;
        let mut wanted = attributed.totals;
        for (key, had) in tx.postings().of_batch(number)? {
            if wanted.get(&key).is_some_and(|part| *part == had) {
                wanted.remove(&key);
            } else {
                tx.postings().add(number, revision, &key, &had.negative(), true)?;
                gained -= i128::from(had.energy.millijoules());
            }
        }
        gained += post(tx, number, revision, wanted)?;
        tx.evidence().no_longer_deferred(number)?;
    }
    count(tx, gained)
}

/// Attributes anew what was left for later, a few batches at a time, so that nothing waits long for the writer. What was not reached when the
/// service ended is reached the next time.
///
/// # Errors
///
/// See [`IngestError`].
pub(crate) fn attribute_deferred(store: &Store) -> Result<(), IngestError> {
    while !store.read(|tx| tx.evidence().deferred(1))?.is_empty() {
        store.write::<_, IngestError>(|tx| {
            let revision = tx.revisions().current()?;
            reattribute(tx, tx.evidence().deferred(DEFERRED_SLICE)?, revision)
        })?;
    }
    Ok(())
}

/// Returns the energy, mJ.
fn post(tx: &Tx<'_>, batch: BatchId, revision: Revision, totals: BTreeMap<Key, Part>) -> Result<i128, StoreError> {
    totals.iter().try_for_each(|(key, part)| tx.postings().add(batch, revision, key, part, false))?;
    Ok(totals.values().map(|part| i128::from(part.energy.millijoules())).sum())
}

/// Counts what was posted, mJ, with all that was posted before.
fn count(tx: &Tx<'_>, gained: i128) -> Result<(), IngestError> {
    if gained == 0 {
        return Ok(());
    }
    let metered = i128::from(tx.postings().metered()?.millijoules()) + gained;
    let metered =
        i64::try_from(metered).ok().map(units::Energy::from_millijoules).filter(|metered| *metered <= METERED_MAX);
    Ok(tx.postings().set_metered(metered.ok_or(IngestError::Full)?)?)
}
