//! Power and carbon intensity over time, for charts.

use super::auth::unbound;
use super::grid::grid_parts;
use super::page::{Id, Query};
use super::problem::Problem;
use super::state::{ApiService, State};
use crate::access::Identity;
use crate::moment;
use crate::series::{self, Bucket, DeviceSeries, Grid, GridError, PowerGroup, PowerSeries, SeriesError};
use crate::store::Tx;
use api::{
    DevicesDocument, IntensityDocument, JobDevice, PlaceQuery, PowerDocument, PowerGroupDocument, PowerQuery,
    ProblemDocument, RangeQuery, SeriesDocument, SeriesQuality,
};
use axum::extract::State as Extract;
use model::{JobId, JobNumber, NodeName};
use std::collections::BTreeSet;
use units::{DeviceTime, Interval, Power, Span, Timestamp};

const POINTS_DEFAULT: i64 = 500;
const DAY: Span = Span::from_seconds(86_400);

/// The grid that `asked` describes, within `life` where it says nothing.
pub(super) fn grid_of(asked: &RangeQuery, life: Option<Interval>, now: Timestamp) -> Result<Grid, Problem> {
    let at = |field: &str, text: &Option<String>| {
        let moment = text.as_deref().map(moment::parse).transpose();
        moment.map_err(|rule| Problem::field(field, rule))
    };
    let to = at("to", &asked.to)?.or(life.map(Interval::end)).unwrap_or(now);
    let from = at("from", &asked.from)?.or(life.map(Interval::start)).unwrap_or_else(|| to.before(DAY));
    Ok(Grid::of(from..to, asked.points.unwrap_or(POINTS_DEFAULT))?)
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
            SeriesError::Unavailable { .. } => {
                tracing::warn!(%error, "charts cannot be read");
                Self::unavailable(
                    "the database that charts are read from does not answer as it should; everything else does",
                    10,
                )
            }
            defect => {
                tracing::error!(error = %defect, "a series could not be read");
                Self::internal()
            }
        }
    }
}

/// 0 to 1; 0 where there is nothing to have a part of.
fn share(part: impl Into<i128>, whole: impl Into<i128>) -> f64 {
    let (part, whole) = (part.into(), whole.into());
    if whole <= 0 { 0.0 } else { (part as f64 / whole as f64).min(1.0) }
}

fn coverage(observed: DeviceTime, expected: DeviceTime) -> f64 {
    share(observed.nanoseconds(), expected.nanoseconds())
}

/// Power as answers have it, at most what an `i64` holds.
fn milliwatts(power: Power) -> i64 {
    i64::try_from(power.milliwatts()).unwrap_or(i64::MAX)
}

fn document(series: &PowerSeries, is_complete: bool) -> SeriesDocument {
    let powers = |of: fn(&Bucket) -> Power| series.buckets.values().map(|bucket| milliwatts(of(bucket))).collect();
    let (whole, modelled) = (series.energy.millijoules(), series.modelled.millijoules());
    SeriesDocument {
        from: moment::show(series.grid.range.start()),
        to: moment::show(series.grid.range.end()),
        bucket_s: series.grid.bucket_s(),
        energy_mj: whole,
        energy_kwh: whole as f64 / 3.6e9,
        start_ms: series.buckets.keys().map(|number| series.grid.start_ms(*number)).collect(),
        energy_mj_per_bucket: series.buckets.values().map(|bucket| bucket.energy.millijoules()).collect(),
        power_min_mw: powers(Bucket::lowest),
        power_mean_mw: powers(Bucket::mean),
        power_max_mw: powers(Bucket::highest),
        coverage: series.buckets.values().map(|bucket| coverage(bucket.observed, bucket.expected)).collect(),
        quality: SeriesQuality {
            measured_share: share(whole - modelled, whole),
            modelled_share: share(modelled, whole),
            coverage: coverage(series.observed, series.expected),
        },
        is_complete,
    }
}

