//! `/sites/{id}`: what can change about a site: its PUE, its price, its zone, and who is responsible for its idle energy.

use super::auth::unbound;
use super::body::Json;
use super::fleet::{named, pue, site};
use super::page::Id;
use super::problem::Problem;
use super::state::{ApiService, State};
use super::text::{ORIGIN_TEXT, expect_text};
use crate::access::Identity;
use crate::grid::FactorPreference;
use crate::{decimal, moment, workload};
use api::{
    FactorPreferenceRequest, IdleOwnerRequest, PriceRequest, ProblemDocument, PueRequest, SiteDocument, ZoneRequest,
};
use axum::extract::State as Extract;
use model::{Accounting, ChangeKind, SiteName};

/// Millionths of a currency's unit: 10 million units per MWh is more than any energy costs.
const PRICE_MICRO_MAX: i128 = 10_000_000_000_000;

/// State the PUE of a site from a moment on
#[utoipa::path(
    post, path = "/sites/{id}/pue", tag = "fleet", request_body = PueRequest,
    params(("id" = String, Path, description = "Name of the site")),
    responses(
        (status = 200, description = "The site after the change", body = SiteDocument),
        (status = 404, description = "There is no such site", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn set_pue(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id<SiteName>,
    Json(asked): Json<PueRequest>,
) -> Result<axum::Json<SiteDocument>, Problem> {
    unbound(&who)?;
    let pue = pue(&asked.pue)?;
    let since = moment::parse(&asked.since).map_err(|rule| Problem::field("since", rule))?;
    let by = who.by(state.clock.wall());
    changed(&state, name, move |service, name| Ok(workload::set_pue(&service.store, name, since, pue, by)?)).await
}

/// State the price of a site's energy from a moment on
///
/// Reports price energy and its overhead at the price of the time of use. Closed periods keep theirs.
#[utoipa::path(
    post, path = "/sites/{id}/price", tag = "fleet", request_body = PriceRequest,
    params(("id" = String, Path, description = "Name of the site")),
    responses(
        (status = 200, description = "The site after the change", body = SiteDocument),
        (status = 404, description = "There is no such site", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The site has prices in another currency", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn set_price(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id<SiteName>,
    Json(asked): Json<PriceRequest>,
) -> Result<axum::Json<SiteDocument>, Problem> {
    unbound(&who)?;
    let micro =
        decimal::parse(&asked.per_mwh.to_string(), 6).ok().filter(|micro| (0..=PRICE_MICRO_MAX).contains(micro));
    let micro = micro.and_then(|micro| i64::try_from(micro).ok());
    let micro = micro
        .ok_or_else(|| Problem::field("per_mwh", "a price lies between 0 and 10000000 and has up to 6 decimals"))?;
    if asked.currency.len() != 3 || !asked.currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(Problem::field("currency", "write the three letters of ISO 4217, such as EUR"));
    }
    let since = moment::parse(&asked.since).map_err(|rule| Problem::field("since", rule))?;
    let by = who.by(state.clock.wall());
    changed(&state, name, move |service, name| {
        Ok(workload::set_price(&service.store, name, since, asked.currency, micro, by)?)
    })
    .await
}

/// State the grid zone of a site from a moment on
///
/// Energy that is not posted yet takes the zone at once. Posted entries keep their factors until they are restated.
#[utoipa::path(
    post, path = "/sites/{id}/zone", tag = "fleet", request_body = ZoneRequest,
    params(("id" = String, Path, description = "Name of the site")),
    responses(
        (status = 200, description = "The site after the change", body = SiteDocument),
        (status = 404, description = "There is no such site", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn set_zone(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id<SiteName>,
    Json(asked): Json<ZoneRequest>,
) -> Result<axum::Json<SiteDocument>, Problem> {
    unbound(&who)?;
    let since = moment::parse(&asked.since).map_err(|rule| Problem::field("since", rule))?;
    let by = who.by(state.clock.wall());
    changed(&state, name, move |service, name| {
        Ok(workload::set_zone(&service.store, &service.library, name, asked.zone.as_str(), since, by)?)
    })
    .await
}

/// State which factors a site wants from a moment on
///
/// Energy that is not posted yet takes them at once. Posted entries keep their factors until they are restated.
#[utoipa::path(
    post, path = "/sites/{id}/factors", tag = "fleet", request_body = FactorPreferenceRequest,
    params(("id" = String, Path, description = "Name of the site")),
    responses(
        (status = 200, description = "The site after the change", body = SiteDocument),
        (status = 404, description = "There is no such site", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn set_factors(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id<SiteName>,
    Json(asked): Json<FactorPreferenceRequest>,
) -> Result<axum::Json<SiteDocument>, Problem> {
    unbound(&who)?;
    if asked.accounting == Some(Accounting::Marginal) {
        return Err(Problem::field("accounting", "marginal factors enter no total: choose one of the averages"));
    }
    for publisher in &asked.publishers {
        expect_text("publishers", publisher, ORIGIN_TEXT)?;
    }
    let since = moment::parse(&asked.since).map_err(|rule| Problem::field("since", rule))?;
    let FactorPreferenceRequest { basis, gas, accounting, publishers, .. } = asked;
    let preference = FactorPreference { basis, gas, accounting, publishers };
    let by = who.by(state.clock.wall());
    changed(&state, name, move |service, name| {
        Ok(workload::set_factor_preference(&service.store, name, since, preference, by)?)
    })
    .await
}

/// State who is responsible for unallocated idle energy at a site
#[utoipa::path(
    post, path = "/sites/{id}/idle-owner", tag = "fleet", request_body = IdleOwnerRequest,
    params(("id" = String, Path, description = "Name of the site")),
    responses(
        (status = 200, description = "The site after the change", body = SiteDocument),
        (status = 404, description = "There is no such site", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn set_idle_owner(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id<SiteName>,
    Json(asked): Json<IdleOwnerRequest>,
) -> Result<axum::Json<SiteDocument>, Problem> {
    unbound(&who)?;
    asked.owner.as_deref().map_or(Ok(()), |owner| named("owner", owner))?;
    let by = who.by(state.clock.wall());
    changed(&state, name, move |service, name| Ok(workload::set_idle_owner(&service.store, name, asked.owner, by)?))
        .await
}

/// Makes a change to the site `name`, tells of it, and answers with the site.
async fn changed(
    state: &State,
    name: SiteName,
    change: impl FnOnce(&ApiService, SiteName) -> Result<(), Problem> + Send + 'static,
) -> Result<axum::Json<SiteDocument>, Problem> {
    let changed = state
        .work(move |service| {
            change(service, name.clone())?;
            site(service, &name)
        })
        .await?;
    state.events.tell(ChangeKind::Site, changed.name.as_str(), None);
    Ok(axum::Json(changed))
}
