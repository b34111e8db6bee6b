//! Power and intensity over time, for charts: columns of equal length, a bucket without windows absent.

use super::auth::unbound;
use super::page::{Id, Query};
use super::problem::{Problem, ProblemDocument};
use super::{Service, State};
use crate::access::Identity;
use crate::grid::FactorStatus;
use crate::moment;
use crate::series::{
    self, Bucket, DeviceSeries, Grid, GridError, IntensityFactor, PowerGroup, PowerSeries, SeriesError,
};
use axum::extract::State as Extract;
use model::{BatchId, JobNumber};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use units::Timestamp;

const POINTS_DEFAULT: i64 = 500;
const DAY_NS: i64 = 86_400_000_000_000;

/// Which time, and in how many points.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RangeQuery {
    /// First moment, RFC 3339 or a UTC date; without it the start of the job, or 24 hours before `to`.
    from: Option<String>,
    /// First moment after it; without it the end of the job, or now.
    to: Option<String>,
    /// Most buckets, 1 to 5000; 500 without it. The shortest bucket of a ladder from 1 s up is taken that needs no more.
    #[param(minimum = 1, maximum = 5000)]
    points: Option<i64>,
}

impl RangeQuery {
    /// The grid asked for, within `life` where nothing is asked.
    fn grid(&self, life: Option<(Timestamp, Timestamp)>, now: Timestamp) -> Result<Grid, Problem> {
        let at = |field: &str, text: &Option<String>| {
            let moment = text.as_deref().map(moment::parse).transpose();
            moment.map_err(|rule| Problem::field(field, rule))
        };
        let to = at("to", &self.to)?.or(life.map(|life| life.1)).unwrap_or(now);
        let day_before = Timestamp::from_nanoseconds(to.nanoseconds().saturating_sub(DAY_NS));
        let from = at("from", &self.from)?.or(life.map(|life| life.0)).unwrap_or(day_before);
        Ok(Grid::of(from..to, self.points.unwrap_or(POINTS_DEFAULT))?)
    }
}

impl From<GridError> for Problem {
    fn from(error: GridError) -> Self {
        let field = match error {
            GridError::Points(_) => "points",
            GridError::Reversed => "to",
            GridError::Early | GridError::Long => "from",
        };
        Self::field(field, error.to_string())
    }
}

impl From<SeriesError> for Problem {
    fn from(error: SeriesError) -> Self {
        match error {
            SeriesError::Store(error) => error.into(),
            SeriesError::Ingest(error) => error.into(),
            SeriesError::Zone(unknown) => Self::missing(unknown.to_string()),
            defect => {
                tracing::error!(error = %defect, "a series could not be read");
                Self::internal()
            }
        }
    }
}

/// How good a series is, 0 to 1.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SeriesQuality {
    /// Share of the energy that a sensor measured.
    measured_share: f64,
    /// Share of the energy that was modelled or bridged.
    modelled_share: f64,
    /// Share of the device time until now, while held, that was observed.
    coverage: f64,
}

/// Power over time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SeriesDocument {
    from: String,
    to: String,
    /// Length of a bucket; buckets begin at multiples of it since 1970, UTC.
    bucket_s: i64,
    /// Sum of the buckets.
    energy_mj: i64,
    /// Derived from `energy_mj`.
    energy_kwh: f64,
    /// Start of each bucket that has windows, ms since 1970.
    start_ms: Vec<i64>,
    energy_mj_per_bucket: Vec<i64>,
    /// Of one device the lowest power; of several the sum of each one's lowest, at most the mean.
    power_min_mw: Vec<i64>,
    /// Energy over the metered time of the bucket.
    power_mean_mw: Vec<i64>,
    /// Of one device the highest power; of several the sum of each one's highest, which they need not have drawn at once.
    power_max_mw: Vec<i64>,
    /// Share of the bucket's device time, while held, that was observed, 0 to 1.
    coverage: Vec<f64>,
    quality: SeriesQuality,
    /// Whether every acknowledged batch is in it; one that came in the last second may not be.
    is_complete: bool,
}

fn share(part: impl Into<i128>, whole: impl Into<i128>) -> f64 {
    let (part, whole) = (part.into(), whole.into());
    if whole <= 0 { 0.0 } else { (part as f64 / whole as f64).min(1.0) }
}

