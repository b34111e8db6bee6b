//! Power over time of devices, nodes, jobs and the fleet: windows cut and shared as the ledger does, summed in buckets.

use super::bucket::{Bucket, Buckets, Grid, HeldPiece, mean_power, pour};
use super::pieces::{Holders, Regimes, Wanted, visit};
use super::store::{SeriesError, SeriesStore};
use crate::store::{MeteredDevice, StoreError, Track, Tx};
use model::{DeviceId, DeviceKind, JobNumber, NodeNumber, ProjectName, SiteName, SiteNumber};
use std::collections::BTreeMap;
use std::ops::Range;
use units::{DeviceTime, Energy, Interval, Power, Span, Timestamp};

/// Energy and power of one or several devices over time, in buckets.
#[derive(Debug, Clone)]
pub struct PowerSeries {
    /// The range of time and the length of its buckets.
    pub grid: Grid,
    /// Buckets by their number, counted from 1970; a bucket without windows is absent.
    pub buckets: BTreeMap<i64, Bucket>,
    /// Sum of the buckets.
    pub energy: Energy,
    /// The part of it that was modelled instead of measured.
    pub modelled: Energy,
    /// Device time that was observed.
    pub observed: DeviceTime,
    /// Device time that should have been observed.
    pub expected: DeviceTime,
}

/// One device, or a job's part of it.
#[derive(Debug, Clone)]
pub struct DeviceSeries {
    /// Identity, name and node of the device.
    pub device: MeteredDevice,
    /// Its energy and power over time.
    pub series: PowerSeries,
}

/// By what [`fleet`] groups the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerGroup {
    /// By project of the job that holds the device.
    Project,
    /// By site that the node was at.
    Site,
    /// By node that the device belongs to.
    Node,
}

/// Power of one group over time.
#[derive(Debug, Clone)]
pub struct GroupSeries {
    /// Name of the group; `None` for jobs without a project.
    pub group: Option<String>,
    /// Whether nobody held the devices.
    pub is_idle: bool,
    /// Its buckets by their number, counted from 1970.
    pub buckets: BTreeMap<i64, GroupBucket>,
}

/// What a group has in one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupBucket {
    /// Energy in the bucket.
    pub energy: Energy,
    /// Mean power, over the time for which any group is metered in the bucket.
    pub mean: Power,
}

/// What a job used of its accelerators over its whole life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobUse {
    /// Its share of their device time.
    pub held: DeviceTime,
    /// Its energy on them.
    pub energy: Energy,
    /// The part of the device time in which they were nearly idle.
    pub held_idle: DeviceTime,
}

/// Times that do not overlap, ascending.
type Intervals = Vec<Interval>;

/// When a job held each device. A holding without an end lasts until `now`, or until the device's newest window if that is later.
fn held(
    store: &dyn SeriesStore,
    tx: &Tx<'_>,
    job: JobNumber,
    now: Timestamp,
) -> Result<BTreeMap<DeviceId, Intervals>, SeriesError> {
    let mut found: BTreeMap<DeviceId, Intervals> = BTreeMap::new();
    for (device, start, end) in tx.holdings().of_job(job)? {
        let end = match end {
            Some(end) => end,
            None => store.latest(Track { device, is_contained: false })?.map_or(now, |latest| latest.max(now)),
        };
        let Some(own) = Interval::new(start, end) else { continue };
        let intervals = found.entry(device).or_default();
        match intervals.last_mut() {
            Some(last) if own.start() <= last.end() => *last = last.hull(own),
            _ => intervals.push(own),
        }
    }
    Ok(found)
}

/// From the first moment at which a job held a device to the last; `None` if it held none.
///
/// # Errors
///
/// One of the stores cannot be read.
pub fn life(
    store: &dyn SeriesStore,
    tx: &Tx<'_>,
    job: JobNumber,
    now: Timestamp,
) -> Result<Option<Interval>, SeriesError> {
    Ok(hull(&held(store, tx, job, now)?))
}

/// From the first moment at which anything was held to the last.
fn hull(held: &BTreeMap<DeviceId, Intervals>) -> Option<Interval> {
    held.values().filter_map(whole).reduce(Interval::hull)
}

