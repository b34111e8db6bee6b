//! `/grid`: the factor library.

use super::State;
use super::page::{Page, PageQuery, Query};
use super::problem::{Problem, ProblemDocument};
use crate::grid::{ChoiceDocument, FactorDocument, ZoneError};
use crate::moment;
use axum::extract::State as Extract;
use serde::Deserialize;

/// List zones and their factors
#[utoipa::path(
    get, path = "/grid/zones", tag = "grid", params(PageQuery),
    responses((status = 200, description = "By zone", body = Page<FactorDocument>))
)]
pub(crate) async fn zones(
    Extract(state): Extract<State>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<FactorDocument>>, Problem> {
    let limit = page.limit()?;
    let after = page.after().unwrap_or_default();
    let mut factors: Vec<_> = state.library.factors().iter().filter(|factor| *factor.zone > *after).collect();
    factors.sort_by_key(|factor| &factor.zone);
    let one_more = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    factors.truncate(one_more);
    let page = Page::of(factors, limit, |factor| factor.zone.clone());
    Ok(axum::Json(page.map(FactorDocument::from)))
}

/// Whose intensity is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IntensityQuery {
    /// Grid zone, such as DE or US-EGRID-CAMX; this or `region`.
    zone: Option<String>,
    /// Cloud region, such as aws/us-east-1; this or `zone`.
    region: Option<String>,
    /// Moment of use, RFC 3339 or a UTC date; the newest factor without it.
    at: Option<String>,
}

/// Choose the factor of a zone or a cloud region, and say how it was chosen
#[utoipa::path(
    get, path = "/grid/intensity", tag = "grid", params(IntensityQuery),
    responses(
        (status = 200, description = "The factor with its full type", body = ChoiceDocument),
        (status = 404, description = "No such zone or region, or nothing is known of it", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn intensity(
    Extract(state): Extract<State>,
    Query(asked): Query<IntensityQuery>,
) -> Result<axum::Json<ChoiceDocument>, Problem> {
    let at = asked.at.as_deref().map(moment::parse).transpose().map_err(|rule| Problem::field("at", rule))?;
    let choice = match (&asked.zone, &asked.region) {
        (Some(zone), None) => state.library.choose(zone, at),
        (None, Some(region)) => state.library.choose_region(region, at),
        _ => return Err(Problem::field("zone", "give either zone or region")),
    };
    match choice {
        Ok(choice) => Ok(axum::Json(ChoiceDocument::from(&choice))),
        Err(ZoneError::Data(defect)) => {
            tracing::error!(%defect, "a bundled table cannot be read");
            Err(Problem::internal())
        }
        Err(unknown) => Err(Problem::missing(unknown.to_string())),
    }
}
