//! The parameters that say which part of the ledger is looked at.

use super::jobs::within;
use super::name::is_name;
use super::problem::Problem;
use super::state::ApiService;
use crate::access::Identity;
use crate::store::{CalendarUnit, Selection};
use crate::{ledger, moment, workload};
use api::SelectionQuery;
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use model::ProjectName;
use units::Timestamp;

/// The part of the ledger that `query` selects, within the project of `who`.
pub(super) fn select(query: SelectionQuery, who: &Identity) -> Result<PeriodSelection, Problem> {
    let zone = timezone(query.timezone.as_deref())?;
    let time = |field: &str, text: Option<String>| {
        let moment = text.map(|text| moment::parse_in(&text, zone)).transpose();
        moment.map_err(|rule| Problem::field(field, rule))
    };
    let (from, to) = (time("from", query.from)?, time("to", query.to)?);
    ordered(from, to)?;
    if query.period.is_some() && (from.is_some() || to.is_some()) {
        return Err(Problem::field("period", "a period has its own time: leave `from` and `to` out, or the period"));
    }
    let calendar = calendar([
        (CalendarUnit::Month, query.month),
        (CalendarUnit::Day, query.day),
        (CalendarUnit::Hour, query.hour),
    ])?;
    let mut selection = Selection {
        from,
        to,
        project: within(query.project, who)?,
        job: query.job,
        node: query.node,
        site: query.site,
        calendar: calendar.map(|(unit, name)| (unit, zone, name)),
        label: query.label.as_deref().map(label).transpose()?.map(|(key, value)| (key, Some(value))),
        idle: query.idle,
        provisional: query.provisional,
        ..Selection::default()
    };
    if let Some(lacking) = query.without {
        lack(&mut selection, &lacking)?;
    }
    Ok(PeriodSelection { selection, period: query.period, own: who.project.clone() })
}

/// A selection, and the closed period that it is taken from.
pub(super) struct PeriodSelection {
    pub(super) selection: Selection,
    period: Option<String>,
    /// The project that the token of the request is bound to.
    own: Option<ProjectName>,
}

impl PeriodSelection {
    /// The selection with the time and the state of the period.
    pub(super) fn find(self, service: &ApiService) -> Result<Selection, Problem> {
        let Some(period) = self.period else { return Ok(self.selection) };
        let Selection { from, to, snapshot, .. } = ledger::closed(&service.store, &period, self.own.as_ref())?;
        Ok(Selection { from, to, snapshot, ..self.selection })
    }
}

/// Refuses a time that ends before it begins.
pub(super) fn ordered(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<(), Problem> {
    match (from, to) {
        (Some(from), Some(to)) if from >= to => Err(reversed()),
        _ => Ok(()),
    }
}

/// What is said of a range that ends at or before its start.
pub(super) fn reversed() -> Problem {
    Problem::field("to", "the end comes after the start: `from` is inside, `to` is not")
}

/// The zone of this name; UTC without one.
pub(super) fn timezone(name: Option<&str>) -> Result<Tz, Problem> {
    let unknown = |_| Problem::field("timezone", "no such time zone: give an IANA name such as Europe/Berlin, or UTC");
    name.map_or(Ok(Tz::UTC), |name| name.parse().map_err(unknown))
}

/// The one that is given, as a report names it.
fn calendar(asked: [(CalendarUnit, Option<String>); 3]) -> Result<Option<(CalendarUnit, String)>, Problem> {
    let mut given = asked.into_iter().filter_map(|(unit, name)| Some((unit, name?)));
    let Some((unit, name)) = given.next() else { return Ok(None) };
    if let Some((second, _)) = given.next() {
        return Err(Problem::field(second.name(), "give one of `month`, `day` and `hour`"));
    }
    let (form, example) = match unit {
        CalendarUnit::Month => ("%Y-%m", "2026-03"),
        CalendarUnit::Day => ("%Y-%m-%d", "2026-03-29"),
        CalendarUnit::Hour => ("%Y-%m-%dT%H:00%:z", "2026-03-29T01:00+01:00"),
    };
    // Formatted back, so that only the one spelling passes that entries are compared with.
    let spelled = match unit {
        CalendarUnit::Month => {
            NaiveDate::parse_from_str(&format!("{name}-01"), "%Y-%m-%d").map(|day| day.format(form).to_string())
        }
        CalendarUnit::Day => NaiveDate::parse_from_str(&name, form).map(|day| day.format(form).to_string()),
        CalendarUnit::Hour => {
            DateTime::parse_from_str(&name, "%Y-%m-%dT%H:%M%:z").map(|hour| hour.format(form).to_string())
        }
    };
    if spelled.is_ok_and(|spelled| spelled == name) {
        return Ok(Some((unit, name)));
    }
    Err(Problem::field(unit.name(), format!("write it as {example}")))
}

/// The label that jobs are asked for by.
pub(super) fn label(text: &str) -> Result<(String, String), Problem> {
    workload::label(text).ok_or_else(|| Problem::field("label", workload::LABEL_RULE))
}

fn lack(selection: &mut Selection, what: &str) -> Result<(), Problem> {
    match what.strip_prefix("label:") {
        Some(name) if is_name(name) && selection.label.is_none() => {
            selection.label = Some((name.to_owned(), None));
        }
        None if what == "project" => selection.is_without_project = true,
        _ => return Err(Problem::field("without", "write project, or label:KEY without `label` beside it")),
    }
    Ok(())
}
