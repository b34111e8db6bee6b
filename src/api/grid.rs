//! `/grid`: the library of carbon intensity factors.

use super::page::{Paging, Query};
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::grid::{FactorChoice, FactorPreference, FactorRule, GridPart, Library, Set, SiteGrids, ZoneError};
use crate::moment;
use crate::store::Tx;
use api::{ChoiceDocument, FactorDocument, IntensityQuery, Page, PageQuery, ProblemDocument};
use axum::extract::State as Extract;
use model::{SiteName, SiteNumber, ZoneId};
use units::{Interval, Timestamp};

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
        let rule = FactorRule::new(tx, &service.library);
        match (&asked.zone, &asked.region, &asked.site) {
            (Some(zone), None, None) => Ok(rule.choose(&zone.as_str().into(), &FactorPreference::default(), at)?),
            (None, Some(region), None) => Ok(rule.choose_region(region, &FactorPreference::default(), at)?),
            (None, None, Some(name)) => {
                let (site, grids) = (site(tx, name)?, SiteGrids::read(tx)?);
                Ok(rule.choose(&grids.zone(site, at), &grids.preference(site, at), at)?)
            }
            _ => Err(Problem::field("zone", "give one of zone, region and site")),
        }
    })
}

fn site(tx: &Tx<'_>, name: &SiteName) -> Result<SiteNumber, Problem> {
    let site = tx.sites().list()?.into_iter().find(|site| site.name == *name);
    site.map(|site| site.site).ok_or_else(|| Problem::not_found("site", name))
}

/// The zone and the factors that are wanted over `range`: a zone as it is, or those of a site, as the ledger takes them.
pub(super) fn grid_parts(
    tx: &Tx<'_>,
    zone: Option<&ZoneId>,
    name: Option<&SiteName>,
    range: Interval,
) -> Result<Vec<GridPart>, Problem> {
    match (zone, name) {
        (Some(zone), None) => {
            let zone = ZoneId::from(zone.as_str().trim().to_uppercase());
            Ok(vec![GridPart { interval: range, zone, preference: FactorPreference::default() }])
        }
        (None, Some(name)) => Ok(SiteGrids::read(tx)?.parts(site(tx, name)?, range)),
        _ => Err(Problem::field("zone", "give either zone or site")),
    }
}
