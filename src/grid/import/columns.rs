//! What the columns of a file are, by its header.

use super::mix::{self, FuelColumn};
use super::steps::{Cell, ReadRow};
use super::terms::{ImportError, ImportTerms};
use crate::grid::{Accounting, Basis};
use crate::{decimal, moment};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use csv::{ByteRecord, StringRecord};
use model::{FactorUnit, ZoneId};
use units::Timestamp;

/// 1500 g/kWh is more than any grid emits.
const INTENSITY_MAX_MG_PER_KWH: i128 = 1_500_000;

/// A known form of file, and what its publisher says of its values.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileForm {
    pub(super) publisher: &'static str,
    pub(super) licence: &'static str,
    pub(super) accounting: Accounting,
}

/// The hourly files of Electricity Maps' data portal: flow-traced, under the Open Database License.
const ELECTRICITY_MAPS: FileForm =
    FileForm { publisher: "Electricity Maps", licence: "ODbL-1.0", accounting: Accounting::Consumption };

/// A column of intensities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ValueColumn {
    place: usize,
    pub(super) basis: Basis,
}

/// What the numbers of a file are.
#[derive(Debug)]
pub(super) enum ColumnContent {
    /// Carbon intensities.
    Intensities(Vec<ValueColumn>),
    /// What each fuel generated.
    Mix(Vec<FuelColumn>),
}

/// Where in a row what stands.
#[derive(Debug)]
pub(super) struct Columns {
    time: usize,
    pub(super) content: ColumnContent,
    zone: Option<usize>,
    estimated: Option<usize>,
    method: Option<usize>,
    pub(super) form: Option<FileForm>,
}

impl Columns {
    pub(super) fn of(header: &StringRecord, terms: &ImportTerms) -> Result<Self, ImportError> {
        let names: Vec<String> = header.iter().map(str::to_lowercase).collect();
        let place = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let missing = |wanted: &str| ImportError::Column { wanted: wanted.to_owned() };
        let time = place(&["datetime_utc", "datetime (utc)"]).ok_or_else(|| missing("datetime_utc"))?;
        let zone = place(&["zone id", "zone"]);
        let is_portal = place(&["datetime (utc)"]).is_some() && place(&["data estimated"]).is_some();
        let is_extract = place(&["low_carbon_pct"]).is_some() && place(&["renewable_pct"]).is_some();
        let form = (is_portal || is_extract).then_some(ELECTRICITY_MAPS);
        let values = value_columns(&names, terms)?;
        let content = match mix::fuel_columns(&names)? {
            fuels if values.is_empty() && !fuels.is_empty() => {
                terms.refuse_type("a generation mix")?;
                ColumnContent::Mix(fuels)
            }
            _ if values.is_empty() => return Err(missing("g_per_kwh, direct_g or lifecycle_g")),
            _ => ColumnContent::Intensities(values),
        };
        if zone.is_none() && terms.zone.is_none() {
            return Err(ImportError::Terms("the file does not say its zone: give --zone".to_owned()));
        }
        let (estimated, method) =
            (place(&["estimated", "data estimated"]), place(&["method", "data estimation method"]));
        Ok(Self { time, content, zone, estimated, method, form })
    }

    /// The zone of a row: an error without a reason is another zone than the one that was asked for.
    pub(super) fn zone_of(&self, record: &ByteRecord, terms: &ImportTerms) -> Result<ZoneId, Option<String>> {
        let Some(place) = self.zone else { return terms.zone.clone().ok_or(None) };
        let own = text(record, place).map_err(Some)?.trim().to_uppercase();
        match &terms.zone {
            Some(asked) if own == asked.as_str() => Ok(asked.clone()),
            Some(_) => Err(None),
            None if own.is_empty() => Err(Some("its zone is empty".to_owned())),
            None => Ok(own.into()),
        }
    }

    pub(super) fn row(&self, record: &ByteRecord, line: u64, terms: &ImportTerms) -> Result<ReadRow, String> {
        let time = text(record, self.time)?.trim();
        let (start, has_offset) = start_of(time)?;
        let values = match &self.content {
            ColumnContent::Intensities(columns) => cells(record, columns.iter().map(|column| column.place), |cell| {
                Ok(Cell(milligrams(cell, terms.unit)?.into()))
            }),
            ColumnContent::Mix(columns) => cells(record, columns.iter().map(|column| column.place), mix::kilowatts),
        }?;
        let flag = self.estimated.map(|place| text(record, place)).transpose()?.unwrap_or_default().trim();
        let is_estimated = match flag.to_lowercase().as_str() {
            "1" | "true" | "yes" => true,
            "" | "0" | "false" | "no" => false,
            _ => return Err(format!("{flag:?} does not say whether it is estimated: write 1 or 0")),
        };
        let method = self.method.map(|place| text(record, place)).transpose()?.map(str::trim);
        let method = method.filter(|method| !method.is_empty()).map(str::to_owned);
        Ok(ReadRow { line, start, has_offset, values, is_estimated, method })
    }
}