impl SeriesDocument {
    fn of(series: &PowerSeries, is_complete: bool) -> Self {
        let column = |value: fn(&Bucket) -> i64| series.buckets.values().map(value).collect();
        let (whole, modelled) = (series.energy_mj, series.modelled_mj);
        Self {
            from: moment::show(series.grid.from),
            to: moment::show(series.grid.to),
            bucket_s: series.grid.bucket_s(),
            energy_mj: whole,
            energy_kwh: whole as f64 / 3.6e9,
            start_ms: series.buckets.keys().map(|number| series.grid.start_ms(*number)).collect(),
            energy_mj_per_bucket: column(|bucket| bucket.energy_mj),
            power_min_mw: column(Bucket::lowest_mw),
            power_mean_mw: column(Bucket::mean_mw),
            power_max_mw: column(Bucket::highest_mw),
            coverage: series.buckets.values().map(|bucket| share(bucket.observed_ns, bucket.expected_ns)).collect(),
            quality: SeriesQuality {
                measured_share: share(whole - modelled, whole),
                modelled_share: share(modelled, whole),
                coverage: share(series.observed_ns, series.expected_ns),
            },
            is_complete,
        }
    }
}

impl Service {
    /// Whether the copy for charts has every batch that is acknowledged.
    fn is_complete(&self, newest: BatchId) -> Result<bool, Problem> {
        Ok(self.series.taken()?.batch >= newest)
    }
}

