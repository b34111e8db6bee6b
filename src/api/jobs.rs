//! `/jobs`: what ran, and its footprint.

use super::State;
use super::body::Json;
use super::page::Id;
use super::problem::{Problem, ProblemDocument};
use crate::access::Identity;
use crate::ledger::{self, Report, ReportQuality};
use crate::moment;
use crate::store::{JobRow, StoreError};
use crate::workload::{self, DeviceName};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::Timestamp;

/// A job that holds devices.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobRequest {
    /// Its id, a name.
    #[serde(alias = "id")]
    job: String,
    /// Its project, a name; the token's project without it.
    project: Option<String>,
    /// For people.
    name: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    /// From 1.
    #[schema(minimum = 1)]
    attempt: Option<u32>,
    /// What it holds.
    #[serde(default)]
    devices: Vec<DeviceRequest>,
    /// Since when, RFC 3339; now without it.
    from: Option<String>,
    /// Until when, RFC 3339; until it is finished without it.
    to: Option<String>,
}

/// A device by its identity, and by its node where several nodes have one of that identity.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
enum DeviceRequest {
    /// Its identity.
    Uuid(String),
    /// Its identity and node.
    OnNode { uuid: String, node: Option<String> },
}

/// How a job ended.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FinishRequest {
    /// When, RFC 3339; now without it.
    to: Option<String>,
    /// Of the process; a signal is negative.
    #[schema(minimum = -255, maximum = 255)]
    exit_status: Option<i32>,
}

/// A job.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct JobDocument {
    id: String,
    project: Option<String>,
    name: Option<String>,
    labels: BTreeMap<String, String>,
    attempt: Option<u32>,
    started: Option<String>,
    ended: Option<String>,
    exit_status: Option<i32>,
    /// `running`, or `ended` once its end has come.
    state: Progress,
    /// From its start to its end, or until now; `null` without a start.
    duration_s: Option<f64>,
}

/// Whether a job still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Progress {
    /// No end is known, or it is to come.
    Running,
    /// It has ended.
    Ended,
}

/// A job and what it used.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct JobFootprint {
    #[serde(flatten)]
    job: JobDocument,
    /// IT energy, posted and open.
    energy_mj: i64,
    /// Derived from `energy_mj`.
    pub(super) energy_kwh: f64,
    /// Location-based CO2e of the IT energy.
    co2e_ug: i64,
    /// Derived from `co2e_ug`.
    pub(super) co2e_g: f64,
    /// The same with overhead, quality, and the part that is not posted yet.
    footprint: Report,
    /// Training steps that it reported last.
    steps: Option<i64>,
    /// Training samples that it reported with them.
    samples: Option<i64>,
    /// `energy_kwh` per step; `null` where none was reported.
    kwh_per_step: Option<f64>,
    /// How good it is.
    quality: ReportQuality,
    /// Address of the sum split into final, provisional and open, with its factors and entries.
    explain: String,
}

