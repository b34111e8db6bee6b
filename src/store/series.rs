//! `series.db`: windows for charts, in hours. A copy of what the evidence says, with a file of its own so that neither its size nor its writing
//! burdens the ledger: it may lose the last transactions with the machine, for it knows which batch it took last and goes on from there.

use super::StoreError;
use super::copy_file::{CopyFile, open_reader};
use super::engine;
use super::place::FileIdentity;
use super::readers::Readers;
use super::row::{integer, value};
use super::series_rows::{SeriesPlace, SeriesTx, Sums, Taken, Track};
use super::series_seals::{ChunkRow, seal_of_windows};
use model::{BatchId, DeviceId};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use units::{Span, Timestamp};

/// Name of the file in the data directory.
pub(crate) const SERIES_FILE: &str = "series.db";
const FILE: CopyFile = CopyFile { name: SERIES_FILE, tables: include_str!("tables-series.sql"), version: 2 };
/// The batch under which the packed windows of an hour are kept, whichever batches they came with.
const PACKED: BatchId = BatchId::new(0);

/// The file `series.db`, open for one writer and several readers.
#[derive(Debug)]
pub struct SeriesFile {
    directory: PathBuf,
    writer: Mutex<rusqlite::Connection>,
    /// Those of the file that the writer has open.
    readers: Mutex<Arc<FileReaders>>,
    replaced: Option<String>,
}

/// Readers of one file, which another may be put in the place of.
#[derive(Debug)]
struct FileReaders {
    file: FileIdentity,
    free: Readers,
}

