//! A bill as budgets weigh it: what a plan adds in a month, in energy and in CO2e.

use super::HOURS_PER_MONTH;
use super::bill::{Co2eEstimate, PlanBill};
use crate::budget::{Estimate, Impact, StatedImpact};
use std::cmp::max;
use units::{CarbonIntensity, CarbonMass, Energy, Overflow, Pue};

/// Highest intensity of any grid, mg/kWh, as estimates take it.
const INTENSITY_MAX_MG: i128 = 1_500_000;

/// What a plan adds, as budgets weigh it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLoad {
    /// Name of the accelerator; where the plan adds several kinds or none, a name for it all.
    pub accelerator: String,
    /// Number of accelerators where they are of one kind, else 1.
    pub count: u64,
    /// Mean power of each without the facility's overhead, nW; 0 where the plan adds no energy.
    pub nanowatts: u64,
    /// Mean carbon intensity of what is added; `None` where what goes and what comes have none together.
    pub intensity: Option<CarbonIntensity>,
    /// What it adds in both units; either may be negative.
    pub impact: StatedImpact,
}

/// Why a plan cannot be held against budgets.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A sum left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// Its CO2e is not known.
    #[error("where {} runs is not constant in the plan", .0.join(", "))]
    NoRegion(Vec<String>),
}

impl PlanBill {
    /// What budgets weigh; `None` of a plan that adds neither energy nor CO2e. `pue` is the one of the bill.
    ///
    /// # Errors
    ///
    /// [`Overflow`]; CO2e that is not known, unless there is certainly none.
    pub fn load(&self, pue: Pue) -> Result<Option<PlanLoad>, LoadError> {
        let Estimate { p50, p95 } = self.added()?;
        let Some(co2e) = self.added_co2e()? else {
            let is_nothing = p50 <= Energy::ZERO && self.co2e_at_most()?.is_some_and(|most| most <= CarbonMass::ZERO);
            return if is_nothing { Ok(None) } else { Err(LoadError::NoRegion(self.without_co2e()?)) };
        };
        if p50 <= Energy::ZERO && co2e.p50 <= CarbonMass::ZERO {
            return Ok(None);
        }
        let accelerators = self.added_accelerators();
        let (accelerator, count) = match accelerators.iter().next() {
            Some((name, count)) if accelerators.len() == 1 && *count > 0 => (name.clone(), count.unsigned_abs()),
            _ => ("Terraform plan".to_owned(), 1),
        };
        let millijoules = i128::from(p50.millijoules());
        // mJ over s is mW, and 1 mW is 10⁶ nW; the PUE is in parts per million.
        let seconds = i128::from(HOURS_PER_MONTH) * 3_600 * i128::from(count);
        let nanowatts = max(millijoules, 0) * 1_000_000 * 1_000_000 / (seconds * i128::from(pue.parts_per_million()));
        // µg over mJ is g/MJ: times 3,600 x 1,000 it is mg/kWh.
        let mean = i128::from(co2e.p50.micrograms()) * 3_600_000;
        let mean = if millijoules > 0 { Some(mean / millijoules) } else { None };
        let mean = mean.filter(|mean| (0..=INTENSITY_MAX_MG).contains(mean)).and_then(|mean| u32::try_from(mean).ok());
        Ok(Some(PlanLoad {
            accelerator,
            count,
            nanowatts: u64::try_from(nanowatts).map_err(|_| Overflow { quantity: "mean power of a plan in nW" })?,
            intensity: mean.map(CarbonIntensity::from_milligrams_per_kwh),
            impact: StatedImpact {
                p50: Impact { energy: p50, co2e: co2e.p50 },
                // Of what goes, the p95 is further below than what is expected.
                p95: Impact { energy: max(p50, p95), co2e: max(co2e.p50, co2e.p95) },
            },
        }))
    }

    /// The most CO2e that the plan may add where regions are not known; `None` where that may be any amount.
    fn co2e_at_most(&self) -> Result<Option<CarbonMass>, Overflow> {
        let mut sum = CarbonMass::ZERO;
        for item in &self.items {
            match item.added_co2e()? {
                Some(Co2eEstimate { p50, .. }) => sum = sum.checked_add(p50)?,
                None if item.surely_adds_no_co2e()? => {}
                None => return Ok(None),
            }
        }
        Ok(Some(sum))
    }

    /// The resources whose CO2e is not known.
    pub fn without_co2e(&self) -> Result<Vec<String>, Overflow> {
        let mut found = Vec::new();
        for item in &self.items {
            if item.added_co2e()?.is_none() {
                found.push(item.address.clone());
            }
        }
        Ok(found)
    }
}