/// Show the power of a device over time
#[utoipa::path(
    get, path = "/devices/{id}/series", operation_id = "device_series", tag = "series", params(("id" = i64, Path, description = "`id` of the device"), RangeQuery),
    responses(
        (status = 200, description = "Ascending", body = SeriesDocument),
        (status = 404, description = "No such device", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn device(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<SeriesDocument>, Problem> {
    unbound(&who)?;
    let now = state.clock.wall();
    let grid = asked.grid(None, now)?;
    let document = state.work(move |service| {
        let (number, newest) = service.store.read::<_, Problem>(|tx| {
            let known = id.parse().ok().map(|number| tx.devices().get(number)).transpose()?.flatten();
            let known = known.ok_or_else(|| Problem::not_found("device", &id))?;
            Ok((known.device, tx.evidence().newest()?))
        })?;
        let is_complete = service.is_complete(newest)?;
        Ok(SeriesDocument::of(&series::device(service.series.as_ref(), number, grid, now)?, is_complete))
    });
    document.await.map(axum::Json)
}

/// Show the power of a node over time
///
/// The sum of its devices that no other device contains.
#[utoipa::path(
    get, path = "/nodes/{id}/series", operation_id = "node_series", tag = "series", params(("id" = String, Path, description = "Name of the node"), RangeQuery),
    responses(
        (status = 200, description = "Ascending", body = SeriesDocument),
        (status = 404, description = "No such node", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn node(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<SeriesDocument>, Problem> {
    unbound(&who)?;
    let now = state.clock.wall();
    let grid = asked.grid(None, now)?;
    let document = state.work(move |service| {
        service.store.read::<_, Problem>(|tx| {
            let node = tx.nodes().find(&name)?.ok_or_else(|| Problem::not_found("node", &name))?;
            let is_complete = service.is_complete(tx.evidence().newest()?)?;
            Ok(SeriesDocument::of(&series::node(service.series.as_ref(), tx, node, grid, now)?, is_complete))
        })
    });
    document.await.map(axum::Json)
}

/// The job that `who` may see, and the grid for it.
fn job_grid(
    service: &Service,
    id: &str,
    who: &Identity,
    asked: &RangeQuery,
    now: Timestamp,
) -> Result<(JobNumber, Grid), Problem> {
    let row = super::jobs::find(service, id, who)?;
    let life = service.store.read::<_, SeriesError>(|tx| series::life(service.series.as_ref(), tx, row.job, now))?;
    let stated = row.facts.started.map(|start| (start, row.facts.ended.unwrap_or(now)));
    let life = life.or(stated.filter(|(start, end)| start < end));
    Ok((row.job, asked.grid(life, now)?))
}

/// Show the power of a job over time
///
/// The energies are those that the ledger attributes to it: over its whole life they sum to its footprint.
#[utoipa::path(
    get, path = "/jobs/{id}/series", operation_id = "job_series", tag = "series", params(("id" = String, Path, description = "Id of the job"), RangeQuery),
    responses(
        (status = 200, description = "Ascending", body = SeriesDocument),
        (status = 404, description = "No such job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn job(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<SeriesDocument>, Problem> {
    let now = state.clock.wall();
    let document = state.work(move |service| {
        let (job, grid) = job_grid(service, &id, &who, &asked, now)?;
        service.store.read::<_, Problem>(|tx| {
            let is_complete = service.is_complete(tx.evidence().newest()?)?;
            Ok(SeriesDocument::of(&series::job(service.series.as_ref(), tx, job, grid, now)?, is_complete))
        })
    });
    document.await.map(axum::Json)
}

/// Power of devices, each a row of a heat map.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DevicesDocument {
    from: String,
    to: String,
    /// Length of a bucket.
    bucket_s: i64,
    /// Start of each bucket in which one of them has windows, ms since 1970.
    start_ms: Vec<i64>,
    /// By number of the device.
    devices: Vec<JobDevice>,
}

/// One device, or the part of a job on it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct JobDevice {
    id: i64,
    node: String,
    uuid: String,
    name: String,
    index: u32,
    /// Sum of the buckets.
    energy_mj: i64,
    /// As long as `start_ms`; `null` where the device has no windows.
    power_mean_mw: Vec<Option<i64>>,
}

/// Show the power of a job's devices over time
#[utoipa::path(
    get, path = "/jobs/{id}/devices/series", operation_id = "job_devices_series", tag = "series", params(("id" = String, Path, description = "Id of the job"), RangeQuery),
    responses(
        (status = 200, description = "A row per device", body = DevicesDocument),
        (status = 404, description = "No such job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn job_devices(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<DevicesDocument>, Problem> {
    let now = state.clock.wall();
    let (grid, found) = state
        .work(move |service| {
            let (job, grid) = job_grid(service, &id, &who, &asked, now)?;
            let store = service.series.as_ref();
            let found = service.store.read(|tx| series::job_devices(store, tx, job, grid, now))?;
            Ok((grid, found))
        })
        .await?;
    Ok(axum::Json(DevicesDocument::of(grid, found)))
}

impl DevicesDocument {
    fn of(grid: Grid, found: Vec<DeviceSeries>) -> Self {
        let numbers: BTreeSet<i64> = found.iter().flat_map(|own| own.series.buckets.keys().copied()).collect();
        let devices = found.into_iter().map(|own| JobDevice {
            id: own.device.device.number(),
            power_mean_mw: numbers.iter().map(|number| own.series.buckets.get(number).map(Bucket::mean_mw)).collect(),
            node: own.device.node_name,
            uuid: own.device.uuid,
            name: own.device.name,
            index: own.device.index,
            energy_mj: own.series.energy_mj,
        });
        Self {
            from: moment::show(grid.from),
            to: moment::show(grid.to),
            bucket_s: grid.bucket_s(),
            devices: devices.collect(),
            start_ms: numbers.iter().map(|number| grid.start_ms(*number)).collect(),
        }
    }
}

/// Show the power of every accelerator over time
///
/// Buckets of an hour and more cost no more than their number; `points` chooses them.
#[utoipa::path(
    get, path = "/devices/series", operation_id = "devices_series", tag = "series", params(RangeQuery),
    responses((status = 200, description = "A row per device", body = DevicesDocument))
)]
pub(crate) async fn devices(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<DevicesDocument>, Problem> {
    unbound(&who)?;
    let now = state.clock.wall();
    let grid = asked.grid(None, now)?;
    let found = state.work(move |service| {
        let store = service.series.as_ref();
        Ok(service.store.read(|tx| series::accelerators(store, tx, grid, now))?)
    });
    Ok(axum::Json(DevicesDocument::of(grid, found.await?)))
}

/// What the areas of the fleet's power are.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PowerQuery {
    /// `project`, `site` or `node`; `project` without it.
    group_by: Option<String>,
}

/// Power of the fleet by group, as stacked areas.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PowerDocument {
    from: String,
    to: String,
    /// Length of a bucket.
    bucket_s: i64,
    /// Start of each bucket in which a group has windows, ms since 1970.
    start_ms: Vec<i64>,
    /// By name, those of idle devices last.
    groups: Vec<PowerGroupDocument>,
}

/// One area.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PowerGroupDocument {
    /// Its name; `null` of what has none.
    group: Option<String>,
    /// Whether nobody held the devices.
    is_idle: bool,
    /// Energy over the time in which any group is metered, so that areas may be stacked; `null` where the group has no windows.
    power_mean_mw: Vec<Option<i64>>,
    /// `null` where the group has no windows.
    energy_mj: Vec<Option<i64>>,
}

/// Show the power of the fleet over time, by project, site or node
///
/// A token that is bound to a project sees that project's jobs alone, and no idle devices.
#[utoipa::path(
    get, path = "/power", operation_id = "fleet_power", tag = "series", params(PowerQuery, RangeQuery),
    responses((status = 200, description = "An area per group", body = PowerDocument))
)]
pub(crate) async fn power(
    Extract(state): Extract<State>,
    who: Identity,
    Query(grouping): Query<PowerQuery>,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<PowerDocument>, Problem> {
    let by = match grouping.group_by.as_deref() {
        None | Some("project") => PowerGroup::Project,
        Some("site") => PowerGroup::Site,
        Some("node") => PowerGroup::Node,
        Some(other) => {
            return Err(Problem::field("group_by", format!("{other:?} is none of project, site, node")));
        }
    };
    let grid = asked.grid(None, state.clock.wall())?;
    let groups = state
        .work(move |service| {
            let (store, project) = (service.series.as_ref(), who.project.as_deref());
            Ok(service.store.read(|tx| series::fleet(store, tx, by, grid, project))?)
        })
        .await?;
    let numbers: BTreeSet<i64> = groups.iter().flat_map(|own| own.buckets.keys().copied()).collect();
    let groups = groups.into_iter().map(|own| {
        let cells = || numbers.iter().map(|number| own.buckets.get(number));
        PowerGroupDocument {
            power_mean_mw: cells().map(|cell| cell.map(|(_, mean_mw)| *mean_mw)).collect(),
            energy_mj: cells().map(|cell| cell.map(|(energy_mj, _)| *energy_mj)).collect(),
            group: own.group,
            is_idle: own.is_idle,
        }
    });
    Ok(axum::Json(PowerDocument {
        from: moment::show(grid.from),
        to: moment::show(grid.to),
        bucket_s: grid.bucket_s(),
        groups: groups.collect(),
        start_ms: numbers.iter().map(|number| grid.start_ms(*number)).collect(),
    }))
}

/// Whose intensity.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ZoneQuery {
    /// Grid zone, such as DE.
    zone: String,
}

