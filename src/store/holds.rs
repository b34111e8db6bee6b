//! What admissions hold of budgets.

use super::engine::OptionalExtension;
use super::row::{moment, optional};
use super::{HoldStore, SealStore, StoreError, seals};
use model::{AdmissionId, BudgetId};
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
            ON CONFLICT (admission, budget) DO UPDATE SET from_ns = ?3, reserved = ?4, held = ?5, settled = ?6";
        let from = hold.from.nanoseconds();
        self.0.prepare_cached(sql)?.execute((
            hold.admission.number(),
            hold.budget.number(),
            from,
            hold.reserved,
            hold.held,
            hold.settled,
        ))?;
        SealStore(self.0).seal(&seals::HOLDS, &[hold.admission.number(), hold.budget.number()])
    }

    /// Notes when the job of an admission had ended when its holds were reckoned; `None` while it has not.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_end(&self, admission: AdmissionId, ended: Option<Timestamp>) -> Result<(), StoreError> {
        let ended = ended.map(Timestamp::nanoseconds);
        if ended.is_none() && self.end_of(admission)?.is_none() {
            return Ok(());
        }
        let sql = "INSERT INTO hold_ends (admission, ended_ns) VALUES (?1, ?2) ON CONFLICT (admission) DO UPDATE SET ended_ns = ?2";
        self.0.prepare_cached(sql)?.execute((admission.number(), ended))?;
        SealStore(self.0).seal(&seals::HOLD_ENDS, &[admission.number()])
    }

    /// When the job of an admission had ended when its holds were reckoned last.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn end_of(&self, admission: AdmissionId) -> Result<Option<Timestamp>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT ended_ns FROM hold_ends WHERE admission = ?1")?;
        let found = statement.query_row([admission.number()], |row| optional(row, 0)).optional()?;
        Ok(found.flatten())
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
            WHERE budget = ?1 AND (from_ns = ?2 OR (?3 = 1 AND from_ns < ?2))";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (budget.number(), from.nanoseconds(), is_current);
        Ok(statement.query_row(values, |row| Ok(HeldSum { held: row.get(0)?, settled: row.get(1)? }))?)
    }
}
