//! `/admission/kubernetes`: the validating webhook of a cluster, over HTTP. The gate decides (`gate::kubernetes`).
//!
//! Kubernetes waits for the answer, so it comes in time whatever the store does: by the outage policy when no decision was made. A decision that
//! comes too late still holds what it admits.

use super::auth::unbound;
use super::body::JsonBytes;
use super::problem::Problem;
use super::state::State;
use crate::access::Identity;
use crate::budget::Office;
use crate::gate::kubernetes::{self as gate, ObjectChange, Review, ReviewAnswer, ReviewError};
use axum::body::Bytes;
use axum::extract::State as Extract;
use model::ChangeKind;

/// Larger bodies are read where other requests do not wait for it.
const READ_AT_ONCE_BYTES: usize = 64 << 10;

/// Review an object of Kubernetes
///
/// AdmissionReview of admission.k8s.io/v1 and v1beta1, answered in its own version: pods, Jobs, CronJobs, Deployments, StatefulSets, and training jobs
/// of Kubeflow, Ray and JobSet with accelerators are held against the budgets of their namespace. Also served at /admission/kubernetes.
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
    let review = read(&state, body).await?;
    if matches!(review.change, Ok(ObjectChange::Nothing)) {
        return Ok(axum::Json(ReviewAnswer::allow(&review)));
    }
    let (now, asked) = (state.clock.wall(), review.clone());
    let deciding = state.work(move |service| {
        let office = Office { store: &service.store, library: &service.library, now, by: &who.token };
        let reviewed = gate::decide(office, &service.gates.kubernetes, &asked)?;
        for changed in reviewed.changed {
            service.events.tell(ChangeKind::Admission, changed.admission.to_string(), Some(&changed.project));
        }
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

async fn read(state: &State, body: Bytes) -> Result<Review, Problem> {
    let wrong = |error: ReviewError| Problem::body(error.to_string());
    if body.len() <= READ_AT_ONCE_BYTES {
        return Review::read(&body, &state.gates.kubernetes.accelerator).map_err(wrong);
    }
    state.work(move |service| Review::read(&body, &service.gates.kubernetes.accelerator).map_err(wrong)).await
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
