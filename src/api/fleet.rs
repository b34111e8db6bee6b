//! `/nodes`, `/devices`, `/sites`, `/projects`: where energy is used, and for whom.

use super::State;
use super::auth::unbound;
use super::body::Json;
use super::page::{Id, Page, PageQuery, Query};
use super::problem::{Problem, ProblemDocument};
use crate::access::Identity;
use crate::store::{DeviceRow, NodeRow, PriceStep, PueStep, SiteRow, StoreError, ZoneStep};
use crate::{decimal, moment, workload};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{DeviceId, PriceNumber};
use serde::{Deserialize, Serialize};
use units::{Pue, Timestamp};

/// A machine that an agent meters.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NodeDocument {
    name: String,
    /// Program and version that last spoke for it.
    software: String,
    /// When a batch of it last arrived.
    seen: String,
    /// Where it stands; `unassigned` until it is said.
    site: String,
}

impl From<NodeRow> for NodeDocument {
    fn from(row: NodeRow) -> Self {
        Self { name: row.name, software: row.software, seen: moment::show(row.seen), site: row.site }
    }
}

/// List nodes, by name
#[utoipa::path(get, path = "/nodes", tag = "fleet", params(PageQuery), responses((status = 200, description = "By name", body = Page<NodeDocument>)))]
pub(crate) async fn nodes(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<NodeDocument>>, Problem> {
    unbound(&who)?;
    let limit = page.limit()?;
    let rows = state
        .work(move |service| {
            let after = page.after().unwrap_or_default();
            Ok(service.store.read::<_, StoreError>(|tx| tx.nodes().list(after, limit.saturating_add(1)))?)
        })
        .await?;
    Ok(axum::Json(Page::of(rows, limit, |row| row.name.clone()).map(NodeDocument::from)))
}

/// A metered device.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DeviceDocument {
    /// Its number, by which `/devices/{id}/series` knows it.
    id: i64,
    node: String,
    /// Where its node stands; `unassigned` until it is said.
    site: String,
    uuid: String,
    name: String,
    index: u32,
    /// `accelerator`, `host` or `platform`.
    kind: String,
    limit_mw: i64,
    /// The device whose energy already contains this one's.
    counted_in: Option<String>,
}

impl From<DeviceRow> for DeviceDocument {
    fn from(row: DeviceRow) -> Self {
        let DeviceRow { device: id, node, site, uuid, name, index, kind, limit_mw, counted_in } = row;
        Self { id: id.number(), node, site, uuid, name, index, kind, limit_mw, counted_in }
    }
}

/// List devices, in the order in which they were first seen
#[utoipa::path(get, path = "/devices", tag = "fleet", params(PageQuery), responses((status = 200, description = "As first seen", body = Page<DeviceDocument>)))]
pub(crate) async fn devices(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<DeviceDocument>>, Problem> {
    unbound(&who)?;
    let limit = page.limit()?;
    let after = page.after_number()?.unwrap_or(0);
    let rows = state
        .work(move |service| {
            Ok(service
                .store
                .read::<_, StoreError>(|tx| tx.devices().list(DeviceId::new(after), limit.saturating_add(1)))?)
        })
        .await?;
    Ok(axum::Json(Page::of(rows, limit, |row| row.device.to_string()).map(DeviceDocument::from)))
}

/// A place with a grid zone and a PUE.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteRequest {
    name: String,
    /// Grid zone that has a factor, such as DE.
    zone: String,
    /// Facility energy / IT energy, 1.0 to 3.0; 1.0 without it.
    #[schema(value_type = Option<f64>, minimum = 1, maximum = 3)]
    pue: Option<serde_json::Number>,
    /// 5, 15, 30 or 60; 60 without it.
    posting_period_minutes: Option<u64>,
}

/// A PUE from some moment on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PueRequest {
    /// Facility energy / IT energy, 1.0 to 3.0.
    #[schema(value_type = f64, minimum = 1, maximum = 3)]
    pue: serde_json::Number,
    /// A UTC date or RFC 3339.
    since: String,
}

/// Where a node stands.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentRequest {
    site: String,
    /// A UTC date or RFC 3339; ever since 1970 without it.
    since: Option<String>,
}

