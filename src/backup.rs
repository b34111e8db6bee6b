//! Backups: a consistent copy of a data directory, taken while the service runs, and the way back.
//!
//! A backup is a directory with a copy of the database and of the files beside it that name the heads of its chains. It is built under another name and renamed when it is complete and
//! verified. Batches that agents sent after the copy was taken are not in it; agents keep them for a day and send them again.

use crate::audit::{self, AuditError};
use crate::ledger::{self, HashChain, LedgerError, Verified};
use crate::store::{self, Store, StoreError};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Why a backup could not be made or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The directory has no database.
    #[error("{path} does not exist: give {what}")]
    Missing {
        /// Path of the file.
        path: String,
        /// The kind of directory that is expected.
        what: &'static str,
    },
    /// The target exists and is not empty.
    #[error("{path} exists and is not empty; nothing is ever overwritten: give another directory")]
    Taken {
        /// Path of the directory.
        path: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// Path of the file.
        path: String,
        /// Error of the system.
        cause: io::Error,
    },
    /// The copy failed verification.
    #[error("the copy does not verify: {0}; keep the original for inspection and take an earlier backup")]
    Unsound(ledger::Fault),
    /// The copy cannot be audited.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The heads of the copy's chains cannot be noted.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The database cannot be read or copied.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.display().to_string();
    move |cause| BackupError::File { path, cause }
}

/// Copies the data directory `data`, which a service may be writing, to the new directory `to`.
///
/// # Errors
///
/// See [`BackupError`]; nothing is left at `to` then.
pub fn backup(data: &Path, to: &Path) -> Result<Verified, BackupError> {
    require(data, "the data directory of a service")?;
    refuse_used(to)?;
    let partial = PathBuf::from(format!("{}.partial", to.display()));
    refuse_used(&partial)?;
    make(&partial)?;
    let outcome = copy_live(data, &partial).and_then(|()| settle(&partial));
    if outcome.is_err() {
        remove(&partial);
    }
    let verified = outcome?;
    fs::rename(&partial, to).map_err(failed(to))?;
    sync_directory(to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    Ok(verified)
}

/// Copies the backup `from` into the new data directory `data`, and verifies it there.
///
/// # Errors
///
/// See [`BackupError`]; the directory is left as it was then.
pub fn restore(from: &Path, data: &Path) -> Result<Verified, BackupError> {
    require(from, "a directory that `wattledger backup` made")?;
    refuse_used(data)?;
    make(data)?;
    let outcome = copy_files(from, data).and_then(|()| settle(data));
    if outcome.is_err() {
        remove(data);
    }
    outcome
}

fn require(directory: &Path, what: &'static str) -> Result<(), BackupError> {
    let file = directory.join(store::FILE);
    if file.is_file() { Ok(()) } else { Err(BackupError::Missing { path: file.display().to_string(), what }) }
}

fn refuse_used(directory: &Path) -> Result<(), BackupError> {
    match fs::read_dir(directory) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(BackupError::Taken { path: directory.display().to_string() }),
        },
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) if cause.kind() == io::ErrorKind::NotADirectory => {
            Err(BackupError::Taken { path: directory.display().to_string() })
        }
        Err(cause) => Err(failed(directory)(cause)),
    }
}

fn make(directory: &Path) -> Result<(), BackupError> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed(directory))?;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).map_err(failed(directory))
}

/// The heads are copied before the database, so that the copy contains the entries that they name.
fn copy_live(data: &Path, to: &Path) -> Result<(), BackupError> {
    copy_head(data, to)?;
    Ok(store::copy_database(data, to)?)
}

fn copy_files(from: &Path, to: &Path) -> Result<(), BackupError> {
    copy_head(from, to)?;
    let target = to.join(store::FILE);
    fs::copy(from.join(store::FILE), &target).map(drop).map_err(failed(&target))
}

fn copy_head(from: &Path, to: &Path) -> Result<(), BackupError> {
    for head in HashChain::ALL.map(HashChain::file) {
        let target = to.join(head);
        match fs::copy(from.join(head), &target) {
            Ok(_) => {}
            // Nothing has been posted yet.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(failed(&target)(cause)),
        }
    }
    Ok(())
}

/// Verifies a copy as `wattledger verify` does, writes down the heads of its chains, and syncs it to disk.
fn settle(directory: &Path) -> Result<Verified, BackupError> {
    let store = Store::open(directory)?;
    let verified = audit::verify(&store)?;
    if let Some(fault) = verified.fault {
        return Err(BackupError::Unsound(fault));
    }
    ledger::note_head(&store)?;
    drop(store);
    let lock = directory.join("lock");
    fs::remove_file(&lock).map_err(failed(&lock))?;
    for name in std::iter::once(store::FILE).chain(HashChain::ALL.map(HashChain::file)) {
        let path = directory.join(name);
        if path.is_file() {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed(&path))?;
            File::open(&path).and_then(|file| file.sync_all()).map_err(failed(&path))?;
        }
    }
    sync_directory(directory)?;
    Ok(verified)
}

fn sync_directory(directory: &Path) -> Result<(), BackupError> {
    File::open(directory).and_then(|file| file.sync_all()).map_err(failed(directory))
}

/// Removes what was copied into a directory that was empty before.
fn remove(directory: &Path) {
    if let Err(error) = fs::remove_dir_all(directory) {
        tracing::warn!(%error, directory = %directory.display(), "an unfinished copy could not be removed");
    }
}
