//! Chooses the readings of a table: which columns with power or energy are read, and of what.

use super::columns::{ColumnRole, LogColumn, Measured};
use super::header::LogTable;
use super::part::{MachinePart, MachinePlace, words};
use super::value::{EnergyKind, LogQuantity, LogUnit, Value, parse_value};
use super::{LogError, LogNote, Options, PowerLogFormat, ask};
use crate::sensor_class::PowerField;
use std::collections::HashMap;

/// The columns with power and energy of one device.
#[derive(Debug, Clone)]
pub(super) struct LogSeries {
    /// Identifier of the device, for rows that have none.
    pub(super) id: String,
    /// What of a machine it covers, for rows that do not say.
    pub(super) place: MachinePlace,
    /// The text in the column of metrics of the rows of this series.
    pub(super) metric: Option<Vec<u8>>,
    pub(super) power: Option<ReadingColumn>,
    pub(super) energy: Option<ReadingColumn>,
    /// The column with the load of the device in percent.
    pub(super) load: Option<usize>,
}

/// A column that is read.
#[derive(Debug, Clone)]
pub(super) struct ReadingColumn {
    pub(super) index: usize,
    pub(super) unit: LogUnit,
    pub(super) kind: EnergyKind,
    pub(super) field: Option<PowerField>,
    pub(super) name: String,
}

