//! Budgets: how much may be used, how that stands, and who makes an exception.

use crate::DecisionDocument;
use model::{AdmissionId, BudgetId, OverrideId, OverrideState, ProjectName, SiteName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose energy a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScopeKind {
    /// Everything that is metered, including unallocated idle energy.
    All,
    /// Jobs of one project.
    Project,
    /// Jobs that carry a label with a given value.
    Label,
    /// Jobs of one user, named by their label `user`.
    User,
    /// Everything that is metered at one site, including unallocated idle energy.
    Site,
}

/// What a budget counts. CO2e is location-based: a market-based budget would never bind where all electricity is certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Facility energy, in mJ.
    Energy,
    /// Location-based CO2e of the facility energy, in µg.
    Co2e,
}

/// How long a limit lasts before the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PeriodKind {
    /// From Monday to Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
    /// Once, from `from` to `to`.
    Fixed,
}

/// What happens to the unused part of a limit when its period ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RollOver {
    /// It expires.
    #[default]
    None,
    /// It is added to the next period. An overrun is forgiven.
    Unused,
    /// It is added to the next period. An overrun is taken off the next period.
    All,
}

/// What happens to a job that does not fit into a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It is admitted, and the answer records that it would have been denied.
    Observe,
    /// It is admitted with a warning.
    Warn,
    /// It is denied.
    Block,
}

/// What a gate does with a job while the service is unreachable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outage {
    /// It lets the job run, marked as unverified, and settles it later.
    #[default]
    Open,
    /// It refuses the job.
    Closed,
}

/// The policy of a budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// Name of the budget: unique, 1 to 128 characters, not a number.
    pub name: String,
    /// Whose energy the budget counts.
    pub scope: ScopeKind,
    /// Project whose jobs are counted; only with scope `project`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// Label of the jobs that are counted, as `KEY=VALUE`; only with scope `label`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// User whose jobs are counted; only with scope `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Site whose energy is counted; only with scope `site`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteName>,
    /// What the budget counts.
    pub unit: Unit,
    /// Limit of facility energy per period, mJ, 0 or more; only with unit `energy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_mj: Option<i64>,
    /// Limit of location-based CO2e per period, µg, 0 or more; only with unit `co2e`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_ug: Option<i64>,
    /// How long the limit lasts.
    pub period: PeriodKind,
    /// IANA time zone in which periods begin, such as Europe/Berlin; UTC if absent.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// First date or moment of a `fixed` period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// First date or moment after a `fixed` period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What happens to the unused part of the limit when the period ends.
    #[serde(default)]
    pub roll_over: RollOver,
    /// Shares of the limit, spent or held, at which the budget warns, in percent from 1 to 100; 50, 80 and 95 if absent.
    #[serde(default = "thresholds")]
    pub thresholds: Vec<u32>,
    /// What happens to a job that does not fit.
    pub mode: Mode,
    /// What a gate does while the service is unreachable.
    #[serde(default)]
    pub outage: Outage,
    /// Seconds between SIGTERM and SIGKILL of a running job that is about to use more than it holds; jobs are never stopped if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_after_s: Option<u32>,
    /// Wall time to assume for a job that states none, hours, above 0 and at most 8784; such jobs are refused if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_hours: Option<f64>,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn thresholds() -> Vec<u32> {
    vec![50, 80, 95]
}

/// A budget and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BudgetDocument {
    /// Number of the budget.
    pub id: BudgetId,
    /// When the budget was made, RFC 3339.
    pub created: String,
    /// When the budget was ended, RFC 3339; `null` while it applies.
    pub retired: Option<String>,
    /// Policy of the budget; its fields are absent if it cannot be read.
    #[serde(flatten)]
    pub policy: Option<PolicyDocument>,
    /// Why the policy cannot be read, in which case no job is admitted; absent if it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_error: Option<String>,
    /// First moment of the current period, RFC 3339; `null` outside the dates of a `fixed` period.
    pub period_from: Option<String>,
    /// First moment after the current period, RFC 3339; `null` outside the dates of a `fixed` period.
    pub period_to: Option<String>,
    /// How the budget stands in the current period, in its unit.
    #[serde(flatten)]
    pub standing: StandingDocument,
    /// Share of the limit that is spent or held, percent, rounded down; `null` outside the dates of a `fixed` period.
    pub percent: Option<i64>,
    /// What needs attention, in words; `null` if nothing does.
    pub warning: Option<String>,
    /// Amount spent by day; empty in lists.
    pub days: Vec<DayDocument>,
    /// Decisions on the budget, oldest first; empty in lists.
    pub decisions: Vec<DecisionDocument>,
}

