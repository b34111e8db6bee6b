//! From windows to pieces: a piece is a stretch of time of a device that belongs to one holder. It is cut from a window, or taken from the sums of an
//! hour where that gives the same.

use super::bucket::HeldPiece;
use super::store::{SeriesError, SeriesStore};
use super::window::{SeriesWindow, hour_after, hour_of, hour_start};
use crate::ingest::{Clocks, Surroundings, cut, holders_at, site_at};
use crate::store::{Assigned, Held, MeteredDevice, StoreError, Sums, Track, Tx};
use model::{DeviceId, DeviceUuid, JobNumber, NodeNumber, Revision, SiteNumber};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use units::{Interval, Power, Span, Timestamp};

/// Who held a device over time.
pub(super) struct Regimes {
    node: NodeNumber,
    holders: Vec<Held>,
    sites: Vec<Assigned>,
    /// Moments at which the holders change, each with the job that holds the device alone from then on, if one does.
    since: Vec<(Timestamp, Option<JobNumber>)>,
}

/// The holders of each device of a node, and the sites that the node was at.
type OfNode = (HashMap<DeviceId, Vec<Held>>, Vec<Assigned>);

/// The holders of devices in a range of time, read once per node.
pub(super) struct Holders<'a> {
    tx: &'a Tx<'a>,
    range: Interval,
    revision: Revision,
    nodes: BTreeMap<NodeNumber, OfNode>,
}

impl<'a> Holders<'a> {
    /// Those in `range` and a day around it: a window is cut over its whole length, and none is longer than a day.
    pub(super) fn of(tx: &'a Tx<'a>, range: Interval) -> Result<Self, StoreError> {
        let range = range.widened(Span::from_nanoseconds(wire::WINDOW_NS_MAX));
        Ok(Self { tx, range, revision: tx.revisions().current()?, nodes: BTreeMap::new() })
    }

    /// Who held `device` over the range.
    pub(super) fn regimes(&mut self, device: &MeteredDevice) -> Result<Regimes, StoreError> {
        let (of_node, sites) = match self.nodes.entry(device.node) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let clocks = Clocks::of(self.tx, device.node, self.revision)?;
                let holders = clocks.holders(self.tx, device.node, self.range, self.revision)?;
                new.insert((holders, self.tx.nodes().assignments(device.node, self.revision)?))
            }
        };
        let holders = of_node.get(&device.device).cloned().unwrap_or_default();
        Ok(Regimes::of(device.node, holders, sites.clone()))
    }
}

impl Regimes {
    fn of(node: NodeNumber, holders: Vec<Held>, sites: Vec<Assigned>) -> Self {
        let mut edges = BTreeSet::from([Timestamp::from_nanoseconds(i64::MIN)]);
        edges.extend(holders.iter().flat_map(|held| [Some(held.start), held.end].into_iter().flatten()));
        edges.extend(sites.iter().map(|assigned| assigned.since));
        let only = |at| match holders_at(&holders, at).as_slice() {
            [(job, _)] => Some(*job),
            _ => None,
        };
        let since = edges.into_iter().map(|edge| (edge, only(edge))).collect();
        Self { node, holders, sites, since }
    }

    /// The job that held the device alone throughout `[start, end)`, at one site; `None` if there is no such job.
    fn only(&self, start: Timestamp, end: Timestamp) -> Option<JobNumber> {
        let after = self.since.partition_point(|(since, _)| *since <= start);
        let holder = self.since.get(after.checked_sub(1)?)?.1;
        let ends = self.since.get(after).is_none_or(|(next, _)| end <= *next);
        holder.filter(|_| ends)
    }

