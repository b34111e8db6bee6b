//! What is exchanged with HCP Terraform over HTTP: the plan is fetched, and the result sent to where the request says.
//!
//! Plans and results go to configured hosts alone, and the token of a request to no other host.

use super::task::{Task, TaskResult};
use client::{Call, CallLimits, Client, Content, Method, SendError, Uri};
use std::time::Duration;
use units::Timestamp;

const PLAN_BYTES_MAX: u64 = 256 << 20;
/// Of the answer to a result, nothing but the status is read.
const CALLBACK_ANSWER_BYTES_MAX: u64 = 1 << 16;
const REDIRECTS_MAX: usize = 3;
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a result is sent again while it is not taken: HCP Terraform gives up after ten minutes without one.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// Why a result was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotTaken {
    /// What went wrong.
    pub reason: String,
    /// Whether trying again is useless.
    pub is_final: bool,
    /// How long the other side asks to wait before the next attempt.
    pub retry_after: Option<Duration>,
}

/// The plan of a run, as JSON. Redirects lead to configured hosts alone, and the token goes to the first.
///
/// # Errors
///
/// Why the plan did not come, for people.
pub fn fetch(url: &str, token: &str, hosts: &[String]) -> Result<Vec<u8>, String> {
    let client = http_client()?;
    let (mut url, mut shows_token) = (url.to_owned(), true);
    for _ in 0..=REDIRECTS_MAX {
        check_host(&url, hosts)?;
        let token = shows_token.then_some(token);
        let limits = CallLimits { time: CALL_TIMEOUT, answer_bytes: PLAN_BYTES_MAX };
        let answer = client.send(&Call { method: Method::GET, url: &url, token, headers: &[], content: None, limits });
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
            (status, _) => return Err(format!("the request for the plan was answered with status {status}")),
        }
    }
    Err(format!("the request for the plan was redirected more than {REDIRECTS_MAX} times"))
}

/// Sends a result once, at `now`, to the address that the request named.
///
/// # Errors
///
/// Why it was not taken.
pub fn send(task: &Task, callback: &str, result: &TaskResult, now: Timestamp) -> Result<(), NotTaken> {
    let body = result.body().to_string();
    let content = Content { media_type: "application/vnd.api+json", encoding: None, bytes: body.as_bytes() };
    let limits = CallLimits { time: CALL_TIMEOUT, answer_bytes: CALLBACK_ANSWER_BYTES_MAX };
    let token = Some(task.access_token.as_str());
    let call = Call { method: Method::PATCH, url: callback, token, headers: &[], content: Some(content), limits };
    let client = http_client().map_err(|reason| NotTaken { reason, is_final: false, retry_after: None })?;
    let answer = client.send(&call).map_err(|error| NotTaken {
        reason: error.to_string(),
        is_final: matches!(error, SendError::Address(_) | SendError::Request(_)),
        retry_after: None,
    })?;
    match answer.status {
        200..=299 => Ok(()),
        status => {
            let is_final = (400..500).contains(&status) && status != 408 && status != 429;
            let reason = format!("answered with status {status}");
            Err(NotTaken { reason, is_final, retry_after: answer.retry_after(now) })
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

/// Refuses an address that the configuration does not allow: another host, another scheme, credentials inside.
///
/// # Errors
///
/// What is not allowed about it, for people.
pub fn check_host(url: &str, hosts: &[String]) -> Result<(), String> {
    let uri: Uri = url.parse().map_err(|_| format!("{url:?} is not an address"))?;
    let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let is_listed = hosts.iter().any(|host| host.eq_ignore_ascii_case(authority));
    let is_loopback = uri.host().is_some_and(client::is_loopback);
    match uri.scheme_str() {
        Some("https") if is_listed => Ok(()),
        Some("http") if is_listed && is_loopback => Ok(()),
        Some("https" | "http") => {
            Err(format!("{authority:?} is not listed in terraform.hosts, or not called over https"))
        }
        _ => Err(format!("{url:?} is not an https address")),
    }
}
