//! The policy of a budget: whose energy it counts, how much may be used over which time, and what happens to a job that does not fit.

use super::{BudgetAmount, stored};
use crate::{moment, workload};
use api::{PeriodKind, PolicyDocument, ScopeKind, Unit};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate};
use chrono_tz::Tz;
use model::{ProjectName, SiteName};
use std::collections::BTreeMap;
use units::{Interval, Timestamp};

/// Why a policy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct PolicyError {
    /// The field that does not fit.
    pub field: &'static str,
    /// What is wrong with it, and what is accepted.
    pub problem: String,
}

/// A policy that has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The policy as it was sent.
    pub document: PolicyDocument,
    /// The limit of a period, without what was carried over.
    pub limit: BudgetAmount,
    zone: Tz,
    fixed: Option<Interval>,
    label: Option<(String, String)>,
}

/// To whom energy belongs.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// Name of the project; `None` of energy that belongs to none.
    pub project: Option<&'a ProjectName>,
    /// Labels of the job.
    pub labels: &'a BTreeMap<String, String>,
    /// The user; `None` where only the label `user` says.
    pub user: Option<&'a str>,
    /// Name of the site, where it is known.
    pub site: Option<&'a SiteName>,
}

impl Policy {
    /// Checks the policy in `document`.
    ///
    /// # Errors
    ///
    /// The field that does not fit, and why.
    pub fn check(document: PolicyDocument) -> Result<Self, PolicyError> {
        let wrong = |field, problem: &str| PolicyError { field, problem: problem.to_owned() };
        if document.name.is_empty()
            || document.name.chars().count() > 128
            || document.name.chars().any(char::is_control)
        {
            return Err(wrong("name", "a name has 1 to 128 characters and no control characters"));
        }
        if document.name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("name", "a name cannot be a number, as budgets are also addressed by number"));
        }
        expect_scope(&document)?;
        let limit = match (document.unit, document.limit_mj, document.limit_ug) {
            (Unit::Energy, Some(limit), None) | (Unit::Co2e, None, Some(limit)) => limit,
            (Unit::Energy, ..) => {
                return Err(wrong("limit_mj", "a budget of unit energy needs limit_mj, in mJ, and no limit_ug"));
            }
            (Unit::Co2e, ..) => {
                return Err(wrong("limit_ug", "a budget of unit co2e needs limit_ug, in µg, and no limit_mj"));
            }
        };
        if limit < 0 {
            let field = if document.unit == Unit::Energy { "limit_mj" } else { "limit_ug" };
            return Err(wrong(field, &format!("{limit} is below 0: a limit is 0, which admits nothing, or above")));
        }
        let zone: Tz = document
            .time_zone
            .parse()
            .map_err(|_| wrong("time_zone", "not an IANA time zone: write one such as Europe/Berlin"))?;
        let fixed = fixed(&document, zone)?;
        if document.thresholds.iter().any(|percent| !(1..=100).contains(percent)) {
            return Err(wrong("thresholds", "a threshold is a percentage from 1 to 100"));
        }
        if document.default_hours.is_some_and(|hours| !(hours > 0.0 && hours <= 8_784.0)) {
            return Err(wrong("default_hours", "hours are above 0 and at most 8784"));
        }
        let label = document.label.as_deref().and_then(workload::label);
        Ok(Self { limit: BudgetAmount::new(document.unit, limit), zone, fixed, label, document })
    }

    /// A policy as it is stored.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn stored(text: &str) -> Result<Self, PolicyError> {
        let document = stored::of_policy(text).map_err(|problem| PolicyError { field: "policy", problem })?;
        Self::check(document)
    }

    /// What the budget counts.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.document.unit
    }

    /// The period that `at` lies in; `None` outside fixed dates.
    #[must_use]
    pub fn period(&self, at: Timestamp) -> Option<Interval> {
        if let Some(fixed) = self.fixed {
            return fixed.contains(at).then_some(fixed);
        }
        let date = self.date(at);
        let first = match self.document.period {
            PeriodKind::Week => date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into()))?,
            PeriodKind::Month => date.with_day(1)?,
            PeriodKind::Quarter => date.with_day(1)?.with_month0(date.month0() / 3 * 3)?,
            PeriodKind::Year | PeriodKind::Fixed => NaiveDate::from_ymd_opt(date.year(), 1, 1)?,
        };
        let next = match self.document.period {
            PeriodKind::Week => first.checked_add_days(Days::new(7))?,
            PeriodKind::Month => first.checked_add_months(Months::new(1))?,
            PeriodKind::Quarter => first.checked_add_months(Months::new(3))?,
            PeriodKind::Year | PeriodKind::Fixed => first.checked_add_months(Months::new(12))?,
        };
        Interval::new(self.begin(first)?, self.begin(next)?)
    }

    /// The period before the one that begins at `from`.
    #[must_use]
    pub fn period_before(&self, from: Timestamp) -> Option<Interval> {
        if self.fixed.is_some() {
            return None;
        }
        self.period(Timestamp::from_nanoseconds(from.nanoseconds().checked_sub(1)?))
    }

    /// The first moment of the day that `at` lies in, by the clocks of the budget; a day in which fixed dates begin or end is two.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Timestamp {
        let day = self.begin(self.date(at)).unwrap_or(at);
        let edges = self.fixed.into_iter().flat_map(|fixed| [fixed.start(), fixed.end()]);
        edges.filter(|edge| *edge <= at).fold(day, Timestamp::max)
    }

    /// `2026-12-01` by the clocks of the budget.
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> String {
        self.date(at).to_string()
    }

    fn date(&self, at: Timestamp) -> NaiveDate {
        DateTime::from_timestamp_nanos(at.nanoseconds()).with_timezone(&self.zone).date_naive()
    }

    fn begin(&self, date: NaiveDate) -> Option<Timestamp> {
        let first = moment::first_moment(date, self.zone)?;
        first.timestamp_nanos_opt().map(Timestamp::from_nanoseconds)
    }

    /// Whether `other` counts the same energy in the same unit.
    #[must_use]
    pub fn counts_as(&self, other: &Self) -> bool {
        let counts = |document: &PolicyDocument| {
            let PolicyDocument { scope, unit, project, label, user, site, .. } = document.clone();
            (scope, unit, project, label, user, site)
        };
        counts(&self.document) == counts(&other.document)
    }

    /// Whether it counts the energy of `owner`.
    #[must_use]
    pub fn covers(&self, owner: &Owner<'_>) -> bool {
        let document = &self.document;
        match document.scope {
            ScopeKind::All => true,
            ScopeKind::Project => owner.project.is_some() && owner.project == document.project.as_ref(),
            ScopeKind::Site => owner.site.is_some() && owner.site == document.site.as_ref(),
            ScopeKind::User => {
                let user = owner.user.or_else(|| owner.labels.get("user").map(String::as_str));
                user.is_some() && user == document.user.as_deref()
            }
            ScopeKind::Label => self.label.as_ref().is_some_and(|(key, value)| owner.labels.get(key) == Some(value)),
        }
    }
}

