//! Chooses the metrics of an exporter's text that are read: by the known exporters, else by their UNIT and HELP lines and names.

use super::super::catalogue::{self, Is};
use super::super::columns::{ColumnRole, LogColumn, Measured};
use super::super::error::Question;
use super::super::part::{MachinePart, MachinePlace, words};
use super::super::statements::ReadingStatement;
use super::super::text::{lines_of, trim};
use super::super::value::{EnergyKind, LogQuantity, LogUnit};
use super::super::{LogError, LogNote, Options};
use super::sample::Sample;
use crate::sensor_class::PowerField;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many names of metrics a message lists at most.
const LISTED: usize = 20;

/// How many metrics of power and energy an exporter has at most.
const MOST_METRICS: usize = 200;

/// A metric that is read.
#[derive(Debug, Clone)]
pub(super) struct Metric {
    pub(super) name: String,
    pub(super) unit: LogUnit,
    pub(super) kind: EnergyKind,
    /// What of a machine it covers, if its labels do not say.
    pub(super) part: Option<MachinePart>,
    /// Whether a rule says what it covers, whatever the labels say.
    pub(super) is_part_stated: bool,
    /// Its name without quantity and unit, which tells it from others of the same labels.
    pub(super) stem: String,
    pub(super) field: Option<PowerField>,
    rank: u8,
    is_known: bool,
}

impl Metric {
    pub(super) fn is_of_boards(&self) -> bool {
        self.part == Some(MachinePart::Board)
    }

    pub(super) const fn is_power(&self) -> bool {
        matches!(self.unit.quantity, LogQuantity::Power)
    }
}

/// What comment lines say of a metric.
#[derive(Debug, Default, Clone)]
struct Declared {
    help: String,
    unit: String,
    kind: String,
}

/// The metrics to read, by name, and a note on what is read and what is not.
pub(super) fn choose(head: &[u8], options: &Options) -> Result<(Vec<Metric>, LogNote), LogError> {
    let names = names(head);
    let declared = declarations(head);
    let none = Declared::default();
    let of = |name: &str| declared.get(name).unwrap_or(&none);
    if let Some(wanted) = &options.column {
        return one(wanted, &names, of);
    }
    if !options.mapping.readings.is_empty() {
        return stated(&options.mapping.readings, &names);
    }
    let mut found = Vec::new();
    let mut unused = Vec::new();
    for name in &names {
        match read(name, of(name), &names) {
            Some(Ok(metric)) => found.push(metric),
            Some(Err(why)) => unused.push(format!("{name} ({why})")),
            None => {}
        }
    }
    if found.is_empty() {
        let listed = || names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
        return Err(match unused.first() {
            Some(_) => uncertain(format!("no metric of power is certain: {}", unused.join(", ")), &names, &[]),
            None => LogError::NoPower { columns: listed() },
        });
    }
    if found.len() > MOST_METRICS {
        return Err(uncertain(format!("{} metrics hold power or energy", found.len()), &names, &[]));
    }
    let metrics = best(found, &mut unused, &names)?;
    let taken: Vec<&str> = metrics.iter().map(|metric| metric.name.as_str()).collect();
    let mut text = format!("read as prometheus: energy from {}", taken.join(", "));
    if !unused.is_empty() {
        unused.truncate(LISTED);
        text += &format!("; not used: {} (choose with --column)", unused.join(", "));
    }
    Ok((metrics, LogNote::info(text)))
}

