//! The audit of budgets: what is kept of spending, holds and metered jobs is what the ledger says, summed from its first row.

use super::BudgetError;
use super::holds::held_now;
use super::known::known;
use super::sums::{FreshSums, catch_up, is_behind};
use crate::store::{AdmissionFilter, RowFault, Store, Tx};

/// Admissions that are held at once.
const SLICE: u32 = 1_000;

/// The first row that is not what the ledger says. What the ledger says since the sums were last taken is taken in first, and nothing of that stays.
///
/// # Errors
///
/// The ledger or the store.
pub fn first_wrong(store: &Store) -> Result<Option<RowFault>, BudgetError> {
    store.rehearse(|tx| {
        if tx.budget_sums().progress()?.stale {
            // All of it is reckoned anew before it is next asked for.
            return Ok(None);
        }
        let budgets = known(tx)?;
        if is_behind(tx)? {
            catch_up(tx, &budgets)?;
        }
        if let Some(fault) = FreshSums::of(tx, &budgets)?.first_kept_otherwise(tx)? {
            return Ok(Some(fault));
        }
        if let Some(metered) = tx.admissions().metered_otherwise()?.into_iter().next() {
            let (row, what) = (metered.admission, "it is not what the ledger has of the job");
            let column = Some("metered_mj, metered_from_ns or metered_to_ns");
            return Ok(Some(RowFault::new("admissions", row, column, what)));
        }
        first_held_otherwise(tx)
    })
}

fn first_held_otherwise(tx: &Tx<'_>) -> Result<Option<RowFault>, BudgetError> {
    let mut filter = AdmissionFilter { limit: SLICE, ..AdmissionFilter::default() };
    loop {
        let rows = tx.admissions().list(&filter)?;
        let Some(last) = rows.last() else { return Ok(None) };
        filter.before = Some(last.admission);
        for row in &rows {
            let ended = tx.holds().end_of(row.admission)?;
            for hold in tx.holds().of_admission(row.admission)? {
                if held_now(row, &hold, ended)? != hold.held {
                    let (key, what) =
                        (format!("{} {}", row.admission, hold.budget), "it is not what the job can still use");
                    return Ok(Some(RowFault::new("holds", key, Some("held"), what)));
                }
            }
        }
    }
}
