//! A batch in, attributed postings out: one transaction with its evidence, exactly once.
//!
//! What is posted is a function of the *set* of batches, whatever order they arrive in and however often: windows are attributed anew when a
//! later batch changes who held the device, or brings windows that overlap. Postings are never changed; what no longer holds is posted again with
//! the opposite sign.

mod attribution;
mod selection;

pub(crate) use attribution::{Attributed, attribute};

use crate::store::{HoldingStatement, Key, Part, Rank, Store, StoreError, Tx};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use units::{Overflow, Timestamp};
use wire::{Batch, Outcome, WireError};

/// What was done with a batch that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Accepted now, or known before.
    pub outcome: Outcome,
    /// The batch.
    pub batch: Batch,
    /// When it was received first.
    pub received: Timestamp,
}

/// Why a batch was not taken.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// It does not hold to the specification of `wire`.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Its name was used for other bytes.
    #[error(
        "agent {agent}, boot {boot}, sequence {sequence} was used for other bytes: never change a batch once it was sent"
    )]
    Conflict {
        /// Who speaks.
        agent: String,
        /// Which start of it.
        boot: String,
        /// Number of the batch.
        sequence: u64,
    },
    /// A sum left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Applies the decompressed bytes of a batch exactly once; returns when it is on disk.
///
/// # Errors
///
/// See [`IngestError`]; nothing was stored then.
pub fn apply(store: &Store, body: Vec<u8>, received: Timestamp) -> Result<Applied, IngestError> {
    let batch = Batch::parse(&body)?;
    let sha256 = Sha256::digest(&body).to_vec();
    store.write(move |tx| {
        let boot = batch.boot.to_string();
        match tx.batch_named(&batch.agent, &boot, batch.sequence)? {
            Some((known, first)) if known == sha256 => {
                Ok(Applied { outcome: Outcome::Duplicate, batch, received: first })
            }
            Some(_) => Err(IngestError::Conflict { agent: batch.agent, boot, sequence: batch.sequence }),
            None => {
                let batch = add(tx, batch, (&sha256, &body), received)?;
                Ok(Applied { outcome: Outcome::Accepted, batch, received })
            }
        }
    })
}

fn add(tx: &Tx<'_>, batch: Batch, evidence: (&[u8], &[u8]), received: Timestamp) -> Result<Batch, IngestError> {
    let node = tx.note_node(&batch.node.name, &batch.node.software, received)?;
    let revision = tx.begin_revision(received, "batch")?;
    tx.add_batch(&batch, node, (revision, received), evidence)?;
    let mut devices = BTreeMap::new();
    for device in &batch.devices {
        devices.insert(device.uuid.as_str(), tx.note_device(node, device)?);
    }
    let mut affected = state(tx, &batch, &devices, revision)?;
    tx.add_gaps(revision, node, &batch.gaps)?;
    for (device, start, end) in selection::spans(&batch, &devices) {
        affected.extend(selection::meeting(tx, device, (start, end), revision)?);
        tx.add_span(device, revision, start, end)?;
    }
    let attributed = attribution::attribute_batch(tx, (revision, node, batch), revision)?;
    if !attributed.aside.is_empty() {
        tx.set_aside(revision, &attributed.aside)?;
    }
    post(tx, revision, revision, attributed.totals)?;
    reattribute(tx, affected, revision)?;
    Ok(attributed.batch)
}

/// Records what the batch says of jobs and holdings; returns the earlier batches whose energy that may move.
fn state(
    tx: &Tx<'_>,
    batch: &Batch,
    devices: &BTreeMap<&str, i64>,
    revision: i64,
) -> Result<BTreeSet<i64>, StoreError> {
    let rank = Rank {
        wall_ns: batch.clock.wall.nanoseconds(),
        sequence: batch.sequence.cast_signed(),
        agent: batch.agent.clone(),
        boot: batch.boot.to_string(),
    };
    for job in &batch.jobs {
        tx.state_job(job, &rank)?;
    }
    let mut affected = BTreeSet::new();
    for holding in &batch.holdings {
        let Some(&device) = devices.get(holding.device.as_str()) else { continue };
        let (start, end, weight) = (holding.start, holding.end, holding.weight);
        let job = tx.note_job(&holding.job)?;
        let statement = HoldingStatement { device, job, start, end, weight, rank: rank.clone() };
        affected.extend(hold(tx, &statement, revision)?);
    }
    Ok(affected)
}

/// Records one statement that a job holds a device; returns the batches whose energy it may move.
pub(crate) fn hold(tx: &Tx<'_>, stated: &HoldingStatement, revision: i64) -> Result<BTreeSet<i64>, StoreError> {
    let Some(changed) = tx.state_holding(stated, revision)? else { return Ok(BTreeSet::new()) };
    Ok(tx.spans(stated.device, changed, revision)?.into_iter().map(|(batch, _, _)| batch).collect())
}

/// Attributes each of `batches` as believed at `revision` and posts what differs from what it had posted.
pub(crate) fn reattribute(tx: &Tx<'_>, batches: BTreeSet<i64>, revision: i64) -> Result<(), IngestError> {
    for number in batches {
        let attributed = attribute(tx, number, revision)?;
        tx.set_aside(number, &attributed.aside)?;
        let mut wanted = attributed.totals;
        for (key, had) in tx.posted_by(number)? {
            if wanted.get(&key).is_some_and(|part| *part == had) {
                wanted.remove(&key);
            } else {
                tx.post(number, revision, &key, &negative(had), true)?;
            }
        }
        post(tx, number, revision, wanted)?;
    }
    Ok(())
}

fn post(tx: &Tx<'_>, batch: i64, revision: i64, totals: BTreeMap<Key, Part>) -> Result<(), StoreError> {
    totals.iter().try_for_each(|(key, part)| tx.post(batch, revision, key, part, false))
}

fn negative(part: Part) -> Part {
    Part {
        energy: units::Energy::from_millijoules(-part.energy.millijoules()),
        modelled_mj: -part.modelled_mj,
        covered_ns: -part.covered_ns,
        span_ns: -part.span_ns,
        ..part
    }
}
