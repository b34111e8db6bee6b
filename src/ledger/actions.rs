//! The audit of what was administered: the chain of actions, and that every row is as the last action about it says.

use super::chain::GENESIS;
use super::fault::{Fault, Wrong};
use crate::store::{Action, ActionStore, Head, Tx};
use model::ActionId;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Actions that are held at once.
const SLICE: u32 = 1_000;

/// What the last action about each subject says: a digest of its body, and the action; `None` where it says that nothing is left.
type Said = BTreeMap<(String, String), (Option<[u8; 32]>, ActionId)>;

/// Checks the chain against its head and the head that is noted outside, then all rows.
pub(super) fn check(tx: &Tx<'_>, noted: Option<&Head>) -> Result<(), Wrong> {
    let mut said = follow(tx, noted)?;
    tx.actions().stated_rows(|kind, subject, body| {
        let key = (kind.name().to_owned(), subject);
        match said.remove(&key) {
            Some((Some(digest), _)) if digest == digest_of(&body) => Ok(()),
            found => {
                Err(administered(key, found.map(|(_, action)| action), "it is not what the last action about it says"))
            }
        }
    })?;
    if let Some((key, (_, action))) = said.into_iter().find(|(_, (digest, _))| digest.is_some()) {
        return Err(administered(key, Some(action), "it is missing"));
    }
    match tx.revisions().unaccounted()? {
        Some(revision) => Err(Wrong::Fault(Fault::Revision { revision })),
        None => Ok(()),
    }
}

fn administered(key: (String, String), action: Option<ActionId>, what: &'static str) -> Wrong {
    let (kind, subject) = key;
    Wrong::Fault(match action {
        Some(action) => Fault::Administered { kind, subject, action, what },
        None => Fault::Unrecorded { kind, subject },
    })
}

fn digest_of(body: &str) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// Follows the chain to its head.
fn follow(tx: &Tx<'_>, noted: Option<&Head>) -> Result<Said, Wrong> {
    let mut said = Said::new();
    let mut head = Head { entries: 0, hash: GENESIS.to_vec() };
    loop {
        // Also those with numbers below 1, which no chain has.
        let last = if head.entries == 0 { i64::MIN } else { head.entries };
        let actions = tx.actions().after(ActionId::new(last), SLICE)?;
        if actions.is_empty() {
            break;
        }
        for action in actions {
            head = next(&head, &action, noted)?;
            if ActionStore::is_stated(&action.kind) {
                let digest = action.body.as_deref().map(digest_of);
                said.insert((action.kind, action.subject), (digest, action.action));
            }
        }
    }
    let kept = tx.actions().head()?;
    if kept != head || noted.is_some_and(|noted| noted.entries > head.entries) {
        return Err(fault(ActionId::new(head.entries + 1), "it is missing"));
    }
    Ok(said)
}

/// The head after `action`.
fn next(head: &Head, action: &Action, noted: Option<&Head>) -> Result<Head, Wrong> {
    let number = ActionId::new(head.entries + 1);
    if action.action != number {
        return Err(fault(number, "it is missing"));
    }
    if action.hash != action.chained(&head.hash) {
        return Err(fault(number, "its hash does not follow from its content and the action before"));
    }
    if noted.is_some_and(|noted| noted.entries == number.number() && noted.hash != action.hash) {
        return Err(fault(number, "it is not the one noted in `action-head` beside the database"));
    }
    Ok(Head { entries: number.number(), hash: action.hash.clone() })
}

fn fault(action: ActionId, what: &'static str) -> Wrong {
    Wrong::Fault(Fault::Action { action, what })
}
