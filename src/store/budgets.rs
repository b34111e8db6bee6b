//! Budgets and their policies.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::moment;
use super::{BudgetStore, StoreError};
use model::{BudgetId, TokenId};
use units::Timestamp;

/// A budget as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRow {
    /// Number of the budget.
    pub budget: BudgetId,
    /// Name of the budget, unique.
    pub name: String,
    /// Its policy, a JSON document.
    pub policy: String,
    /// When it was made.
    pub created: Timestamp,
    /// Id of the token that made it.
    pub created_by: TokenId,
    /// When it was ended; it applies where it was not.
    pub retired: Option<Timestamp>,
}

const COLUMNS: &str = "budget, name, policy, created_ns, created_by, retired_ns";

impl BudgetStore<'_> {
    /// Makes a budget; `None` when the name is taken.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add(&self, name: &str, policy: &str, at: Timestamp, by: &TokenId) -> Result<Option<BudgetId>, StoreError> {
        let sql = "INSERT INTO budgets (name, policy, created_ns, created_by) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO NOTHING RETURNING budget";
        let made = self.0.query_row(sql, (name, policy, at.nanoseconds(), by), |row| row.get(0)).optional()?;
        Ok(made.map(BudgetId::new))
    }

    /// Gives a budget another policy.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_policy(&self, budget: BudgetId, policy: &str) -> Result<(), StoreError> {
        self.0.execute("UPDATE budgets SET policy = ?2 WHERE budget = ?1", (budget.number(), policy))?;
        Ok(())
    }

    /// Ends a budget: from `at` on it no longer applies.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn retire(&self, budget: BudgetId, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE budgets SET retired_ns = ?2 WHERE budget = ?1";
        self.0.execute(sql, (budget.number(), at.nanoseconds()))?;
        Ok(())
    }

    /// Every budget that is not retired, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self) -> Result<Vec<BudgetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM budgets WHERE retired_ns IS NULL ORDER BY budget");
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((), budget_row)?.collect::<Result<_, _>>()?)
    }

    /// The budget with this number, retired or not.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn get(&self, budget: BudgetId) -> Result<Option<BudgetRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM budgets WHERE budget = ?1");
        Ok(self.0.prepare_cached(&sql)?.query_row([budget.number()], budget_row).optional()?)
    }

    /// The budget with this number or, where there is none, this name.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn find(&self, id: &str) -> Result<Option<BudgetRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM budgets WHERE budget = ?1 OR (name = ?2 AND NOT EXISTS (SELECT 1 FROM budgets WHERE budget = ?1))"
        );
        let number = id.parse::<i64>().ok();
        Ok(self.0.prepare_cached(&sql)?.query_row((number, id), budget_row).optional()?)
    }
}

fn budget_row(row: &DataRow<'_>) -> engine::Result<BudgetRow> {
    Ok(BudgetRow {
        budget: BudgetId::new(row.get(0)?),
        name: row.get(1)?,
        policy: row.get(2)?,
        created: moment(row, 3)?,
        created_by: row.get(4)?,
        retired: row.get::<Option<i64>>(5)?.map(Timestamp::from_nanoseconds),
    })
}
