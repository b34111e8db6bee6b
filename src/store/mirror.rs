//! `mirror.db`: how far the copy of the series in another database is, and what is still to be done there.

use super::StoreError;
use super::copy_file::CopyFile;
use super::engine::{self, DataRow, Database, OptionalExtension};
use super::row::{integer, moment, span};
use super::series_rows::Track;
use model::{DeviceId, EntryId, Revision};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use units::{Span, Timestamp};

const FILE: CopyFile = CopyFile { name: "mirror.db", tables: include_str!("tables-mirror.sql"), version: 1 };

/// The file `mirror.db`. Its use is short, so that one connection serves all.
#[derive(Debug)]
pub struct MirrorFile(Mutex<rusqlite::Connection>);

/// One consistent state of the file, which may be changed.
#[derive(Debug)]
pub struct MirrorTx<'a>(Database<'a>);

/// How far the copy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorMark {
    /// The last revision taken; 0 before the first.
    pub revision: Revision,
    /// SHA-256 of the newest batch up to there; empty before the first.
    pub sha256: Vec<u8>,
}

/// What the other database calls a track, and how far its windows reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredTrack {
    /// Name of the node.
    pub node: String,
    /// Identity of the device on its node.
    pub uuid: String,
    /// Length of the longest window so far.
    pub longest: Span,
    /// Start of the oldest window so far.
    pub earliest: Timestamp,
    /// End of the newest window so far.
    pub latest: Timestamp,
}

/// An hour of a track whose sums are to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsettledHour {
    /// The track.
    pub track: Track,
    /// The hour, counted from 1970.
    pub hour: i64,
    /// Whether sums of it may have been written before.
    pub is_again: bool,
}

impl MirrorFile {
    /// Opens the file in `directory`; one that is missing, damaged, of another version or about another `target` is begun anew.
    ///
    /// # Errors
    ///
    /// The directory cannot be used.
    pub fn open(directory: &Path, target: &str) -> Result<Self, StoreError> {
        let (connection, _) = FILE.open(directory)?;
        let file = Self(Mutex::new(connection));
        file.write(|tx| {
            let known: String = tx.0.query_row("SELECT target FROM taken", (), |row| row.get(0))?;
            if known != target {
                tx.clear()?;
                tx.0.execute("UPDATE taken SET target = ?1", [target])?;
            }
            Ok::<_, StoreError>(())
        })?;
        Ok(file)
    }

