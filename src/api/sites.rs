//! `/sites/{id}`: what changes about a site after it was made: price, zone, and who acts on its idle energy.

use super::State;
use super::auth::unbound;
use super::body::Json;
use super::fleet::{SiteDocument, named, site};
use super::page::Id;
use super::problem::{Problem, ProblemDocument};
use crate::access::Identity;
use crate::{decimal, moment, workload};
use axum::extract::State as Extract;
use serde::Deserialize;

/// Millionths of a currency's unit: 10 million units per MWh is more than any energy costs.
const PRICE_MICRO_MAX: i128 = 10_000_000_000_000;

/// A price from some moment on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceRequest {
    /// In the currency's unit per MWh, up to 6 decimals, 0 or more.
    #[schema(value_type = f64, minimum = 0, maximum = 10_000_000)]
    per_mwh: serde_json::Number,
    /// ISO 4217, such as EUR; a site has one.
    currency: String,
    /// A UTC date or RFC 3339.
    since: String,
}

/// A zone from some moment on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ZoneRequest {
    /// Grid zone that has a factor, such as DE.
    zone: String,
    /// A UTC date or RFC 3339.
    since: String,
}

/// Who acts on a site's idle energy.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdleOwnerRequest {
    /// A project, a team or an address, a name; nobody when it is `null`.
    owner: Option<String>,
}

/// State the price of a site's energy from some moment on
///
/// Reports price energy, and the overhead beside it, by the price at its time. Closed periods keep theirs.
#[utoipa::path(
    post, path = "/sites/{id}/price", tag = "fleet", request_body = PriceRequest,
    params(("id" = String, Path, description = "Name of the site")),
    responses(
        (status = 200, description = "The site", body = SiteDocument),
        (status = 404, description = "No such site", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The site pays in another currency", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn set_price(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id,
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

/// Say in which grid zone a site is from some moment on
///
/// What is open takes the zone at once, what is posted keeps its factor until it is restated.
#[utoipa::path(
    post, path = "/sites/{id}/zone", tag = "fleet", request_body = ZoneRequest,
    params(("id" = String, Path, description = "Name of the site")),
    responses(
        (status = 200, description = "The site", body = SiteDocument),
        (status = 404, description = "No such site", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn set_zone(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id,
    Json(asked): Json<ZoneRequest>,
) -> Result<axum::Json<SiteDocument>, Problem> {
    unbound(&who)?;
    let since = moment::parse(&asked.since).map_err(|rule| Problem::field("since", rule))?;
    let by = who.by(state.clock.wall());
    changed(&state, name, move |service, name| {
        Ok(workload::set_zone(&service.store, &service.library, name, &asked.zone, since, by)?)
    })
    .await
}

/// Say who acts on the energy that nobody holds at a site
#[utoipa::path(
    post, path = "/sites/{id}/idle-owner", tag = "fleet", request_body = IdleOwnerRequest,
    params(("id" = String, Path, description = "Name of the site")),
    responses(
        (status = 200, description = "The site", body = SiteDocument),
        (status = 404, description = "No such site", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn set_idle_owner(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id,
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
    name: String,
    change: impl FnOnce(&super::Service, String) -> Result<(), Problem> + Send + 'static,
) -> Result<axum::Json<SiteDocument>, Problem> {
    let changed = state
        .work(move |service| {
            change(service, name.clone())?;
            site(service, &name)
        })
        .await?;
    state.events.tell("site", changed.name(), None);
    Ok(axum::Json(changed))
}
