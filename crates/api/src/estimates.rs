//! Estimates: what a job is expected to use, and how good earlier estimates were.

use crate::Unit;
use model::{JobId, ProjectName, SiteName, ZoneId};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use std::collections::BTreeMap;
use units::{CarbonMass, Energy};
use utoipa::ToSchema;

/// An amount of facility energy and its location-based CO2e.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Weight {
    /// Facility energy of the amount, mJ.
    pub energy_mj: i64,
    /// Facility energy in MWh, derived from `energy_mj`.
    pub energy_mwh: f64,
    /// Location-based CO2e of that energy, µg.
    pub co2e_ug: i64,
    /// CO2e in tonnes, derived from `co2e_ug`.
    pub co2e_t: f64,
}

impl Weight {
    /// Facility energy and its CO2e, with the derived floats.
    #[must_use]
    pub const fn new(energy: Energy, co2e: CarbonMass) -> Self {
        let (energy_mj, co2e_ug) = (energy.millijoules(), co2e.micrograms());
        Self { energy_mj, energy_mwh: energy_mj as f64 / 3.6e12, co2e_ug, co2e_t: co2e_ug as f64 / 1e12 }
    }

    /// The part that a budget of `unit` counts: mJ or µg.
    #[must_use]
    pub const fn in_unit(&self, unit: Unit) -> i64 {
        match unit {
            Unit::Energy => self.energy_mj,
            Unit::Co2e => self.co2e_ug,
        }
    }
}

/// One input of an estimate, and where its value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Assumption {
    /// Name of the input, such as `power` or `PUE`.
    pub name: String,
    /// Value that was used, with its unit.
    pub value: String,
    /// Source of the value, or the reason why it was used.
    pub source: String,
}

impl Assumption {
    /// An assumption from its three texts.
    pub fn new(name: &str, value: impl Into<String>, source: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into(), source: source.into() }
    }
}

/// What the mean power of an estimate is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EstimateBasis {
    /// The request states the power, or the utilisation of the accelerator.
    Stated,
    /// Earlier jobs of the same project and name.
    Alike,
    /// Earlier jobs of any project on the same accelerator.
    Fleet,
    /// Published figures for the accelerator; no job of this service is known to be like it.
    Prior,
}

/// An estimate of facility energy and CO2e, with everything that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EstimateDocument {
    /// Expected facility energy (p50), mJ.
    pub energy_mj: i64,
    /// Expected facility energy in MWh, derived from `energy_mj`.
    pub energy_mwh: f64,
    /// Expected location-based CO2e (p50), µg.
    pub co2e_ug: i64,
    /// Expected CO2e in tonnes, derived from `co2e_ug`.
    pub co2e_t: f64,
    /// The amount that one job in twenty exceeds. An admission holds this much.
    pub p95: Weight,
    /// Data quality tier; always `E`, an estimate in which nothing of this job is measured.
    pub tier: String,
    /// What the mean power is based on.
    pub basis: EstimateBasis,
    /// Number of accelerators that the job takes.
    pub accelerators: u64,
    /// Wall time that p95 assumes, hours: what the request asks for.
    pub hours: f64,
    /// Wall time that p50 assumes, hours: what jobs like it took, at most `hours`.
    pub expected_hours: f64,
    /// Mean power of one accelerator with its share of the host, W.
    pub power_w: f64,
    /// Power usage effectiveness: facility energy / IT energy.
    pub pue: f64,
    /// Carbon intensity of the grid, mg CO2e/kWh.
    pub intensity_mg_per_kwh: u32,
    /// Every input of the estimate with its source.
    pub assumptions: Vec<Assumption>,
}

/// What is added by something that the one who asks has summed. Either unit may be negative: what takes away more than it adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImpactRequest {
    /// Expected facility energy, mJ.
    pub energy_mj: i64,
    /// Expected location-based CO2e, µg.
    pub co2e_ug: i64,
    /// Facility energy that one case in twenty exceeds, mJ; at least `energy_mj`.
    pub p95_energy_mj: i64,
    /// CO2e that one case in twenty exceeds, µg; at least `co2e_ug`.
    pub p95_co2e_ug: i64,
}

/// A job to be estimated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EstimateRequest {
    /// Project that the job is charged to; its earlier jobs improve the estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// Type of accelerator: a key of the bundled table, an NVML name, or a family such as A100.
    pub accelerator: String,
    /// Number of accelerators, 1 or more.
    #[schema(minimum = 1)]
    pub count: u64,
    /// Wall time, hours, above 0. An admission without it takes the longest default of the budgets that apply; an estimate needs it.
    #[schema(value_type = Option<f64>, exclusive_minimum = 0)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Number>,
    /// Mean power of one accelerator with its share of the host, W, above 0; give this or `utilisation`.
    #[schema(value_type = Option<f64>, exclusive_minimum = 0)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_w: Option<Number>,
    /// Mean power of the accelerator as a share of its TDP, above 0 and at most 1; published figures if absent.
    #[schema(value_type = Option<f64>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utilisation: Option<Number>,
    /// Ratio of p95 to p50 of the power, 1 to 10; the service's own figure if absent.
    #[schema(value_type = Option<f64>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95_over_p50: Option<Number>,
    /// Power usage effectiveness: facility energy / IT energy, 1 to 3; that of the site if absent.
    #[schema(value_type = Option<f64>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pue: Option<Number>,
    /// Carbon intensity, 0 to 1500 g CO2e/kWh; give at most one of this, `zone` and `region`.
    #[schema(value_type = Option<f64>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intensity: Option<Number>,
    /// What it costs, where the one who asks has summed it, as of a Terraform plan: then nothing is estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<ImpactRequest>,
    /// Grid zone, such as DE; that of the site if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneId>,
    /// Cloud region, as `provider/region`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Site at which the job will run; if absent and the service has only one site, that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteName>,
    /// When the job is to start, a UTC date or RFC 3339; now if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Labels of the job, each with its value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// User who submits the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Name of the job, its container image or its script. Jobs of one project and name are expected to be alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Id under which the job will be metered; the submission key if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
}

/// How often jobs stayed within the p95 that was held for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccuracyDocument {
    /// Number of admissions whose energy is known.
    pub jobs: i64,
    /// Number of those that stayed within their p95.
    pub within_p95: i64,
    /// `within_p95` / `jobs`; 0.95 is the aim. `null` if there are no jobs.
    pub hit_rate: Option<f64>,
    /// Jobs by the share of their p95 that they used, in steps of 5 %, lowest first; steps without a job are left out.
    pub used: Vec<UsedDocument>,
}

/// Number of jobs that used a similar share of what was held for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsedDocument {
    /// Lower end of the step: used energy / p95 in percent, a multiple of 5. The step at 200 has no upper end.
    pub from_percent: i64,
    /// Number of jobs within this step.
    pub jobs: i64,
}
