//! Projects, and jobs as the sum of what was stated about them.

use super::held_time::HeldTime;
use super::holdings::Rank;
use super::row::{energy, mass, moment, value};
use super::{JobStore, ProjectStore, StoreError};
use model::{JobId, JobNumber, JobState, ProjectName};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row};
use std::collections::BTreeMap;
use units::{CarbonMass, Energy, Timestamp};

/// A job as the sum of what was stated about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// How the store refers to the job, ascending in the order of first mention.
    pub job: JobNumber,
    /// Its identity, project, name, labels, times and exit status, as far as they were stated.
    pub facts: wire::Job,
}

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
    pub sort: JobSort,
    /// The cursor: what the last job of the page before is sorted by, and its number.
    pub after: Option<(i64, JobNumber)>,
    /// The most jobs to list.
    pub limit: u32,
}

/// Order of a list of jobs, descending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum JobSort {
    /// The job that was mentioned first comes last.
    #[default]
    Newest,
    /// By when they began; jobs that have not begun come last.
    Started,
    /// By the IT energy that they used.
    Energy,
    /// By location-based CO2e of their IT energy.
    Co2e,
    /// By the mean carbon intensity of their energy.
    Intensity,
    /// By the share of the time of their accelerators in which these did next to nothing.
    HeldIdle,
    /// By energy per training step.
    EnergyPerStep,
}

impl JobSort {
    /// The column of what is posted that it sorts by.
    const fn column(self) -> &'static str {
        match self {
            Self::Newest => "job",
            Self::Started => "coalesce(started_ns, -1)",
            Self::Energy => "posted_mj",
            Self::Co2e => "posted_ug",
            Self::Intensity => "posted_mg_per_kwh",
            Self::HeldIdle => "held_idle_ppm",
            Self::EnergyPerStep => "posted_uj_per_step",
        }
    }

    /// Whether what is open changes the order.
    #[must_use]
    pub const fn needs_open(self) -> bool {
        !matches!(self, Self::Newest | Self::Started | Self::HeldIdle)
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
    pub fn rank(&self, sort: JobSort) -> i64 {
        let ratio = |part: i64, scale: f64, whole: i64| {
            if whole > 0 { (part as f64 * scale / whole as f64) as i64 } else { -1 }
        };
        let (energy_mj, co2e_ug) = (self.energy.millijoules(), self.co2e.micrograms());
        match sort {
            JobSort::Newest => self.row.job.number(),
            JobSort::Started => self.row.facts.started.map_or(-1, Timestamp::nanoseconds),
            JobSort::Energy => energy_mj,
            JobSort::Co2e => co2e_ug,
            JobSort::Intensity => ratio(co2e_ug, 3_600_000.0, energy_mj),
            JobSort::HeldIdle => HeldTime::rank(self.held),
            JobSort::EnergyPerStep => ratio(energy_mj, 1_000.0, self.steps),
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

const COLUMNS: &str = "job, id, project, name, labels, attempt, started_ns, ended_ns, exit_status";

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
                // Few jobs run: the plus keeps the index of the project out of it.
                (Some(_), Some((JobState::Running, _))) => "+project = ?1",
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
                "(instr(lower(id), lower(?7)) OR instr(lower(coalesce(name, '')), lower(?7)))",
                "?7 IS NULL",
            ),
            either(has_cursor, "(#, job) < (?8, ?9)", "?8 IS NULL AND ?9 IS NULL"),
        ]
        .join(" AND ")
        .replace('#', self.sort.column())
    }
}

