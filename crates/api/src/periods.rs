//! Reporting periods: figures that were closed, what they would be now, and restatements.

use crate::Amount;
use model::{PeriodId, TokenId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Asks to close a reporting period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodRequest {
    /// Name of the period for people; its two dates if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// First moment of the period, a UTC date or RFC 3339.
    pub from: String,
    /// First moment after the period, which has to be in the past.
    pub to: String,
}

/// Says why a period is restated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonRequest {
    /// Reason in words, for readers of the old figures.
    pub reason: String,
}

/// Asks to post again what newer factors or another PUE change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestateRequest {
    /// Only entries that start at or after this moment, a UTC date or RFC 3339.
    pub from: String,
    /// Only entries that start before this moment, a UTC date or RFC 3339.
    pub to: String,
    /// Reason in words; every new entry carries it.
    pub reason: String,
}

/// A reporting period in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeriodItem {
    /// Number of the period.
    pub id: PeriodId,
    /// Name of the period, for people.
    pub name: String,
    /// First moment of the period, RFC 3339.
    pub from: String,
    /// First moment after the period, RFC 3339.
    pub to: String,
    /// Latest version of its figures, from 1.
    pub version: i64,
    /// When the latest version was closed, RFC 3339.
    pub closed: String,
    /// Id of the token that closed it; `null` if the reader's token is bound to a project.
    pub closed_by: Option<TokenId>,
    /// Path of the report of the period.
    pub report: String,
}

/// The figures of a time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// IT energy of jobs.
    pub total: Amount,
    /// Unallocated idle IT energy.
    pub idle: Amount,
    /// Facility overhead of `total` and `idle`, included in neither.
    pub overhead: Amount,
    /// `total` + `idle`: all metered IT energy.
    pub metered: Amount,
}

/// What one reason contributes to a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DifferenceReason {
    /// The reason in words, as the entries carry it.
    pub reason: String,
    /// Number of entries with this reason; 0 if no entry makes the difference.
    pub entries: i64,
    /// IT energy of the difference, mJ.
    pub energy_mj: i64,
    /// Location-based CO2e of that energy, µg.
    pub co2e_ug_location: i64,
}

/// The difference between old and new figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Restatement {
    /// New figures minus old figures.
    pub delta: Figures,
    /// The larger of the relative changes of energy and of CO2e, overhead included; `null` if the old figures are 0.
    pub change_share: Option<f64>,
    /// Whether the change is 5 % or more, so that what was published from the old figures should be recalculated.
    pub recalculation: bool,
    /// Why the figures differ; the reasons sum to `metered` of `delta`.
    pub reasons: Vec<DifferenceReason>,
}

/// A reporting period: what was closed, what it would be now, and why they differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Period {
    /// Number of the period.
    pub id: PeriodId,
    /// Name of the period, for people.
    pub name: String,
    /// First moment of the period, RFC 3339.
    pub from: String,
    /// First moment after the period, RFC 3339.
    pub to: String,
    /// Latest version of its figures, from 1.
    pub version: i64,
    /// Figures of the latest version.
    pub closed: Figures,
    /// Figures as the ledger has them now.
    pub current: Figures,
    /// The difference from `closed` to `current`.
    #[serde(flatten)]
    pub change: Restatement,
    /// Every version, oldest first.
    pub versions: Vec<PeriodVersionDocument>,
}

/// One version of a period's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = PeriodVersion)]
pub struct PeriodVersionDocument {
    /// Number of the version, from 1.
    pub version: i64,
    /// When the version was closed, RFC 3339.
    pub closed: String,
    /// Id of the token that closed it; `null` if the reader's token is bound to a project.
    pub closed_by: Option<TokenId>,
    /// Why the period was restated; `null` for the first version.
    pub reason: Option<String>,
    /// Number of entries that the ledger had then.
    pub entries: i64,
    /// Hash of the last of those entries, in hexadecimal.
    pub head: String,
    /// SHA-256 over everything that the figures depend on, in hexadecimal.
    pub seal: String,
    /// Figures of this version.
    pub figures: Figures,
    /// The difference from the version before; `null` for the first version.
    pub change: Option<Restatement>,
    /// Path of the report of this version.
    pub report: String,
}

/// What posting again has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RestateDocument {
    /// Number of entries that were made: a reversal of each entry that was replaced, and what was posted in its place.
    pub entries: i64,
    /// Figures of the time before.
    pub old: Figures,
    /// Figures of the time after.
    pub new: Figures,
    /// The difference from `old` to `new`.
    #[serde(flatten)]
    pub change: Restatement,
}
