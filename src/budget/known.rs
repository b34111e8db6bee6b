//! The budgets that apply, each with its policy.

use super::{BudgetError, Policy};
use crate::store::{BudgetRow, Tx};

/// A budget with its policy.
#[derive(Debug, Clone)]
pub(super) struct KnownBudget {
    /// As it is stored.
    pub(super) row: BudgetRow,
    /// Its policy, or why that cannot be read; then everything is denied.
    pub(super) policy: Result<Policy, String>,
}

impl From<BudgetRow> for KnownBudget {
    fn from(row: BudgetRow) -> Self {
        let policy = Policy::stored(&row.policy).map_err(|error| error.to_string());
        Self { row, policy }
    }
}

/// Every budget that is not retired, by number.
pub(super) fn known(tx: &Tx<'_>) -> Result<Vec<KnownBudget>, BudgetError> {
    Ok(tx.budgets().list()?.into_iter().map(KnownBudget::from).collect())
}
