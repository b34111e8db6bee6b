//! Sums of hours from what is sent, so that most hours are settled without reading their windows again.
//!
//! An hour is summed here if nothing that begins in it was sent before, and if every batch after that came once. Anything else (a restart in the hour,
//! a batch that is sent again, holders that become known later) leaves the hour to be counted anew from the evidence.

use super::super::store::{SeriesChange, SeriesDevice};
use super::super::window::{hour_after, hour_of, hour_start};
use super::holder_sums::HolderSums;
use model::{BatchId, DeviceId};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use units::Timestamp;

/// Number of hours of devices that are kept at most: three of 16,000 devices, about 10 MB.
const HOURS_MAX: usize = 50_000;

/// Hours of devices that are noted as not settled.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    devices: HashMap<DeviceId, DeviceTally>,
    hours: usize,
}

#[derive(Debug)]
struct DeviceTally {
    device: SeriesDevice,
    /// No window that was sent begins later.
    newest: Timestamp,
    /// By hour; `None` where it is to be counted anew.
    hours: BTreeMap<i64, Option<HourTally>>,
}

/// What the windows of an hour sum up to so far.
#[derive(Debug)]
struct HourTally {
    last: BatchId,
    holders: HolderSums,
}

impl Tallies {
    /// Adds a change that was sent, about devices that count. `latest` is asked for the end of a device's newest window before. Returns the hours that
    /// are to be noted as not settled, as they are not kept here.
    pub(super) fn add<E>(
        &mut self,
        change: &SeriesChange,
        latest: impl FnOnce() -> Result<Option<Timestamp>, E>,
    ) -> Result<Vec<i64>, E> {
        let hours = hours_of(change);
        let own = match self.devices.entry(change.device.number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                // A window ends after it began.
                let newest = latest()?.map_or(i64::MIN, |end| end.nanoseconds().saturating_sub(1));
                let newest = Timestamp::from_nanoseconds(newest);
                new.insert(DeviceTally { device: change.device.clone(), newest, hours: BTreeMap::new() })
            }
        };
        let mut fresh = Vec::new();
        for hour in hours {
            if own.hours.contains_key(&hour) {
                continue;
            }
            fresh.push(hour);
            if self.hours < HOURS_MAX {
                let is_whole = own.newest < hour_start(hour);
                let empty = || HourTally { last: BatchId::new(0), holders: HolderSums::default() };
                own.hours.insert(hour, is_whole.then(empty));
                self.hours += 1;
            }
        }
        own.sum(change);
        Ok(fresh)
    }

    /// The device, and what its windows of an hour sum up to; `None` where that is to be counted anew.
    pub(super) fn whole(&self, device: DeviceId, hour: i64) -> Option<(&SeriesDevice, &HolderSums)> {
        let own = self.devices.get(&device)?;
        Some((&own.device, &own.hours.get(&hour)?.as_ref()?.holders))
    }

    /// Forgets an hour, whose sums were written.
    pub(super) fn settled(&mut self, device: DeviceId, hour: i64) {
        let known = self.devices.get_mut(&device).and_then(|own| own.hours.remove(&hour));
        self.hours -= usize::from(known.is_some());
    }
}

impl DeviceTally {
    fn sum(&mut self, change: &SeriesChange) {
        if let Some(begun) = change.replaces {
            for (_, tally) in self.hours.range_mut(hour_of(begun.start())..hour_after(begun.end())) {
                *tally = None;
            }
        }
        let counted = || change.windows.iter().filter(|window| !window.is_contained);
        let hours: BTreeSet<i64> = counted().map(|window| hour_of(window.start)).collect();
        for hour in hours {
            let Some(tally) = self.hours.get_mut(&hour) else { continue };
            if tally.as_mut().is_some_and(|known| !known.add(hour, change)) {
                *tally = None;
            }
        }
        self.newest = counted().map(|window| window.start).fold(self.newest, Timestamp::max);
    }
}

impl HourTally {
    /// Adds what begins in `hour`. Returns whether the sums are still those of everything that was sent.
    fn add(&mut self, hour: i64, change: &SeriesChange) -> bool {
        if change.batch <= self.last {
            return false;
        }
        self.last = change.batch;
        change.shares.iter().all(|share| match change.windows.get(share.window) {
            Some(window) if hour_of(window.start) == hour => self.holders.add(window, share).is_ok(),
            _ => true,
        })
    }
}

/// The hours of which a change says something.
fn hours_of(change: &SeriesChange) -> BTreeSet<i64> {
    let counted = change.windows.iter().filter(|window| !window.is_contained);
    let replaced = change.replaces.into_iter().flat_map(|begun| hour_of(begun.start())..hour_after(begun.end()));
    counted.map(|window| hour_of(window.start)).chain(replaced).collect()
}
