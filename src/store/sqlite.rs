//! The ledger in a file of SQLite: opened, brought to today's tables, and written durably.

use super::engine;
use super::mover::Mover;
use super::place::{FILE, OpenedFiles};
use super::writer::{CommitRefusal, Medium};
use super::{ActionStore, DatabaseError, FactorStore, RevisionStore, SealStore, StoreError, actions, grouping};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The tables, as they grew. A step, once released, never changes; its number is SQLite's `user_version`.
const MIGRATIONS: [&str; 22] = [
    include_str!("tables.sql"),
    include_str!("tables-2-sums.sql"),
    include_str!("tables-3-sign-in.sql"),
    include_str!("tables-4-reporting.sql"),
    include_str!("tables-5-actions.sql"),
    include_str!("tables-6-sorting.sql"),
    include_str!("tables-7-budgets.sql"),
    include_str!("tables-8-held-time.sql"),
    include_str!("tables-9-started.sql"),
    include_str!("tables-10-decisions.sql"),
    include_str!("tables-11-fixed-dates.sql"),
    include_str!("tables-12-ledger-sums.sql"),
    include_str!("tables-13-factor-series.sql"),
    include_str!("tables-14-site-factors.sql"),
    include_str!("tables-15-deferred.sql"),
    include_str!("tables-16-seals.sql"),
    include_str!("tables-17-notices.sql"),
    include_str!("tables-18-speakers.sql"),
    include_str!("tables-19-enrolment.sql"),
    include_str!("tables-20-clocks.sql"),
    include_str!("tables-21-kubernetes.sql"),
    include_str!("tables-22-duty.sql"),
];
/// The step from which on actions are recorded.
const ACTIONS: &str = MIGRATIONS[4];
/// The step from which on budgets are among them, and decisions are chained.
const DECISIONS: &str = MIGRATIONS[9];
/// The step from which on factors are series.
const SERIES: &str = MIGRATIONS[12];
/// The step from which on revisions are chained, and rows that nothing else accounts for are sealed.
const SEALS: &str = MIGRATIONS[15];
/// Version of the tables that this program writes, whichever engine holds them.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Opens the database in `directory`, which is made where it is missing, and brings its tables up to date.
///
/// # Errors
///
/// The file cannot be used; it is damaged, or of a newer version.
pub(super) fn open(directory: &Path) -> Result<Connection, StoreError> {
    let path = directory.join(FILE);
    let connection = connect(&path).and_then(|connection| {
        check_whole(&connection, &path)?;
        migrate(&connection, &path)?;
        Ok(connection)
    });
    connection.map_err(|error| named(error, &path))
}

/// A connection that only reads, to the database of `place` alone; none is made.
///
/// # Errors
///
/// The file cannot be opened, or is another.
pub(super) fn open_reader(directory: &Path, place: &OpenedFiles) -> Result<Connection, StoreError> {
    let flags = OpenFlags::default() - OpenFlags::SQLITE_OPEN_CREATE;
    let opened = Connection::open_with_flags(directory.join(FILE), flags);
    let connection = opened.map_err(StoreError::from).and_then(prepared).and_then(|connection| {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    });
    // That files are gone is why they cannot be opened.
    place.displaced().map_or(connection, |what| Err(StoreError::Displaced { what }))
}

/// Writes one committed state of the database in `from`, which a service may be writing, into the directory `to`, where there is none. What was
/// remembered on duty stays behind: it is about other machines, which may have been told more since.
pub(crate) fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let (path, target) = (from.join(FILE), to.join(FILE));
    let copied = connect(&path).and_then(|connection| {
        connection.execute("VACUUM INTO ?1", [target.display().to_string()])?;
        let remembers = "SELECT 1 FROM sqlite_schema WHERE name = 'duty_notes'";
        if connection.prepare(remembers)?.exists(())? {
            Connection::open(&target)?.execute("DELETE FROM duty_notes", ())?;
        }
        Ok(())
    });
    copied.map_err(|error| named(error, &path))
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    prepared(Connection::open(path)?)
}

fn prepared(connection: Connection) -> Result<Connection, StoreError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Without this, SQLite plans a statement anew whenever it is bound to other values: half the time of an ingest.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // What a savepoint may have to take back is kept in memory, not in a temporary file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    grouping::add_functions(&connection)?;
    actions::add_functions(&connection)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// A file that lost its tail is refused at once, not when the missing pages are needed.