impl LogSeries {
    /// Names of the columns, for messages.
    pub(super) fn column(&self) -> String {
        let names: Vec<&str> = self.energy.iter().chain(&self.power).map(|source| source.name.as_str()).collect();
        names.join(", ")
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &ReadingColumn> {
        self.power.iter().chain(&self.energy)
    }
}

/// What is read of the rows of a table.
pub(super) struct Choice {
    pub(super) series: Vec<LogSeries>,
    /// The columns that identify the device of a row.
    pub(super) keys: Vec<usize>,
    pub(super) notes: Vec<LogNote>,
}

/// Chooses the readings of a table whose rows are told apart by `keys`.
///
/// # Errors
///
/// There is no reading, or which to take is not certain.
pub(super) fn choose(table: &LogTable<'_>, keys: Vec<usize>, options: &Options) -> Result<Choice, LogError> {
    let readings = Readings::of(table, options)?;
    let keys = if keys.is_empty() && readings.subjects().len() <= 1 { by_name(table) } else { keys };
    if table.format.is_none() && options.mapping.device.is_empty() {
        check_keys(table, &keys)?;
    }
    let mut notes = Vec::new();
    let mut series = if keys.is_empty() { readings.wide(&mut notes)? } else { readings.long(&keys, &mut notes)? };
    for series in &mut series {
        series.load = load_of(table, series);
    }
    Ok(Choice { series, keys, notes })
}

/// Rows of one device at one moment are one row, written again; if they differ in a column that is no reading, it may be that column
/// that tells devices apart.
fn check_keys(table: &LogTable<'_>, keys: &[usize]) -> Result<(), LogError> {
    let hosts = |index: &usize| {
        matches!(table.columns[*index].role, ColumnRole::Time { .. } | ColumnRole::Date | ColumnRole::Host)
    };
    let identity: Vec<usize> = (0..table.columns.len()).filter(hosts).chain(keys.iter().copied()).collect();
    let is_reading = |column: &LogColumn| {
        !matches!(column.role, ColumnRole::Other | ColumnRole::Unused(_) | ColumnRole::Part | ColumnRole::Device { .. })
    };
    let mut seen: HashMap<Vec<&[u8]>, &Vec<&[u8]>> = HashMap::new();
    for row in &table.rows {
        let key: Vec<&[u8]> = identity.iter().map(|index| row[*index]).collect();
        let Some(before) = seen.insert(key, row) else { continue };
        let is_whole =
            |index: usize| super::value::Decimal::parse_all(row[index]).is_none_or(|number| number.whole().is_some());
        let differs = (0..row.len()).find(|index| {
            row[*index] != before[*index]
                && !is_reading(&table.columns[*index])
                && !identity.contains(index)
                && is_whole(*index)
        });
        // Readings that differ are reported with their lines when they are read.
        let is_same_reading =
            (0..row.len()).all(|index| table.columns[index].measured().is_none() || row[index] == before[index]);
        if let Some(index) = differs.filter(|_| is_same_reading && keys.len() < table.columns.len()) {
            let name = &table.columns[index].text;
            return Err(ask::meaning(
                table,
                format!(
                    "rows of one moment differ in column {name:?}, which may tell devices apart (then say --device with it)"
                ),
            ));
        }
    }
    Ok(())
}

/// The product name identifies devices if nothing else does.
fn by_name(table: &LogTable<'_>) -> Vec<usize> {
    table.columns.iter().position(|column| column.role == ColumnRole::Name).into_iter().collect()
}

/// The column with the load of a device: its own by number, or the only one.
fn load_of(table: &LogTable<'_>, series: &LogSeries) -> Option<usize> {
    if !matches!(series.place.part, None | Some(MachinePart::Board | MachinePart::Node)) {
        return None;
    }
    let loads: Vec<usize> =
        (0..table.columns.len()).filter(|index| table.columns[*index].role == ColumnRole::Utilisation).collect();
    match loads[..] {
        [only] => Some(only),
        _ => {
            let number = series.place.number?;
            loads.into_iter().find(|index| MachinePlace::of_name(&table.columns[*index].text).number == Some(number))
        }
    }
}

/// The columns with power or energy.
struct Readings<'a, 'b> {
    table: &'a LogTable<'b>,
    columns: Vec<(usize, &'a LogColumn, Measured)>,
    /// Whether `--column` or `--power` chose the columns, or the format names them.
    are_stated: bool,
}

impl<'a, 'b> Readings<'a, 'b> {
    fn of(table: &'a LogTable<'b>, options: &Options) -> Result<Self, LogError> {
        let all: Vec<_> = table.columns.iter().enumerate().collect();
        let measured = all.iter().filter_map(|(index, column)| Some((*index, *column, column.measured()?.clone())));
        let mut columns: Vec<_> = measured.collect();
        let is_wide = options.format == Some(PowerLogFormat::WIDE);
        if is_wide && columns.is_empty() {
            columns = unnamed_watts(table);
        }
        if let Some(wanted) = &options.column {
            columns = vec![chosen(table, &columns, wanted)?];
        }
        if columns.is_empty() {
            return Err(LogError::NoPower { columns: names(&mut table.columns.iter()) });
        }
        let are_stated =
            table.format.is_some() || is_wide || options.column.is_some() || !options.mapping.readings.is_empty();
        if !(options.column.is_some() || is_wide) {
            for (index, column, measured) in columns.iter().filter(|(_, _, measured)| !measured.is_foreign) {
                if measured.unit.is_none() && !cells_name_their_unit(table, *index) {
                    let reason = format!("column {:?} says no unit", column.text);
                    return Err(ask::meaning(table, reason));
                }
            }
        }
        let mut readings = Self { table, columns, are_stated };
        readings.leave_out_alternatives();
        readings.tell_twins_apart(options)?;
        Ok(readings)
    }

    /// Leaves out readings of a part for which there is a better one of the same quantity.
    fn leave_out_alternatives(&mut self) {
        let all = self.columns.clone();
        self.columns.retain(|(_, _, own)| {
            own.rank == 0
                || self.table.format.is_none()
                || !all.iter().any(|(_, _, other)| {
                    other.quantity == own.quantity
                        && other.place.part == own.place.part
                        && other.place.number == own.place.number
                        && other.rank < own.rank
                })
        });
    }

    /// Two columns of one name are two devices of a format; else what they are is not certain.
    fn tell_twins_apart(&mut self, options: &Options) -> Result<(), LogError> {
        for position in 1..self.columns.len() {
            let text = self.columns[position].1.text.clone();
            let earlier = self.columns[..position].iter().filter(|(_, column, _)| column.text == text).count();
            if earlier == 0 || text.is_empty() {
                continue;
            }
            if self.table.format.is_none() && options.column.is_none() {
                return Err(ask::meaning(self.table, format!("two columns have the name {text:?}")));
            }
            self.columns[position].2.subject += &format!("_{}", earlier + 1);
        }
        Ok(())
    }

    fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> = Vec::new();
        for (_, _, measured) in &self.columns {
            if !subjects.contains(&measured.subject.as_str()) {
                subjects.push(&measured.subject);
            }
        }
        subjects
    }

    /// The power and energy of a subject.
    fn series(&self, subject: &str) -> LogSeries {
        let best = |quantity: LogQuantity| {
            let fitting = self.columns.iter().filter(|(_, _, m)| m.quantity == quantity && m.subject == subject);
            let (index, column, measured) = fitting.min_by_key(|(_, _, m)| m.rank)?;
            let default = if quantity == LogQuantity::Power { LogUnit::WATT } else { LogUnit::JOULE };
            Some(ReadingColumn {
                index: *index,
                unit: measured.unit.unwrap_or(default),
                kind: measured.kind,
                field: measured.field,
                name: column.text.clone(),
            })
        };
        let (power, energy) = (best(LogQuantity::Power), best(LogQuantity::Energy));
        let first = power.as_ref().or(energy.as_ref()).map_or(0, |source| source.index);
        let place = self.columns.iter().find(|(index, ..)| *index == first).map(|(_, _, m)| m.place.clone());
        let id = if subject.is_empty() { self.table.columns[first].name() } else { subject.to_owned() };
        LogSeries { id, place: place.unwrap_or_default(), metric: None, power, energy, load: None }
    }

    /// The series of a table whose rows name their device.
    fn long(&self, keys: &[usize], notes: &mut Vec<LogNote>) -> Result<Vec<LogSeries>, LogError> {
        let is_board_key = self.table.format.is_some_and(|format| format.of_boards) || {
            let key = self.table.columns[keys[0]].text.to_lowercase();
            ["gpu", "card", "uuid", "accel", "device"].iter().any(|word| key.contains(word))
        };
        let all: Vec<LogSeries> = self.subjects().into_iter().map(|subject| self.series(subject)).collect();
        if all.len() == 1 {
            return Ok(all);
        }
        if self.are_stated {
            let (foreign, own): (Vec<LogSeries>, Vec<LogSeries>) =
                all.into_iter().partition(|series| self.is_foreign(series));
            for series in foreign {
                let column = series.column();
                notes.push(LogNote::warning(format!("column {column:?} is not used: it is none of the tool's, and what it has to do with the device of its row is unknown")));
            }
            return Ok(own);
        }
        let is_own = |series: &LogSeries| {
            let subject_is_empty = !series.place.is_known()
                && self
                    .columns
                    .iter()
                    .any(|(_, column, m)| m.subject.is_empty() && series.column().contains(&column.text));
            subject_is_empty || (is_board_key && series.place.part == Some(MachinePart::Board))
        };
        let (own, others): (Vec<LogSeries>, Vec<LogSeries>) = all.into_iter().partition(is_own);
        if own.len() > 1 || (own.is_empty() && !others.iter().all(|series| series.place.is_known())) {
            return Err(ask::meaning(self.table, "several columns hold readings of the device of a row".to_owned()));
        }
        if own.is_empty() {
            return Ok(others);
        }
        let mut taken = own;
        for series in others {
            match series.place.part {
                Some(MachinePart::BoardPart | MachinePart::PackagePart) => taken.push(series),
                _ if series.place.is_known() => notes.push(LogNote::info(format!(
                    "column {:?} is not used: it repeats a reading of the machine in the row of each device",
                    series.column()
                ))),
                _ => {
                    let reason =
                        format!("what column {:?} has to do with the device of its row is unknown", series.column());
                    return Err(ask::meaning(self.table, reason));
                }
            }
        }
        Ok(taken)
    }

