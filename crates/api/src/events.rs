//! Changes, as they happen.

use model::{ChangeKind, ProjectName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One change, sent as a server-sent event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeEvent {
    /// Kind of thing that changed.
    pub what: ChangeKind,
    /// Id or name of the thing; for a batch its agent, boot and sequence; for entries the number of new ones.
    pub id: String,
    /// Project that the change concerns; `null` if it concerns none.
    pub project: Option<ProjectName>,
}
