//! Chooses which columns of a table are read, and as what.

use super::columns::{LogColumn, Meaning, Measured, NAME_RANK};
use super::containment;
use super::fields::Separator;
use super::header::LogTable;
use super::time::{TimeHint, TimeParser};
use super::value::{Decimal, LogQuantity, LogUnit, Value, parse_value};
use super::{LogError, LogNote, Options, PowerLogFormat};
use crate::sensor_class::PowerField;
use std::collections::HashSet;

/// The columns of a table that are read.
#[derive(Clone)]
pub(super) struct Layout {
    pub(super) format: PowerLogFormat,
    pub(super) separator: Separator,
    /// The header line, to skip where it is repeated.
    pub(super) header: Option<Vec<u8>>,
    pub(super) width: usize,
    pub(super) time: Option<TimeColumn>,
    pub(super) host: Option<usize>,
    /// The column that identifies devices; `None` if there is one device, or one column per device.
    pub(super) device: Option<usize>,
    /// Other columns that could identify devices, with their names, for messages.
    pub(super) identities: Vec<(usize, String)>,
    pub(super) name: Option<usize>,
    pub(super) driver: Option<usize>,
    pub(super) limit: Option<(usize, LogUnit)>,
    /// What is read of each row: one series, or one for each device of a wide table.
    pub(super) series: Vec<LogSeries>,
    /// Length of the shortest cell in the last column, by [`Layout::length_of_last`]; `None` if that column is not read.
    shortest_last: Option<usize>,
}

/// The column with the time of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeColumn {
    pub(super) index: usize,
    /// Column of the date, if it has one of its own.
    pub(super) date: Option<usize>,
    pub(super) hint: TimeHint,
}

/// The columns with power and energy of one device.
#[derive(Debug, Clone)]
pub(super) struct LogSeries {
    /// Identifier of the device, for rows that have none.
    pub(super) id: String,
    pub(super) power: Option<ReadingColumn>,
    pub(super) energy: Option<ReadingColumn>,
}

/// A column that is read.
#[derive(Debug, Clone)]
pub(super) struct ReadingColumn {
    pub(super) index: usize,
    pub(super) unit: LogUnit,
    pub(super) field: Option<PowerField>,
    pub(super) name: String,
}

impl LogSeries {
    /// Names of the columns, for messages.
    pub(super) fn column(&self) -> String {
        let names: Vec<&str> = self.energy.iter().chain(&self.power).map(|source| source.name.as_str()).collect();
        names.join(", ")
    }
}

impl Layout {
    /// Chooses by the names of the columns, and by their cells where the names leave a choice.
    pub(super) fn choose(
        table: &LogTable<'_>,
        is_whole: bool,
        options: &Options,
    ) -> Result<(Self, Vec<LogNote>), LogError> {
        let columns = &table.columns;
        let measured = Candidates::of(table, options)?;
        if table.line_count == 0 && is_whole {
            return Err(LogError::HeaderOnly);
        }
        let device = device_column(table);
        let is_wide = options.format == Some(PowerLogFormat::Wide)
            || (options.format != Some(PowerLogFormat::Plain) && device.is_none() && measured.subjects().len() > 1);
        let mut notes = Vec::new();
        let device = device.or_else(|| position(columns, |meaning| *meaning == Meaning::Name)).filter(|_| !is_wide);
        let series = if is_wide { measured.wide(table, &mut notes) } else { vec![measured.one(table)] };
        let mut layout = Self {
            format: options.format.unwrap_or_else(|| format_of(table, is_wide)),
            separator: table.separator,
            header: table.header.map(<[u8]>::to_vec),
            width: columns.len(),
            time: time_column(table),
            host: position(columns, |meaning| *meaning == Meaning::Host)
                .filter(|_| device.is_none_or(|d| !is_uuid(columns, d))),
            device,
            identities: identities(columns, device),
            name: position(columns, |meaning| *meaning == Meaning::Name),
            driver: position(columns, |meaning| *meaning == Meaning::Driver),
            limit: limit_column(columns),
            series,
            shortest_last: None,
        };
        layout.shortest_last = layout.shortest_last_of(table);
        if layout.time.is_none() && options.interval.is_none() && !table.has_time_lines {
            return Err(LogError::NoTime);
        }
        layout.refuse_milliwatts(table)?;
        layout.note_choice(table, &mut notes);
        Ok((layout, notes))
    }

    /// Whether the last cell of a line without a line end was cut off: it ends with a point, or is shorter than all others in its
    /// column.
    pub(super) fn is_cut(&self, last_cell: &[u8]) -> bool {
        self.shortest_last
            .is_some_and(|shortest| last_cell.ends_with(b".") || self.length_of_last(last_cell) < shortest)
    }

