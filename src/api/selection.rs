//! The parameters that say which part of the ledger is looked at.

use super::jobs::within;
use super::problem::Problem;
use crate::access::Identity;
use crate::store::Selection;
use crate::{ledger, moment};
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
    /// That starts in this month, UTC, such as 2026-03.
    month: Option<String>,
    /// Of jobs with this label, NAME:VALUE.
    label: Option<String>,
    /// Of jobs that lack it: `project` or `label:NAME`.
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
    ) -> Self {
        Self { from: time.0, to: time.1, period, project, ..Self::default() }
    }

    /// What `who` asks for, within its project.
    pub(super) fn check(self, who: &Identity) -> Result<Asked, Problem> {
        let time = |field: &str, text: Option<String>| {
            text.as_deref().map(moment::parse).transpose().map_err(|rule| Problem::field(field, rule))
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
            month: self.month.map(month).transpose()?,
            label: self.label.as_deref().map(label).transpose()?,
            idle: self.idle,
            provisional: self.provisional,
            ..Selection::default()
        };
        if let Some(lacking) = self.without {
            lack(&mut selection, &lacking)?;
        }
        Ok(Asked { selection, period: self.period })
    }
}

/// A selection, and the closed period that it is taken from.
pub(super) struct Asked {
    pub(super) selection: Selection,
    period: Option<String>,
}

impl Asked {
    /// The selection with the time and the state of the period.
    pub(super) fn find(self, service: &super::Service) -> Result<Selection, Problem> {
        let Some(period) = self.period else { return Ok(self.selection) };
        let Selection { from, to, snapshot, .. } = ledger::closed(&service.store, &period)?;
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

fn month(text: String) -> Result<String, Problem> {
    match chrono::NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d") {
        Ok(_) if text.len() == 7 => Ok(text),
        _ => Err(Problem::field("month", "write a month as 2026-03")),
    }
}

fn label(text: &str) -> Result<(String, Option<String>), Problem> {
    match text.split_once(':') {
        Some((name, value)) if super::is_name(name) => Ok((name.to_owned(), Some(value.to_owned()))),
        _ => Err(Problem::field("label", "write NAME:VALUE; ?without=label:NAME selects what lacks it")),
    }
}

fn lack(selection: &mut Selection, what: &str) -> Result<(), Problem> {
    match what.strip_prefix("label:") {
        Some(name) if super::is_name(name) && selection.label.is_none() => {
            selection.label = Some((name.to_owned(), None));
        }
        None if what == "project" => selection.is_without_project = true,
        _ => return Err(Problem::field("without", "write project, or label:NAME without `label` beside it")),
    }
    Ok(())
}
