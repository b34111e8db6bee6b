//! `/jobs`: what ran, and what it used.

use super::body::Json;
use super::name::{NAME_RULE, is_name};
use super::page::Id;
use super::problem::Problem;
use super::speaker::speaker;
use super::state::{ApiService, State};
use super::text::{JOB_TEXT, expect_labels, expect_text};
use crate::access::Identity;
use crate::ingest::seen;
use crate::ledger::{self, MarginalFootprint};
use crate::moment;
use crate::store::{JobRow, StoreError};
use crate::workload::{self, DeviceName, Teller};
use api::{
    DeviceRequest, FinishRequest, JobDocument, JobFootprint, JobProgress, JobRequest, MarginalDocument, ProblemDocument,
};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{ChangeKind, JobId, ProjectName};
use units::Timestamp;

/// A job as it is at `now`.
pub(super) fn document(row: JobRow, now: Timestamp) -> JobDocument {
    let facts = row.facts;
    let is_ended = facts.ended.is_some_and(|end| end <= now);
    let until = facts.ended.filter(|_| is_ended).unwrap_or(now);
    let duration = facts.started.and_then(|start| until.since(start));
    JobDocument {
        state: if is_ended { JobProgress::Ended } else { JobProgress::Running },
        duration_s: duration.map(|span| span.nanoseconds() as f64 / 1e9),
        id: facts.id,
        project: facts.project,
        name: facts.name,
        labels: facts.labels,
        attempt: facts.attempt,
        started: facts.started.map(moment::show),
        ended: facts.ended.map(moment::show),
        exit_status: facts.exit_status,
    }
}