pub(super) fn check_whole(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    // Brings what the log holds into the file, so that the file alone must be complete.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?;
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let page_bytes: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let found =
        std::fs::metadata(path).map_err(|cause| StoreError::Directory { path: path.display().to_string(), cause })?;
    let expected = u64::try_from(pages.saturating_mul(page_bytes)).unwrap_or(0);
    if found.len() < expected {
        let reason = format!("{} bytes of {expected} are there", found.len());
        return Err(StoreError::Damaged { path: path.display().to_string(), reason });
    }
    Ok(())
}

fn migrate(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION {
        return Err(StoreError::Newer { path: path.display().to_string(), found, known: VERSION });
    }
    for (number, step) in (1_i64..).zip(MIGRATIONS) {
        if number > found {
            let change = connection.unchecked_transaction()?;
            change.execute_batch(step)?;
            let rows = engine::Database::from(connection);
            if step == ACTIONS {
                ActionStore(rows).adopt()?;
            }
            if step == DECISIONS {
                ActionStore(rows).adopt_budgets()?;
            }
            if step == SERIES {
                FactorStore(rows).adopt()?;
            }
            if step == SEALS {
                RevisionStore(rows).adopt()?;
                SealStore(rows).adopt()?;
            }
            change.pragma_update(None, "user_version", number)?;
            change.commit()?;
        }
    }
    Ok(())
}

/// Tells a damaged file and a disk that fails from any other refusal.
fn named(error: StoreError, path: &Path) -> StoreError {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly, SystemIoFailure};
    let StoreError::Database(DatabaseError(error)) = error else { return error };
    let (path, reason) = (path.display().to_string(), error.to_string());
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => StoreError::Damaged { path, reason },
        Some(CannotOpen | DiskFull | ReadOnly | SystemIoFailure) => StoreError::Disk { path, reason },
        _ => error.into(),
    }
}

/// The file as the writer keeps changes in it.
pub(super) struct FileMedium {
    connection: Connection,
    place: OpenedFiles,
    /// Moves the log that grows by what is written; `None` only while this is dropped.
    mover: Option<Mover>,
    /// Set when the disk failed.
    failure: Arc<OnceLock<String>>,
}

impl FileMedium {
    /// Writes on `connection` as long as its files, those in `directory`, are in `place`.
    ///
    /// # Errors
    ///
    /// The file cannot be opened once more; the system refuses a thread.
    pub(super) fn new(mut connection: Connection, directory: &Path, place: OpenedFiles) -> Result<Self, StoreError> {
        let path = directory.join(FILE);
        let moving = connect(&path).map_err(|error| named(error, &path))?;
        let failure = Arc::new(OnceLock::new());
        let unusable = |cause| StoreError::Directory { path: directory.display().to_string(), cause };
        let mover = Mover::start(&mut connection, moving, Arc::clone(&failure)).map_err(unusable)?;
        Ok(Self { connection, place, mover: Some(mover), failure })
    }
}

impl Medium for FileMedium {
    fn keep(&mut self, work: impl FnOnce(engine::Database<'_>)) -> Result<(), CommitRefusal> {
        let mut kept = self.connection.execute_batch("BEGIN IMMEDIATE");
        let mut displaced = None;
        if kept.is_ok() {
            work((&self.connection).into());
            displaced = self.place.displaced();
            if displaced.is_none() {
                kept = self.connection.execute_batch("COMMIT");
                // What was committed while the files went is not acknowledged either.
                displaced = self.place.displaced();
            }
        }
        if !self.connection.is_autocommit() {
            // An error here means that SQLite had rolled back already.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        if let Err(error) = &kept
            && error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
        {
            // After a failed fsync the pages that SQLite believes written may be lost: nothing may be acknowledged any more.
            let _ = self.failure.set(error.to_string());
        }
        match (displaced.or_else(|| self.place.displaced()), kept) {
            (Some(what), _) => Err(CommitRefusal::Displaced(what)),
            (None, Err(error)) => Err(CommitRefusal::Failed(error.to_string())),
            (None, Ok(())) => Ok(()),
        }
    }

    fn after(&mut self) {
        if let Some(mover) = &mut self.mover {
            mover.after_commit(&self.connection);
        }
    }

    fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }
}

impl Drop for FileMedium {
    fn drop(&mut self) {
        self.mover = None;
        if self.failure.get().is_some() || self.place.displaced().is_some() {
            // Closing would try the same file once more, or delete the log of a database that is here instead. A restart moves all of
            // the log again, which is safe. If it cannot be set, closing tries.
            let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}
