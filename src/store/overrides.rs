//! Requests for exceptions, and overrides.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::{optional, word};
use super::{OverrideStore, SealStore, StoreError, seals};
use model::{AdmissionId, BudgetId, OverrideId, OverrideState, ProjectName, TokenId};
use units::Timestamp;

/// An override of a budget, or the request for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideRow {
    /// Number of the override; 0 of one that is not stored yet.
    pub number: OverrideId,
    /// The budget; `None` for every budget that denied the admission.
    pub budget: Option<BudgetId>,
    /// The admission that it is for; `None` for all of the budget.
    pub admission: Option<AdmissionId>,
    /// What became of it.
    pub state: OverrideState,
    /// The person who asked, where it was asked for.
    pub asked_by: Option<String>,
    /// The reason that was given with the request.
    pub asked_reason: Option<String>,
    /// When it was asked for.
    pub asked: Option<Timestamp>,
    /// The person who decided.
    pub name: Option<String>,
    /// The reason that was given with the decision.
    pub reason: Option<String>,
    /// When it ceases to apply.
    pub expires: Option<Timestamp>,
    /// When it was decided.
    pub decided: Option<Timestamp>,
    /// Id of the token that decided.
    pub decided_by: Option<TokenId>,
    /// Project of the admission or the budget.
    pub project: Option<ProjectName>,
}

impl OverrideRow {
    /// A request that says nothing yet and has no number.
    #[must_use]
    pub const fn unnumbered() -> Self {
        Self {
            number: OverrideId::new(0),
            budget: None,
            admission: None,
            state: OverrideState::Requested,
            asked_by: None,
            asked_reason: None,
            asked: None,
            name: None,
            reason: None,
            expires: None,
            decided: None,
            decided_by: None,
            project: None,
        }
    }
}

const OVERRIDE: &str =
    "override, budget, admission, state, asked_by, asked_reason, asked_ns, name, reason, expires_ns, decided_ns,
    decided_by, project";

impl OverrideStore<'_> {
    /// Stores a request or an override under the next number, or anew under its own where that is not 0.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn put(&self, row: &OverrideRow) -> Result<OverrideId, StoreError> {
        let sql = format!(
            "INSERT INTO overrides ({OVERRIDE}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (override) DO UPDATE SET state = ?4, name = ?8, reason = ?9, expires_ns = ?10, decided_ns = ?11, decided_by = ?12"
        );
        let number = Some(row.number.number()).filter(|number| *number != 0);
        let at = |at: Option<Timestamp>| at.map(Timestamp::nanoseconds);
        let stored = self.0.prepare_cached(&sql)?.insert(engine::params![
            number,
            row.budget.map(BudgetId::number),
            row.admission.map(AdmissionId::number),
            row.state.name(),
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
        let number = number.unwrap_or(stored);
        SealStore(self.0).seal(&seals::OVERRIDES, &[number])?;
        Ok(OverrideId::new(number))
    }

    /// Requests and overrides, newest first; only of a project where one is given.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(
        &self,
        project: Option<&ProjectName>,
        before: Option<OverrideId>,
        limit: u32,
    ) -> Result<Vec<OverrideRow>, StoreError> {
        let sql = format!(
            "SELECT {OVERRIDE} FROM overrides WHERE (?1 IS NULL OR project = ?1) AND (?2 IS NULL OR override < ?2)
            ORDER BY override DESC LIMIT ?3"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement
            .query_map((project, before.map(OverrideId::number), limit), override_row)?
            .collect::<Result<_, _>>()?)
    }

    /// The request or override with this number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn get(&self, number: OverrideId) -> Result<Option<OverrideRow>, StoreError> {
        let sql = format!("SELECT {OVERRIDE} FROM overrides WHERE override = ?1");
        Ok(self.0.prepare_cached(&sql)?.query_row([number.number()], override_row).optional()?)
    }

    /// The approved override of `admission` itself, of no budget in particular, that lasts longest, whether it has expired or not.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_admission(&self, admission: AdmissionId) -> Result<Vec<OverrideRow>, StoreError> {
        let sql = format!(
            "SELECT {OVERRIDE} FROM overrides WHERE state = 'approved' AND budget IS NULL AND admission = ?1
            ORDER BY expires_ns DESC LIMIT 1"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map([admission.number()], override_row)?.collect::<Result<_, _>>()?)
    }

    /// The approved override that could let `admission` past `budget` and lasts longest, whether it has expired or not.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn covering(&self, budget: BudgetId, admission: Option<AdmissionId>) -> Result<Vec<OverrideRow>, StoreError> {
        let sql = format!(
            "SELECT {OVERRIDE} FROM overrides WHERE state = 'approved' AND (budget IS NULL OR budget = ?1)
            AND (admission IS NULL OR admission = ?2) AND (budget IS NOT NULL OR admission IS NOT NULL) ORDER BY expires_ns DESC LIMIT 1"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement
            .query_map((budget.number(), admission.map(AdmissionId::number)), override_row)?
            .collect::<Result<_, _>>()?)
    }
}

fn override_row(row: &DataRow<'_>) -> engine::Result<OverrideRow> {
    Ok(OverrideRow {
        number: OverrideId::new(row.get(0)?),
        budget: row.get::<Option<i64>>(1)?.map(BudgetId::new),
        admission: row.get::<Option<i64>>(2)?.map(AdmissionId::new),
        state: word(row, 3)?,
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
