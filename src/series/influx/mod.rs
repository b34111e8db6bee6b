//! The series store in InfluxDB 2: windows divided among their holders, one point each, and their sums by hour.
//!
//! What is written, with its tags, fields and units, stands in `deploy/influxdb/schema.json` and docs/OPERATING.md. Every field is an integer for
//! ever, since a field of another type would hide other series without a word. How far the copy is, is kept beside the ledger in `mirror.db`.

mod flux;
mod line;
mod points;
#[cfg(test)]
mod recorded;
mod server;
mod table;

pub use server::InfluxServer;

use super::store::{Recount, SeriesChange, SeriesDevice, SeriesError, SeriesStore, Watermark};
use super::sums::sums;
use super::window::{HOUR, SeriesWindow, hour_after, hour_of, hour_start};
use crate::store::{
    MirrorFile, MirrorMark, MirrorTx, MirroredTrack, PostedAccount, StoreError, Sums, Track, UnsettledHour,
};
use flux::{Points, predicate};
use line::carried;
use model::{EntryId, Revision};
use points::{CARBON_INTENSITY, CARBON_PERIOD, CONTAINED_WINDOW, ENERGY_HOUR, ENERGY_WINDOW, PointLines};
use server::{Connection, Written};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use units::{Interval, Span, Timestamp};

/// Maximum number of lines in one request.
const LINES_MAX: usize = 5_000;
/// Number of hours that one call of [`SeriesStore::settle`] settles.
const HOURS_PER_CALL: u32 = 128;
/// How much of one device's time a query for windows, or for sums of hours, asks for at once.
const WINDOWS_AT_ONCE: Span = Span::from_seconds(86_400);
const HOURS_AT_ONCE: i64 = 24 * 400;

/// What was sent since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MirrorCounts {
    /// Points that the server has taken.
    pub written_points: u64,
    /// Points that the server refuses for good, at least.
    pub refused_points: u64,
}

/// A series store in InfluxDB.
#[derive(Debug)]
pub struct Influx {
    connection: Connection,
    file: MirrorFile,
    written: AtomicU64,
    refused: AtomicU64,
    /// Hours before this one may have sums already.
    settled_before: AtomicI64,
    /// End of the newest window since the store was opened, ns; 0 before the first.
    newest_ns: AtomicI64,
    has_warned: AtomicBool,
}

impl Influx {
    /// Opens the store of `server`, with its notes in `directory`. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// The address cannot be used; the directory cannot be used.
    pub fn open(server: InfluxServer, directory: &Path) -> Result<Self, SeriesError> {
        let connection = Connection::open(server)?;
        let file = MirrorFile::open(directory, &connection.target())?;
        let is_caught_up = file.write(|tx| tx.is_caught_up())?;
        let settled_before = AtomicI64::new(if is_caught_up { i64::MAX } else { i64::MIN });
        Ok(Self {
            connection,
            file,
            written: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            settled_before,
            newest_ns: AtomicI64::new(0),
            has_warned: AtomicBool::new(false),
        })
    }

    /// What was sent since the store was opened.
    #[must_use]
    pub fn counts(&self) -> MirrorCounts {
        MirrorCounts {
            written_points: self.written.load(Ordering::Relaxed),
            refused_points: self.refused.load(Ordering::Relaxed),
        }
    }

    /// Sends what `lines` holds and empties it.
    fn send(&self, lines: &mut PointLines) -> Result<(), SeriesError> {
        let Written { kept, refused } = self.connection.write(lines.text())?;
        self.written.fetch_add(kept, Ordering::Relaxed);
        self.refused.fetch_add(refused, Ordering::Relaxed);
        lines.clear();
        Ok(())
    }

    /// Deletes a device's points of `measurement` that lie in `begun`, whose ends are whole milliseconds.
    fn remove(&self, measurement: &str, device: &SeriesDevice, begun: Interval) -> Result<(), SeriesError> {
        let predicate = predicate(measurement, &carried(device.node.as_str()), &carried(device.uuid.as_str()));
        let can_delete = self.connection.delete(&predicate, begun.start(), begun.last())?;
        if !can_delete && !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!("the server cannot delete: points of earlier holders stay beside the new ones");
        }
        Ok(())
    }

    /// The windows of a track that begin in the range, ascending: what their holders' shares sum up to.
    fn begun(
        &self,
        track: Track,
        known: &MirroredTrack,
        range: Range<Timestamp>,
    ) -> Result<Vec<SeriesWindow>, SeriesError> {
        let measurement = if track.is_contained { CONTAINED_WINDOW } else { ENERGY_WINDOW };
        let mut found: BTreeMap<Timestamp, SeriesWindow> = BTreeMap::new();
        let (mut start, last) = (range.start.max(known.earliest), range.end.min(known.latest));
        while start < last {
            let end = start.after(WINDOWS_AT_ONCE).unwrap_or(last).min(last);
            self.connection.query(&self.of(measurement, known).between(start..end), |row| {
                points::add_window(row, track.is_contained, &mut found)
            })?;
            start = end;
        }
        Ok(found.into_values().filter(|window| range.contains(&window.start)).collect())
    }

    fn of<'a>(&'a self, measurement: &'a str, known: &'a MirroredTrack) -> Points<'a> {
        Points { bucket: self.connection.bucket(), measurement, node: &known.node, device: &known.uuid }
    }
}

