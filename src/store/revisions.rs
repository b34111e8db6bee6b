//! Revisions: everything that can move attributed energy makes the next one. They are chained, and with them the batches that made them.

use super::actions::chained;
use super::engine::{self, DataRow, OptionalExtension};
use super::entries::Head;
use super::row::moment;
use super::seals::RowFault;
use super::{RevisionStore, StoreError};
use model::Revision;
use units::Timestamp;

/// Reason of a revision that a batch made.
const BATCH: &str = "batch";

/// A revision with what its hash covers.
struct ChainedRevision {
    revision: i64,
    at: Timestamp,
    reason: String,
    first_posting: i64,
    /// Of the bytes of the batch that made it, if one did.
    sha256: Option<Vec<u8>>,
}

impl ChainedRevision {
    /// The hash that follows from `previous` (32 zero bytes before the first) and number, time, reason, first posting and the batch's SHA-256 in
    /// hexadecimal (empty where no batch made it), as decimal or UTF-8 text, each preceded by its length in bytes (`u64`, little endian).
    fn chained(&self, previous: &[u8]) -> Vec<u8> {
        let numbers = [self.revision, self.at.nanoseconds(), self.first_posting].map(|number| number.to_string());
        let [revision, at, posting] = &numbers;
        let sha256: String = self.sha256.iter().flatten().map(|byte| format!("{byte:02x}")).collect();
        chained(previous, &[revision, at, &self.reason, posting, &sha256])
    }
}

const CHAINED: &str = "SELECT revisions.revision, at_ns, reason, coalesce(first_posting, 0), sha256, hash
    FROM revisions LEFT JOIN revision_hashes USING (revision) LEFT JOIN batches ON batch = revisions.revision ORDER BY revisions.revision";

fn chained_revision(row: &DataRow<'_>) -> engine::Result<(ChainedRevision, Option<Vec<u8>>)> {
    let (revision, at, reason) = (row.get(0)?, moment(row, 1)?, row.get(2)?);
    Ok((ChainedRevision { revision, at, reason, first_posting: row.get(3)?, sha256: row.get(4)? }, row.get(5)?))
}

impl RevisionStore<'_> {
    /// Begins a revision: everything written under its number was believed from then on.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn begin(&self, at: Timestamp, reason: &str) -> Result<Revision, StoreError> {
        self.begin_with(at, reason, None)
    }

    /// Begins the revision of a batch with this SHA-256, received `at`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn begin_batch(&self, at: Timestamp, sha256: &[u8]) -> Result<Revision, StoreError> {
        self.begin_with(at, BATCH, Some(sha256))
    }

    fn begin_with(&self, at: Timestamp, reason: &str, sha256: Option<&[u8]>) -> Result<Revision, StoreError> {
        let mut statement = self.0.prepare_cached("INSERT INTO revisions (at_ns, reason) VALUES (?1, ?2)")?;
        let revision = statement.insert((at.nanoseconds(), reason))?;
        let next = "SELECT coalesce(max(posting), 0) + 1 FROM postings";
        let first_posting = self.0.prepare_cached(next)?.query_row((), |row| row.get(0))?;
        let reason = reason.to_owned();
        self.chain(&ChainedRevision { revision, at, reason, first_posting, sha256: sha256.map(<[u8]>::to_vec) })?;
        Ok(Revision::new(revision))
    }

    fn chain(&self, row: &ChainedRevision) -> Result<(), StoreError> {
        let hash = row.chained(&self.head()?.hash);
        let sql = "INSERT INTO revision_hashes (revision, first_posting, hash) VALUES (?1, ?2, ?3)";
        self.0.prepare_cached(sql)?.execute((row.revision, row.first_posting, &hash))?;
        let sql = "UPDATE revision_head SET revisions = ?1, hash = ?2";
        self.0.prepare_cached(sql)?.execute((row.revision, &hash))?;
        Ok(())
    }

    /// The last revision that is chained, and its hash.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn head(&self) -> Result<Head, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT revisions, hash FROM revision_head")?;
        Ok(statement.query_row((), |row| Ok(Head { entries: row.get(0)?, hash: row.get(1)? }))?)
    }

    /// The hash of the revision with this number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn hash(&self, revision: Revision) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT hash FROM revision_hashes WHERE revision = ?1")?;
        Ok(statement.query_row([revision.number()], |row| row.get(0)).optional()?)
    }

    /// Chains what an older version wrote, before revisions were chained, as it is.
    pub(super) fn adopt(&self) -> Result<(), StoreError> {
        let empty = "DELETE FROM revision_hashes; DELETE FROM revision_head; INSERT INTO revision_head VALUES (1, 0, zeroblob(32));";
        self.0.execute_batch(empty)?;
        let mut statement = self.0.prepare(CHAINED)?;
        // Postings ascend with revisions: where a revision has none, its first would have been the next.
        let mut first_of =
            self.0.prepare("SELECT revision FROM postings WHERE posting >= ?1 ORDER BY posting LIMIT 1")?;
        let after = "SELECT posting FROM postings WHERE posting >= ?1 AND revision > ?2 ORDER BY posting LIMIT 1";
        let mut after = self.0.prepare(after)?;
        let (mut rows, mut posting) = (statement.query(())?, 1_i64);
        let end: i64 = self.0.query_row("SELECT coalesce(max(posting), 0) + 1 FROM postings", (), |row| row.get(0))?;
        while let Some(row) = &rows.next()? {
            let (mut chained, _) = chained_revision(row)?;
            chained.first_posting = posting;
            self.chain(&chained)?;
            let next: Option<i64> = first_of.query_row([posting], |row| row.get(0)).optional()?;
            if next == Some(chained.revision) {
                let found: Option<i64> = after.query_row((posting, chained.revision), |row| row.get(0)).optional()?;
                posting = found.unwrap_or(end);
            }
        }
        Ok(())
    }

    /// The first revision that is missing or does not follow from the one before; its batch is named where that is not there.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_unchained(&self) -> Result<Option<RowFault>, StoreError> {
        let mut head = Head { entries: 0, hash: vec![0; 32] };
        let mut statement = self.0.prepare(CHAINED)?;
        let mut rows = statement.query(())?;
        while let Some(row) = &rows.next()? {
            let (found, kept) = chained_revision(row)?;
            let next = head.entries + 1;
            if found.revision != next {
                return Ok(Some(RowFault::new("revisions", next, None, "it is missing")));
            }
            if kept.as_ref() != Some(&found.chained(&head.hash)) {
                let is_without_batch = found.reason == BATCH && found.sha256.is_none();
                let what = "its hash does not follow from its content and the revision before";
                return Ok(Some(match (is_without_batch, kept) {
                    (true, _) => RowFault::new("batches", next, None, "it is missing"),
                    (false, Some(_)) => RowFault::new("revisions", next, None, what),
                    (false, None) => RowFault::new("revision_hashes", next, None, "it is missing"),
                }));
            }
            head = Head { entries: next, hash: kept.unwrap_or_default() };
        }
        let what = "the chain of revisions does not end where it says";
        Ok((self.head()? != head).then(|| RowFault::new("revision_head", 1, None, what)))
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
            WHERE CASE WHEN batch IS NULL THEN NOT EXISTS (SELECT 1 FROM actions WHERE actions.at_ns = revisions.at_ns)
                ELSE received_ns <> revisions.at_ns END ORDER BY revision LIMIT 1";
        Ok(self.0.prepare(sql)?.query_row((), |row| row.get(0)).optional()?.map(Revision::new))
    }
}
