//! `/grid/providers`: live providers of grid factors.

use super::auth::unbound;
use super::page::{Paging, Query};
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::access::Identity;
use crate::feed::{Feed, FeedError, FeedNote, FeedReport};
use crate::grid::provider::{ProviderAccess, ProviderChoice, provider};
use crate::moment::show;
use api::{Page, PageQuery, ProblemDocument, ProviderDocument, ProviderZoneDocument, SyncDocument};
use axum::extract::{Path, State as Extract};
use model::{ProviderName, ProviderState};
use units::Timestamp;

/// List the providers of grid factors, what each needs and how it does
#[utoipa::path(
    get, path = "/grid/providers", operation_id = "list_providers", tag = "grid", params(PageQuery),
    responses((status = 200, description = "One page of providers, by name; those that the service does not ask are among them", body = Page<ProviderDocument>))
)]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<ProviderDocument>>, Problem> {
    let (limit, now) = (page.limit()?, state.clock.wall());
    let after = page.after().unwrap_or_default();
    let mut names: Vec<ProviderName> = ProviderName::ALL.iter().copied().filter(|name| name.name() > after).collect();
    names.sort_by_key(|name| name.name());
    let documents = names.into_iter().map(|name| match state.feeds.find(name) {
        Some(feed) => configured(feed, now),
        None => other(name),
    });
    Ok(axum::Json(Page::of(documents.collect(), limit, |document| document.name.to_string())))
}

/// Ask a provider for its newest values now
///
/// Answers when all of its zones were asked for. What fails is in the answer, beside what came.
#[utoipa::path(
    post, path = "/grid/providers/{name}/sync", operation_id = "sync_provider", tag = "grid",
    params(("name" = ProviderName, Path, description = "Name of the provider in the configuration")),
    responses(
        (status = 200, description = "What came", body = SyncDocument),
        (status = 404, description = "The service is not configured to ask this provider", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn sync(
    Extract(state): Extract<State>,
    who: Identity,
    Path(name): Path<String>,
) -> Result<axum::Json<SyncDocument>, Problem> {
    unbound(&who)?;
    let name: ProviderName =
        name.parse().map_err(|unknown: model::UnknownWord| Problem::missing(unknown.to_string()))?;
    let report = state.work(move |service| synced(service, name)).await?;
    state.events.tell_factors(&report.changed);
    let newest = state.feeds.find(name).and_then(|feed| Some(show(feed.note().newest()?.1.start)));
    let FeedReport { new, unchanged, revised, refused, refusals, troubles, missing, changed: _ } = report;
    let refusals = refusals.into_iter().map(|refused| format!("{}: {}", refused.place, refused.reason)).collect();
    Ok(axum::Json(SyncDocument {
        name,
        new,
        revised,
        unchanged,
        refused,
        refusals,
        errors: troubles,
        missing,
        newest_value: newest,
    }))
}

fn synced(service: &ApiService, name: ProviderName) -> Result<FeedReport, Problem> {
    let feed = service.feeds.find(name).ok_or_else(|| {
        Problem::missing(format!(
            "the service does not ask {name}: write [grid.providers.{name}] with its zones in the configuration"
        ))
    })?;
    feed.sync().map_err(|error| match error {
        FeedError::TooEarly(then) => {
            let wait = then.since(service.clock.wall()).map_or(1, |span| span.nanoseconds() / 1_000_000_000 + 1);
            Problem::unavailable(error.to_string(), wait)
        }
        other => Problem::unavailable(other.to_string(), 60),
    })
}

fn configured(feed: &Feed, now: Timestamp) -> ProviderDocument {
    let note = feed.note();
    let FeedNote { zones, last_success, trouble, not_before, .. } = &note;
    let newest = note.newest().map(|(_, newest)| *newest);
    let zone = |zone: &crate::grid::provider::ProviderZone| {
        let newest = zones.get(&zone.zone);
        ProviderZoneDocument {
            zone: zone.zone.clone(),
            code: zone.code.clone(),
            newest_value: newest.map(|newest| show(newest.start)),
            newest_g_per_kwh: newest.map(|newest| f64::from(newest.intensity_mg_per_kwh) / 1e3),
        }
    };
    ProviderDocument {
        name: feed.name(),
        state: note.state(now),
        needs: needs(feed.name()),
        host: Some(feed.host().to_owned()),
        zones: feed.zones().iter().map(zone).collect(),
        last_success: last_success.map(show),
        newest_value: newest.map(|newest| show(newest.start)),
        newest_value_age_s: newest.map(|newest| (now.nanoseconds() - newest.end.nanoseconds()).max(0) / 1_000_000_000),
        last_error: trouble.as_ref().map(|trouble| trouble.reason.clone()),
        last_error_at: trouble.as_ref().map(|trouble| show(trouble.last)),
        not_before: not_before.filter(|then| *then > now).map(show),
    }
}

fn other(name: ProviderName) -> ProviderDocument {
    ProviderDocument {
        name,
        state: ProviderState::NotConfigured,
        needs: needs(name),
        host: None,
        zones: Vec::new(),
        last_success: None,
        newest_value: None,
        newest_value_age_s: None,
        last_error: None,
        last_error_at: None,
        not_before: None,
    }
}

/// What it takes to ask a provider.
fn needs(name: ProviderName) -> String {
    match provider(name, ProviderChoice::default()).access() {
        ProviderAccess::Open => "zones",
        ProviderAccess::Login(_) => "zones, key_file with USER:PASSWORD",
        ProviderAccess::Header(_) | ProviderAccess::Query(_) | ProviderAccess::Bearer => "zones, key_file",
    }
    .to_owned()
}
