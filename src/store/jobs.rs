//! Projects, and jobs as the sum of what was stated about them.

use super::engine::{self, DataRow, OptionalExtension};
use super::holdings::Rank;
use super::row::{energy, moment, value};
use super::{JobStore, ProjectStore, StoreError};
use model::{JobId, JobNumber, ProjectName};
use std::collections::BTreeMap;
use units::{Energy, Timestamp};

/// A job as the sum of what was stated about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// How the store refers to the job, ascending in the order of first mention.
    pub job: JobNumber,
    /// Its identity, project, name, labels, times and exit status, as far as they were stated.
    pub facts: wire::Job,
}

pub(super) const COLUMNS: &str = "job, id, project, name, labels, attempt, started_ns, ended_ns, exit_status";

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
        let sql = "INSERT INTO job_statements (job, wall_ns, sequence, agent, boot, body)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?4 = '' OR NOT EXISTS (SELECT 1 FROM job_statements WHERE job = ?1 AND body = ?6
                AND (wall_ns, sequence, agent, boot) > (?2, ?3, ?4, ?5)) ON CONFLICT DO NOTHING";
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
        let bodies = statement.query_map([job.number()], |row| row.get::<String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let read = |body: &String| serde_json::from_str::<wire::Job>(body).map_err(|_| value("job statement", body));
        let stated = bodies.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let latest = stated.iter().map(|said| said.attempt).max().flatten();
        let mut known = wire::Job { id: id.clone(), ..wire::Job::default() };
        for later in stated {
            // However late it arrives, an earlier attempt says nothing about the times of this one.
            let is_earlier = later.attempt.is_some() && later.attempt < latest;
            let nothing = wire::Job { id: id.clone(), ..wire::Job::default() };
            let said = if is_earlier {
                wire::Job { project: later.project, name: later.name, labels: later.labels, ..nothing }
            } else {
                later
            };
            replace(&mut known, said);
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

    /// The first job whose entries do not sum to what is posted to it, or whose batches to how long it held accelerators.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_not_summed(&self) -> Result<Option<JobId>, StoreError> {
        let sql = "SELECT jobs.id FROM jobs LEFT JOIN
                (SELECT job, sum(energy_mj) AS mj, sum(co2e_ug) AS ug FROM ledger_entries GROUP BY job) AS sums USING (job)
                LEFT JOIN (SELECT job, sum(device_us) AS held, sum(idle_us) AS idle FROM held_time GROUP BY job) AS times USING (job)
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
        while let Some(row) = &rows.next()? {
            let rank = Rank { wall: moment(row, 0)?, sequence: row.get(1)?, agent: row.get(2)?, boot: row.get(3)? };
            if !is_made(&rank, &row.get::<String>(4)?) {
                return Ok(Some(row.get(5)?));
            }
        }
        Ok(None)
    }

    fn labels_of(&self, job: JobNumber) -> Result<BTreeMap<String, String>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT name, value FROM job_labels WHERE job = ?1")?;
        Ok(statement.query_map([job.number()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// When a job of the project ended, by its identity, as the operator or the project itself told of it.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn end_of(&self, id: &JobId, project: &ProjectName) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT max(ended_ns) FROM jobs WHERE id IN (?1, ?3) AND project = ?2";
        let ended: Option<i64> =
            self.0.prepare_cached(sql)?.query_row((id, project, id.within(project)), |row| row.get(0))?;
        Ok(ended.map(Timestamp::from_nanoseconds))
    }

    /// IT energy that the ledger has of a job of the project, by its identity as above, with its first and last moment; `None` where it has none.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn metered(
        &self,
        id: &JobId,
        project: &ProjectName,
    ) -> Result<Option<(Energy, Timestamp, Timestamp)>, StoreError> {
        // By account, since postings are not found by their job.
        let sql = "WITH own AS (SELECT job FROM jobs WHERE id IN (?1, ?3) AND project = ?2), accounts AS MATERIALIZED (
                SELECT node, period_start_ns, job, component, site FROM ledger_entries WHERE job IN (SELECT job FROM own)
                UNION SELECT node, period_start_ns, job, component, site FROM open_accounts WHERE job IN (SELECT job FROM own))
            SELECT sum(energy_mj), min(start_ns), max(end_ns)
            FROM accounts CROSS JOIN postings INDEXED BY postings_by_key USING (node, period_start_ns, job, component, site)
            HAVING count(*) > 0";
        let mut statement = self.0.prepare_cached(sql)?;
        let found = statement.query_row((id, project, id.within(project)), |row| {
            Ok((energy(row, 0)?, moment(row, 1)?, moment(row, 2)?))
        });
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

pub(super) fn columns(row: &DataRow<'_>) -> engine::Result<(JobRow, String)> {
    let time = |column| row.get::<Option<i64>>(column).map(|at| at.map(Timestamp::from_nanoseconds));
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

pub(super) fn job_row((mut row, labels): (JobRow, String)) -> Result<JobRow, StoreError> {
    row.facts.labels = serde_json::from_str(&labels).map_err(|_| value("labels", &labels))?;
    Ok(row)
}
