//! Who is on duty among the services on one ledger, and what is remembered on duty.

use super::engine::{OptionalExtension, params};
use super::{DutyStore, StoreError};
use std::path::Path;

impl DutyStore<'_> {
    /// Begins a term, which ends every earlier one; returns its number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn begin_term(&self) -> Result<i64, StoreError> {
        self.0.execute("UPDATE duty SET term = term + 1", ())?;
        self.term()
    }

    /// Number of the newest term.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn term(&self) -> Result<i64, StoreError> {
        Ok(self.0.prepare_cached("SELECT term FROM duty")?.query_row((), |row| row.get(0))?)
    }

    /// Refuses what is written in a term that is over.
    ///
    /// # Errors
    ///
    /// [`StoreError::OffDuty`]; the database cannot be read.
    pub(super) fn check(&self, own: i64) -> Result<(), StoreError> {
        let current = self.term()?;
        if current == own { Ok(()) } else { Err(StoreError::OffDuty { own, current }) }
    }

    /// The note of this name. Where the ledger has none, what an earlier version kept as the file `NAME.json` in the data directory `earlier`.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn note(&self, name: &str, earlier: &Path) -> Result<Option<String>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT body FROM duty_notes WHERE name = ?1")?;
        let known = statement.query_row([name], |row| row.get(0)).optional()?;
        Ok(known.or_else(|| std::fs::read_to_string(earlier.join(format!("{name}.json"))).ok()))
    }

    /// Names and bodies of the notes whose names begin with `prefix`, by name.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn notes(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT name, body FROM duty_notes WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Replaces the note of this name.
    ///
    /// # Errors
    ///
    /// The database cannot be written.
    pub fn keep_note(&self, name: &str, body: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO duty_notes VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET body = ?2";
        self.0.prepare_cached(sql)?.execute(params![name, body])?;
        Ok(())
    }

    /// Forgets the note of this name.
    ///
    /// # Errors
    ///
    /// The database cannot be written.
    pub fn forget_note(&self, name: &str) -> Result<(), StoreError> {
        self.0.prepare_cached("DELETE FROM duty_notes WHERE name = ?1")?.execute([name])?;
        Ok(())
    }
}
