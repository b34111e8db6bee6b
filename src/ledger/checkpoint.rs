//! The heads of both chains in files of their own beside the database, so that a ledger cut off together with its heads is found.
//!
//! They are written after the commit and never read to go on from: after a crash in between they name earlier heads, which the chains still contain.

use super::LedgerError;
use crate::store::{Head, Store, StoreError};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// File that names the head of the chain of entries.
pub(crate) const ENTRIES: &str = "chain-head";
/// File that names the head of the chain of actions.
pub(crate) const ACTIONS: &str = "action-head";

/// What a file of this kind says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Noted {
    /// There is no file.
    Nothing,
    /// It names this head.
    Head(Head),
    /// It names no head: it was emptied, cut off or changed.
    Unreadable,
}

impl Noted {
    /// The head, where one is named.
    pub(super) const fn head(&self) -> Option<&Head> {
        if let Self::Head(head) = self { Some(head) } else { None }
    }
}

/// `NUMBER HASH`, the hash in hexadecimal.
fn line(head: &Head) -> String {
    let hash: String = head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} {hash}\n", head.entries)
}

fn parse(text: &str) -> Option<Head> {
    let (entries, hash) = text.trim().split_once(' ')?;
    let byte = |place: usize| u8::from_str_radix(hash.get(2 * place..2 * place + 2)?, 16).ok();
    let hash: Vec<u8> = (0..32).map(byte).collect::<Option<_>>().filter(|_| hash.len() == 64)?;
    Some(Head { entries: entries.parse().ok().filter(|entries| *entries >= 0)?, hash })
}

/// Notes the heads of a store, as far as they are others than noted.
pub(super) fn write(store: &Store) -> Result<(), LedgerError> {
    static WRITING: Mutex<()> = Mutex::new(());
    // Two that post at once write one after the other; which of two heads stays does not matter.
    let _one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let heads =
        store.read::<_, StoreError>(|tx| Ok([(ENTRIES, tx.entries().head()?), (ACTIONS, tx.actions().head()?)]))?;
    for (file, head) in heads {
        if head.entries > 0 && read(store.directory(), file)?.head() != Some(&head) {
            replace(store.directory(), file, &line(&head))?;
        }
    }
    Ok(())
}

/// Replaces a file at once and as a whole, also when the power fails.
fn replace(directory: &Path, name: &str, text: &str) -> Result<(), LedgerError> {
    let path = directory.join(name);
    let failed = |cause| LedgerError::Checkpoint { path: path.display().to_string(), cause };
    let fresh = directory.join(format!("{name}.new"));
    let mut file = std::fs::File::create(&fresh).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&fresh, &path).map_err(failed)
}

/// What is noted in the file `name` of `directory`.
pub(super) fn read(directory: &Path, name: &str) -> Result<Noted, LedgerError> {
    let path = directory.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(parse(&String::from_utf8_lossy(&bytes)).map_or(Noted::Unreadable, Noted::Head)),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Noted::Nothing),
        Err(cause) => Err(LedgerError::Checkpoint { path: path.display().to_string(), cause }),
    }
}
