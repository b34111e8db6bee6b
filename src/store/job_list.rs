//! Lists of jobs: selected, in an order, with what is posted to each, and summed.

use super::engine::{self, Value};
use super::held_time::HeldTime;
use super::jobs::{COLUMNS, JobRow, columns, job_row};
use super::row::{energy, mass};
use super::{JobStore, StoreError};
use model::{JobNumber, JobOrder, JobState, ProjectName};
use units::{CarbonMass, Energy, Timestamp};

/// Which jobs to list, and in which order.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Only jobs of this project.
    pub project: Option<ProjectName>,
    /// Only jobs with this label and value.
    pub label: Option<(String, String)>,
    /// Only jobs of this user, which is the value of their label `user`.
    pub user: Option<String>,
    /// Only jobs in this state at this moment.
    pub state: Option<(JobState, Timestamp)>,
    /// Only jobs that ran at or after this moment.
    pub from: Option<Timestamp>,
    /// Only jobs that ran before this moment.
    pub to: Option<Timestamp>,
    /// Only jobs whose id or name contains this text; ASCII letters match in either case.
    pub text: Option<String>,
    /// In which order they are listed.
    pub sort: JobOrder,
    /// The cursor: what the last job of the page before is sorted by, and its number.
    pub after: Option<(i64, JobNumber)>,
    /// The most jobs to list.
    pub limit: u32,
}

/// The column of what is posted that a list in this order is sorted by.
const fn column(order: JobOrder) -> &'static str {
    match order {
        JobOrder::Newest => "job",
        JobOrder::Started => "coalesce(started_ns, -1)",
        JobOrder::Energy => "posted_mj",
        JobOrder::Co2e => "posted_ug",
        JobOrder::Intensity => "posted_mg_per_kwh",
        JobOrder::HeldIdle => "held_idle_ppm",
        JobOrder::EnergyPerStep => "posted_uj_per_step",
    }
}

/// A job and what is posted to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedJob {
    /// The job itself.
    pub row: JobRow,
    /// IT energy that is posted to the job.
    pub energy: Energy,
    /// Location-based CO2e of that energy.
    pub co2e: CarbonMass,
    /// How long the job held accelerators, posted or not; `None` of a job from before this was recorded.
    pub held: Option<HeldTime>,
    /// Training steps in the last report of the job; 0 without a report.
    pub steps: i64,
}

impl PostedJob {
    /// What a list in this order is sorted by, as the columns of the table have it; -1 is unknown.
    #[must_use]
    pub fn rank(&self, sort: JobOrder) -> i64 {
        let ratio = |part: i64, scale: f64, whole: i64| {
            if whole > 0 { (part as f64 * scale / whole as f64) as i64 } else { -1 }
        };
        let (energy_mj, co2e_ug) = (self.energy.millijoules(), self.co2e.micrograms());
        match sort {
            JobOrder::Newest => self.row.job.number(),
            JobOrder::Started => self.row.facts.started.map_or(-1, Timestamp::nanoseconds),
            JobOrder::Energy => energy_mj,
            JobOrder::Co2e => co2e_ug,
            JobOrder::Intensity => ratio(co2e_ug, 3_600_000.0, energy_mj),
            JobOrder::HeldIdle => HeldTime::rank(self.held),
            JobOrder::EnergyPerStep => ratio(energy_mj, 1_000.0, self.steps),
        }
    }
}

/// How many jobs there are of a kind, and what they used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobTotals {
    /// Number of jobs.
    pub jobs: i64,
    /// IT energy that they used.
    pub energy: Energy,
    /// Location-based CO2e of that energy.
    pub co2e: CarbonMass,
}

