//! Batches handed to the copies in the moment in which they are acknowledged, so that nobody reads, parses and divides them again. Nothing waits
//! for a copy: what it has no room for, it finds in the evidence.

use crate::ingest::Division;
use model::BatchId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use wire::Batch;

/// Maximum number of batches that wait for a copy, and again as many that it has received and not reached.
const BATCHES_MAX: usize = 256;
/// A batch of more windows is not handed over: after an outage many of them come, and would fill the memory.
const WINDOWS_MAX: usize = 1_000;

/// A batch as the ledger took it, and how it divided it then.
#[derive(Debug)]
pub(super) struct KnownBatch {
    pub(super) batch: Batch,
    pub(super) division: Division,
}

/// Hands batches to every copy.
#[derive(Debug, Default)]
pub struct Handover(Vec<SyncSender<(BatchId, Arc<KnownBatch>)>>);

impl Handover {
    /// Where a copy receives what is handed over from now on.
    pub fn to_copy(&mut self) -> HandedBatches {
        let (sender, handed) = sync_channel(BATCHES_MAX);
        self.0.push(sender);
        HandedBatches { handed, waiting: BTreeMap::new() }
    }

    /// Hands over the stored batch `number`, without waiting.
    pub fn give(&self, number: BatchId, batch: Batch, division: Division) {
        if batch.windows.len() > WINDOWS_MAX {
            return;
        }
        let handed = Arc::new(KnownBatch { batch, division });
        for copy in &self.0 {
            // If there is no room, the copy reads it from the evidence.
            let _ = copy.try_send((number, Arc::clone(&handed)));
        }
    }
}

/// What was handed to one copy.
#[derive(Debug)]
pub struct HandedBatches {
    handed: Receiver<(BatchId, Arc<KnownBatch>)>,
    /// Those that the copy has not reached. The oldest are kept, as these come next.
    waiting: BTreeMap<BatchId, Arc<KnownBatch>>,
}

impl HandedBatches {
    /// Those after `taken` that were handed over by now. Earlier ones are forgotten.
    pub(super) fn after(&mut self, taken: BatchId) -> &BTreeMap<BatchId, Arc<KnownBatch>> {
        self.waiting = self.waiting.split_off(&BatchId::new(taken.number() + 1));
        while self.waiting.len() < BATCHES_MAX {
            let Ok((number, batch)) = self.handed.try_recv() else { break };
            if number > taken {
                self.waiting.insert(number, batch);
            }
        }
        &self.waiting
    }
}