/// Carbon intensity over time, mg/kWh.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct IntensityDocument {
    zone: String,
    from: String,
    to: String,
    /// Length of a bucket.
    bucket_s: i64,
    /// Start of each bucket, ms since 1970.
    start_ms: Vec<i64>,
    /// Mean over the bucket.
    intensity_mg_per_kwh: Vec<u32>,
    min: Vec<u32>,
    max: Vec<u32>,
    /// The least certain of each bucket.
    status: Vec<FactorStatus>,
    /// The factor that describes most of the time.
    factor: Option<IntensityFactor>,
    /// Those that describe the rest.
    other_factors: Vec<IntensityFactor>,
}

/// Show the carbon intensity of a zone over time, as the ledger takes it
///
/// Imported factors of an hour or less; where there are none, the yearly factor of the library as a flat line, and `factor` says so.
#[utoipa::path(
    get, path = "/grid/intensity/series", operation_id = "intensity_series", tag = "series", params(ZoneQuery, RangeQuery),
    responses(
        (status = 200, description = "Ascending", body = IntensityDocument),
        (status = 404, description = "No such zone, or nothing is known of it", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn intensity(
    Extract(state): Extract<State>,
    Query(zone): Query<ZoneQuery>,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<IntensityDocument>, Problem> {
    let grid = asked.grid(None, state.clock.wall())?;
    let found = state
        .work(move |service| Ok(service.store.read(|tx| series::intensity(tx, &service.library, &zone.zone, grid))?))
        .await?;
    let mut factors = found.factors.into_iter();
    let buckets = &found.buckets;
    Ok(axum::Json(IntensityDocument {
        zone: found.zone,
        from: moment::show(grid.from),
        to: moment::show(grid.to),
        bucket_s: grid.bucket_s(),
        start_ms: buckets.keys().map(|number| grid.start_ms(*number)).collect(),
        intensity_mg_per_kwh: buckets.values().map(|bucket| bucket.mean).collect(),
        min: buckets.values().map(|bucket| bucket.min).collect(),
        max: buckets.values().map(|bucket| bucket.max).collect(),
        status: buckets.values().map(|bucket| bucket.status).collect(),
        factor: factors.next(),
        other_factors: factors.collect(),
    }))
}
