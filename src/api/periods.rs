//! `/periods` and `/ledger/restate`: closed figures, what they would be now, and corrections with a reason.

use super::auth::unbound;
use super::body::Json;
use super::page::{Id, Paging, Query};
use super::problem::Problem;
use super::selection::reversed;
use super::state::State;
use super::text::{TextMax, expect_text};
use crate::access::Identity;
use crate::ledger;
use crate::moment;
use crate::store::{GroupBy, PeriodRow, PeriodVersion, Selection, StoreError};
use api::{
    Page, PageQuery, Period, PeriodItem, PeriodRequest, ProblemDocument, ReasonRequest, RestateDocument, RestateRequest,
};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{ChangeKind, PeriodId};
use units::Interval;

/// Longest name of a period and longest reason, bytes.
const TEXT_BYTES_MAX: usize = 512;

/// A closed period with its latest version, as `who` may see it.
fn item(row: PeriodRow, version: PeriodVersion, who: &Identity) -> PeriodItem {
    PeriodItem {
        id: row.period,
        name: row.name,
        from: moment::show(row.from),
        to: moment::show(row.to),
        version: version.version,
        closed: moment::show(version.closed),
        closed_by: Some(version.closed_by).filter(|_| who.project.is_none()),
        report: format!("/api/v1/reports/emissions?period={}", row.period),
    }
}

fn text(field: &str, given: &str) -> Result<String, Problem> {
    let given = given.trim();
    expect_text(field, given, TextMax::Bytes(TEXT_BYTES_MAX))?;
    Ok(given.to_owned())
}

/// A range of time from the body.
fn range(from: &str, to: &str) -> Result<Interval, Problem> {
    let from = moment::parse(from).map_err(|rule| Problem::field("from", rule))?;
    let to = moment::parse(to).map_err(|rule| Problem::field("to", rule))?;
    Interval::new(from, to).ok_or_else(reversed)
}

fn number(asked: &str) -> Result<PeriodId, Problem> {
    asked.parse().map_err(|_| Problem::not_found("reporting period", asked))
}

/// List reporting periods in the order in which they were first closed
///
/// A token that is bound to a project sees only periods with jobs of that project.
#[utoipa::path(get, path = "/periods", operation_id = "list_periods", tag = "reports", params(PageQuery), responses((status = 200, description = "One page of periods, by number", body = Page<PeriodItem>)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<PeriodItem>>, Problem> {
    let limit = page.limit()?;
    let (after, own) = (page.after_number()?.unwrap_or(0), who.project.clone());
    let found = state
        .work(move |service| {
            Ok(service.store.read::<_, StoreError>(|tx| {
                let mut found = Vec::new();
                for row in tx.periods().list(own.as_ref(), PeriodId::new(after), limit.saturating_add(1))? {
                    if let Some(version) = tx.periods().versions(row.period)?.pop() {
                        found.push((row, version));
                    }
                }
                Ok(found)
            })?)
        })
        .await?;
    let page = Page::of(found, limit, |(row, _)| row.period.to_string());
    Ok(axum::Json(page.map(|(row, version)| item(row, version, &who))))
}

/// Close a reporting period
///
/// From then on its figures stay: late data and revised factors show as a difference, and become part of the figures only when the period is
/// restated.
#[utoipa::path(
    post, path = "/periods", tag = "reports", request_body = PeriodRequest,
    responses(
        (status = 201, description = "The period as it was closed", body = Period),
        (status = 409, description = "Part of the period is not posted yet, it has not ended, or another period has its name or time", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn close(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<PeriodRequest>,
) -> Result<(StatusCode, axum::Json<Period>), Problem> {
    unbound(&who)?;
    let range = range(&asked.from, &asked.to)?;
    let name = asked.name.as_deref().map(|name| text("name", name)).transpose()?;
    let by = who.by(state.clock.wall());
    let period = state
        .work(move |service| {
            let number = ledger::close_period(&service.store, name, range, by)?;
            Ok(ledger::period(&service.store, &service.library, number, None)?)
        })
        .await?;
    state.events.tell(ChangeKind::Period, period.id.to_string(), None);
    Ok((StatusCode::CREATED, axum::Json(period)))
}

/// Show a reporting period as closed, as it would be now, and why they differ
#[utoipa::path(
    get, path = "/periods/{id}", operation_id = "show_period", tag = "reports", params(("id" = String, Path, description = "Number of the period")),
    responses(
        (status = 200, description = "The period; only the jobs of one project for a token that is bound to it", body = Period),
        (status = 404, description = "There is no such period", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    who: Identity,
    Id(asked): Id,
) -> Result<axum::Json<Period>, Problem> {
    let number = number(&asked)?;
    let period = state
        .work(move |service| Ok(ledger::period(&service.store, &service.library, number, who.project.as_ref())?))
        .await?;
    Ok(axum::Json(period))
}

/// Restate a reporting period
///
/// Its current figures become its next version. Earlier versions stay.
#[utoipa::path(
    post, path = "/periods/{id}/restate", tag = "reports", request_body = ReasonRequest,
    params(("id" = String, Path, description = "Number of the period")),
    responses(
        (status = 200, description = "The period with its new version", body = Period),
        (status = 404, description = "There is no such period", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Part of the period is not posted yet, or nothing has changed", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn restate(
    Extract(state): Extract<State>,
    who: Identity,
    Id(asked): Id,
    Json(request): Json<ReasonRequest>,
) -> Result<axum::Json<Period>, Problem> {
    unbound(&who)?;
    let (number, reason, by) = (number(&asked)?, text("reason", &request.reason)?, who.by(state.clock.wall()));
    let period = state
        .work(move |service| {
            ledger::restate_period(&service.store, number, reason, by)?;
            Ok(ledger::period(&service.store, &service.library, number, None)?)
        })
        .await?;
    state.events.tell(ChangeKind::Period, asked, None);
    Ok(axum::Json(period))
}

/// Restate ledger entries after a change of factors, PUE or zone
///
/// Reverses each entry that would get another factor or PUE now, and posts it again with the reason. Closed periods keep their figures.
#[utoipa::path(
    post, path = "/ledger/restate", tag = "ledger", request_body = RestateRequest,
    responses((status = 200, description = "Old figures, new figures and their difference", body = RestateDocument))
)]
pub(crate) async fn restate_entries(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<RestateRequest>,
) -> Result<axum::Json<RestateDocument>, Problem> {
    unbound(&who)?;
    let range = range(&asked.from, &asked.to)?;
    let (reason, by) = (text("reason", &asked.reason)?, who.by(state.clock.wall()));
    let restated = state
        .work(move |service| {
            let selection = Selection::between(range.start(), range.end());
            let figures = || ledger::report(&service.store, &service.library, &selection, &GroupBy::Project);
            let (old, head) =
                (ledger::figures(&figures()?), service.store.read::<_, StoreError>(|tx| tx.entries().last())?);
            let closed = ledger::restate(&service.store, &service.library, range, reason, by)?;
            let new = ledger::figures(&figures()?);
            let mut change = ledger::difference(&old, &new).map_err(ledger::LedgerError::from)?;
            let reasons = service.store.read::<_, StoreError>(|tx| tx.entry_sums().by_reason(&selection, head))?;
            change.reasons = reasons.into_iter().map(Into::into).collect();
            Ok(RestateDocument { entries: closed.entries, old, new, change })
        })
        .await?;
    state.tell_entries(restated.entries);
    Ok(axum::Json(restated))
}
