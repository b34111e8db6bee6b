//! `/gaps`: what agents could not observe, and why.

use super::auth::unbound;
use super::page::{Paging, Query};
use super::problem::Problem;
use super::selection::ordered;
use super::state::State;
use crate::access::Identity;
use crate::moment;
use crate::store::{GapFilter, GapRow, StoreError};
use api::{GapDocument, GapQuery, Page, PageQuery};
use axum::extract::State as Extract;
use model::GapId;

impl From<GapRow> for GapDocument {
    fn from(row: GapRow) -> Self {
        Self {
            node: row.node,
            device: row.device,
            uuid: row.uuid,
            start: moment::show(row.start),
            end: moment::show(row.end),
            reason: row.reason,
            batch: row.batch,
        }
    }
}

/// List gaps in the readings, latest reported first
#[utoipa::path(get, path = "/gaps", operation_id = "list_gaps", tag = "fleet", params(PageQuery, GapQuery), responses((status = 200, description = "One page of gaps, latest reported first", body = Page<GapDocument>)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
    Query(asked): Query<GapQuery>,
) -> Result<axum::Json<Page<GapDocument>>, Problem> {
    unbound(&who)?;
    let time = |field: &str, text: Option<String>| {
        text.as_deref().map(moment::parse).transpose().map_err(|rule| Problem::field(field, rule))
    };
    let (from, to) = (time("from", asked.from)?, time("to", asked.to)?);
    ordered(from, to)?;
    let limit = page.limit()?;
    let (below, device) = (page.after_number()?, asked.device);
    let filter =
        GapFilter { from, to, node: asked.node, device, below: below.map(GapId::new), limit: limit.saturating_add(1) };
    let rows =
        state.work(move |service| Ok(service.store.read::<_, StoreError>(|tx| tx.gaps().list(&filter))?)).await?;
    Ok(axum::Json(Page::of(rows, limit, |row| row.gap.to_string()).map(GapDocument::from)))
}
