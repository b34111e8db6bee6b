//! A SQLite file that holds a copy: it may be lost, and is built anew whenever it cannot be used.

use super::StoreError;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::{Path, PathBuf};

/// What such a file is called and holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct CopyFile {
    /// Name in the data directory.
    pub(super) name: &'static str,
    /// Its tables, one of which is `taken`.
    pub(super) tables: &'static str,
    /// Version of the tables; a file of any other is built anew.
    pub(super) version: i64,
}

impl CopyFile {
    /// Where the file is.
    pub(super) fn path(self, directory: &Path) -> PathBuf {
        directory.join(self.name)
    }

    /// Opens the file for writing; one that is missing, damaged or of another version is begun anew. Also why, if it was damaged.
    pub(super) fn open(self, directory: &Path) -> Result<(Connection, Option<String>), StoreError> {
        let path = self.path(directory);
        match self.prepared(&path) {
            Ok(connection) => Ok((connection, None)),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "the copy for charts cannot be used and is built anew");
                remove(&path)?;
                let why = (!matches!(error, StoreError::Newer { .. })).then(|| error.to_string());
                Ok((self.prepared(&path)?, why))
            }
        }
    }

    /// Deletes the file with its log.
    pub(super) fn remove(self, directory: &Path) -> Result<(), StoreError> {
        remove(&self.path(directory))
    }

    fn prepared(self, path: &Path) -> Result<Connection, StoreError> {
        let connection = opened(path)?;
        let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        let Self { tables: sql, version, .. } = self;
        match (found, tables) {
            (0, 0) => connection.execute_batch(&format!("BEGIN; {sql} PRAGMA user_version = {version}; COMMIT;"))?,
            _ if found == version => {
                super::sqlite::check_whole(&connection, path)?;
                connection.query_row("SELECT count(*) FROM taken", (), |_| Ok(()))?;
            }
            _ => return Err(StoreError::Newer { path: path.display().to_string(), found, known: version }),
        }
        Ok(connection)
    }
}

/// Opens the file at `path` as it is, to read it.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = opened(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn opened(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    // A compressed hour is about 2.3 kB: three of them fill a page of 8 kB, where one of 4 kB holds one. Only a new file takes it.
    connection.pragma_update(None, "page_size", 8_192)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Without this, SQLite plans a statement anew whenever it is bound to other values.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(Path::new(&name)) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Directory { path: path.display().to_string(), cause });
            }
            _ => {}
        }
    }
    Ok(())
}
