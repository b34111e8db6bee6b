//! Requests for exceptions, and overrides.

use super::row::optional;
use super::{OverrideStore, StoreError};
use rusqlite::{OptionalExtension, Row};
use units::Timestamp;

/// An override of a budget, or the request for one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OverrideRow {
    /// Number.
    pub number: i64,
    /// The budget; `None` for every budget that denied the admission.
    pub budget: Option<i64>,
    /// The admission that it is for; `None` for all of the budget.
    pub admission: Option<i64>,
    /// `requested`, `approved` or `refused`.
    pub state: String,
    /// Who asked.
    pub asked_by: Option<String>,
    /// Why.
    pub asked_reason: Option<String>,
    /// When.
    pub asked: Option<Timestamp>,
    /// Who decided.
    pub name: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
    /// When it was decided.
    pub decided: Option<Timestamp>,
    /// Id of the token that decided.
    pub decided_by: Option<String>,
    /// Project of the admission or the budget.
    pub project: Option<String>,
}

const OVERRIDE: &str =
    "override, budget, admission, state, asked_by, asked_reason, asked_ns, name, reason, expires_ns, decided_ns,
    decided_by, project";

impl OverrideStore<'_> {
    /// Stores a request or an override under the next number, or anew under its own where that is not 0.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn put(&self, row: &OverrideRow) -> Result<i64, StoreError> {
        let sql = format!(
            "INSERT INTO overrides ({OVERRIDE}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (override) DO UPDATE SET state = ?4, name = ?8, reason = ?9, expires_ns = ?10, decided_ns = ?11, decided_by = ?12"
        );
        let number = (row.number != 0).then_some(row.number);
        let at = |at: Option<Timestamp>| at.map(Timestamp::nanoseconds);
        self.0.prepare_cached(&sql)?.execute(rusqlite::params![
            number,
            row.budget,
            row.admission,
            row.state,
            row.asked_by,
            row.asked_reason,
            at(row.asked),
            row.name,
            row.reason,
            at(row.expires),
            at(row.decided),
            row.decided_by,
            row.project,
        ])?;
        Ok(number.unwrap_or_else(|| self.0.last_insert_rowid()))
    }

    /// Requests and overrides, newest first; only of a project where one is given.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn list(&self, project: Option<&str>, before: Option<i64>, limit: u32) -> Result<Vec<OverrideRow>, StoreError> {
        let sql = format!(
            "SELECT {OVERRIDE} FROM overrides WHERE (?1 IS NULL OR project = ?1) AND (?2 IS NULL OR override < ?2)
            ORDER BY override DESC LIMIT ?3"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((project, before, limit), override_row)?.collect::<Result<_, _>>()?)
    }

    /// The request or override with this number.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn get(&self, number: i64) -> Result<Option<OverrideRow>, StoreError> {
        let sql = format!("SELECT {OVERRIDE} FROM overrides WHERE override = ?1");
        Ok(self.0.prepare_cached(&sql)?.query_row([number], override_row).optional()?)
    }

    /// Approved overrides, whether expired or not, that could let `admission` past `budget`; the longest first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn covering(&self, budget: i64, admission: Option<i64>) -> Result<Vec<OverrideRow>, StoreError> {
        let sql = format!(
            "SELECT {OVERRIDE} FROM overrides WHERE state = 'approved' AND (budget IS NULL OR budget = ?1)
            AND (admission IS NULL OR admission = ?2) AND (budget IS NOT NULL OR admission IS NOT NULL) ORDER BY expires_ns DESC LIMIT 1"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((budget, admission), override_row)?.collect::<Result<_, _>>()?)
    }
}

fn override_row(row: &Row<'_>) -> rusqlite::Result<OverrideRow> {
    Ok(OverrideRow {
        number: row.get(0)?,
        budget: row.get(1)?,
        admission: row.get(2)?,
        state: row.get(3)?,
        asked_by: row.get(4)?,
        asked_reason: row.get(5)?,
        asked: optional(row, 6)?,
        name: row.get(7)?,
        reason: row.get(8)?,
        expires: optional(row, 9)?,
        decided: optional(row, 10)?,
        decided_by: row.get(11)?,
        project: row.get(12)?,
    })
}
