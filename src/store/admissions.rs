//! Admissions and what they hold.

use super::row::{moment, optional};
use super::{AdmissionStore, StoreError};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row, ToSql};
use serde::{Deserialize, Serialize};
use units::Timestamp;

/// What became of an admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AdmissionState {
    /// Allowed, and what it may use is held.
    Held,
    /// Not allowed.
    Denied,
    /// Asked only: nothing was held.
    Checked,
    /// Settled with what its caller said that it used.
    Committed,
    /// Settled with what the ledger has of its job.
    Settled,
    /// Given back.
    Released,
    /// Neither metered nor renewed in time.
    Expired,
}

impl AdmissionState {
    const ALL: [Self; 7] =
        [Self::Held, Self::Denied, Self::Checked, Self::Committed, Self::Settled, Self::Released, Self::Expired];

    /// The word in the store and in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Denied => "denied",
            Self::Checked => "checked",
            Self::Committed => "committed",
            Self::Settled => "settled",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }
}

impl ToSql for AdmissionState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for AdmissionState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::ALL.into_iter().find(|state| state.name() == name).ok_or(FromSqlError::InvalidType)
    }
}

/// An admission as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionRow {
    /// Number.
    pub admission: i64,
    /// The submission key.
    pub key: Option<String>,
    /// What was asked, a JSON document.
    pub demand: String,
    /// The project.
    pub project: String,
    /// Identity of the job that settles it.
    pub job: Option<String>,
    /// What became of it.
    pub state: AdmissionState,
    /// What was answered, a JSON document.
    pub answer: String,
    /// When.
    pub decided: Timestamp,
    /// When it is to start.
    pub start: Timestamp,
    /// The wall time that was asked for, ns.
    pub span_ns: i64,
    /// PUE of the estimate, ppm.
    pub pue_ppm: u32,
    /// Expected facility energy, mJ.
    pub p50_mj: i64,
    /// Its p95.
    pub p95_mj: i64,
    /// Expected CO2e, µg.
    pub p50_ug: i64,
    /// Its p95.
    pub p95_ug: i64,
    /// When the hold ends unless it is renewed.
    pub expires: Timestamp,
    /// When it was resolved.
    pub resolved: Option<Timestamp>,
    /// Facility energy that it used, once known, mJ.
    pub actual_mj: Option<i64>,
    /// CO2e of that, µg.
    pub actual_ug: Option<i64>,
    /// What it used above its hold, mJ.
    pub overrun_mj: Option<i64>,
    /// IT energy that the ledger has of its job, mJ.
    pub metered_mj: i64,
    /// From when on.
    pub metered_from: Option<Timestamp>,
    /// Until when.
    pub metered_to: Option<Timestamp>,
    /// What was told of it: empty, `breaking` or `stop`.
    pub told: String,
}

