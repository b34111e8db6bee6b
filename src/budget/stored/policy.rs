use super::{FIRST, StoredWord, Word, first, is_first, read, write};
use crate::store::StoreError;
use api::{Mode, Outage, PeriodKind, PolicyDocument, RollOver, ScopeKind, Unit};
use model::{ProjectName, SiteName};
use serde::{Deserialize, Serialize};

const WHAT: &str = "the policy of a budget";

/// A policy, as its budget keeps it. A field that this version does not know makes it unreadable, and then nothing is admitted: it may be a bound.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredPolicy {
    #[serde(default = "first", skip_serializing_if = "is_first")]
    version: u32,
    name: String,
    scope: Word<ScopeKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<ProjectName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<SiteName>,
    unit: Word<Unit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit_mj: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit_ug: Option<i64>,
    period: Word<PeriodKind>,
    #[serde(default = "utc")]
    time_zone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default = "no_roll_over")]
    roll_over: Word<RollOver>,
    #[serde(default = "thresholds")]
    thresholds: Vec<u32>,
    mode: Word<Mode>,
    #[serde(default = "open")]
    outage: Word<Outage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop_after_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_hours: Option<f64>,
}

fn utc() -> String {
    "UTC".to_owned()
}

const fn no_roll_over() -> Word<RollOver> {
    Word(RollOver::None)
}

fn thresholds() -> Vec<u32> {
    vec![50, 80, 95]
}

const fn open() -> Word<Outage> {
    Word(Outage::Open)
}

impl StoredWord for ScopeKind {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::All, "all"),
        (Self::Project, "project"),
        (Self::Label, "label"),
        (Self::User, "user"),
        (Self::Site, "site"),
    ];
}

impl StoredWord for PeriodKind {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Week, "week"),
        (Self::Month, "month"),
        (Self::Quarter, "quarter"),
        (Self::Year, "year"),
        (Self::Fixed, "fixed"),
    ];
}

impl StoredWord for RollOver {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::None, "none"), (Self::Unused, "unused"), (Self::All, "all")];
}

impl StoredWord for Outage {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Open, "open"), (Self::Closed, "closed")];
}

/// The text that is stored of a policy.
pub(in crate::budget) fn policy(document: &PolicyDocument) -> Result<String, StoreError> {
    write(WHAT, &StoredPolicy::from(document))
}

/// The policy of a stored text; the error says why it cannot be read.
pub(in crate::budget) fn of_policy(text: &str) -> Result<PolicyDocument, String> {
    read::<StoredPolicy>(WHAT, text).map(PolicyDocument::from)
}

impl From<&PolicyDocument> for StoredPolicy {
    fn from(document: &PolicyDocument) -> Self {
        let document = document.clone();
        Self {
            version: FIRST,
            name: document.name,
            scope: Word(document.scope),
            project: document.project,
            label: document.label,
            user: document.user,
            site: document.site,
            unit: Word(document.unit),
            limit_mj: document.limit_mj,
            limit_ug: document.limit_ug,
            period: Word(document.period),
            time_zone: document.time_zone,
            from: document.from,
            to: document.to,
            roll_over: Word(document.roll_over),
            thresholds: document.thresholds,
            mode: Word(document.mode),
            outage: Word(document.outage),
            stop_after_s: document.stop_after_s,
            default_hours: document.default_hours,
        }
    }
}

impl From<StoredPolicy> for PolicyDocument {
    fn from(stored: StoredPolicy) -> Self {
        Self {
            name: stored.name,
            scope: stored.scope.0,
            project: stored.project,
            label: stored.label,
            user: stored.user,
            site: stored.site,
            unit: stored.unit.0,
            limit_mj: stored.limit_mj,
            limit_ug: stored.limit_ug,
            period: stored.period.0,
            time_zone: stored.time_zone,
            from: stored.from,
            to: stored.to,
            roll_over: stored.roll_over.0,
            thresholds: stored.thresholds,
            mode: stored.mode.0,
            outage: stored.outage.0,
            stop_after_s: stored.stop_after_s,
            default_hours: stored.default_hours,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As rows have them from before documents had a version.
    const ROWS: [&str; 2] = [
        r#"{"name":"budget of p","scope":"project","project":"p","unit":"energy","limit_mj":3600000,"period":"month","time_zone":"UTC","roll_over":"none","thresholds":[50,80,95],"mode":"block","outage":"open"}"#,
        r#"{"name":"b","scope":"label","label":"team=a","unit":"co2e","limit_ug":7,"period":"fixed","time_zone":"Europe/Berlin","from":"2026-01-01","to":"2026-02-01","roll_over":"unused","thresholds":[90],"mode":"warn","outage":"closed","stop_after_s":30,"default_hours":24.0}"#,
    ];

    #[test]
    fn rows_of_earlier_versions_are_read_and_written_alike() {
        for row in ROWS {
            assert_eq!(policy(&of_policy(row).unwrap()).unwrap(), row);
        }
    }

    #[test]
    fn what_only_a_later_version_knows_makes_a_policy_unreadable() {
        assert!(of_policy(&ROWS[0].replacen('{', r#"{"version":2,"#, 1)).unwrap_err().contains("version 2"));
        assert!(of_policy(&ROWS[0].replacen('{', r#"{"mood":"block","#, 1)).unwrap_err().contains("mood"));
    }
}