    /// Applies `change`, all of it or nothing.
    ///
    /// # Errors
    ///
    /// What `change` returns; the database.
    pub fn write<T, E: From<StoreError>>(&self, change: impl FnOnce(&MirrorTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.unchecked_transaction().map_err(StoreError::from)?;
        // Rolled back when dropped.
        let value = change(&MirrorTx((&*connection).into()))?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(value)
    }
}

impl MirrorTx<'_> {
    /// How far the copy is.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn mark(&self) -> Result<MirrorMark, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT revision, sha256 FROM taken")?;
        Ok(statement
            .query_row((), |row| Ok(MirrorMark { revision: Revision::new(row.get(0)?), sha256: row.get(1)? }))?)
    }

    /// Notes how far the copy is.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_mark(&self, mark: &MirrorMark) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached("UPDATE taken SET revision = ?1, sha256 = ?2")?;
        statement.execute((mark.revision.number(), &mark.sha256))?;
        Ok(())
    }

    /// Whether everything has been taken once.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_caught_up(&self) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached("SELECT caught_up FROM taken")?.query_row((), |row| row.get(0))?)
    }

    /// Notes that everything has been taken once.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_caught_up(&self) -> Result<(), StoreError> {
        self.0.prepare_cached("UPDATE taken SET caught_up = 1 WHERE caught_up = 0")?.execute(())?;
        Ok(())
    }

    /// The last ledger entry taken; 0 before the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn entry(&self) -> Result<EntryId, StoreError> {
        Ok(EntryId::new(self.0.prepare_cached("SELECT entry FROM taken")?.query_row((), |row| row.get(0))?))
    }

    /// Notes the last ledger entry taken.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_entry(&self, entry: EntryId) -> Result<(), StoreError> {
        self.0.prepare_cached("UPDATE taken SET entry = ?1")?.execute([entry.number()])?;
        Ok(())
    }

    /// Forgets everything, as before the first batch.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn clear(&self) -> Result<(), StoreError> {
        let sql = "DELETE FROM tracks; DELETE FROM unsettled; UPDATE taken SET revision = 0, sha256 = x'', caught_up = 0, entry = 0";
        Ok(self.0.execute_batch(sql)?)
    }

    /// What is known of a track; `None` before its first window.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn track(&self, track: Track) -> Result<Option<MirroredTrack>, StoreError> {
        let sql =
            "SELECT node, uuid, longest_ns, earliest_ns, latest_ns FROM tracks WHERE device = ?1 AND contained = ?2";
        let found = self.0.prepare_cached(sql)?.query_row((track.device.number(), track.is_contained), |row| {
            let (longest, earliest, latest) = (span(row, 2)?, moment(row, 3)?, moment(row, 4)?);
            Ok(MirroredTrack { node: row.get(0)?, uuid: row.get(1)?, longest, earliest, latest })
        });
        Ok(found.optional()?)
    }

    /// Notes windows of a track: what `known` says of windows is said of these.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn note(&self, track: Track, known: &MirroredTrack) -> Result<(), StoreError> {
        let sql = "INSERT INTO tracks (device, contained, node, uuid, longest_ns, earliest_ns, latest_ns)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (device, contained) DO UPDATE SET node = excluded.node, uuid = excluded.uuid,
            longest_ns = max(longest_ns, excluded.longest_ns), earliest_ns = min(earliest_ns, excluded.earliest_ns), latest_ns = max(latest_ns, excluded.latest_ns)";
        self.0.prepare_cached(sql)?.execute((
            track.device.number(),
            track.is_contained,
            &known.node,
            &known.uuid,
            integer(known.longest.nanoseconds()),
            known.earliest.nanoseconds(),
            known.latest.nanoseconds(),
        ))?;
        Ok(())
    }

    /// Notes that the sums of an hour are to be written.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn unsettle(&self, hour: UnsettledHour) -> Result<(), StoreError> {
        let sql = "INSERT INTO unsettled (hour, device, contained, again) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET again = max(again, excluded.again)";
        let UnsettledHour { track, hour, is_again } = hour;
        self.0.prepare_cached(sql)?.execute((hour, track.device.number(), track.is_contained, is_again))?;
        Ok(())
    }

    /// Notes that the sums of an hour are written.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn settle(&self, track: Track, hour: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM unsettled WHERE hour = ?1 AND device = ?2 AND contained = ?3";
        self.0.prepare_cached(sql)?.execute((hour, track.device.number(), track.is_contained))?;
        Ok(())
    }

    /// Up to `limit` hours before `before` whose sums are to be written, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn to_settle(&self, before: i64, limit: u32) -> Result<Vec<UnsettledHour>, StoreError> {
        let sql = "SELECT hour, device, contained, again FROM unsettled WHERE hour < ?1 ORDER BY hour, device LIMIT ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map((before, limit), unsettled)?.collect::<Result<_, _>>()?)
    }

    /// Those of some hours of a track whose sums are to be written, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn unsettled(&self, track: Track, hours: Range<i64>) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT hour FROM unsettled WHERE hour >= ?1 AND hour < ?2 AND device = ?3 AND contained = ?4";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (hours.start, hours.end, track.device.number(), track.is_contained);
        Ok(statement.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}

fn unsettled(row: &DataRow<'_>) -> engine::Result<UnsettledHour> {
    let track = Track { device: DeviceId::new(row.get(1)?), is_contained: row.get(2)? };
    Ok(UnsettledHour { hour: row.get(0)?, track, is_again: row.get(3)? })
}
