//! Turns an assessment into the estimate that is answered.

use super::{Assessment, Impact};
use api::{EstimateDocument, Weight};

impl From<&Assessment> for EstimateDocument {
    fn from(assessed: &Assessment) -> Self {
        let [p50, p95] = [assessed.p50, assessed.p95].map(|Impact { energy, co2e }| Weight::new(energy, co2e));
        Self {
            energy_mj: p50.energy_mj,
            energy_mwh: p50.energy_mwh,
            co2e_ug: p50.co2e_ug,
            co2e_t: p50.co2e_t,
            p95,
            tier: "E".to_owned(),
            basis: assessed.basis,
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