/// The names of all metrics, in order of the alphabet, so that devices come in the same order however the lines are sorted.
fn names(head: &[u8]) -> Vec<String> {
    let names: BTreeSet<&[u8]> = lines_of(head).filter_map(|line| Sample::parse(line.bytes)).map(|s| s.name).collect();
    names.into_iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// Reads the lines `# HELP name text`, `# UNIT name unit` and `# TYPE name type`.
fn declarations(head: &[u8]) -> BTreeMap<String, Declared> {
    let mut declared: BTreeMap<String, Declared> = BTreeMap::new();
    for line in lines_of(head) {
        let text = String::from_utf8_lossy(trim(line.bytes));
        let Some(rest) = text.strip_prefix("# ") else { continue };
        let mut parts = rest.splitn(3, ' ');
        let (Some(what), Some(name), Some(value)) = (parts.next(), parts.next(), parts.next()) else { continue };
        // OpenMetrics declares counters without `_total`.
        for name in [name.to_owned(), format!("{name}_total")] {
            let entry = declared.entry(name).or_default();
            match what {
                "HELP" => value.clone_into(&mut entry.help),
                "UNIT" => value.clone_into(&mut entry.unit),
                "TYPE" => value.trim().clone_into(&mut entry.kind),
                _ => {}
            }
        }
    }
    declared
}

/// A metric with power or energy, or why it is not used; `None` if it is of something else.
fn read(name: &str, declared: &Declared, names: &[String]) -> Option<Result<Metric, String>> {
    if matches!(declared.kind.as_str(), "histogram" | "summary" | "info" | "stateset") || name.ends_with("_created") {
        return None;
    }
    let column = LogColumn::parse(name.as_bytes());
    let rule = catalogue::metric(name);
    let Some(rule) = rule else {
        let ColumnRole::Measured(measured) = &column.role else {
            return None;
        };
        return Some(
            unit_of(&column, measured.quantity, declared, None).map(|unit| metric(name, unit, measured, false, false)),
        );
    };
    if rule.is == Is::Unused {
        return column.measured().map(|_| Err(rule.why.clone()));
    }
    if let Some(whole) = rule.beside.as_ref().filter(|whole| names.contains(whole)) {
        return Some(Err(format!("contained in {whole}")));
    }
    let ColumnRole::Measured(measured) = column.by_rule(rule, rule.rank) else { return None };
    let unit = unit_of(&column, measured.quantity, declared, rule.log_unit());
    Some(unit.map(|unit| metric(name, unit, &measured, true, rule.part.is_some())))
}

fn metric(name: &str, unit: LogUnit, measured: &Measured, is_known: bool, is_part_stated: bool) -> Metric {
    Metric {
        name: name.to_owned(),
        unit,
        kind: measured.kind,
        part: measured.place.part,
        is_part_stated,
        stem: measured.subject.clone(),
        field: measured.field,
        rank: measured.rank,
        is_known,
    }
}

/// The unit by the UNIT line, the name, the HELP line or the known exporter; they may not contradict each other.
fn unit_of(
    column: &LogColumn,
    quantity: LogQuantity,
    declared: &Declared,
    known: Option<LogUnit>,
) -> Result<LogUnit, String> {
    let of_quantity = |unit: &LogUnit| unit.quantity == quantity;
    let by_line = LogUnit::parse(declared.unit.trim()).filter(of_quantity);
    let by_name = words(&column.text).iter().rev().find_map(|word| LogUnit::parse(word)).filter(of_quantity);
    let by_help = unit_in_prose(&declared.help, quantity);
    match (by_line.or(by_name), by_help) {
        (Some(stated), Some(help)) if stated != help => Err(format!(
            "its name or UNIT line says {}, its HELP line {}: the unit is not certain",
            stated.symbol(),
            help.symbol()
        )),
        (Some(unit), _) | (None, Some(unit)) => Ok(unit),
        (None, None) => known.ok_or_else(|| "its unit is unknown".to_owned()),
    }
}

/// The only unit of the quantity in a sentence; `None` if there are several.
fn unit_in_prose(text: &str, quantity: LogQuantity) -> Option<LogUnit> {
    let mut units = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1 || matches!(*word, "W" | "J"))
        .filter_map(LogUnit::parse)
        .filter(|unit| unit.quantity == quantity);
    let first = units.next()?;
    units.all(|unit| unit == first).then_some(first)
}

/// Of several readings of one part, the best; several that may be one inside the other are not certain.
fn best(found: Vec<Metric>, unused: &mut Vec<String>, names: &[String]) -> Result<Vec<Metric>, LogError> {
    let mut taken: Vec<Metric> = Vec::new();
    for metric in &found {
        let is_same = |other: &&Metric| {
            other.name != metric.name
                && other.unit.quantity == metric.unit.quantity
                && other.part == metric.part
                && (other.part == Some(MachinePart::Board) || other.stem == metric.stem)
        };
        let better = found.iter().filter(is_same).find(|other| (other.rank, &other.name) < (metric.rank, &metric.name));
        match better {
            Some(other) => unused.push(format!("{} (the same devices as {})", metric.name, other.name)),
            None => taken.push(metric.clone()),
        }
    }
    for (at, one) in taken.iter().enumerate() {
        for other in &taken[at + 1..] {
            let is_certain = one.stem == other.stem
                || (one.is_known && other.is_known)
                || (one.part.is_some() && other.part.is_some() && one.part != other.part)
                || (one.part == Some(MachinePart::Board) && other.part == Some(MachinePart::Board));
            if !is_certain {
                let reason = format!(
                    "whether {} and {} are two devices, or one is inside the other, is unknown",
                    one.name, other.name
                );
                return Err(uncertain(reason, names, &taken));
            }
        }
    }
    Ok(taken)
}

