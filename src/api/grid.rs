//! `/grid`: the library of carbon intensity factors.

use super::page::{Paging, Query};
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::grid::{FactorChoice, FactorPreference, FactorRule, Library, Set, ZoneError};
use crate::{ledger, moment};
use api::{ChoiceDocument, FactorDocument, IntensityQuery, Page, PageQuery, ProblemDocument};
use axum::extract::State as Extract;
use units::Timestamp;

/// List grid zones and their factors
#[utoipa::path(
    get, path = "/grid/zones", tag = "grid", params(PageQuery),
    responses((status = 200, description = "One page of factors, by zone", body = Page<FactorDocument>))
)]
pub(crate) async fn zones(
    Extract(state): Extract<State>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<FactorDocument>>, Problem> {
    let limit = page.limit()?;
    let after = page.after().unwrap_or_default();
    let mut factors: Vec<_> = state.library.factors().iter().filter(|factor| factor.zone.as_str() > after).collect();
    factors.sort_by_key(|factor| &factor.zone);
    let one_more = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    factors.truncate(one_more);
    let page = Page::of(factors, limit, |factor| factor.zone.to_string());
    Ok(axum::Json(page.map(FactorDocument::from)))
}

/// Look up the carbon intensity factor of a grid zone or cloud region
#[utoipa::path(
    get, path = "/grid/intensity", tag = "grid", params(IntensityQuery),
    responses(
        (status = 200, description = "The factor with its full type, and how it was chosen", body = ChoiceDocument),
        (status = 404, description = "There is no such zone or region, or it has no factor", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn intensity(
    Extract(state): Extract<State>,
    Query(asked): Query<IntensityQuery>,
) -> Result<axum::Json<ChoiceDocument>, Problem> {
    let at = asked.at.as_deref().map(moment::parse).transpose().map_err(|rule| Problem::field("at", rule))?;
    let at = at.unwrap_or_else(|| state.clock.wall());
    let choice = state.work(move |service| chosen(service, &asked, at)).await?;
    Ok(axum::Json(ChoiceDocument::from(&choice)))
}

fn chosen(service: &ApiService, asked: &IntensityQuery, at: Timestamp) -> Result<FactorChoice, Problem> {
    if asked.marginal {
        let library = Library::open(Set::IfiMarginal).map_err(ZoneError::from)?;
        return Ok(match (&asked.zone, &asked.region) {
            (Some(zone), None) => library.choose(zone, Some(at))?,
            (None, Some(region)) => library.choose_region(region, Some(at))?,
            _ => return Err(Problem::field("zone", "give either zone or region")),
        });
    }
    service.store.read(|tx| {
        let (rule, preference) = (FactorRule::new(tx, &service.library), FactorPreference::default());
        if let Some(name) = &asked.site {
            let sites = tx.sites().list()?;
            let site = sites.iter().find(|site| site.name == *name).ok_or_else(|| Problem::not_found("site", name))?;
            let history = tx.sites().zone_history()?;
            let step = history.iter().rev().find(|step| step.site == site.site && step.since <= at);
            let zone = step.map_or(&site.zone, |step| &step.zone);
            return Ok(rule.choose(zone, &ledger::preference_at(tx, Some(site.site), at)?, at)?);
        }
        match (&asked.zone, &asked.region) {
            (Some(zone), None) => Ok(rule.choose(&zone.as_str().into(), &preference, at)?),
            (None, Some(region)) => Ok(rule.choose_region(region, &preference, at)?),
            _ => Err(Problem::field("zone", "give either zone or region")),
        }
    })
}
