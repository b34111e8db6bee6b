//! `/jobs/{id}/steps`: the training progress of a job.

use super::body::Json;
use super::jobs::{at, find};
use super::page::Id;
use super::problem::Problem;
use super::state::State;
use crate::access::Identity;
use crate::moment;
use crate::store::StepReport;
use crate::workload;
use api::{ProblemDocument, StepsDocument, StepsRequest};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{ChangeKind, JobId};
use units::{Span, Timestamp};

/// The largest counter that every reader of JSON takes exactly.
const COUNT_MAX: u64 = (1 << 53) - 1;
/// How far the clock of a training script may be ahead.
const AHEAD_MAX: Span = Span::from_seconds(60);

/// Report the training progress of a job
///
/// Counters never decrease over time. A report that adds nothing to an earlier one changes nothing, so it can be repeated.
#[utoipa::path(
    post, path = "/jobs/{id}/steps", tag = "jobs", request_body = StepsRequest,
    params(("id" = String, Path, description = "Id of the job")),
    responses(
        (status = 201, description = "The report that is stored for that moment", body = StepsDocument),
        (status = 404, description = "There is no such job", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "A counter would decrease", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn report(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id<JobId>,
    Json(asked): Json<StepsRequest>,
) -> Result<(StatusCode, axum::Json<StepsDocument>), Problem> {
    let report = check(&asked, state.clock.wall())?;
    let (row, held) = state
        .work(move |service| {
            let row = find(service, &id, &who)?;
            let held = workload::report_steps(&service.store, row.facts.id.clone(), report)?;
            Ok((row, held))
        })
        .await?;
    state.events.tell(ChangeKind::Job, row.facts.id.as_str(), row.facts.project.as_ref());
    let document =
        StepsDocument { job: row.facts.id, at: moment::show(held.at), steps: held.steps, samples: held.samples };
    Ok((StatusCode::CREATED, axum::Json(document)))
}

fn check(asked: &StepsRequest, now: Timestamp) -> Result<StepReport, Problem> {
    let at = at("at", asked.at.as_deref())?.unwrap_or(now);
    if at.since(now).is_some_and(|ahead| ahead > AHEAD_MAX) {
        return Err(Problem::field("at", "this moment is in the future: check the clock of the training node"));
    }
    let samples = asked.samples.map(|samples| count("samples", samples)).transpose()?;
    Ok(StepReport { at, steps: count("steps", asked.steps)?, samples })
}

fn count(field: &str, count: u64) -> Result<i64, Problem> {
    let counted = i64::try_from(count).ok().filter(|_| count <= COUNT_MAX);
    counted.ok_or_else(|| Problem::field(field, format!("{count} is above {COUNT_MAX}")))
}
