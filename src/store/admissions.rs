//! Admissions and what they hold.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::{energy, integer, moment, optional, span, word};
use super::{AdmissionStore, SealStore, StoreError, seals};
use model::{AdmissionId, AdmissionState, BudgetId, HoldNotice, JobId, JobNumber, ProjectName};
use units::{CarbonMass, Energy, Interval, Pue, Span, Timestamp};

/// An admission as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionRow {
    /// Number of the admission; 0 of one that is not stored yet.
    pub admission: AdmissionId,
    /// The submission key, where there is one.
    pub key: Option<String>,
    /// What was asked, a JSON document.
    pub demand: String,
    /// The project; empty where it is charged to none.
    pub project: ProjectName,
    /// The job whose energy settles it.
    pub job: Option<JobId>,
    /// What became of it.
    pub state: AdmissionState,
    /// What was answered, a JSON document.
    pub answer: String,
    /// When it was decided.
    pub decided: Timestamp,
    /// When the job is to start.
    pub start: Timestamp,
    /// The wall time that was asked for.
    pub span: Span,
    /// PUE of the estimate.
    pub pue: Pue,
    /// Expected facility energy.
    pub p50_energy: Energy,
    /// Facility energy that one job in twenty exceeds.
    pub p95_energy: Energy,
    /// CO2e of the expected energy.
    pub p50_co2e: CarbonMass,
    /// CO2e of the p95 energy.
    pub p95_co2e: CarbonMass,
    /// When the hold ends unless it is renewed.
    pub expires: Timestamp,
    /// When it was resolved.
    pub resolved: Option<Timestamp>,
    /// Facility energy that the job used, once that is known.
    pub actual_energy: Option<Energy>,
    /// CO2e of that energy.
    pub actual_co2e: Option<CarbonMass>,
    /// Facility energy that the job used above its hold, once that is known.
    pub overrun: Option<Energy>,
    /// IT energy that the ledger has of the job.
    pub metered: Energy,
    /// From the first to the last moment of that energy; `None` where there is none.
    pub metered_time: Option<Interval>,
    /// What the running job has been notified of.
    pub notice: HoldNotice,
}

/// What the ledger has of the job of an admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeteredJob {
    /// Number of the admission.
    pub admission: AdmissionId,
    /// IT energy of the job, if it is of the admission's project and the admission was allowed.
    pub energy: Energy,
    /// From the first to the last moment of that energy; `None` where there is none.
    pub time: Option<Interval>,
}

/// Which admissions to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct AdmissionFilter {
    /// Only those of this project.
    pub project: Option<ProjectName>,
    /// Only those in this state.
    pub state: Option<AdmissionState>,
    /// Only those that this job settles.
    pub job: Option<JobId>,
    /// Only those that hold of this budget.
    pub budget: Option<BudgetId>,
    /// Only those with a number below this.
    pub before: Option<AdmissionId>,
    /// At most so many.
    pub limit: u32,
}

const COLUMNS: &str = "admission, key, demand, project, job, state, answer, decided_ns, start_ns, span_ns, pue_ppm, p50_mj, p95_mj,
    p50_ug, p95_ug, expires_ns, resolved_ns, actual_mj, actual_ug, overrun_mj, metered_mj, metered_from_ns, metered_to_ns, told";

