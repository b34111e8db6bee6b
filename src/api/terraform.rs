//! `/admission/terraform`: run tasks of HCP Terraform.
//!
//! A request is signed, answered at once, and worked on afterwards: the plan is fetched, weighed, held against the budgets, and the result sent to
//! where the request says. Plans and answers go to configured hosts alone, and the token of a request to no other.

use super::State;
use super::auth::unauthenticated;
use super::body::JsonBytes;
use super::connection::Peer;
use super::problem::{Problem, ProblemDocument};
use crate::budget::{self, Ask, BudgetError, Demand, Office};
use crate::config::Terraform;
use crate::gate::terraform::{Bill, HOURS_PER_MONTH, Place, Plan, Task, TaskResult, Usage, is_signed};
use crate::store::StoreError;
use axum::extract::State as Extract;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::{Extension, response::Response};
use client::{Call, CallLimits, Client, Content, Method, SendError, Uri};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use units::Pue;

const SIGNATURE: &str = "x-tfc-task-signature";
const KEY_BYTES_MIN: usize = 16;
/// Run tasks that are worked on at once; HCP Terraform sends the others again.
const AT_ONCE_MAX: usize = 16;
const PLAN_BYTES_MAX: u64 = 256 << 20;
/// Of the answer to a result, nothing but the status is read.
const CALLBACK_ANSWER_BYTES_MAX: u64 = 1 << 16;
const REDIRECTS_MAX: usize = 3;
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Waits between attempts to deliver a result: HCP Terraform gives up after ten minutes without one.
const RETRY_AFTER_S: [u64; 6] = [1, 4, 15, 60, 120, 240];

/// Why run tasks cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("terraform.hmac_key_file {path}: {cause}")]
    Unreadable {
        /// As configured.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Too short to be secret.
    #[error(
        "terraform.hmac_key_file {path} has {bytes} bytes: a key has {KEY_BYTES_MIN} or more; `openssl rand -hex 32` makes one"
    )]
    Short {
        /// As configured.
        path: PathBuf,
        /// What it has.
        bytes: usize,
    },
}

/// What run tasks are answered with.
pub(crate) struct RunTasks {
    /// Without it, nothing is answered.
    key: Option<Vec<u8>>,
    config: Terraform,
    places: Arc<Semaphore>,
}

impl RunTasks {
    pub(crate) fn open(config: &Terraform) -> Result<Self, KeyError> {
        let key = match &config.hmac_key_file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|cause| KeyError::Unreadable { path: path.clone(), cause })?;
                let key = text.trim().as_bytes().to_vec();
                if key.len() < KEY_BYTES_MIN {
                    return Err(KeyError::Short { path: path.clone(), bytes: key.len() });
                }
                Some(key)
            }
            None => None,
        };
        Ok(Self { key, config: config.clone(), places: Arc::new(Semaphore::new(AT_ONCE_MAX)) })
    }
}

/// Take a run task of HCP Terraform
///
/// The header X-TFC-Task-Signature is the HMAC-SHA512 of the body under the configured key. It is answered at once; the result goes to the callback.
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
    if !tasks.key.as_ref().is_some_and(|key| is_signed(key, &body, signature)) {
        return Err(unauthenticated(&state, peer.as_deref()));
    }
    let task = Task::read(&body).map_err(|error| Problem::body(error.to_string()))?;
    if task.is_test() {
        return Ok(().into_response());
    }
    let callback = task.task_result_callback_url.clone().unwrap_or_default();
    allowed(&callback, &tasks.config.hosts).map_err(|rule| Problem::field("task_result_callback_url", rule))?;
    let Ok(place) = Arc::clone(&tasks.places).try_acquire_owned() else {
        return Err(Problem::unavailable(format!("{AT_ONCE_MAX} run tasks are being worked on"), 10));
    };
    tokio::spawn(async move {
        let result = weigh(&state, &task).await;
        deliver(&state, &task, &callback, &result).await;
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
        let hosts = &service.gates.terraform.config.hosts;
        let plan = fetch(&url, &asked.access_token, hosts)
            .and_then(|bytes| Plan::read(&bytes).map_err(|error| format!("the plan cannot be read: {error}")));
        let plan = match plan {
            Ok(plan) => plan,
            Err(reason) => return Ok(TaskResult::new(false, format!("cannot be estimated: {reason}"))),
        };
        let place = Place { library: &service.library, intensity: None, pue: Pue::ONE };
        let bill = Bill::of(&plan, &Usage::default(), place).map_err(|error| Problem::body(error.to_string()))?;
        let office = Office { store: &service.store, library: &service.library, now, by: "terraform" };
        Ok(decide(&office, &service.gates.terraform.config, &asked, &bill)?.with(&bill))
    });
    weighed.await.unwrap_or_else(|problem| {
        tracing::error!(?problem, workspace = task.workspace_name, "a run task could not be decided");
        TaskResult::new(false, "the carbon budgets could not be asked: the log of the service says why")
    })
}