/// A site.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SiteDocument {
    name: String,
    /// The zone that it moved to last.
    zone: String,
    /// Oldest first.
    zones: Vec<ZoneDocument>,
    /// It stays; a site with another one is a new site, to which nodes move.
    posting_period_minutes: u64,
    /// Oldest first.
    pue: Vec<PueDocument>,
    /// Oldest first; empty where energy has no price.
    price: Vec<PriceDocument>,
    /// Who acts on the energy that nobody holds.
    idle_owner: Option<String>,
}

impl SiteDocument {
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// A zone from some moment on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ZoneDocument {
    since: String,
    zone: String,
}

/// A price from some moment on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PriceDocument {
    since: String,
    /// ISO 4217.
    currency: String,
    /// Millionths of the currency's unit per MWh.
    per_mwh_micro: i64,
    /// Derived from `per_mwh_micro`, in the currency's unit.
    per_mwh: f64,
}

/// A PUE from some moment on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PueDocument {
    since: String,
    pue_ppm: u32,
}

/// A site and everything that was stated about it.
type Stated = (SiteRow, Vec<PueStep>, Vec<ZoneStep>, Vec<PriceStep>, Option<String>);

impl From<Stated> for SiteDocument {
    fn from((site, pue, zones, price, idle_owner): Stated) -> Self {
        let pue = pue
            .into_iter()
            .map(|step| PueDocument { since: moment::show(step.since), pue_ppm: step.pue.parts_per_million() });
        let price = price.into_iter().map(|step| PriceDocument {
            since: moment::show(step.since),
            currency: step.currency,
            per_mwh_micro: step.micro_per_mwh,
            per_mwh: step.micro_per_mwh as f64 / 1e6,
        });
        let zone = zones.last().map_or_else(|| site.zone.clone(), |step| step.zone.clone());
        Self {
            name: site.name,
            zone,
            zones: zones
                .into_iter()
                .map(|step| ZoneDocument { since: moment::show(step.since), zone: step.zone })
                .collect(),
            posting_period_minutes: site.period.nanoseconds() / 60_000_000_000,
            pue: pue.collect(),
            price: price.collect(),
            idle_owner,
        }
    }
}

fn pue(given: &serde_json::Number) -> Result<Pue, Problem> {
    let ppm = decimal::parse(&given.to_string(), 6).ok().and_then(|ppm| u32::try_from(ppm).ok());
    ppm.filter(|ppm| *ppm <= 3_000_000)
        .and_then(Pue::from_parts_per_million)
        .ok_or_else(|| Problem::field("pue", "PUE is facility energy / IT energy: it lies between 1.0 and 3.0"))
}

pub(super) fn named(field: &str, name: &str) -> Result<(), Problem> {
    if super::is_name(name) { Ok(()) } else { Err(Problem::field(field, format!("a name is {}", super::NAME_RULE))) }
}

/// Every site, by name.
fn all_sites(service: &super::Service) -> Result<Vec<SiteDocument>, Problem> {
    let sites = service.store.read::<_, StoreError>(|tx| {
        let (prices, zones) = (tx.prices().list(PriceNumber::new(i64::MAX))?, tx.sites().zone_history()?);
        let stated = tx.sites().list()?.into_iter().map(|site| {
            let own_prices = prices.iter().filter(|step| step.site == site.site).cloned().collect();
            let own_zones = zones.iter().filter(|step| step.site == site.site).cloned().collect();
            Ok((tx.sites().pue_history(site.site)?, own_zones, own_prices, tx.sites().idle_owner(site.site)?, site))
        });
        stated.collect::<Result<Vec<_>, _>>()
    })?;
    let document = |(pue, zones, prices, owner, site)| SiteDocument::from((site, pue, zones, prices, owner));
    Ok(sites.into_iter().map(document).collect())
}

pub(super) fn site(service: &super::Service, name: &str) -> Result<SiteDocument, Problem> {
    let found = all_sites(service)?.into_iter().find(|site| site.name == name);
    found.ok_or_else(|| Problem::not_found("site", name))
}

