//! Batches that are to be attributed anew a few at a time.

use super::engine::OptionalExtension;
use super::{EvidenceStore, StoreError};
use model::{BatchId, NodeNumber, Revision};
use std::collections::BTreeSet;
use units::Timestamp;

impl EvidenceStore<'_> {
    /// Leaves for later to attribute anew the batches of a node with windows that end after `since`. Until then they are posted as `believed`; one that
    /// waits already keeps its earlier belief.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn defer(&self, node: NodeNumber, since: Timestamp, believed: Revision) -> Result<(), StoreError> {
        let sql = "INSERT INTO deferred_attributions (batch, believed)
            SELECT DISTINCT batch, ?3 FROM reaches WHERE node = ?1 AND end_ns > ?2 ON CONFLICT DO NOTHING";
        self.0.prepare_cached(sql)?.execute((node.number(), since.nanoseconds(), believed.number()))?;
        Ok(())
    }

    /// Leaves some batches for later in the same way.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn defer_batches(&self, batches: &BTreeSet<BatchId>, believed: Revision) -> Result<(), StoreError> {
        let sql = "INSERT INTO deferred_attributions (batch, believed) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let mut statement = self.0.prepare_cached(sql)?;
        for batch in batches {
            statement.execute((batch.number(), believed.number()))?;
        }
        Ok(())
    }

    /// Up to `limit` batches that wait to be attributed anew.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn deferred(&self, limit: u32) -> Result<BTreeSet<BatchId>, StoreError> {
        let sql = "SELECT batch FROM deferred_attributions ORDER BY batch LIMIT ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map([limit], |row| row.get(0).map(BatchId::new))?.collect::<Result<_, _>>()?)
    }

    /// As of which revision a batch that waits is posted; `None` if it does not wait.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn believed(&self, batch: BatchId) -> Result<Option<Revision>, StoreError> {
        let sql = "SELECT believed FROM deferred_attributions WHERE batch = ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row([batch.number()], |row| row.get(0).map(Revision::new)).optional()?)
    }

    /// Notes that a batch was attributed anew.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn no_longer_deferred(&self, batch: BatchId) -> Result<(), StoreError> {
        self.0.prepare_cached("DELETE FROM deferred_attributions WHERE batch = ?1")?.execute([batch.number()])?;
        Ok(())
    }
}
