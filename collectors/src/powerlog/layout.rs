//! Which columns of a table are taken, and as what.

use super::columns::{Column, Meaning, Measured, NAME_RANK};
use super::containment;
use super::fields::Separator;
use super::header::Table;
use super::time::{TimeHint, TimeParser};
use super::value::{Decimal, Quantity, Unit, Value, parse_value};
use super::{Format, LogError, Note, Options};
use crate::sensor_class::PowerField;
use std::collections::HashSet;

/// What each row of a table is read for.
#[derive(Clone)]
pub(super) struct Layout {
    pub(super) format: Format,
    pub(super) separator: Separator,
    /// The header line, so that repetitions of it are skipped.
    pub(super) header: Option<Vec<u8>>,
    pub(super) width: usize,
    pub(super) time: Option<TimeColumn>,
    pub(super) host: Option<usize>,
    /// The column that tells devices apart; `None` for one device, or one column per device.
    pub(super) device: Option<usize>,
    /// Other columns that could tell devices apart, with their names, for messages.
    pub(super) identities: Vec<(usize, String)>,
    pub(super) name: Option<usize>,
    pub(super) driver: Option<usize>,
    pub(super) limit: Option<(usize, Unit)>,
    /// One, or one per device of a wide table.
    pub(super) series: Vec<Series>,
}

/// Where the time of a row stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeColumn {
    pub(super) index: usize,
    /// A date in a column of its own.
    pub(super) date: Option<usize>,
    pub(super) hint: TimeHint,
}

/// Power and energy of one device.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// Identifier, if the row has none.
    pub(super) id: String,
    pub(super) power: Option<Source>,
    pub(super) energy: Option<Source>,
}

/// One measured column.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) index: usize,
    pub(super) unit: Unit,
    pub(super) field: Option<PowerField>,
    pub(super) name: String,
    /// The cells carry the unit behind the number.
    pub(super) states_unit: bool,
}

impl Series {
    /// Names of the columns, as they are reported.
    pub(super) fn column(&self) -> String {
        let names: Vec<&str> = self.energy.iter().chain(&self.power).map(|source| source.name.as_str()).collect();
        names.join(", ")
    }
}

impl Layout {
    /// Decides by names, and by the rows where names leave a choice.
    pub(super) fn choose(table: &Table<'_>, is_whole: bool, options: &Options) -> Result<(Self, Vec<Note>), LogError> {
        let columns = &table.columns;
        let measured = Candidates::of(table, options)?;
        if table.line_count == 0 && is_whole {
            return Err(LogError::HeaderOnly);
        }
        let device = device_column(table);
        let is_wide = options.format == Some(Format::Wide)
            || (options.format != Some(Format::Plain) && device.is_none() && measured.subjects().len() > 1);
        let mut notes = Vec::new();
        let device = device.or_else(|| position(columns, |meaning| *meaning == Meaning::Name)).filter(|_| !is_wide);
        let series = if is_wide { measured.wide(table, &mut notes) } else { vec![measured.one(table)] };
        let layout = Self {
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
        };
        if layout.time.is_none() && options.interval.is_none() && !table.has_time_lines {
            return Err(LogError::NoTime);
        }
        layout.refuse_milliwatts(table)?;
        layout.note_choice(table, &mut notes);
        Ok((layout, notes))
    }

    fn note_choice(&self, table: &Table<'_>, notes: &mut Vec<Note>) {
        let taken: Vec<String> = self.series.iter().map(Series::column).collect();
        let used = |index: usize| {
            self.series.iter().any(|s| s.power.iter().chain(&s.energy).any(|source| source.index == index))
        };
        let unused: Vec<&str> = (0..table.columns.len())
            .filter(|index| !used(*index) && table.columns[*index].measured().is_some())
            .map(|index| table.columns[index].text.as_str())
            .collect();
        let mut text = format!("read as {}: energy from {}", self.format, taken.join(", "));
        if !unused.is_empty() {
            text += &format!("; not used: {} (--column takes another)", unused.join(", "));
        }
        notes.insert(0, Note::info(text));
        if table.header.is_none() {
            notes.push(Note::warning("the log has no header: its columns were recognised by the shape of their cells"));
        }
        if let Some(device) = self.device {
            notes.push(Note::info(format!("devices are told apart by column {:?}", name_of(table, device))));
        }
    }

