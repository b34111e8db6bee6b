//! What the service noticed by itself and somebody should know.

use super::row::{moment, word};
use super::{NoticeStore, StoreError};
use model::AttentionKind;
use units::Timestamp;

/// Something that the service noticed, once or several times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// What kind of thing it is.
    pub kind: AttentionKind,
    /// What it is about.
    pub subject: String,
    /// When it was noticed first.
    pub first: Timestamp,
    /// When it was noticed last.
    pub last: Timestamp,
    /// How often.
    pub times: i64,
    /// What was noticed last, in words.
    pub detail: String,
}

impl NoticeStore<'_> {
    /// Notes that something was noticed at `at`. What was noticed more than `NoticeStore::FORGOTTEN` before that is begun anew.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn note(&self, kind: AttentionKind, subject: &str, at: Timestamp, detail: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO notices (kind, subject, first_ns, last_ns, times, detail) VALUES (?1, ?2, ?3, ?3, 1, ?4)
            ON CONFLICT (kind, subject) DO UPDATE SET first_ns = CASE WHEN notices.last_ns < ?3 - ?5 THEN ?3 ELSE notices.first_ns END,
                times = CASE WHEN notices.last_ns < ?3 - ?5 THEN 1 ELSE notices.times + 1 END,
                last_ns = ?3, detail = ?4";
        let values = (kind.name(), subject, at.nanoseconds(), detail, Self::FORGOTTEN_NS);
        self.0.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// After a day something that happens again is new.
    const FORGOTTEN_NS: i64 = 86_400_000_000_000;

    /// What was noticed at or after `since`, by kind and subject.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn since(&self, since: Timestamp) -> Result<Vec<NoticeRow>, StoreError> {
        let sql = "SELECT kind, subject, first_ns, last_ns, times, detail FROM notices WHERE last_ns >= ?1 ORDER BY kind, subject";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([since.nanoseconds()], |row| {
            let (kind, subject, first, last) = (word(row, 0)?, row.get(1)?, moment(row, 2)?, moment(row, 3)?);
            Ok(NoticeRow { kind, subject, first, last, times: row.get(4)?, detail: row.get(5)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
