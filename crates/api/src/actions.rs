//! The record of what was administered.
use model::{ActionId, ActionKind, TokenId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One recorded change by an administrator, or by the service itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActionDocument {
    /// Number of the action in their chain, from 1.
    pub id: ActionId,
    /// When it was recorded, RFC 3339.
    pub at: String,
    /// Id of the token that made the change; `null` for the service itself.
    pub by: Option<TokenId>,
    /// Kind of thing that changed.
    pub kind: ActionKind,
    /// Which thing of that kind changed: its id, name or number.
    pub subject: String,
    /// State of the thing after the change; `null` if it no longer exists.
    pub body: Option<serde_json::Value>,
    /// SHA-256 over the hash of the action before and the content of this one, in hexadecimal.
    pub hash: String,
}
