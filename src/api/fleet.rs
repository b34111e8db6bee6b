//! `/nodes`, `/devices`, `/sites`, `/projects`: where energy is used, and for whom.

use super::auth::unbound;
use super::body::Json;
use super::name::{NAME_RULE, is_name};
use super::page::{Id, Paging, Query};
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::access::Identity;
use crate::grid::FactorPreference;
use crate::store::{DeviceRow, NodeRow, PreferenceStep, PriceStep, PueStep, SiteRow, StoreError, ZoneStep};
use crate::{decimal, moment, workload};
use api::{
    AssignmentRequest, DeviceDocument, FactorPreferenceDocument, NodeDocument, Page, PageQuery, PriceDocument,
    ProblemDocument, Project, PueDocument, SiteDocument, SiteRequest, ZoneDocument,
};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{ChangeKind, DeviceId, NodeName, PriceNumber, ProjectName, SiteName};
use units::{Pue, Timestamp};

impl From<NodeRow> for NodeDocument {
    fn from(row: NodeRow) -> Self {
        let NodeRow { name, software, site, token, .. } = row;
        Self { name, software, seen: moment::show(row.seen), site, token }
    }
}

/// List nodes by name
#[utoipa::path(get, path = "/nodes", tag = "fleet", params(PageQuery), responses((status = 200, description = "One page of nodes, by name", body = Page<NodeDocument>)))]
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
    Ok(axum::Json(Page::of(rows, limit, |row| row.name.to_string()).map(NodeDocument::from)))
}

impl From<DeviceRow> for DeviceDocument {
    fn from(row: DeviceRow) -> Self {
        Self {
            id: row.device,
            node: row.node,
            site: row.site,
            uuid: row.uuid,
            name: row.name,
            index: row.index,
            kind: row.kind,
            limit_mw: i64::try_from(row.limit.milliwatts()).unwrap_or(i64::MAX),
            counted_in: row.counted_in,
        }
    }
}

/// List devices in the order in which they were first seen
#[utoipa::path(get, path = "/devices", tag = "fleet", params(PageQuery), responses((status = 200, description = "One page of devices, in the order in which they were first seen", body = Page<DeviceDocument>)))]
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

/// A site and everything that was stated about it.
struct StatedSite {
    row: SiteRow,
    pue: Vec<PueStep>,
    zones: Vec<ZoneStep>,
    prices: Vec<PriceStep>,
    idle_owner: Option<String>,
    factors: Vec<PreferenceStep>,
}

impl From<StatedSite> for SiteDocument {
    fn from(stated: StatedSite) -> Self {
        let StatedSite { row, pue, zones, prices, idle_owner, factors } = stated;
        let zone = zones.last().map_or(row.zone, |step| step.zone.clone());
        let zone_document = |step: ZoneStep| ZoneDocument { since: moment::show(step.since), zone: step.zone };
        let pue_document =
            |step: PueStep| PueDocument { since: moment::show(step.since), pue_ppm: step.pue.parts_per_million() };
        Self {
            name: row.name,
            zone,
            zones: zones.into_iter().map(zone_document).collect(),
            posting_period_minutes: row.period.nanoseconds() / 60_000_000_000,
            pue: pue.into_iter().map(pue_document).collect(),
            price: prices.into_iter().map(price_document).collect(),
            idle_owner,
            factors: factors.iter().filter_map(preference_document).collect(),
        }
    }
}

fn preference_document(step: &PreferenceStep) -> Option<FactorPreferenceDocument> {
    let FactorPreference { basis, gas, accounting, publishers } = serde_json::from_str(&step.preference).ok()?;
    Some(FactorPreferenceDocument { since: moment::show(step.since), basis, gas, accounting, publishers })
}

fn price_document(step: PriceStep) -> PriceDocument {
    PriceDocument {
        since: moment::show(step.since),
        currency: step.currency,
        per_mwh_micro: step.micro_per_mwh,
        per_mwh: step.micro_per_mwh as f64 / 1e6,
    }
}

/// A PUE as it is stated.
pub(super) fn pue(given: &serde_json::Number) -> Result<Pue, Problem> {
    let ppm = decimal::parse(&given.to_string(), 6).ok().and_then(|ppm| u32::try_from(ppm).ok());
    ppm.filter(|ppm| *ppm <= 3_000_000)
        .and_then(Pue::from_parts_per_million)
        .ok_or_else(|| Problem::field("pue", "PUE is facility energy / IT energy: it lies between 1.0 and 3.0"))
}

pub(super) fn named(field: &str, name: &str) -> Result<(), Problem> {
    if is_name(name) { Ok(()) } else { Err(Problem::field(field, format!("a name is {NAME_RULE}"))) }
}

