//! `/attention`: what needs someone, in one list.

use super::State;
use super::page::{Page, PageQuery, Query};
use super::problem::Problem;
use crate::access::Identity;
use crate::attention::{Item, attention};
use axum::extract::State as Extract;

/// List what needs someone, what matters most first
///
/// A token that is bound to a project sees what concerns its jobs.
#[utoipa::path(get, path = "/attention", tag = "operations", params(PageQuery), responses((status = 200, description = "By severity", body = Page<Item>)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<Item>>, Problem> {
    let (limit, now) = (page.limit()?, state.clock.wall());
    let items = state
        .work(move |service| {
            let mut items = attention(&service.store, &service.library, now, who.project.as_deref())?;
            let after = page.after().unwrap_or_default();
            items.retain(|item| *item.place() > *after);
            Ok(items)
        })
        .await?;
    Ok(axum::Json(Page::of(items, limit, Item::place)))
}
