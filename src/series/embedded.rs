//! The series store in a file of its own, `series.db`: hours of windows, each with its sums. It needs no other server.

use super::columns;
use super::store::{Recount, SeriesChange, SeriesError, SeriesStore, Watermark};
use super::sums::sums;
use super::window::{HOUR, SeriesWindow, hour_after, hour_of};
use crate::store::{SeriesFile, SeriesPlace, SeriesTx, StoreError, Sums, Taken, Track};
use model::Revision;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use units::{Interval, Timestamp};

/// Number of hours that one call of [`SeriesStore::settle`] compresses, about a tenth of a second of work.
const HOURS_PER_CALL: u32 = 256;

/// A series store in SQLite. What it reads is checked; when something is damaged nothing more is read from it until it is begun anew.
#[derive(Debug)]
pub struct Embedded {
    file: SeriesFile,
    /// What is damaged, until it is begun anew.
    damage: Mutex<Option<String>>,
    /// How often something was found damaged.
    damages: AtomicU64,
}

impl Embedded {
    /// Opens the store in `directory`. A file that cannot be used is replaced by an empty one.
    ///
    /// # Errors
    ///
    /// The directory cannot be used.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let file = SeriesFile::open(directory)?;
        let damage = file.replaced().map(str::to_owned);
        let opened = Self { file, damages: AtomicU64::new(u64::from(damage.is_some())), damage: Mutex::new(damage) };
        opened.look(|| (), |tx| Ok(tx.check_tracks()?));
        Ok(opened)
    }

    /// What `look` finds, or `nothing` where the file is damaged.
    fn look<T>(&self, nothing: impl FnOnce() -> T, look: impl FnOnce(&SeriesTx<'_>) -> Result<T, SeriesError>) -> T {
        if self.damage().is_some() {
            return nothing();
        }
        self.file.read(look).unwrap_or_else(|error| {
            self.note(&error);
            nothing()
        })
    }

    fn change<T>(&self, change: impl FnOnce(&SeriesTx<'_>) -> Result<T, SeriesError>) -> Result<T, SeriesError> {
        if let Some(reason) = self.damage() {
            return Err(SeriesError::Unreadable { reason });
        }
        let changed = self.file.write(change);
        if let Err(error) = &changed
            && !is_full_disk(error)
        {
            self.note(error);
        }
        changed
    }

    fn note(&self, error: &SeriesError) {
        let mut damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        if damage.is_none() {
            tracing::error!(%error, "the copy for charts is damaged and is built anew; charts are incomplete until then");
            *damage = Some(error.to_string());
            self.damages.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Whether it is the disk that refuses, so that the copy may be sound.
fn is_full_disk(error: &SeriesError) -> bool {
    matches!(error, SeriesError::Store(error) if error.is_of_the_disk() && !matches!(error, StoreError::Displaced { .. }))
}

impl SeriesStore for Embedded {
    fn watermark(&self) -> Result<Watermark, SeriesError> {
        let nothing = || Watermark { revision: Revision::new(0), sha256: Vec::new() };
        Ok(self.look(nothing, |tx| {
            let Taken { batch, sha256 } = tx.taken()?;
            Ok(Watermark { revision: batch.revision(), sha256 })
        }))
    }

    /// Charts divide windows when they are read.
    fn divides(&self) -> bool {
        false
    }

    fn damage(&self) -> Option<String> {
        self.damage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn damages(&self) -> u64 {
        self.damages.load(Ordering::Relaxed)
    }

    fn begin_anew(&self) -> Result<(), SeriesError> {
        self.file.begin_anew()?;
        *self.damage.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// All of it or nothing.
    fn take(&self, changes: &[SeriesChange], watermark: &Watermark) -> Result<(), SeriesError> {
        self.change(|tx| {
            let taken = tx.taken()?.batch;
            for change in changes.iter().filter(|change| change.batch > taken) {
                apply(tx, change)?;
            }
            Ok(tx.set_taken(&Taken { batch: watermark.revision.batch(), sha256: watermark.sha256.clone() })?)
        })
    }

    fn clear(&self) -> Result<(), SeriesError> {
        self.change(|tx| Ok(tx.clear()?))
    }

    /// Compresses hours, and looks whether a track is gone.
    fn settle(&self, before: Timestamp, _: &Recount<'_>) -> Result<bool, SeriesError> {
        self.look(|| (), |tx| Ok(tx.check_tracks()?));
        self.change(|tx| {
            let due = tx.to_pack(hour_of(before), HOURS_PER_CALL)?;
            for (track, hour) in &due {
                let windows = decoded(tx, *track, *hour..hour + 1)?;
                pack(tx, *track, *hour, &windows)?;
            }
            Ok(u32::try_from(due.len()).is_ok_and(|count| count == HOURS_PER_CALL))
        })
    }

    fn windows(&self, asked: &[(Track, Range<Timestamp>)]) -> Result<Vec<Vec<SeriesWindow>>, SeriesError> {
        let nothing = || asked.iter().map(|_| Vec::new()).collect();
        Ok(self.look(nothing, |tx| {
            let found = asked.iter().map(|(track, range)| {
                let first = reaching(tx, *track, hour_of(range.start))?;
                let mut windows = decoded(tx, *track, first..hour_after(range.end))?;
                windows.retain(|window| window.start < range.end && range.start < window.end);
                Ok(windows)
            });
            found.collect()
        }))
    }

    fn hours(&self, asked: &[(Track, Range<i64>)]) -> Result<Vec<Vec<(i64, Sums)>>, SeriesError> {
        let nothing = || asked.iter().map(|_| Vec::new()).collect();
        Ok(self.look(nothing, |tx| {
            let found =
                asked.iter().map(|(track, hours)| Ok(tx.sums(*track, reaching(tx, *track, hours.start)?..hours.end)?));
            found.collect()
        }))
    }

    fn latest(&self, track: Track) -> Result<Option<Timestamp>, SeriesError> {
        Ok(self.look(|| None, |tx| Ok(tx.latest(track)?)))
    }
}

/// The first hour in which a window may begin that reaches into `hour`.
fn reaching(tx: &SeriesTx<'_>, track: Track, hour: i64) -> Result<i64, SeriesError> {
    let longest = tx.longest(track)?;
    // A window no longer than an hour may still begin in the hour before.
    let hours = longest.nanoseconds().div_ceil(HOUR.nanoseconds());
    Ok(hour - hours.cast_signed())
}

fn apply(tx: &SeriesTx<'_>, change: &SeriesChange) -> Result<(), SeriesError> {
    for is_contained in [false, true] {
        let track = Track { device: change.device.number, is_contained };
        if let Some(replaced) = change.replaces {
            drop_windows(tx, track, replaced)?;
        }
        let mut windows: Vec<_> =
            change.windows.iter().filter(|window| window.is_contained == is_contained).copied().collect();
        windows.sort_by_key(|window| window.start);
        if let Some(longest) = windows.iter().map(SeriesWindow::span).max() {
            tx.note_longest(track, longest)?;
        }
        for own in windows.chunk_by(|a, b| hour_of(a.start) == hour_of(b.start)) {
            let (Some(first), Some(sums)) = (own.first(), sums(own)?) else { continue };
            let hour = hour_of(first.start);
            let place = SeriesPlace { track, hour, batch: change.batch };
            tx.add_chunk(place, &sums, &columns::encode(hour, own, false)?)?;
        }
    }
    Ok(())
}

/// Removes the windows that begin in the interval.
fn drop_windows(tx: &SeriesTx<'_>, track: Track, begun: Interval) -> Result<(), SeriesError> {
    let windows = decoded(tx, track, hour_of(begun.start())..hour_after(begun.end()))?;
    let is_kept = |window: &&SeriesWindow| !begun.contains(window.start);
    for own in windows.chunk_by(|a, b| hour_of(a.start) == hour_of(b.start)) {
        let kept: Vec<SeriesWindow> = own.iter().filter(is_kept).copied().collect();
        if let Some(first) = own.first()
            && kept.len() < own.len()
        {
            pack(tx, track, hour_of(first.start), &kept)?;
        }
    }
    Ok(())
}

/// The windows that begin in these hours, ascending.
fn decoded(tx: &SeriesTx<'_>, track: Track, hours: Range<i64>) -> Result<Vec<SeriesWindow>, SeriesError> {
    let mut windows = Vec::new();
    for (hour, bytes) in tx.chunks(track, hours)? {
        columns::decode(hour, &bytes, &mut windows)?;
    }
    windows.sort_by_key(|window| window.start);
    Ok(windows)
}

fn pack(tx: &SeriesTx<'_>, track: Track, hour: i64, windows: &[SeriesWindow]) -> Result<(), SeriesError> {
    match sums(windows)? {
        Some(sums) => Ok(tx.pack_hour(track, hour, Some((&sums, &columns::encode(hour, windows, true)?)))?),
        None => Ok(tx.pack_hour(track, hour, None)?),
    }
}
