//! `series.db`: windows for charts, in hours. A copy of what the evidence says, with a file of its own so that neither its size nor its writing
//! burdens the ledger: it may lose the last transactions with the machine, for it knows which batch it took last and goes on from there.

use super::StoreError;
use super::copy_file::{CopyFile, connect};
use super::readers::Readers;
use super::row::{energy, integer, moment, power, span};
use model::{BatchId, DeviceId};
use rusqlite::{Connection, OptionalExtension};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use units::{Energy, Power, Span, Timestamp};

const FILE: CopyFile = CopyFile { name: "series.db", tables: include_str!("tables-series.sql"), version: 1 };
/// The batch under which the packed windows of an hour are kept, whichever batches they came with.
const PACKED: BatchId = BatchId::new(0);

/// The file `series.db`, open for one writer and several readers.
#[derive(Debug)]
pub struct SeriesFile {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Readers,
}

/// One consistent state of the file; inside [`SeriesFile::write`] it may be changed.
#[derive(Debug)]
pub struct SeriesTx<'a>(&'a Connection);

/// Windows of one device, those that another device contains apart from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Track {
    /// The device whose windows these are.
    pub device: DeviceId,
    /// Whether another device's energy contains this one's.
    pub is_contained: bool,
}

/// What the windows of an hour sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// First moment of the first window.
    pub first: Timestamp,
    /// First moment after the last window.
    pub last: Timestamp,
    /// Energy of the windows.
    pub energy: Energy,
    /// The part of the energy that no sensor measured.
    pub modelled: Energy,
    /// Lowest power in any of the windows.
    pub min: Power,
    /// Highest power in any of the windows.
    pub max: Power,
    /// Time that the sensor observed.
    pub covered: Span,
    /// Length of the windows, observed or not.
    pub span: Span,
    /// Time of windows that are held-idle where somebody holds the device.
    pub low: Span,
}

/// Windows of a track that begin in one hour and came with one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesPlace {
    /// The track whose windows these are.
    pub track: Track,
    /// The hour, counted from 1970.
    pub hour: i64,
    /// The batch that they came with.
    pub batch: BatchId,
}

/// Where the windows of a place are.
enum Kept<'a> {
    /// Beside the sums.
    Here(&'a [u8]),
    /// In the table `packed`, under this number.
    Apart(i64),
}

/// The last batch taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Number of the batch; 0 before the first.
    pub batch: BatchId,
    /// SHA-256 of its bytes as the ledger has them.
    pub sha256: Vec<u8>,
}

impl SeriesFile {
    /// Opens the file in `directory`; one that is missing, damaged or of another version is begun anew.
    ///
    /// # Errors
    ///
    /// The directory cannot be used.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let writer = FILE.open(directory)?;
        let path = FILE.path(directory);
        Ok(Self { path, writer: Mutex::new(writer), readers: Readers::default() })
    }

    /// Applies `change`, all of it or nothing.
    ///
    /// # Errors
    ///
    /// What `change` returns; the database.
    pub fn write<T, E: From<StoreError>>(&self, change: impl FnOnce(&SeriesTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from)?;
        let outcome = change(&SeriesTx(&connection));
        let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = connection.execute_batch(end).map_err(StoreError::from);
        if ended.is_err() && !connection.is_autocommit() {
            // An error here means that SQLite had rolled back already.
            let _ = connection.execute_batch("ROLLBACK");
        }
        let value = outcome?;
        ended?;
        Ok(value)
    }

    /// Runs `look` on one committed state.
    ///
    /// # Errors
    ///
    /// What `look` returns; the database.
    pub fn read<T, E: From<StoreError>>(&self, look: impl FnOnce(&SeriesTx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.readers.read(|| connect(&self.path), |connection| look(&SeriesTx(connection)))
    }
}

