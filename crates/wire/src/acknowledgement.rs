use crate::batch::{Batch, Boot};
use serde::{Deserialize, Serialize};
use units::Timestamp;

/// The service's word that a batch is on its disk. Keys that an agent does not know are to be ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// What became of the batch.
    pub result: Outcome,
    /// `agent` of the batch.
    pub agent: String,
    /// `boot` of the batch.
    pub boot: Boot,
    /// `sequence` of the batch.
    pub sequence: u64,
    /// When the service received it first, by its own clock.
    #[serde(rename = "received_ns")]
    pub received: Timestamp,
}

impl Acknowledgement {
    /// Acknowledges `batch`.
    #[must_use]
    pub fn of(batch: &Batch, result: Outcome, received: Timestamp) -> Self {
        Self { result, agent: batch.agent.clone(), boot: batch.boot, sequence: batch.sequence, received }
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Applied and durable.
    Accepted,
    /// The same bytes had been applied before; nothing changed.
    Duplicate,
}
