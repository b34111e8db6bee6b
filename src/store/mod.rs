//! The only room that knows SQL: one SQLite file, `wattledger.db`, in the data directory (WAL, `synchronous=FULL`, STRICT tables).
//!
//! Operations, not tables: each file holds the operations on one thing. What has returned is on disk.

mod tokens;

pub use tokens::{StoredToken, TokenRecord};

use rusqlite::Connection;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Name of the database in the data directory.
const FILE: &str = "wattledger.db";
/// Version of the tables below; kept in SQLite's `user_version`.
const VERSION: i64 = 1;
const TABLES: &str = include_str!("tables.sql");

/// The open store.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
    /// Held as long as the store is open, so that a second service on the same directory is refused.
    _lock: File,
}

/// Why the store cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data directory cannot be used.
    #[error("data directory {path}: {cause}; give a directory that this user may write with --data")]
    Directory {
        /// As given.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// Another service has the directory open.
    #[error("data directory {path} is in use by another wattledger: stop it, or give another directory with --data")]
    InUse {
        /// As given.
        path: String,
    },
    /// Written by a later program.
    #[error(
        "{path} has version {found} and this program reads up to {VERSION}: use the newer wattledger that wrote it"
    )]
    Newer {
        /// The database.
        path: String,
        /// Its version.
        found: i64,
    },
    /// SQLite refused.
    #[error("the ledger store failed: {0}")]
    Database(#[from] rusqlite::Error),
}

impl Store {
    /// Opens the store in `directory`, and makes both where they are missing. Only one process may have it open.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let shown = directory.display().to_string();
        let unusable = |cause| StoreError::Directory { path: shown.clone(), cause };
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(unusable)?;
        let lock = File::create(directory.join("lock")).map_err(unusable)?;
        lock.try_lock().map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => StoreError::InUse { path: shown.clone() },
            std::fs::TryLockError::Error(cause) => unusable(cause),
        })?;
        let path = directory.join(FILE);
        let connection = Connection::open(&path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        migrate(&connection, &path)?;
        Ok(Self { connection: Mutex::new(connection), _lock: lock })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // Every change is one transaction, which a panic rolls back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn migrate(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found {
        VERSION => Ok(()),
        0 => Ok(connection.execute_batch(&format!("BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;"))?),
        _ => Err(StoreError::Newer { path: path.display().to_string(), found }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_service_and_no_future() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        assert!(matches!(Store::open(directory.path()), Err(StoreError::InUse { .. })));
        store.connection().pragma_update(None, "user_version", VERSION + 1).unwrap();
        drop(store);
        let refused = Store::open(directory.path()).unwrap_err().to_string();
        assert!(refused.contains("has version 2 and this program reads up to 1"), "{refused}");
    }
}
