//! Projects, and jobs as the sum of what was stated about them.

use super::holdings::Rank;
use super::{StoreError, Tx};
use rusqlite::{OptionalExtension, Row};
use std::collections::BTreeMap;
use units::Timestamp;

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Number in the store; ascending in the order of first mention.
    pub job: i64,
    /// What is known of it.
    pub facts: wire::Job,
}

/// Which jobs to list.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Only this project's.
    pub project: Option<String>,
    /// Only numbers below this: the cursor, newest first.
    pub below: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

const COLUMNS: &str = "job, id, project, name, labels, attempt, started_ns, ended_ns, exit_status";

impl Tx<'_> {
    /// Makes a project; `false` when it is there.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn add_project(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached("INSERT OR IGNORE INTO projects (name) VALUES (?1)")?.execute([name])? == 1)
    }

    /// Up to `limit` projects after the name `after`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn projects(&self, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT name FROM projects WHERE name > ?1 ORDER BY name LIMIT ?2")?;
        Ok(statement.query_map((after, limit), |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Number of the job with this identity, which is made when it is new.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn note_job(&self, id: &str) -> Result<i64, StoreError> {
        let known = self.0.prepare_cached("SELECT job FROM jobs WHERE id = ?1")?.query_row([id], |row| row.get(0));
        match known.optional()? {
            Some(job) => Ok(job),
            None => Ok(self.0.prepare_cached("INSERT INTO jobs (id) VALUES (?1)")?.insert([id])?),
        }
    }

    /// Records a statement about a job. Key by key the statement of the highest rank holds.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn state_job(&self, stated: &wire::Job, rank: &Rank) -> Result<i64, StoreError> {
        let job = self.note_job(&stated.id)?;
        let body = serde_json::to_string(stated).map_err(|_| value("job statement", &stated.id))?;
        // Of equal statements the latest decides whatever the others could.
        let values = (job, rank.wall_ns, rank.sequence, &rank.agent, &rank.boot, body);
        let sql = "INSERT OR IGNORE INTO job_statements (job, wall_ns, sequence, agent, boot, body)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM job_statements WHERE job = ?1 AND body = ?6
                AND (wall_ns, sequence, agent, boot) > (?2, ?3, ?4, ?5))";
        self.0.prepare_cached(sql)?.execute(values.clone())?;
        let sql = "DELETE FROM job_statements WHERE job = ?1 AND body = ?6
            AND (wall_ns, sequence, agent, boot) < (?2, ?3, ?4, ?5)";
        self.0.prepare_cached(sql)?.execute(values)?;
        self.fold_job(job, &stated.id)?;
        Ok(job)
    }

    fn fold_job(&self, job: i64, id: &str) -> Result<(), StoreError> {
        let sql = "SELECT body FROM job_statements WHERE job = ?1 ORDER BY wall_ns, sequence, agent, boot";
        let mut statement = self.0.prepare_cached(sql)?;
        let bodies = statement.query_map([job], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let mut known = wire::Job { id: id.to_owned(), ..wire::Job::default() };
        for body in bodies {
            let later: wire::Job = serde_json::from_str(&body).map_err(|_| value("job statement", &body))?;
            replace(&mut known, later);
        }
        if let Some(project) = &known.project {
            self.add_project(project)?;
        }
        let labels = serde_json::to_string(&known.labels).map_err(|_| value("labels", id))?;
        let sql = "UPDATE jobs SET project = ?2, name = ?3, labels = ?4, attempt = ?5, started_ns = ?6, ended_ns = ?7,
            exit_status = ?8 WHERE job = ?1";
        let (started, ended) = (known.started.map(Timestamp::nanoseconds), known.ended.map(Timestamp::nanoseconds));
        self.0.prepare_cached(sql)?.execute((
            job,
            &known.project,
            &known.name,
            labels,
            known.attempt,
            started,
            ended,
            known.exit_status,
        ))?;
        Ok(())
    }

    /// The job with this identity.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn job(&self, id: &str) -> Result<Option<JobRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = ?1 AND job > 0");
        let found = self.0.prepare_cached(&sql)?.query_row([id], columns).optional()?;
        found.map(job_row).transpose()
    }

    /// The identity of the job with this number.
    ///
    /// # Errors
    ///
    /// The database; a job that is not there.
    pub fn job_id(&self, job: i64) -> Result<String, StoreError> {
        Ok(self.0.prepare_cached("SELECT id FROM jobs WHERE job = ?1")?.query_row([job], |row| row.get(0))?)
    }

    /// Jobs, newest first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRow>, StoreError> {
        let below = filter.below.unwrap_or(i64::MAX);
        let by_project = "project = ?1 AND";
        let all = "?1 IS NULL AND";
        let which = if filter.project.is_some() { by_project } else { all };
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE {which} job > 0 AND job < ?2 ORDER BY job DESC LIMIT ?3");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((&filter.project, below, filter.limit), columns)?;
        rows.map(|row| job_row(row?)).collect()
    }
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
    Ok((JobRow { job: row.get(0)?, facts }, row.get(4)?))
}

fn job_row((mut row, labels): (JobRow, String)) -> Result<JobRow, StoreError> {
    row.facts.labels = serde_json::from_str(&labels).map_err(|_| value("labels", &labels))?;
    Ok(row)
}

pub(super) fn value(what: &'static str, value: &str) -> StoreError {
    StoreError::Value { what, value: value.to_owned() }
}
