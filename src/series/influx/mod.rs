//! The series store in InfluxDB 2: windows divided among their holders, one point each, and their sums by hour.
//!
//! What is written, with its tags, fields and units, stands in `deploy/influxdb/schema.json` and docs/OPERATING.md. Every field is an integer for
//! ever, since a field of another type would hide other series without a word. How far the copy is, is kept beside the ledger in `mirror.db`.

mod flux;
mod holder_sums;
mod line;
mod notes;
mod points;
#[cfg(test)]
mod recorded;
mod server;
mod table;
mod tally;
mod together;

pub use server::InfluxServer;

use super::store::{Recount, SeriesChange, SeriesDevice, SeriesError, SeriesStore, Watermark};
use super::sums::sums;
use super::window::{HOUR, SeriesWindow, hour_after, hour_of, hour_start};
use crate::store::{MirrorFile, MirrorMark, MirroredTrack, PostedAccount, StoreError, Sums, Track};
use flux::predicate;
use holder_sums::HolderSums;
use line::carried;
use model::{EntryId, Revision};
use points::{CARBON_INTENSITY, CARBON_PERIOD, CONTAINED_WINDOW, ENERGY_HOUR, ENERGY_WINDOW, PointLines};
use server::{Connection, Written};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use table::{Row, TableError};
use tally::Tallies;
use together::{AskedPart, together};
use units::{Interval, Span, Timestamp};

