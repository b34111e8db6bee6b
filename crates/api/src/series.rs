//! Power and carbon intensity over time, for charts: columns of equal length. A bucket without windows is absent.

use crate::IntensityFactor;
use model::{DeviceId, DeviceUuid, FactorStatus, NodeName, SiteName, ZoneId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which time a series covers, and in how many buckets.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// First moment, a UTC date or RFC 3339; if absent the start of the job, or 24 hours before `to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// First moment after the range, a UTC date or RFC 3339; if absent the end of the job, or now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Most buckets in the answer, 1 to 5000; 500 if absent. Buckets get the shortest length, from 1 s up, that needs no more than this number.
    #[param(minimum = 1, maximum = 5000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<i64>,
}

/// How good a series is, as shares from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeriesQuality {
    /// Share of the energy that a sensor measured.
    pub measured_share: f64,
    /// Share of the energy that was modelled or bridged.
    pub modelled_share: f64,
    /// Share of the device time until now, while held, that was observed.
    pub coverage: f64,
}

/// The power of a device or a job over time, with what it covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeriesDocument {
    /// First moment of the series, RFC 3339.
    pub from: String,
    /// First moment after the series, RFC 3339.
    pub to: String,
    /// Length of a bucket, seconds; buckets begin at multiples of it since 1970, UTC.
    pub bucket_s: i64,
    /// Energy of all buckets, mJ.
    pub energy_mj: i64,
    /// Energy of all buckets in kWh, derived from `energy_mj`.
    pub energy_kwh: f64,
    /// Start of each bucket that has windows, ms since 1970.
    pub start_ms: Vec<i64>,
    /// Energy of each bucket, mJ.
    pub energy_mj_per_bucket: Vec<i64>,
    /// Lowest power in each bucket, mW; for several devices the sum of each one's lowest, at most the mean.
    pub power_min_mw: Vec<i64>,
    /// Mean power in each bucket, mW: its energy over its metered time.
    pub power_mean_mw: Vec<i64>,
    /// Highest power in each bucket, mW; for several devices the sum of each one's highest, which need not coincide.
    pub power_max_mw: Vec<i64>,
    /// Share of each bucket's device time, while held, that was observed, 0 to 1.
    pub coverage: Vec<f64>,
    /// How good the series is.
    pub quality: SeriesQuality,
    /// Whether the series contains every acknowledged batch; one of the last second may be missing.
    pub is_complete: bool,
}

/// Power of several devices over time, each a row of a heat map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DevicesDocument {
    /// First moment of the series, RFC 3339.
    pub from: String,
    /// First moment after the series, RFC 3339.
    pub to: String,
    /// Length of a bucket, seconds.
    pub bucket_s: i64,
    /// Start of each bucket in which any of the devices has windows, ms since 1970.
    pub start_ms: Vec<i64>,
    /// The devices, by number.
    pub devices: Vec<JobDevice>,
    /// Whether the figures contain every acknowledged batch; one of the last second may be missing.
    pub is_complete: bool,
}

/// Power of one device over time, or of the part of a job on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobDevice {
    /// Number of the device.
    pub id: DeviceId,
    /// Node that the device is in.
    pub node: NodeName,
    /// Identity of the device, as its driver states it.
    pub uuid: DeviceUuid,
    /// Product name of the device.
    pub name: String,
    /// Position among the devices of its kind in the node, from 0.
    pub index: u32,
    /// Energy of all buckets, mJ.
    pub energy_mj: i64,
    /// Mean power in each bucket of `start_ms`, mW; `null` where the device has no windows.
    pub power_mean_mw: Vec<Option<i64>>,
}

/// How to group the power of the fleet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PowerQuery {
    /// `project`, `site` or `node`; `project` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
}

/// Power of the fleet over time by group, for stacked areas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PowerDocument {
    /// First moment of the series, RFC 3339.
    pub from: String,
    /// First moment after the series, RFC 3339.
    pub to: String,
    /// Length of a bucket, seconds.
    pub bucket_s: i64,
    /// Start of each bucket in which any group has windows, ms since 1970.
    pub start_ms: Vec<i64>,
    /// The groups by name, those of unallocated idle devices last.
    pub groups: Vec<PowerGroupDocument>,
    /// Whether the figures contain every acknowledged batch; one of the last second may be missing.
    pub is_complete: bool,
}

/// Power of one group over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PowerGroupDocument {
    /// Name of the group; `null` for what belongs to none.
    pub group: Option<String>,
    /// Whether the devices were unallocated.
    pub is_idle: bool,
    /// Energy over the time in which any group is metered, mW, so that areas can be stacked; `null` where the group has no windows.
    pub power_mean_mw: Vec<Option<i64>>,
    /// Energy of each bucket, mJ; `null` where the group has no windows.
    pub energy_mj: Vec<Option<i64>>,
}

/// Which grid zone to show.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlaceQuery {
    /// Grid zone, such as DE; give this or `site`.
    #[param(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneId>,
    /// Site, whose zone and wanted factors are taken, as they were at each moment; give this or `zone`.
    #[param(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteName>,
}

/// Carbon intensity of a grid zone over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntensityDocument {
    /// Grid zone of the series; of a site that moved to another zone, the one at the end.
    pub zone: ZoneId,
    /// First moment of the series, RFC 3339.
    pub from: String,
    /// First moment after the series, RFC 3339.
    pub to: String,
    /// Length of a bucket, seconds.
    pub bucket_s: i64,
    /// Start of each bucket, ms since 1970.
    pub start_ms: Vec<i64>,
    /// Mean intensity of each bucket, mg CO2e/kWh.
    pub intensity_mg_per_kwh: Vec<u32>,
    /// Lowest intensity in each bucket, mg CO2e/kWh.
    pub min: Vec<u32>,
    /// Highest intensity in each bucket, mg CO2e/kWh.
    pub max: Vec<u32>,
    /// Status of the least certain factor in each bucket.
    pub status: Vec<FactorStatus>,
    /// The factor that describes most of the time; `null` if there is none.
    pub factor: Option<IntensityFactor>,
    /// The factors that describe the rest of the time.
    pub other_factors: Vec<IntensityFactor>,
}