impl JobDocument {
    pub(super) fn of(row: JobRow, now: Timestamp) -> Self {
        let facts = row.facts;
        let is_ended = facts.ended.is_some_and(|end| end <= now);
        let until = facts.ended.filter(|_| is_ended).unwrap_or(now);
        let duration = facts.started.and_then(|start| until.since(start));
        Self {
            state: if is_ended { Progress::Ended } else { Progress::Running },
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
}

/// Announce a job and what it holds
///
/// Posting the same job again replaces what is said of it, key by key.
#[utoipa::path(
    post, path = "/jobs", tag = "jobs", request_body = JobRequest,
    responses(
        (status = 201, description = "Stored", body = JobDocument),
        (status = 404, description = "No such device or project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn create(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<JobRequest>,
) -> Result<(StatusCode, axum::Json<JobDocument>), Problem> {
    let now = state.clock.wall();
    let (job, devices) = asked.check(&who)?;
    let row = state
        .work(move |service| {
            if let Some(own) = &who.project
                && !may_state(service, &job.id, job.project.as_deref(), own)?
            {
                return Err(Problem::not_found("job", &job.id));
            }
            let id = job.id.clone();
            workload::state_job(&service.store, job, devices, who.by(now))?;
            find(service, &id, &who)
        })
        .await?;
    state.events.tell("job", row.facts.id.as_str(), row.facts.project.as_deref());
    Ok((StatusCode::CREATED, axum::Json(JobDocument::of(row, now))))
}

impl JobRequest {
    fn check(self, who: &Identity) -> Result<(wire::Job, Vec<DeviceName>), Problem> {
        let project = self.project.or_else(|| who.project.clone());
        let names = [("job", Some(&self.job)), ("project", project.as_ref())];
        for (field, name) in names.into_iter().chain(self.labels.keys().map(|label| ("labels", Some(label)))) {
            if name.is_some_and(|name| !super::is_name(name)) {
                return Err(Problem::field(field, format!("a name is {}", super::NAME_RULE)));
            }
        }
        let texts =
            self.name.iter().map(|text| ("name", text)).chain(self.labels.values().map(|text| ("labels", text)));
        for (field, text) in texts {
            if !(1..=wire::TEXT_BYTES_MAX).contains(&text.len()) || text.chars().any(char::is_control) {
                let rule = format!("a text has 1 to {} bytes and no control characters", wire::TEXT_BYTES_MAX);
                return Err(Problem::field(field, rule));
            }
        }
        if self.labels.len() > wire::LABELS_MAX {
            return Err(Problem::field("labels", format!("a job has at most {} labels", wire::LABELS_MAX)));
        }
        if self.attempt == Some(0) {
            return Err(Problem::field("attempt", "attempts count from 1"));
        }
        let job = wire::Job {
            id: self.job,
            project,
            name: self.name,
            labels: self.labels,
            attempt: self.attempt,
            started: at("from", self.from.as_deref())?,
            ended: at("to", self.to.as_deref())?,
            exit_status: None,
        };
        let devices = self.devices.into_iter().map(|device| match device {
            DeviceRequest::Uuid(uuid) => DeviceName { node: None, uuid },
            DeviceRequest::OnNode { uuid, node } => DeviceName { node, uuid },
        });
        Ok((job, devices.collect()))
    }
}

pub(super) fn at(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let moment = text.map(moment::parse).transpose().map_err(|rule| Problem::field(field, rule))?;
    match moment {
        Some(early) if early.nanoseconds() < 0 => Err(Problem::field(field, "no job ran before 1970")),
        other => Ok(other),
    }
}

/// Whether a token of project `own` may say something about job `id`: it is of that project, or new and claimed for it.
pub(super) fn may_state(service: &super::Service, id: &str, claimed: Option<&str>, own: &str) -> Result<bool, Problem> {
    let known = service.store.read::<_, StoreError>(|tx| tx.jobs().find(id))?;
    Ok(match known.map(|row| row.facts.project) {
        Some(project) => project.as_deref() == Some(own),
        None => claimed == Some(own),
    })
}

/// The job `id`, if `who` may see it.
pub(super) fn find(service: &super::Service, id: &str, who: &Identity) -> Result<JobRow, Problem> {
    let found = service.store.read::<_, StoreError>(|tx| tx.jobs().find(id))?;
    let sees = |row: &JobRow| who.project.is_none() || who.project == row.facts.project;
    found.filter(sees).ok_or_else(|| Problem::not_found("job", id))
}

/// The project to look at: the one asked for, if the token may see it, else the token's own.
pub(super) fn within(asked: Option<String>, who: &Identity) -> Result<Option<String>, Problem> {
    match asked {
        Some(project) if !who.reaches(&project) => Err(Problem::not_found("project", &project)),
        Some(project) => Ok(Some(project)),
        None => Ok(who.project.clone()),
    }
}

/// Show a job and its footprint
#[utoipa::path(
    get, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path, description = "Id of the job")),
    responses(
        (status = 200, description = "The job", body = JobFootprint),
        (status = 404, description = "No such job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
) -> Result<axum::Json<JobFootprint>, Problem> {
    let now = state.clock.wall();
    state.work(move |service| footprint(service, find(service, &id, &who)?, now)).await.map(axum::Json)
}

/// A job with its footprint.
pub(super) fn footprint(service: &super::Service, row: JobRow, now: Timestamp) -> Result<JobFootprint, Problem> {
    let footprint = ledger::job_report(&service.store, &service.library, row.job)?;
    let reported = service.store.read::<_, StoreError>(|tx| tx.steps().last(row.job))?;
    let explain = footprint.metered.explain.clone();
    let (energy_mj, co2e_ug) = (footprint.total.energy_mj, footprint.total.co2e_ug_location);
    let energy_kwh = energy_mj as f64 / 3.6e9;
    let steps = reported.map(|report| report.steps);
    Ok(JobFootprint {
        job: JobDocument::of(row, now),
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
    })
}

/// End a job, and with it what it holds
#[utoipa::path(
    post, path = "/jobs/{id}/finish", tag = "jobs", request_body = FinishRequest,
    params(("id" = String, Path, description = "Id of the job")),
    responses(
        (status = 200, description = "The job", body = JobDocument),
        (status = 404, description = "No such job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn finish(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
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
            workload::finish_job(&service.store, id.clone(), end, asked.exit_status, who.by(now))?;
            find(service, &id, &who)
        })
        .await?;
    state.events.tell("job", row.facts.id.as_str(), row.facts.project.as_deref());
    Ok(axum::Json(JobDocument::of(row, now)))
}