/// Every site, by name.
fn all_sites(service: &ApiService) -> Result<Vec<SiteDocument>, Problem> {
    let sites = service.store.read::<_, StoreError>(|tx| {
        let (prices, zones) = (tx.prices().list(PriceNumber::new(i64::MAX))?, tx.sites().zone_history()?);
        let factors = tx.sites().preferences()?;
        let stated = tx.sites().list()?.into_iter().map(|row| {
            Ok(StatedSite {
                pue: tx.sites().pue_history(row.site)?,
                zones: zones.iter().filter(|step| step.site == row.site).cloned().collect(),
                prices: prices.iter().filter(|step| step.site == row.site).cloned().collect(),
                idle_owner: tx.sites().idle_owner(row.site)?,
                factors: factors.iter().filter(|step| step.site == row.site).cloned().collect(),
                row,
            })
        });
        stated.collect::<Result<Vec<_>, _>>()
    })?;
    Ok(sites.into_iter().map(SiteDocument::from).collect())
}

pub(super) fn site(service: &ApiService, name: &SiteName) -> Result<SiteDocument, Problem> {
    let found = all_sites(service)?.into_iter().find(|site| site.name == *name);
    found.ok_or_else(|| Problem::not_found("site", name))
}

/// List sites by name
#[utoipa::path(get, path = "/sites", tag = "fleet", params(PageQuery), responses((status = 200, description = "One page of sites, by name", body = Page<SiteDocument>)))]
pub(crate) async fn sites(
    Extract(state): Extract<State>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<SiteDocument>>, Problem> {
    let limit = page.limit()?;
    let mut sites = state.work(all_sites).await?;
    let after = page.after().unwrap_or_default();
    sites.retain(|site| site.name.as_str() > after);
    Ok(axum::Json(Page::of(sites, limit, |site| site.name.to_string())))
}

/// Create a site
#[utoipa::path(
    post, path = "/sites", tag = "fleet", request_body = SiteRequest,
    responses(
        (status = 201, description = "The site as it is stored", body = SiteDocument),
        (status = 409, description = "The name is in use already", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn add_site(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<SiteRequest>,
) -> Result<(StatusCode, axum::Json<SiteDocument>), Problem> {
    unbound(&who)?;
    named("name", asked.name.as_str())?;
    let pue = asked.pue.as_ref().map_or(Ok(Pue::ONE), pue)?;
    let minutes = asked.posting_period_minutes.unwrap_or(60);
    let by = who.by(state.clock.wall());
    let made = state
        .work(move |service| {
            let zone = asked.zone.as_str();
            workload::add_site(&service.store, &service.library, asked.name.clone(), zone, minutes, pue, by)?;
            site(service, &asked.name)
        })
        .await?;
    state.events.tell(ChangeKind::Site, made.name.as_str(), None);
    Ok((StatusCode::CREATED, axum::Json(made)))
}

/// Assign a node to a site
#[utoipa::path(
    post, path = "/nodes/{id}/site", tag = "fleet", request_body = AssignmentRequest,
    params(("id" = String, Path, description = "Name of the node")),
    responses(
        (status = 204, description = "The node is assigned to the site"),
        (status = 404, description = "There is no such site", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn assign(
    Extract(state): Extract<State>,
    who: Identity,
    Id(node): Id<NodeName>,
    Json(asked): Json<AssignmentRequest>,
) -> Result<StatusCode, Problem> {
    unbound(&who)?;
    let (name, owner) = node.as_str().split_once('~').unwrap_or((node.as_str(), ""));
    named("id", name)?;
    if node.as_str() != name {
        named("id", owner)?;
    }
    let since = asked.since.as_deref().map(moment::parse).transpose();
    let since = since.map_err(|rule| Problem::field("since", rule))?.unwrap_or(Timestamp::from_nanoseconds(0));
    let (by, name) = (who.by(state.clock.wall()), node.clone());
    state.work(move |service| Ok(workload::assign_node(&service.store, node, asked.site, since, by)?)).await?;
    state.events.tell(ChangeKind::Node, name.into_string(), None);
    Ok(StatusCode::NO_CONTENT)
}

/// List projects by name
#[utoipa::path(get, path = "/projects", tag = "administration", params(PageQuery), responses((status = 200, description = "One page of projects, by name", body = Page<Project>)))]
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
    Ok(axum::Json(Page::of(names, limit, ProjectName::to_string).map(|name| Project { name })))
}

/// Create a project
#[utoipa::path(
    post, path = "/projects", tag = "administration", request_body = Project,
    responses(
        (status = 201, description = "The project as it is stored", body = Project),
        (status = 409, description = "The name is in use already", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn add_project(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<Project>,
) -> Result<(StatusCode, axum::Json<Project>), Problem> {
    unbound(&who)?;
    named("name", asked.name.as_str())?;
    let (name, by) = (asked.name.clone(), who.by(state.clock.wall()));
    state.work(move |service| Ok(workload::add_project(&service.store, name, by)?)).await?;
    state.events.tell(ChangeKind::Project, asked.name.as_str(), Some(&asked.name));
    Ok((StatusCode::CREATED, axum::Json(asked)))
}
