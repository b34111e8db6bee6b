//! `/ledger/actions`: what administrators changed, who and when.

use super::auth::unbound;
use super::page::{Paging, Query};
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::access::Identity;
use crate::moment;
use crate::store::{Action, StoreError};
use api::{ActionDocument, Page, PageQuery};
use axum::extract::State as Extract;
use model::{ActionId, TokenId};

fn document(action: Action) -> Result<ActionDocument, StoreError> {
    // What is no JSON is shown as text.
    let body = action.body.map(|body| serde_json::from_str(&body).unwrap_or(serde_json::Value::String(body)));
    let unknown = |_| StoreError::Value { what: "kind of action", value: action.kind.clone() };
    Ok(ActionDocument {
        id: action.action,
        at: moment::show(action.by.at),
        by: Some(action.by.token).filter(|token| *token != TokenId::SERVICE),
        kind: action.kind.parse().map_err(unknown)?,
        subject: action.subject,
        body,
        hash: action.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

/// List changes by administrators, latest first
///
/// Changes of sites, prices, factors, tokens, projects, periods, budgets, and statements about jobs. Each names the token that made it and is chained
/// to the one before, so that `wattledger verify` finds a change that is not recorded.
#[utoipa::path(get, path = "/ledger/actions", operation_id = "list_actions", tag = "ledger", params(PageQuery), responses((status = 200, description = "One page of actions, latest first", body = Page<ActionDocument>)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<ActionDocument>>, Problem> {
    unbound(&who)?;
    let (limit, before) = (page.limit()?, page.after_number()?.unwrap_or(i64::MAX));
    let read = move |service: &ApiService| {
        Ok(service.store.read::<_, StoreError>(|tx| {
            let actions = tx.actions().newest(ActionId::new(before), limit.saturating_add(1))?;
            actions.into_iter().map(document).collect::<Result<Vec<_>, _>>()
        })?)
    };
    let found = state.work(read).await?;
    Ok(axum::Json(Page::of(found, limit, |action| action.id.to_string())))
}
