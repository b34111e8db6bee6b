//! Amounts of budgets in words.

use api::Unit;

/// An amount in the unit that reads best: `0.309 t`, `12.4 MWh`.
#[must_use]
pub fn amount(unit: Unit, value: i64) -> String {
    if value == 0 {
        return if unit == Unit::Energy { "0 kWh".to_owned() } else { "0 t".to_owned() };
    }
    let value = value as f64;
    let scales: [(f64, &str); 4] = match unit {
        Unit::Energy => [(3.6e15, "GWh"), (3.6e12, "MWh"), (3.6e9, "kWh"), (3.6e6, "Wh")],
        Unit::Co2e => [(1e12, "t"), (1e9, "kg"), (1e6, "g"), (1e3, "mg")],
    };
    let last = scales[3];
    // Tonnes from 0.1 on: budgets of projects are in tonnes.
    let first = |(size, name): &&(f64, &str)| value.abs() >= if *name == "t" { size / 10.0 } else { *size };
    let (size, name) = scales.iter().find(first).copied().unwrap_or(last);
    let scaled = value / size;
    let digits = match scaled.abs() {
        large if large >= 100.0 => 0,
        middle if middle >= 10.0 => 1,
        small if small >= 1.0 => 2,
        _ => 3,
    };
    format!("{scaled:.digits$} {name}")
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
            assert_eq!(amount(unit, value), expected);
        }
    }
}
