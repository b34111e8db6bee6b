//! `POST /batches`: what agents say, taken exactly once and acknowledged when it is on disk.

use super::body::JsonBytes;
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::access::Identity;
use crate::ingest::{self, Applied, Received};
use api::{AcknowledgementDocument, ProblemDocument};
use axum::body::Bytes;
use axum::extract::State as Extract;
use model::{ChangeKind, JobId, ProjectName};

/// Batches up to this size are read at once: less than a millisecond.
const SMALL_BYTES: usize = 128 << 10;

/// Deliver a batch
///
/// The body is a batch in version 1 of the wire format. Delivering it twice changes nothing.
#[utoipa::path(
    post, path = "/batches", tag = "agents",
    request_body(content = Object, content_type = "application/json"),
    responses(
        (status = 200, description = "The batch is stored durably", body = AcknowledgementDocument),
        (status = 409, description = "Another batch with the same agent, boot and sequence is stored already", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The batch was not stored; send it again later", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn post(
    Extract(state): Extract<State>,
    who: Identity,
    JsonBytes(body): JsonBytes,
) -> Result<axum::Json<AcknowledgementDocument>, Problem> {
    let applied = take(&state, who, body).await;
    state.metrics.batch(applied.as_ref().map_or("refused", |applied| match applied.outcome {
        wire::Outcome::Accepted => "accepted",
        wire::Outcome::Duplicate => "duplicate",
    }));
    let applied = applied?;
    if applied.outcome == wire::Outcome::Accepted {
        tell(&state, &applied.batch);
    }
    let acknowledgement = AcknowledgementDocument {
        result: applied.outcome,
        agent: applied.batch.agent.clone(),
        boot: applied.batch.boot.to_string(),
        sequence: applied.batch.sequence,
        received_ns: applied.received.nanoseconds(),
    };
    if let Some(number) = applied.number {
        state.handover.give(number, applied.batch);
    }
    Ok(axum::Json(acknowledgement))
}

/// Reads a batch and applies it; returns when it is on disk.
async fn take(state: &State, who: Identity, body: Bytes) -> Result<Applied, Problem> {
    let (bytes, now) = (body.len(), state.clock.wall());
    let read = move |service: &ApiService| {
        let received = Received::read(&body, now)?;
        if let Some(own) = &who.project {
            stays_within(service, received.batch(), own)?;
        }
        Ok(received)
    };
    // Handing a small batch to another thread costs as much as reading it.
    let received = if bytes <= SMALL_BYTES { read(state)? } else { state.work(read).await? };
    Ok(ingest::apply_later(&state.store, received).await?)
}

fn tell(state: &State, batch: &wire::Batch) {
    for job in &batch.jobs {
        state.events.tell(ChangeKind::Job, job.id.as_str(), job.project.as_ref());
    }
    state.events.tell(ChangeKind::Batch, format!("{}/{}/{}", batch.agent, batch.boot, batch.sequence), None);
}

/// Refuses a batch that speaks of another project's jobs.
fn stays_within(service: &ApiService, batch: &wire::Batch, own: &ProjectName) -> Result<(), Problem> {
    let mut owned: Vec<&JobId> = Vec::new();
    for (position, job) in batch.jobs.iter().enumerate() {
        let is_own = job.project.as_ref().is_none_or(|project| project == own);
        if !is_own || !super::jobs::may_state(service, &job.id, job.project.as_ref(), own)? {
            return Err(foreign(format!("jobs[{position}].project"), own));
        }
        owned.push(&job.id);
    }
    for (position, holding) in batch.holdings.iter().enumerate() {
        if !owned.contains(&&holding.job) && !super::jobs::may_state(service, &holding.job, None, own)? {
            return Err(foreign(format!("holdings[{position}].job"), own));
        }
    }
    Ok(())
}

fn foreign(field: String, own: &ProjectName) -> Problem {
    Problem::field(field, format!("the token is bound to project {own:?} and the job is not known to be of it"))
}