    /// Length of the shortest cell in the last column, without the last row of the head, which may itself be cut off.
    fn shortest_last_of(&self, table: &LogTable<'_>) -> Option<usize> {
        let last = self.width.checked_sub(1)?;
        let mut sources = self.series.iter().flat_map(|series| series.power.iter().chain(&series.energy));
        let is_read = self.is_time(last) || sources.any(|source| source.index == last);
        let (_, rows) = table.rows.split_last().filter(|_| is_read)?;
        let numbers = rows.iter().map(|row| row[last]).filter(|cell| cell.first().is_some_and(u8::is_ascii_digit));
        numbers.map(|cell| self.length_of_last(cell)).min()
    }

    /// Length of a cell in the last column: that of a whole time, but of a reading only what follows its integer digits, whose
    /// number may vary.
    fn length_of_last(&self, cell: &[u8]) -> usize {
        if self.is_time(self.width - 1) {
            return cell.len();
        }
        cell.iter().skip_while(|byte| byte.is_ascii_digit() || **byte == b'-').count()
    }

    fn is_time(&self, index: usize) -> bool {
        self.time.is_some_and(|time| time.index == index)
    }

    fn note_choice(&self, table: &LogTable<'_>, notes: &mut Vec<LogNote>) {
        let taken: Vec<String> = self.series.iter().map(LogSeries::column).collect();
        let used = |index: usize| {
            self.series.iter().any(|s| s.power.iter().chain(&s.energy).any(|source| source.index == index))
        };
        let unused: Vec<&str> = (0..table.columns.len())
            .filter(|index| !used(*index) && table.columns[*index].measured().is_some())
            .map(|index| table.columns[index].text.as_str())
            .collect();
        let mut text = format!("read as {}: energy from {}", self.format, taken.join(", "));
        if !unused.is_empty() {
            text += &format!("; not used: {} (choose with --column)", unused.join(", "));
        }
        notes.insert(0, LogNote::info(text));
        if table.header.is_none() {
            notes.push(LogNote::warning(
                "the log has no header; its columns were recognised by the shape of their cells",
            ));
        }
        if let Some(device) = self.device {
            notes.push(LogNote::info(format!("devices are identified by column {:?}", name_of(table, device))));
        }
    }

    /// Refuses a column whose readings are all above what a board (3 kW) or a machine (20 kW) draws: it is probably in milliwatts.
    fn refuse_milliwatts(&self, table: &LogTable<'_>) -> Result<(), LogError> {
        let is_board = self.format.is_of_boards() || self.device.is_some_and(|d| is_gpu(&name_of(table, d)));
        for series in &self.series {
            let Some(source) = &series.power else { continue };
            let is_certain = table.columns[source.index].measured().is_some_and(|m| m.unit_is_certain);
            if source.unit != LogUnit::WATT || is_certain {
                continue;
            }
            let threshold = if is_board || is_gpu(&series.id) { 3_000 } else { 20_000 };
            let values = table.rows.iter().filter_map(|row| bare_watts(row[source.index]));
            let (count, lowest) = values.fold((0, u64::MAX), |(count, lowest), watts| (count + 1, lowest.min(watts)));
            if count > 1 && lowest > threshold {
                return Err(LogError::Milliwatts { column: source.name.clone(), threshold, lowest });
            }
        }
        Ok(())
    }
}

/// Watts above zero in a cell that names no unit, rounded down.
fn bare_watts(cell: &[u8]) -> Option<u64> {
    let bare = Decimal::parse_all(cell)?;
    match parse_value(cell, LogUnit::WATT) {
        Value::Number(milliwatts) if !bare.negative && milliwatts > 0 => Some(milliwatts / 1_000),
        _ => None,
    }
}

fn is_gpu(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["gpu", "card", "gcd", "uuid", "accel"].iter().any(|word| name.contains(word))
}

/// The columns with power or energy.
struct Candidates<'a> {
    columns: Vec<(usize, &'a LogColumn, Measured)>,
    /// Whether `--column` chose the column.
    is_chosen: bool,
}