impl SeriesStore for Influx {
    fn watermark(&self) -> Result<Watermark, SeriesError> {
        let MirrorMark { revision, sha256 } = self.file.write(|tx| tx.mark())?;
        Ok(Watermark { revision, sha256 })
    }

    fn divides(&self) -> bool {
        true
    }

    /// Change by change; what is there already is written over with the same values.
    fn take(&self, changes: &[SeriesChange], watermark: &Watermark) -> Result<(), SeriesError> {
        let mut lines = PointLines::default();
        for change in changes {
            if let Some(begun) = change.replaces {
                self.send(&mut lines)?;
                let measurement = if change.device.is_contained { CONTAINED_WINDOW } else { ENERGY_WINDOW };
                self.remove(measurement, &change.device, begun)?;
            }
            for place in 0..change.windows.len() {
                lines.window(change, place);
                if lines.count() >= LINES_MAX {
                    self.send(&mut lines)?;
                }
            }
        }
        if let Some(newest) = changes.iter().flat_map(|change| &change.windows).map(|window| window.end).max() {
            self.newest_ns.fetch_max(newest.nanoseconds(), Ordering::Relaxed);
        }
        let newest = Timestamp::from_nanoseconds(self.newest_ns.load(Ordering::Relaxed));
        if newest > Timestamp::from_nanoseconds(0) && self.watermark()? != *watermark {
            lines.mirror(newest, watermark.revision, self.counts().refused_points);
        }
        self.send(&mut lines)?;
        let settled_before = self.settled_before.load(Ordering::Relaxed);
        let mark = MirrorMark { revision: watermark.revision, sha256: watermark.sha256.clone() };
        Ok(self.file.write(|tx| {
            changes.iter().try_for_each(|change| note(tx, change, settled_before))?;
            tx.set_mark(&mark)
        })?)
    }

    fn posted(&self) -> Result<Option<EntryId>, SeriesError> {
        Ok(Some(self.file.write(|tx| tx.entry())?))
    }

    fn take_posted(&self, accounts: &[PostedAccount], until: EntryId) -> Result<(), SeriesError> {
        let mut lines = PointLines::default();
        for account in accounts {
            lines.account(account);
            if lines.count() >= LINES_MAX {
                self.send(&mut lines)?;
            }
        }
        self.send(&mut lines)?;
        Ok(self.file.write(|tx| tx.set_entry(until))?)
    }

    /// What was never written is not deleted: the bucket may be another's.
    fn clear(&self) -> Result<(), SeriesError> {
        let (mark, entry) = self.file.write(|tx| Ok::<_, StoreError>((tx.mark()?, tx.entry()?)))?;
        if (mark.revision, entry) == (Revision::new(0), EntryId::new(0)) {
            return Ok(());
        }
        let (first, last) = (Timestamp::from_nanoseconds(0), Timestamp::from_nanoseconds(i64::MAX));
        for measurement in [ENERGY_WINDOW, CONTAINED_WINDOW, ENERGY_HOUR, CARBON_PERIOD, CARBON_INTENSITY] {
            if !self.connection.delete(&format!("_measurement=\"{measurement}\""), first, last)? {
                tracing::warn!(measurement, "the server cannot delete: points of another state of the ledger stay");
            }
        }
        self.settled_before.store(i64::MIN, Ordering::Relaxed);
        Ok(self.file.write(|tx| tx.clear())?)
    }

