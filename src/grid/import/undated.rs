//! Tables that do not say their year: the generation mix of Canada's provinces, and the operating margins of countries. Where their values are those
//! of the bundled edition, its year is theirs; otherwise it is stated.

use super::columns::milligrams;
use super::table::year_of;
use super::terms::{FileReading, ImportError, ImportTerms, NOT_STATED, line_place};
use crate::grid::table::{CountryCode, FuelFactors, canada, canadian_province, ifi_marginal, iso_3166};
use crate::grid::{Factor, FactorSeries, FactorStatus, FactorValue, RefusedValue};
use csv::StringRecord;
use model::ZoneId;
use std::collections::HashMap;
use units::{CarbonIntensity, Interval};

/// A table whose rows have no year.
enum UndatedTable {
    /// Shares in percent by fuel, which are multiplied by the factors of the fuels.
    CanadianMix(FuelFactors),
    /// Operating margins in g CO2/kWh.
    Margins(Vec<CountryCode>),
}

/// A row of such a table.
struct UndatedRow {
    zone: ZoneId,
    intensity: CarbonIntensity,
    line: u64,
}

/// Reads such a table; `None` if the file is none.
pub(super) fn read(
    header: &StringRecord,
    text: &[u8],
    terms: &ImportTerms,
) -> Option<Result<FileReading, ImportError>> {
    let has = |names: &[&str]| names.iter().all(|name| header.iter().any(|column| column == *name));
    let table = if has(&["province", "naturalGas", "nuclear", "coal", "hydro", "wind"]) {
        FuelFactors::bundled().map(UndatedTable::CanadianMix)
    } else if has(&["iso3", "name", "operating_margin"]) {
        iso_3166().map(UndatedTable::Margins)
    } else {
        return None;
    };
    Some(table.map_err(ImportError::from).and_then(|table| rows(&table, header, text, terms)))
}

fn rows(
    table: &UndatedTable,
    header: &StringRecord,
    text: &[u8],
    terms: &ImportTerms,
) -> Result<FileReading, ImportError> {
    terms.refuse_type("a table of this form")?;
    let (mut read, mut found) = (FileReading::default(), Vec::new());
    for record in csv::Reader::from_reader(text).records() {
        let record = record.map_err(|error| ImportError::Bytes(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: HashMap<&str, &str> = header.iter().zip(&record).collect();
        match table.row(&cells) {
            Ok(Some((zone, intensity))) => found.push(UndatedRow { zone, intensity, line }),
            Ok(None) => read.other_zones += 1,
            Err((zone, reason))
                if terms.zone.as_ref().is_none_or(|asked| zone.as_ref().is_none_or(|own| own == asked)) =>
            {
                read.reading.refused.push(RefusedValue { place: line_place(line), reason });
            }
            Err(_) => read.other_zones += 1,
        }
    }
    let bundled = table.bundled()?;
    let edition = edition_of(&found, &bundled);
    let year = terms.year.map(|year| year_of(year).ok_or(year)).transpose();
    let year = year.map_err(|year| ImportError::Terms(format!("--year {year} is not a year that can be kept")))?;
    let period = year.or(edition.map(|edition| edition.period)).ok_or_else(|| {
        let reason =
            "the table does not say its year, and its values are not those of the bundled edition: give --year";
        ImportError::Terms(reason.to_owned())
    })?;
    // What is stated to be of another year is another edition.
    let edition = edition.filter(|edition| edition.period == period);
    let (own, others): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|row| terms.zone.as_ref().is_none_or(|asked| *asked == row.zone));
    read.other_zones += others.len();
    for row in own {
        read.lines.insert((row.zone.clone(), period.start()), row.line);
        read.reading.series.extend(bundled.first().map(|form| series(row, form, edition, period)));
    }
    read.reading.series = terms.applied(read.reading.series);
    Ok(read)
}

/// The bundled edition of which all values are, or none.
fn edition_of<'a>(found: &[UndatedRow], bundled: &'a [Factor]) -> Option<&'a Factor> {
    let by_zone: HashMap<&ZoneId, &Factor> = bundled.iter().map(|factor| (&factor.zone, factor)).collect();
    let mut known = found.iter().map(|row| by_zone.get(&row.zone).filter(|factor| factor.intensity == row.intensity));
    let first = known.next()??;
    known.all(|factor| factor.is_some()).then_some(*first)
}

/// `form` is any factor of such a table: all have the same type.
fn series(row: UndatedRow, form: &Factor, edition: Option<&Factor>, interval: Interval) -> FactorSeries {
    let (intensity, status) = (row.intensity, FactorStatus::Fallback);
    FactorSeries {
        zone: row.zone,
        basis: form.basis,
        gas: form.gas,
        accounting: form.accounting,
        publisher: form.publisher.clone(),
        edition: edition.map_or_else(|| NOT_STATED.to_owned(), |edition| edition.edition.clone()),
        licence: form.licence.clone(),
        values: vec![FactorValue { interval, intensity, status, method: None }],
    }
}

/// A zone, where it is known, and why its row cannot be used.
type RowRefusal = (Option<ZoneId>, String);

impl UndatedTable {
    /// The zone and intensity of a row; `None` of a row that is of no zone.
    fn row(&self, cells: &HashMap<&str, &str>) -> Result<Option<(ZoneId, CarbonIntensity)>, RowRefusal> {
        let cell = |name: &str| cells.get(name).copied().unwrap_or_default();
        match self {
            Self::CanadianMix(fuels) => {
                let province = canadian_province(cells, fuels).map_err(|reason| (None, reason))?;
                let refused = |reason| (Some(province.zone.clone()), reason);
                province.expect_covered().map_err(refused)?;
                Ok(Some((province.zone.clone(), province.intensity)))
            }
            Self::Margins(codes) => {
                let Some(code) = codes.iter().find(|code| code.alpha3 == cell("iso3")) else { return Ok(None) };
                let zone = ZoneId::from(code.alpha2.as_str());
                let milligrams = milligrams(cell("operating_margin"), None);
                let milligrams = milligrams.map_err(|reason| (Some(zone.clone()), reason))?;
                Ok(Some((zone, CarbonIntensity::from_milligrams_per_kwh(milligrams))))
            }
        }
    }

    fn bundled(&self) -> Result<Vec<Factor>, ImportError> {
        Ok(match self {
            Self::CanadianMix(_) => canada()?,
            Self::Margins(_) => ifi_marginal()?,
        })
    }
}
