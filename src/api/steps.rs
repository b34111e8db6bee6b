//! `/jobs/{id}/steps`: how far a job has come.

use super::State;
use super::body::Json;
use super::jobs::{at, find};
use super::page::Id;
use super::problem::{Problem, ProblemDocument};
use crate::access::Identity;
use crate::moment;
use crate::store::StepReport;
use crate::workload;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use units::Span;

/// The largest counter that every reader of JSON takes exactly.
const COUNT_MAX: u64 = (1 << 53) - 1;
/// How far the clock of a training script may be ahead.
const AHEAD_MAX: Span = Span::from_seconds(60);

/// What a training script has done since its job began.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepsRequest {
    /// Training steps since the job began, over restarts too.
    #[schema(maximum = 9007199254740991i64)]
    steps: u64,
    /// Training samples since the job began.
    #[schema(maximum = 9007199254740991i64)]
    samples: Option<u64>,
    /// When the counters stood so, RFC 3339; now without it.
    at: Option<String>,
}

/// How far a job had come at a moment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StepsDocument {
    /// Id of the job.
    job: String,
    /// When.
    at: String,
    /// Training steps since the job began.
    steps: i64,
    /// Training samples since the job began.
    samples: Option<i64>,
}

/// Report how far a job has come
///
/// Counters only go forward in time. What adds nothing to an earlier report changes nothing, so that a report may be repeated.
#[utoipa::path(
    post, path = "/jobs/{id}/steps", tag = "jobs", request_body = StepsRequest,
    params(("id" = String, Path, description = "Id of the job")),
    responses(
        (status = 201, description = "The report that holds at that moment", body = StepsDocument),
        (status = 404, description = "No such job", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "A counter would go back", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn report(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<StepsRequest>,
) -> Result<(StatusCode, axum::Json<StepsDocument>), Problem> {
    let report = asked.check(&state)?;
    let (row, held) = state
        .work(move |service| {
            let row = find(service, &id, &who)?;
            let held = workload::report_steps(&service.store, id, report)?;
            Ok((row, held))
        })
        .await?;
    state.events.tell("job", row.facts.id.as_str(), row.facts.project.as_deref());
    let document =
        StepsDocument { job: row.facts.id, at: moment::show(held.at), steps: held.steps, samples: held.samples };
    Ok((StatusCode::CREATED, axum::Json(document)))
}

impl StepsRequest {
    fn check(self, state: &State) -> Result<StepReport, Problem> {
        let now = state.clock.wall();
        let at = at("at", self.at.as_deref())?.unwrap_or(now);
        if at.since(now).is_some_and(|ahead| ahead > AHEAD_MAX) {
            return Err(Problem::field("at", "this moment has not come yet: check the clock of the training node"));
        }
        let samples = self.samples.map(|samples| count("samples", samples)).transpose()?;
        Ok(StepReport { at, steps: count("steps", self.steps)?, samples })
    }
}

fn count(field: &str, count: u64) -> Result<i64, Problem> {
    let counted = i64::try_from(count).ok().filter(|_| count <= COUNT_MAX);
    counted.ok_or_else(|| Problem::field(field, format!("{count} is above {COUNT_MAX}")))
}
