//! The heads of all chains in files of their own beside the database, so that a ledger cut off together with its heads is found.
//!
//! They are written after the commit and never read to go on from: after a crash in between they name earlier heads, which the chains still contain.

use super::LedgerError;
use crate::store::{Head, Store, StoreError, Tx};
use model::{ActionId, DecisionId, EntryId, Revision};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What is chained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashChain {
    /// Entries of the ledger.
    Entries,
    /// Acts of administration.
    Actions,
    /// Decisions on budgets.
    Decisions,
    /// Revisions, and with them the batches that made them.
    Revisions,
    /// Seals of rows.
    Seals,
}

impl HashChain {
    /// Every chain.
    pub(crate) const ALL: [Self; 5] = [Self::Entries, Self::Actions, Self::Decisions, Self::Revisions, Self::Seals];

    /// Name of the file that names its head.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Entries => "chain-head",
            Self::Actions => "action-head",
            Self::Decisions => "decision-head",
            Self::Revisions => "batch-head",
            Self::Seals => "seal-head",
        }
    }

    /// A link of it, in a word.
    #[must_use]
    pub const fn link(self) -> &'static str {
        match self {
            Self::Entries => "entry",
            Self::Actions => "action",
            Self::Decisions => "decision",
            Self::Revisions => "revision",
            Self::Seals => "seal",
        }
    }

    /// The head as the database keeps it.
    fn head(self, tx: &Tx<'_>) -> Result<Head, StoreError> {
        match self {
            Self::Entries => tx.entries().head(),
            Self::Actions => tx.actions().head(),
            Self::Decisions => tx.decisions().head(),
            Self::Revisions => tx.revisions().head(),
            Self::Seals => tx.seals().head(),
        }
    }

    /// The hash that the chain has at `number`.
    fn hash(self, tx: &Tx<'_>, number: i64) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Entries => Ok(tx.entries().get(EntryId::new(number))?.map(|entry| entry.hash)),
            Self::Actions => {
                let newest = tx.actions().newest(ActionId::new(number.saturating_add(1)), 1)?.pop();
                Ok(newest.filter(|found| found.action.number() == number).map(|found| found.hash))
            }
            Self::Decisions => tx.decisions().hash(DecisionId::new(number)),
            Self::Revisions => tx.revisions().hash(Revision::new(number)),
            Self::Seals => tx.seals().hash(number),
        }
    }

    /// Whether the chain has what is `noted` outside of it.
    pub(super) fn contains(self, tx: &Tx<'_>, noted: &Head) -> Result<bool, StoreError> {
        Ok(self.hash(tx, noted.entries)?.as_ref() == Some(&noted.hash))
    }
}

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
    let heads = store.read::<_, StoreError>(|tx| {
        HashChain::ALL.into_iter().map(|chain| Ok((chain, chain.head(tx)?))).collect::<Result<Vec<_>, _>>()
    })?;
    for (chain, head) in heads {
        if head.entries > 0 && read(store.directory(), chain)?.head() != Some(&head) {
            replace(store.directory(), chain.file(), &line(&head))?;
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

/// What is noted of a chain in `directory`.
pub(super) fn read(directory: &Path, chain: HashChain) -> Result<Noted, LedgerError> {
    let path = directory.join(chain.file());
    match std::fs::read(&path) {
        Ok(bytes) => Ok(parse(&String::from_utf8_lossy(&bytes)).map_or(Noted::Unreadable, Noted::Head)),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Noted::Nothing),
        Err(cause) => Err(LedgerError::Checkpoint { path: path.display().to_string(), cause }),
    }
}
