//! Reads carbon intensities per hour (or shorter interval) from CSV with a header.

use super::Basis;
use crate::{decimal, moment};
use units::{CarbonIntensity, Interval, Span};

/// Maximum number of rows: ten years of quarter hours.
const ROWS_MAX: usize = 360_000;
/// 3 kg/kWh is more than any generator emits.
const INTENSITY_MAX_MG_PER_KWH: u32 = 3_000_000;

/// Why a file cannot be imported. A file is imported whole or not at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The header lacks a column that is needed.
    #[error(
        "the header has no column {wanted}: it needs datetime_utc with the start of each interval, and g_per_kwh with the intensity"
    )]
    Column {
        /// Name of the missing column.
        wanted: String,
    },
    /// A row cannot be used.
    #[error("line {line}: {reason}")]
    Row {
        /// Line number; the header is line 1.
        line: u64,
        /// What is wrong with the row, and what is expected.
        reason: String,
    },
    /// The file has more rows than one import may have.
    #[error("the file has more than {ROWS_MAX} rows: import it in parts")]
    TooMany,
}

/// Reads `datetime_utc` (start of an interval of `step`) and `g_per_kwh`, or `direct_g` or `lifecycle_g` where a file has both bases.
///
/// # Errors
///
/// See [`ImportError`]: a missing column, a time or a number that cannot be read, or an intensity outside 0 to 3000 g/kWh.
pub fn intensities(text: &[u8], basis: Basis, step: Span) -> Result<Vec<(Interval, CarbonIntensity)>, ImportError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let header = reader.headers().map_err(|error| row(1, error.to_string()))?.clone();
    let place = |name: &str| header.iter().position(|column| column == name);
    let own = match basis {
        Basis::Direct => "direct_g",
        Basis::Lifecycle => "lifecycle_g",
    };
    let missing = |wanted: &str| ImportError::Column { wanted: wanted.to_owned() };
    let time = place("datetime_utc").ok_or_else(|| missing("datetime_utc"))?;
    let value = place("g_per_kwh").or_else(|| place(own)).ok_or_else(|| missing(&format!("g_per_kwh or {own}")))?;
    let mut found = Vec::new();
    for (line, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|error| row(line, error.to_string()))?;
        let cell = |place| record.get(place).unwrap_or_default();
        found.push(factor(cell(time), cell(value), step).map_err(|reason| row(line, reason))?);
        if found.len() > ROWS_MAX {
            return Err(ImportError::TooMany);
        }
    }
    Ok(found)
}

fn row(line: u64, reason: String) -> ImportError {
    ImportError::Row { line, reason }
}

fn factor(time: &str, value: &str, step: Span) -> Result<(Interval, CarbonIntensity), String> {
    let start = moment::parse(time).map_err(|rule| format!("{time:?} is not a time: {rule}"))?;
    let end = start.after(step).map_err(|error| error.to_string())?;
    let interval = Interval::new(start, end).ok_or("an interval has a length")?;
    let milligrams = decimal::parse(value, 3).ok().and_then(|value| u32::try_from(value).ok());
    let milligrams = milligrams.filter(|milligrams| *milligrams <= INTENSITY_MAX_MG_PER_KWH);
    let milligrams = milligrams
        .ok_or_else(|| format!("{value:?} is not a carbon intensity: give a number from 0 to 3000, in g/kWh"))?;
    Ok((interval, CarbonIntensity::from_milligrams_per_kwh(milligrams)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<u32>, String> {
        let found = intensities(text.as_bytes(), Basis::Lifecycle, Span::from_seconds(3600));
        found
            .map(|rows| rows.iter().map(|(_, intensity)| intensity.milligrams_per_kwh()).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_basis_chooses_the_column() {
        assert_eq!(read("datetime_utc,direct_g,lifecycle_g\n2020-01-01T00:00Z,275.2,354.3\n"), Ok(vec![354_300]));
        assert_eq!(read("g_per_kwh,datetime_utc\n0,2020-01-01T00:00Z\n"), Ok(vec![0]));
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_its_line() {
        for (text, expected) in [
            ("datetime_utc,direct_g\n", "no column g_per_kwh or lifecycle_g"),
            ("time,g_per_kwh\n", "no column datetime_utc"),
            (
                "datetime_utc,g_per_kwh\n2020-01-01T00:00Z,1\n2020-01-01T01:00Z,-1\n",
                "line 3: \"-1\" is not a carbon intensity",
            ),
            ("datetime_utc,g_per_kwh\n2020-01-01T00:00Z,NaN\n", "line 2: \"NaN\""),
            ("datetime_utc,g_per_kwh\n2020-01-01T00:00Z,3000.001\n", "line 2"),
            ("datetime_utc,g_per_kwh\nyesterday,1\n", "line 2: \"yesterday\" is not a time"),
            ("datetime_utc,g_per_kwh\n2020-01-01T00:00Z\n", "line 2"),
            ("", "no column datetime_utc"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
