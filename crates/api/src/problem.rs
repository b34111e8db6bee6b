//! How a request is refused.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Media type of a [`ProblemDocument`].
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// A refused request, as a problem document of RFC 9457.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemDocument {
    /// Kind of the problem: `urn:wattledger:problem:` and a name that never changes.
    pub r#type: String,
    /// Kind of the problem in words.
    pub title: String,
    /// HTTP status code of the answer.
    pub status: u16,
    /// What is wrong with this request, and what to do about it.
    pub detail: String,
    /// Field, parameter or header at fault; absent if the problem is none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Only for an admission that cannot be decided: whether a blocking budget may apply to the job, so that a gate has to refuse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<bool>,
}