/// Which admissions to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct AdmissionFilter {
    /// Only this project's.
    pub project: Option<String>,
    /// Only in this state.
    pub state: Option<AdmissionState>,
    /// Only of this job.
    pub job: Option<String>,
    /// Only those that hold of this budget.
    pub budget: Option<i64>,
    /// Only before this number.
    pub before: Option<i64>,
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
    /// The database.
    pub fn put(&self, row: &AdmissionRow) -> Result<i64, StoreError> {
        let sql = format!(
            "INSERT INTO admissions ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
            ?18, ?19, ?20, ?21, ?22, ?23, ?24) ON CONFLICT (admission) DO UPDATE SET state = ?6, answer = ?7, decided_ns = ?8,
            start_ns = ?9, span_ns = ?10, pue_ppm = ?11, p50_mj = ?12, p95_mj = ?13, p50_ug = ?14, p95_ug = ?15, expires_ns = ?16,
            resolved_ns = ?17, actual_mj = ?18, actual_ug = ?19, overrun_mj = ?20, metered_mj = ?21, metered_from_ns = ?22,
            metered_to_ns = ?23, told = ?24, job = ?5"
        );
        let number = (row.admission != 0).then_some(row.admission);
        let at = |at: Option<Timestamp>| at.map(Timestamp::nanoseconds);
        self.0.prepare_cached(&sql)?.execute(rusqlite::params![
            number,
            row.key,
            row.demand,
            row.project,
            row.job,
            row.state,
            row.answer,
            row.decided.nanoseconds(),
            row.start.nanoseconds(),
            row.span_ns,
            row.pue_ppm,
            row.p50_mj,
            row.p95_mj,
            row.p50_ug,
            row.p95_ug,
            row.expires.nanoseconds(),
            at(row.resolved),
            row.actual_mj,
            row.actual_ug,
            row.overrun_mj,
            row.metered_mj,
            at(row.metered_from),
            at(row.metered_to),
            row.told,
        ])?;
        Ok(number.unwrap_or_else(|| self.0.last_insert_rowid()))
    }

    /// The admission with this number.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn get(&self, admission: i64) -> Result<Option<AdmissionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM admissions WHERE admission = ?1");
        Ok(self.0.prepare_cached(&sql)?.query_row([admission], admission_row).optional()?)
    }

    /// The admission with this submission key.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn by_key(&self, key: &str) -> Result<Option<AdmissionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM admissions WHERE key = ?1");
        Ok(self.0.prepare_cached(&sql)?.query_row([key], admission_row).optional()?)
    }

    /// The admissions that are settled by the job with this number: those of its project that name it, as energy of another project is neither
    /// held for here nor told.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn of_job(&self, job: i64) -> Result<Vec<AdmissionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM admissions WHERE (job, project) = (SELECT id, project FROM jobs WHERE job = ?1) ORDER BY admission"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map([job], admission_row)?.collect::<Result<_, _>>()?)
    }

    /// Admissions, newest first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn list(&self, filter: &AdmissionFilter) -> Result<Vec<AdmissionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM admissions WHERE (?1 IS NULL OR project = ?1) AND (?2 IS NULL OR state = ?2)
            AND (?3 IS NULL OR job = ?3) AND (?4 IS NULL OR admission IN (SELECT admission FROM holds WHERE budget = ?4))
            AND (?5 IS NULL OR admission < ?5) ORDER BY admission DESC LIMIT ?6"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let values = (&filter.project, &filter.state, &filter.job, filter.budget, filter.before, filter.limit);
        Ok(statement.query_map(values, admission_row)?.collect::<Result<_, _>>()?)
    }

    /// Every admission that holds something, oldest first.
    ///
    /// # Errors
    ///
    /// The database.
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
    /// The database.
    pub fn expiring(&self, now: Timestamp) -> Result<Vec<AdmissionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM admissions INDEXED BY admissions_held WHERE state = 'held' AND expires_ns <= ?1 ORDER BY expires_ns"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map([now.nanoseconds()], admission_row)?.collect::<Result<_, _>>()?)
    }
}

fn admission_row(row: &Row<'_>) -> rusqlite::Result<AdmissionRow> {
    Ok(AdmissionRow {
        admission: row.get(0)?,
        key: row.get(1)?,
        demand: row.get(2)?,
        project: row.get(3)?,
        job: row.get(4)?,
        state: row.get(5)?,
        answer: row.get(6)?,
        decided: moment(row, 7)?,
        start: moment(row, 8)?,
        span_ns: row.get(9)?,
        pue_ppm: row.get(10)?,
        p50_mj: row.get(11)?,
        p95_mj: row.get(12)?,
        p50_ug: row.get(13)?,
        p95_ug: row.get(14)?,
        expires: moment(row, 15)?,
        resolved: optional(row, 16)?,
        actual_mj: row.get(17)?,
        actual_ug: row.get(18)?,
        overrun_mj: row.get(19)?,
        metered_mj: row.get(20)?,
        metered_from: optional(row, 21)?,
        metered_to: optional(row, 22)?,
        told: row.get(23)?,
    })
}
