//! Seals of what `series.db` holds: 48 bits that follow from the content, so that damage is noticed when it is read. They are no protection against
//! somebody who means to deceive: the copy decides nothing, and the ledger has seals of its own.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::{energy, moment, power, span};
use super::series_rows::{SeriesPlace, SeriesTx, Sums, Taken, Track};
use super::{StoreError, row};
use model::{BatchId, DeviceId};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use units::Span;

/// So that SQLite adds thousands of them without leaving its integers.
const MASK: i64 = (1 << 48) - 1;
const HOURS_PER_DAY: i64 = 24;

/// The seal of some content. It may be another in a later release of Rust: then the copy is built anew once.
fn seal_of(content: impl Hash) -> i64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish().cast_signed() & MASK
}

/// The seal of windows as they are stored.
pub(super) fn seal_of_windows(windows: &[u8]) -> i64 {
    seal_of(windows)
}

/// A row of `chunks` without its windows.
pub(super) struct ChunkRow {
    pub(super) place: SeriesPlace,
    pub(super) sums: Sums,
    pub(super) packed: Option<i64>,
    pub(super) windows_seal: i64,
}

impl ChunkRow {
    /// The seal that follows from all of it.
    pub(super) fn seal(&self) -> i64 {
        let SeriesPlace { track, hour, batch } = self.place;
        let Sums { first, last, energy, modelled, min, max, covered, span, low } = self.sums;
        seal_of((
            (track.device.number(), track.is_contained, hour, batch.number()),
            (first.nanoseconds(), last.nanoseconds(), energy.millijoules(), modelled.millijoules()),
            (min.milliwatts(), max.milliwatts(), covered.nanoseconds(), span.nanoseconds(), low.nanoseconds()),
            (self.packed, self.windows_seal),
        ))
    }
}

const CHUNK: &str = "device, contained, hour, batch, first_ns, last_ns, energy_mj, modelled_mj, min_mw, max_mw, covered_ns, span_ns, low_ns, packed,
    windows_seal, seal";

/// A chunk, and the seal that is noted of it.
fn chunk(row: &DataRow<'_>) -> engine::Result<(ChunkRow, i64)> {
    let track = Track { device: DeviceId::new(row.get(0)?), is_contained: row.get(1)? };
    let place = SeriesPlace { track, hour: row.get(2)?, batch: BatchId::new(row.get(3)?) };
    let sums = Sums {
        first: moment(row, 4)?,
        last: moment(row, 5)?,
        energy: energy(row, 6)?,
        modelled: energy(row, 7)?,
        min: power(row, 8)?,
        max: power(row, 9)?,
        covered: span(row, 10)?,
        span: span(row, 11)?,
        low: span(row, 12)?,
    };
    Ok((ChunkRow { place, sums, packed: row.get(13)?, windows_seal: row.get(14)? }, row.get(15)?))
}

/// A row of `tracks`.
struct TrackRow {
    track: Track,
    longest: Span,
    days_seal: i64,
    seal: i64,
}

impl TrackRow {
    fn of(row: &DataRow<'_>) -> engine::Result<Self> {
        let track = Track { device: DeviceId::new(row.get(0)?), is_contained: row.get(1)? };
        Ok(Self { track, longest: span(row, 2)?, days_seal: row.get(3)?, seal: row.get(4)? })
    }

    fn sealed(&self) -> i64 {
        let Track { device, is_contained } = self.track;
        seal_of((device.number(), is_contained, self.longest.nanoseconds(), self.days_seal))
    }
}

const TRACK: &str = "SELECT device, contained, longest_ns, days_seal, seal FROM tracks";

/// What is noted of the file as a whole.
pub(super) fn seal_of_taken(taken: &Taken, tracks_seal: i64) -> i64 {
    seal_of((taken.batch.number(), &taken.sha256, tracks_seal))
}

fn damaged(what: &'static str, of: Track) -> StoreError {
    row::value(what, &format!("device {}", of.device))
}