fn uncertain(reason: String, names: &[String], taken: &[Metric]) -> LogError {
    let of_power = |name: &&String| LogColumn::parse(name.as_bytes()).measured().is_some();
    let seen: Vec<String> = names.iter().filter(of_power).take(LISTED).cloned().collect();
    let mut command = "wattledger meter FILE".to_owned();
    let unit = |name: &str| taken.iter().find(|metric| metric.name == *name).map(|metric| metric.unit);
    for name in &seen {
        let unit = unit(name).unwrap_or(LogUnit::WATT);
        let option = if unit.quantity == LogQuantity::Power { "--power" } else { "--energy" };
        command += &format!(" {option} {name}:{}", unit.symbol());
    }
    LogError::Uncertain(Box::new(Question { reason, seen, command }))
}

/// The one metric that `--column` names.
fn one<'d>(
    wanted: &str,
    names: &[String],
    of: impl Fn(&str) -> &'d Declared,
) -> Result<(Vec<Metric>, LogNote), LogError> {
    let measured: Vec<&String> =
        names.iter().filter(|name| LogColumn::parse(name.as_bytes()).measured().is_some()).collect();
    let available = || measured.iter().take(LISTED).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let name = names.iter().find(|name| name.eq_ignore_ascii_case(wanted.trim()));
    let name = name.ok_or_else(|| LogError::UnknownColumn { column: wanted.to_owned(), available: available() })?;
    let column = LogColumn::parse(name.as_bytes());
    let rule = catalogue::metric(name).filter(|rule| rule.quantity().is_some());
    let role = rule.map_or_else(|| column.role.clone(), |rule| column.by_rule(rule, rule.rank));
    let ColumnRole::Measured(measured) = role else {
        return Err(LogError::NotPower { column: wanted.to_owned(), available: available() });
    };
    let unit = unit_of(&column, measured.quantity, of(name), rule.and_then(catalogue::ColumnRule::log_unit))
        .map_err(|why| uncertain(format!("{name}: {why}"), names, &[]))?;
    let metric = metric(name, unit, &measured, rule.is_some(), rule.is_some_and(|rule| rule.part.is_some()));
    let note = LogNote::info(format!("read as prometheus: energy from {name}"));
    Ok((vec![metric], note))
}

/// The metrics that `--power` and `--energy` name.
fn stated(readings: &[ReadingStatement], names: &[String]) -> Result<(Vec<Metric>, LogNote), LogError> {
    let metric = |reading: &ReadingStatement| {
        let name = names
            .iter()
            .find(|name| name.eq_ignore_ascii_case(&reading.column))
            .ok_or_else(|| LogError::NoSuchColumn { column: reading.column.clone(), available: names.join(", ") })?;
        Ok(Metric {
            name: name.clone(),
            unit: reading.unit,
            kind: reading.kind,
            part: MachinePlace::of_name(name).part,
            is_part_stated: false,
            stem: super::super::columns::subject(name, reading.unit.quantity),
            field: None,
            rank: 0,
            is_known: true,
        })
    };
    let metrics = readings.iter().map(metric).collect::<Result<Vec<_>, LogError>>()?;
    let taken: Vec<&str> = metrics.iter().map(|metric| metric.name.as_str()).collect();
    let note = LogNote::info(format!("read as prometheus, as stated: energy from {}", taken.join(", ")));
    Ok((metrics, note))
}

/// The metrics by the bytes of their names.
pub(super) fn by_name(metrics: &[Metric]) -> HashMap<Vec<u8>, usize> {
    metrics.iter().enumerate().map(|(at, metric)| (metric.name.clone().into_bytes(), at)).collect()
}
