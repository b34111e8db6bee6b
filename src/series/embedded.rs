//! The series store in a file of its own, `series.db`: hours of windows, each with its sums. It needs no other server.

use super::columns;
use super::store::{SeriesChange, SeriesError, SeriesStore};
use super::window::{HOUR, SeriesWindow, hour_after, hour_of};
use crate::store::{SeriesFile, SeriesPlace, SeriesTx, StoreError, Sums, Taken, Track};
use std::ops::Range;
use std::path::Path;
use units::{Energy, Interval, Overflow, Span, Timestamp};

/// Number of hours that one call of [`SeriesStore::compress`] compresses, about a tenth of a second of work.
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
    fn taken(&self) -> Result<Taken, SeriesError> {
        self.file.read(|tx| Ok(tx.taken()?))
    }

    fn take(&self, changes: &[SeriesChange], taken: &Taken) -> Result<(), SeriesError> {
        self.file.write(|tx| {
            for change in changes {
                apply(tx, change)?;
            }
            Ok(tx.set_taken(taken)?)
        })
    }

    fn clear(&self) -> Result<(), SeriesError> {
        self.file.write(|tx| Ok(tx.clear()?))
    }

    fn compress(&self, before: Timestamp) -> Result<bool, SeriesError> {
        self.file.write(|tx| {
            let due = tx.to_pack(hour_of(before), HOURS_PER_CALL)?;
            for (track, hour) in &due {
                let windows = decoded(tx, *track, *hour..hour + 1)?;
                pack(tx, *track, *hour, &windows)?;
            }
            Ok(u32::try_from(due.len()).is_ok_and(|count| count == HOURS_PER_CALL))
        })
    }

    fn windows(&self, track: Track, range: Range<Timestamp>) -> Result<Vec<SeriesWindow>, SeriesError> {
        self.file.read(|tx| {
            let first = reaching(tx, track, hour_of(range.start))?;
            let mut windows = decoded(tx, track, first..hour_after(range.end))?;
            windows.retain(|window| window.start < range.end && range.start < window.end);
            Ok(windows)
        })
    }

    fn hours(&self, track: Track, hours: Range<i64>) -> Result<Vec<(i64, Sums)>, SeriesError> {
        self.file.read(|tx| Ok(tx.sums(track, reaching(tx, track, hours.start)?..hours.end)?))
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
        && longest > tx.longest(change.device)?
    {
        tx.note_longest(change.device, longest)?;
    }
    for is_contained in [false, true] {
        let track = Track { device: change.device, is_contained };
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

/// The sums of windows; `None` if there are none.
fn sums(windows: &[SeriesWindow]) -> Result<Option<Sums>, Overflow> {
    let (Some(first), Some(last)) = (windows.first(), windows.iter().map(|window| window.end).max()) else {
        return Ok(None);
    };
    let mut sums = Sums {
        first: first.start,
        last,
        energy: Energy::ZERO,
        modelled: Energy::ZERO,
        min: first.min,
        max: first.max,
        covered: Span::ZERO,
        span: Span::ZERO,
        low: Span::ZERO,
    };
    for window in windows {
        sums.energy = sums.energy.checked_add(window.energy)?;
        sums.modelled = sums.modelled.checked_add(window.modelled())?;
        sums.min = sums.min.min(window.min);
        sums.max = sums.max.max(window.max);
        sums.covered = sums.covered.plus(window.covered);
        sums.span = sums.span.plus(window.span());
        sums.low = sums.low.plus(window.low());
    }
    Ok(Some(sums))
}
