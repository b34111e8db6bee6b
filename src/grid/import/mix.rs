//! Generation by fuel in columns, as the hours of form EIA-930 are kept: the intensity is computed from it, as from the provider's answer.

use super::steps::{Cell, IntervalLength, ReadRow};
use super::terms::{ImportError, ImportTerms, line_place};
use crate::decimal;
use crate::grid::FactorReading;
use crate::grid::provider::{FuelCodes, FuelScheme, Generation, MixSource};
use crate::moment::show;
use model::ZoneId;
use std::collections::HashMap;
use units::{Interval, Timestamp};

/// Columns of such a file that are no generation: the time, the zone, and an intensity that somebody computed, which is not read.
const OTHER_COLUMNS: [&str; 4] = ["datetime_utc", "zone", "zone id", "dcrl_avg_ci_g"];
/// Fuels that a mix has at least: one column may be anything.
const FUELS_MIN: usize = 2;

/// A column with the generation of a fuel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FuelColumn {
    pub(super) place: usize,
    code: String,
}

/// The columns of a mix by the codes of form EIA-930, in lower case; none if the file is no mix.
pub(super) fn fuel_columns(names: &[String]) -> Result<Vec<FuelColumn>, ImportError> {
    let codes = FuelCodes::bundled(FuelScheme::Eia930)?;
    let column = |(place, name): (usize, &String)| FuelColumn { place, code: name.to_uppercase() };
    let (fuels, others): (Vec<_>, Vec<_>) =
        names.iter().enumerate().map(column).partition(|column| codes.contains(&column.code));
    if fuels.len() < FUELS_MIN {
        return Ok(Vec::new());
    }
    let is_unknown = |column: &&FuelColumn| !OTHER_COLUMNS.contains(&column.code.to_lowercase().as_str());
    match others.iter().find(is_unknown) {
        Some(FuelColumn { code, .. }) => Err(ImportError::Terms(format!(
            "the column {code} of the generation mix is no fuel of form EIA-930 that has a factor: leave it out if it is no generation, or add it to OTH"
        ))),
        None => Ok(fuels),
    }
}

/// The generation that a cell states in MW.
pub(super) fn kilowatts(cell: &str) -> Result<Cell, String> {
    let kilowatts = decimal::parse(cell, 3).ok().and_then(|kilowatts| i64::try_from(kilowatts).ok());
    kilowatts.map(Cell).ok_or_else(|| format!("{cell:?} is not a generation in MW: write a number like 6764.0"))
}

/// The intensities of the mixes in `rows`, one after the other.
pub(super) fn intensities(
    zone: &ZoneId,
    rows: &[ReadRow],
    fuels: &[FuelColumn],
    step: IntervalLength,
    terms: &ImportTerms,
) -> Result<FactorReading, ImportError> {
    if step.is_coarse() {
        let reason = "a generation mix has steps of an hour or less: import intensities of longer ones";
        return Err(ImportError::Terms(reason.to_owned()));
    }
    let mut found = Generation::default();
    let mut lines = HashMap::new();
    for row in rows.iter().filter(|row| row.values.iter().any(Option::is_some)) {
        let Some(interval) = step.end(row.start).and_then(|end| Interval::new(row.start, end)) else { continue };
        lines.insert(show(row.start), row.line);
        for (column, cell) in fuels.iter().zip(&row.values) {
            found.add(&column.code, interval, cell.map(megawatts));
        }
    }
    let now = terms.obtained.unwrap_or(Timestamp::from_nanoseconds(i64::MAX));
    let FactorReading { series, mut refused } = found.read(&MixSource::eia_930(zone.clone()), now)?;
    for refused in &mut refused {
        if let Some(line) = lines.get(&refused.place) {
            refused.place = line_place(*line);
        }
    }
    Ok(FactorReading { series: terms.applied(series), refused })
}

#[allow(clippy::cast_precision_loss, reason = "a grid generates less than 2^53 kW")]
fn megawatts(Cell(kilowatts): Cell) -> f64 {
    kilowatts as f64 / 1e3
}
