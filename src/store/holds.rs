//! What admissions hold of budgets.

use super::row::moment;
use super::{HoldStore, StoreError};
use model::{AdmissionId, BudgetId};
use rusqlite::OptionalExtension;
use units::Timestamp;

/// What an admission holds of a budget; amounts are in the unit that the budget counts, mJ or µg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldRow {
    /// Number of the admission.
    pub admission: AdmissionId,
    /// Number of the budget.
    pub budget: BudgetId,
    /// First moment of the budget's period that it is held in.
    pub from: Timestamp,
    /// What was reserved.
    pub reserved: i64,
    /// What is still held.
    pub held: i64,
    /// What was used and is not in the ledger.
    pub settled: i64,
}

/// What is held of a budget in a period; amounts are in the unit that the budget counts, mJ or µg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldSum {
    /// What is still held.
    pub held: i64,
    /// What was used and is not in the ledger.
    pub settled: i64,
}

impl HoldStore<'_> {
    /// Stores what an admission holds of a budget.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn put(&self, hold: &HoldRow) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO holds (admission, budget, from_ns, reserved, held, settled) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO UPDATE SET from_ns = ?3, reserved = ?4, held = ?5, settled = ?6";
        let from = hold.from.nanoseconds();
        self.0.prepare_cached(sql)?.execute((
            hold.admission.number(),
            hold.budget.number(),
            from,
            hold.reserved,
            hold.held,
            hold.settled,
        ))?;
        Ok(())
    }

    /// What an admission holds, by budget.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_admission(&self, admission: AdmissionId) -> Result<Vec<HoldRow>, StoreError> {
        let sql = "SELECT admission, budget, from_ns, reserved, held, settled FROM holds WHERE admission = ?1 ORDER BY budget";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([admission.number()], |row| {
            let (admission, budget) = (AdmissionId::new(row.get(0)?), BudgetId::new(row.get(1)?));
            let from = moment(row, 2)?;
            Ok(HoldRow { admission, budget, from, reserved: row.get(3)?, held: row.get(4)?, settled: row.get(5)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What is held and settled of a budget in the period that begins at `from`; of the current period, what earlier ones still hold counts too.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_budget(&self, budget: BudgetId, from: Timestamp, is_current: bool) -> Result<HeldSum, StoreError> {
        let sql =
            "SELECT coalesce(sum(held), 0), coalesce(sum(settled) FILTER (WHERE from_ns = ?2), 0) FROM budget_holds
            WHERE budget = ?1 AND (from_ns = ?2 OR (?3 AND from_ns < ?2))";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (budget.number(), from.nanoseconds(), is_current);
        Ok(statement.query_row(values, |row| Ok(HeldSum { held: row.get(0)?, settled: row.get(1)? }))?)
    }

    /// The first budget whose holds do not sum to what is kept of them.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_not_summed(&self) -> Result<Option<String>, StoreError> {
        let sql = "SELECT name FROM budgets JOIN budget_holds AS kept USING (budget) WHERE (kept.held, kept.settled) <>
            (SELECT coalesce(sum(held), 0), coalesce(sum(settled), 0) FROM holds WHERE budget = kept.budget AND from_ns = kept.from_ns)
            ORDER BY budget LIMIT 1";
        Ok(self.0.prepare(sql)?.query_row((), |row| row.get(0)).optional()?)
    }
}
