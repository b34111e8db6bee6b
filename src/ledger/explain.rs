//! The way back: entry → factor → postings → windows → stored batch → device and method.

use super::{FactorRecord, LedgerError};
use crate::ingest::attribute;
use crate::store::{Entry, KeptEvidence, Posting, Store, Tx};
use model::{AgentId, BatchId, EntryId, EntryKind, Revision};
use std::collections::BTreeMap;
use units::{Energy, Timestamp};

/// What an entry is made of.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The entry that is explained.
    pub entry: Entry,
    /// The factor that its CO2e was computed with.
    pub factor: FactorRecord,
    /// The file or reply that the factor is from; `None` of a factor of the library.
    pub evidence: Option<KeptEvidence>,
    /// Its postings, as written; some may take back others.
    pub postings: Vec<Posting>,
    /// The windows as attributed; their energies sum to the entry's.
    pub windows: Vec<ExplainedWindow>,
}

/// The part of one window that went to the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedWindow {
    /// Energy as attributed; negative in a reversal.
    pub energy: Energy,
    /// First moment of the part.
    pub start: Timestamp,
    /// First moment after the part.
    pub end: Timestamp,
    /// The whole window, as the agent sent it.
    pub window: wire::Window,
    /// The device, as the batch declares it.
    pub device: wire::Device,
    /// Number of the batch that the window is in.
    pub batch: BatchId,
    /// The agent that sent the batch.
    pub agent: AgentId,
    /// Which start of the agent.
    pub boot: wire::Boot,
    /// Number of the batch within that start of the agent.
    pub sequence: u64,
    /// SHA-256 of the stored bytes.
    pub sha256: Vec<u8>,
    /// When the batch was first received.
    pub received: Timestamp,
}

/// Follows entry `id` back to its evidence. A reversal is explained by the windows of what it reverses, negated.
///
/// # Errors
///
/// There is no such entry; its evidence cannot be read.
pub fn explain(store: &Store, id: EntryId) -> Result<Explanation, LedgerError> {
    store.read(|tx| {
        let entry = tx.entries().get(id)?.ok_or(LedgerError::UnknownEntry { id })?;
        let factor = FactorRecord::stored(&entry.factor)?;
        let block = factor.block.map(|block| tx.factors().block(block)).transpose()?.flatten();
        let evidence = block.map(|(.., evidence)| evidence);
        let postings = tx.postings().list(&entry.key, entry.first_posting, entry.last_posting)?;
        let windows = windows(tx, &entry, &postings)?;
        Ok(Explanation { entry, factor, evidence, postings, windows })
    })
}

fn windows(tx: &Tx<'_>, entry: &Entry, postings: &[Posting]) -> Result<Vec<ExplainedWindow>, LedgerError> {
    // What a batch posted last within the entry is what counts of it; everything before was taken back.
    let last: BTreeMap<BatchId, &Posting> = postings.iter().map(|posting| (posting.batch, posting)).collect();
    let mut found = Vec::new();
    for posting in last.into_values().filter(|posting| !posting.takes_back) {
        found.extend(windows_of(tx, entry, posting.batch, posting.revision)?);
    }
    Ok(found)
}

fn windows_of(
    tx: &Tx<'_>,
    entry: &Entry,
    number: BatchId,
    revision: Revision,
) -> Result<Vec<ExplainedWindow>, LedgerError> {
    let stored = tx.evidence().get(number)?;
    let attributed = attribute(tx, number, revision)?;
    let batch = attributed.batch;
    let sign = if entry.kind == EntryKind::Reversal { -1 } else { 1 };
    let mut found = Vec::new();
    for (place, _, part) in attributed.pieces.into_iter().filter(|(_, key, _)| *key == entry.key) {
        let window = batch.windows.get(place).cloned();
        let device =
            window.as_ref().and_then(|window| batch.devices.iter().find(|device| device.uuid == window.device));
        let (Some(window), Some(device)) = (window.clone(), device.cloned()) else { continue };
        found.push(ExplainedWindow {
            energy: Energy::from_millijoules(sign * part.energy.millijoules()),
            start: part.start,
            end: part.end,
            window,
            device,
            batch: number,
            agent: batch.agent.clone(),
            boot: batch.boot,
            sequence: batch.sequence,
            sha256: stored.sha256.clone(),
            received: stored.received,
        });
    }
    Ok(found)
}
