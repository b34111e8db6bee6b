//! An admission, as `check` and `run` ask for it and print the answer.

use super::client::{ServiceClient, Verbatim};
use super::failure::Failure;
use super::{estimate, show};
use crate::decimal;
use api::{AdmissionRequest, Decision, FitOption};
use serde_json::Number;
use std::fmt::Write;
use std::time::Duration;

/// How long to wait for an answer.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);
/// Exit code of a denial.
pub(super) const DENIED: u8 = 3;

/// The service's answer.
pub(super) struct AdmissionAnswer {
    pub(super) decision: Decision,
    /// The same, as the service gave it.
    pub(super) verbatim: Verbatim,
}

/// Asks for an admission. A service with a defect counts as one that does not answer.
pub(super) fn ask(client: &ServiceClient, request: &AdmissionRequest) -> Result<AdmissionAnswer, Failure> {
    let verbatim: Verbatim = client.post("/admissions", request).map_err(|failure| match failure {
        Failure::Internal(error) => Failure::Unreachable(format!("{error:#}")),
        other => other,
    })?;
    match serde_json::from_value(verbatim.clone()) {
        Ok(decision) => Ok(AdmissionAnswer { decision, verbatim }),
        Err(error) => Err(Failure::Unreachable(format!("the server's answer is not from Wattledger: {error}"))),
    }
}

/// A count of 10^-`decimals` as an exact JSON number.
pub(super) fn exact(value: i128, decimals: usize) -> Result<Number, Failure> {
    let text = decimal::format(value, decimals);
    Ok(serde_json::from_str(&text).map_err(anyhow::Error::from)?)
}

/// The decision and its reason, the estimate, and what would fit, as people read it.
pub(super) fn words(decision: &Decision) -> String {
    let mut text = String::new();
    let answer = if decision.allowed { "allowed" } else { "denied" };
    let _ = writeln!(text, "{answer:<10}{}", decision.reason);
    let (estimate, p95) = (&decision.estimate, &decision.estimate.p95);
    let mass = |tonnes: f64| show::mass(tonnes * 1e6);
    let _ = writeln!(
        text,
        "estimate  {} expected, {} at p95; CO2e {} expected, {} at p95{}",
        estimate::energy(estimate.energy_mwh),
        estimate::energy(p95.energy_mwh),
        mass(estimate.co2e_t),
        mass(p95.co2e_t),
        decision.id.as_ref().map(|id| format!("; admission {id}")).unwrap_or_default()
    );
    for warning in &decision.warnings {
        let _ = writeln!(text, "warning   {warning}");
    }
    if !decision.allowed {
        text.push_str(&alternatives(decision));
    }
    text
}

/// What whoever was denied can do instead.
fn alternatives(decision: &Decision) -> String {
    let mut text = String::new();
    if !decision.options.is_empty() {
        let _ = writeln!(text, "\nwhat would fit");
    }
    for FitOption { title, command, .. } in &decision.options {
        let _ = writeln!(text, "  {title}\n    {command}");
    }
    if let Some(id) = &decision.id {
        let _ = writeln!(text, "\nto request an exception\n  wattledger budget request {id} --name NAME --reason WHY");
    } else if decision.options.is_empty() {
        let _ = writeln!(
            text,
            "\nnothing smaller fits now\n  to request an exception, check again with --key KEY --reserve: the denial then gets a number"
        );
    }
    text
}