impl<'a> Candidates<'a> {
    fn of(table: &'a LogTable<'_>, options: &Options) -> Result<Self, LogError> {
        let columns: Vec<_> = table.columns.iter().enumerate().collect();
        let measured = columns.iter().filter_map(|(index, column)| Some((*index, *column, column.measured()?.clone())));
        let mut all: Vec<_> = measured.collect();
        if all.is_empty() && options.format == Some(PowerLogFormat::Wide) {
            all = unnamed_watts(table);
        }
        let names = |names: &mut dyn Iterator<Item = &LogColumn>| {
            names.map(|c| c.text.as_str()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        };
        let available = names(&mut all.iter().map(|(_, column, _)| *column));
        let Some(wanted) = &options.column else {
            if all.is_empty() {
                return Err(LogError::NoPower { columns: names(&mut table.columns.iter()) });
            }
            return Ok(Self { columns: all, is_chosen: false });
        };
        let chosen: Vec<_> = columns.into_iter().filter(|(_, column)| column.is_named(wanted)).collect();
        let (index, column) = *chosen
            .first()
            .ok_or_else(|| LogError::UnknownColumn { column: wanted.clone(), available: available.clone() })?;
        let measured = match &column.meaning {
            Meaning::Measured(measured) => measured.clone(),
            Meaning::Other => {
                Measured { unit: LogUnit::WATT, unit_is_certain: false, subject: String::new(), rank: 0, field: None }
            }
            _ => return Err(LogError::NotPower { column: wanted.clone(), available }),
        };
        Ok(Self { columns: vec![(index, column, measured)], is_chosen: true })
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

    /// The best of the columns with a quantity that `fits` accepts; the first of equals.
    fn best(&self, quantity: LogQuantity, fits: impl Fn(&Measured) -> bool) -> Option<ReadingColumn> {
        let fitting = self.columns.iter().filter(|(_, _, m)| m.unit.quantity == quantity && fits(m));
        let (index, column, measured) = fitting.min_by_key(|(_, _, m)| m.rank)?;
        Some(ReadingColumn { index: *index, unit: measured.unit, field: measured.field, name: column.text.clone() })
    }

    /// The series of a table whose rows name their device, or are all of one device.
    fn one(&self, table: &LogTable<'_>) -> LogSeries {
        let own = |m: &Measured| m.subject.is_empty() || is_gpu(&m.subject);
        let power = self.best(LogQuantity::Power, own).or_else(|| self.best(LogQuantity::Power, |_| true));
        let energy = self.best(LogQuantity::Energy, own).or_else(|| self.best(LogQuantity::Energy, |_| true));
        let first = power.as_ref().or(energy.as_ref()).map_or(0, |source| source.index);
        let subject = table.columns[first].measured().map(|m| m.subject.clone()).unwrap_or_default();
        let id = if subject.is_empty() { plain_name(&table.columns[first].text) } else { subject };
        LogSeries { id, power, energy }
    }

    /// The series of a wide table, one per subject, without series that are the sum of the others.
    fn wide(&self, table: &LogTable<'_>, notes: &mut Vec<LogNote>) -> Vec<LogSeries> {
        let series_of = |subject: &str| LogSeries {
            id: subject.to_owned(),
            power: self.best(LogQuantity::Power, |m| m.subject == subject),
            energy: self.best(LogQuantity::Energy, |m| m.subject == subject),
        };
        let mut series: Vec<LogSeries> = self.subjects().into_iter().map(series_of).collect();
        for position in (0..series.len()).rev() {
            if self.is_chosen || series.len() < 2 {
                break;
            }
            let adds_up = is_sum_of_others(table, &series, position);
            let is_named_total = series[position].id.is_empty() || containment::is_total(&series[position].id);
            if adds_up || is_named_total {
                let total = series.remove(position);
                let why = if adds_up { "it is the sum of the others" } else { "by its name it contains the others" };
                notes.push(LogNote::info(format!("column {:?} is left out: {why}", total.column())));
            }
        }
        series
    }
}

/// Whether this series is the sum of at least two others, within 1 %, in nine of ten rows.
fn is_sum_of_others(table: &LogTable<'_>, series: &[LogSeries], position: usize) -> bool {
    let value = |row: &[&[u8]], series: &LogSeries| match parse_value(
        row[series.power.as_ref()?.index],
        series.power.as_ref()?.unit,
    ) {
        Value::Number(milliwatts) => Some(milliwatts),
        _ => None,
    };
    let others = || series.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, series)| series);
    if others().count() < 2 {
        return false;
    }
    let mut compared = 0;
    let mut equal = 0;
    for row in &table.rows {
        let sum: Option<u64> = others().map(|series| value(row, series)).try_fold(0_u64, |sum, v| sum.checked_add(v?));
        if let (Some(sum), Some(total)) = (sum, value(row, &series[position]))
            && total > 0
        {
            compared += 1;
            equal += usize::from(sum.abs_diff(total) <= total / 100);
        }
    }
    compared > 0 && equal * 10 >= compared * 9
}

/// With `--format wide`, every column without another meaning is the power of a device in W.
fn unnamed_watts<'a>(table: &'a LogTable<'_>) -> Vec<(usize, &'a LogColumn, Measured)> {
    let others = table.columns.iter().enumerate().filter(|(_, c)| c.meaning == Meaning::Other && !c.text.is_empty());
    let watts = |subject: &str| Measured {
        unit: LogUnit::WATT,
        unit_is_certain: false,
        subject: subject.to_owned(),
        rank: 0,
        field: None,
    };
    others.map(|(index, column)| (index, column, watts(&column.text))).collect()
}