impl JobFilter {
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

/// Project and labels of a job.
pub type Facts = (Option<ProjectName>, Vec<(String, String)>);

impl JobStore<'_> {
    /// Number of the job with this identity, which is made when it is new.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn note(&self, id: &JobId) -> Result<JobNumber, StoreError> {
        let known = self.0.prepare_cached("SELECT job FROM jobs WHERE id = ?1")?.query_row([id], |row| row.get(0));
        match known.optional()? {
            Some(job) => Ok(JobNumber::new(job)),
            None => Ok(JobNumber::new(self.0.prepare_cached("INSERT INTO jobs (id) VALUES (?1)")?.insert([id])?)),
        }
    }

    /// Records a statement about a job. Key by key the statement of the highest rank holds.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn state(&self, stated: &wire::Job, rank: &Rank) -> Result<JobNumber, StoreError> {
        let job = self.note(&stated.id)?;
        let body = statement_body(stated)?;
        // Of equal statements of agents the latest decides whatever the others could. Those of callers all stay, as actions speak of them.
        let values = (job.number(), rank.wall.nanoseconds(), rank.sequence, &rank.agent, &rank.boot, body);
        let sql = "INSERT OR IGNORE INTO job_statements (job, wall_ns, sequence, agent, boot, body)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?4 = '' OR NOT EXISTS (SELECT 1 FROM job_statements WHERE job = ?1 AND body = ?6
                AND (wall_ns, sequence, agent, boot) > (?2, ?3, ?4, ?5))";
        self.0.prepare_cached(sql)?.execute(values.clone())?;
        let sql = "DELETE FROM job_statements WHERE job = ?1 AND body = ?6 AND agent <> ''
            AND (wall_ns, sequence, agent, boot) < (?2, ?3, ?4, ?5)";
        self.0.prepare_cached(sql)?.execute(values)?;
        self.fold(job, &stated.id)?;
        Ok(job)
    }

    /// What all statements about a job say together.
    fn stated(&self, job: JobNumber, id: &JobId) -> Result<wire::Job, StoreError> {
        let sql = "SELECT body FROM job_statements WHERE job = ?1 ORDER BY wall_ns, sequence, agent, boot";
        let mut statement = self.0.prepare_cached(sql)?;
        let bodies =
            statement.query_map([job.number()], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let mut known = wire::Job { id: id.clone(), ..wire::Job::default() };
        for body in bodies {
            let later: wire::Job = serde_json::from_str(&body).map_err(|_| value("job statement", &body))?;
            replace(&mut known, later);
        }
        Ok(known)
    }

    fn fold(&self, job: JobNumber, id: &JobId) -> Result<(), StoreError> {
        let known = self.stated(job, id)?;
        if let Some(project) = &known.project {
            ProjectStore(self.0).add(project)?;
        }
        let labels = serde_json::to_string(&known.labels).map_err(|_| value("labels", id.as_str()))?;
        let sql = "UPDATE jobs SET project = ?2, name = ?3, labels = ?4, attempt = ?5, started_ns = ?6, ended_ns = ?7,
            exit_status = ?8 WHERE job = ?1";
        let (started, ended) = (known.started.map(Timestamp::nanoseconds), known.ended.map(Timestamp::nanoseconds));
        self.0.prepare_cached(sql)?.execute((
            job.number(),
            &known.project,
            &known.name,
            labels,
            known.attempt,
            started,
            ended,
            known.exit_status,
        ))?;
        self.0.prepare_cached("DELETE FROM job_labels WHERE job = ?1")?.execute([job.number()])?;
        let mut statement = self.0.prepare_cached("INSERT INTO job_labels (name, value, job) VALUES (?1, ?2, ?3)")?;
        for (name, value) in &known.labels {
            statement.execute((name, value, job.number()))?;
        }
        Ok(())
    }

    /// The job with this identity.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn find(&self, id: &JobId) -> Result<Option<JobRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = ?1 AND job > 0");
        let found = self.0.prepare_cached(&sql)?.query_row([id], columns).optional()?;
        found.map(job_row).transpose()
    }

    /// The identity of the job with this number.
    ///
    /// # Errors
    ///
    /// The database; a job that is not there.
    pub fn id_of(&self, job: JobNumber) -> Result<JobId, StoreError> {
        Ok(self.0.prepare_cached("SELECT id FROM jobs WHERE job = ?1")?.query_row([job.number()], |row| row.get(0))?)
    }

    /// Jobs by what is posted to them. Where `has_open` is given, only those with or only those without open accounts; those with are not
    /// limited and not begun after another, as what they will be sorted by is not all posted.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, filter: &JobFilter, has_open: Option<bool>) -> Result<Vec<PostedJob>, StoreError> {
        let order = filter.sort.column();
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
        let rows = statement.query_map(rusqlite::params_from_iter(bound), |row| {
            let held = row.get::<_, Option<i64>>(11)?.zip(row.get::<_, Option<i64>>(12)?);
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
        let mut rows = statement.query(rusqlite::params_from_iter(bound))?;
        let mut found = [JobTotals::default(); 3];
        while let Some(row) = rows.next()? {
            if let Some(totals) = found.get_mut(usize::from(row.get::<_, u8>(0)?)) {
                *totals = JobTotals { jobs: row.get(1)?, energy: energy(row, 2)?, co2e: mass(row, 3)? };
            }
        }
        Ok(found)
    }

    /// The first job whose entries do not sum to what is posted to it, or whose batches to how long it held accelerators.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_not_summed(&self) -> Result<Option<JobId>, StoreError> {
        let sql = "SELECT jobs.id FROM jobs LEFT JOIN
                (SELECT job, sum(energy_mj) AS mj, sum(co2e_ug) AS ug FROM ledger_entries GROUP BY job) AS sums USING (job)
                LEFT JOIN (SELECT job, sum(device_us) AS held, sum(idle_us) AS idle FROM held_time GROUP BY job) USING (job)
            WHERE posted_mj <> coalesce(mj, 0) OR posted_ug <> coalesce(ug, 0) OR held_us <> coalesce(held, 0)
                OR held_idle_us <> coalesce(idle, 0) ORDER BY job LIMIT 1";
        Ok(self.0.prepare(sql)?.query_row((), |row| row.get(0)).optional()?)
    }

    /// The first job whose facts, or labels to search by, are not what the statements about it say.
    ///
    /// # Errors
    ///
    /// The database; facts that cannot be read.
    pub fn first_not_as_stated(&self) -> Result<Option<JobId>, StoreError> {
        let mut statement = self.0.prepare(&format!("SELECT {COLUMNS} FROM jobs WHERE job > 0 ORDER BY job"))?;
        for row in statement.query_map((), columns)? {
            let JobRow { job, facts } = job_row(row?)?;
            let is_as_stated = self.stated(job, &facts.id)? == facts && self.labels_of(job)? == facts.labels;
            if !is_as_stated {
                return Ok(Some(facts.id));
            }
        }
        Ok(None)
    }

    /// Whether a statement that an agent made about a job is kept, or the same one of higher rank.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_stated_by(&self, job: &JobId, rank: &Rank, body: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM job_statements JOIN jobs USING (job) WHERE id = ?1 AND body = ?2
            AND (wall_ns, sequence, agent, boot) >= (?3, ?4, ?5, ?6))";
        let values = (job, body, rank.wall.nanoseconds(), rank.sequence, &rank.agent, &rank.boot);
        Ok(self.0.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
    }

    /// The first job about which a statement of an agent is kept that no batch makes, by `is_made`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_stated_by_nobody(&self, is_made: impl Fn(&Rank, &str) -> bool) -> Result<Option<JobId>, StoreError> {
        let sql = "SELECT wall_ns, sequence, agent, boot, body, id FROM job_statements JOIN jobs USING (job)
            WHERE agent <> '' ORDER BY job";
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let rank = Rank { wall: moment(row, 0)?, sequence: row.get(1)?, agent: row.get(2)?, boot: row.get(3)? };
            if !is_made(&rank, &row.get::<_, String>(4)?) {
                return Ok(Some(row.get(5)?));
            }
        }
        Ok(None)
    }

    fn labels_of(&self, job: JobNumber) -> Result<BTreeMap<String, String>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT name, value FROM job_labels WHERE job = ?1")?;
        Ok(statement.query_map([job.number()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// When a job of the project ended, by its identity.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn end_of(&self, id: &JobId, project: &ProjectName) -> Result<Option<Timestamp>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT ended_ns FROM jobs WHERE id = ?1 AND project = ?2")?;
        let ended: Option<Option<i64>> = statement.query_row((id, project), |row| row.get(0)).optional()?;
        Ok(ended.flatten().map(Timestamp::from_nanoseconds))
    }

    /// IT energy that the ledger has of a job of the project, by its identity, with its first and last moment; `None` where it has none.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn metered(
        &self,
        id: &JobId,
        project: &ProjectName,
    ) -> Result<Option<(Energy, Timestamp, Timestamp)>, StoreError> {
        let sql = "WITH own AS (SELECT job FROM jobs WHERE id = ?1 AND project = ?2)
            SELECT sum(energy_mj), min(start_ns), max(end_ns) FROM (
                SELECT energy_mj, start_ns, end_ns FROM ledger_entries WHERE job = (SELECT job FROM own)
                UNION ALL SELECT energy_mj, start_ns, end_ns FROM open_accounts WHERE job = (SELECT job FROM own))
            HAVING count(*) > 0";
        let mut statement = self.0.prepare_cached(sql)?;
        let found = statement.query_row((id, project), |row| Ok((energy(row, 0)?, moment(row, 1)?, moment(row, 2)?)));
        Ok(found.optional()?)
    }

    /// Project and labels of the job with this number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn facts_of(&self, job: JobNumber) -> Result<Facts, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT project FROM jobs WHERE job = ?1")?;
        let project = statement.query_row([job.number()], |row| row.get(0)).optional()?.flatten();
        let mut statement = self.0.prepare_cached("SELECT name, value FROM job_labels WHERE job = ?1")?;
        let labels =
            statement.query_map([job.number()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        Ok((project, labels))
    }
}

/// A statement about a job as it is stored.
///
/// # Errors
///
/// [`StoreError::Value`] if memory could not be written, which does not happen.
pub fn statement_body(stated: &wire::Job) -> Result<String, StoreError> {
    serde_json::to_string(stated).map_err(|_| value("job statement", stated.id.as_str()))
}

/// What `later` says replaces what was known, key by key.
fn replace(known: &mut wire::Job, later: wire::Job) {
    known.project = later.project.or(known.project.take());
    known.name = later.name.or(known.name.take());
    known.labels.extend(later.labels);
    known.attempt = later.attempt.or(known.attempt);
    known.started = later.started.or(known.started);
    known.ended = later.ended.or(known.ended);
    known.exit_status = later.exit_status.or(known.exit_status);
}

fn columns(row: &Row<'_>) -> rusqlite::Result<(JobRow, String)> {
    let time = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp::from_nanoseconds));
    let facts = wire::Job {
        id: row.get(1)?,
        project: row.get(2)?,
        name: row.get(3)?,
        labels: BTreeMap::new(),
        attempt: row.get(5)?,
        started: time(6)?,
        ended: time(7)?,
        exit_status: row.get(8)?,
    };
    Ok((JobRow { job: JobNumber::new(row.get(0)?), facts }, row.get(4)?))
}

fn job_row((mut row, labels): (JobRow, String)) -> Result<JobRow, StoreError> {
    row.facts.labels = serde_json::from_str(&labels).map_err(|_| value("labels", &labels))?;
    Ok(row)
}
