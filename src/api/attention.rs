//! `/attention`: everything that needs attention, in one list.

use super::page::{Paging, Query};
use super::problem::Problem;
use super::state::State;
use crate::access::Identity;
use crate::attention::attention;
use api::{AttentionItem, Page, PageQuery};
use axum::extract::State as Extract;

/// List what needs attention, what matters most first
///
/// A token that is bound to a project sees only what concerns its jobs.
#[utoipa::path(get, path = "/attention", operation_id = "list_attention", tag = "operations", params(PageQuery), responses((status = 200, description = "One page of items, by severity", body = Page<AttentionItem>)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<AttentionItem>>, Problem> {
    let (limit, now) = (page.limit()?, state.clock.wall());
    let items = state
        .work(move |service| {
            let mut items = attention(&service.store, &service.library, now, who.project.as_ref())?;
            let after = page.after().unwrap_or_default();
            items.retain(|item| *item.place() > *after);
            Ok(items)
        })
        .await?;
    Ok(axum::Json(Page::of(items, limit, AttentionItem::place)))
}