/// What the budgets say of a month of the plan.
fn decide(office: &Office<'_>, config: &Terraform, task: &Task, bill: &Bill) -> Result<TaskResult, BudgetError> {
    let unknown: Vec<String> = bill.unknown().map(|(address, reason)| format!("{address} ({reason})")).collect();
    if !unknown.is_empty() {
        return Ok(TaskResult::new(false, format!("cannot be estimated: {}", unknown.join("; "))));
    }
    let Some(load) = bill.load(Pue::ONE)? else { return Ok(TaskResult::new(true, "adds no accelerator energy")) };
    let whole = format!("{}/{}", task.organization_name, task.workspace_name);
    let mapped = config.projects.get(&whole).or_else(|| config.projects.get(&task.workspace_name));
    let project = match mapped {
        Some(project) => project.clone(),
        None if office.store.read::<_, StoreError>(|tx| tx.projects().exists(&task.workspace_name))? => {
            task.workspace_name.clone()
        }
        None => String::new(),
    };
    let demand = Demand {
        project,
        accelerator: load.accelerator,
        count: load.count,
        nanohours: HOURS_PER_MONTH * 1_000_000_000,
        nanowatts: Some(load.nanowatts),
        spread_ppm: Some(load.spread_ppm),
        pue_ppm: Some(Pue::ONE.parts_per_million()),
        intensity: load.intensity,
        user: task.run_created_by.clone(),
        job_name: Some(task.workspace_name.clone()),
        ..Demand::default()
    };
    let key = task.task_result_id.as_ref().map(|id| format!("terraform:{id}"));
    let ask = if task.is_speculative { Ask::DryRun } else { Ask::Check };
    match budget::admit(office, key.as_deref(), demand, ask) {
        Ok(decision) => {
            let month =
                format!("{:.3} MWh, {:.3} t CO2e a month", decision.estimate.energy_mwh, decision.estimate.co2e_t);
            Ok(TaskResult::new(decision.allowed, format!("{month}: {}", decision.reason)))
        }
        Err(error @ (BudgetError::Store(_) | BudgetError::Ledger(_))) => Err(error),
        Err(error) => Ok(TaskResult::new(false, error.to_string())),
    }
}

/// The plan as JSON; redirects lead to configured hosts alone, and the token goes to the first.
fn fetch(url: &str, token: &str, hosts: &[String]) -> Result<Vec<u8>, String> {
    let client = http_client()?;
    let (mut url, mut shows_token) = (url.to_owned(), true);
    for _ in 0..=REDIRECTS_MAX {
        allowed(&url, hosts)?;
        let token = shows_token.then_some(token);
        let limits = CallLimits { time: CALL_TIMEOUT, answer_bytes: PLAN_BYTES_MAX };
        let answer = client.send(&Call { method: Method::GET, url: &url, token, content: None, limits });
        let answer = answer.map_err(|error| format!("the plan did not come: {error}"))?;
        match (answer.status, answer.location.as_deref()) {
            (301 | 302 | 303 | 307 | 308, Some(next)) => {
                let next = resolved(&url, next);
                // Temporary addresses carry their own authority.
                shows_token = shows_token && host_of(&next) == host_of(&url);
                url = next;
            }
            (200, _) => {
                return match answer.incomplete {
                    Some(reason) => Err(format!("the plan did not come whole: {reason}")),
                    None => Ok(answer.body),
                };
            }
            (status, _) => return Err(format!("the plan was answered with {status}")),
        }
    }
    Err(format!("the plan was redirected more than {REDIRECTS_MAX} times"))
}

async fn deliver(state: &State, task: &Task, callback: &str, result: &TaskResult) {
    let body = result.body().to_string();
    for wait_s in std::iter::once(0).chain(RETRY_AFTER_S) {
        tokio::time::sleep(Duration::from_secs(wait_s)).await;
        let (url, token, body) = (callback.to_owned(), task.access_token.clone(), body.clone());
        let sent = state.work(move |_| Ok(send(&url, &token, &body))).await;
        match sent {
            Ok(Ok(())) => return,
            Ok(Err((reason, is_final))) => {
                tracing::warn!(workspace = task.workspace_name, reason, "the result of a run task was not taken");
                if is_final {
                    return;
                }
            }
            Err(_) => return,
        }
    }
}

/// What went wrong, and whether trying again is useless.
fn send(url: &str, token: &str, body: &str) -> Result<(), (String, bool)> {
    let content = Content { media_type: "application/vnd.api+json", encoding: None, bytes: body.as_bytes() };
    let limits = CallLimits { time: CALL_TIMEOUT, answer_bytes: CALLBACK_ANSWER_BYTES_MAX };
    let call = Call { method: Method::PATCH, url, token: Some(token), content: Some(content), limits };
    let sent = http_client().map_err(|error| (error, false))?.send(&call);
    let answer =
        sent.map_err(|error| (error.to_string(), matches!(error, SendError::Address(_) | SendError::Request(_))))?;
    match answer.status {
        200..=299 => Ok(()),
        status => {
            Err((format!("answered with {status}"), (400..500).contains(&status) && status != 408 && status != 429))
        }
    }
}

fn http_client() -> Result<Client, String> {
    Client::new(concat!("wattledger/", env!("CARGO_PKG_VERSION")), None).map_err(|error| error.to_string())
}

/// Where a redirect from `url` leads: an address, or a path at the same host.
fn resolved(url: &str, location: &str) -> String {
    match url.parse::<Uri>() {
        Ok(uri) if location.starts_with('/') && !location.starts_with("//") => {
            let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
            format!("{}://{authority}{location}", uri.scheme_str().unwrap_or_default())
        }
        _ => location.to_owned(),
    }
}

fn host_of(url: &str) -> Option<String> {
    url.parse::<Uri>().ok()?.authority().map(|authority| authority.as_str().to_lowercase())
}

/// Refuses an address that no configuration allows: another host, another scheme, credentials inside.
fn allowed(url: &str, hosts: &[String]) -> Result<(), String> {
    let uri: Uri = url.parse().map_err(|_| format!("{url:?} is no address"))?;
    let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let is_listed = hosts.iter().any(|host| host.eq_ignore_ascii_case(authority));
    let is_loopback = uri.host().is_some_and(client::is_loopback);
    match uri.scheme_str() {
        Some("https") if is_listed => Ok(()),
        Some("http") if is_listed && is_loopback => Ok(()),
        Some("https" | "http") => Err(format!("{authority:?} is not in terraform.hosts, or not asked over https")),
        _ => Err(format!("{url:?} is no https address")),
    }
}
