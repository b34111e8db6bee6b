//! What restating changes: old, new, the difference, and whether a reader must be told.

use crate::store::ReasonSum;
use api::{Aggregate, Amount, DifferenceReason, Figures, Report, Restatement};
use units::{CarbonMass, Energy, Overflow};

/// One in so many of the old figure is material: 5 %, the customary threshold for recalculating what was published.
const MATERIAL_PART: i128 = 20;

impl From<ReasonSum> for DifferenceReason {
    fn from(sum: ReasonSum) -> Self {
        let (energy_mj, co2e_ug_location) = (sum.energy.millijoules(), sum.co2e.micrograms());
        Self { reason: sum.reason, entries: sum.entries, energy_mj, co2e_ug_location }
    }
}

/// The figures of a report.
#[must_use]
pub fn figures(report: &Report) -> Figures {
    let amount = |of: &Aggregate| Amount {
        energy_mj: of.energy_mj,
        energy_mwh: of.energy_mwh,
        co2e_ug_location: of.co2e_ug_location,
        co2e_t_location: of.co2e_t_location,
        energy_cost: of.energy_cost.clone(),
    };
    Figures {
        total: amount(&report.total),
        idle: amount(&report.idle),
        overhead: amount(&report.overhead),
        metered: amount(&report.metered),
    }
}

/// Energy and CO2e of everything, overhead included.
fn facility(figures: &Figures) -> [i128; 2] {
    let sum = |of: fn(&Amount) -> i64| i128::from(of(&figures.metered)) + i128::from(of(&figures.overhead));
    [sum(|amount| amount.energy_mj), sum(|amount| amount.co2e_ug_location)]
}

/// New figures minus old figures, without reasons.
///
/// # Errors
///
/// A difference that leaves its range.
pub fn difference(old: &Figures, new: &Figures) -> Result<Restatement, Overflow> {
    let delta = Figures {
        total: less(&new.total, &old.total)?,
        idle: less(&new.idle, &old.idle)?,
        overhead: less(&new.overhead, &old.overhead)?,
        metered: less(&new.metered, &old.metered)?,
    };
    let pairs = facility(old).into_iter().zip(facility(new)).map(|(old, new)| (old.abs(), (new - old).abs()));
    let recalculation = pairs.clone().any(|(old, off)| off > 0 && off * MATERIAL_PART >= old);
    let shares = pairs.filter(|(old, _)| *old > 0).map(|(old, off)| off as f64 / old as f64);
    Ok(Restatement { delta, change_share: shares.reduce(f64::max), recalculation, reasons: Vec::new() })
}

fn less(new: &Amount, old: &Amount) -> Result<Amount, Overflow> {
    let less = |new: i64, old: i64| new.checked_sub(old).ok_or(Overflow { quantity: "difference of two reports" });
    let energy_mj = less(new.energy_mj, old.energy_mj)?;
    let co2e_ug_location = less(new.co2e_ug_location, old.co2e_ug_location)?;
    Ok(Amount::new(Energy::from_millijoules(energy_mj), CarbonMass::from_micrograms(co2e_ug_location)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metered(energy_mj: i64, co2e_ug: i64) -> Figures {
        let amount = Amount::new(Energy::from_millijoules(energy_mj), CarbonMass::from_micrograms(co2e_ug));
        Figures { metered: amount, ..Figures::default() }
    }

    #[test]
    fn five_percent_of_energy_or_carbon_is_material() {
        for (old, new, expected) in [
            ((1_000, 1_000), (1_000, 1_000), false),
            ((1_000, 1_000), (1_049, 951), false),
            ((1_000, 1_000), (1_050, 1_000), true),
            ((1_000, 1_000), (1_000, 949), true),
            ((0, 0), (0, 0), false),
            ((0, 0), (1, 0), true),
        ] {
            let change = difference(&metered(old.0, old.1), &metered(new.0, new.1)).unwrap();
            assert_eq!(change.recalculation, expected, "{old:?} {new:?}");
            assert_eq!(change.delta.metered.energy_mj, new.0 - old.0);
        }
    }
}
