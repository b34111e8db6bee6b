//! The documents of the decision chain. They are evidence: written once, hashed, and shown as they are.

use super::answer::StoredAnswer;
use super::demand::StoredDemand;
use super::policy::StoredPolicy;
use super::write;
use crate::budget::Demand;
use crate::moment;
use crate::store::{AdmissionRow, StoreError};
use api::{Decision, PolicyDocument};
use model::OverrideId;
use serde::Serialize;
use units::{CarbonMass, Energy, Timestamp};

const WHAT: &str = "the document of a decision";

#[derive(Serialize)]
struct DecidedRecord {
    answer: StoredAnswer,
    demand: StoredDemand,
}

#[derive(Serialize)]
struct ResolvedRecord {
    actual_mj: Option<i64>,
    actual_ug: Option<i64>,
    demand: StoredDemand,
    metered_mj: i64,
    overrun_mj: Option<i64>,
    p95_mj: i64,
}

/// A budget was given another policy.
#[derive(Serialize)]
pub(in crate::budget) struct RevisedPolicy {
    /// The policy before, as its row had it.
    before: String,
    policy: StoredPolicy,
    reason: String,
}

/// Somebody asked for an exception.
#[derive(Serialize)]
pub(in crate::budget) struct Exception {
    name: String,
    reason: String,
    request: i64,
}

/// An exception was granted or refused: a request, or an override of a whole budget.
#[derive(Serialize)]
pub(in crate::budget) struct Grant {
    expires: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#override: Option<i64>,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<i64>,
}

impl RevisedPolicy {
    /// From the policy that a row had to the one that it has now.
    pub(in crate::budget) fn new(before: String, policy: &PolicyDocument, reason: String) -> Self {
        Self { before, policy: policy.into(), reason }
    }
}

impl Exception {
    /// Request `number`, by `name`, for `reason`.
    pub(in crate::budget) fn new(number: OverrideId, name: String, reason: String) -> Self {
        Self { name, reason, request: number.number() }
    }
}

impl Grant {
    /// The answer to request `number`.
    pub(in crate::budget) fn of_request(
        number: OverrideId,
        name: String,
        reason: String,
        expires: Option<Timestamp>,
    ) -> Self {
        let request = Some(number.number());
        Self { expires: expires.map(moment::show), name, r#override: None, reason, request }
    }

    /// Override `number` of a whole budget.
    pub(in crate::budget) fn of_budget(number: OverrideId, name: String, reason: String, expires: Timestamp) -> Self {
        let r#override = Some(number.number());
        Self { expires: Some(moment::show(expires)), name, r#override, reason, request: None }
    }
}

/// The text of a record.
pub(in crate::budget) fn record(record: &impl Serialize) -> Result<String, StoreError> {
    write(WHAT, record)
}

/// The text of a decision on a demand.
pub(in crate::budget) fn decided(demand: &Demand, answer: &Decision) -> Result<String, StoreError> {
    write(WHAT, &DecidedRecord { answer: answer.into(), demand: demand.into() })
}

/// The text of what became of an admission.
pub(in crate::budget) fn resolved(row: &AdmissionRow) -> Result<String, StoreError> {
    let demand = super::of_demand(&row.demand)?;
    let record = ResolvedRecord {
        actual_mj: row.actual_energy.map(Energy::millijoules),
        actual_ug: row.actual_co2e.map(CarbonMass::micrograms),
        demand: StoredDemand::from(&demand),
        metered_mj: row.metered.millijoules(),
        overrun_mj: row.overrun.map(Energy::millijoules),
        p95_mj: row.p95_energy.millijoules(),
    };
    write(WHAT, &record)
}
