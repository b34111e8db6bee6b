//! Training progress of a job.

use model::JobId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Reports the progress of a training job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepsRequest {
    /// Training steps since the job began, counted across restarts.
    #[schema(maximum = 9007199254740991i64)]
    pub steps: u64,
    /// Training samples since the job began, counted across restarts; not counted if absent.
    #[schema(maximum = 9007199254740991i64)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
    /// When the counters had these values, RFC 3339; now if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// Progress of a training job at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepsDocument {
    /// Id of the job.
    pub job: JobId,
    /// When the counters had these values, RFC 3339.
    pub at: String,
    /// Training steps since the job began.
    pub steps: i64,
    /// Training samples since the job began; `null` if none were reported.
    pub samples: Option<i64>,
}