    /// The series of a wide table, one per subject.
    fn wide(&self, notes: &mut Vec<LogNote>) -> Result<Vec<LogSeries>, LogError> {
        let mut series: Vec<LogSeries> = self.subjects().into_iter().map(|subject| self.series(subject)).collect();
        if series.len() == 1 {
            return Ok(series);
        }
        if self.are_stated {
            return self.with_foreign(series, notes);
        }
        let may_be_sum = |series: &LogSeries| series.place.part.is_none() || series.place.is_total;
        let few = series.iter().filter(|series| may_be_sum(series)).count() < 64;
        let sum = (0..series.len()).rev().filter(|_| few).find(|at| {
            series.len() > 2
                && may_be_sum(&series[*at])
                && against_others(self.table, &series, *at) == Some(SumCheck::Equal)
        });
        if let Some(at) = sum {
            let total = series.remove(at);
            notes.push(LogNote::info(format!("column {:?} is left out: it is the sum of the others", total.column())));
        }
        for (at, total) in series.iter().enumerate() {
            let is_of_all = total.place.is_total && total.place.part.is_none();
            if is_of_all && against_others(self.table, &series, at) == Some(SumCheck::Smaller) {
                let reason =
                    format!("column {:?} is called a total, and is less than the sum of the others", total.column());
                return Err(ask::meaning(self.table, reason));
            }
        }
        self.check_relations(&series)?;
        Ok(series)
    }

    /// The series of a known table, with those of columns that the format does not have: each is counted if it is certainly apart
    /// from all others, and otherwise asked about.
    fn with_foreign(&self, series: Vec<LogSeries>, notes: &mut Vec<LogNote>) -> Result<Vec<LogSeries>, LogError> {
        let (foreign, mut taken): (Vec<LogSeries>, Vec<LogSeries>) =
            series.into_iter().partition(|series| self.is_foreign(series));
        for one in foreign {
            let has_unit = self.columns.iter().any(|(_, column, m)| m.unit.is_some() && one.column() == column.text);
            let uncertain = taken.iter().find(|other| !other.place.is_certain_with(&one.place));
            match uncertain {
                None if has_unit && one.place.is_known() => {
                    notes.push(LogNote::info(format!(
                        "column {:?} is none of the tool's, and is counted",
                        one.column()
                    )));
                    taken.push(one);
                }
                _ => {
                    let tool = self.table.format.map_or("the tool", |format| &format.title);
                    let reason = format!("what column {:?} covers beside those of {tool} is unknown", one.column());
                    return Err(ask::meaning(self.table, reason));
                }
            }
        }
        Ok(taken)
    }

    fn is_foreign(&self, series: &LogSeries) -> bool {
        self.columns.iter().any(|(index, _, m)| m.is_foreign && series.sources().all(|source| source.index == *index))
    }

