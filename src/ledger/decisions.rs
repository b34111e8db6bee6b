//! The audit of what was decided on budgets: the chain of decisions.

use super::chain::GENESIS;
use super::fault::{Fault, Wrong};
use crate::store::{Head, Tx};
use model::DecisionId;

/// Decisions that are held at once.
const SLICE: u32 = 1_000;

/// Follows the chain to its head.
pub(super) fn check(tx: &Tx<'_>) -> Result<(), Wrong> {
    let mut head = Head { entries: 0, hash: GENESIS.to_vec() };
    let mut last = DecisionId::new(0);
    loop {
        let decisions = tx.decisions().after(last, SLICE)?;
        if decisions.is_empty() {
            break;
        }
        for row in decisions {
            let hash = row.chained(&head.hash);
            last = row.decision;
            if tx.decisions().hash(last)?.as_ref() != Some(&hash) {
                return Err(fault(last, "its hash does not follow from its content and the decision before"));
            }
            head = Head { entries: head.entries + 1, hash };
        }
    }
    if tx.decisions().head()? != head {
        return Err(fault(last, "what came after it is missing"));
    }
    Ok(())
}

const fn fault(decision: DecisionId, what: &'static str) -> Wrong {
    Wrong::Fault(Fault::Decision { decision: decision.number(), what })
}