impl ApiService {
    /// Reads from the copy for charts; also whether what was read has every batch that is acknowledged and nothing of it turned out to be damaged.
    pub(super) fn read_series<T>(
        &self,
        read: impl FnOnce(&Tx<'_>) -> Result<T, Problem>,
    ) -> Result<(T, bool), Problem> {
        self.store.read(|tx| {
            let damages = self.series.damages();
            let has_all = self.series.watermark()?.revision >= tx.evidence().newest()?.revision();
            let found = read(tx)?;
            Ok((found, has_all && self.series.damages() == damages && self.series.damage().is_none()))
        })
    }
}

/// Show the power of a device over time
#[utoipa::path(
    get, path = "/devices/{id}/series", operation_id = "device_series", tag = "series", params(("id" = i64, Path, description = "Number of the device, `id` in the list of devices"), RangeQuery),
    responses(
        (status = 200, description = "The series, in ascending order", body = SeriesDocument),
        (status = 404, description = "There is no such device", body = ProblemDocument, content_type = "application/problem+json")
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
    let grid = grid_of(&asked, None, now)?;
    let document = state.work(move |service| {
        let (found, is_complete) = service.read_series(|tx| {
            let known = id.parse().ok().map(|number| tx.devices().get(number)).transpose()?.flatten();
            let known = known.ok_or_else(|| Problem::not_found("device", &id))?;
            Ok(series::device(service.series.as_ref(), known.device, grid, now)?)
        })?;
        Ok(document(&found, is_complete))
    });
    document.await.map(axum::Json)
}

/// Show the power of a node over time
///
/// Sums its devices without double counting: a device whose energy another one already includes is left out.
#[utoipa::path(
    get, path = "/nodes/{id}/series", operation_id = "node_series", tag = "series", params(("id" = String, Path, description = "Name of the node"), RangeQuery),
    responses(
        (status = 200, description = "The series, in ascending order", body = SeriesDocument),
        (status = 404, description = "There is no such node", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn node(
    Extract(state): Extract<State>,
    who: Identity,
    Id(name): Id<NodeName>,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<SeriesDocument>, Problem> {
    unbound(&who)?;
    let now = state.clock.wall();
    let grid = grid_of(&asked, None, now)?;
    let document = state.work(move |service| {
        let (found, is_complete) = service.read_series(|tx| {
            let node = tx.nodes().find(&name)?.ok_or_else(|| Problem::not_found("node", &name))?;
            Ok(series::node(service.series.as_ref(), tx, node, grid, now)?)
        })?;
        Ok(document(&found, is_complete))
    });
    document.await.map(axum::Json)
}

/// The job that `who` may see, and the grid for it.
fn job_grid(
    service: &ApiService,
    id: &JobId,
    who: &Identity,
    asked: &RangeQuery,
    now: Timestamp,
) -> Result<(JobNumber, Grid), Problem> {
    let row = super::jobs::find(service, id, who)?;
    let life = service.store.read::<_, SeriesError>(|tx| series::life(service.series.as_ref(), tx, row.job, now))?;
    let stated = row.facts.started.and_then(|start| Interval::new(start, row.facts.ended.unwrap_or(now)));
    Ok((row.job, grid_of(asked, life.or(stated), now)?))
}

/// Show the power of a job over time
///
/// The energies are those that the ledger attributes to the job. Over its whole lifetime they sum to its footprint.
#[utoipa::path(
    get, path = "/jobs/{id}/series", operation_id = "job_series", tag = "series", params(("id" = String, Path, description = "Id of the job"), RangeQuery),
    responses(
        (status = 200, description = "The series, in ascending order", body = SeriesDocument),
        (status = 404, description = "There is no such job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn job(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id<JobId>,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<SeriesDocument>, Problem> {
    let now = state.clock.wall();
    let document = state.work(move |service| {
        let (job, grid) = job_grid(service, &id, &who, &asked, now)?;
        let read = |tx: &Tx<'_>| Ok(series::job(service.series.as_ref(), tx, job, grid, now)?);
        let (found, is_complete) = service.read_series(read)?;
        Ok(document(&found, is_complete))
    });
    document.await.map(axum::Json)
}

/// Show the power of a job's devices over time
#[utoipa::path(
    get, path = "/jobs/{id}/devices/series", operation_id = "job_devices_series", tag = "series", params(("id" = String, Path, description = "Id of the job"), RangeQuery),
    responses(
        (status = 200, description = "A series for each device", body = DevicesDocument),
        (status = 404, description = "There is no such job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn job_devices(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id<JobId>,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<DevicesDocument>, Problem> {
    let now = state.clock.wall();
    let (grid, found) = state
        .work(move |service| {
            let (job, grid) = job_grid(service, &id, &who, &asked, now)?;
            let read = |tx: &Tx<'_>| Ok(series::job_devices(service.series.as_ref(), tx, job, grid, now)?);
            Ok((grid, service.read_series(read)?))
        })
        .await?;
    Ok(axum::Json(devices_document(grid, found)))
}

fn devices_document(grid: Grid, (found, is_complete): (Vec<DeviceSeries>, bool)) -> DevicesDocument {
    let numbers: BTreeSet<i64> = found.iter().flat_map(|own| own.series.buckets.keys().copied()).collect();
    let devices = found.into_iter().map(|own| JobDevice {
        id: own.device.device,
        power_mean_mw: numbers
            .iter()
            .map(|number| own.series.buckets.get(number).map(|bucket| milliwatts(bucket.mean())))
            .collect(),
        node: own.device.node_name,
        uuid: own.device.uuid,
        name: own.device.name,
        index: own.device.index,
        energy_mj: own.series.energy.millijoules(),
    });
    DevicesDocument {
        from: moment::show(grid.range.start()),
        to: moment::show(grid.range.end()),
        bucket_s: grid.bucket_s(),
        devices: devices.collect(),
        is_complete,
        start_ms: numbers.iter().map(|number| grid.start_ms(*number)).collect(),
    }
}

/// Show the power of every accelerator over time
///
/// Buckets of an hour or more are fast for any number of devices; `points` chooses their length.
#[utoipa::path(
    get, path = "/devices/series", operation_id = "devices_series", tag = "series", params(RangeQuery),
    responses((status = 200, description = "A series for each device", body = DevicesDocument))
)]
pub(crate) async fn devices(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<DevicesDocument>, Problem> {
    unbound(&who)?;
    let now = state.clock.wall();
    let grid = grid_of(&asked, None, now)?;
    let found = state.work(move |service| {
        service.read_series(|tx| Ok(series::accelerators(service.series.as_ref(), tx, grid, now)?))
    });
    Ok(axum::Json(devices_document(grid, found.await?)))
}

/// Show the power of the fleet over time, by project, site or node
///
/// A token that is bound to a project sees only the jobs of that project, and no unallocated devices.
#[utoipa::path(
    get, path = "/power", operation_id = "fleet_power", tag = "series", params(PowerQuery, RangeQuery),
    responses((status = 200, description = "A series for each group", body = PowerDocument))
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
            return Err(Problem::field("group_by", format!("{other:?} is not a group: give project, site or node")));
        }
    };
    let grid = grid_of(&asked, None, state.clock.wall())?;
    let (groups, is_complete) = state
        .work(move |service| {
            let (store, project) = (service.series.as_ref(), who.project.as_ref());
            service.read_series(|tx| Ok(series::fleet(store, tx, by, grid, project)?))
        })
        .await?;
    let numbers: BTreeSet<i64> = groups.iter().flat_map(|own| own.buckets.keys().copied()).collect();
    let groups = groups.into_iter().map(|own| {
        let cells = || numbers.iter().map(|number| own.buckets.get(number));
        PowerGroupDocument {
            power_mean_mw: cells().map(|cell| cell.map(|bucket| milliwatts(bucket.mean))).collect(),
            energy_mj: cells().map(|cell| cell.map(|bucket| bucket.energy.millijoules())).collect(),
            group: own.group,
            is_idle: own.is_idle,
        }
    });
    Ok(axum::Json(PowerDocument {
        from: moment::show(grid.range.start()),
        to: moment::show(grid.range.end()),
        bucket_s: grid.bucket_s(),
        groups: groups.collect(),
        is_complete,
        start_ms: numbers.iter().map(|number| grid.start_ms(*number)).collect(),
    }))
}

/// Show the carbon intensity of a grid zone over time, as the ledger applies it
///
/// Uses imported factors of an hour or less. Where there are none, the yearly factor of the library is a flat line, and `factor` says so.
#[utoipa::path(
    get, path = "/grid/intensity/series", operation_id = "intensity_series", tag = "series", params(PlaceQuery, RangeQuery),
    responses(
        (status = 200, description = "The series, in ascending order", body = IntensityDocument),
        (status = 404, description = "There is no such zone or site, or it has no factor", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn intensity(
    Extract(state): Extract<State>,
    Query(place): Query<PlaceQuery>,
    Query(asked): Query<RangeQuery>,
) -> Result<axum::Json<IntensityDocument>, Problem> {
    let grid = grid_of(&asked, None, state.clock.wall())?;
    let found = state
        .work(move |service| {
            service.store.read::<_, Problem>(|tx| {
                let parts = grid_parts(tx, place.zone.as_ref(), place.site.as_ref(), grid.range)?;
                Ok(series::intensity(tx, &service.library, &parts, grid)?)
            })
        })
        .await?;
    let mut factors = found.factors.into_iter();
    let buckets = &found.buckets;
    Ok(axum::Json(IntensityDocument {
        zone: found.zone,
        from: moment::show(grid.range.start()),
        to: moment::show(grid.range.end()),
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
