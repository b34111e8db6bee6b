//! Tokens: access for people, nodes and programs.

use model::{NodeName, ProjectName, Scope, TokenId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Asks for a new token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// Who or what will use the token, for people.
    #[schema(min_length = 1, max_length = 128)]
    pub name: String,
    /// What the token may do; at least one scope.
    #[schema(min_items = 1)]
    pub scopes: Vec<Scope>,
    /// The only project that the token may see or change; every project if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// When the token expires, RFC 3339; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Id of the token that this one succeeds: it speaks for the same nodes, both work until the old one is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeds: Option<TokenId>,
    /// The only nodes that the token may speak for, 1 to 10,000 names; if absent, each node that it tells of first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 10000)]
    pub nodes: Option<Vec<NodeName>>,
    /// Whether the token may only say which jobs hold the devices of these nodes, from now on, as hooks of a scheduler do.
    #[serde(default)]
    pub holders_only: bool,
}

/// A new token. Its secret is shown only in this answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// Id by which the token is listed and revoked.
    pub id: TokenId,
    /// The token itself, `wl_…`.
    pub token: String,
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenDocument {
    /// Id by which the token is listed and revoked.
    pub id: TokenId,
    /// Who or what uses the token.
    pub name: String,
    /// What the token may do.
    pub scopes: Vec<Scope>,
    /// The only project that the token may see or change; `null` for every project.
    pub project: Option<ProjectName>,
    /// When the token was made, RFC 3339.
    pub created: String,
    /// When the token expires, RFC 3339; `null` for never.
    pub expires: Option<String>,
    /// When the token was last used, to the minute, RFC 3339; `null` for never.
    pub last_used: Option<String>,
    /// When the token was revoked, RFC 3339; `null` while it is valid.
    pub revoked: Option<String>,
    /// Id of the first of the tokens that this one succeeds; `null` if it succeeds none.
    pub line: Option<TokenId>,
    /// The only nodes that the token may speak for; `null` for each node that it tells of first.
    pub nodes: Option<Vec<NodeName>>,
    /// Whether the token may only say which jobs hold the devices of its nodes, from now on.
    pub holders_only: bool,
}

/// Which token speaks for a node from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeTokenRequest {
    /// Id of the token that speaks for the node from now on, in the place of the one that did.
    pub token: TokenId,
}
