//! `/jobs` as a list: which jobs, in which order, and what they used together.

use super::State;
use super::jobs::{JobDocument, at, within};
use super::page::{Page, PageQuery, Query};
use super::problem::{Problem, ProblemDocument};
use super::selection::label;
use crate::access::Identity;
use crate::ledger;
use crate::store::{JobFilter, JobSort, JobTotals, PostedJob};
use axum::extract::State as Extract;
use model::{JobNumber, JobState};
use serde::{Deserialize, Serialize};
use units::Timestamp;

/// A job of a list and its IT energy, posted and open; `null` is unknown.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct JobItem {
    #[serde(flatten)]
    job: JobDocument,
    /// Posted and open.
    energy_mj: i64,
    /// Derived from `energy_mj`.
    energy_kwh: f64,
    /// Location-based CO2e of it, what is open at the best factors known.
    co2e_ug: i64,
    /// Derived from `co2e_ug`.
    co2e_g: f64,
    /// Location-based CO2e over IT energy.
    intensity_g_per_kwh: Option<f64>,
    /// Its share of the time of its accelerators, µs.
    device_us: Option<i64>,
    /// What of it they did next to nothing in.
    held_idle_us: Option<i64>,
    /// `held_idle_us` over `device_us`, 0 to 1.
    held_idle_share: Option<f64>,
    /// Training steps that it reported last.
    steps: Option<i64>,
    /// `energy_kwh` per step.
    kwh_per_step: Option<f64>,
}

impl JobItem {
    fn of(posted: PostedJob, now: Timestamp) -> Self {
        let PostedJob { row, energy_mj, co2e_ug, held, steps } = posted;
        let (energy_kwh, co2e_g) = (energy_mj as f64 / 3.6e9, co2e_ug as f64 / 1e6);
        let steps = Some(steps).filter(|steps| *steps > 0);
        Self {
            energy_mj,
            energy_kwh,
            co2e_ug,
            co2e_g,
            intensity_g_per_kwh: (energy_mj > 0).then(|| co2e_g / energy_kwh),
            device_us: held.map(|held| held.device_us),
            held_idle_us: held.map(|held| held.idle_us),
            held_idle_share: held.and_then(|held| held.idle_share()),
            steps,
            kwh_per_step: steps.map(|steps| energy_kwh / steps as f64),
            job: JobDocument::of(row, now),
        }
    }
}

/// Which jobs: every condition that is given holds.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobQuery {
    /// Only of this project.
    project: Option<String>,
    /// Only of this user: with the label `user` of this value.
    user: Option<String>,
    /// Only with this label, `KEY=VALUE`.
    label: Option<String>,
    /// Only those that run, only those that have ended, or of these only those whose exit status is another than 0.
    #[param(inline)]
    state: Option<ListState>,
    /// Only those that ran at or after it, RFC 3339.
    from: Option<String>,
    /// Only those that ran before it, RFC 3339.
    to: Option<String>,
    /// Only those whose id or name contains it; ASCII letters without regard to case.
    q: Option<String>,
}

/// How jobs of a list have to stand.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum ListState {
    Running,
    Ended,
    Failed,
}

/// In which order.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SortQuery {
    /// `newest` (by first mention), `started`, `energy`, `co2e`, `intensity` (g/kWh), `held_idle` (share) or `energy_per_step`, the highest or latest first.
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
}

/// Order of a list of jobs.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    #[default]
    Newest,
    Started,
    Energy,
    Co2e,
    Intensity,
    HeldIdle,
    EnergyPerStep,
}

impl Sort {
    const fn order(self) -> JobSort {
        match self {
            Self::Newest => JobSort::Newest,
            Self::Started => JobSort::Started,
            Self::Energy => JobSort::Energy,
            Self::Co2e => JobSort::Co2e,
            Self::Intensity => JobSort::Intensity,
            Self::HeldIdle => JobSort::HeldIdle,
            Self::EnergyPerStep => JobSort::EnergyPerStep,
        }
    }
}

