//! Reporting periods and the versions of their numbers. Nothing here updates or deletes one.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::moment;
use super::{PeriodStore, StoreError};
use model::{EntryId, JobId, PeriodId, PriceNumber, ProjectName, TokenId};
use units::Timestamp;

/// A reporting period that was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodRow {
    /// Number of the period.
    pub period: PeriodId,
    /// Name of the period, unique in the ledger.
    pub name: String,
    /// First moment of the period.
    pub from: Timestamp,
    /// First moment after the period.
    pub to: Timestamp,
}

/// One closing of a period: the state of the ledger up to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodVersion {
    /// Number of the version, from 1.
    pub version: i64,
    /// The last ledger entry that it includes; 0 of an empty ledger.
    pub head: EntryId,
    /// Hash of that entry in the chain.
    pub head_hash: Vec<u8>,
    /// The last price statement that it includes; 0 where there was none.
    pub prices: PriceNumber,
    /// When this version was made.
    pub closed: Timestamp,
    /// Id of the token that made it.
    pub closed_by: TokenId,
    /// Why it was restated; the first version has none.
    pub reason: Option<String>,
    /// SHA-256 over what else the numbers depend on.
    pub seal: Vec<u8>,
}

/// A job as a version of a period knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptJob {
    /// Identity of the job.
    pub job: JobId,
    /// Project of the job then; `None` where none was stated.
    pub project: Option<ProjectName>,
    /// Its labels, a JSON object of texts.
    pub labels: String,
}

const COLUMNS: &str = "period, name, from_ns, to_ns";

impl PeriodStore<'_> {
    /// Makes a period; `None` when its name or its time is taken.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add(&self, name: &str, from: Timestamp, to: Timestamp) -> Result<Option<PeriodId>, StoreError> {
        let sql =
            "INSERT INTO periods (name, from_ns, to_ns) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING RETURNING period";
        let made = self.0.query_row(sql, (name, from.nanoseconds(), to.nanoseconds()), |row| row.get(0));
        Ok(made.optional()?.map(PeriodId::new))
    }

    /// Up to `limit` periods with numbers above `after`; with `project` only those that have jobs of it.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(
        &self,
        project: Option<&ProjectName>,
        after: PeriodId,
        limit: u32,
    ) -> Result<Vec<PeriodRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM periods WHERE period > ?1 AND (?3 IS NULL OR EXISTS (SELECT 1 FROM period_jobs AS kept
                WHERE kept.period = periods.period AND kept.project = ?3)) ORDER BY period LIMIT ?2"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((after.number(), limit, project), period)?.collect::<Result<_, _>>()?)
    }

    /// The period with this number; with `project` only if it has jobs of it.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn get(&self, project: Option<&ProjectName>, number: PeriodId) -> Result<Option<PeriodRow>, StoreError> {
        let next = self.list(project, PeriodId::new(number.number().saturating_sub(1)), 1)?.pop();
        Ok(next.filter(|row| row.period == number))
    }

    /// The versions of a period, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn versions(&self, period: PeriodId) -> Result<Vec<PeriodVersion>, StoreError> {
        let sql = "SELECT version, head, head_hash, prices, closed_ns, closed_by, reason, seal FROM period_versions
            WHERE period = ?1 ORDER BY version";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([period.number()], |row| {
            Ok(PeriodVersion {
                version: row.get(0)?,
                head: EntryId::new(row.get(1)?),
                head_hash: row.get(2)?,
                prices: PriceNumber::new(row.get(3)?),
                closed: moment(row, 4)?,
                closed_by: row.get(5)?,
                reason: row.get(6)?,
                seal: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The jobs with entries of a period up to number `head`, as they are now.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn jobs_now(&self, period: &PeriodRow, head: EntryId) -> Result<Vec<KeptJob>, StoreError> {
        let sql = "SELECT id, project, labels FROM jobs WHERE job IN (SELECT job FROM ledger_entries AS part
            WHERE part.start_ns >= ?1 AND part.start_ns < ?2 AND part.id <= ?3) ORDER BY job";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((period.from.nanoseconds(), period.to.nanoseconds(), head.number()), kept)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The jobs of a version, as they were when it was made.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn kept_jobs(&self, period: PeriodId, version: i64) -> Result<Vec<KeptJob>, StoreError> {
        let sql = "SELECT jobs.id, kept.project, kept.labels FROM period_jobs AS kept JOIN jobs USING (job)
            WHERE period = ?1 AND version = ?2 ORDER BY kept.job";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map((period.number(), version), kept)?.collect::<Result<_, _>>()?)
    }

    /// Adds a version with its jobs.
    ///
    /// # Errors
    ///
    /// The database; a version that is there.
    pub fn add_version(&self, period: PeriodId, made: &PeriodVersion, jobs: &[KeptJob]) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO period_versions (period, version, head, head_hash, prices, closed_ns, closed_by, reason, seal)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.0.execute(
            sql,
            (
                period.number(),
                made.version,
                made.head.number(),
                &made.head_hash,
                made.prices.number(),
                made.closed.nanoseconds(),
                &made.closed_by,
                &made.reason,
                &made.seal,
            ),
        )?;
        let sql = "INSERT INTO period_jobs (period, version, job, project, labels)
            SELECT ?1, ?2, job, ?4, ?5 FROM jobs WHERE id = ?3";
        let mut statement = self.0.prepare_cached(sql)?;
        for kept in jobs {
            let values = (period.number(), made.version, &kept.job, &kept.project, &kept.labels);
            statement.execute(values)?;
        }
        Ok(())
    }
}

fn period(row: &DataRow<'_>) -> engine::Result<PeriodRow> {
    Ok(PeriodRow { period: PeriodId::new(row.get(0)?), name: row.get(1)?, from: moment(row, 2)?, to: moment(row, 3)? })
}

fn kept(row: &DataRow<'_>) -> engine::Result<KeptJob> {
    Ok(KeptJob { job: row.get(0)?, project: row.get(1)?, labels: row.get(2)? })
}
