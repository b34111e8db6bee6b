//! The series store in a file of its own, `series.db`: hours of windows, each with its sums. It needs no other server.

use super::columns;
use super::store::{Recount, SeriesChange, SeriesError, SeriesStore, Watermark};
use super::sums::sums;
use super::window::{HOUR, SeriesWindow, hour_after, hour_of};
use crate::store::{SeriesFile, SeriesPlace, SeriesTx, StoreError, Sums, Taken, Track};
use std::ops::Range;
use std::path::Path;
use units::{Interval, Timestamp};

/// Number of hours that one call of [`SeriesStore::settle`] compresses, about a tenth of a second of work.
const HOURS_PER_CALL: u32 = 256;

/// A series store in SQLite.
#[derive(Debug)]
pub struct Embedded {
    file: SeriesFile,
}

impl Embedded {
    /// Opens the store in `directory`. A file that cannot be used is replaced by an empty one.
    ///
    /// # Errors
    ///
    /// The directory cannot be used.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        Ok(Self { file: SeriesFile::open(directory)? })
    }
}

impl SeriesStore for Embedded {
    fn watermark(&self) -> Result<Watermark, SeriesError> {
        self.file.read(|tx| {
            let Taken { batch, sha256 } = tx.taken()?;
            Ok(Watermark { revision: batch.revision(), sha256 })
        })
    }

    /// Charts divide windows when they are read.
    fn divides(&self) -> bool {
        false
    }

    /// All of it or nothing.
    fn take(&self, changes: &[SeriesChange], watermark: &Watermark) -> Result<(), SeriesError> {
        self.file.write(|tx| {
            let taken = tx.taken()?.batch;
            for change in changes.iter().filter(|change| change.batch > taken) {
                apply(tx, change)?;
            }
            Ok(tx.set_taken(&Taken { batch: watermark.revision.batch(), sha256: watermark.sha256.clone() })?)
        })
    }

    fn clear(&self) -> Result<(), SeriesError> {
        self.file.write(|tx| Ok(tx.clear()?))
    }

    /// Compresses hours.
    fn settle(&self, before: Timestamp, _: &Recount<'_>) -> Result<bool, SeriesError> {
        self.file.write(|tx| {
            let due = tx.to_pack(hour_of(before), HOURS_PER_CALL)?;
            for (track, hour) in &due {
                let windows = decoded(tx, *track, *hour..hour + 1)?;
                pack(tx, *track, *hour, &windows)?;
            }
            Ok(u32::try_from(due.len()).is_ok_and(|count| count == HOURS_PER_CALL))
        })
    }

    fn windows(&self, asked: &[(Track, Range<Timestamp>)]) -> Result<Vec<Vec<SeriesWindow>>, SeriesError> {
        self.file.read(|tx| {
            let found = asked.iter().map(|(track, range)| {
                let first = reaching(tx, *track, hour_of(range.start))?;
                let mut windows = decoded(tx, *track, first..hour_after(range.end))?;
                windows.retain(|window| window.start < range.end && range.start < window.end);
                Ok(windows)
            });
            found.collect()
        })
    }

    fn hours(&self, asked: &[(Track, Range<i64>)]) -> Result<Vec<Vec<(i64, Sums)>>, SeriesError> {
        self.file.read(|tx| {
            let found =
                asked.iter().map(|(track, hours)| Ok(tx.sums(*track, reaching(tx, *track, hours.start)?..hours.end)?));
            found.collect()
        })
    }

    fn latest(&self, track: Track) -> Result<Option<Timestamp>, SeriesError> {
        self.file.read(|tx| Ok(tx.latest(track)?))
    }
}

/// The first hour in which a window may begin that reaches into `hour`.
fn reaching(tx: &SeriesTx<'_>, track: Track, hour: i64) -> Result<i64, SeriesError> {
    let longest = tx.longest(track.device)?;
    // A window no longer than an hour may still begin in the hour before.
    let hours = longest.nanoseconds().div_ceil(HOUR.nanoseconds());
    Ok(hour - hours.cast_signed())
}

fn apply(tx: &SeriesTx<'_>, change: &SeriesChange) -> Result<(), SeriesError> {
    if let Some(longest) = change.windows.iter().map(SeriesWindow::span).max()
        && longest > tx.longest(change.device.number)?
    {
        tx.note_longest(change.device.number, longest)?;
    }
    for is_contained in [false, true] {
        let track = Track { device: change.device.number, is_contained };
        if let Some(replaced) = change.replaces {
            drop_windows(tx, track, replaced)?;
        }
        let mut windows: Vec<_> =
            change.windows.iter().filter(|window| window.is_contained == is_contained).copied().collect();
        windows.sort_by_key(|window| window.start);
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
