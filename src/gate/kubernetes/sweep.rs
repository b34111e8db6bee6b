//! What nothing was heard of in time: an object that was let in and never stored, or whose deletion was asked for.

use super::forest::Forest;
use super::gate::{ChangedAdmission, settle_up};
use crate::budget::{BudgetError, Office};
use crate::config::Kubernetes;
use crate::store::StoreError;
use model::ObjectState;
use std::collections::BTreeMap;
use std::sync::Arc;
use units::Span;

/// Ends what nothing was heard of for [`Kubernetes::unconfirmed_hold`]; the admissions that this changed.
///
/// # Errors
///
/// The ledger or the store.
pub fn sweep(office: Office<'_>, settings: &Arc<Kubernetes>) -> Result<Vec<ChangedAdmission>, BudgetError> {
    let nanoseconds = u64::try_from(settings.unconfirmed_hold.as_nanos()).unwrap_or(u64::MAX);
    let before = office.now.before(Span::from_nanoseconds(nanoseconds));
    let waiting = office.store.read::<_, StoreError>(|tx| tx.kubernetes().waiting_since(before))?;
    let mut changed = Vec::new();
    // What lives ends with a review or the reader's look.
    for row in waiting.into_iter().filter(|row| row.state != ObjectState::Live) {
        let settings = Arc::clone(settings);
        changed.extend(office.at_the_desk(false, move |desk| {
            let mut forest = Forest::new(desk.tx());
            // Something may have been heard of it since.
            if forest.get(&row.uid)?.is_some_and(|known| known.waits_since == row.waits_since) {
                forest.gone(&row.uid)?;
            }
            settle_up(desk, &settings, forest, BTreeMap::new())
        })?);
    }
    Ok(changed)
}
