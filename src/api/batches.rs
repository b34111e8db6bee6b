//! `POST /batches`: what agents say, taken exactly once and acknowledged when it is on disk.

use super::body::JsonBytes;
use super::problem::Problem;
use super::speaker::{note_refusal, speaker};
use super::state::{ApiService, State};
use crate::access::Identity;
use crate::ingest::{self, Applied, Received};
use crate::store::{StoreError, Tx};
use api::{AcknowledgementDocument, ProblemDocument};
use axum::body::Bytes;
use axum::extract::State as Extract;
use model::{AgentId, AttentionKind, ChangeKind};

/// Batches up to this size are read at once: less than a millisecond.
const SMALL_BYTES: usize = 128 << 10;

/// Deliver a batch
///
/// The body is a batch in version 1 of the wire format. Delivering it twice changes nothing. The token that delivers for a node first speaks for
/// it from then on. What the token of a project names is the project's own, and shown to others as `NAME~PROJECT`.
#[utoipa::path(
    post, path = "/batches", tag = "agents",
    request_body(content = Object, content_type = "application/json"),
    responses(
        (status = 200, description = "The batch is stored durably", body = AcknowledgementDocument),
        (status = 403, description = "Another token speaks for the node or the agent, or the token lacks the scope that is needed", body = ProblemDocument, content_type = "application/problem+json"),
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
    state.metrics.batch(applied.as_ref().map_or("refused", |(applied, _)| match applied.outcome {
        wire::Outcome::Accepted => "accepted",
        wire::Outcome::Duplicate => "duplicate",
    }));
    let (applied, sent_by) = applied?;
    if applied.outcome == wire::Outcome::Accepted {
        tell(&state, &applied.batch);
        note_twins(&state, &applied.batch).await;
    }
    let acknowledgement = AcknowledgementDocument {
        result: applied.outcome,
        agent: sent_by,
        boot: applied.batch.boot.to_string(),
        sequence: applied.batch.sequence,
        received_ns: applied.received.nanoseconds(),
    };
    if let Some((number, division)) = applied.stored {
        state.handover.give(number, applied.batch, division);
    }
    Ok(axum::Json(acknowledgement))
}

/// Reads a batch and applies it; returns when it is on disk, with the agent as the batch names it.
async fn take(state: &State, who: Identity, body: Bytes) -> Result<(Applied, AgentId), Problem> {
    let (bytes, now) = (body.len(), state.clock.wall());
    let read = move |_: &ApiService| Ok(Received::read(&body, now)?);
    // Handing a small batch to another thread costs as much as reading it.
    let received = if bytes <= SMALL_BYTES { read(state)? } else { state.work(read).await? };
    let sent_by = received.batch().agent.clone();
    match ingest::apply_later(&state.store, received.by(speaker(&who))).await {
        Ok(applied) => Ok((applied, sent_by)),
        Err(error) => {
            note_refusal(state, &who, &error).await;
            Err(error.into())
        }
    }
}

/// Notes for `attention` that two agents send under one name.
async fn note_twins(state: &State, batch: &wire::Batch) {
    let now = state.clock.wall();
    let Some(found) = state.twins.hear(batch, now) else { return };
    tracing::warn!(node = batch.node.name.as_str(), "{found}");
    let node = batch.node.name.clone();
    let note = move |tx: &Tx<'_>| tx.notices().note(AttentionKind::NodeNameShared, node.as_str(), now, &found);
    if let Err(error) = state.store.deliver::<_, StoreError>(note).await {
        tracing::warn!(%error, "that two agents send under one name could not be noted");
    }
}

fn tell(state: &State, batch: &wire::Batch) {
    for job in &batch.jobs {
        state.events.tell(ChangeKind::Job, job.id.as_str(), job.project.as_ref());
    }
    state.events.tell(ChangeKind::Batch, format!("{}/{}/{}", batch.agent, batch.boot, batch.sequence), None);
}
