//! Budgets and what is spent of them: sums of the ledger that are kept with what they sum.

use super::row::moment;
use super::{BudgetStore, StoreError};
use rusqlite::{OptionalExtension, Row};
use units::Timestamp;

/// A budget as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRow {
    /// Number.
    pub budget: i64,
    /// Its name.
    pub name: String,
    /// Its policy, a JSON document.
    pub policy: String,
    /// Since when.
    pub created: Timestamp,
    /// Id of the token that made it.
    pub created_by: String,
    /// Since when it no longer applies.
    pub retired: Option<Timestamp>,
}

const COLUMNS: &str = "budget, name, policy, created_ns, created_by, retired_ns";

impl BudgetStore<'_> {
    /// Makes a budget; `None` when the name is taken.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn add(&self, name: &str, policy: &str, at: Timestamp, by: &str) -> Result<Option<i64>, StoreError> {
        let sql = "INSERT OR IGNORE INTO budgets (name, policy, created_ns, created_by) VALUES (?1, ?2, ?3, ?4)";
        if self.0.execute(sql, (name, policy, at.nanoseconds(), by))? == 0 {
            return Ok(None);
        }
        Ok(Some(self.0.last_insert_rowid()))
    }

    /// Gives a budget another policy.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn set_policy(&self, budget: i64, policy: &str) -> Result<(), StoreError> {
        self.0.execute("UPDATE budgets SET policy = ?2 WHERE budget = ?1", (budget, policy))?;
        Ok(())
    }

    /// Ends a budget.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn retire(&self, budget: i64, at: Timestamp) -> Result<(), StoreError> {
        self.0.execute("UPDATE budgets SET retired_ns = ?2 WHERE budget = ?1", (budget, at.nanoseconds()))?;
        Ok(())
    }

    /// Every budget that is not retired, oldest first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn list(&self) -> Result<Vec<BudgetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM budgets WHERE retired_ns IS NULL ORDER BY budget");
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((), budget_row)?.collect::<Result<_, _>>()?)
    }

    /// The budget with this number or, where there is none, this name.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn find(&self, id: &str) -> Result<Option<BudgetRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM budgets WHERE budget = ?1 OR (name = ?2 AND NOT EXISTS (SELECT 1 FROM budgets WHERE budget = ?1))"
        );
        let number = id.parse::<i64>().ok();
        Ok(self.0.prepare_cached(&sql)?.query_row((number, id), budget_row).optional()?)
    }
}

fn budget_row(row: &Row<'_>) -> rusqlite::Result<BudgetRow> {
    Ok(BudgetRow {
        budget: row.get(0)?,
        name: row.get(1)?,
        policy: row.get(2)?,
        created: moment(row, 3)?,
        created_by: row.get(4)?,
        retired: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_nanoseconds),
    })
}
