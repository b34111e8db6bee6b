//! Power over time of devices, nodes, jobs and the fleet: windows cut and shared as the ledger does, summed in buckets.

use super::bucket::{Bucket, Buckets, Grid, HeldPiece, pour, power_mw, summed};
use super::pieces::{Holders, Regimes, Wanted, visit};
use super::store::{SeriesError, SeriesStore};
use crate::store::{MeteredDevice, StoreError, Track, Tx};
use model::{DeviceId, JobNumber, NodeNumber, SiteNumber};
use std::collections::BTreeMap;
use units::Timestamp;

/// Energy and power of one or several devices over time, in buckets.
#[derive(Debug, Clone)]
pub struct PowerSeries {
    /// The range of time and the length of its buckets.
    pub grid: Grid,
    /// Buckets by their number, counted from 1970; a bucket without windows is absent.
    pub buckets: BTreeMap<i64, Bucket>,
    /// Sum of the buckets, mJ.
    pub energy_mj: i64,
    /// The part of it that was modelled instead of measured, mJ.
    pub modelled_mj: i64,
    /// Device time that was observed, ns.
    pub observed_ns: i128,
    /// Device time that should have been observed, ns.
    pub expected_ns: i128,
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
    /// Energy, mJ, and mean power, mW, by number of the bucket. The mean is over the time for which any group is metered in that bucket.
    pub buckets: BTreeMap<i64, (i64, i64)>,
}

/// What a job used of its accelerators over its whole life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobUse {
    /// Its share of their device time, ns.
    pub device_ns: i128,
    /// Its energy on them, mJ.
    pub energy_mj: i64,
    /// Time for which they were held and nearly idle, ns.
    pub held_idle_ns: i128,
}

/// Times that do not overlap, ascending.
type Intervals = Vec<(Timestamp, Timestamp)>;

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
        let intervals = found.entry(device).or_default();
        match intervals.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            _ if start < end => intervals.push((start, end)),
            _ => {}
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
) -> Result<Option<(Timestamp, Timestamp)>, SeriesError> {
    Ok(hull(&held(store, tx, job, now)?))
}

/// From the first moment at which anything was held to the last.
fn hull(held: &BTreeMap<DeviceId, Intervals>) -> Option<(Timestamp, Timestamp)> {
    let ends = |intervals: &Intervals| Some((intervals.first()?.0, intervals.last()?.1));
    held.values().filter_map(ends).reduce(|(start, end), other| (start.min(other.0), end.max(other.1)))
}

/// Adds to each bucket how much of it should have been metered; returns the sum over the whole grid, until `now`.
fn expect(grid: &Grid, now: Timestamp, held: &[(Timestamp, Timestamp)], buckets: &mut Buckets) -> i128 {
    let mut whole = 0;
    for (start, end) in held {
        let (start, end) = ((*start).max(grid.from), (*end).min(grid.to).min(now.max(grid.from)));
        if end <= start {
            continue;
        }
        whole += i128::from(end.nanoseconds() - start.nanoseconds());
        for (number, bucket) in buckets.range_mut(grid.number(start)..=grid.number(end)) {
            let inside = grid.end(*number).min(end).nanoseconds() - grid.start(*number).max(start).nanoseconds();
            bucket.expected_ns += i128::from(inside.max(0));
        }
    }
    whole
}

impl PowerSeries {
    fn new(grid: Grid) -> Self {
        Self { grid, buckets: BTreeMap::new(), energy_mj: 0, modelled_mj: 0, observed_ns: 0, expected_ns: 0 }
    }