impl SeriesTx<'_> {
    /// The last batch taken.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn taken(&self) -> Result<Taken, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT batch, sha256 FROM taken")?;
        Ok(statement.query_row((), |row| Ok(Taken { batch: BatchId::new(row.get(0)?), sha256: row.get(1)? }))?)
    }

    /// Notes the last batch taken.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_taken(&self, taken: &Taken) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached("UPDATE taken SET batch = ?1, sha256 = ?2")?;
        statement.execute((taken.batch.number(), &taken.sha256))?;
        Ok(())
    }

    /// Removes every window and sum, as before the first batch.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn clear(&self) -> Result<(), StoreError> {
        Ok(self.0.execute_batch(
            "DELETE FROM chunks; DELETE FROM packed; DELETE FROM longest; UPDATE taken SET batch = 0, sha256 = x''",
        )?)
    }

    /// Length of the longest window of a device so far; zero before the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn longest(&self, device: DeviceId) -> Result<Span, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT span_ns FROM longest WHERE device = ?1")?;
        Ok(statement.query_row([device.number()], |row| span(row, 0)).optional()?.unwrap_or(Span::ZERO))
    }

    /// Notes the length of a window.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn note_longest(&self, device: DeviceId, length: Span) -> Result<(), StoreError> {
        let sql = "INSERT INTO longest (device, span_ns) VALUES (?1, ?2)
            ON CONFLICT (device) DO UPDATE SET span_ns = excluded.span_ns WHERE span_ns < excluded.span_ns";
        self.0.prepare_cached(sql)?.execute((device.number(), integer(length.nanoseconds())))?;
        Ok(())
    }

    /// Adds the windows of a place, with their sums.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add_chunk(&self, place: SeriesPlace, sums: &Sums, windows: &[u8]) -> Result<(), StoreError> {
        self.insert(place, sums, Kept::Here(windows))
    }

    /// Puts the windows of a whole hour in place of all that were known of it.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn pack_hour(&self, track: Track, hour: i64, packed: Option<(&Sums, &[u8])>) -> Result<(), StoreError> {
        let values = (track.device.number(), track.is_contained, hour);
        let sql = "DELETE FROM packed WHERE id IN (SELECT packed FROM chunks
            WHERE device = ?1 AND contained = ?2 AND hour = ?3 AND packed IS NOT NULL)";
        self.0.prepare_cached(sql)?.execute(values)?;
        let sql = "DELETE FROM chunks WHERE device = ?1 AND contained = ?2 AND hour = ?3";
        self.0.prepare_cached(sql)?.execute(values)?;
        let Some((sums, windows)) = packed else { return Ok(()) };
        let id = self.0.prepare_cached("INSERT INTO packed (windows) VALUES (?1)")?.insert([windows])?;
        self.insert(SeriesPlace { track, hour, batch: PACKED }, sums, Kept::Apart(id))
    }

    fn insert(&self, place: SeriesPlace, sums: &Sums, kept: Kept<'_>) -> Result<(), StoreError> {
        let (packed, windows) = match kept {
            Kept::Here(windows) => (None, Some(windows)),
            Kept::Apart(id) => (Some(id), None),
        };
        let sql =
            "INSERT INTO chunks (device, contained, hour, batch, first_ns, last_ns, energy_mj, modelled_mj, min_mw,
            max_mw, covered_ns, span_ns, low_ns, packed, windows)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        self.0.prepare_cached(sql)?.execute(rusqlite::params![
            place.track.device.number(),
            place.track.is_contained,
            place.hour,
            place.batch.number(),
            sums.first.nanoseconds(),
            sums.last.nanoseconds(),
            sums.energy.millijoules(),
            sums.modelled.millijoules(),
            integer(sums.min.milliwatts()),
            integer(sums.max.milliwatts()),
            integer(sums.covered.nanoseconds()),
            integer(sums.span.nanoseconds()),
            integer(sums.low.nanoseconds()),
            packed,
            windows,
        ])?;
        Ok(())
    }

    /// The windows of some hours: each chunk's hour and bytes.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn chunks(&self, track: Track, hours: Range<i64>) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let sql = "SELECT hour, coalesce(chunks.windows, packed.windows) FROM chunks LEFT JOIN packed ON id = packed
            WHERE device = ?1 AND contained = ?2 AND hour >= ?3 AND hour < ?4 ORDER BY hour, batch";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (track.device.number(), track.is_contained, hours.start, hours.end);
        let rows = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sums of those of some hours that have windows, ascending.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn sums(&self, track: Track, hours: Range<i64>) -> Result<Vec<(i64, Sums)>, StoreError> {
        let sql =
            "SELECT hour, min(first_ns), max(last_ns), sum(energy_mj), sum(modelled_mj), min(min_mw), max(max_mw),
                sum(covered_ns), sum(span_ns), sum(low_ns) FROM chunks
            WHERE device = ?1 AND contained = ?2 AND hour >= ?3 AND hour < ?4 GROUP BY hour ORDER BY hour";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (track.device.number(), track.is_contained, hours.start, hours.end);
        let rows = statement.query_map(values, |row| {
            let sums = Sums {
                first: moment(row, 1)?,
                last: moment(row, 2)?,
                energy: energy(row, 3)?,
                modelled: energy(row, 4)?,
                min: power(row, 5)?,
                max: power(row, 6)?,
                covered: span(row, 7)?,
                span: span(row, 8)?,
                low: span(row, 9)?,
            };
            Ok((row.get(0)?, sums))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Up to `limit` hours before `before` with windows that are not packed.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn to_pack(&self, before: i64, limit: u32) -> Result<Vec<(Track, i64)>, StoreError> {
        let sql = "SELECT DISTINCT device, contained, hour FROM chunks INDEXED BY chunks_to_pack
            WHERE packed IS NULL AND hour < ?1 LIMIT ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((before, limit), |row| {
            Ok((Track { device: DeviceId::new(row.get(0)?), is_contained: row.get(1)? }, row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// First moment after the last window of the newest hour of a device.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn latest(&self, track: Track) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT max(last_ns) FROM chunks WHERE device = ?1 AND contained = ?2 AND hour =
            (SELECT max(hour) FROM chunks WHERE device = ?1 AND contained = ?2)";
        let mut statement = self.0.prepare_cached(sql)?;
        let last: Option<i64> = statement.query_row((track.device.number(), track.is_contained), |row| row.get(0))?;
        Ok(last.map(Timestamp::from_nanoseconds))
    }
}
