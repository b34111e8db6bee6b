//! Amounts of what budgets count: energy or CO2e, each with its unit.

use api::Unit;
use std::cmp::Ordering;
use std::fmt;
use units::{CarbonMass, Energy};

/// An amount of what a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetAmount {
    /// Facility energy.
    Energy(Energy),
    /// Location-based CO2e of facility energy.
    Co2e(CarbonMass),
}

/// Facility energy and its location-based CO2e.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impact {
    /// Facility energy.
    pub energy: Energy,
    /// Location-based CO2e of that energy.
    pub co2e: CarbonMass,
}

impl BudgetAmount {
    /// `value` in mJ or µg, whichever `unit` counts.
    #[must_use]
    pub const fn new(unit: Unit, value: i64) -> Self {
        match unit {
            Unit::Energy => Self::Energy(Energy::from_millijoules(value)),
            Unit::Co2e => Self::Co2e(CarbonMass::from_micrograms(value)),
        }
    }

    /// What it is an amount of.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::Energy(_) => Unit::Energy,
            Self::Co2e(_) => Unit::Co2e,
        }
    }

    /// The value in mJ or µg.
    #[must_use]
    pub const fn value(self) -> i64 {
        match self {
            Self::Energy(energy) => energy.millijoules(),
            Self::Co2e(co2e) => co2e.micrograms(),
        }
    }

    /// The sum of two amounts of one budget, at most the range of the type.
    pub(super) fn plus(self, other: Self) -> Self {
        self.with(other, i64::saturating_add)
    }

    /// The difference of two amounts of one budget, at most the range of the type.
    pub(super) fn minus(self, other: Self) -> Self {
        self.with(other, i64::saturating_sub)
    }

    /// The amount itself, or zero where it is negative.
    pub(super) fn at_least_zero(self) -> Self {
        Self::new(self.unit(), self.value().max(0))
    }

    fn with(self, other: Self, operation: fn(i64, i64) -> i64) -> Self {
        debug_assert_eq!(self.unit(), other.unit(), "amounts of one budget have one unit");
        Self::new(self.unit(), operation(self.value(), other.value()))
    }
}

impl PartialOrd for BudgetAmount {
    /// `None` for energy and CO2e, which do not compare.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.unit() == other.unit()).then(|| self.value().cmp(&other.value()))
    }
}

impl Impact {
    /// No energy and no CO2e.
    pub const NOTHING: Self = Self { energy: Energy::ZERO, co2e: CarbonMass::ZERO };

    /// The part that a budget of `unit` counts.
    #[must_use]
    pub const fn in_unit(self, unit: Unit) -> BudgetAmount {
        match unit {
            Unit::Energy => BudgetAmount::Energy(self.energy),
            Unit::Co2e => BudgetAmount::Co2e(self.co2e),
        }
    }
}

/// In the unit that reads best: `0.309 t`, `12.4 MWh`.
impl fmt::Display for BudgetAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scales: [(f64, &str); 4] = match self {
            Self::Energy(_) => [(3.6e15, "GWh"), (3.6e12, "MWh"), (3.6e9, "kWh"), (3.6e6, "Wh")],
            Self::Co2e(_) => [(1e12, "t"), (1e9, "kg"), (1e6, "g"), (1e3, "mg")],
        };
        if self.value() == 0 {
            return f.write_str(if self.unit() == Unit::Energy { "0 kWh" } else { "0 t" });
        }
        let value = self.value() as f64;
        let smallest = scales[3];
        // Tonnes from 0.1 on: budgets of projects are in tonnes.
        let fits = |(size, name): &&(f64, &str)| value.abs() >= if *name == "t" { size / 10.0 } else { *size };
        let (size, name) = scales.iter().find(fits).copied().unwrap_or(smallest);
        let scaled = value / size;
        let digits = match scaled.abs() {
            large if large >= 100.0 => 0,
            middle if middle >= 10.0 => 1,
            small if small >= 1.0 => 2,
            _ => 3,
        };
        write!(f, "{scaled:.digits$} {name}")
    }
}

/// Hours as typed.
#[must_use]
pub(super) fn hours(nanohours: u64) -> String {
    crate::decimal::format(nanohours.into(), 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        for (unit, value, expected) in [
            (Unit::Co2e, 309_000_000_000, "0.309 t"),
            (Unit::Co2e, 1_300_000_000_000, "1.30 t"),
            (Unit::Co2e, 42_000_000_000, "42.0 kg"),
            (Unit::Co2e, 0, "0 t"),
            (Unit::Energy, 3_600_000_000, "1.00 kWh"),
            (Unit::Energy, -44_640_000_000_000, "-12.4 MWh"),
        ] {
            assert_eq!(BudgetAmount::new(unit, value).to_string(), expected);
        }
    }

    #[test]
    fn energy_and_co2e_do_not_compare() {
        let [energy, co2e] = [Unit::Energy, Unit::Co2e].map(|unit| BudgetAmount::new(unit, 1));
        assert_eq!((energy.partial_cmp(&co2e), energy < co2e, energy > co2e), (None, false, false));
        assert!(energy < BudgetAmount::new(Unit::Energy, 2));
    }
}
