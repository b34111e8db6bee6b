//! The audit of evidence: each batch is as it was received, and what is kept beside it is what it says.

use super::fault::{Fault, Verified, Wrong};
use crate::ingest::{Attributed, Clocks, as_stored, attribute, reaches_of};
use crate::store::{Rank, StoreError, Tx, statement_body};
use model::{BatchId, DeviceUuid, NodeNumber, Revision};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use units::Energy;
use wire::Batch;

/// Each batch's bytes are those received, and what is kept and posted of it is what they say.
pub(super) fn check(tx: &Tx<'_>, found: &mut Verified) -> Result<(), Wrong> {
    let (revision, numbers) = (tx.revisions().current()?, tx.evidence().list()?);
    let wrong = |batch, what| Wrong::Fault(Fault::Batch { batch, what });
    // All of them first, since attribution of one reads those that overlap it.
    for batch in &numbers {
        if let Some(what) = fault_of_bytes(tx, *batch)? {
            return Err(wrong(*batch, what));
        }
    }
    let (mut said, mut declared, mut software, mut reaches) = (HashSet::new(), HashMap::new(), HashMap::new(), 0);
    for batch in numbers {
        let mut attributed = attribute(tx, batch, tx.evidence().believed(batch)?.unwrap_or(revision))?;
        attributed.batch = as_stored(tx, batch, attributed.batch)?;
        let node = tx.evidence().node_of(batch)?;
        reaches += check_reaches(tx, batch, node, &attributed.batch, revision)?;
        declared.extend(attributed.batch.devices.iter().map(|device| ((node, device.uuid.clone()), device.clone())));
        software.insert(node, attributed.batch.node.software.clone());
        found.metered = found.metered.saturating_add(metered(&attributed));
        let rank = Rank::of(&attributed.batch);
        for job in &attributed.batch.jobs {
            let body = statement_body(job)?;
            if !tx.jobs().is_stated_by(&job.id, &rank, &body)? {
                return Err(Wrong::Fault(Fault::Stated { job: job.id.clone() }));
            }
            said.insert(digest(&rank, &body));
        }
        if let Some(what) = fault_of_records(tx, batch, attributed)? {
            return Err(wrong(batch, what));
        }
        found.batches += 1;
    }
    if let Some(node) = tx.evidence().first_node_reaching_otherwise(reaches)? {
        return Err(Wrong::Fault(Fault::Reach { node }));
    }
    if let Some(node) = tx.speakers().first_not_in_evidence()? {
        return Err(Wrong::Fault(Fault::Agent { node }));
    }
    if let Some((node, uuid)) = tx.devices().first_declared_otherwise(&declared)? {
        return Err(Wrong::Fault(Fault::Device { node, uuid }));
    }
    if let Some(fault) = tx.nodes().first_running_otherwise(&software)? {
        return Err(Wrong::Fault(Fault::Row(fault)));
    }
    match tx.jobs().first_stated_by_nobody(|rank, body| said.contains(&digest(rank, body)))? {
        Some(job) => Err(Wrong::Fault(Fault::Stated { job })),
        None => Ok(()),
    }
}

/// Of a statement about a job, so that those of all batches are held at once.
fn digest(rank: &Rank, body: &str) -> [u8; 32] {
    let Rank { wall, sequence, agent, boot } = rank;
    Sha256::digest(format!("{} {sequence} {agent} {boot} {body}", wall.nanoseconds())).into()
}

fn fault_of_bytes(tx: &Tx<'_>, batch: BatchId) -> Result<Option<&'static str>, StoreError> {
    let stored = match tx.evidence().get(batch) {
        Err(StoreError::Value { .. }) => return Ok(Some("it cannot be read")),
        stored => stored?,
    };
    let is_same = Sha256::digest(&stored.body).as_slice() == stored.sha256;
    Ok((!is_same).then_some("its bytes do not have the hash that was noted when they came"))
}

/// What of the tables beside a batch is not what its bytes say.
fn fault_of_records(
    tx: &Tx<'_>,
    number: BatchId,
    Attributed { batch, totals, mut aside, held, .. }: Attributed,
) -> Result<Option<&'static str>, StoreError> {
    aside.sort_by_key(|aside| aside.position);
    let noted = tx.held_time().of_batch(number)?;
    Ok(if tx.postings().followed(number)? != Some(totals) {
        Some("its postings are not what its windows and the holdings say")
    } else if !tx.evidence().is_as_named(number, &batch)? {
        Some("its agent, boot, sequence, node or time is not that of its bytes")
    } else if tx.evidence().set_aside_of(number)? != aside {
        Some("the windows set aside are not those that do not count")
    } else if tx.gaps().of_batch(number)? != batch.gaps {
        Some("its gaps are not those of its bytes")
    } else if !noted.is_empty() && noted != held {
        // None is noted of a batch from before this was kept.
        Some("the time in which jobs held its accelerators is not what its windows and the holdings say")
    } else {
        None
    })
}

/// Energy of the windows that count, mJ, from the evidence and not from what became of it.
fn metered(attributed: &Attributed) -> Energy {
    let batch = &attributed.batch;
    let is_root =
        |uuid: &DeviceUuid| batch.devices.iter().any(|device| device.uuid == *uuid && device.counted_in.is_none());
    let counts = |place: usize| attributed.aside.iter().all(|aside| aside.position != place);
    let windows = batch.windows.iter().enumerate();
    let counted = windows.filter(|(place, window)| is_root(&window.device) && counts(*place));
    counted.fold(Energy::ZERO, |sum, (_, window)| sum.saturating_add(window.energy))
}

/// The reaches that are noted of a batch are those of its windows; how many they are.
fn check_reaches(
    tx: &Tx<'_>,
    batch: BatchId,
    node: NodeNumber,
    dated: &Batch,
    revision: Revision,
) -> Result<usize, Wrong> {
    let clocks = Clocks::of(tx, node, revision)?;
    let said = if clocks.is_empty() { None } else { Some(said(tx, batch)?) };
    let expected = reaches_of(tx, &clocks, batch, node, said.as_ref().unwrap_or(dated))?;
    let (Some(first), Some(last)) = (expected.keys().next(), expected.keys().last()) else { return Ok(0) };
    if tx.evidence().reaches_of_batch(node, batch, first.start()..=last.start())? == expected {
        return Ok(expected.len());
    }
    Err(Wrong::Fault(Fault::Reach { node: dated.node.name.clone() }))
}

/// A batch with its windows as it dates them.
fn said(tx: &Tx<'_>, batch: BatchId) -> Result<Batch, Wrong> {
    Batch::parse(&tx.evidence().get(batch)?.body)
        .map_err(|_| Wrong::Fault(Fault::Batch { batch, what: "it cannot be read" }))
}
