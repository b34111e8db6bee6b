//! `/ledger` and `/reports`: totals, entries, and the way back to the evidence.

use super::jobs::find;
use super::name::is_name;
use super::page::{Id, Paging, Query};
use super::problem::Problem;
use super::selection::{select, timezone};
use super::state::{ApiService, State};
use crate::access::Identity;
use crate::ledger::{self, ExplainedWindow};
use crate::moment;
use crate::store::{CalendarUnit, EntryFilter, GroupBy, NamedEntry, Selection, StoreError};
use api::{
    BatchDocument, Breakdown, BudgetOverride, EmissionsDocument, EntryDocument, ExplanationDocument,
    FactorEvidenceDocument, Page, PageQuery, PostingDocument, ProblemDocument, Report, ReportQuery, SelectionQuery,
    WindowDocument,
};
use axum::extract::State as Extract;
use axum::response::Response;
use chrono_tz::Tz;
use model::{EntryId, OverrideState};
use units::Span;

impl From<NamedEntry> for EntryDocument {
    fn from(named: NamedEntry) -> Self {
        let NamedEntry { entry, job, project, node, site } = named;
        let (energy_mj, co2e_ug) = (entry.part.energy.millijoules(), entry.co2e.micrograms());
        Self {
            id: entry.id,
            kind: entry.kind,
            reverses: entry.reverses,
            reason: entry.reason,
            job,
            project,
            node,
            site,
            component: entry.key.component,
            period_start: moment::show(entry.key.period_start),
            period_end: moment::show(entry.key.period_end),
            start: moment::show(entry.part.start),
            end: moment::show(entry.part.end),
            energy_mj,
            energy_kwh: energy_mj as f64 / 3.6e9,
            intensity_mg_per_kwh: entry.intensity.milligrams_per_kwh(),
            co2e_ug,
            co2e_g: co2e_ug as f64 / 1e6,
            pue_ppm: entry.pue.parts_per_million(),
            overhead_mj: entry.overhead.millijoules(),
            overhead_co2e_ug: entry.overhead_co2e.micrograms(),
            provisional: entry.provisional,
            modelled_mj: entry.part.modelled.millijoules(),
            covered_ns: entry.part.covered.saturating_nanoseconds(),
            span_ns: entry.part.span.saturating_nanoseconds(),
            posted: moment::show(entry.posted),
            hash: hexadecimal(&entry.hash),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// List ledger entries, oldest first
#[utoipa::path(
    get, path = "/ledger/entries", tag = "ledger", params(PageQuery, SelectionQuery),
    responses(
        (status = 200, description = "One page of entries, by number", body = Page<EntryDocument>),
        (status = 404, description = "There is no such project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn entries(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
    Query(asked): Query<SelectionQuery>,
) -> Result<axum::Json<Page<EntryDocument>>, Problem> {
    let limit = page.limit()?;
    let (asked, after) = (select(asked, &who)?, page.after_number()?.map(EntryId::new));
    let found = state
        .work(move |service| {
            let selection = asked.find(service)?;
            let filter = EntryFilter { selection, id: None, after, limit: limit.saturating_add(1) };
            Ok(service.store.read::<_, StoreError>(|tx| tx.entries().named(&filter))?)
        })
        .await?;
    let page = Page::of(found, limit, |named| named.entry.id.to_string());
    Ok(axum::Json(page.map(EntryDocument::from)))
}

impl From<ExplainedWindow> for WindowDocument {
    fn from(found: ExplainedWindow) -> Self {
        Self {
            energy_mj: found.energy.millijoules(),
            start: moment::show(found.start),
            end: moment::show(found.end),
            window: found.window,
            device: found.device,
            batch: BatchDocument {
                batch: found.batch,
                agent: found.agent,
                boot: found.boot.to_string(),
                sequence: found.sequence,
                sha256: hexadecimal(&found.sha256),
                received: moment::show(found.received),
            },
        }
    }
}

/// Trace a ledger entry back to its evidence
#[utoipa::path(
    get, path = "/ledger/entries/{id}/explain", tag = "ledger",
    params(("id" = String, Path, description = "Number of the entry")),
    responses(
        (status = 200, description = "The entry with its factor, postings, windows and batches", body = ExplanationDocument),
        (status = 404, description = "There is no such entry", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn explain(
    Extract(state): Extract<State>,
    who: Identity,
    Id(asked): Id,
) -> Result<axum::Json<ExplanationDocument>, Problem> {
    let id: EntryId = asked.parse().map_err(|_| Problem::not_found("ledger entry", &asked))?;
    let selection = Selection { project: who.project, ..Selection::default() };
    let filter = EntryFilter { selection, id: Some(id), limit: 1, after: None };
    let (named, explained) = state
        .work(move |service| {
            let named = service.store.read::<_, StoreError>(|tx| tx.entries().named(&filter))?.pop();
            let named = named.ok_or_else(|| Problem::not_found("ledger entry", &asked))?;
            Ok((named, ledger::explain(&service.store, id)?))
        })
        .await?;
    let postings = explained.postings.into_iter().map(|posting| PostingDocument {
        posting: posting.posting,
        batch: posting.batch,
        energy_mj: posting.part.energy.millijoules(),
        takes_back: posting.takes_back,
    });
    Ok(axum::Json(ExplanationDocument {
        entry: named.into(),
        factor: explained.factor.into(),
        factor_evidence: explained.evidence.map(|evidence| FactorEvidenceDocument {
            source: evidence.source,
            name: evidence.name,
            obtained: moment::show(evidence.obtained),
            sha256: hexadecimal(&evidence.sha256),
        }),
        postings: postings.collect(),
        windows: explained.windows.into_iter().map(WindowDocument::from).collect(),
    }))
}

/// Break a sum down into final, provisional and open
///
/// `final` + `provisional` + `open` is `total`, as integers; the energies of `factors` sum to it as well.
#[utoipa::path(
    get, path = "/ledger/explain", tag = "ledger", params(SelectionQuery),
    responses(
        (status = 200, description = "The parts of the sum, with its factors and the paths of its entries", body = Breakdown),
        (status = 404, description = "There is no such job or project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn breakdown(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<SelectionQuery>,
) -> Result<axum::Json<Breakdown>, Problem> {
    let asked = select(asked, &who)?;
    if asked.selection.provisional.is_some() {
        return Err(Problem::field("provisional", "the answer always shows both parts: leave this parameter out"));
    }
    let found = state
        .work(move |service| {
            let selection = asked.find(service)?;
            if let Some(job) = &selection.job {
                find(service, job, &who)?;
            }
            Ok(ledger::breakdown(&service.store, &service.library, &selection)?)
        })
        .await?;
    Ok(axum::Json(found))
}

/// Overrides that were granted in the time of `selection`.
fn overrides(service: &ApiService, selection: &Selection) -> Result<Vec<BudgetOverride>, Problem> {
    let (Some(from), Some(to)) = (selection.from, selection.to) else { return Ok(Vec::new()) };
    let project = selection.project.as_ref();
    let mut rows = service.store.read::<_, StoreError>(|tx| tx.overrides().list(project, None, u32::MAX))?;
    rows.retain(|row| row.state == OverrideState::Approved && row.decided.is_some_and(|at| (from..to).contains(&at)));
    Ok(rows.into_iter().map(BudgetOverride::from).collect())
}

/// Report energy and location-based CO2e by group
#[utoipa::path(
    get, path = "/reports/emissions", tag = "reports", params(ReportQuery),
    responses(
        (status = 200, description = "Totals of the energy that starts in the time", body = EmissionsDocument),
        (status = 404, description = "There is no such project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn emissions(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<ReportQuery>,
) -> Result<Response, Problem> {
    let zone = timezone(asked.timezone.as_deref())?;
    let by = group_by(asked.group_by.as_deref().unwrap_or("project"), zone)?;
    if asked.period.is_none() && (asked.from.is_none() || asked.to.is_none()) {
        return Err(Problem::field("from", "give `from` and `to`, or the `period`"));
    }
    let ReportQuery { from, to, period, project, timezone, .. } = asked;
    let asked = select(SelectionQuery { from, to, period, project, timezone, ..SelectionQuery::default() }, &who)?;
    state
        .make(move |service| {
            let selection = asked.find(service)?;
            if let (Some(from), Some(to)) = (selection.from, selection.to) {
                refuse_long(&by, to.since(from).unwrap_or_default())?;
            }
            let report = ledger::report(&service.store, &service.library, &selection, &by)?;
            let report = Report { timezone: zone.name().to_owned(), ..report };
            Ok(EmissionsDocument { report, overrides: overrides(service, &selection)? })
        })
        .await
}

/// A year of hours and ten years of days are enough for one answer.
fn refuse_long(by: &GroupBy, span: Span) -> Result<(), Problem> {
    let days = match by {
        GroupBy::Calendar(CalendarUnit::Hour, _) => 367,
        GroupBy::Calendar(CalendarUnit::Day, _) => 3_660,
        _ => return Ok(()),
    };
    if span <= Span::from_seconds(days * 86_400) {
        return Ok(());
    }
    Err(Problem::field(
        "to",
        format!("with this grouping a report covers at most {days} days: ask for a shorter time, or group by month"),
    ))
}

fn group_by(text: &str, zone: Tz) -> Result<GroupBy, Problem> {
    match text {
        "project" => Ok(GroupBy::Project),
        "job" => Ok(GroupBy::Job),
        "node" => Ok(GroupBy::Node),
        "site" => Ok(GroupBy::Site),
        "month" => Ok(GroupBy::Calendar(CalendarUnit::Month, zone)),
        "day" => Ok(GroupBy::Calendar(CalendarUnit::Day, zone)),
        "hour" => Ok(GroupBy::Calendar(CalendarUnit::Hour, zone)),
        _ => match text.strip_prefix("label:") {
            Some(label) if is_name(label) => Ok(GroupBy::Label(label.to_owned())),
            _ => Err(Problem::field("group_by", "write project, job, node, site, month, day, hour or label:KEY")),
        },
    }
}