impl JobFilter {
    /// What [`JobStore::list`] asks of each job, in SQL; every parameter is named whether it is given or not.
    fn conditions(&self, has_open: Option<bool>, has_cursor: bool) -> String {
        let either = |is_given: bool, condition: &'static str, otherwise: &'static str| {
            if is_given { condition } else { otherwise }
        };
        let open = match has_open {
            None => "TRUE",
            Some(true) => "job IN (SELECT job FROM open_accounts)",
            Some(false) => "job NOT IN (SELECT job FROM open_accounts)",
        };
        let runs =
            "job IN (SELECT job FROM jobs WHERE ended_ns IS NULL UNION ALL SELECT job FROM jobs WHERE ended_ns > ?4)";
        let state = match self.state {
            None => "?4 IS NULL",
            Some((JobState::Running, _)) => runs,
            Some((JobState::Ended, _)) => "ended_ns <= ?4",
            Some((JobState::Failed, _)) => "ended_ns <= ?4 AND exit_status <> 0",
        };
        [
            open,
            state,
            match (&self.project, self.state) {
                (None, _) => "?1 IS NULL",
                // Few jobs run: what is appended keeps the index of the project out of it.
                (Some(_), Some((JobState::Running, _))) => "project || '' = ?1",
                (Some(_), _) => "project = ?1",
            },
            either(
                self.label.is_some(),
                "job IN (SELECT job FROM job_labels WHERE name = ?2 AND value = ?3)",
                "?2 IS NULL AND ?3 IS NULL",
            ),
            either(
                self.user.is_some(),
                "job IN (SELECT job FROM job_labels WHERE name = 'user' AND value = ?10)",
                "?10 IS NULL",
            ),
            either(self.from.is_some(), "(ended_ns IS NULL OR ended_ns > ?5)", "?5 IS NULL"),
            either(self.to.is_some(), "(started_ns IS NULL OR started_ns < ?6)", "?6 IS NULL"),
            either(
                self.text.is_some(),
                "(instr(lower(id), lower(?7)) > 0 OR instr(lower(coalesce(name, '')), lower(?7)) > 0)",
                "?7 IS NULL",
            ),
            either(has_cursor, "(#, job) < (?8, ?9)", "?8 IS NULL AND ?9 IS NULL"),
        ]
        .join(" AND ")
        .replace('#', column(self.sort))
    }

    /// The parameters of [`Self::conditions`], from the first on.
    fn values(&self, after: Option<(i64, JobNumber)>) -> Vec<Value> {
        let moment = |at: Option<Timestamp>| at.map(Timestamp::nanoseconds).into();
        let text = |text: Option<&str>| text.map(str::to_owned).into();
        vec![
            text(self.project.as_ref().map(ProjectName::as_str)),
            text(self.label.as_ref().map(|(name, _)| name.as_str())),
            text(self.label.as_ref().map(|(_, value)| value.as_str())),
            moment(self.state.map(|(_, now)| now)),
            moment(self.from),
            moment(self.to),
            text(self.text.as_deref()),
            after.map(|(value, _)| value).into(),
            after.map(|(_, job)| job.number()).into(),
            text(self.user.as_deref()),
        ]
    }
}

impl JobStore<'_> {
    /// Jobs by what is posted to them. Where `has_open` is given, only those with or only those without open accounts; those with are not
    /// limited and not begun after another, as what they will be sorted by is not all posted.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, filter: &JobFilter, has_open: Option<bool>) -> Result<Vec<PostedJob>, StoreError> {
        let order = column(filter.sort);
        let after = filter.after.filter(|_| has_open != Some(true));
        let sql = format!(
            "SELECT {COLUMNS}, posted_mj, posted_ug, held_us, held_idle_us, steps FROM jobs
            WHERE job > 0 AND {} ORDER BY {order} DESC, job DESC LIMIT ?11",
            filter.conditions(has_open, after.is_some())
        );
        let limit = if has_open == Some(true) { i64::MAX } else { filter.limit.into() };
        let mut bound = filter.values(after);
        bound.push(limit.into());
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(engine::params_from_iter(bound), |row| {
            let held = row.get::<Option<i64>>(11)?.zip(row.get::<Option<i64>>(12)?);
            let held = held.map(|(device_us, idle_us)| HeldTime::of_columns(device_us, idle_us));
            Ok((columns(row)?, energy(row, 9)?, mass(row, 10)?, held, row.get(13)?))
        })?;
        rows.map(|row| {
            let (found, energy, co2e, held, steps) = row?;
            Ok(PostedJob { row: job_row(found)?, energy, co2e, held, steps })
        })
        .collect()
    }

    /// What is posted to the jobs that `filter` asks for: those that run at `now`, those that have ended well, and those that have failed.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn totals(&self, filter: &JobFilter, now: Timestamp) -> Result<[JobTotals; 3], StoreError> {
        let sql = format!(
            "SELECT CASE WHEN ended_ns IS NULL OR ended_ns > ?11 THEN 0 WHEN coalesce(exit_status, 0) = 0 THEN 1 ELSE 2 END AS kind,
            count(*), sum(posted_mj), sum(posted_ug) FROM jobs WHERE job > 0 AND {} GROUP BY kind",
            filter.conditions(None, false)
        );
        let mut bound = filter.values(None);
        bound.push(now.nanoseconds().into());
        let mut statement = self.0.prepare_cached(&sql)?;
        let mut rows = statement.query(engine::params_from_iter(bound))?;
        let mut found = [JobTotals::default(); 3];
        while let Some(row) = &rows.next()? {
            if let Some(totals) = found.get_mut(usize::from(row.get::<u8>(0)?)) {
                *totals = JobTotals { jobs: row.get(1)?, energy: energy(row, 2)?, co2e: mass(row, 3)? };
            }
        }
        Ok(found)
    }
}