fn expect_scope(document: &PolicyDocument) -> Result<(), PolicyError> {
    let given = [
        ("project", document.project.as_ref().map(ProjectName::as_str), document.scope == ScopeKind::Project),
        ("label", document.label.as_deref(), document.scope == ScopeKind::Label),
        ("user", document.user.as_deref(), document.scope == ScopeKind::User),
        ("site", document.site.as_ref().map(SiteName::as_str), document.scope == ScopeKind::Site),
    ];
    for (field, value, is_wanted) in given {
        let problem = match (value, is_wanted) {
            (None | Some(""), true) => format!("scope {field:?} needs {field}"),
            (Some(_), false) => format!("only allowed with scope {field:?}"),
            (Some(label), true) if field == "label" && workload::label(label).is_none() => {
                workload::LABEL_RULE.to_owned()
            }
            _ => continue,
        };
        return Err(PolicyError { field, problem });
    }
    Ok(())
}

fn fixed(document: &PolicyDocument, zone: Tz) -> Result<Option<Interval>, PolicyError> {
    let wrong = |field, problem: String| PolicyError { field, problem };
    match (document.period, &document.from, &document.to) {
        (PeriodKind::Fixed, Some(from), Some(to)) => {
            let from = moment::parse_in(from, zone).map_err(|problem| wrong("from", problem))?;
            let to = moment::parse_in(to, zone).map_err(|problem| wrong("to", problem))?;
            let ends_first = || wrong("to", "the budget would end before it begins: give a later date".to_owned());
            Interval::new(from, to).ok_or_else(ends_first).map(Some)
        }
        (PeriodKind::Fixed, ..) => Err(wrong("from", "period \"fixed\" needs from and to".to_owned())),
        (_, None, None) => Ok(None),
        _ => Err(wrong("from", "from and to are only allowed with period \"fixed\"".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(change: serde_json::Value) -> Result<Policy, PolicyError> {
        let mut document = serde_json::json!({ "name": "b", "scope": "all", "unit": "energy", "limit_mj": 10, "period": "month", "mode": "block" });
        for (key, value) in change.as_object().unwrap() {
            document[key] = value.clone();
        }
        Policy::stored(&document.to_string())
    }

    #[test]
    fn periods_begin_where_the_clocks_of_their_zone_say() {
        for (period, zone, at, from, to) in [
            ("month", "UTC", "2026-02-11T00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("month", "Europe/Berlin", "2026-03-31T22:30Z", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"),
            ("month", "Europe/Berlin", "2026-03-31T21:59Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
            ("week", "UTC", "2026-11-29T23:59Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
            ("quarter", "UTC", "2026-11-29T00:00Z", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("year", "Asia/Kathmandu", "2025-12-31T18:15Z", "2025-12-31T18:15:00Z", "2026-12-31T18:15:00Z"),
            // The day that Apia skipped belongs to no month's start.
            ("month", "Pacific/Apia", "2011-12-30T10:00Z", "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z"),
        ] {
            let policy = policy(serde_json::json!({ "period": period, "time_zone": zone })).unwrap();
            let found = policy.period(moment::parse(at).unwrap()).unwrap();
            assert_eq!([moment::show(found.start()), moment::show(found.end())], [from, to], "{period} {zone} {at}");
        }
    }

    #[test]
    fn what_is_no_policy_names_its_field() {
        for (change, field) in [
            (serde_json::json!({ "limit_mj": -1 }), "limit_mj"),
            (serde_json::json!({ "unit": "co2e" }), "limit_ug"),
            (serde_json::json!({ "scope": "project" }), "project"),
            (serde_json::json!({ "project": "p" }), "project"),
            (serde_json::json!({ "scope": "label", "label": "team" }), "label"),
            (serde_json::json!({ "time_zone": "Berlin" }), "time_zone"),
            (serde_json::json!({ "period": "fixed", "from": "2026-02-01", "to": "2026-01-01" }), "to"),
            (serde_json::json!({ "thresholds": [0] }), "thresholds"),
            (serde_json::json!({ "name": "17" }), "name"),
            (serde_json::json!({ "mood": "block" }), "policy"),
        ] {
            assert_eq!(policy(change.clone()).unwrap_err().field, field, "{change}");
        }
    }
}
