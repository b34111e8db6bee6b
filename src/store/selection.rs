//! Which part of the ledger is looked at: typed conditions that are joined in SQL, the same for sums, entries and open accounts.

use super::bound::Bound;
use super::engine::Value;
use super::grouping::{CalendarUnit, GroupBy};
use chrono_tz::Tz;
use model::{EntryId, JobId, NodeName, PeriodId, PriceNumber, ProjectName, SiteName};
use units::Timestamp;

/// Which part of the ledger: every condition that is given holds. Without any it is all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// What starts at or after this moment.
    pub from: Option<Timestamp>,
    /// What starts before this moment.
    pub to: Option<Timestamp>,
    /// Energy of jobs of this project.
    pub project: Option<ProjectName>,
    /// Of jobs without a project.
    pub is_without_project: bool,
    /// Of the job with this identity.
    pub job: Option<JobId>,
    /// Energy that was metered on this node.
    pub node: Option<NodeName>,
    /// Energy that was metered at this site.
    pub site: Option<SiteName>,
    /// That starts in this hour, day or month of a time zone, as [`CalendarUnit::of`] names it.
    pub calendar: Option<(CalendarUnit, Tz, String)>,
    /// Of jobs whose label has this value; without a value, of jobs that lack the label.
    pub label: Option<(String, Option<String>)>,
    /// Whether it is unallocated idle, held by no job.
    pub idle: Option<bool>,
    /// Whether its factor is provisional; open accounts do not know it yet.
    pub provisional: Option<bool>,
    /// As it was when a period was closed; nothing is open then.
    pub snapshot: Option<Snapshot>,
}

/// A state of the ledger that was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// The period that was closed.
    pub period: PeriodId,
    /// Version of its numbers, from 1.
    pub version: i64,
    /// The last entry that belongs to it.
    pub head: EntryId,
    /// The last price statement that belongs to it.
    pub prices: PriceNumber,
}

impl Selection {
    /// What starts in `[from, to)`.
    #[must_use]
    pub fn between(from: Timestamp, to: Timestamp) -> Self {
        Self { from: Some(from), to: Some(to), ..Self::default() }
    }

    /// The part of it that is held by jobs, or by nobody.
    #[must_use]
    pub fn with_idle(&self, idle: bool) -> Self {
        Self { idle: Some(idle), ..self.clone() }
    }

    /// The part of it that row `group` of a report is the sum of.
    #[must_use]
    pub fn of_group(&self, by: &GroupBy, group: Option<&str>) -> Self {
        let mut part = self.with_idle(false);
        match by {
            GroupBy::Project => {
                (part.is_without_project, part.project) =
                    (group.is_none(), group.map(ProjectName::from).or(part.project));
            }
            GroupBy::Job => part.job = group.map(JobId::from),
            GroupBy::Node => part.node = group.map(NodeName::from),
            GroupBy::Site => part.site = group.map(SiteName::from),
            GroupBy::Calendar(unit, zone) => part.calendar = group.map(|name| (*unit, *zone, name.to_owned())),
            GroupBy::Label(label) => part.label = Some((label.clone(), group.map(str::to_owned))),
        }
        part
    }
}

impl Selection {
    /// Jobs, nodes and sites beside `part`. In a snapshot jobs have the project and labels that they had when it was made.
    pub(super) fn joins(&self, bound: &mut Bound) -> String {
        let jobs = match self.snapshot {
            None => "jobs".to_owned(),
            Some(snapshot) => format!(
                "(SELECT kept.job, jobs.id, kept.project, kept.labels FROM period_jobs AS kept JOIN jobs USING (job)
                WHERE kept.period = {} AND kept.version = {}) AS jobs",
                bound.bind(snapshot.period.number()),
                bound.bind(snapshot.version)
            ),
        };
        format!("JOIN {jobs} USING (job) JOIN nodes USING (node) JOIN sites USING (site)")
    }

    /// The condition on `part`, `jobs`, `nodes` and `sites`.
    pub(super) fn condition(&self, bound: &mut Bound) -> String {
        let mut all = Vec::new();
        if let Some((unit, zone, name)) = &self.calendar {
            let of = bound.bind(format!("{} {}", unit.name(), zone.name()));
            all.push(format!("calendar(part.start_ns, {of}) = {}", bound.bind(name.clone())));
        }
        let mut holds = |condition: &str, value: Value| all.push(condition.replace('?', &bound.bind(value)));
        let texts = [
            ("jobs.project = ?", self.project.as_ref().map(ProjectName::as_str)),
            ("jobs.id = ?", self.job.as_ref().map(JobId::as_str)),
            ("nodes.name = ?", self.node.as_ref().map(NodeName::as_str)),
            ("sites.name = ?", self.site.as_ref().map(SiteName::as_str)),
        ];
        for (condition, value) in texts {
            if let Some(value) = value {
                holds(condition, Value::from(value.to_owned()));
            }
        }
        for (condition, moment) in [("part.start_ns >= ?", self.from), ("part.start_ns < ?", self.to)] {
            if let Some(moment) = moment {
                holds(condition, Value::from(moment.nanoseconds()));
            }
        }
        if let Some(snapshot) = self.snapshot {
            holds("part.id <= ?", Value::from(snapshot.head.number()));
        }
        if let Some(provisional) = self.provisional {
            holds("part.provisional = ?", Value::from(i64::from(provisional)));
        }
        all.extend(self.idle.map(|idle| (if idle { "part.job = 0" } else { "part.job <> 0" }).to_owned()));
        all.extend(self.is_without_project.then(|| "part.job > 0 AND jobs.project IS NULL".to_owned()));
        if let Some((name, value)) = &self.label {
            let found = format!("(SELECT value FROM json_each(jobs.labels) WHERE key = {})", bound.bind(name.clone()));
            all.push(match value {
                Some(value) => format!("{found} = {}", bound.bind(value.clone())),
                None => format!("part.job > 0 AND {found} IS NULL"),
            });
        }
        if all.is_empty() { "TRUE".to_owned() } else { all.join(" AND ") }
    }
}