/// Where the windows of a place are.
enum Kept<'a> {
    /// Beside the sums.
    Here(&'a [u8]),
    /// In the table `packed`, under this number.
    Apart(i64, &'a [u8]),
}

impl SeriesFile {
    /// Opens the file in `directory`; one that is missing, damaged or of another version is begun anew.
    ///
    /// # Errors
    ///
    /// The directory cannot be used.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let OpenedSeries { writer, readers, replaced } = opened(directory)?;
        let (writer, readers) = (Mutex::new(writer), Mutex::new(Arc::new(readers)));
        Ok(Self { directory: directory.to_owned(), writer, readers, replaced })
    }

    /// Why the file that was there could not be used and was thrown away when this one was opened; `None` where none was, or one of another version.
    #[must_use]
    pub fn replaced(&self) -> Option<&str> {
        self.replaced.as_deref()
    }

    /// Deletes the file, whatever is under its name, and begins an empty one.
    ///
    /// # Errors
    ///
    /// The directory cannot be used.
    pub fn begin_anew(&self) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // Closed first, so that what it leaves does not go into the new file.
        *writer = rusqlite::Connection::open_in_memory()?;
        FILE.remove(&self.directory)?;
        let OpenedSeries { writer: fresh, readers, .. } = opened(&self.directory)?;
        *writer = fresh;
        *self.readers.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(readers);
        Ok(())
    }

    /// Applies `change`, all of it or nothing.
    ///
    /// # Errors
    ///
    /// What `change` returns; the database; another file is in its place.
    pub fn write<T, E: From<StoreError>>(&self, change: impl FnOnce(&SeriesTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.readers()?;
        connection.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from)?;
        let outcome = change(&SeriesTx((&*connection).into()));
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
    /// What `look` returns; the database; another file is in its place.
    pub fn read<T, E: From<StoreError>>(&self, look: impl FnOnce(&SeriesTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let path = FILE.path(&self.directory);
        self.readers()?.free.read(|| open_reader(&path), |connection| look(&SeriesTx(connection.into())))
    }

    /// The readers of the file, if it is still the one that was opened.
    fn readers(&self) -> Result<Arc<FileReaders>, StoreError> {
        let readers = Arc::clone(&self.readers.lock().unwrap_or_else(PoisonError::into_inner));
        let is_same = FileIdentity::of(&FILE.path(&self.directory)).is_ok_and(|found| found == readers.file);
        if is_same { Ok(readers) } else { Err(StoreError::Displaced { what: FILE.name }) }
    }
}

/// A file that is open for writing and ready to be read.
struct OpenedSeries {
    writer: rusqlite::Connection,
    readers: FileReaders,
    /// Why what was there was thrown away, if it was.
    replaced: Option<String>,
}

/// Opens the file in `directory`.
fn opened(directory: &Path) -> Result<OpenedSeries, StoreError> {
    let (writer, replaced) = FILE.open(directory)?;
    SeriesTx((&writer).into()).begin()?;
    let path = FILE.path(directory);
    let file =
        FileIdentity::of(&path).map_err(|cause| StoreError::Directory { path: path.display().to_string(), cause })?;
    Ok(OpenedSeries { writer, readers: FileReaders { file, free: Readers::default() }, replaced })
}

impl SeriesTx<'_> {
    /// The last batch taken.
    ///
    /// # Errors
    ///
    /// The database cannot be read or is damaged.
    pub fn taken(&self) -> Result<Taken, StoreError> {
        Ok(self.taken_row()?.0)
    }

    /// Notes the last batch taken.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written, or is damaged.
    pub fn set_taken(&self, taken: &Taken) -> Result<(), StoreError> {
        let (_, tracks_seal) = self.taken_row()?;
        self.put_taken(taken, tracks_seal)
    }

    /// Removes every window and sum, as before the first batch.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.0.execute_batch("DELETE FROM chunks; DELETE FROM packed; DELETE FROM days; DELETE FROM tracks")?;
        self.put_taken(&Taken { batch: BatchId::new(0), sha256: Vec::new() }, 0)
    }

    /// Length of the longest window of a track so far; zero before the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or is damaged.
    pub fn longest(&self, track: Track) -> Result<Span, StoreError> {
        self.longest_of(track)
    }

    /// Notes the length of a window.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written, or is damaged.
    pub fn note_longest(&self, track: Track, length: Span) -> Result<(), StoreError> {
        if length > self.longest_of(track)? { self.set_longest(track, length) } else { Ok(()) }
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
        let mut gone = 0;
        let sql = "DELETE FROM chunks WHERE device = ?1 AND contained = ?2 AND hour = ?3 RETURNING seal";
        for seal in self.0.prepare_cached(sql)?.query_map(values, |row| row.get::<i64>(0))? {
            gone += seal?;
        }
        self.reseal(track, hour, -gone)?;
        let Some((sums, windows)) = packed else { return Ok(()) };
        let id = self.0.prepare_cached("INSERT INTO packed (windows) VALUES (?1)")?.insert([windows])?;
        self.insert(SeriesPlace { track, hour, batch: PACKED }, sums, Kept::Apart(id, windows))
    }

    fn insert(&self, place: SeriesPlace, sums: &Sums, kept: Kept<'_>) -> Result<(), StoreError> {
        let (packed, windows, bytes) = match kept {
            Kept::Here(windows) => (None, Some(windows), windows),
            Kept::Apart(id, windows) => (Some(id), None, windows),
        };
        let chunk = ChunkRow { place, sums: *sums, packed, windows_seal: seal_of_windows(bytes) };
        let seal = chunk.seal();
        let sql =
            "INSERT INTO chunks (device, contained, hour, batch, first_ns, last_ns, energy_mj, modelled_mj, min_mw,
            max_mw, covered_ns, span_ns, low_ns, packed, windows, windows_seal, seal)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
        self.0.prepare_cached(sql)?.execute(engine::params![
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
            chunk.windows_seal,
            seal,
        ])?;
        self.reseal(place.track, place.hour, seal)
    }

    /// The windows of some hours: each chunk's hour and bytes.
    ///
    /// # Errors
    ///
    /// The database cannot be read or is damaged.
    pub fn chunks(&self, track: Track, hours: Range<i64>) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let sql = "SELECT coalesce(chunks.windows, packed.windows) FROM chunks LEFT JOIN packed ON id = packed
            WHERE device = ?1 AND contained = ?2 AND hour = ?3 AND batch = ?4";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut found = Vec::new();
        for ChunkRow { place, windows_seal, .. } in self.sound_chunks(track, hours)? {
            let values = (track.device.number(), track.is_contained, place.hour, place.batch.number());
            let windows: Option<Vec<u8>> = statement.query_row(values, |row| row.get(0))?;
            let sound = windows.filter(|windows| seal_of_windows(windows) == windows_seal);
            let damaged = || value("windows of the copy", &format!("device {}", track.device));
            found.push((place.hour, sound.ok_or_else(damaged)?));
        }
        Ok(found)
    }

    /// Sums of those of some hours that have windows, ascending.
    ///
    /// # Errors
    ///
    /// The database cannot be read or is damaged.
    pub fn sums(&self, track: Track, hours: Range<i64>) -> Result<Vec<(i64, Sums)>, StoreError> {
        let mut found: Vec<(i64, Sums)> = Vec::new();
        for ChunkRow { place, sums, .. } in self.sound_chunks(track, hours)? {
            match found.last_mut().filter(|(hour, _)| *hour == place.hour) {
                Some((_, sum)) => *sum = sum.plus(&sums)?,
                None => found.push((place.hour, sums)),
            }
        }
        Ok(found)
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
    /// The database cannot be read or is damaged.
    pub fn latest(&self, track: Track) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT max(hour) FROM chunks WHERE device = ?1 AND contained = ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let newest: Option<i64> = statement.query_row((track.device.number(), track.is_contained), |row| row.get(0))?;
        let Some(hour) = newest else {
            // Also where all of it is gone.
            self.longest_of(track)?;
            return Ok(None);
        };
        Ok(self.sums(track, hour..hour + 1)?.pop().map(|(_, sums)| sums.last))
    }
}