impl AdmissionStore<'_> {
    /// Stores an admission under the next number, or anew under its own where that is not 0; returns the number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn put(&self, row: &AdmissionRow) -> Result<AdmissionId, StoreError> {
        let sql = format!(
            "INSERT INTO admissions ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
            ?18, ?19, ?20, ?21, ?22, ?23, ?24) ON CONFLICT (admission) DO UPDATE SET state = ?6, answer = ?7, decided_ns = ?8,
            start_ns = ?9, span_ns = ?10, pue_ppm = ?11, p50_mj = ?12, p95_mj = ?13, p50_ug = ?14, p95_ug = ?15, expires_ns = ?16,
            resolved_ns = ?17, actual_mj = ?18, actual_ug = ?19, overrun_mj = ?20, metered_mj = ?21, metered_from_ns = ?22,
            metered_to_ns = ?23, told = ?24, job = ?5, key = ?2, demand = ?3"
        );
        let number = Some(row.admission.number()).filter(|number| *number != 0);
        let at = |at: Option<Timestamp>| at.map(Timestamp::nanoseconds);
        let stored = self.0.prepare_cached(&sql)?.insert(engine::params![
            number,
            row.key,
            row.demand,
            row.project,
            row.job.as_ref().map(JobId::as_str),
            row.state.name(),
            row.answer,
            row.decided.nanoseconds(),
            row.start.nanoseconds(),
            integer(row.span.nanoseconds()),
            row.pue.parts_per_million(),
            row.p50_energy.millijoules(),
            row.p95_energy.millijoules(),
            row.p50_co2e.micrograms(),
            row.p95_co2e.micrograms(),
            row.expires.nanoseconds(),
            at(row.resolved),
            row.actual_energy.map(Energy::millijoules),
            row.actual_co2e.map(CarbonMass::micrograms),
            row.overrun.map(Energy::millijoules),
            row.metered.millijoules(),
            at(row.metered_time.map(Interval::start)),
            at(row.metered_time.map(Interval::end)),
            row.notice.name(),
        ])?;
        let number = number.unwrap_or(stored);
        SealStore(self.0).seal(&seals::ADMISSIONS, &[number])?;
        Ok(AdmissionId::new(number))
    }

    /// The admission with this number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn get(&self, admission: AdmissionId) -> Result<Option<AdmissionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM admissions WHERE admission = ?1");
        Ok(self.0.prepare_cached(&sql)?.query_row([admission.number()], admission_row).optional()?)
    }

    /// The admission with this submission key.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn by_key(&self, key: &str) -> Result<Option<AdmissionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM admissions WHERE key = ?1");
        Ok(self.0.prepare_cached(&sql)?.query_row([key], admission_row).optional()?)
    }

    /// The admissions that are settled by the job with this number: those of its project that name it, as energy of another project is neither
    /// held for here nor told.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_job(&self, job: JobNumber) -> Result<Vec<AdmissionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM admissions WHERE (job, project) = (SELECT id, project FROM jobs WHERE job = ?1) ORDER BY admission"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map([job.number()], admission_row)?.collect::<Result<_, _>>()?)
    }

    /// Of the admissions that have something else noted of their job than all postings say, what these say.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn metered_otherwise(&self) -> Result<Vec<MeteredJob>, StoreError> {
        let sql = "WITH own AS MATERIALIZED (SELECT admission, jobs.job AS number FROM admissions
                JOIN jobs ON jobs.id = admissions.job AND jobs.project = admissions.project
                WHERE state NOT IN ('denied', 'checked')),
            said AS MATERIALIZED (SELECT job AS number, sum(energy_mj) AS mj, min(start_ns) AS first, max(end_ns) AS last
                FROM postings WHERE job IN (SELECT number FROM own) GROUP BY job)
            SELECT admission, coalesce(mj, 0), first, last FROM admissions LEFT JOIN own USING (admission) LEFT JOIN said USING (number)
            WHERE (metered_mj, metered_from_ns, metered_to_ns) IS DISTINCT FROM (coalesce(mj, 0), first, last) ORDER BY admission";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((), |row| {
            let time = optional(row, 2)?.zip(optional(row, 3)?).and_then(|(from, to)| Interval::new(from, to));
            Ok(MeteredJob { admission: AdmissionId::new(row.get(0)?), energy: energy(row, 1)?, time })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Admissions, newest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, filter: &AdmissionFilter) -> Result<Vec<AdmissionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM admissions WHERE (?1 IS NULL OR project = ?1) AND (?2 IS NULL OR state = ?2)
            AND (?3 IS NULL OR job = ?3) AND (?4 IS NULL OR admission IN (SELECT admission FROM holds WHERE budget = ?4))
            AND (?5 IS NULL OR admission < ?5) ORDER BY admission DESC LIMIT ?6"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let values = (
            &filter.project,
            filter.state.map(AdmissionState::name),
            filter.job.as_ref().map(JobId::as_str),
            filter.budget.map(BudgetId::number),
            filter.before.map(AdmissionId::number),
            filter.limit,
        );
        Ok(statement.query_map(values, admission_row)?.collect::<Result<_, _>>()?)
    }

    /// How many admissions hold something, and how many of these are expected to use more than they hold.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn held_and_breaking(&self) -> Result<(u32, u32), StoreError> {
        let sql = "SELECT count(*), count(*) FILTER (WHERE told <> '') FROM admissions INDEXED BY admissions_held WHERE state = 'held'";
        Ok(self.0.prepare_cached(sql)?.query_row((), |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// The admissions that hold something for this job, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn held_for(&self, job: &JobId) -> Result<Vec<AdmissionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM admissions WHERE job = ?1 AND state = 'held' ORDER BY admission");
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map([job.as_str()], admission_row)?.collect::<Result<_, _>>()?)
    }

    /// Every admission that holds something, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn held(&self) -> Result<Vec<AdmissionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM admissions INDEXED BY admissions_held WHERE state = 'held' ORDER BY admission"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((), admission_row)?.collect::<Result<_, _>>()?)
    }

    /// The admissions whose hold ends by `now`, the first to end first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn expiring(&self, now: Timestamp) -> Result<Vec<AdmissionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM admissions INDEXED BY admissions_held WHERE state = 'held' AND expires_ns <= ?1 ORDER BY expires_ns"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map([now.nanoseconds()], admission_row)?.collect::<Result<_, _>>()?)
    }
}

fn admission_row(row: &DataRow<'_>) -> engine::Result<AdmissionRow> {
    let energy = |column| energy(row, column);
    let co2e = |column| row.get(column).map(CarbonMass::from_micrograms);
    let metered_time = optional(row, 21)?.zip(optional(row, 22)?).and_then(|(from, to)| Interval::new(from, to));
    Ok(AdmissionRow {
        admission: AdmissionId::new(row.get(0)?),
        key: row.get(1)?,
        demand: row.get(2)?,
        project: row.get(3)?,
        job: row.get::<Option<String>>(4)?.map(JobId::new),
        state: word(row, 5)?,
        answer: row.get(6)?,
        decided: moment(row, 7)?,
        start: moment(row, 8)?,
        span: span(row, 9)?,
        pue: Pue::from_parts_per_million(row.get(10)?).unwrap_or(Pue::ONE),
        p50_energy: energy(11)?,
        p95_energy: energy(12)?,
        p50_co2e: co2e(13)?,
        p95_co2e: co2e(14)?,
        expires: moment(row, 15)?,
        resolved: optional(row, 16)?,
        actual_energy: row.get::<Option<i64>>(17)?.map(Energy::from_millijoules),
        actual_co2e: row.get::<Option<i64>>(18)?.map(CarbonMass::from_micrograms),
        overrun: row.get::<Option<i64>>(19)?.map(Energy::from_millijoules),
        metered: energy(20)?,
        metered_time,
        notice: word(row, 23)?,
    })
}