/// Announce a job and the devices that it holds
///
/// Announcing the same job again replaces the fields that are given.
#[utoipa::path(
    post, path = "/jobs", operation_id = "create_job", tag = "jobs", request_body = JobRequest,
    responses(
        (status = 201, description = "The job as it is stored", body = JobDocument),
        (status = 404, description = "There is no such device or project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn create(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<JobRequest>,
) -> Result<(StatusCode, axum::Json<JobDocument>), Problem> {
    let now = state.clock.wall();
    let (job, devices) = check(asked, &who)?;
    let row = state
        .work(move |service| {
            let id = workload::state_job(&service.store, job, devices, teller(&who, now))?;
            let known = service.store.read::<_, StoreError>(|tx| tx.jobs().find(&id))?;
            known.ok_or_else(|| Problem::not_found("job", id))
        })
        .await?;
    state.events.tell(ChangeKind::Job, row.facts.id.as_str(), row.facts.project.as_ref());
    Ok((StatusCode::CREATED, axum::Json(document(row, now))))
}

/// The job and the devices that `asked` names.
fn check(asked: JobRequest, who: &Identity) -> Result<(wire::Job, Vec<DeviceName>), Problem> {
    let project = asked.project.or_else(|| who.project.clone());
    let id = asked.job;
    expect_names(&id, project.as_ref())?;
    asked.name.as_deref().map_or(Ok(()), |name| expect_text("name", name, JOB_TEXT))?;
    expect_labels(&asked.labels)?;
    if asked.attempt == Some(0) {
        return Err(Problem::field("attempt", "attempts count from 1"));
    }
    let job = wire::Job {
        id,
        project,
        name: asked.name,
        labels: asked.labels,
        attempt: asked.attempt,
        started: at("from", asked.from.as_deref())?,
        ended: at("to", asked.to.as_deref())?,
        exit_status: None,
    };
    let devices = asked.devices.into_iter().map(|device| match device {
        DeviceRequest::Uuid(uuid) => DeviceName { node: None, uuid },
        DeviceRequest::OnNode { uuid, node } => DeviceName { node, uuid },
    });
    Ok((job, devices.collect()))
}

fn expect_names(job: &JobId, project: Option<&ProjectName>) -> Result<(), Problem> {
    let names = [("job", Some(job.as_str())), ("project", project.map(ProjectName::as_str))];
    for (field, name) in names {
        if name.is_some_and(|name| !is_name(name)) {
            return Err(Problem::field(field, format!("a name is {NAME_RULE}")));
        }
    }
    Ok(())
}

pub(super) fn at(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let moment = text.map(moment::parse).transpose().map_err(|rule| Problem::field(field, rule))?;
    match moment {
        Some(early) if early.nanoseconds() < 0 => Err(Problem::field(field, "no job ran before 1970")),
        other => Ok(other),
    }
}

/// `who`, as they say something about jobs at `now`.
fn teller(who: &Identity, now: Timestamp) -> Teller {
    Teller { by: who.by(now), speaker: Some(speaker(who)) }
}

/// The job that `who` means by `id`, if they may see it.
pub(super) fn find(service: &ApiService, id: &JobId, who: &Identity) -> Result<JobRow, Problem> {
    let found = service.store.read::<_, StoreError>(|tx| match &who.project {
        None => tx.jobs().find(id),
        Some(project) => seen(tx, id, project),
    })?;
    found.ok_or_else(|| Problem::not_found("job", id))
}

/// The project to look at: the one asked for, if the token may see it, else the token's own.
pub(super) fn within(asked: Option<ProjectName>, who: &Identity) -> Result<Option<ProjectName>, Problem> {
    match asked {
        Some(project) if !who.reaches(&project) => Err(Problem::not_found("project", &project)),
        Some(project) => Ok(Some(project)),
        None => Ok(who.project.clone()),
    }
}

/// Show a job with what it used
#[utoipa::path(
    get, path = "/jobs/{id}", operation_id = "show_job", tag = "jobs", params(("id" = String, Path, description = "Id of the job")),
    responses(
        (status = 200, description = "The job with what it used", body = JobFootprint),
        (status = 404, description = "There is no such job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id<JobId>,
) -> Result<axum::Json<JobFootprint>, Problem> {
    let now = state.clock.wall();
    state.work(move |service| footprint(service, find(service, &id, &who)?, now)).await.map(axum::Json)
}

/// A job with its footprint.
pub(super) fn footprint(service: &ApiService, row: JobRow, now: Timestamp) -> Result<JobFootprint, Problem> {
    let footprint = ledger::job_report(&service.store, &service.library, row.job)?;
    let reported = service.store.read::<_, StoreError>(|tx| tx.steps().last(row.job))?;
    let marginal = service.store.read(|tx| ledger::marginal_of_job(tx, row.job))?.map(marginal_document);
    let explain = footprint.metered.explain.clone();
    let (energy_mj, co2e_ug) = (footprint.total.energy_mj, footprint.total.co2e_ug_location);
    let energy_kwh = energy_mj as f64 / 3.6e9;
    let steps = reported.map(|report| report.steps);
    Ok(JobFootprint {
        job: document(row, now),
        energy_mj,
        energy_kwh,
        co2e_ug,
        co2e_g: co2e_ug as f64 / 1e6,
        quality: footprint.quality,
        footprint,
        steps,
        samples: reported.and_then(|report| report.samples),
        kwh_per_step: steps.filter(|steps| *steps > 0).map(|steps| energy_kwh / steps as f64),
        explain,
        marginal,
    })
}

fn marginal_document(of: MarginalFootprint) -> MarginalDocument {
    let MarginalFootprint { co2e, covered, energy, series } = of;
    MarginalDocument {
        co2e_ug: co2e.micrograms(),
        co2e_g: co2e.micrograms() as f64 / 1e6,
        covered_share: covered.millijoules() as f64 / energy.millijoules().max(1) as f64,
        basis: series.basis,
        gas: series.gas,
        publisher: series.publisher,
        edition: series.edition,
    }
}

/// End a job and release the devices that it holds
#[utoipa::path(
    post, path = "/jobs/{id}/finish", tag = "jobs", request_body = FinishRequest,
    params(("id" = String, Path, description = "Id of the job")),
    responses(
        (status = 200, description = "The job after the change", body = JobDocument),
        (status = 404, description = "There is no such job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn finish(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id<JobId>,
    Json(asked): Json<FinishRequest>,
) -> Result<axum::Json<JobDocument>, Problem> {
    if asked.exit_status.is_some_and(|status| !(-255..=255).contains(&status)) {
        return Err(Problem::field("exit_status", "an exit status lies between -255 and 255"));
    }
    let now = state.clock.wall();
    let end = at("to", asked.to.as_deref())?.unwrap_or(now);
    let row = state
        .work(move |service| {
            find(service, &id, &who)?;
            workload::finish_job(&service.store, id.clone(), end, asked.exit_status, teller(&who, now))?;
            find(service, &id, &who)
        })
        .await?;
    state.events.tell(ChangeKind::Job, row.facts.id.as_str(), row.facts.project.as_ref());
    Ok(axum::Json(document(row, now)))
}
