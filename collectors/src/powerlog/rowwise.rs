//! Chooses the readings of tables in which every row says what its value is, or in which unit.

use super::columns::{ColumnRole, LogColumn, Measured};
use super::header::LogTable;
use super::part::MachinePlace;
use super::series::{Choice, LogSeries, ReadingColumn, names};
use super::value::{EnergyKind, LogQuantity, LogUnit};
use super::{LogError, catalogue};
use std::collections::HashSet;

/// How many metrics with readings a table has at most; each row is compared with all of them.
const MOST_METRICS: usize = 256;

/// Chooses the readings of such a table; `None` if it is none.
///
/// # Errors
///
/// It has no reading.
pub(super) fn choose(table: &LogTable<'_>, keys: &[usize]) -> Result<Option<Choice>, LogError> {
    let has = |role: &ColumnRole| table.columns.iter().any(|column| column.role == *role);
    match () {
        () if has(&ColumnRole::Metric) => of_metrics(table, keys.to_vec()).map(Some),
        () if has(&ColumnRole::Unit) => of_units(table, keys.to_vec()).map(Some),
        () => Ok(None),
    }
}

/// The series of a table in which every row has a unit of its own: the rows of power are read.
fn of_units(table: &LogTable<'_>, keys: Vec<usize>) -> Result<Choice, LogError> {
    let Some(value) = table.columns.iter().position(|column| column.role == ColumnRole::Value) else {
        return Err(LogError::NoPower { columns: names(&mut table.columns.iter()) });
    };
    let name = table.columns[value].text.clone();
    let power = ReadingColumn { index: value, unit: LogUnit::WATT, kind: EnergyKind::Counter, field: None, name };
    let (id, place) = (table.columns[value].name(), MachinePlace::default());
    let series = vec![LogSeries { id, place, metric: None, power: Some(power), energy: None, load: None }];
    Ok(Choice { series, keys, notes: Vec::new() })
}

/// The series of a table in which every row names what its value is.
fn of_metrics(table: &LogTable<'_>, keys: Vec<usize>) -> Result<Choice, LogError> {
    let position = |role: &ColumnRole| table.columns.iter().position(|column| column.role == *role);
    let (Some(metric), Some(value), Some(format)) =
        (position(&ColumnRole::Metric), position(&ColumnRole::Value), table.format)
    else {
        return Err(LogError::NoPower { columns: names(&mut table.columns.iter()) });
    };
    let mut seen = HashSet::new();
    let texts: Vec<&[u8]> = table.rows.iter().map(|row| row[metric]).filter(|text| seen.insert(*text)).collect();
    let rule_of = |column: &LogColumn| {
        let rule: Option<&catalogue::ColumnRule> = format.metrics.iter().find(|rule| rule.fits(&column.name()));
        rule.map(|rule| column.by_rule(rule, rule.rank))
    };
    let mut found: Vec<(LogSeries, Measured)> = Vec::new();
    for text in texts {
        let column = LogColumn::parse(text);
        let Some(ColumnRole::Measured(measured)) = rule_of(&column) else { continue };
        let Some(unit) = measured.unit else { continue };
        let source =
            ReadingColumn { index: value, unit, kind: measured.kind, field: measured.field, name: column.text.clone() };
        let is_power = measured.quantity == LogQuantity::Power;
        let series = LogSeries {
            id: measured.subject.clone(),
            place: measured.place.clone(),
            metric: Some(text.to_vec()),
            power: is_power.then(|| source.clone()),
            energy: (!is_power).then_some(source),
            load: None,
        };
        found.push((series, measured));
    }
    if found.len() > MOST_METRICS {
        let device = found.swap_remove(MOST_METRICS).0.id.chars().take(80).collect();
        return Err(LogError::TooManyDevices { most: MOST_METRICS, device });
    }
    let is_best = |(series, measured): &(LogSeries, Measured)| {
        !found.iter().any(|(other, m)| m.rank < measured.rank && other.place.part == series.place.part)
    };
    let series: Vec<LogSeries> =
        found.iter().filter(|found| is_best(found)).map(|(series, _)| series.clone()).collect();
    if series.is_empty() {
        return Err(LogError::NoPower {
            columns: "none of the metrics is a known reading of power or energy".to_owned(),
        });
    }
    Ok(Choice { series, keys, notes: Vec::new() })
}