    /// The pieces of a window: the window itself if one job held the device alone, else what attribution cuts it into.
    fn pieces(
        &self,
        window: &SeriesWindow,
        mut visit: impl FnMut(HeldPiece) -> Result<(), SeriesError>,
    ) -> Result<(), SeriesError> {
        let site = |at| site_at(&self.sites, at).site;
        if let Some(job) = self.only(window.start, window.end) {
            return visit(HeldPiece { job, site: site(window.start), ..whole(window) });
        }
        let around = Surroundings { node: self.node, component: "", holders: &self.holders, sites: &self.sites };
        let mut parts = Vec::new();
        cut(&wire_window(window), &around, |key, part| parts.push((key, part)))?;
        for (key, part) in parts {
            let (start, end) = (part.start, part.end);
            let length = end.since(start).unwrap_or(Span::ZERO);
            let span = Span::try_from(part.span)?;
            let share = |power: Power| {
                let product = u128::from(power.milliwatts()) * u128::from(span.nanoseconds());
                let share = u64::try_from(product / u128::from(length.nanoseconds().max(1)));
                share.map_or(power, Power::from_milliwatts)
            };
            visit(HeldPiece {
                job: key.job,
                site: key.site,
                start,
                end,
                energy: part.energy,
                modelled: part.modelled,
                length,
                covered: Span::try_from(part.covered)?,
                span,
                low: if window.is_low { span } else { Span::ZERO },
                min: share(window.min),
                max: share(window.max),
            })?;
        }
        Ok(())
    }
}

fn whole(window: &SeriesWindow) -> HeldPiece {
    HeldPiece {
        job: JobNumber::IDLE,
        site: SiteNumber::UNASSIGNED,
        start: window.start,
        end: window.end,
        energy: window.energy,
        modelled: window.modelled(),
        length: window.span(),
        covered: window.covered,
        span: window.span(),
        low: window.low(),
        min: window.min,
        max: window.max,
    }
}

/// The window as attribution takes it; only what it looks at is filled in.
fn wire_window(window: &SeriesWindow) -> wire::Window {
    wire::Window {
        device: DeviceUuid::default(),
        start: window.start,
        end: window.end,
        energy: window.energy,
        covered: window.covered,
        method: wire::Method::Counter,
        quality: window.quality,
        flags: Vec::new(),
        power_min: window.min,
        power_peak: window.max,
        readings: 0,
        integration_uncertainty: units::Energy::ZERO,
        sensor_systematic: units::Energy::ZERO,
    }
}

/// Which pieces of a device are wanted.
pub(super) struct Wanted<'a> {
    pub(super) track: Track,
    pub(super) range: Interval,
    /// Whether an hour whose windows all lie in it and have one holder may be one piece, from its sums alone.
    pub(super) is_coarse: bool,
    /// Who held the device; without them a window is one piece that belongs to nobody.
    pub(super) regimes: Option<&'a Regimes>,
}

/// Number of tracks whose hours are in memory at once; a month of one takes 80 kB.
const TRACKS_AT_ONCE: usize = 256;
/// How much device time is in memory window by window at once; a day takes 0.8 MB.
const WINDOWS_AT_ONCE: Span = Span::from_seconds(16 * 86_400);

