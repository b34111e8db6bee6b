//! Whether the service runs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// State of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `ok`; a service that is not well answers with a problem document.
    pub status: String,
    /// Version of the service.
    pub version: String,
}
