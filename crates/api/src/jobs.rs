//! Jobs: what ran, on which devices, and what it used.

use crate::{Report, ReportQuality};
use model::{Basis, DeviceUuid, Gas, JobId, JobOrder, JobState, NodeName, ProjectName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Announces a job and the devices that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobRequest {
    /// Id of the job: 1 to 128 of A-Z a-z 0-9 . _ : @ + -
    #[serde(alias = "id")]
    pub job: JobId,
    /// Project that the job is charged to; the project of the token if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// Name of the job, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Labels of the job, each with its value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Number of the attempt, from 1, if the job is run again under the same id.
    #[schema(minimum = 1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// Devices that the job holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceRequest>,
    /// When the job started to hold them, RFC 3339; now if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When the job lets them go, RFC 3339; when it is finished if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// Names a device by its UUID, and by its node too where several nodes have a device of that UUID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum DeviceRequest {
    /// UUID of the device.
    Uuid(DeviceUuid),
    /// UUID of the device with the name of its node.
    OnNode {
        /// UUID of the device.
        uuid: DeviceUuid,
        /// Name of its node; any node if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeName>,
    },
}

/// Says how a job ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FinishRequest {
    /// When the job ended, RFC 3339; now if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Exit status of the process; negative for the signal that ended it.
    #[schema(minimum = -255, maximum = 255)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_status: Option<i32>,
}

/// What is known about a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobDocument {
    /// Id of the job, unique in this service.
    pub id: JobId,
    /// Project that the job is charged to; `null` if none was stated.
    pub project: Option<ProjectName>,
    /// Name of the job for people; `null` if none was stated.
    pub name: Option<String>,
    /// Labels of the job, each with its value.
    pub labels: BTreeMap<String, String>,
    /// Number of the attempt, from 1; `null` if none was stated.
    pub attempt: Option<u32>,
    /// When the job started, RFC 3339; `null` if that is not known.
    pub started: Option<String>,
    /// When the job ended or will end, RFC 3339; `null` while no end is known.
    pub ended: Option<String>,
    /// Exit status of its process, negative for a signal; `null` if none was stated.
    pub exit_status: Option<i32>,
    /// Whether the job still runs.
    pub state: JobProgress,
    /// Seconds from its start to its end, or until now; `null` if no start is known.
    pub duration_s: Option<f64>,
}

/// Whether a job still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobProgress {
    /// No end is known, or it is in the future.
    Running,
    /// The job has ended.
    Ended,
}

/// A job with what it used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobFootprint {
    /// What is known about the job.
    #[serde(flatten)]
    pub job: JobDocument,
    /// IT energy of the job, posted and open, mJ.
    pub energy_mj: i64,
    /// IT energy in kWh, derived from `energy_mj`.
    pub energy_kwh: f64,
    /// Location-based CO2e of the IT energy, µg.
    pub co2e_ug: i64,
    /// CO2e in grams, derived from `co2e_ug`.
    pub co2e_g: f64,
    /// The same figures as a report, with overhead, cost and the part that is not posted yet.
    pub footprint: Report,
    /// Training steps in its latest report; `null` if it reported none.
    pub steps: Option<i64>,
    /// Training samples in its latest report; `null` if it reported none.
    pub samples: Option<i64>,
    /// Energy per training step, kWh; `null` if it reported no steps.
    pub kwh_per_step: Option<f64>,
    /// How good the figures are.
    pub quality: ReportQuality,
    /// Path of the breakdown of `energy_mj` into final, provisional and open, with its factors and entries.
    pub explain: String,
    /// What one more kWh emitted there and then, for information; `null` where no marginal intensities are known.
    pub marginal: Option<MarginalDocument>,
}

/// What one more kWh emitted where and when a job ran; for information, and in no total.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MarginalDocument {
    /// Posted IT energy times the marginal intensity of its times, in µg.
    pub co2e_ug: i64,
    /// The same in grams, derived from `co2e_ug`.
    pub co2e_g: f64,
    /// Share of the posted energy for whose times a marginal intensity is known, 0 to 1; the rest is not in `co2e_ug`.
    pub covered_share: f64,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Publisher of the marginal intensities.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
}

