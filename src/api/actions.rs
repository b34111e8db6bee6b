//! `/ledger/actions`: what was administered, by whom and when.

use super::State;
use super::auth::unbound;
use super::page::{Page, PageQuery, Query};
use super::problem::Problem;
use crate::access::Identity;
use crate::moment;
use crate::store::{Action, StoreError};
use axum::extract::State as Extract;
use model::ActionId;
use serde::Serialize;

/// Something that was administered.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ActionDocument {
    /// Number in the chain of actions, from 1.
    id: i64,
    at: String,
    /// Id of the token; `null` for the service itself.
    by: Option<String>,
    /// What kind of thing it is about: `site`, `pue`, `zone`, `price`, `idle_owner`, `node_site`, `project`, `token`, `job`, `factors`, `period`,
    /// `restatement`.
    kind: String,
    /// Which of them.
    subject: String,
    /// The state of it afterwards; `null` where nothing is left of it.
    body: Option<serde_json::Value>,
    /// SHA-256 over the hash of the action before and this one's content, in hexadecimal.
    hash: String,
}

impl From<Action> for ActionDocument {
    fn from(action: Action) -> Self {
        // What is no JSON is shown as text.
        let body = action.body.map(|body| serde_json::from_str(&body).unwrap_or(serde_json::Value::String(body)));
        Self {
            id: action.action.number(),
            at: moment::show(action.by.at),
            by: Some(action.by.token).filter(|token| !token.is_empty()),
            kind: action.kind,
            subject: action.subject,
            body,
            hash: action.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// List what was administered, the last first
///
/// Sites, prices, factors, tokens, projects, periods, statements about jobs: each change names the token that made it, and is chained to the one
/// before, so that `wattledger verify` finds what was changed without one.
#[utoipa::path(get, path = "/ledger/actions", tag = "ledger", params(PageQuery), responses((status = 200, description = "The last first", body = Page<ActionDocument>)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<ActionDocument>>, Problem> {
    unbound(&who)?;
    let (limit, before) = (page.limit()?, page.after_number()?.unwrap_or(i64::MAX));
    let read = move |service: &super::Service| {
        Ok(service
            .store
            .read::<_, StoreError>(|tx| tx.actions().newest(ActionId::new(before), limit.saturating_add(1)))?)
    };
    let found = state.work(read).await?;
    Ok(axum::Json(Page::of(found, limit, |action| action.action.to_string()).map(ActionDocument::from)))
}