impl JobQuery {
    fn check(self, who: &Identity, now: Timestamp) -> Result<JobFilter, Problem> {
        let state = self.state.map(|state| match state {
            ListState::Running => JobState::Running,
            ListState::Ended => JobState::Ended,
            ListState::Failed => JobState::Failed,
        });
        Ok(JobFilter {
            project: within(self.project, who)?,
            user: self.user,
            label: self.label.as_deref().map(label).transpose()?,
            state: state.map(|state| (state, now)),
            from: at("from", self.from.as_deref())?,
            to: at("to", self.to.as_deref())?,
            text: self.q.filter(|text| !text.is_empty()),
            ..JobFilter::default()
        })
    }
}

/// A cursor: what the list is sorted by, and the number of the job.
fn place(cursor: &str) -> Result<(i64, JobNumber), Problem> {
    let parsed = cursor.split_once('.').and_then(|(value, job)| Some((value.parse().ok()?, job.parse().ok()?)));
    parsed.ok_or_else(|| Problem::field("cursor", "not a cursor of this list: take next_cursor of a page as it is"))
}

/// List jobs with what they used
#[utoipa::path(
    get, path = "/jobs", tag = "jobs", params(PageQuery, JobQuery, SortQuery),
    responses(
        (status = 200, description = "In the order asked for, newest first without", body = Page<JobItem>),
        (status = 404, description = "No such project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
    Query(SortQuery { sort }): Query<SortQuery>,
    Query(asked): Query<JobQuery>,
) -> Result<axum::Json<Page<JobItem>>, Problem> {
    let now = state.clock.wall();
    let (limit, sort) = (page.limit()?, sort.order());
    let after = page.after().map(place).transpose()?;
    let filter = JobFilter { sort, after, limit: limit.saturating_add(1), ..asked.check(&who, now)? };
    let found = state.work(move |service| Ok(ledger::jobs(&service.store, &service.library, &filter)?)).await?;
    let page = Page::of(found, limit, |job| format!("{}.{}", job.rank(sort), job.row.job));
    Ok(axum::Json(page.map(|job| JobItem::of(job, now))))
}

/// How many jobs of one kind, and what they used.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct JobTotalsPart {
    /// How many.
    jobs: i64,
    /// IT energy, posted and open.
    energy_mj: i64,
    /// Derived from `energy_mj`.
    energy_kwh: f64,
    /// Location-based CO2e of it.
    co2e_ug: i64,
    /// Derived from `co2e_ug`.
    co2e_g: f64,
}

impl JobTotalsPart {
    fn of(totals: JobTotals) -> Self {
        let JobTotals { jobs, energy_mj, co2e_ug } = totals;
        Self { jobs, energy_mj, energy_kwh: energy_mj as f64 / 3.6e9, co2e_ug, co2e_g: co2e_ug as f64 / 1e6 }
    }
}

/// The jobs of a filter by how they stand.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct JobTotalsDocument {
    /// Those that run.
    running: JobTotalsPart,
    /// Those that have ended without failing.
    succeeded: JobTotalsPart,
    /// Those that have ended with another exit status than 0.
    failed: JobTotalsPart,
}

/// Count jobs, and sum what they used
#[utoipa::path(
    get, path = "/jobs/totals", operation_id = "job_totals", tag = "jobs", params(JobQuery),
    responses(
        (status = 200, description = "Of all jobs that the conditions hold for", body = JobTotalsDocument),
        (status = 404, description = "No such project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn totals(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<JobQuery>,
) -> Result<axum::Json<JobTotalsDocument>, Problem> {
    let now = state.clock.wall();
    let filter = asked.check(&who, now)?;
    let found = state.work(move |service| Ok(ledger::job_totals(&service.store, &service.library, &filter, now)?));
    let [running, succeeded, failed] = found.await?.map(JobTotalsPart::of);
    Ok(axum::Json(JobTotalsDocument { running, succeeded, failed }))
}
