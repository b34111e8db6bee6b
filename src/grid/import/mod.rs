//! Reads factors from a file, plain or gzipped, that says what it is by its content: CSV by its header, an answer of ENTSO-E or EIA by its document.
//! What it does not say is stated beside it, or has the default that [`ImportTerms`] names. A value that cannot be right is refused with its line.

mod answer;
mod clocks;
mod columns;
mod mix;
mod scale;
mod steps;
mod table;
mod terms;
mod undated;

pub use scale::refuse_wrong_scale;
pub use terms::{FileReading, ImportError, ImportTerms};

use super::{Accounting, FactorSeries, FactorStatus, FactorValue, Gas, RefusedValue};
use columns::{ColumnContent, Columns, ValueColumn};
use model::ZoneId;
use std::collections::BTreeMap;
use std::io::Read;
use steps::{Cell, IntervalLength, ReadRow};
use terms::{NOT_STATED, ROWS_MAX, line_place};
use units::{CarbonIntensity, Interval};

/// Bytes that a file unpacks to at most.
const BYTES_MAX: u64 = 256 << 20;

/// Reads the factors of a file.
///
/// # Errors
///
/// See [`ImportError`]: nothing of the file can be used. What cannot be used of single rows is among what was refused.
pub fn read_factors(bytes: &[u8], terms: &ImportTerms) -> Result<FileReading, ImportError> {
    let text = unpacked(bytes)?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    if let Some(found) = answer::read(text, terms) {
        return found;
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text);
    let header = reader.headers().map_err(|error| ImportError::Bytes(error.to_string()))?.clone();
    if let Some(found) = undated::read(&header, text, terms) {
        return found;
    }
    terms.refuse_year()?;
    if let Some(found) = table::read(&header, text, terms) {
        return found;
    }
    let columns = Columns::of(&header, terms)?;
    let mut read = FileReading::default();
    let zones = rows_by_zone(&mut reader, &columns, terms, &mut read)?;
    for (zone, mut rows) in zones {
        let step = steps::recognised(&rows, terms.minutes);
        let step = step.and_then(|step| clocks::refuse_local_time(&zone, &rows, step).map(|()| step));
        let step = match step {
            Ok(step) => step,
            Err(reason) => {
                let refused = |row: &ReadRow| RefusedValue { place: line_place(row.line), reason: reason.clone() };
                read.reading.refused.extend(rows.iter().map(refused));
                continue;
            }
        };
        steps::refuse_unusable(&mut rows, step, &mut read.reading.refused);
        for row in rows.iter().filter(|row| row.values.iter().any(Option::is_some)) {
            read.lines.insert((zone.clone(), row.start), row.line);
        }
        match &columns.content {
            ColumnContent::Intensities(values) => {
                for (place, column) in values.iter().enumerate() {
                    let series = columns.series(&zone, column, terms, values_of(&rows, place, step, terms)?);
                    read.reading.series.push(series);
                }
            }
            ColumnContent::Mix(fuels) => {
                let found = mix::intensities(&zone, &rows, fuels, step, terms)?;
                read.reading.series.extend(found.series);
                read.reading.refused.extend(found.refused);
            }
        }
    }
    read.reading.series.retain(|series| !series.values.is_empty());
    Ok(read)
}

/// The bytes of a file, which may be gzipped.
fn unpacked(bytes: &[u8]) -> Result<std::borrow::Cow<'_, [u8]>, ImportError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.into());
    }
    let mut text = Vec::new();
    let decoder = flate2::read::MultiGzDecoder::new(bytes);
    decoder.take(BYTES_MAX + 1).read_to_end(&mut text).map_err(|error| ImportError::Bytes(format!("gzip: {error}")))?;
    if text.len() as u64 > BYTES_MAX {
        return Err(ImportError::Bytes(format!("it unpacks to more than {} MiB: import it in parts", BYTES_MAX >> 20)));
    }
    Ok(text.into())
}

fn rows_by_zone(
    reader: &mut csv::Reader<&[u8]>,
    columns: &Columns,
    terms: &ImportTerms,
    read: &mut FileReading,
) -> Result<BTreeMap<ZoneId, Vec<ReadRow>>, ImportError> {
    let mut zones: BTreeMap<ZoneId, Vec<ReadRow>> = BTreeMap::new();
    let (mut record, mut count) = (csv::ByteRecord::new(), 0_usize);
    let mut refuse =
        |line: u64, reason: String| read.reading.refused.push(RefusedValue { place: line_place(line), reason });
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => (),
            Err(error) => {
                refuse(error.position().map_or(0, csv::Position::line), error.to_string());
                continue;
            }
        }
        count += 1;
        if count > ROWS_MAX {
            return Err(ImportError::TooMany);
        }
        let line = record.position().map_or(0, csv::Position::line);
        let zone = match columns.zone_of(&record, terms) {
            Ok(zone) => zone,
            Err(None) => {
                read.other_zones += 1;
                continue;
            }
            Err(Some(reason)) => {
                refuse(line, reason);
                continue;
            }
        };
        match columns.row(&record, line, terms) {
            Ok(row) => {
                read.gaps += usize::from(row.values.iter().all(Option::is_none));
                match zones.get_mut(&zone) {
                    Some(rows) => rows.push(row),
                    None => drop(zones.insert(zone, vec![row])),
                }
            }
            Err(reason) => refuse(line, reason),
        }
    }
    Ok(zones)
}

/// The values of one column.
fn values_of(
    rows: &[ReadRow],
    column: usize,
    step: IntervalLength,
    terms: &ImportTerms,
) -> Result<Vec<FactorValue>, ImportError> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(Some(Cell(milligrams))) = row.values.get(column).copied() else { continue };
        let end = step.end(row.start).ok_or_else(|| ImportError::Terms("a time after the year 2262".to_owned()))?;
        let Some(interval) = Interval::new(row.start, end) else { continue };
        let stated =
            terms.status.unwrap_or(if step.is_coarse() { FactorStatus::Fallback } else { FactorStatus::Measured });
        let status = if row.is_estimated { FactorStatus::Estimated } else { stated };
        let Ok(milligrams) = u32::try_from(milligrams) else { continue };
        let intensity = CarbonIntensity::from_milligrams_per_kwh(milligrams);
        found.push(FactorValue { interval, intensity, status, method: row.method.clone() });
    }
    Ok(found)
}

impl Columns {
    fn series(
        &self,
        zone: &ZoneId,
        column: &ValueColumn,
        terms: &ImportTerms,
        values: Vec<FactorValue>,
    ) -> FactorSeries {
        let stated = |stated: &Option<String>, own: Option<&str>| {
            stated.clone().unwrap_or_else(|| own.unwrap_or(NOT_STATED).to_owned())
        };
        FactorSeries {
            zone: zone.clone(),
            basis: column.basis,
            gas: terms.gas.unwrap_or(Gas::Co2e),
            accounting: terms.accounting.or(self.form.map(|form| form.accounting)).unwrap_or(Accounting::Unspecified),
            publisher: stated(&terms.publisher, self.form.map(|form| form.publisher)),
            edition: stated(&terms.edition, None),
            licence: stated(&terms.licence, self.form.map(|form| form.licence)),
            values,
        }
    }
}

#[cfg(test)]
mod tests;
