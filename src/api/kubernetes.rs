//! `/admission/kubernetes`: the validating webhook of a cluster and its reader, over HTTP. The gate decides (`gate::kubernetes`).
//!
//! Kubernetes waits for the answer, so it comes in time whatever the store does: by the outage policy when no decision was made. A decision that
//! comes too late still holds what it admits.

use super::auth::unbound;
use super::body::{JsonBytes, parse};
use super::problem::Problem;
use super::state::State;
use crate::access::Identity;
use crate::budget::Office;
use crate::gate::kubernetes::{self as gate, Listing, ObjectChange, Review, ReviewAnswer, ReviewError};
use crate::store::StoreError;
use ::api::{KubernetesListing, KubernetesLook};
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use std::sync::Arc;

/// Larger bodies are read where other requests do not wait for it.
const READ_AT_ONCE_BYTES: usize = 64 << 10;

/// Review an object of Kubernetes
///
/// AdmissionReview of admission.k8s.io/v1 and v1beta1, answered in its own version: what pods, their controllers and the resources of operators take of
/// accelerators is held against the budgets of their namespace. Also served at /admission/kubernetes.
#[utoipa::path(
    post, path = "/admission/kubernetes", tag = "gates", request_body(content = Object, description = "An AdmissionReview that holds a request"),
    responses((status = 200, description = "The AdmissionReview with its response, allowed or denied", body = ReviewAnswer))
)]
pub(crate) async fn review(
    Extract(state): Extract<State>,
    who: Identity,
    JsonBytes(body): JsonBytes,
) -> Result<axum::Json<ReviewAnswer>, Problem> {
    unbound(&who)?;
    hear(&state);
    let review = Arc::new(read(&state, body).await?);
    if review.change == ObjectChange::Nothing {
        return Ok(axum::Json(ReviewAnswer::allow(&review)));
    }
    let (now, asked) = (state.clock.wall(), Arc::clone(&review));
    let deciding = state.work(move |service| {
        let office = Office { store: &service.store, library: &service.library, now, by: &who.token };
        let reviewed = gate::decide(office, &service.gates.kubernetes, &asked)?;
        reviewed.changed.iter().for_each(|changed| service.tell_admission(changed));
        Ok(reviewed.answer)
    });
    let answer = match tokio::time::timeout(state.gates.kubernetes.answer_within, deciding).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(problem)) if problem.is_of_the_service() => undecided(&state, &review, "the service failed"),
        Ok(Err(problem)) => return Err(problem),
        Err(_) => undecided(&state, &review, "the service did not decide in time"),
    };
    Ok(axum::Json(answer))
}

/// Say that the webhook is there
///
/// The gate in the cluster asks this every minute with the token that it adds to reviews. A webhook that was not heard of for five minutes is in the list
/// of what needs attention. Also served at /admission/kubernetes.
#[utoipa::path(
    get, path = "/admission/kubernetes", tag = "gates",
    responses((status = 204, description = "The service answers, and takes the token"))
)]
pub(crate) async fn heartbeat(Extract(state): Extract<State>, who: Identity) -> Result<StatusCode, Problem> {
    unbound(&who)?;
    hear(&state);
    Ok(StatusCode::NO_CONTENT)
}

/// Take in what a cluster has
///
/// The reader of a cluster sends all objects of some kinds. What was there before the webhook, or came while it was away, is held from now on, whether it
/// fits or not; what is gone holds nothing any more.
#[utoipa::path(
    post, path = "/admission/kubernetes/objects", tag = "gates", request_body(content = Object, description = "A listing, as `wattledger kubernetes watch` sends it"),
    responses((status = 200, description = "What changed", body = KubernetesLook))
)]
pub(crate) async fn objects(
    Extract(state): Extract<State>,
    who: Identity,
    JsonBytes(body): JsonBytes,
) -> Result<axum::Json<KubernetesLook>, Problem> {
    unbound(&who)?;
    let now = state.clock.wall();
    let look = move |service: &super::state::ApiService| {
        let document: KubernetesListing = parse(&body)?;
        let office = Office { store: &service.store, library: &service.library, now, by: &who.token };
        let (listing, unreadable) = Listing::read(&document, &service.gates.kubernetes);
        let changed = gate::look(office, &service.gates.kubernetes, Arc::new(listing))?;
        let detail = document.problem.as_deref().map(model::plain).unwrap_or_default().into_owned();
        service.store.write::<_, StoreError>(move |tx| tx.kubernetes().hear("reader", now, &detail))?;
        changed.iter().for_each(|changed| service.tell_admission(changed));
        Ok(KubernetesLook { changed: changed.len() as u64, unreadable })
    };
    state.work(look).await.map(axum::Json)
}

/// Notes that the webhook was heard of, once a minute at most. The answer does not wait for it.
fn hear(state: &State) {
    let now = state.clock.wall();
    if !state.gates.kubernetes_heard.is_due(now) {
        return;
    }
    let service = Arc::clone(state);
    drop(tokio::task::spawn_blocking(move || {
        let noted = service.store.write::<_, StoreError>(move |tx| tx.kubernetes().hear("webhook", now, ""));
        if let Err(error) = noted {
            tracing::warn!(%error, "that the webhook of Kubernetes was heard of could not be noted");
        }
    }));
}

async fn read(state: &State, body: Bytes) -> Result<Review, Problem> {
    let wrong = |error: ReviewError| Problem::body(error.to_string());
    if body.len() <= READ_AT_ONCE_BYTES {
        return Review::read(&body, &state.gates.kubernetes).map_err(wrong);
    }
    state.work(move |service| Review::read(&body, &service.gates.kubernetes).map_err(wrong)).await
}

fn undecided(state: &State, review: &Review, why: &str) -> ReviewAnswer {
    let outage = state.gates.kubernetes.outage;
    tracing::warn!(
        uid = review.uid,
        namespace = review.namespace,
        ?outage,
        why,
        "an object of Kubernetes was not checked"
    );
    gate::undecided(outage, review, why)
}
