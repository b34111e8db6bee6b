//! What is answered to a demand, as it is sent and kept.

use super::fit::FitOption;
use super::{Assessment, Assumption, Mode, Unit};
use serde::{Deserialize, Serialize};

/// Energy and CO2e, facility overhead included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Weight {
    /// mJ.
    pub energy_mj: i64,
    /// The same, derived.
    pub energy_mwh: f64,
    /// Location-based, µg.
    pub co2e_ug: i64,
    /// The same, derived.
    pub co2e_t: f64,
}

impl Weight {
    /// Both with what is derived.
    #[must_use]
    pub fn new(energy_mj: i64, co2e_ug: i64) -> Self {
        Self { energy_mj, energy_mwh: energy_mj as f64 / 3.6e12, co2e_ug, co2e_t: co2e_ug as f64 / 1e12 }
    }

    /// The part that a budget counts.
    #[must_use]
    pub const fn in_unit(&self, unit: Unit) -> i64 {
        match unit {
            Unit::Energy => self.energy_mj,
            Unit::Co2e => self.co2e_ug,
        }
    }
}

/// An estimate as it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EstimateDocument {
    /// Expected facility energy (p50), mJ.
    pub energy_mj: i64,
    /// The same, derived.
    pub energy_mwh: f64,
    /// Expected CO2e, location-based, µg.
    pub co2e_ug: i64,
    /// The same, derived.
    pub co2e_t: f64,
    /// Exceeded by one job in twenty: what is held.
    pub p95: Weight,
    /// `E`: an estimate, nothing of this job is measured.
    pub tier: String,
    /// What the power is from: `stated`, `alike` (jobs of the same project and name), `fleet` (jobs on the same accelerator) or `prior`.
    pub basis: String,
    /// Accelerators.
    pub accelerators: u64,
    /// Wall time that is held, hours.
    pub hours: f64,
    /// Wall time that is expected, hours.
    pub expected_hours: f64,
    /// Mean power of one accelerator with its share of the host, W.
    pub power_w: f64,
    /// Facility energy / IT energy.
    pub pue: f64,
    /// Carbon intensity, mg/kWh.
    pub intensity_mg_per_kwh: u32,
    /// What was taken for granted.
    pub assumptions: Vec<Assumption>,
}

impl From<&Assessment> for EstimateDocument {
    fn from(assessed: &Assessment) -> Self {
        let p50 = Weight::new(assessed.energy.p50.millijoules(), assessed.p50_co2e.micrograms());
        Self {
            energy_mj: p50.energy_mj,
            energy_mwh: p50.energy_mwh,
            co2e_ug: p50.co2e_ug,
            co2e_t: p50.co2e_t,
            p95: Weight::new(assessed.energy.p95.millijoules(), assessed.p95_co2e.micrograms()),
            tier: "E".to_owned(),
            basis: assessed.basis.to_owned(),
            accelerators: assessed.workload.accelerators,
            hours: assessed.workload.nanohours as f64 / 1e9,
            expected_hours: assessed.expected_nanohours as f64 / 1e9,
            power_w: assessed.workload.nanowatts as f64 / 1e9,
            pue: f64::from(assessed.workload.pue.parts_per_million()) / 1e6,
            intensity_mg_per_kwh: assessed.intensity.milligrams_per_kwh(),
            assumptions: assessed.assumptions.clone(),
        }
    }
}

/// What one budget says of a demand; amounts in its unit, mJ or µg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BudgetShare {
    /// Number of the budget.
    pub budget: String,
    /// Its name.
    pub name: String,
    /// What it counts; `null` where its policy cannot be read.
    pub unit: Option<Unit>,
    /// `observe`, `warn` or `block`.
    pub mode: Option<Mode>,
    /// What the demand needs of it (p95).
    pub needed: i64,
    /// Its limit in the period, with what was carried over.
    pub limit: i64,
    /// Spent before.
    pub spent: i64,
    /// Held before, by others.
    pub held: i64,
    /// Free before.
    pub free: i64,
    /// End of the period, RFC 3339.
    pub until: String,
    /// Whether the demand fits.
    pub fits: bool,
    /// What it means in words.
    pub words: String,
}

/// The answer to a demand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Decision {
    /// Whether the job may run.
    pub allowed: bool,
    /// Number of the admission; `null` of a dry run.
    pub id: Option<String>,
    /// The submission key.
    pub key: Option<String>,
    /// Why, for people: what is needed, what is free, until when.
    pub reason: String,
    /// What would fit; empty when it is allowed.
    pub options: Vec<FitOption>,
    /// The estimate that was held against the budgets.
    pub estimate: EstimateDocument,
    /// Every budget that applies.
    pub budgets: Vec<BudgetShare>,
    /// What should be known although it is allowed.
    pub warnings: Vec<String>,
    /// Whether something is held now.
    pub held: bool,
}
