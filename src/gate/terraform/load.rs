//! A bill as budgets weigh it: accelerators at a mean power for a month.

use super::HOURS_PER_MONTH;
use super::bill::PlanBill;
use units::{CarbonIntensity, Overflow, Pue};

/// Highest p95 / p50 and intensity that a plan is weighed with, beyond what any real one has.
const SPREAD_PPM_MAX: i128 = 10_000_000;
const INTENSITY_MAX: i128 = 1_500_000;

/// What a plan adds, as budgets weigh it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLoad {
    /// Name of the accelerator; where the plan adds several kinds, a name for them together.
    pub accelerator: String,
    /// Number of accelerators where they are of one kind, else 1.
    pub count: u64,
    /// Mean power of each without the facility's overhead, nW.
    pub nanowatts: u64,
    /// p95 / p50 of the power, parts per million.
    pub spread_ppm: u32,
    /// Mean carbon intensity; `None` where the region of a resource is not known.
    pub intensity: Option<CarbonIntensity>,
}

impl PlanBill {
    /// What budgets weigh; `None` of a plan that adds nothing. `pue` is the one of the bill.
    ///
    /// # Errors
    ///
    /// [`Overflow`].
    pub fn load(&self, pue: Pue) -> Result<Option<PlanLoad>, Overflow> {
        let added = self.added()?;
        let millijoules = i128::from(added.p50.millijoules());
        if millijoules <= 0 {
            return Ok(None);
        }
        let accelerators = self.added_accelerators();
        let (accelerator, count) = match accelerators.iter().next() {
            Some((name, count)) if accelerators.len() == 1 && *count > 0 => (name.clone(), count.unsigned_abs()),
            _ => ("Terraform plan".to_owned(), 1),
        };
        // mJ over s is mW, and 1 mW is 10⁶ nW; the PUE is in parts per million.
        let seconds = i128::from(HOURS_PER_MONTH) * 3_600 * i128::from(count);
        let nanowatts = millijoules * 1_000_000 * 1_000_000 / (seconds * i128::from(pue.parts_per_million()));
        let ratio =
            |part: i64, times: i128, most: i128| u32::try_from((i128::from(part) * times / millijoules).clamp(0, most));
        let spread_ppm = ratio(added.p95.millijoules(), 1_000_000, SPREAD_PPM_MAX).unwrap_or(1_000_000).max(1_000_000);
        // µg over mJ is g/MJ: times 3,600 x 1,000 it is mg/kWh.
        let milligrams =
            self.added_co2e()?.map(|co2e| ratio(co2e.p50.micrograms(), 3_600_000, INTENSITY_MAX).unwrap_or(0));
        Ok(Some(PlanLoad {
            accelerator,
            count,
            nanowatts: u64::try_from(nanowatts).map_err(|_| Overflow { quantity: "mean power of a plan in nW" })?,
            spread_ppm,
            intensity: milligrams.map(CarbonIntensity::from_milligrams_per_kwh),
        }))
    }
}
