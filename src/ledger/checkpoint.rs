//! The head of the chain in a file of its own beside the database, so that a ledger cut off together with its head is found.
//!
//! It is written after the commit and never read to go on from: after a crash in between it names an earlier head, which the chain still contains.

use super::LedgerError;
use crate::store::Head;
use std::fmt::Write;
use std::path::Path;

const FILE: &str = "chain-head";

/// `ENTRIES HASH`, the hash in hexadecimal.
fn line(head: &Head) -> String {
    let mut line = format!("{} ", head.entries);
    for byte in &head.hash {
        // Writing to a String does not fail.
        let _ = write!(line, "{byte:02x}");
    }
    line
}

pub(super) fn write(directory: &Path, head: &Head) -> Result<(), LedgerError> {
    let path = directory.join(FILE);
    let failed = |cause| LedgerError::Checkpoint { path: path.display().to_string(), cause };
    let fresh = directory.join("chain-head.new");
    std::fs::write(&fresh, line(head) + "\n").map_err(failed)?;
    std::fs::rename(&fresh, &path).map_err(failed)
}

/// The noted number of entries and whether the chain has `hash` there; `None` without a note.
pub(super) fn read(directory: &Path) -> Result<Option<String>, LedgerError> {
    let path = directory.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(LedgerError::Checkpoint { path: path.display().to_string(), cause }),
    }
}

/// Whether `noted` is the line of this head.
pub(super) fn is_of(noted: &str, head: &Head) -> bool {
    noted == line(head)
}

/// The number of entries that `noted` speaks of.
pub(super) fn entries(noted: &str) -> Option<i64> {
    noted.split_once(' ')?.0.parse().ok()
}
