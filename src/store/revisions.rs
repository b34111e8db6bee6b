//! Revisions: everything that can move attributed energy makes the next one.

use super::{RevisionStore, StoreError};
use model::Revision;
use rusqlite::OptionalExtension;
use units::Timestamp;

impl RevisionStore<'_> {
    /// Begins a revision: everything written under its number was believed from then on.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn begin(&self, at: Timestamp, reason: &str) -> Result<Revision, StoreError> {
        let mut statement = self.0.prepare_cached("INSERT INTO revisions (at_ns, reason) VALUES (?1, ?2)")?;
        Ok(Revision::new(statement.insert((at.nanoseconds(), reason))?))
    }

    /// The revision that holds now; 0 before the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn current(&self) -> Result<Revision, StoreError> {
        let newest = "SELECT coalesce(max(revision), 0) FROM revisions";
        Ok(Revision::new(self.0.query_row(newest, (), |row| row.get(0))?))
    }

    /// A revision that neither a batch nor an action made at its time.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn unaccounted(&self) -> Result<Option<Revision>, StoreError> {
        let sql = "SELECT revision FROM revisions LEFT JOIN batches ON batch = revision
            WHERE iif(batch IS NULL, NOT EXISTS (SELECT 1 FROM actions WHERE actions.at_ns = revisions.at_ns),
                received_ns <> revisions.at_ns) ORDER BY revision LIMIT 1";
        Ok(self.0.prepare(sql)?.query_row((), |row| row.get(0)).optional()?.map(Revision::new))
    }
}
