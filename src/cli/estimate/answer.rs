use super::cost::CostDocument;
use crate::budget::{Estimate, Workload};
use crate::cli::failure::Failure;
use crate::cli::grid_arguments::{GridFactor, NO_GRID};
use crate::cli::show::mass;
use crate::cli::table::{TextTable, left, right, significant};
use crate::decimal;
use api::Assumption;
use serde::Serialize;
use std::fmt;
use units::{CarbonMass, Energy};

/// The document of `--json`. The keys `energy_mwh`, `co2e_t`, `p95.energy_mwh`, `p95.co2e_t` and `assumptions` must not change.
#[derive(Serialize)]
pub(super) struct EstimateReport {
    /// Expected energy, MWh, derived from `energy_mj`.
    pub(super) energy_mwh: f64,
    pub(super) energy_mj: i64,
    /// Expected location-based CO2e, t; `None` with `co2e_reason`.
    co2e_t: Option<f64>,
    co2e_ug: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    co2e_reason: Option<&'static str>,
    p95: EstimateUpper,
    tier: &'static str,
    workload: WorkloadDocument,
    factor: Option<serde_json::Value>,
    /// What it costs, where a price or a rate is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost: Option<CostDocument>,
    assumptions: Vec<Assumption>,
    pub(super) would_change: Vec<String>,
}

/// The 95th percentile: one job in twenty exceeds it.
#[derive(Serialize)]
struct EstimateUpper {
    energy_mwh: f64,
    energy_mj: i64,
    co2e_t: Option<f64>,
    co2e_ug: Option<i64>,
}

#[derive(Serialize)]
struct WorkloadDocument {
    accelerators: u64,
    hours: f64,
    power_w: f64,
    pue: f64,
    #[serde(skip)]
    in_words: String,
}

impl EstimateReport {
    pub(super) fn new(
        (workload, counted): (Workload, &str),
        energy: Estimate,
        grid: Option<&GridFactor>,
        assumptions: Vec<Assumption>,
    ) -> Result<Self, Failure> {
        let carbon = |energy: Energy| grid.map(|grid| energy.carbon(grid.factor.intensity)).transpose();
        let (p50, p95) = (carbon(energy.p50)?, carbon(energy.p95)?);
        Ok(Self {
            energy_mwh: mwh(energy.p50),
            energy_mj: energy.p50.millijoules(),
            co2e_t: p50.map(tonnes),
            co2e_ug: p50.map(CarbonMass::micrograms),
            co2e_reason: grid.is_none().then_some(NO_GRID),
            p95: EstimateUpper {
                energy_mwh: mwh(energy.p95),
                energy_mj: energy.p95.millijoules(),
                co2e_t: p95.map(tonnes),
                co2e_ug: p95.map(CarbonMass::micrograms),
            },
            tier: "E",
            workload: WorkloadDocument::of(workload, counted),
            factor: grid.map(|grid| grid.factor.document.clone()),
            cost: None,
            assumptions,
            would_change: Vec::new(),
        })
    }
}

impl WorkloadDocument {
    fn of(workload: Workload, counted: &str) -> Self {
        let hours = decimal::format(workload.nanohours.into(), 9);
        let watts = decimal::format(workload.nanowatts.into(), 9);
        let plural = if workload.accelerators == 1 { "" } else { "s" };
        Self {
            accelerators: workload.accelerators,
            hours: workload.nanohours as f64 / 1e9,
            power_w: workload.nanowatts as f64 / 1e9,
            pue: f64::from(workload.pue.parts_per_million()) / 1e6,
            in_words: format!("{} {counted}{plural} for {hours} h at {watts} W each", workload.accelerators),
        }
    }
}

impl fmt::Display for EstimateReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.workload.in_words)?;
        let mut totals = TextTable::new([left(""), right("expected (p50)"), right("p95")]);
        totals.row(vec!["energy".to_owned(), energy(self.energy_mwh), energy(self.p95.energy_mwh)]);
        if let (Some(p50), Some(p95)) = (self.co2e_t, self.p95.co2e_t) {
            totals.row(vec!["CO2e".to_owned(), mass(p50 * 1e6), mass(p95 * 1e6)]);
        }
        for (label, p50, p95) in self.cost.iter().flat_map(CostDocument::rows) {
            totals.row(vec![label.to_owned(), p50, p95]);
        }
        write!(f, "{totals}")?;
        if let Some(reason) = self.co2e_reason {
            writeln!(f, "CO2e    unknown: {reason}")?;
        }
        writeln!(f, "\nassumptions (tier {}: an estimate, nothing measured by Wattledger)", self.tier)?;
        for Assumption { name, value, source } in &self.assumptions {
            writeln!(f, "  {name:<20}{value}")?;
            if !source.is_empty() {
                writeln!(f, "  {:<20}{source}", "")?;
            }
        }
        if !self.would_change.is_empty() {
            writeln!(f, "\nwhat would change the estimate")?;
        }
        self.would_change.iter().try_for_each(|change| writeln!(f, "  {change}"))
    }
}

/// Energy with four significant digits, in MWh, kWh or Wh.
pub(in crate::cli) fn energy(mwh: f64) -> String {
    match mwh {
        large if large >= 1.0 => format!("{} MWh", significant(mwh, 4)),
        middle if middle >= 1e-3 => format!("{} kWh", significant(mwh * 1e3, 4)),
        _ => format!("{} Wh", significant(mwh * 1e6, 4)),
    }
}

fn mwh(energy: Energy) -> f64 {
    energy.millijoules() as f64 / 3.6e12
}

fn tonnes(mass: CarbonMass) -> f64 {
    mass.micrograms() as f64 / 1e12
}
