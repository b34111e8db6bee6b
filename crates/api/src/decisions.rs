//! Decisions: what was done to a budget or an admission, by whom, and on what basis.

use model::TokenId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One recorded decision on a budget or an admission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionDocument {
    /// When it was made, RFC 3339.
    pub at: String,
    /// Id of the token that made it, or `service`.
    pub by: TokenId,
    /// What was done, such as `admit`, `deny`, `commit`, `create` or `revise`.
    pub action: String,
    /// What the decision was based on.
    #[schema(value_type = Object)]
    pub document: serde_json::Value,
}
