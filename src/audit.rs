//! The audit of a whole data directory: the ledger, and the sums and holds of budgets that follow from it.

use crate::budget::{self, BudgetError};
use crate::ledger::{self, Fault, LedgerError, Verified};
use crate::store::Store;

/// Why a directory could not be audited.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What budgets keep cannot be read.
    #[error(transparent)]
    Budget(#[from] BudgetError),
}

/// Audits the ledger, then recomputes what budgets keep of it. Nothing is changed.
///
/// # Errors
///
/// The store cannot be read at all. What is wrong *in* it is a [`Fault`].
pub fn verify(store: &Store) -> Result<Verified, AuditError> {
    let verified = ledger::verify(store)?;
    if verified.fault.is_some() {
        return Ok(verified);
    }
    let fault = budget::first_wrong(store)?.map(Fault::Row);
    Ok(Verified { fault, ..verified })
}