    /// Adds one device's buckets, which should have been metered for `expected_ns`.
    fn add(&mut self, buckets: Buckets, expected_ns: i128) -> Result<(), SeriesError> {
        for (number, bucket) in buckets {
            self.energy_mj = summed(self.energy_mj, bucket.energy_mj)?;
            self.modelled_mj = summed(self.modelled_mj, bucket.modelled_mj)?;
            self.observed_ns += bucket.observed_ns;
            match self.buckets.get_mut(&number) {
                Some(known) => known.add(&bucket)?,
                None => drop(self.buckets.insert(number, bucket)),
            }
        }
        self.expected_ns += expected_ns;
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
        let expected_ns = expect(&grid, now, &[(grid.from, grid.to)], &mut buckets);
        self.add(buckets, expected_ns)
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
    for device in tx.devices().metered(None)?.into_iter().filter(|device| device.kind == "accelerator") {
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
    let Some((first, last)) = hull(&held) else { return Ok(found) };
    let (from, to) = (grid.from.max(first), grid.to.min(last));
    let mut holders = Holders::of(tx, from..to)?;
    for (number, held) in held {
        let Some(device) = tx.devices().get(number)? else { continue };
        let mut buckets = Buckets::new();
        let regimes = holders.regimes(&device)?;
        let track = Track { device: number, is_contained: false };
        let wanted = Wanted { track, from, to, is_coarse: grid.is_coarse(), regimes: Some(&regimes) };
        visit_held(store, &wanted, job, &held, |piece| Ok(pour(&grid, &mut buckets, &piece)?))?;
        if buckets.is_empty() {
            continue;
        }
        let expected_ns = expect(&grid, now, &held, &mut buckets);
        let mut series = PowerSeries::new(grid);
        series.add(buckets, expected_ns)?;
        found.push(DeviceSeries { device, series });
    }
    Ok(found)
}

/// All pieces of a track in the range of `grid`.
fn wanted<'a>(grid: &Grid, track: Track, regimes: Option<&'a Regimes>) -> Wanted<'a> {
    Wanted { track, from: grid.from, to: grid.to, is_coarse: grid.is_coarse(), regimes }
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
    let (Some((first, _)), Some((_, last))) = (held.first(), held.last()) else { return Ok(()) };
    let wanted = Wanted { from: wanted.from.max(*first), to: wanted.to.min(*last), ..*wanted };
    if wanted.to <= wanted.from {
        return Ok(());
    }
    visit(store, &wanted, |piece| if piece.job == job { each(piece) } else { Ok(()) })
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
        let expected_ns = own.series.expected_ns;
        sum.add(own.series.buckets, expected_ns)?;
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
    let mut holders = Holders::of(tx, life.0..life.1)?;
    for (number, held) in held {
        let Some(device) = tx.devices().get(number)?.filter(|device| device.kind == "accelerator") else { continue };
        let regimes = holders.regimes(&device)?;
        let track = Track { device: number, is_contained: false };
        let wanted = Wanted { track, from: life.0, to: life.1, is_coarse: true, regimes: Some(&regimes) };
        visit_held(store, &wanted, job, &held, |piece| {
            sum.device_ns += i128::from(piece.span_ns);
            sum.energy_mj = summed(sum.energy_mj, piece.energy_mj)?;
            sum.held_idle_ns += i128::from(piece.low_ns);
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
    projects: BTreeMap<JobNumber, Option<String>>,
    sites: BTreeMap<SiteNumber, String>,
    numbers: BTreeMap<(JobNumber, Place), Option<usize>>,
    groups: Vec<(bool, Option<String>)>,
}

impl Names {
    fn of(tx: &Tx<'_>, by: PowerGroup, grid: &Grid) -> Result<Self, StoreError> {
        let day = wire::WINDOW_NS_MAX.cast_signed();
        let wide = |at: Timestamp, by: i64| Timestamp::from_nanoseconds(at.nanoseconds().saturating_add(by));
        let projects =
            tx.holdings().projects_of_holders((wide(grid.from, -day), wide(grid.to, day)))?.into_iter().collect();
        let sites = tx.sites().list()?.into_iter().map(|site| (site.site, site.name)).collect();
        Ok(Self { by, projects, sites, numbers: BTreeMap::new(), groups: Vec::new() })
    }

    /// Number of the group that a piece of `device` belongs to; `None` if only `project` is shown and the piece is not its.
    fn number(&mut self, piece: &HeldPiece, device: &MeteredDevice, project: Option<&str>) -> Option<usize> {
        let place = if self.by == PowerGroup::Node { Place::Node(device.node) } else { Place::Site(piece.site) };
        let known = self.numbers.get(&(piece.job, place));
        if let Some(number) = known {
            return *number;
        }
        let own = self.projects.get(&piece.job).cloned().flatten();
        let is_shown = project.is_none() || (!piece.job.is_idle() && project == own.as_deref());
        let name = match self.by {
            PowerGroup::Project => own,
            PowerGroup::Site => self.sites.get(&piece.site).cloned(),
            PowerGroup::Node => Some(device.node_name.clone()),
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
    project: Option<&str>,
) -> Result<Vec<GroupSeries>, SeriesError> {
    let mut names = Names::of(tx, by, &grid)?;
    let mut sums: Vec<Buckets> = Vec::new();
    let mut holders = Holders::of(tx, grid.from..grid.to)?;
    for device in tx.devices().metered(None)? {
        let regimes = holders.regimes(&device)?;
        let track = Track { device: device.device, is_contained: false };
        visit(store, &wanted(&grid, track, Some(&regimes)), |piece| {
            let Some(number) = names.number(&piece, &device, project) else { return Ok(()) };
            sums.resize_with(sums.len().max(number + 1), Buckets::new);
            Ok(pour(&grid, &mut sums[number], &piece)?)
        })?;
    }
    let mut metered: BTreeMap<i64, (Timestamp, Timestamp)> = BTreeMap::new();
    for (number, bucket) in sums.iter().flatten() {
        let known = metered.entry(*number).or_insert((bucket.first, bucket.last));
        *known = (known.0.min(bucket.first), known.1.max(bucket.last));
    }
    let mean = |number: i64, energy_mj: i64| {
        let (first, last) = metered.get(&number).copied().unwrap_or_default();
        power_mw(energy_mj, i128::from(last.nanoseconds() - first.nanoseconds()))
    };
    let groups = names.groups.into_iter().zip(sums).map(|((is_idle, group), buckets)| {
        let buckets = buckets.into_iter().map(|(number, own)| (number, (own.energy_mj, mean(number, own.energy_mj))));
        GroupSeries { group, is_idle, buckets: buckets.collect() }
    });
    let mut groups: Vec<GroupSeries> = groups.collect();
    groups.sort_by(|a, b| (a.is_idle, &a.group).cmp(&(b.is_idle, &b.group)));
    Ok(groups)
}