fn position(columns: &[LogColumn], is: impl Fn(&Meaning) -> bool) -> Option<usize> {
    columns.iter().position(|column| is(&column.meaning))
}

fn is_uuid(columns: &[LogColumn], index: usize) -> bool {
    columns[index].meaning == Meaning::Device { rank: 0 }
}

fn name_of(table: &LogTable<'_>, index: usize) -> String {
    table.columns[index].text.clone()
}

/// The name without its unit: `power.draw [W]` → `power.draw`.
fn plain_name(text: &str) -> String {
    text.split(['[', '(']).next().unwrap_or(text).trim().to_owned()
}

/// The column that identifies devices, by rank. A column with the same value in all rows, as an `index` that is always 0, gives
/// way to one that varies.
fn device_column(table: &LogTable<'_>) -> Option<usize> {
    let distinct = |index: usize| table.rows.iter().map(|row| row[index]).collect::<HashSet<_>>().len();
    let mut candidates: Vec<(u8, usize)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let Meaning::Device { rank } = column.meaning else { continue };
        let has_values = table.rows.is_empty() || table.rows.iter().any(|row| !row[index].is_empty());
        // A number that differs in every row numbers the rows, not the devices.
        let is_row_number = rank == 2 && table.rows.len() > 2 && distinct(index) == table.rows.len();
        if has_values && !is_row_number && rank < NAME_RANK {
            candidates.push((rank, index));
        }
    }
    candidates.sort_unstable();
    match candidates.first() {
        Some((0, uuid)) => Some(*uuid),
        _ => candidates.iter().find(|(_, index)| distinct(*index) > 1).or(candidates.first()).map(|(_, index)| *index),
    }
}

fn identities(columns: &[LogColumn], device: Option<usize>) -> Vec<(usize, String)> {
    let tells_apart = |meaning: &Meaning| matches!(meaning, Meaning::Device { .. } | Meaning::Name | Meaning::Host);
    let others = columns.iter().enumerate().filter(|(index, c)| Some(*index) != device && tells_apart(&c.meaning));
    others.map(|(index, column)| (index, column.text.clone())).collect()
}

fn limit_column(columns: &[LogColumn]) -> Option<(usize, LogUnit)> {
    let ranked = columns.iter().enumerate().filter_map(|(index, column)| match column.meaning {
        Meaning::Limit { rank: Some(rank), unit } => Some((rank, index, unit)),
        _ => None,
    });
    ranked.min_by_key(|(rank, index, _)| (*rank, *index)).map(|(_, index, unit)| (index, unit))
}

/// The best-ranked column whose cells are times, with a column of dates if it has only times of day.
fn time_column(table: &LogTable<'_>) -> Option<TimeColumn> {
    let date = position(&table.columns, |meaning| *meaning == Meaning::Date);
    let mut candidates: Vec<(u8, TimeColumn)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        if let Meaning::Time { rank, hint } = column.meaning {
            candidates.push((rank, TimeColumn { index, date: None, hint }));
        }
    }
    candidates.sort_by_key(|(rank, column)| (*rank, column.index));
    candidates.extend(date.map(|index| (u8::MAX, TimeColumn { index, date: None, hint: TimeHint::default() })));
    let reads = |column: &TimeColumn| {
        let mut parser = TimeParser::new(column.hint, None);
        table.rows.iter().any(|row| matches!(parser.parse(row[column.index], 0, &mut Vec::new()), Ok(Some(_))))
    };
    let mut chosen =
        candidates.iter().map(|(_, column)| *column).find(reads).or(candidates.first().map(|(_, c)| *c))?;
    let is_time_of_day = |row: &Vec<&[u8]>| row[chosen.index].len() < 19 && row[chosen.index].contains(&b':');
    if date.is_some_and(|date| date != chosen.index) && table.rows.first().is_some_and(is_time_of_day) {
        chosen.date = date;
    }
    Some(chosen)
}

fn format_of(table: &LogTable<'_>, is_wide: bool) -> PowerLogFormat {
    let has = |part: &str| table.columns.iter().any(|column| column.text.to_ascii_lowercase().contains(part));
    match () {
        () if table.is_dmon => PowerLogFormat::NvidiaSmiDmon,
        () if has("temperature.aip") || has("utilization.aip") => PowerLogFormat::HlSmi,
        () if table.rows.iter().any(|row| row.iter().any(|cell| cell.starts_with(b"HL-"))) => PowerLogFormat::HlSmi,
        () if has("socket_power") => PowerLogFormat::AmdSmi,
        () if has("graphics package power") => PowerLogFormat::RocmSmi,
        () if has("cumulative processor energy") => PowerLogFormat::PowerGadget,
        () if is_wide => PowerLogFormat::Wide,
        () if has("power.draw") || has("utilization.gpu") => PowerLogFormat::NvidiaSmi,
        () => PowerLogFormat::Plain,
    }
}
