//! Projects, to which jobs are charged.

use model::ProjectName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A project, to which jobs are charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Name of the project: 1 to 128 of A-Z a-z 0-9 . _ : @ + -
    pub name: ProjectName,
}