/// The amounts of a budget in its current period, in its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum StandingDocument {
    /// Amounts of a budget that counts energy.
    Energy {
        /// Facility energy used in the period, mJ: posted, open, and stated as used without being in the ledger.
        spent_mj: i64,
        /// Facility energy held for admitted jobs, mJ.
        held_mj: i64,
        /// Facility energy that can still be held, mJ; negative after an overrun.
        free_mj: i64,
        /// Limit of the period with what was carried over from the last one, mJ.
        available_mj: i64,
        /// Energy carried over from the last period, mJ; negative after an overrun.
        carried_mj: i64,
        /// Projected total at the end of the period (p50), mJ.
        projected_p50_mj: i64,
        /// Projected total that is exceeded once in twenty times (p95), mJ.
        projected_p95_mj: i64,
    },
    /// Amounts of a budget that counts CO2e.
    Co2e {
        /// CO2e of the period, µg: posted, open, and stated as used without being in the ledger.
        spent_ug: i64,
        /// CO2e held for admitted jobs, µg.
        held_ug: i64,
        /// CO2e that can still be held, µg; negative after an overrun.
        free_ug: i64,
        /// Limit of the period with what was carried over from the last one, µg.
        available_ug: i64,
        /// CO2e carried over from the last period, µg; negative after an overrun.
        carried_ug: i64,
        /// Projected total at the end of the period (p50), µg.
        projected_p50_ug: i64,
        /// Projected total that is exceeded once in twenty times (p95), µg.
        projected_p95_ug: i64,
    },
    /// No amounts: outside the dates of a `fixed` period, or the policy cannot be read.
    None {},
}

/// Amount spent on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayDocument {
    /// Date in the time zone of the budget.
    pub day: String,
    /// Amount posted on that day, in the budget's unit: mJ or µg.
    pub spent: i64,
}

/// Asks to change the policy of a budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevisionRequest {
    /// The whole policy after the change.
    pub policy: PolicyDocument,
    /// Reason for the change, in words.
    pub reason: String,
}

/// Asks for an exception, or refuses one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordsRequest {
    /// Person who asks or refuses.
    pub name: String,
    /// Why, in words that others will read.
    pub reason: String,
}

/// Grants an exception for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideRequest {
    /// Person who is responsible for the exception.
    pub name: String,
    /// Why, in words that others will read.
    pub reason: String,
    /// When the exception expires, a UTC date or RFC 3339.
    pub expires: String,
}

/// An override of a budget, or the request for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BudgetOverride {
    /// Number of the override.
    pub id: OverrideId,
    /// What became of the request; an override that nobody asked for is `approved`.
    pub state: OverrideState,
    /// Number of the budget that is overridden; `null` for every budget that denied the admission.
    pub budget: Option<BudgetId>,
    /// Number of the admission that the override is for; `null` for every job that the budget applies to.
    pub admission: Option<AdmissionId>,
    /// Project of the admission; `null` if the override is for no single admission.
    pub project: Option<ProjectName>,
    /// Person who asked for it; `null` if nobody did.
    pub asked_by: Option<String>,
    /// Reason of that person; `null` if nobody asked.
    pub asked_reason: Option<String>,
    /// When it was asked for, RFC 3339; `null` if nobody asked.
    pub asked: Option<String>,
    /// Person who granted or refused it; `null` while it is open.
    pub name: Option<String>,
    /// Reason of that person; `null` while it is open.
    pub reason: Option<String>,
    /// When it expires, RFC 3339; `null` unless it was granted.
    pub expires: Option<String>,
    /// When it was granted or refused, RFC 3339; `null` while it is open.
    pub decided: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Policy, amounts and the rest stand beside each other in JSON, and are told apart when they are read.
    #[test]
    fn a_budget_is_read_as_it_was_written() {
        let budget = BudgetDocument {
            id: BudgetId::new(7),
            created: "2026-01-01T00:00:00Z".to_owned(),
            retired: None,
            policy: serde_json::from_value(json!({
                "name": "b", "scope": "all", "unit": "co2e", "limit_ug": 10, "period": "month", "mode": "block"
            }))
            .unwrap(),
            policy_error: None,
            period_from: Some("2026-02-01T00:00:00Z".to_owned()),
            period_to: Some("2026-03-01T00:00:00Z".to_owned()),
            standing: StandingDocument::Co2e {
                spent_ug: 1,
                held_ug: 2,
                free_ug: 7,
                available_ug: 10,
                carried_ug: 0,
                projected_p50_ug: 4,
                projected_p95_ug: 5,
            },
            percent: Some(30),
            warning: None,
            days: vec![DayDocument { day: "2026-02-03".to_owned(), spent: 1 }],
            decisions: Vec::new(),
        };
        let written = serde_json::to_value(&budget).unwrap();
        assert_eq!((&written["id"], &written["limit_ug"], &written["free_ug"]), (&json!("7"), &json!(10), &json!(7)));
        assert_eq!(serde_json::from_value::<BudgetDocument>(written).unwrap(), budget);
        let unreadable = BudgetDocument {
            policy: None,
            policy_error: Some("unknown field".to_owned()),
            standing: StandingDocument::None {},
            ..budget
        };
        let written = serde_json::to_value(&unreadable).unwrap();
        assert_eq!(serde_json::from_value::<BudgetDocument>(written).unwrap(), unreadable);
    }
}
