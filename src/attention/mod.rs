//! Problems and opportunities that an operator should look at, in one list. `docs/OPERATING.md` explains the thresholds.

mod budgets;
mod clusters;
mod item;
mod nodes;

pub use nodes::{GONE, LATE, coverage};

use crate::budget::{BudgetError, Office};
use crate::grid::Library;
use crate::store::{DecisionRow, Store, StoreError};
use api::AttentionItem;
use model::ProjectName;
use std::sync::Arc;
use units::Timestamp;

/// Everything that needs attention at `now`, in the order of [`AttentionItem::place`]; with `project`, only what concerns its jobs.
///
/// # Errors
///
/// The store cannot be read, or a zone has no factor.
pub fn attention(
    store: &Store,
    library: &Arc<Library>,
    now: Timestamp,
    project: Option<&ProjectName>,
) -> Result<Vec<AttentionItem>, BudgetError> {
    let mut found = Vec::new();
    if project.is_none() {
        nodes::find(store, library, now, &mut found)?;
        store.read::<_, StoreError>(|tx| clusters::kubernetes(tx, now, &mut found))?;
    }
    let by = DecisionRow::service();
    budgets::find(&Office { store, library, now, by: &by }, project, &mut found)?;
    found.sort_by_key(AttentionItem::place);
    Ok(found)
}
