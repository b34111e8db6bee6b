//! `/jobs` as a list: selected, ordered, and summed.

use super::jobs::{at, document, within};
use super::page::{Paging, Query, foreign_cursor};
use super::problem::Problem;
use super::selection::label;
use super::state::State;
use crate::access::Identity;
use crate::ledger;
use crate::store::{JobFilter, JobTotals, PostedJob};
use api::{JobItem, JobQuery, JobSortQuery, JobTotalsDocument, JobTotalsPart, Page, PageQuery, ProblemDocument};
use axum::extract::State as Extract;
use model::JobNumber;
use units::Timestamp;

/// A job of a list, as it is at `now`.
fn item(posted: PostedJob, now: Timestamp) -> JobItem {
    let PostedJob { row, energy, co2e, held, steps } = posted;
    let (energy_mj, co2e_ug) = (energy.millijoules(), co2e.micrograms());
    let (energy_kwh, co2e_g) = (energy_mj as f64 / 3.6e9, co2e_ug as f64 / 1e6);
    let steps = Some(steps).filter(|steps| *steps > 0);
    JobItem {
        energy_mj,
        energy_kwh,
        co2e_ug,
        co2e_g,
        intensity_g_per_kwh: (energy_mj > 0).then(|| co2e_g / energy_kwh),
        device_us: held.map(|held| held.device.microseconds()),
        held_idle_us: held.map(|held| held.idle.microseconds()),
        held_idle_share: held.and_then(|held| held.idle_share()),
        steps,
        kwh_per_step: steps.map(|steps| energy_kwh / steps as f64),
        job: document(row, now),
    }
}

/// The jobs that `asked` selects, within the project of `who`.
fn filter(asked: JobQuery, who: &Identity, now: Timestamp) -> Result<JobFilter, Problem> {
    Ok(JobFilter {
        project: within(asked.project, who)?,
        user: asked.user,
        label: asked.label.as_deref().map(label).transpose()?,
        state: asked.state.map(|state| (state, now)),
        from: at("from", asked.from.as_deref())?,
        to: at("to", asked.to.as_deref())?,
        text: asked.q.filter(|text| !text.is_empty()),
        ..JobFilter::default()
    })
}

/// A cursor: what the list is sorted by, and the number of the job.
fn place(cursor: &str) -> Result<(i64, JobNumber), Problem> {
    let parsed = cursor.split_once('.').and_then(|(value, job)| Some((value.parse().ok()?, job.parse().ok()?)));
    parsed.ok_or_else(foreign_cursor)
}

/// List jobs with what they used
#[utoipa::path(
    get, path = "/jobs", operation_id = "list_jobs", tag = "jobs", params(PageQuery, JobQuery, JobSortQuery),
    responses(
        (status = 200, description = "One page of jobs in the requested order, newest first by default", body = Page<JobItem>),
        (status = 404, description = "There is no such project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
    Query(order): Query<JobSortQuery>,
    Query(asked): Query<JobQuery>,
) -> Result<axum::Json<Page<JobItem>>, Problem> {
    let now = state.clock.wall();
    let (limit, sort) = (page.limit()?, order.sort);
    let after = page.after().map(place).transpose()?;
    let filter = JobFilter { sort, after, limit: limit.saturating_add(1), ..filter(asked, &who, now)? };
    let found = state.work(move |service| Ok(ledger::jobs(&service.store, &service.library, &filter)?)).await?;
    let page = Page::of(found, limit, |job| format!("{}.{}", job.rank(sort), job.row.job));
    Ok(axum::Json(page.map(|job| item(job, now))))
}

fn part(totals: JobTotals) -> JobTotalsPart {
    let JobTotals { jobs, energy, co2e } = totals;
    let (energy_mj, co2e_ug) = (energy.millijoules(), co2e.micrograms());
    JobTotalsPart { jobs, energy_mj, energy_kwh: energy_mj as f64 / 3.6e9, co2e_ug, co2e_g: co2e_ug as f64 / 1e6 }
}

/// Count jobs and sum what they used
#[utoipa::path(
    get, path = "/jobs/totals", operation_id = "job_totals", tag = "jobs", params(JobQuery),
    responses(
        (status = 200, description = "Totals of the selected jobs by state", body = JobTotalsDocument),
        (status = 404, description = "There is no such project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn totals(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<JobQuery>,
) -> Result<axum::Json<JobTotalsDocument>, Problem> {
    let now = state.clock.wall();
    let filter = filter(asked, &who, now)?;
    let found = state.work(move |service| Ok(ledger::job_totals(&service.store, &service.library, &filter, now)?));
    let [running, succeeded, failed] = found.await?.map(part);
    Ok(axum::Json(JobTotalsDocument { running, succeeded, failed }))
}
