//! `/jobs/compare`: the footprints of several jobs side by side.

use super::jobs::{find, footprint};
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::access::Identity;
use crate::series::{self, HELD_IDLE_PERCENT, SeriesError};
use crate::store::JobRow;
use api::{CompareDocument, ComparedJob, ProblemDocument};
use axum::extract::{RawQuery, State as Extract};
use model::JobId;
use units::Timestamp;

/// Jobs that are compared at once.
const JOBS: std::ops::RangeInclusive<usize> = 2..=6;

/// Compare the footprints of two to six jobs
#[utoipa::path(
    get, path = "/jobs/compare", operation_id = "compare_jobs", tag = "jobs",
    params(("id" = Vec<String>, Query, description = "Id of a job; repeat the parameter for each job", explode = true)),
    responses(
        (status = 200, description = "The jobs, in the order of the request", body = CompareDocument),
        (status = 404, description = "There is no such job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn compare(
    Extract(state): Extract<State>,
    who: Identity,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<CompareDocument>, Problem> {
    let ids = ids(query.as_deref().unwrap_or_default())?;
    let now = state.clock.wall();
    let jobs = state.work(move |service| {
        let rows = ids.iter().map(|id| find(service, id, &who)).collect::<Result<Vec<_>, _>>()?;
        service.read_series(|_| rows.into_iter().map(|row| compared(service, row, now)).collect::<Result<Vec<_>, _>>())
    });
    let (jobs, is_complete) = jobs.await?;
    Ok(axum::Json(CompareDocument { held_idle_below_percent_of_limit: HELD_IDLE_PERCENT, jobs, is_complete }))
}

fn ids(query: &str) -> Result<Vec<JobId>, Problem> {
    let mut ids = Vec::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if key != "id" {
            return Err(Problem::field("query", format!("{key:?} is not a parameter: give id=A&id=B")));
        }
        ids.push(value.into_owned().into());
    }
    if !JOBS.contains(&ids.len()) {
        let rule = format!("{} to {} jobs are compared at once: give id=A&id=B", JOBS.start(), JOBS.end());
        return Err(Problem::field("id", rule));
    }
    Ok(ids)
}

fn compared(service: &ApiService, row: JobRow, now: Timestamp) -> Result<ComparedJob, Problem> {
    let number = row.job;
    let used = service.store.read::<_, SeriesError>(|tx| series::job_use(service.series.as_ref(), tx, number, now))?;
    let job = footprint(service, row, now)?;
    let over = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let device_ns = used.held.nanoseconds() as f64;
    let device_hours = device_ns / 3.6e12;
    let mean_mw = over(used.energy.millijoules() as f64, device_ns / 1e9);
    Ok(ComparedJob {
        device_hours,
        energy_kwh_per_device_hour: over(job.energy_kwh, device_hours),
        power_mean_mw_per_device: mean_mw.map(|power| power.round() as i64),
        intensity_g_per_kwh: over(job.co2e_g, job.energy_kwh),
        held_idle_share: over(used.held_idle.nanoseconds() as f64, device_ns),
        job,
    })
}