/// Maximum number of lines in one request.
const LINES_MAX: usize = 5_000;
/// Number of hours that one call of [`SeriesStore::settle`] settles.
const HOURS_PER_CALL: u32 = 128;
/// How much of one device's time, and of all devices' together, a query for windows asks for at once. A day of a device is about 2 MB.
const WINDOWS_OF_ONE: Span = Span::from_seconds(86_400);
const WINDOWS_OF_ALL: Span = Span::from_seconds(32 * 86_400);
/// The same of a query for sums of hours.
const HOURS_OF_ONE: Span = Span::from_seconds(400 * 86_400);
const HOURS_OF_ALL: Span = Span::from_seconds(24 * 400 * 86_400);

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
    /// Sums of hours that are not settled. They are as `file` is; without them hours are counted anew.
    tallies: Mutex<Tallies>,
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
            tallies: Mutex::default(),
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

    /// Sends what `lines` holds and empties it. Returns how many of them are refused.
    fn send(&self, lines: &mut PointLines) -> Result<u64, SeriesError> {
        let Written { kept, refused } = self.connection.write(lines.take())?;
        self.written.fetch_add(kept, Ordering::Relaxed);
        self.refused.fetch_add(refused, Ordering::Relaxed);
        Ok(refused)
    }

    /// Sends what `lines` holds, and with it how far the copy is then.
    fn send_last(&self, lines: &mut PointLines, watermark: &Watermark) -> Result<(), SeriesError> {
        let newest = Timestamp::from_nanoseconds(self.newest_ns.load(Ordering::Relaxed));
        let is_news = newest > Timestamp::from_nanoseconds(0) && self.watermark()? != *watermark;
        if is_news {
            lines.mirror(newest, watermark.revision, self.counts().refused_points);
        }
        if self.send(lines)? > 0 && is_news {
            lines.mirror(newest, watermark.revision, self.counts().refused_points);
            self.send(lines)?;
        }
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

    /// The windows of tracks that begin in ranges, ascending: what their holders' shares sum up to.
    fn begun(&self, asked: &[BegunIn<'_>]) -> Result<Vec<Vec<SeriesWindow>>, SeriesError> {
        let mut found = vec![BTreeMap::new(); asked.len()];
        for (is_contained, measurement) in [(false, ENERGY_WINDOW), (true, CONTAINED_WINDOW)] {
            let own = asked.iter().enumerate().filter(|(_, own)| own.is_contained == is_contained);
            let own = own.map(|(place, own)| {
                (place, own.range.start.max(own.known.earliest)..own.range.end.min(own.known.latest))
            });
            for group in together(own, WINDOWS_OF_ONE, WINDOWS_OF_ALL) {
                let start = |row: &Row<'_>| Ok(Timestamp::from_nanoseconds(row.integer("start_ns")?));
                self.ask(
                    measurement,
                    &group,
                    |place| asked[place].known,
                    start,
                    |place, row| points::add_window(row, is_contained, &mut found[place]),
                )?;
            }
        }
        Ok(found.into_iter().map(|windows| windows.into_values().collect()).collect())
    }

    /// Asks for the points of `measurement` in a group of parts, whose devices `known` names, and calls `each` with those whose moment lies in a part
    /// of their device.
    fn ask<'a>(
        &self,
        measurement: &str,
        (whole, members): &(Range<Timestamp>, Vec<AskedPart>),
        known: impl Fn(usize) -> &'a MirroredTrack,
        moment: impl Fn(&Row<'_>) -> Result<Timestamp, TableError>,
        mut each: impl FnMut(usize, &Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), SeriesError> {
        let mut devices: BTreeMap<(&str, &str), Vec<&AskedPart>> = BTreeMap::new();
        for part in members {
            let MirroredTrack { node, uuid, .. } = known(part.0);
            devices.entry((node, uuid)).or_default().push(part);
        }
        let query = flux::points(self.connection.bucket(), measurement, devices.keys().copied(), whole);
        self.connection.query(&query, |row| {
            let at = moment(row)?;
            let own = devices.get(&(row.text("node"), row.text("device"))).into_iter().flatten();
            own.filter(|(_, range)| range.contains(&at)).try_for_each(|(place, _)| each(*place, row))
        })
    }

    /// What is known of each track; `None` before its first window.
    fn known(&self, tracks: impl Iterator<Item = Track>) -> Result<Vec<Option<MirroredTrack>>, SeriesError> {
        Ok(self.file.write(|tx| tracks.map(|track| tx.track(track)).collect::<Result<_, StoreError>>())?)
    }
}

/// Windows of a track that begin in a range are asked for.
struct BegunIn<'a> {
    is_contained: bool,
    known: &'a MirroredTrack,
    range: Range<Timestamp>,
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
        lines.reserve(changes.iter().map(|change| change.shares.len()).sum::<usize>().min(LINES_MAX));
        for change in changes {
            if let Some(begun) = change.replaces {
                self.send(&mut lines)?;
                let measurement = if change.device.is_contained { CONTAINED_WINDOW } else { ENERGY_WINDOW };
                self.remove(measurement, &change.device, begun)?;
            }
            lines.windows(
                change,
                |lines| if lines.count() >= LINES_MAX { self.send(lines).map(drop) } else { Ok(()) },
            )?;
        }
        if let Some(newest) = changes.iter().flat_map(|change| &change.windows).map(|window| window.end).max() {
            self.newest_ns.fetch_max(newest.nanoseconds(), Ordering::Relaxed);
        }
        self.send_last(&mut lines, watermark)?;
        let settled_before = self.settled_before.load(Ordering::Relaxed);
        let mark = MirrorMark { revision: watermark.revision, sha256: watermark.sha256.clone() };
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = self.file.write(|tx| {
            notes::note(tx, changes, &mut tallies, settled_before)?;
            tx.set_mark(&mark)
        });
        if noted.is_err() {
            *tallies = Tallies::default();
        }
        Ok(noted?)
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
        *self.tallies.lock().unwrap_or_else(PoisonError::into_inner) = Tallies::default();
        Ok(self.file.write(|tx| tx.clear())?)
    }

    /// Writes the sums of hours.
    fn settle(&self, before: Timestamp, recount: &Recount<'_>) -> Result<bool, SeriesError> {
        let due = self.file.write(|tx| {
            tx.set_caught_up()?;
            tx.to_settle(hour_of(before), HOURS_PER_CALL)
        })?;
        let whole = |hour: i64| Interval::new(hour_start(hour), hour_start(hour + 1));
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut lines, mut asked) = (PointLines::default(), Vec::new());
        for due in &due {
            match tallies.whole(due.track.device, due.hour) {
                Some((device, sums)) => lines.hour(hour_start(due.hour), device, sums),
                None => asked.extend(whole(due.hour).map(|hour| (due.track.device, hour))),
            }
        }
        let again: BTreeSet<_> =
            due.iter().filter(|due| due.is_again).map(|due| (due.track.device, due.hour)).collect();
        for change in recount(&asked)? {
            let Some(whole) = change.replaces else { continue };
            if again.contains(&(change.device.number, hour_of(whole.start()))) {
                self.remove(ENERGY_HOUR, &change.device, whole)?;
            }
            lines.hour(whole.start(), &change.device, &HolderSums::of(&change)?);
        }
        self.send(&mut lines)?;
        self.file.write(|tx| due.iter().try_for_each(|due| tx.settle(due.track, due.hour)))?;
        due.iter().for_each(|due| tallies.settled(due.track.device, due.hour));
        self.settled_before.store(hour_of(before), Ordering::Relaxed);
        Ok(u32::try_from(due.len()).is_ok_and(|count| count == HOURS_PER_CALL))
    }

    fn interrupt(&self) {
        self.connection.interrupt();
    }

    fn windows(&self, asked: &[(Track, Range<Timestamp>)]) -> Result<Vec<Vec<SeriesWindow>>, SeriesError> {
        let known = self.known(asked.iter().map(|(track, _)| *track))?;
        let reaching = asked.iter().zip(&known).enumerate().filter_map(|(place, ((track, range), known))| {
            let known = known.as_ref()?;
            let range = range.start.before(known.longest)..range.end;
            Some((place, BegunIn { is_contained: track.is_contained, known, range }))
        });
        let (places, begun): (Vec<_>, Vec<_>) = reaching.unzip();
        let mut found = vec![Vec::new(); asked.len()];
        for (place, mut windows) in places.into_iter().zip(self.begun(&begun)?) {
            let range = &asked[place].1;
            windows.retain(|window| window.start < range.end && range.start < window.end);
            found[place] = windows;
        }
        Ok(found)
    }

    fn hours(&self, asked: &[(Track, Range<i64>)]) -> Result<Vec<Vec<(i64, Sums)>>, SeriesError> {
        let known = self.known(asked.iter().map(|(track, _)| *track))?;
        let mut found = vec![BTreeMap::new(); asked.len()];
        // Hours in which there are no windows must not be asked for.
        let ranges: Vec<Range<i64>> = asked.iter().zip(&known).map(|((_, hours), known)| reach(hours, known)).collect();
        let settled = (0..).zip(&ranges).filter(|(place, _)| !asked[*place].0.is_contained);
        let settled = settled.map(|(place, hours)| (place, hour_start(hours.start)..hour_start(hours.end)));
        let named = |place: usize| known[place].as_ref().unwrap_or(&NOBODY);
        for group in together(settled, HOURS_OF_ONE, HOURS_OF_ALL) {
            let hour = |row: &Row<'_>| Ok(hour_start(hour_of(Timestamp::from_nanoseconds(row.integer("first_ns")?))));
            self.ask(ENERGY_HOUR, &group, named, hour, |place, row| points::add_hour(row, &mut found[place]))?;
        }
        let mut runs = Vec::new();
        for (place, hours) in (0..).zip(ranges) {
            let track = asked[place].0;
            let unsettled = match track.is_contained {
                true => hours.collect(),
                false => self.file.write(|tx| tx.unsettled(track, hours))?,
            };
            for run in unsettled.chunk_by(|a, b| a + 1 == *b) {
                found[place].retain(|hour, _| !run.contains(hour));
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                let range = hour_start(*first)..hour_start(last + 1);
                runs.push((place, BegunIn { is_contained: track.is_contained, known: named(place), range }));
            }
        }
        let (places, begun): (Vec<_>, Vec<_>) = runs.into_iter().unzip();
        for (place, windows) in places.into_iter().zip(self.begun(&begun)?) {
            for own in windows.chunk_by(|a, b| hour_of(a.start) == hour_of(b.start)) {
                let Some(sums) = sums(own)? else { continue };
                found[place].insert(hour_of(sums.first), sums);
            }
        }
        Ok(found.into_iter().map(|hours| hours.into_iter().collect()).collect())
    }

    fn latest(&self, track: Track) -> Result<Option<Timestamp>, SeriesError> {
        Ok(self.file.write(|tx| tx.track(track))?.map(|known| known.latest))
    }
}

/// A track that has no windows.
static NOBODY: MirroredTrack = MirroredTrack {
    node: String::new(),
    uuid: String::new(),
    longest: Span::ZERO,
    earliest: Timestamp::from_nanoseconds(0),
    latest: Timestamp::from_nanoseconds(0),
};

/// The hours of a range in which a track may have windows, and those before it from which one may reach into it; none without a track.
fn reach(hours: &Range<i64>, known: &Option<MirroredTrack>) -> Range<i64> {
    let Some(known) = known else { return 0..0 };
    let longest = known.longest.nanoseconds().div_ceil(HOUR.nanoseconds()).cast_signed();
    (hours.start - longest).max(hour_of(known.earliest))..hours.end.min(hour_after(known.latest))
}