/// The cells at `places`; `None` of an empty one.
fn cells(
    record: &ByteRecord,
    places: impl Iterator<Item = usize>,
    read: impl Fn(&str) -> Result<Cell, String>,
) -> Result<Vec<Option<Cell>>, String> {
    let cell = |place| {
        let cell = text(record, place)?.trim();
        if cell.is_empty() { Ok(None) } else { read(cell).map(Some) }
    };
    places.map(cell).collect()
}

fn text(record: &ByteRecord, place: usize) -> Result<&str, String> {
    let cell = record.get(place).unwrap_or_default();
    std::str::from_utf8(cell).map_err(|_| "it is not UTF-8 text: save the file as UTF-8".to_owned())
}

/// The columns with values, by what their names say of basis and unit.
fn value_columns(names: &[String], terms: &ImportTerms) -> Result<Vec<ValueColumn>, ImportError> {
    let mut found = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let basis = match name.as_str() {
            "direct_g" => Basis::Direct,
            "lifecycle_g" => Basis::Lifecycle,
            "g_per_kwh" => terms.basis.unwrap_or(Basis::Lifecycle),
            "kg_per_kwh" | "t_per_mwh" | "lb_per_mwh" => {
                let unit = name.replace("_per_", "/").replace("kwh", "kWh").replace("mwh", "MWh");
                if terms.unit.is_none_or(|stated| stated.name() != unit) {
                    return Err(ImportError::Terms(format!("the column {name} is not in g/kWh: give --unit {unit}")));
                }
                terms.basis.unwrap_or(Basis::Lifecycle)
            }
            name if name.starts_with("carbon intensity gco") && name.ends_with("(direct)") => Basis::Direct,
            name if name.starts_with("carbon intensity gco") => Basis::Lifecycle,
            _ => continue,
        };
        found.push(ValueColumn { place, basis });
    }
    if found.len() > 1
        && let Some(basis) = terms.basis
    {
        found.retain(|column| column.basis == basis);
    }
    for (place, column) in found.iter().enumerate() {
        if found.iter().take(place).any(|before| before.basis == column.basis) {
            let reason = format!("two columns have {} values: leave one of them out", column.basis);
            return Err(ImportError::Terms(reason));
        }
    }
    Ok(found)
}

/// The intensity that a cell states, mg/kWh.
pub(super) fn milligrams(cell: &str, unit: Option<FactorUnit>) -> Result<u32, String> {
    let not_one = |_| format!("{cell:?} is not a carbon intensity: write a number like 312.5");
    let milligrams = match unit.unwrap_or(FactorUnit::GramsPerKwh) {
        FactorUnit::GramsPerKwh => decimal::parse(cell, 3).map_err(not_one)?,
        FactorUnit::KilogramsPerKwh | FactorUnit::TonnesPerMwh => decimal::parse(cell, 6).map_err(not_one)?,
        // A pound is 453.59237 g.
        FactorUnit::PoundsPerMwh => {
            (decimal::parse(cell, 6).map_err(not_one)? * 45_359_237 + 50_000_000_000) / 100_000_000_000
        }
    };
    let is_possible = (0..=INTENSITY_MAX_MG_PER_KWH).contains(&milligrams);
    let found = u32::try_from(milligrams).ok().filter(|_| is_possible);
    found.ok_or_else(|| {
        format!("{cell:?} is not a carbon intensity of a grid, which is 0 to 1500 g/kWh: check the unit (--unit)")
    })
}

/// When an interval starts, and whether the text has an offset of its own. Without one it is UTC, as the column says.
fn start_of(time: &str) -> Result<(Timestamp, bool), String> {
    if let Some(start) = minute(time) {
        return Ok((start, false));
    }
    for form in ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"] {
        let nanoseconds =
            NaiveDateTime::parse_from_str(time, form).ok().and_then(|at| at.and_utc().timestamp_nanos_opt());
        if let Some(start) = nanoseconds {
            return Ok((Timestamp::from_nanoseconds(start), false));
        }
    }
    let spaced = DateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S%:z").ok().and_then(|at| at.timestamp_nanos_opt());
    let start = match spaced {
        Some(start) => Timestamp::from_nanoseconds(start),
        None => moment::parse(time).map_err(|rule| format!("{time:?} is not a time: {rule}"))?,
    };
    let clock = time.get(10..).unwrap_or_default();
    Ok((start, clock.contains(['+', '-'])))
}

/// `2026-03-01T12:00Z`, which nearly every row has.
fn minute(time: &str) -> Option<Timestamp> {
    let bytes: &[u8; 17] = time.as_bytes().try_into().ok()?;
    let number = |from: usize, to: usize| {
        bytes
            .get(from..to)?
            .iter()
            .try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
    };
    if [bytes[4], bytes[7], bytes[10], bytes[13], bytes[16]] != [b'-', b'-', b'T', b':', b'Z'] {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(number(0, 4)?.cast_signed(), number(5, 7)?, number(8, 10)?)?;
    let start = date.and_hms_opt(number(11, 13)?, number(14, 16)?, 0)?;
    Timestamp::from_seconds(start.and_utc().timestamp())
}
