//! What a spool holds: records, batches, and who sends them.

use model::AgentId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use wire::{Boot, ClockEvidence, Device, Gap, Holding, Job, Node, Window};

/// Records to send to the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Every device that the other lists refer to, and the devices that these are counted in. Devices that the spool already
    /// has may be left out.
    pub devices: Vec<Device>,
    /// Windows; those of one device in the order of time.
    pub windows: Vec<Window>,
    /// Which jobs held which devices.
    pub holdings: Vec<Holding>,
    /// Facts about jobs, in the order in which they became known.
    pub jobs: Vec<Job>,
    /// Where windows are missing or coarser than usual.
    pub gaps: Vec<Gap>,
    /// What the agent has to know again after a restart, by the name of what it is about; `None` where it may be forgotten. It is not sent.
    pub notes: BTreeMap<String, Option<String>>,
    /// The clock was set when all this had been metered: what the clocks showed just before. `gaps` says of which devices, and by how much.
    pub clock_set: Option<ClockEvidence>,
}

impl Contents {
    /// Whether there is nothing to send or to note; devices alone are not sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries() == 0 && self.notes.is_empty()
    }

    pub(super) fn entries(&self) -> usize {
        self.windows.len() + self.holdings.len() + self.jobs.len() + self.gaps.len()
    }
}

/// The sender of a spool's batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchSender {
    /// Name of the agent.
    pub agent: AgentId,
    /// Identity of this start of the agent.
    pub boot: Boot,
    /// The machine that the agent runs on.
    pub node: Node,
}

/// Number of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchKey {
    /// The start of the agent that made the batch.
    pub boot: Boot,
    /// Number of the batch within the boot, from 1.
    pub sequence: u64,
}

/// A batch whose bytes are fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Number of the batch.
    pub key: BatchKey,
    /// The batch as JSON, compressed with gzip.
    pub body: Vec<u8>,
}

/// What is reported of a run if its process ends without reporting it, and the names to report it under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Will {
    /// Name of the agent in the spool's batches.
    pub agent: AgentId,
    /// The machine in the spool's batches.
    pub node: Node,
    /// Holdings of the run, with their ends.
    pub holdings: Vec<Holding>,
    /// Jobs of the run, with their ends.
    pub jobs: Vec<Job>,
}
