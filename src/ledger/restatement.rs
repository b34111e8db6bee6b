//! What restating changes: old, new, the difference, and whether a reader must be told.

use super::report::{Amount, Report};
use crate::store::ReasonSum;
use serde::Serialize;
use units::Overflow;

/// One in so many of the old figure is material: 5 %, the customary threshold for recalculating what was published.
const MATERIAL_PART: i128 = 20;

/// The figures of a time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// Energy of jobs.
    pub total: Amount,
    /// Held by nobody.
    pub idle: Amount,
    /// Facility overhead of both.
    pub overhead: Amount,
    /// `total` + `idle`.
    pub metered: Amount,
}

/// From old figures to new ones.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Restatement {
    /// New less old.
    pub delta: Figures,
    /// The larger of the relative changes of energy and of CO2e, overhead included; `null` where there was nothing.
    pub change_share: Option<f64>,
    /// Whether it reaches 5 %, so that what was published on the old figures is to be recalculated.
    pub recalculation: bool,
    /// Why; they sum to the `metered` of `delta`.
    pub reasons: Vec<Reason>,
}

/// What entries of one reason add.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Reason {
    /// In words, as in the entries.
    pub reason: String,
    /// How many entries; 0 where no entry makes the difference.
    pub entries: i64,
    /// IT energy, mJ.
    pub energy_mj: i64,
    /// Its CO2e, µg.
    pub co2e_ug_location: i64,
}

impl From<ReasonSum> for Reason {
    fn from(sum: ReasonSum) -> Self {
        Self { reason: sum.reason, entries: sum.entries, energy_mj: sum.energy_mj, co2e_ug_location: sum.co2e_ug }
    }
}

impl Figures {
    /// Those of a report.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let amount = |of: &super::Aggregate| Amount {
            energy_mj: of.energy_mj,
            energy_mwh: of.energy_mwh,
            co2e_ug_location: of.co2e_ug_location,
            co2e_t_location: of.co2e_t_location,
            energy_cost: of.energy_cost.clone(),
        };
        Self {
            total: amount(&report.total),
            idle: amount(&report.idle),
            overhead: amount(&report.overhead),
            metered: amount(&report.metered),
        }
    }

    /// Energy and CO2e of everything, overhead included.
    fn facility(&self) -> [i128; 2] {
        let sum = |of: fn(&Amount) -> i64| i128::from(of(&self.metered)) + i128::from(of(&self.overhead));
        [sum(|amount| amount.energy_mj), sum(|amount| amount.co2e_ug_location)]
    }
}

impl Restatement {
    /// New less old, without reasons.
    ///
    /// # Errors
    ///
    /// A difference that leaves its range.
    pub fn between(old: &Figures, new: &Figures) -> Result<Self, Overflow> {
        let delta = Figures {
            total: less(&new.total, &old.total)?,
            idle: less(&new.idle, &old.idle)?,
            overhead: less(&new.overhead, &old.overhead)?,
            metered: less(&new.metered, &old.metered)?,
        };
        let pairs = old.facility().into_iter().zip(new.facility()).map(|(old, new)| (old.abs(), (new - old).abs()));
        let recalculation = pairs.clone().any(|(old, off)| off > 0 && off * MATERIAL_PART >= old);
        let shares = pairs.filter(|(old, _)| *old > 0).map(|(old, off)| off as f64 / old as f64);
        Ok(Self { delta, change_share: shares.reduce(f64::max), recalculation, reasons: Vec::new() })
    }
}

fn less(new: &Amount, old: &Amount) -> Result<Amount, Overflow> {
    let less = |new: i64, old: i64| new.checked_sub(old).ok_or(Overflow { quantity: "difference of two reports" });
    let energy_mj = less(new.energy_mj, old.energy_mj)?;
    let co2e_ug_location = less(new.co2e_ug_location, old.co2e_ug_location)?;
    Ok(Amount::new(energy_mj, co2e_ug_location))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(energy_mj: i64, co2e_ug: i64) -> Figures {
        Figures { metered: Amount::new(energy_mj, co2e_ug), ..Figures::default() }
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
            let change = Restatement::between(&figures(old.0, old.1), &figures(new.0, new.1)).unwrap();
            assert_eq!(change.recalculation, expected, "{old:?} {new:?}");
            assert_eq!(change.delta.metered.energy_mj, new.0 - old.0);
        }
    }
}