/// Calls `each` with every piece that is wanted, and the place in `wanted` that it belongs to.
pub(super) fn visit(
    store: &dyn SeriesStore,
    wanted: &[Wanted<'_>],
    mut each: impl FnMut(usize, HeldPiece) -> Result<(), SeriesError>,
) -> Result<(), SeriesError> {
    for (part, first) in wanted.chunks(TRACKS_AT_ONCE).zip((0..).step_by(TRACKS_AT_ONCE)) {
        let coarse = || part.iter().enumerate().filter(|(_, wanted)| wanted.is_coarse);
        let asked: Vec<_> = coarse()
            .map(|(_, wanted)| (wanted.track, hour_of(wanted.range.start())..hour_after(wanted.range.end())))
            .collect();
        let mut fine: Vec<(usize, Interval)> = part
            .iter()
            .enumerate()
            .filter(|(_, wanted)| !wanted.is_coarse)
            .map(|(place, wanted)| (place, wanted.range))
            .collect();
        for ((place, wanted), hours) in coarse().zip(store.hours(&asked)?) {
            let whole = whole_hours(wanted, hours, |interval| fine.push((place, interval)));
            for (job, own) in whole {
                let site =
                    wanted.regimes.map_or(SiteNumber::UNASSIGNED, |regimes| site_at(&regimes.sites, own.first).site);
                each(first + place, HeldPiece { job, site, ..piece_of(&own) })?;
            }
        }
        visit_windows(store, part, &fine, |place, piece| each(first + place, piece))?;
    }
    Ok(())
}

/// Calls `each` with the pieces of the windows in `fine`: places in `wanted`, each with a part of its range.
fn visit_windows(
    store: &dyn SeriesStore,
    wanted: &[Wanted<'_>],
    fine: &[(usize, Interval)],
    mut each: impl FnMut(usize, HeldPiece) -> Result<(), SeriesError>,
) -> Result<(), SeriesError> {
    let mut rest = fine;
    while !rest.is_empty() {
        let mut time = Span::ZERO;
        let fits = rest.iter().take_while(|(_, interval)| {
            time = time.plus(interval.span());
            time <= WINDOWS_AT_ONCE
        });
        let (part, later) = rest.split_at(fits.count().max(1));
        rest = later;
        let range =
            |(place, interval): &(usize, Interval)| Some((wanted.get(*place)?.track, interval.start()..interval.end()));
        let asked: Vec<_> = part.iter().filter_map(range).collect();
        for ((place, _), windows) in part.iter().zip(store.windows(&asked)?) {
            let regimes = wanted.get(*place).and_then(|wanted| wanted.regimes);
            windows.iter().try_for_each(|window| match regimes {
                Some(regimes) => regimes.pieces(window, |piece| each(*place, piece)),
                None => each(*place, whole(window)),
            })?;
        }
    }
    Ok(())
}

/// Those of `hours` whose sums alone say what is wanted, each with the job that held the device throughout; `look` is called with the times that must be
/// looked at window by window.
fn whole_hours(wanted: &Wanted<'_>, hours: Vec<(i64, Sums)>, mut look: impl FnMut(Interval)) -> Vec<(JobNumber, Sums)> {
    let Wanted { range, regimes, .. } = *wanted;
    let (from, to) = (range.start(), range.end());
    let (mut sums, mut fine) = (Vec::new(), BTreeSet::new());
    for (hour, own) in hours {
        let is_inside = from <= own.first && own.last <= to;
        let holder = regimes.map_or(Some(JobNumber::IDLE), |regimes| regimes.only(own.first, own.last));
        match holder {
            Some(job) if is_inside && hour_of(own.first) + 1 >= hour_after(own.last) => sums.push((hour, job, own)),
            // A window may reach into the hours after its own; those are looked at window by window too.
            _ => fine.extend(hour..hour_after(own.last).max(hour + 1)),
        }
    }
    let hours: Vec<i64> = fine.iter().copied().collect();
    for run in hours.chunk_by(|a, b| a + 1 == *b) {
        let (Some(&first), Some(&last)) = (run.first(), run.last()) else { continue };
        let whole = Interval::new(hour_start(first), hour_start(last + 1));
        if let Some(part) = whole.and_then(|whole| whole.overlap(range)) {
            look(part);
        }
    }
    sums.into_iter().filter(|(hour, ..)| !fine.contains(hour)).map(|(_, job, own)| (job, own)).collect()
}

fn piece_of(sums: &Sums) -> HeldPiece {
    HeldPiece {
        job: JobNumber::IDLE,
        site: SiteNumber::UNASSIGNED,
        start: sums.first,
        end: sums.last,
        energy: sums.energy,
        modelled: sums.modelled,
        length: sums.span,
        covered: sums.covered,
        span: sums.span,
        low: sums.low,
        min: sums.min,
        max: sums.max,
    }
}
