//! Signing in with a browser.

use model::{ProjectName, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A browser signs in with a token.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// Token to sign in with, `wl_…`.
    #[serde(default)]
    pub token: String,
}

/// The token behind a session or a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionDocument {
    /// Name of the token.
    pub name: String,
    /// What the token may do.
    pub scopes: Vec<Scope>,
    /// The only project that the token may see; `null` for every project.
    pub project: Option<ProjectName>,
    /// Value that the header `X-CSRF-Token` of every change in this session has to carry; `null` for a bearer token, which needs none.
    pub csrf: Option<String>,
}