impl SeriesTx<'_> {
    /// Notes of a fresh file that nothing was taken.
    pub(super) fn begin(&self) -> Result<(), StoreError> {
        let nothing = Taken { batch: BatchId::new(0), sha256: Vec::new() };
        let sql = "INSERT OR IGNORE INTO taken (one, batch, sha256, tracks_seal, seal) VALUES (1, 0, x'', 0, ?1)";
        self.0.prepare_cached(sql)?.execute([seal_of_taken(&nothing, 0)])?;
        Ok(())
    }

    /// Adds to the seals above a chunk what its own changed by.
    pub(super) fn reseal(&self, track: Track, hour: i64, change: i64) -> Result<(), StoreError> {
        let (device, day) = (track.device.number(), hour.div_euclid(HOURS_PER_DAY));
        let sql = "INSERT INTO days (device, contained, day, chunks_seal) VALUES (?1, ?2, ?3, ?4 & ?5)
            ON CONFLICT DO UPDATE SET chunks_seal = (chunks_seal + ?4) & ?5";
        self.0.prepare_cached(sql)?.execute((device, track.is_contained, day, change, MASK))?;
        let mut row = self.track_row(track)?.unwrap_or(TrackRow { track, longest: Span::ZERO, days_seal: 0, seal: 0 });
        row.days_seal = row.days_seal.wrapping_add(change) & MASK;
        self.put_track(row)
    }

    /// Notes that a window of the track is so long.
    pub(super) fn set_longest(&self, track: Track, longest: Span) -> Result<(), StoreError> {
        let row = self.track_row(track)?.unwrap_or(TrackRow { track, longest, days_seal: 0, seal: 0 });
        self.put_track(TrackRow { longest, ..row })
    }

    /// Length of the longest window of a track so far; zero before the first.
    pub(super) fn longest_of(&self, track: Track) -> Result<Span, StoreError> {
        Ok(self.sound_track(track)?.map_or(Span::ZERO, |row| row.longest))
    }

    fn track_row(&self, track: Track) -> Result<Option<TrackRow>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("{TRACK} WHERE device = ?1 AND contained = ?2"))?;
        Ok(statement.query_row((track.device.number(), track.is_contained), TrackRow::of).optional()?)
    }

    fn put_track(&self, row: TrackRow) -> Result<(), StoreError> {
        let seal = row.sealed();
        let sql = "INSERT INTO tracks (device, contained, longest_ns, days_seal, seal) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET longest_ns = ?3, days_seal = ?4, seal = ?5";
        let Track { device, is_contained } = row.track;
        let values = (device.number(), is_contained, row::integer(row.longest.nanoseconds()), row.days_seal, seal);
        self.0.prepare_cached(sql)?.execute(values)?;
        let (taken, tracks_seal) = self.taken_row()?;
        let tracks_seal = tracks_seal.wrapping_add(seal).wrapping_sub(row.seal) & MASK;
        self.put_taken(&taken, tracks_seal)
    }

    /// What is noted of the file as a whole, and the sum of its tracks' seals.
    pub(super) fn taken_row(&self) -> Result<(Taken, i64), StoreError> {
        let mut statement = self.0.prepare_cached("SELECT batch, sha256, tracks_seal, seal FROM taken")?;
        let (taken, tracks_seal, seal) = statement.query_row((), |row| {
            Ok((Taken { batch: BatchId::new(row.get(0)?), sha256: row.get(1)? }, row.get(2)?, row.get::<i64>(3)?))
        })?;
        if seal_of_taken(&taken, tracks_seal) != seal {
            return Err(row::value("last batch of the copy", &taken.batch.to_string()));
        }
        Ok((taken, tracks_seal))
    }

    pub(super) fn put_taken(&self, taken: &Taken, tracks_seal: i64) -> Result<(), StoreError> {
        let sql = "UPDATE taken SET batch = ?1, sha256 = ?2, tracks_seal = ?3, seal = ?4";
        let seal = seal_of_taken(taken, tracks_seal);
        self.0.prepare_cached(sql)?.execute((taken.batch.number(), &taken.sha256, tracks_seal, seal))?;
        Ok(())
    }

    /// Checks that no track is missing or was changed.
    ///
    /// # Errors
    ///
    /// The file is damaged.
    pub fn check_tracks(&self) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached(TRACK)?;
        let mut sum = 0_i64;
        for row in statement.query_map((), TrackRow::of)? {
            sum = sum.wrapping_add(row?.seal) & MASK;
        }
        let (taken, tracks_seal) = self.taken_row()?;
        if sum == tracks_seal { Ok(()) } else { Err(row::value("tracks of the copy", &taken.batch.to_string())) }
    }

    /// The row of a track, where it is as it was sealed with its days; where there is none, the file must know of none.
    fn sound_track(&self, track: Track) -> Result<Option<TrackRow>, StoreError> {
        let Some(row) = self.track_row(track)? else {
            self.check_tracks()?;
            return Ok(None);
        };
        let sql = "SELECT coalesce(sum(chunks_seal), 0) & ?3 FROM days WHERE device = ?1 AND contained = ?2";
        let values = (track.device.number(), track.is_contained, MASK);
        let days: i64 = self.0.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
        if row.sealed() != row.seal || row.days_seal != days {
            return Err(damaged("days of the copy", track));
        }
        Ok(Some(row))
    }

    /// The chunks of some hours, ascending by hour and batch, where all of the days that these hours are in is as it was sealed.
    pub(super) fn sound_chunks(&self, track: Track, hours: Range<i64>) -> Result<Vec<ChunkRow>, StoreError> {
        if hours.is_empty() || self.sound_track(track)?.is_none() {
            return Ok(Vec::new());
        }
        let days = hours.start.div_euclid(HOURS_PER_DAY)..=(hours.end - 1).div_euclid(HOURS_PER_DAY);
        let first_and_last = (track.device.number(), track.is_contained, *days.start(), *days.end());
        let sql = "SELECT day, chunks_seal FROM days WHERE device = ?1 AND contained = ?2 AND day BETWEEN ?3 AND ?4";
        let mut statement = self.0.prepare_cached(sql)?;
        let noted: BTreeMap<i64, i64> = statement
            .query_map(first_and_last, |row| Ok((row.get(0)?, row.get(1)?)))?
            .filter(|row| row.as_ref().map_or(true, |(_, seal)| *seal != 0))
            .collect::<Result<_, _>>()?;
        let (mut found, mut sums) = (Vec::new(), BTreeMap::<i64, i64>::new());
        let sql = format!(
            "SELECT {CHUNK} FROM chunks WHERE device = ?1 AND contained = ?2 AND hour >= ?3 AND hour < ?4 ORDER BY hour, batch"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let hour = |day: i64| day.saturating_mul(HOURS_PER_DAY);
        let whole =
            (track.device.number(), track.is_contained, hour(*days.start()), hour(days.end().saturating_add(1)));
        for row in statement.query_map(whole, chunk)? {
            let (chunk, seal) = row?;
            if chunk.seal() != seal {
                return Err(damaged("windows of the copy", track));
            }
            let sum = sums.entry(chunk.place.hour.div_euclid(HOURS_PER_DAY)).or_default();
            *sum = sum.wrapping_add(seal) & MASK;
            if hours.contains(&chunk.place.hour) {
                found.push(chunk);
            }
        }
        sums.retain(|_, seal| *seal != 0);
        if sums == noted { Ok(found) } else { Err(damaged("windows of the copy", track)) }
    }
}