/// From the start of the first to the end of the last.
fn whole(intervals: &Intervals) -> Option<Interval> {
    Some(intervals.first()?.hull(*intervals.last()?))
}

/// Adds to each bucket how much of it should have been metered; returns the sum over the whole grid, until `now`.
fn expect(grid: &Grid, now: Timestamp, held: &[Interval], buckets: &mut Buckets) -> DeviceTime {
    let mut whole = DeviceTime::ZERO;
    let past = Interval::new(grid.range.start(), grid.range.end().min(now));
    for due in held.iter().filter_map(|held| held.overlap(past?)) {
        whole += due.span().into();
        for (number, bucket) in buckets.range_mut(grid.numbers(due)) {
            let (start, end) = (grid.start(*number).max(due.start()), grid.end(*number).min(due.end()));
            bucket.expected += end.since(start).unwrap_or(Span::ZERO).into();
        }
    }
    whole
}

impl PowerSeries {
    fn new(grid: Grid) -> Self {
        let (energy, time) = (Energy::ZERO, DeviceTime::ZERO);
        Self { grid, buckets: BTreeMap::new(), energy, modelled: energy, observed: time, expected: time }
    }

    /// Adds one device's buckets, which should have been metered for `expected`.
    fn add(&mut self, buckets: Buckets, expected: DeviceTime) -> Result<(), SeriesError> {
        for (number, bucket) in buckets {
            self.energy = self.energy.checked_add(bucket.energy)?;
            self.modelled = self.modelled.checked_add(bucket.modelled)?;
            self.observed += bucket.observed;
            match self.buckets.get_mut(&number) {
                Some(known) => known.add(&bucket)?,
                None => drop(self.buckets.insert(number, bucket)),
            }
        }
        self.expected += expected;
        Ok(())
    }

    /// Adds everything that the tracks of one device have.
    fn add_tracks(&mut self, store: &dyn SeriesStore, tracks: &[Track], now: Timestamp) -> Result<(), SeriesError> {
        let (grid, mut buckets) = (self.grid, Buckets::new());
        for track in tracks {
            let wanted = wanted(&grid, *track, None);
            visit(store, &wanted, |piece| Ok(pour(&grid, &mut buckets, &piece)?))?;
        }
        if buckets.is_empty() {
            return Ok(());
        }
        let expected = expect(&grid, now, &[grid.range], &mut buckets);
        self.add(buckets, expected)
    }
}

/// Power of one device, whoever held it, even if another device contains it.
///
/// # Errors
///
/// The series store cannot be read.
pub fn device(
    store: &dyn SeriesStore,
    device: DeviceId,
    grid: Grid,
    now: Timestamp,
) -> Result<PowerSeries, SeriesError> {
    let mut series = PowerSeries::new(grid);
    series.add_tracks(store, &[false, true].map(|is_contained| Track { device, is_contained }), now)?;
    Ok(series)
}

/// Power of every accelerator that has any, whoever held it.
///
/// # Errors
///
/// One of the stores cannot be read.
pub fn accelerators(
    store: &dyn SeriesStore,
    tx: &Tx<'_>,
    grid: Grid,
    now: Timestamp,
) -> Result<Vec<DeviceSeries>, SeriesError> {
    let mut found = Vec::new();
    for device in tx.devices().metered(None)?.into_iter().filter(|device| device.kind == DeviceKind::Accelerator) {
        let series = self::device(store, device.device, grid, now)?;
        if !series.buckets.is_empty() {
            found.push(DeviceSeries { device, series });
        }
    }
    Ok(found)
}

/// Power of a node: the sum of its devices, without those that another contains.
///
/// # Errors
///
/// One of the stores cannot be read.
pub fn node(
    store: &dyn SeriesStore,
    tx: &Tx<'_>,
    node: NodeNumber,
    grid: Grid,
    now: Timestamp,
) -> Result<PowerSeries, SeriesError> {
    let mut series = PowerSeries::new(grid);
    for device in tx.devices().metered(Some(node))? {
        series.add_tracks(store, &[Track { device: device.device, is_contained: false }], now)?;
    }
    Ok(series)
}