    /// Writes the sums of hours.
    fn settle(&self, before: Timestamp, recount: &Recount<'_>) -> Result<bool, SeriesError> {
        let due = self.file.write(|tx| {
            tx.set_caught_up()?;
            tx.to_settle(hour_of(before), HOURS_PER_CALL)
        })?;
        let whole = |hour: i64| Interval::new(hour_start(hour), hour_start(hour + 1));
        let asked = due.iter().filter_map(|due| Some((due.track.device, whole(due.hour)?)));
        let again: BTreeSet<_> =
            due.iter().filter(|due| due.is_again).map(|due| (due.track.device, due.hour)).collect();
        let mut lines = PointLines::default();
        for change in recount(&asked.collect::<Vec<_>>())? {
            let Some(whole) = change.replaces else { continue };
            if again.contains(&(change.device.number, hour_of(whole.start()))) {
                self.remove(ENERGY_HOUR, &change.device, whole)?;
            }
            lines.hour(whole.start(), &change)?;
        }
        self.send(&mut lines)?;
        self.file.write(|tx| due.iter().try_for_each(|due| tx.settle(due.track, due.hour)))?;
        self.settled_before.store(hour_of(before), Ordering::Relaxed);
        Ok(u32::try_from(due.len()).is_ok_and(|count| count == HOURS_PER_CALL))
    }

    fn interrupt(&self) {
        self.connection.interrupt();
    }

    fn windows(&self, track: Track, range: Range<Timestamp>) -> Result<Vec<SeriesWindow>, SeriesError> {
        let Some(known) = self.file.write(|tx| tx.track(track))? else { return Ok(Vec::new()) };
        let mut windows = self.begun(track, &known, range.start.before(known.longest)..range.end)?;
        windows.retain(|window| window.start < range.end && range.start < window.end);
        Ok(windows)
    }

    fn hours(&self, track: Track, hours: Range<i64>) -> Result<Vec<(i64, Sums)>, SeriesError> {
        let Some(known) = self.file.write(|tx| tx.track(track))? else { return Ok(Vec::new()) };
        let reach = known.longest.nanoseconds().div_ceil(HOUR.nanoseconds()).cast_signed();
        // Hours in which there are no windows must not be asked for one by one.
        let first = (hours.start - reach).max(hour_of(known.earliest));
        let hours = first..hours.end.min(hour_after(known.latest));
        let mut found = BTreeMap::new();
        let unsettled = if track.is_contained {
            hours.clone().collect()
        } else {
            let mut start = hours.start;
            while start < hours.end {
                let end = start.saturating_add(HOURS_AT_ONCE).min(hours.end);
                let query = self.of(ENERGY_HOUR, &known).between(hour_start(start)..hour_start(end));
                self.connection.query(&query, |row| points::add_hour(row, &mut found))?;
                start = end;
            }
            self.file.write(|tx| tx.unsettled(track, hours))?
        };
        for run in unsettled.chunk_by(|a, b| a + 1 == *b) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            found.retain(|hour, _| !run.contains(hour));
            let windows = self.begun(track, &known, hour_start(*first)..hour_start(last + 1))?;
            for own in windows.chunk_by(|a, b| hour_of(a.start) == hour_of(b.start)) {
                let Some(sums) = sums(own)? else { continue };
                found.insert(hour_of(sums.first), sums);
            }
        }
        Ok(found.into_iter().collect())
    }

    fn latest(&self, track: Track) -> Result<Option<Timestamp>, SeriesError> {
        Ok(self.file.write(|tx| tx.track(track))?.map(|known| known.latest))
    }
}

/// Notes what a change did to its tracks, and which hours are to be summed again.
fn note(tx: &MirrorTx<'_>, change: &SeriesChange, settled_before: i64) -> Result<(), StoreError> {
    for is_contained in [false, true] {
        let track = Track { device: change.device.number, is_contained };
        let windows = || change.windows.iter().filter(|window| window.is_contained == is_contained);
        if let (Some(longest), Some(earliest), Some(latest)) = (
            windows().map(SeriesWindow::span).max(),
            windows().map(|window| window.start).min(),
            windows().map(|window| window.end).max(),
        ) {
            let (node, uuid) = (carried(change.device.node.as_str()), carried(change.device.uuid.as_str()));
            tx.note(track, &MirroredTrack { node, uuid, longest, earliest, latest })?;
        }
    }
    let track = Track { device: change.device.number, is_contained: false };
    let counted = change.windows.iter().filter(|window| !window.is_contained);
    let mut hours: Vec<i64> = counted.map(|window| hour_of(window.start)).collect();
    hours.extend(change.replaces.into_iter().flat_map(|begun| hour_of(begun.start())..hour_after(begun.end())));
    hours.sort_unstable();
    hours.dedup();
    hours.into_iter().try_for_each(|hour| tx.unsettle(UnsettledHour { track, hour, is_again: hour < settled_before }))
}
