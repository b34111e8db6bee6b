//! Yearly tables of many zones: the bundled ones and others of their form.

use super::columns::milligrams;
use super::terms::{FileReading, ImportError, ImportTerms, NOT_STATED, line_place};
use crate::grid::{Accounting, Basis, FactorSeries, FactorStatus, FactorValue, Gas, RefusedValue};
use csv::StringRecord;
use model::ZoneId;
use serde::de::DeserializeOwned;
use units::{CarbonIntensity, Interval, Timestamp};

/// What a table says of all its rows by its form.
struct TableForm {
    /// The columns by which it is recognised, the one with the values first.
    columns: &'static [&'static str],
    basis: Basis,
    gas: Gas,
    accounting: Accounting,
    publisher: &'static str,
    licence: &'static str,
}

/// Tables of `config/grid` whose rows do not say their type.
const FORMS: [TableForm; 4] = [
    TableForm {
        columns: &["gco2e_per_kwh_lifecycle", "zone", "zone_name", "year", "renewable_pct"],
        basis: Basis::Lifecycle,
        gas: Gas::Co2e,
        accounting: Accounting::Consumption,
        publisher: "Electricity Maps",
        licence: "ODbL-1.0",
    },
    TableForm {
        columns: &["gco2e_per_kwh", "state", "name", "year", "lb_co2e_per_mwh"],
        basis: Basis::Direct,
        gas: Gas::Co2e,
        accounting: Accounting::Production,
        publisher: "EPA",
        licence: "US public domain",
    },
    TableForm {
        columns: &["gco2_per_kwh", "zone", "name", "year", "unit"],
        basis: Basis::Direct,
        gas: Gas::Co2,
        accounting: Accounting::Consumption,
        publisher: "MEE/NBS",
        licence: "official facts",
    },
    TableForm {
        columns: &["gco2e_per_kwh", "zone", "year", "coverage"],
        basis: Basis::Lifecycle,
        gas: Gas::Co2e,
        accounting: Accounting::Production,
        publisher: "CodeCarbon",
        licence: "MIT",
    },
];

/// Reads a table whose rows have a zone and a year; `None` if the file is none.
pub(super) fn read(
    header: &StringRecord,
    text: &[u8],
    terms: &ImportTerms,
) -> Option<Result<FileReading, ImportError>> {
    let has = |name: &&str| header.iter().any(|column| column == *name);
    let is_typed = ["zone", "year", "g_per_kwh", "gas", "basis", "accounting", "publisher", "edition", "licence"];
    let form = FORMS.iter().find(|form| form.columns.iter().all(&has));
    if form.is_none() && !is_typed.iter().all(has) {
        return None;
    }
    Some(rows(header, text, form, terms))
}

fn rows(
    header: &StringRecord,
    text: &[u8],
    form: Option<&TableForm>,
    terms: &ImportTerms,
) -> Result<FileReading, ImportError> {
    let mut read = FileReading::default();
    let mut reader = csv::Reader::from_reader(text);
    for record in reader.records() {
        let record = record.map_err(|error| ImportError::Bytes(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |name: &str| {
            header.iter().position(|column| column == name).and_then(|place| record.get(place)).unwrap_or_default()
        };
        let zone = zone(cell("zone"), cell("state"));
        if terms.zone.as_ref().is_some_and(|asked| *asked != zone) {
            read.other_zones += 1;
            continue;
        }
        match series(&zone, &cell, form, terms) {
            Ok(found) => {
                let value = found.values.first().map(|value| value.interval.start());
                read.lines.extend(value.map(|start| ((zone, start), line)));
                read.reading.series.push(found);
            }
            Err(reason) => read.reading.refused.push(RefusedValue { place: line_place(line), reason }),
        }
    }
    Ok(read)
}

/// US states stand in a column of their own; a market's price area `SE1` is `SE-SE1`.
fn zone(zone: &str, state: &str) -> ZoneId {
    let country = zone.trim_end_matches(|character: char| character.is_ascii_digit());
    match (state, country) {
        ("", country) if country.len() == 2 && country != zone => format!("{country}-{zone}").into(),
        ("", _) => zone.into(),
        (state, _) => format!("US-{state}").into(),
    }
}

fn series<'a>(
    zone: &ZoneId,
    cell: &impl Fn(&str) -> &'a str,
    form: Option<&TableForm>,
    terms: &ImportTerms,
) -> Result<FactorSeries, String> {
    let value = form.and_then(|form| form.columns.first()).unwrap_or(&"g_per_kwh");
    let intensity = CarbonIntensity::from_milligrams_per_kwh(milligrams(cell(value), None)?);
    let year: i32 = cell("year").parse().map_err(|_| format!("{:?} is not a year", cell("year")))?;
    let interval = year_of(year).ok_or_else(|| format!("{year} is not a year that can be kept"))?;
    let typed = |name: &str, of_form: Option<&str>| of_form.map_or_else(|| cell(name).to_owned(), str::to_owned);
    let edition = terms.edition.clone().unwrap_or_else(|| match cell("edition") {
        "" => NOT_STATED.to_owned(),
        edition => edition.to_owned(),
    });
    let status = FactorStatus::Fallback;
    Ok(FactorSeries {
        zone: zone.clone(),
        basis: form.map_or_else(|| word(cell("basis"), "basis"), |form| Ok(form.basis))?,
        gas: form.map_or_else(|| word(cell("gas"), "gas"), |form| Ok(form.gas))?,
        accounting: form.map_or_else(|| word(cell("accounting"), "accounting"), |form| Ok(form.accounting))?,
        publisher: typed("publisher", form.map(|form| form.publisher)),
        edition,
        licence: typed("licence", form.map(|form| form.licence)),
        values: vec![FactorValue { interval, intensity, status, method: None }],
    })
}

fn word<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, String> {
    T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(text))
        .map_err(|error| format!("its {what} cannot be read: {error}"))
}

pub(super) fn year_of(year: i32) -> Option<Interval> {
    let start = |year| {
        let day = chrono::NaiveDate::from_ymd_opt(year, 1, 1)?;
        Timestamp::from_seconds(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
    };
    Interval::new(start(year)?, start(year + 1)?)
}
