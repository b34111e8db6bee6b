//! Steps and samples that training scripts report.

use super::engine::{self, DataRow, OptionalExtension};
use super::{SealStore, StepStore, StoreError, seals};
use model::JobNumber;
use units::Timestamp;

/// The counters of a job at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepReport {
    /// The moment at which the counters stood so.
    pub at: Timestamp,
    /// Training steps done since the job began.
    pub steps: i64,
    /// Training samples done since the job began, where the script counts them.
    pub samples: Option<i64>,
}

impl StepStore<'_> {
    /// Stores a report; one of the same moment is replaced.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add(&self, job: JobNumber, report: &StepReport) -> Result<(), StoreError> {
        let sql = "INSERT INTO job_steps (job, at_ns, steps, samples) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (job, at_ns) DO UPDATE SET steps = ?3, samples = ?4";
        self.0.prepare_cached(sql)?.execute((job.number(), report.at.nanoseconds(), report.steps, report.samples))?;
        let sql = "UPDATE jobs SET steps = (SELECT steps FROM job_steps WHERE job = ?1 ORDER BY at_ns DESC LIMIT 1)
            WHERE job = ?1";
        self.0.prepare_cached(sql)?.execute([job.number()])?;
        SealStore(self.0).seal(&seals::STEPS, &[job.number(), report.at.nanoseconds()])
    }

    /// The last report of a job.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn last(&self, job: JobNumber) -> Result<Option<StepReport>, StoreError> {
        self.until(job, Timestamp::from_nanoseconds(i64::MAX))
    }

    /// The last report of a job at or before `at`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn until(&self, job: JobNumber, at: Timestamp) -> Result<Option<StepReport>, StoreError> {
        let sql =
            "SELECT at_ns, steps, samples FROM job_steps WHERE job = ?1 AND at_ns <= ?2 ORDER BY at_ns DESC LIMIT 1";
        Ok(self.0.prepare_cached(sql)?.query_row((job.number(), at.nanoseconds()), report).optional()?)
    }

    /// The first report of a job after `at`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn after(&self, job: JobNumber, at: Timestamp) -> Result<Option<StepReport>, StoreError> {
        let sql = "SELECT at_ns, steps, samples FROM job_steps WHERE job = ?1 AND at_ns > ?2 ORDER BY at_ns LIMIT 1";
        Ok(self.0.prepare_cached(sql)?.query_row((job.number(), at.nanoseconds()), report).optional()?)
    }
}

fn report(row: &DataRow<'_>) -> engine::Result<StepReport> {
    Ok(StepReport { at: Timestamp::from_nanoseconds(row.get(0)?), steps: row.get(1)?, samples: row.get(2)? })
}
