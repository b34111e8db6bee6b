//! Enrolment: tokens for nodes, each its own.

use model::{NodeName, ProjectName, TokenId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Asks for a code with which nodes get tokens of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentCodeRequest {
    /// What the code is for, for people.
    #[schema(min_length = 1, max_length = 128)]
    pub name: String,
    /// How many nodes may use it, 1 to 10,000.
    #[schema(minimum = 1, maximum = 10000)]
    pub uses: u32,
    /// When the code expires, RFC 3339; within 31 days from now.
    pub expires: String,
    /// The only project of the tokens that it makes; every project if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
}

/// A new enrolment code. Its secret is shown only in this answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewEnrolmentCode {
    /// Id by which the code is listed and revoked.
    pub id: TokenId,
    /// The code itself, 80 hexadecimal digits.
    pub code: String,
}

/// An enrolment code without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentCodeDocument {
    /// Id by which the code is listed and revoked.
    pub id: TokenId,
    /// What the code is for.
    pub name: String,
    /// The only project of the tokens that it makes; `null` for every project.
    pub project: Option<ProjectName>,
    /// When the code was made, RFC 3339.
    pub created: String,
    /// When the code expires, RFC 3339.
    pub expires: String,
    /// How many nodes may use it.
    pub uses_max: u32,
    /// How many nodes have used it.
    pub uses: u32,
    /// When the code was revoked, RFC 3339; `null` while it is not.
    pub revoked: Option<String>,
}

/// A node asks for its token.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentRequest {
    /// The code, as it was shown.
    pub code: String,
    /// Name of the node, as its agent states it.
    pub node: NodeName,
}
