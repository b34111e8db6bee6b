//! What is kept in `mirror.db` of changes that were sent: how far each track reaches, and which hours are to be summed.

use super::super::store::SeriesChange;
use super::super::window::SeriesWindow;
use super::line::carried;
use super::tally::Tallies;
use crate::store::{MirrorTx, MirroredTrack, StoreError, Track, UnsettledHour};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Notes what changes did to their tracks, each once, and which hours are to be summed again.
pub(super) fn note(
    tx: &MirrorTx<'_>,
    changes: &[SeriesChange],
    tallies: &mut Tallies,
    settled_before: i64,
) -> Result<(), StoreError> {
    let mut tracks = BTreeMap::new();
    for change in changes {
        let track = Track { device: change.device.number, is_contained: false };
        let fresh = tallies.add(change, || Ok::<_, StoreError>(tx.track(track)?.map(|known| known.latest)))?;
        for hour in fresh {
            tx.unsettle(UnsettledHour { track, hour, is_again: hour < settled_before })?;
        }
        for is_contained in [false, true] {
            reach(change, is_contained, &mut tracks);
        }
    }
    tracks.iter().try_for_each(|(track, known)| tx.note(*track, known))
}

/// Adds how far the windows of a change reach.
fn reach(change: &SeriesChange, is_contained: bool, tracks: &mut BTreeMap<Track, MirroredTrack>) {
    let windows = || change.windows.iter().filter(|window| window.is_contained == is_contained);
    let (Some(longest), Some(earliest), Some(latest)) = (
        windows().map(SeriesWindow::span).max(),
        windows().map(|window| window.start).min(),
        windows().map(|window| window.end).max(),
    ) else {
        return;
    };
    match tracks.entry(Track { device: change.device.number, is_contained }) {
        Entry::Occupied(known) => {
            let known = known.into_mut();
            known.longest = known.longest.max(longest);
            known.earliest = known.earliest.min(earliest);
            known.latest = known.latest.max(latest);
        }
        Entry::Vacant(new) => {
            let (node, uuid) = (carried(change.device.node.as_str()), carried(change.device.uuid.as_str()));
            new.insert(MirroredTrack { node, uuid, longest, earliest, latest });
        }
    }
}