/// Power of a job, device by device, as attributed to it. Over the whole life of the job the energies sum to its energy in the ledger.
///
/// # Errors
///
/// One of the stores cannot be read.
pub fn job_devices(
    store: &dyn SeriesStore,
    tx: &Tx<'_>,
    job: JobNumber,
    grid: Grid,
    now: Timestamp,
) -> Result<Vec<DeviceSeries>, SeriesError> {
    let mut found = Vec::new();
    let held = held(store, tx, job, now)?;
    let Some(range) = hull(&held).and_then(|life| life.overlap(grid.range)) else { return Ok(found) };
    let mut holders = Holders::of(tx, range)?;
    for (number, held) in held {
        let Some(device) = tx.devices().get(number)? else { continue };
        let mut buckets = Buckets::new();
        let regimes = holders.regimes(&device)?;
        let track = Track { device: number, is_contained: false };
        let wanted = Wanted { track, range, is_coarse: grid.is_coarse(), regimes: Some(&regimes) };
        visit_held(store, &wanted, job, &held, |piece| Ok(pour(&grid, &mut buckets, &piece)?))?;
        if buckets.is_empty() {
            continue;
        }
        let expected = expect(&grid, now, &held, &mut buckets);
        let mut series = PowerSeries::new(grid);
        series.add(buckets, expected)?;
        found.push(DeviceSeries { device, series });
    }
    Ok(found)
}

/// All pieces of a track in the range of `grid`.
fn wanted<'a>(grid: &Grid, track: Track, regimes: Option<&'a Regimes>) -> Wanted<'a> {
    Wanted { track, range: grid.range, is_coarse: grid.is_coarse(), regimes }
}

/// Calls `each` with the pieces among those wanted that belong to `job`, which held the device during `held`.
fn visit_held(
    store: &dyn SeriesStore,
    wanted: &Wanted<'_>,
    job: JobNumber,
    held: &Intervals,
    mut each: impl FnMut(HeldPiece) -> Result<(), SeriesError>,
) -> Result<(), SeriesError> {
    // The whole time from first to last: between two holdings a window may belong to both.
    let Some(range) = whole(held).and_then(|held| held.overlap(wanted.range)) else { return Ok(()) };
    visit(store, &Wanted { range, ..*wanted }, |piece| if piece.job == job { each(piece) } else { Ok(()) })
}

/// Power of a job: the sum of [`job_devices`].
///
/// # Errors
///
/// One of the stores cannot be read.
pub fn job(
    store: &dyn SeriesStore,
    tx: &Tx<'_>,
    job: JobNumber,
    grid: Grid,
    now: Timestamp,
) -> Result<PowerSeries, SeriesError> {
    let mut sum = PowerSeries::new(grid);
    for own in job_devices(store, tx, job, grid, now)? {
        sum.add(own.series.buckets, own.series.expected)?;
    }
    Ok(sum)
}

/// What a job used of its accelerators over its whole life.
///
/// # Errors
///
/// One of the stores cannot be read.
pub fn job_use(store: &dyn SeriesStore, tx: &Tx<'_>, job: JobNumber, now: Timestamp) -> Result<JobUse, SeriesError> {
    let mut sum = JobUse::default();
    let held = held(store, tx, job, now)?;
    let Some(life) = hull(&held) else { return Ok(sum) };
    let mut holders = Holders::of(tx, life)?;
    for (number, held) in held {
        let Some(device) = tx.devices().get(number)?.filter(|device| device.kind == DeviceKind::Accelerator) else {
            continue;
        };
        let regimes = holders.regimes(&device)?;
        let track = Track { device: number, is_contained: false };
        let wanted = Wanted { track, range: life, is_coarse: true, regimes: Some(&regimes) };
        visit_held(store, &wanted, job, &held, |piece| {
            sum.held += piece.span.into();
            sum.energy = sum.energy.checked_add(piece.energy)?;
            sum.held_idle += piece.low.into();
            Ok(())
        })?;
    }
    Ok(sum)
}

/// Where a piece of energy was metered, as far as the group that it belongs to depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Node(NodeNumber),
    Site(SiteNumber),
}

