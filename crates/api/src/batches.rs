//! Batches: what agents deliver.

use model::AgentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Acknowledges a batch that is stored durably.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcknowledgementDocument {
    /// `accepted`, or `duplicate` if the same batch was accepted before.
    #[schema(value_type = String)]
    pub result: wire::Outcome,
    /// Agent that sent the batch.
    pub agent: AgentId,
    /// Id that the agent chose when it started.
    pub boot: String,
    /// Number of the batch since the agent started.
    pub sequence: u64,
    /// When the batch was first received, ns since 1970.
    pub received_ns: i64,
}
