//! `/gaps`: what agents could not observe, and why.

use super::State;
use super::auth::unbound;
use super::page::{Page, PageQuery, Query};
use super::problem::Problem;
use super::selection::ordered;
use crate::access::Identity;
use crate::moment;
use crate::store::{GapFilter, GapRow, StoreError};
use axum::extract::State as Extract;
use model::{DeviceId, GapId};
use serde::{Deserialize, Serialize};

/// A time about which a device's windows say less than they should.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct GapDocument {
    node: String,
    /// Number of the device.
    device: i64,
    uuid: String,
    start: String,
    end: String,
    /// `agent_stopped`, `unread`, `dropped`, or `merged`, in which no energy is missing.
    reason: String,
    /// Number of the batch that says so.
    batch: i64,
}

impl From<GapRow> for GapDocument {
    fn from(row: GapRow) -> Self {
        let GapRow { gap: _, node, device, uuid, start, end, reason, batch } = row;
        Self {
            node,
            device: device.number(),
            uuid,
            start: moment::show(start),
            end: moment::show(end),
            reason,
            batch: batch.number(),
        }
    }
}

/// Which gaps.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GapQuery {
    /// Those that end after this moment, a UTC date or RFC 3339.
    from: Option<String>,
    /// Those that start before this moment.
    to: Option<String>,
    /// Only of this node.
    node: Option<String>,
    /// Only of the device with this number.
    device: Option<i64>,
}

/// List gaps, the last reported first
#[utoipa::path(get, path = "/gaps", tag = "fleet", params(PageQuery, GapQuery), responses((status = 200, description = "The last reported first", body = Page<GapDocument>)))]
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
    let filter = GapFilter {
        from,
        to,
        node: asked.node,
        device: device.map(DeviceId::new),
        below: below.map(GapId::new),
        limit: limit.saturating_add(1),
    };
    let rows =
        state.work(move |service| Ok(service.store.read::<_, StoreError>(|tx| tx.gaps().list(&filter))?)).await?;
    Ok(axum::Json(Page::of(rows, limit, |row| row.gap.to_string()).map(GapDocument::from)))
}