    /// No board draws more than 3 kW and no machine more than 20 kW in every single reading.
    fn refuse_milliwatts(&self, table: &Table<'_>) -> Result<(), LogError> {
        let is_board = self.format.is_of_boards() || self.device.is_some_and(|d| is_gpu(&name_of(table, d)));
        for series in &self.series {
            let Some(source) = &series.power else { continue };
            let is_certain = table.columns[source.index].measured().is_some_and(|m| m.unit_is_certain);
            if source.unit != Unit::WATT || is_certain {
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

/// Whole watts of a cell without a unit of its own, above zero.
fn bare_watts(cell: &[u8]) -> Option<u64> {
    let bare = Decimal::parse_all(cell)?;
    match parse_value(cell, Unit::WATT) {
        Value::Number(milliwatts) if !bare.negative && milliwatts > 0 => Some(milliwatts / 1_000),
        _ => None,
    }
}

fn is_gpu(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["gpu", "card", "gcd", "uuid", "accel"].iter().any(|word| name.contains(word))
}

/// The columns that can be metered.
struct Candidates<'a> {
    columns: Vec<(usize, &'a Column, Measured)>,
    /// `--column` chose.
    is_chosen: bool,
}

impl<'a> Candidates<'a> {
    fn of(table: &'a Table<'_>, options: &Options) -> Result<Self, LogError> {
        let columns: Vec<_> = table.columns.iter().enumerate().collect();
        let measured = columns.iter().filter_map(|(index, column)| Some((*index, *column, column.measured()?.clone())));
        let mut all: Vec<_> = measured.collect();
        if all.is_empty() && options.format == Some(Format::Wide) {
            all = unnamed_watts(table);
        }
        let names = |names: &mut dyn Iterator<Item = &Column>| {
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
                Measured { unit: Unit::WATT, unit_is_certain: false, subject: String::new(), rank: 0, field: None }
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

    /// The best column of a quantity among those that `fits`; between equals the first.
    fn best(&self, table: &Table<'_>, quantity: Quantity, fits: impl Fn(&Measured) -> bool) -> Option<Source> {
        let fitting = self.columns.iter().filter(|(_, _, m)| m.unit.quantity == quantity && fits(m));
        let (index, column, measured) = fitting.min_by_key(|(_, _, m)| m.rank)?;
        let states_unit = table.rows.iter().any(|row| row[*index].last().is_some_and(u8::is_ascii_alphabetic));
        let (unit, field) = (measured.unit, measured.field);
        Some(Source { index: *index, unit, field, name: column.text.clone(), states_unit })
    }

    /// The series of a table whose rows name their device, or have only one.
    fn one(&self, table: &Table<'_>) -> Series {
        let own = |m: &Measured| m.subject.is_empty() || is_gpu(&m.subject);
        let power = self.best(table, Quantity::Power, own).or_else(|| self.best(table, Quantity::Power, |_| true));
        let energy = self.best(table, Quantity::Energy, own).or_else(|| self.best(table, Quantity::Energy, |_| true));
        let first = power.as_ref().or(energy.as_ref()).map_or(0, |source| source.index);
        let subject = table.columns[first].measured().map(|m| m.subject.clone()).unwrap_or_default();
        let id = if subject.is_empty() { plain_name(&table.columns[first].text) } else { subject };
        Series { id, power, energy }
    }

    /// One series per subject, without the sums of the others.
    fn wide(&self, table: &Table<'_>, notes: &mut Vec<Note>) -> Vec<Series> {
        let series_of = |subject: &str| Series {
            id: subject.to_owned(),
            power: self.best(table, Quantity::Power, |m| m.subject == subject),
            energy: self.best(table, Quantity::Energy, |m| m.subject == subject),
        };
        let mut series: Vec<Series> = self.subjects().into_iter().map(series_of).collect();
        for position in (0..series.len()).rev() {
            if self.is_chosen || series.len() < 2 {
                break;
            }
            let adds_up = is_sum_of_others(table, &series, position);
            let is_named_total = series[position].id.is_empty() || containment::is_total(&series[position].id);
            if adds_up || is_named_total {
                let total = series.remove(position);
                let why =
                    if adds_up { "it is the sum of the others" } else { "its name says that it holds the others" };
                notes.push(Note::info(format!("column {:?} is left out: {why}", total.column())));
            }
        }
        series
    }
}

/// Whether at least two other series add up to this one, within 1 %, in nine of ten rows.
fn is_sum_of_others(table: &Table<'_>, series: &[Series], position: usize) -> bool {
    let value = |row: &[&[u8]], series: &Series| match parse_value(
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

/// `--format wide`: every column that means nothing else is a device's power in W.
fn unnamed_watts<'a>(table: &'a Table<'_>) -> Vec<(usize, &'a Column, Measured)> {
    let others = table.columns.iter().enumerate().filter(|(_, c)| c.meaning == Meaning::Other && !c.text.is_empty());
    let watts = |subject: &str| Measured {
        unit: Unit::WATT,
        unit_is_certain: false,
        subject: subject.to_owned(),
        rank: 0,
        field: None,
    };
    others.map(|(index, column)| (index, column, watts(&column.text))).collect()
}

fn position(columns: &[Column], is: impl Fn(&Meaning) -> bool) -> Option<usize> {
    columns.iter().position(|column| is(&column.meaning))
}

fn is_uuid(columns: &[Column], index: usize) -> bool {
    columns[index].meaning == Meaning::Device { rank: 0 }
}

fn name_of(table: &Table<'_>, index: usize) -> String {
    table.columns[index].text.clone()
}

/// `power.draw [W]` → `power.draw`.
fn plain_name(text: &str) -> String {
    text.split(['[', '(']).next().unwrap_or(text).trim().to_owned()
}

/// By rank, except that a column with one value for all rows gives way to one that varies (a misleading `index`).
fn device_column(table: &Table<'_>) -> Option<usize> {
    let distinct = |index: usize| table.rows.iter().map(|row| row[index]).collect::<HashSet<_>>().len();
    let mut candidates: Vec<(u8, usize)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let Meaning::Device { rank } = column.meaning else { continue };
        let has_values = table.rows.is_empty() || table.rows.iter().any(|row| !row[index].is_empty());
        // A number of its own for every row is the row's, not the device's.
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

fn identities(columns: &[Column], device: Option<usize>) -> Vec<(usize, String)> {
    let tells_apart = |meaning: &Meaning| matches!(meaning, Meaning::Device { .. } | Meaning::Name | Meaning::Host);
    let others = columns.iter().enumerate().filter(|(index, c)| Some(*index) != device && tells_apart(&c.meaning));
    others.map(|(index, column)| (index, column.text.clone())).collect()
}

fn limit_column(columns: &[Column]) -> Option<(usize, Unit)> {
    let ranked = columns.iter().enumerate().filter_map(|(index, column)| match column.meaning {
        Meaning::Limit { rank: Some(rank), unit } => Some((rank, index, unit)),
        _ => None,
    });
    ranked.min_by_key(|(rank, index, _)| (*rank, *index)).map(|(_, index, unit)| (index, unit))
}

/// The best-ranked column whose cells are times; a date beside a time of day belongs to it.
fn time_column(table: &Table<'_>) -> Option<TimeColumn> {
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

fn format_of(table: &Table<'_>, is_wide: bool) -> Format {
    let has = |part: &str| table.columns.iter().any(|column| column.text.to_ascii_lowercase().contains(part));
    match () {
        () if table.is_dmon => Format::NvidiaSmiDmon,
        () if has("temperature.aip") || has("utilization.aip") => Format::HlSmi,
        () if table.rows.iter().any(|row| row.iter().any(|cell| cell.starts_with(b"HL-"))) => Format::HlSmi,
        () if has("socket_power") => Format::AmdSmi,
        () if has("graphics package power") => Format::RocmSmi,
        () if has("cumulative processor energy") => Format::PowerGadget,
        () if is_wide => Format::Wide,
        () if has("power.draw") || has("utilization.gpu") => Format::NvidiaSmi,
        () => Format::Plain,
    }
}
