//! HCP Terraform's run tasks: the request, its signature, and the result.

use super::bill::{BillItem, PlanBill};
use crate::budget::Estimate;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha512;
use std::fmt::Write;

/// The token of the request that only tests the registration.
const TEST_TOKEN: &str = "test-token";
/// Longer messages are cut by HCP Terraform.
const MESSAGE_CHARACTERS_MAX: usize = 500;
const OUTCOMES_MAX: usize = 50;

/// Why a run task cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// It is not what HCP Terraform sends.
    #[error("this is not the request of a run task: {0}")]
    Shape(#[from] serde_json::Error),
}

/// The request of a run task.
#[derive(Debug, Clone, Deserialize)]
pub struct Task {
    /// Token to fetch the plan and send the result with.
    pub access_token: String,
    /// Whether the plan is speculative, so that it is never applied.
    #[serde(default)]
    pub is_speculative: bool,
    /// Identity of the result, the same when HCP Terraform repeats the request.
    #[serde(default)]
    pub task_result_id: Option<String>,
    /// Address that the result goes to.
    #[serde(default)]
    pub task_result_callback_url: Option<String>,
    /// Address of the plan; absent before stage `post_plan`.
    #[serde(default)]
    pub plan_json_api_url: Option<String>,
    /// Name of the organization.
    #[serde(default)]
    pub organization_name: String,
    /// Name of the workspace.
    #[serde(default)]
    pub workspace_name: String,
    /// User who started the run.
    #[serde(default)]
    pub run_created_by: Option<String>,
}

/// The result of a run task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskResult {
    /// Whether the run may go on.
    pub is_passed: bool,
    /// The reason, in one line.
    pub message: String,
    /// What it is about, resource by resource.
    pub outcomes: Vec<TaskOutcome>,
}

/// What a run task came to for one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskOutcome {
    /// Address of the resource.
    pub id: String,
    /// One line.
    pub description: String,
    /// A text in Markdown.
    pub body: String,
}

/// Whether `signature` (hexadecimal) is the HMAC-SHA512 of `body` under `key`; compared in constant time.
#[must_use]
pub fn is_signed(key: &[u8], body: &[u8], signature: &str) -> bool {
    let Some(given) = bytes(signature) else { return false };
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(key) else { return false };
    mac.update(body);
    mac.verify_slice(&given).is_ok()
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits = hexadecimal.trim().as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

impl Task {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// It is not the request of a run task.
    pub fn read(body: &[u8]) -> Result<Self, TaskError> {
        Ok(serde_json::from_slice(body)?)
    }

    /// Whether it only tests the registration, and wants nothing but an answer.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.access_token == TEST_TOKEN
    }
}

impl TaskResult {
    /// A result without a bill.
    #[must_use]
    pub fn new(is_passed: bool, message: impl Into<String>) -> Self {
        Self { is_passed, message: message.into(), outcomes: Vec::new() }
    }

    /// The same with what each resource of `bill` takes.
    #[must_use]
    pub fn with(mut self, bill: &PlanBill) -> Self {
        self.outcomes = bill.items.iter().take(OUTCOMES_MAX).filter_map(outcome).collect();
        self
    }

    /// The body of the answer, JSON:API.
    #[must_use]
    pub fn body(&self) -> serde_json::Value {
        let (status, label, level) =
            if self.is_passed { ("passed", "Allowed", "info") } else { ("failed", "Denied", "error") };
        let outcomes: Vec<serde_json::Value> = self
            .outcomes
            .iter()
            .map(|TaskOutcome { id, description, body }| {
                serde_json::json!({ "type": "task-result-outcomes", "attributes": {
                    "outcome-id": id, "description": description, "body": body,
                    "tags": { "Status": [{ "label": label, "level": level }] },
                } })
            })
            .collect();
        let message: String = self.message.chars().take(MESSAGE_CHARACTERS_MAX).collect();
        serde_json::json!({ "data": {
            "type": "task-results", "attributes": { "status": status, "message": message },
            "relationships": { "outcomes": { "data": outcomes } },
        } })
    }
}

/// A resource that changes something, or of which nothing is known.
fn outcome(item: &BillItem) -> Option<TaskOutcome> {
    if let Some(reason) = &item.unknown {
        let body = format!("`{}` cannot be estimated: {reason}.", item.address);
        return Some(TaskOutcome { id: item.address.clone(), description: "cannot be estimated".to_owned(), body });
    }
    let Estimate { p50, p95 } = item.added().ok()?;
    let co2e = item.added_co2e().ok()?;
    if p50.millijoules() == 0 && co2e.is_some_and(|co2e| co2e.p50.micrograms() == 0) {
        return None;
    }
    let mwh = |energy: units::Energy| energy.millijoules() as f64 / 3.6e12;
    let description = format!("{:+.3} MWh a month", mwh(p50));
    let mut body = format!(
        "| before | after | MWh a month | p95 | t CO2e |\n|---|---|---|---|---|\n| {} | {} | {:+.3} | {:+.3} | ",
        item.before.machines.join(", "),
        item.after.machines.join(", "),
        mwh(p50),
        mwh(p95)
    );
    let co2e = co2e.map_or_else(|| "unknown".to_owned(), |co2e| format!("{:+.3}", co2e.p50.micrograms() as f64 / 1e12));
    let _ = writeln!(body, "{co2e} |");
    Some(TaskOutcome { id: item.address.clone(), description, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn a_signature_is_the_hmac_sha512_of_the_body() {
        let signature = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
        let body = b"what do ya want for nothing?";
        assert!(is_signed(b"Jefe", body, signature));
        assert!(is_signed(b"Jefe", body, &signature.to_uppercase()));
        for (key, body, signature) in [
            (b"jefe".as_slice(), body.as_slice(), signature),
            (b"Jefe", b"what do ya want", signature),
            (b"Jefe", body, &signature[2..]),
            (b"Jefe", body, ""),
            (b"Jefe", body, "zz"),
            (b"Jefe", body, "é"),
        ] {
            assert!(!is_signed(key, body, signature), "{signature}");
        }
    }
}