/// List sites, by name
#[utoipa::path(get, path = "/sites", tag = "fleet", params(PageQuery), responses((status = 200, description = "By name", body = Page<SiteDocument>)))]
pub(crate) async fn sites(
    Extract(state): Extract<State>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<SiteDocument>>, Problem> {
    let limit = page.limit()?;
    let mut sites = state.work(all_sites).await?;
    let after = page.after().unwrap_or_default();
    sites.retain(|site| *site.name > *after);
    Ok(axum::Json(Page::of(sites, limit, |site| site.name.clone())))
}

/// Make a site
#[utoipa::path(
    post, path = "/sites", tag = "fleet", request_body = SiteRequest,
    responses(
        (status = 201, description = "Made", body = SiteDocument),
        (status = 409, description = "The name is taken", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn add_site(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<SiteRequest>,
) -> Result<(StatusCode, axum::Json<SiteDocument>), Problem> {
    unbound(&who)?;
    named("name", &asked.name)?;
    let pue = asked.pue.as_ref().map_or(Ok(Pue::ONE), pue)?;
    let minutes = asked.posting_period_minutes.unwrap_or(60);
    let by = who.by(state.clock.wall());
    let made = state
        .work(move |service| {
            let name = asked.name.clone();
            workload::add_site(&service.store, &service.library, asked.name, &asked.zone, minutes, pue, by)?;
            site(service, &name)
        })
        .await?;
    state.events.tell("site", made.name.as_str(), None);
    Ok((StatusCode::CREATED, axum::Json(made)))
}

/// State the PUE of a site from some moment on
#[utoipa::path(
    post, path = "/sites/{id}/pue", tag = "fleet", request_body = PueRequest,
    params(("id" = String, Path, description = "Name of the site")),
    responses(
        (status = 200, description = "The site", body = SiteDocument),
        (status = 404, description = "No such site", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn set_pue(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id,
    Json(asked): Json<PueRequest>,
) -> Result<axum::Json<SiteDocument>, Problem> {
    unbound(&who)?;
    let pue = pue(&asked.pue)?;
    let since = moment::parse(&asked.since).map_err(|rule| Problem::field("since", rule))?;
    let by = who.by(state.clock.wall());
    let changed = state
        .work(move |service| {
            workload::set_pue(&service.store, name.clone(), since, pue, by)?;
            site(service, &name)
        })
        .await?;
    state.events.tell("site", changed.name.as_str(), None);
    Ok(axum::Json(changed))
}

/// Say where a node stands
#[utoipa::path(
    post, path = "/nodes/{id}/site", tag = "fleet", request_body = AssignmentRequest,
    params(("id" = String, Path, description = "Name of the node")),
    responses(
        (status = 204, description = "Assigned"),
        (status = 404, description = "No such site", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn assign(
    Extract(state): Extract<State>,
    who: Identity,
    Id(node): Id,
    Json(asked): Json<AssignmentRequest>,
) -> Result<StatusCode, Problem> {
    unbound(&who)?;
    named("id", &node)?;
    let since = asked.since.as_deref().map(moment::parse).transpose();
    let since = since.map_err(|rule| Problem::field("since", rule))?.unwrap_or(Timestamp::from_nanoseconds(0));
    let (by, name) = (who.by(state.clock.wall()), node.clone());
    state.work(move |service| Ok(workload::assign_node(&service.store, node, asked.site, since, by)?)).await?;
    state.events.tell("node", name, None);
    Ok(StatusCode::NO_CONTENT)
}

/// A project.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    /// A name.
    name: String,
}

/// List projects, by name
#[utoipa::path(get, path = "/projects", tag = "administration", params(PageQuery), responses((status = 200, description = "By name", body = Page<Project>)))]
pub(crate) async fn projects(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<Project>>, Problem> {
    if let Some(name) = who.project {
        return Ok(axum::Json(Page { items: vec![Project { name }], next_cursor: None }));
    }
    let limit = page.limit()?;
    let names = state
        .work(move |service| {
            let after = page.after().unwrap_or_default();
            Ok(service.store.read::<_, StoreError>(|tx| tx.projects().list(after, limit.saturating_add(1)))?)
        })
        .await?;
    Ok(axum::Json(Page::of(names, limit, String::clone).map(|name| Project { name })))
}

/// Make a project
#[utoipa::path(
    post, path = "/projects", tag = "administration", request_body = Project,
    responses(
        (status = 201, description = "Made", body = Project),
        (status = 409, description = "The name is taken", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn add_project(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<Project>,
) -> Result<(StatusCode, axum::Json<Project>), Problem> {
    unbound(&who)?;
    named("name", &asked.name)?;
    let (name, by) = (asked.name.clone(), who.by(state.clock.wall()));
    state.work(move |service| Ok(workload::add_project(&service.store, name, by)?)).await?;
    state.events.tell("project", asked.name.as_str(), Some(&asked.name));
    Ok((StatusCode::CREATED, axum::Json(asked)))
}
