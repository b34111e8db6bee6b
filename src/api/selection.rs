//! The parameters that say which part of the ledger is looked at.

use super::jobs::within;
use super::problem::Problem;
use crate::access::Identity;
use crate::store::{CalendarUnit, Selection};
use crate::{ledger, moment, workload};
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use serde::Deserialize;
use units::Timestamp;

/// Which part of the ledger: every condition that is given holds.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SelectionQuery {
    /// What starts at or after this moment, a UTC date or RFC 3339.
    from: Option<String>,
    /// What starts before this moment.
    to: Option<String>,
    /// A closed period, as it was closed, in place of `from` and `to`: ID, or ID.VERSION for an old version.
    period: Option<String>,
    /// Of this project's jobs.
    project: Option<String>,
    /// Of this job.
    job: Option<String>,
    /// On this node.
    node: Option<String>,
    /// At this site.
    site: Option<String>,
    /// That starts in this month, such as 2026-03.
    month: Option<String>,
    /// That starts on this day, such as 2026-03-29.
    day: Option<String>,
    /// That starts in this hour, as a report by hour names it, such as 2026-03-29T01:00+01:00.
    hour: Option<String>,
    /// Whose midnights dates mean, and whose hour, day or month that is: an IANA name such as Europe/Berlin; UTC without it.
    timezone: Option<String>,
    /// Of jobs with this label, `KEY=VALUE`.
    label: Option<String>,
    /// Of jobs that lack it: `project` or `label:KEY`.
    without: Option<String>,
    /// `true`: held by nobody; `false`: held by jobs.
    idle: Option<bool>,
    /// `true`: with a factor that may be revised or stands in for a finer one; `false`: with one that stays.
    provisional: Option<bool>,
}

impl SelectionQuery {
    /// What a report covers: a time or a period, of one project or of all.
    pub(super) fn of_report(
        time: (Option<String>, Option<String>),
        period: Option<String>,
        project: Option<String>,
        timezone: Option<String>,
    ) -> Self {
        Self { from: time.0, to: time.1, period, project, timezone, ..Self::default() }
    }

    /// What `who` asks for, within its project.
    pub(super) fn check(self, who: &Identity) -> Result<Asked, Problem> {
        let zone = timezone(self.timezone.as_deref())?;
        let time = |field: &str, text: Option<String>| {
            let moment = text.map(|text| moment::parse_in(&text, zone)).transpose();
            moment.map_err(|rule| Problem::field(field, rule))
        };
        let (from, to) = (time("from", self.from)?, time("to", self.to)?);
        ordered(from, to)?;
        if self.period.is_some() && (from.is_some() || to.is_some()) {
            return Err(Problem::field(
                "period",
                "a period has its own time: leave `from` and `to` out, or the period",
            ));
        }
        let mut selection = Selection {
            from,
            to,
            project: within(self.project, who)?,
            job: self.job,
            node: self.node,
            site: self.site,
            calendar: calendar([
                (CalendarUnit::Month, self.month),
                (CalendarUnit::Day, self.day),
                (CalendarUnit::Hour, self.hour),
            ])?
            .map(|(unit, name)| (unit, zone, name)),
            label: self.label.as_deref().map(label).transpose()?.map(|(key, value)| (key, Some(value))),
            idle: self.idle,
            provisional: self.provisional,
            ..Selection::default()
        };
        if let Some(lacking) = self.without {
            lack(&mut selection, &lacking)?;
        }
        Ok(Asked { selection, period: self.period, own: who.project.clone() })
    }
}

/// A selection, and the closed period that it is taken from.
pub(super) struct Asked {
    pub(super) selection: Selection,
    period: Option<String>,
    /// The project that whoever asks is bound to.
    own: Option<String>,
}

impl Asked {
    /// The selection with the time and the state of the period.
    pub(super) fn find(self, service: &super::Service) -> Result<Selection, Problem> {
        let Some(period) = self.period else { return Ok(self.selection) };
        let Selection { from, to, snapshot, .. } = ledger::closed(&service.store, &period, self.own.as_deref())?;
        Ok(Selection { from, to, snapshot, ..self.selection })
    }
}

/// Refuses a time that ends before it begins.
pub(super) fn ordered(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<(), Problem> {
    match (from, to) {
        (Some(from), Some(to)) if from >= to => {
            Err(Problem::field("to", "the end comes after the start: `from` is inside, `to` is not"))
        }
        _ => Ok(()),
    }
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
        Some(name) if super::is_name(name) && selection.label.is_none() => {
            selection.label = Some((name.to_owned(), None));
        }
        None if what == "project" => selection.is_without_project = true,
        _ => return Err(Problem::field("without", "write project, or label:KEY without `label` beside it")),
    }
    Ok(())
}
