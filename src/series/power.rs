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

    /// Adds everything that one device has.
    fn add_device(&mut self, mut buckets: Buckets, now: Timestamp) -> Result<(), SeriesError> {
        if buckets.is_empty() {
            return Ok(());
        }
        let expected = expect(&self.grid, now, &[self.grid.range], &mut buckets);
        self.add(buckets, expected)
    }
}

/// What the tracks have in the range of `grid`, whoever held them: for each of `devices` devices its buckets. A track says which device it is of.
fn poured(
    store: &dyn SeriesStore,
    grid: &Grid,
    tracks: &[(usize, Track)],
    devices: usize,
) -> Result<Vec<Buckets>, SeriesError> {
    let wanted: Vec<_> = tracks.iter().map(|(_, track)| wanted(grid, *track, None)).collect();
    let mut found = vec![Buckets::new(); devices];
    visit(store, &wanted, |place, piece| Ok(pour(grid, &mut found[tracks[place].0], &piece)?))?;
    Ok(found)
}

/// Both tracks of a device.
const fn tracks(device: DeviceId) -> [Track; 2] {
    [Track { device, is_contained: false }, Track { device, is_contained: true }]
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
    for buckets in poured(store, &grid, &tracks(device).map(|track| (0, track)), 1)? {
        series.add_device(buckets, now)?;
    }
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
    let mut devices = tx.devices().metered(None)?;
    devices.retain(|device| device.kind == DeviceKind::Accelerator);
    let of_device = |(place, device): (usize, &MeteredDevice)| tracks(device.device).map(|track| (place, track));
    let tracks: Vec<_> = devices.iter().enumerate().flat_map(of_device).collect();
    let all = poured(store, &grid, &tracks, devices.len())?;
    let mut found = Vec::new();
    for (device, buckets) in devices.into_iter().zip(all).filter(|(_, buckets)| !buckets.is_empty()) {
        let mut series = PowerSeries::new(grid);
        series.add_device(buckets, now)?;
        found.push(DeviceSeries { device, series });
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
    let devices = tx.devices().metered(Some(node))?.into_iter().enumerate();
    let tracks: Vec<_> =
        devices.map(|(place, device)| (place, Track { device: device.device, is_contained: false })).collect();
    let mut series = PowerSeries::new(grid);
    for buckets in poured(store, &grid, &tracks, tracks.len())? {
        series.add_device(buckets, now)?;
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
    let devices = HeldDevice::all(tx, held, range)?;
    let mut all = vec![Buckets::new(); devices.len()];
    visit_held(store, &devices, range, grid.is_coarse(), job, |place, piece| {
        Ok(pour(&grid, &mut all[place], &piece)?)
    })?;
    for (HeldDevice { device, held, .. }, mut buckets) in devices.into_iter().zip(all) {
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

/// A device that a job held, when, and who else did.
struct HeldDevice {
    device: MeteredDevice,
    held: Intervals,
    regimes: Regimes,
}

impl HeldDevice {
    /// The devices in `held`, with their holders in `range`.
    fn all(tx: &Tx<'_>, held: BTreeMap<DeviceId, Intervals>, range: Interval) -> Result<Vec<Self>, SeriesError> {
        let mut holders = Holders::of(tx, range)?;
        let mut found = Vec::new();
        for (number, held) in held {
            let Some(device) = tx.devices().get(number)? else { continue };
            let regimes = holders.regimes(&device)?;
            found.push(Self { device, held, regimes });
        }
        Ok(found)
    }
}

/// All pieces of a track in the range of `grid`.
fn wanted<'a>(grid: &Grid, track: Track, regimes: Option<&'a Regimes>) -> Wanted<'a> {
    Wanted { track, range: grid.range, is_coarse: grid.is_coarse(), regimes }
}

/// Calls `each` with the pieces in `range` that belong to `job`, and the place of their device in `devices`.
fn visit_held(
    store: &dyn SeriesStore,
    devices: &[HeldDevice],
    range: Interval,
    is_coarse: bool,
    job: JobNumber,
    mut each: impl FnMut(usize, HeldPiece) -> Result<(), SeriesError>,
) -> Result<(), SeriesError> {
    // The whole time from first to last: between two holdings a window may belong to both.
    let of_device = |(place, own): (usize, &HeldDevice)| Some((place, whole(&own.held)?.overlap(range)?));
    let (places, ranges): (Vec<_>, Vec<_>) = devices.iter().enumerate().filter_map(of_device).unzip();
    let wanted = places.iter().zip(ranges).map(|(place, range)| {
        let own: &HeldDevice = &devices[*place];
        let track = Track { device: own.device.device, is_contained: false };
        Wanted { track, range, is_coarse, regimes: Some(&own.regimes) }
    });
    let wanted: Vec<_> = wanted.collect();
    visit(store, &wanted, |place, piece| if piece.job == job { each(places[place], piece) } else { Ok(()) })
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
    let mut devices = HeldDevice::all(tx, held, life)?;
    devices.retain(|own| own.device.kind == DeviceKind::Accelerator);
    visit_held(store, &devices, life, true, job, |_, piece| {
        sum.held += piece.span.into();
        sum.energy = sum.energy.checked_add(piece.energy)?;
        sum.held_idle += piece.low.into();
        Ok(())
    })?;
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
    let devices = tx.devices().metered(None)?;
    let regimes = devices.iter().map(|device| holders.regimes(device)).collect::<Result<Vec<_>, _>>()?;
    let track = |device: &MeteredDevice| Track { device: device.device, is_contained: false };
    let wanted: Vec<_> =
        devices.iter().zip(&regimes).map(|(device, regimes)| wanted(&grid, track(device), Some(regimes))).collect();
    visit(store, &wanted, |place, piece| {
        let Some(number) = names.number(&piece, &devices[place], project) else { return Ok(()) };
        sums.resize_with(sums.len().max(number + 1), Buckets::new);
        Ok(pour(&grid, &mut sums[number], &piece)?)
    })?;
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