    /// Two readings are both counted only if it is certain that neither is inside the other, or which.
    fn check_relations(&self, series: &[LogSeries]) -> Result<(), LogError> {
        for (position, one) in series.iter().enumerate() {
            for other in &series[position + 1..] {
                let is_numbered_apart = skeleton(&one.id) == skeleton(&other.id) && one.id != other.id;
                let (a, b) = (&one.place, &other.place);
                let is_certain = is_numbered_apart || (a.is_certain_with(b) && (a.is_known() || b.is_known()));
                if !is_certain {
                    let reason = format!(
                        "whether {:?} and {:?} are two devices, or one is inside the other, is unknown (say --contains, or name only one)",
                        one.column(),
                        other.column()
                    );
                    return Err(ask::meaning(self.table, reason));
                }
            }
        }
        Ok(())
    }
}

/// The name with `#` for each number.
fn skeleton(name: &str) -> String {
    let words = words(name);
    let masked = words.iter().map(|word| if word.parse::<u64>().is_ok() { "#" } else { word.as_str() });
    masked.collect::<Vec<_>>().join("_")
}

/// The names of columns, joined with commas.
pub(super) fn names(columns: &mut dyn Iterator<Item = &LogColumn>) -> String {
    columns.map(|c| c.text.as_str()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The column that `--column` names.
fn chosen<'a>(
    table: &'a LogTable<'_>,
    measured: &[(usize, &'a LogColumn, Measured)],
    wanted: &str,
) -> Result<(usize, &'a LogColumn, Measured), LogError> {
    let available = || names(&mut measured.iter().map(|(_, column, _)| *column));
    let named = table.columns.iter().enumerate().find(|(_, column)| column.is_named(wanted));
    let (index, column) =
        named.ok_or_else(|| LogError::UnknownColumn { column: wanted.to_owned(), available: available() })?;
    let measured = match (column.role.clone(), LogColumn::parse(column.text.as_bytes()).role) {
        (ColumnRole::Measured(measured), _) | (ColumnRole::Unused(_), ColumnRole::Measured(measured)) => measured,
        (ColumnRole::Unused(_) | ColumnRole::Other, _) => Measured {
            quantity: LogQuantity::Power,
            unit: Some(LogUnit::WATT),
            kind: EnergyKind::Counter,
            subject: String::new(),
            place: MachinePlace::default(),
            rank: 0,
            field: None,
            is_foreign: false,
        },
        _ => return Err(LogError::NotPower { column: wanted.to_owned(), available: available() }),
    };
    Ok((index, column, measured))
}

/// Whether all readings in a column name their unit, as `250.0 W` does.
fn cells_name_their_unit(table: &LogTable<'_>, index: usize) -> bool {
    let cells = || table.rows.iter().map(|row| row[index]);
    let is_bare = |cell: &[u8]| super::value::Decimal::parse_all(cell).is_some();
    let has_unit = |cell: &[u8]| matches!(parse_value(cell, LogUnit::WATT), Value::Number(_)) && !is_bare(cell);
    !cells().any(is_bare) && cells().any(has_unit)
}

/// With `--format wide`, every column without another meaning is the power of a device in W.
fn unnamed_watts<'a>(table: &'a LogTable<'_>) -> Vec<(usize, &'a LogColumn, Measured)> {
    let others = table.columns.iter().enumerate().filter(|(_, c)| c.role == ColumnRole::Other && !c.text.is_empty());
    let watts = |subject: &str| Measured {
        quantity: LogQuantity::Power,
        unit: Some(LogUnit::WATT),
        kind: EnergyKind::Counter,
        subject: subject.to_owned(),
        place: MachinePlace::default(),
        rank: 0,
        field: None,
        is_foreign: false,
    };
    others.map(|(index, column)| (index, column, watts(&column.text))).collect()
}

/// A series beside the sum of all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SumCheck {
    Smaller,
    /// Within 1 %.
    Equal,
    Larger,
}

/// How a power compares with the sum of all others, in nine of ten rows; `None` if it is now this and now that.
fn against_others(table: &LogTable<'_>, series: &[LogSeries], position: usize) -> Option<SumCheck> {
    let value = |row: &[&[u8]], series: &LogSeries| match parse_value(
        row[series.power.as_ref()?.index],
        series.power.as_ref()?.unit,
    ) {
        Value::Number(milliwatts) => Some(milliwatts),
        _ => None,
    };
    let mut counts = [0_usize; 3];
    for row in &table.rows {
        let others = series.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, series)| series);
        let sum: Option<u64> = others.map(|series| value(row, series)).try_fold(0_u64, |sum, v| sum.checked_add(v?));
        if let (Some(sum), Some(total)) = (sum, value(row, &series[position]))
            && total > 0
        {
            let which = match () {
                () if sum.abs_diff(total) <= total / 100 => 1,
                () if total < sum => 0,
                () => 2,
            };
            counts[which] += 1;
        }
    }
    let compared: usize = counts.iter().sum();
    let sums = [SumCheck::Smaller, SumCheck::Equal, SumCheck::Larger];
    sums.into_iter().zip(counts).find(|(_, count)| *count > 0 && count * 10 >= compared * 9).map(|(sum, _)| sum)
}
