//! Where the store is: the directory and files that it has opened, told from others that are put under the same names.
//!
//! An open file lives on without its name. What is written into a database that was deleted or replaced would be acknowledged, and no
//! restart would find it.

use super::StoreError;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Name of the database in the data directory.
pub(crate) const FILE: &str = "wattledger.db";
/// The directory itself, then the database with its log and the index of the log.
const NAMES: [&str; 4] = ["", FILE, "wattledger.db-wal", "wattledger.db-shm"];

/// A directory and the files that were opened in it.
#[derive(Debug, Clone)]
pub(super) struct OpenedFiles {
    directory: PathBuf,
    /// By [`NAMES`]. None of them is used again for another file as long as the store has it open.
    opened: [FileIdentity; NAMES.len()],
}

/// Device and number of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileIdentity(u64, u64);

impl FileIdentity {
    /// Of the file that has this name now.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let found = std::fs::metadata(path)?;
        Ok(Self(found.dev(), found.ino()))
    }
}

impl OpenedFiles {
    /// The place as it is now, after the database in `directory` was opened.
    pub(super) fn of(directory: &Path) -> io::Result<Self> {
        let mut opened = [FileIdentity(0, 0); NAMES.len()];
        for (identity, name) in opened.iter_mut().zip(NAMES) {
            *identity = FileIdentity::of(&directory.join(name))?;
        }
        Ok(Self { directory: directory.to_owned(), opened })
    }

    /// What of it is no longer there or is another; `None` while all is as it was opened.
    pub(super) fn displaced(&self) -> Option<&'static str> {
        let is_another = |name: &str, opened| FileIdentity::of(&self.directory.join(name)).ok() != Some(opened);
        let (name, _) = NAMES.into_iter().zip(self.opened).find(|(name, opened)| is_another(name, *opened))?;
        Some(if name.is_empty() { "the data directory" } else { name })
    }
}

/// Keeps other processes out of a directory as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    /// Its lock is that of the directory itself.
    _directory: File,
    /// Its lock is what earlier versions look for. Alone it would be gone when somebody deletes the file.
    _file: File,
}

impl Lock {
    /// Locks `directory`.
    ///
    /// # Errors
    ///
    /// The directory cannot be used or is in use.
    pub(super) fn take(directory: &Path) -> Result<Self, StoreError> {
        let path = || directory.display().to_string();
        let locked = |opened: io::Result<File>| {
            let unusable = |cause| StoreError::Directory { path: path(), cause };
            let file = opened.map_err(unusable)?;
            match file.try_lock() {
                Ok(()) => Ok(file),
                Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse { path: path() }),
                Err(std::fs::TryLockError::Error(cause)) => Err(unusable(cause)),
            }
        };
        Ok(Self { _directory: locked(File::open(directory))?, _file: locked(File::create(directory.join("lock")))? })
    }
}