/// The groups of [`fleet`], each with the number under which it is summed.
struct Names {
    by: PowerGroup,
    projects: BTreeMap<JobNumber, Option<ProjectName>>,
    sites: BTreeMap<SiteNumber, SiteName>,
    numbers: BTreeMap<(JobNumber, Place), Option<usize>>,
    groups: Vec<(bool, Option<String>)>,
}

impl Names {
    fn of(tx: &Tx<'_>, by: PowerGroup, grid: &Grid) -> Result<Self, StoreError> {
        let range = grid.range.widened(Span::from_nanoseconds(wire::WINDOW_NS_MAX));
        let projects = tx.holdings().projects_of_holders(range)?.into_iter().collect();
        let sites = tx.sites().list()?.into_iter().map(|site| (site.site, site.name)).collect();
        Ok(Self { by, projects, sites, numbers: BTreeMap::new(), groups: Vec::new() })
    }

    /// Number of the group that a piece of `device` belongs to; `None` if only `project` is shown and the piece is not its.
    fn number(&mut self, piece: &HeldPiece, device: &MeteredDevice, project: Option<&ProjectName>) -> Option<usize> {
        let place = if self.by == PowerGroup::Node { Place::Node(device.node) } else { Place::Site(piece.site) };
        let known = self.numbers.get(&(piece.job, place));
        if let Some(number) = known {
            return *number;
        }
        let own = self.projects.get(&piece.job).cloned().flatten();
        let is_shown = project.is_none() || (!piece.job.is_idle() && project == own.as_ref());
        let name = match self.by {
            PowerGroup::Project => own.map(ProjectName::into_string),
            PowerGroup::Site => self.sites.get(&piece.site).map(SiteName::to_string),
            PowerGroup::Node => Some(device.node_name.to_string()),
        };
        let group = (piece.job.is_idle(), name);
        let number = is_shown.then(|| {
            self.groups.iter().position(|known| *known == group).unwrap_or_else(|| {
                self.groups.push(group);
                self.groups.len() - 1
            })
        });
        self.numbers.insert((piece.job, place), number);
        number
    }
}

/// Power of all devices by group, without those that another device contains; with `project`, of that project's jobs only.
///
/// # Errors
///
/// One of the stores cannot be read.
pub fn fleet(
    store: &dyn SeriesStore,
    tx: &Tx<'_>,
    by: PowerGroup,
    grid: Grid,
    project: Option<&ProjectName>,
) -> Result<Vec<GroupSeries>, SeriesError> {
    let mut names = Names::of(tx, by, &grid)?;
    let mut sums: Vec<Buckets> = Vec::new();
    let mut holders = Holders::of(tx, grid.range)?;
    for device in tx.devices().metered(None)? {
        let regimes = holders.regimes(&device)?;
        let track = Track { device: device.device, is_contained: false };
        visit(store, &wanted(&grid, track, Some(&regimes)), |piece| {
            let Some(number) = names.number(&piece, &device, project) else { return Ok(()) };
            sums.resize_with(sums.len().max(number + 1), Buckets::new);
            Ok(pour(&grid, &mut sums[number], &piece)?)
        })?;
    }
    let mut metered: BTreeMap<i64, Range<Timestamp>> = BTreeMap::new();
    for (number, bucket) in sums.iter().flatten() {
        let known = metered.entry(*number).or_insert(bucket.first..bucket.last);
        *known = known.start.min(bucket.first)..known.end.max(bucket.last);
    }
    let of_group = |(number, Bucket { energy, .. }): (i64, Bucket)| {
        let span = metered.get(&number).and_then(|range| range.end.since(range.start)).unwrap_or(Span::ZERO);
        (number, GroupBucket { energy, mean: mean_power(energy, span.into()) })
    };
    let groups = names.groups.into_iter().zip(sums).map(|((is_idle, group), buckets)| {
        let buckets = buckets.into_iter().map(of_group);
        GroupSeries { group, is_idle, buckets: buckets.collect() }
    });
    let mut groups: Vec<GroupSeries> = groups.collect();
    groups.sort_by(|a, b| (a.is_idle, &a.group).cmp(&(b.is_idle, &b.group)));
    Ok(groups)
}
