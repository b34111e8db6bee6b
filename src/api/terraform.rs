//! `/admission/terraform`: run tasks of HCP Terraform, over HTTP. The gate decides (`gate::terraform`).
//!
//! A request is signed, answered at once, and worked on afterwards: the plan is fetched, weighed, held against the budgets, and the result sent to
//! where the request says.

use super::auth::unauthenticated;
use super::body::JsonBytes;
use super::peer::Peer;
use super::problem::Problem;
use super::run_tasks::AT_ONCE_MAX;
use super::state::State;
use crate::budget::Office;
use crate::config::Terraform;
use crate::gate::terraform::{
    self as gate, BillContext, NotTaken, PlanBill, StatedRegions, Task, TaskResult, TerraformPlan, Usage,
};
use api::ProblemDocument;
use axum::extract::State as Extract;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::{Extension, response::Response};
use client::Backoff;
use model::TokenId;
use std::sync::Arc;
use units::Pue;

const SIGNATURE: &str = "x-tfc-task-signature";

/// Longest identity of a run task.
const IDENTITY_BYTES_MAX: usize = 256;

/// Take a run task of HCP Terraform
///
/// The header X-TFC-Task-Signature is the HMAC-SHA512 of the body under the configured key. It is answered at once; the result goes to the callback. One that was taken
/// before, by its `task_result_id`, is answered the same and not worked on again.
/// Also served at /api/v1/admission/terraform.
#[utoipa::path(
    post, path = "/admission/terraform", tag = "gates", request_body(content = Object, description = "The request of a run task"),
    responses(
        (status = 200, description = "It is worked on"),
        (status = 503, description = "Too many at once", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn task(
    Extract(state): Extract<State>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let tasks = &state.gates.terraform;
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !tasks.key.as_ref().is_some_and(|key| gate::is_signed(key, &body, signature)) {
        return Err(unauthenticated(&state, peer.as_deref()));
    }
    let task = Task::read(&body).map_err(|error| Problem::body(error.to_string()))?;
    if task.is_test() {
        return Ok(().into_response());
    }
    let callback = task.task_result_callback_url.clone().unwrap_or_default();
    gate::check_host(&callback, &tasks.config.hosts)
        .map_err(|rule| Problem::field("task_result_callback_url", rule))?;
    let identity = task.task_result_id.as_deref().filter(|identity| (1..=IDENTITY_BYTES_MAX).contains(&identity.len()));
    let identity = identity.ok_or_else(|| {
        Problem::field("task_result_id", format!("a run task is told from others by 1 to {IDENTITY_BYTES_MAX} bytes"))
    })?;
    let Ok(place) = Arc::clone(&tasks.places).try_acquire_owned() else {
        return Err(Problem::unavailable(format!("{AT_ONCE_MAX} run tasks are being worked on"), 10));
    };
    if !tasks.take(identity) {
        return Ok(().into_response());
    }
    tokio::spawn(async move {
        let result = weigh(&state, &task).await;
        deliver(&state, &Arc::new(task), &callback, result).await;
        drop(place);
    });
    Ok(().into_response())
}

async fn weigh(state: &State, task: &Task) -> TaskResult {
    let Some(url) = task.plan_json_api_url.clone() else {
        return TaskResult::new(true, "nothing to weigh: carbon budgets look at plans, from stage post_plan on");
    };
    let (asked, now) = (task.clone(), state.clock.wall());
    let weighed = state.work(move |service| {
        let config = &service.gates.terraform.config;
        let plan = gate::fetch(&url, &asked.access_token, &config.hosts)
            .and_then(|bytes| TerraformPlan::read(&bytes).map_err(|error| format!("the plan cannot be read: {error}")));
        let plan = match plan {
            Ok(plan) => plan,
            Err(reason) => return Ok(TaskResult::new(false, format!("cannot be estimated: {reason}"))),
        };
        let regions = regions(config, &asked);
        let context = BillContext { library: &service.library, intensity: None, regions: &regions, pue: Pue::ONE };
        let bill = PlanBill::of(&plan, &Usage::default(), context).map_err(|error| Problem::body(error.to_string()))?;
        let by = TokenId::from("terraform");
        let office = Office { store: &service.store, library: &service.library, now, by: &by };
        Ok(gate::decide(&office, config, &asked, &bill)?.with(&bill))
    });
    weighed.await.unwrap_or_else(|problem| {
        tracing::error!(?problem, workspace = task.workspace_name, "a run task could not be decided");
        TaskResult::new(false, "the carbon budgets could not be asked: the log of the service says why")
    })
}

/// What the configuration states for the plans of the workspace.
fn regions(config: &Terraform, task: &Task) -> StatedRegions {
    let stated = Terraform::of_workspace(&config.regions, &task.organization_name, &task.workspace_name);
    // The configuration was read with regions that are known.
    stated.and_then(|texts| StatedRegions::read(texts).ok()).unwrap_or_default()
}

/// Sends the result until it is taken, trying again is useless, or nobody waits for it any more.
async fn deliver(state: &State, task: &Arc<Task>, callback: &str, result: TaskResult) {
    let result = Arc::new(result);
    let mut backoff = Backoff::new(getrandom::u64().unwrap_or_default());
    let mut left = gate::PATIENCE;
    loop {
        let (sent, to, what, now) = (Arc::clone(task), callback.to_owned(), Arc::clone(&result), state.clock.wall());
        let not_taken = match state.work(move |_| Ok(gate::send(&sent, &to, &what, now))).await {
            Ok(Ok(())) => return,
            Ok(Err(not_taken)) => not_taken,
            Err(problem) => NotTaken { reason: format!("{problem:?}"), is_final: false, retry_after: None },
        };
        let wait = backoff.wait(not_taken.retry_after);
        let is_given_up = not_taken.is_final || wait > left;
        let (workspace, reason) = (&task.workspace_name, not_taken.reason);
        tracing::warn!(workspace, reason, is_given_up, "the result of a run task was not taken");
        if is_given_up {
            return;
        }
        left -= wait;
        tokio::time::sleep(wait).await;
    }
}
