use crate::batch::{Batch, Boot};
use model::AgentId;
use serde::{Deserialize, Serialize};
use units::Timestamp;

/// Confirms that a batch is on the service's disk. An agent ignores keys that it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// What the service did with the batch.
    pub result: Outcome,
    /// Name of the agent, as in the batch.
    pub agent: AgentId,
    /// Boot of the agent, as in the batch.
    pub boot: Boot,
    /// Number of the batch within its boot.
    pub sequence: u64,
    /// When the service first received the batch, by the service's clock.
    #[serde(rename = "received_ns")]
    pub received: Timestamp,
}

impl Acknowledgement {
    /// The acknowledgement of `batch`.
    #[must_use]
    pub fn of(batch: &Batch, result: Outcome, received: Timestamp) -> Self {
        Self { result, agent: batch.agent.clone(), boot: batch.boot, sequence: batch.sequence, received }
    }
}

/// What the service did with a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The batch is applied and durable.
    Accepted,
    /// The same bytes were applied before; nothing changed.
    Duplicate,
}