/// A job in a list, with its IT energy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobItem {
    /// What is known about the job.
    #[serde(flatten)]
    pub job: JobDocument,
    /// IT energy of the job, posted and open, mJ.
    pub energy_mj: i64,
    /// IT energy in kWh, derived from `energy_mj`.
    pub energy_kwh: f64,
    /// Location-based CO2e of the IT energy, µg; the open part at the best factors known.
    pub co2e_ug: i64,
    /// CO2e in grams, derived from `co2e_ug`.
    pub co2e_g: f64,
    /// Mean carbon intensity, g CO2e per kWh of IT energy; `null` without energy.
    pub intensity_g_per_kwh: Option<f64>,
    /// Time for which the job held accelerators, summed over them, µs; `null` if that is not known.
    pub device_us: Option<i64>,
    /// Part of `device_us` in which they did next to nothing, µs; `null` if that is not known.
    pub held_idle_us: Option<i64>,
    /// `held_idle_us` / `device_us`, 0 to 1; `null` if that is not known.
    pub held_idle_share: Option<f64>,
    /// Training steps in its latest report; `null` if it reported none.
    pub steps: Option<i64>,
    /// Energy per training step, kWh; `null` if it reported no steps.
    pub kwh_per_step: Option<f64>,
}

/// Which jobs to list. Every condition that is given has to hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// Only jobs of this project.
    #[param(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// Only jobs whose label `user` has this value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Only jobs with this label, as `KEY=VALUE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `running` for jobs that run, `ended` for jobs that have ended, `failed` for ended jobs whose exit status is not 0.
    #[param(inline)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<JobState>,
    /// Only jobs that ran at or after this moment, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Only jobs that ran before this moment, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Only jobs whose id or name contains this text; upper and lower case of ASCII letters are the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
}

/// How to order a list of jobs.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobSortQuery {
    /// Order of the list, the highest or latest first: `newest` (by first mention; the default), `started`, `energy`, `co2e`, `intensity` (g/kWh),
    /// `held_idle` (share) or `energy_per_step`.
    #[serde(default)]
    #[param(inline)]
    pub sort: JobOrder,
}

/// Number of jobs in one state, with what they used together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobTotalsPart {
    /// Number of jobs in this state.
    pub jobs: i64,
    /// Their IT energy, posted and open, mJ.
    pub energy_mj: i64,
    /// Their IT energy in kWh, derived from `energy_mj`.
    pub energy_kwh: f64,
    /// Location-based CO2e of that energy, µg.
    pub co2e_ug: i64,
    /// CO2e in grams, derived from `co2e_ug`.
    pub co2e_g: f64,
}

/// Totals of the selected jobs by state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobTotalsDocument {
    /// Jobs that run at this moment.
    pub running: JobTotalsPart,
    /// Jobs that have ended without failing.
    pub succeeded: JobTotalsPart,
    /// Jobs that have ended with an exit status other than 0.
    pub failed: JobTotalsPart,
}

/// Jobs side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CompareDocument {
    /// A held accelerator counts as held-idle in a window if its mean power is below this percentage of its power limit.
    pub held_idle_below_percent_of_limit: u64,
    /// The jobs, in the order of the request.
    pub jobs: Vec<ComparedJob>,
    /// Whether the figures contain every acknowledged batch; one of the last second may be missing.
    pub is_complete: bool,
}

/// A job with figures by which jobs are compared; `null` means unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComparedJob {
    /// The job with what it used.
    #[serde(flatten)]
    pub job: JobFootprint,
    /// Time for which the job held accelerators, summed over them, hours.
    pub device_hours: f64,
    /// IT energy per device hour, including that of the hosts, kWh.
    pub energy_kwh_per_device_hour: Option<f64>,
    /// Mean power of one accelerator while held, mW.
    pub power_mean_mw_per_device: Option<i64>,
    /// Mean carbon intensity, g CO2e per kWh of IT energy.
    pub intensity_g_per_kwh: Option<f64>,
    /// Share of `device_hours` in which the accelerators did next to nothing, 0 to 1.
    pub held_idle_share: Option<f64>,
}
