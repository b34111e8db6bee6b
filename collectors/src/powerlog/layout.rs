//! Chooses which columns of a table are read, and as what.

use super::ask;
use super::catalogue::Format;
use super::columns::{ColumnRole, LogColumn, split_bracket};
use super::fields::Separator;
use super::header::LogTable;
use super::keys::device_keys;
use super::rowwise;
use super::series::{self, Choice, LogSeries};
use super::time::{TimeHint, TimeParser};
use super::value::{Decimal, LogUnit, Value, parse_value};
use super::{LogError, LogNote, Options, PowerLogFormat};

/// The columns of a table that are read.
#[derive(Clone)]
pub(super) struct Layout {
    pub(super) format: PowerLogFormat,
    /// The known table, if it is one.
    pub(super) known: Option<&'static Format>,
    pub(super) separator: Separator,
    /// The header lines, to skip where they are repeated.
    pub(super) headers: Vec<Vec<u8>>,
    pub(super) width: usize,
    pub(super) time: Option<TimeColumn>,
    pub(super) host: Option<usize>,
    /// The columns that identify devices, the main one first; empty if there is one device, or one column per device.
    pub(super) keys: Vec<usize>,
    /// Other columns that could identify devices, with their names, for messages.
    pub(super) identities: Vec<(usize, String)>,
    pub(super) name: Option<usize>,
    pub(super) driver: Option<usize>,
    pub(super) limit: Option<(usize, LogUnit)>,
    /// Rows are read only with these texts in these columns.
    pub(super) rows: Vec<(usize, Vec<u8>)>,
    /// The column that names what the values of a row are.
    pub(super) metric: Option<usize>,
    /// The column with the unit of the value of a row.
    pub(super) unit: Option<usize>,
    /// The column that has -1 for a device as a whole beside its parts, as xpu-smi numbers tiles.
    pub(super) whole: Option<usize>,
    /// Whether only the names of devices say what contains what.
    pub(super) has_parts_by_name: bool,
    /// What is read of each row: one series, one for each device of a wide table, or one for each metric.
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

impl Layout {
    /// Chooses by the format of the table, else by the names of its columns and their cells, where these are certain.
    pub(super) fn choose(
        mut table: LogTable<'_>,
        is_whole: bool,
        options: &Options,
    ) -> Result<(Self, Vec<LogNote>), LogError> {
        options.mapping.apply(&mut table)?;
        let table = &table;
        if table.line_count == 0 && is_whole {
            return Err(LogError::HeaderOnly);
        }
        let time = time_column(table, options)?;
        let keys = match options.mapping.keys(table)? {
            Some(keys) => keys,
            None if options.format == Some(PowerLogFormat::WIDE) => Vec::new(),
            None => device_keys(table, time.map(|time| time.index))?,
        };
        let choice = match rowwise::choose(table, &keys)? {
            Some(choice) => choice,
            None => series::choose(table, keys, options)?,
        };
        let Choice { series, keys, mut notes } = choice;
        let host = position(&table.columns, |role| *role == ColumnRole::Host)
            .filter(|host| !keys.contains(host) && !keys.first().is_some_and(|key| is_uuid(&table.columns[*key])));
        let has_part_key =
            keys.iter().any(|key| matches!(table.columns[*key].role, ColumnRole::Part | ColumnRole::Name));
        let whole = keys.iter().copied().find(|key| {
            table.columns[*key].role == ColumnRole::Part && table.rows.iter().any(|row| row[*key] == b"-1")
        });
        let mut layout = Self {
            format: options.format.or(table.format.map(PowerLogFormat::of)).unwrap_or(
                if keys.is_empty() && series.len() > 1 { PowerLogFormat::WIDE } else { PowerLogFormat::PLAIN },
            ),
            known: table.format,
            separator: table.separator,
            headers: table.header.iter().chain(&table.units).map(|line| line.to_vec()).collect(),
            width: table.columns.len(),
            time,
            host,
            identities: identities(&table.columns, &keys),
            keys,
            name: position(&table.columns, |role| *role == ColumnRole::Name),
            driver: position(&table.columns, |role| *role == ColumnRole::Driver),
            limit: limit_column(&table.columns),
            rows: row_rules(table),
            metric: position(&table.columns, |role| *role == ColumnRole::Metric),
            unit: position(&table.columns, |role| *role == ColumnRole::Unit),
            whole,
            has_parts_by_name: table.format.map_or(has_part_key, |format| format.parts_by_name)
                && options.mapping.readings.is_empty()
                && options.mapping.contains.is_empty(),
            series,
            shortest_last: None,
        };
        layout.shortest_last = layout.shortest_last_of(table);
        if layout.time.is_none() && options.interval.is_none() && !table.has_time_lines {
            return Err(LogError::NoTime);
        }
        if options.mapping.readings.is_empty() {
            layout.refuse_milliwatts(table)?;
        }
        layout.refuse_years(table, options)?;
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
        let mut sources = self.series.iter().flat_map(LogSeries::sources);
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

    /// Notes what is read, and every column with power or energy that is not, with the reason.
    fn note_choice(&self, table: &LogTable<'_>, notes: &mut Vec<LogNote>) {
        let mut taken: Vec<String> = Vec::new();
        for column in self.series.iter().map(LogSeries::column) {
            if !taken.contains(&column) {
                taken.push(column);
            }
        }
        let used = |index: usize| self.series.iter().flat_map(LogSeries::sources).any(|source| source.index == index);
        let mut text = format!("read as {}: energy from {}", self.format, taken.join(", "));
        let unused: Vec<&str> = (0..table.columns.len())
            .filter(|index| !used(*index) && table.columns[*index].measured().is_some())
            .map(|index| table.columns[index].text.as_str())
            .collect();
        if !unused.is_empty() {
            text += &format!("; not used: {} (choose with --column)", unused.join(", "));
        }
        let of_power = |column: &LogColumn| {
            let name = column.text.to_lowercase();
            ["power", "watt", "energy", "joule"].iter().any(|word| name.contains(word))
        };
        for (index, column) in table.columns.iter().enumerate().filter(|(_, column)| of_power(column)) {
            match &column.role {
                ColumnRole::Limit { .. } if self.limit.is_some_and(|(limit, _)| limit == index) => {}
                ColumnRole::Unused(why) => text += &format!("; not used: {} ({why})", column.text),
                ColumnRole::Limit { .. } | ColumnRole::Utilisation => {
                    text += &format!("; not used: {} (a limit, a share or a setting)", column.text);
                }
                _ => {}
            }
        }
        notes.insert(0, LogNote::info(text));
        if table.header.is_none() {
            notes.push(LogNote::warning(
                "the log has no header; its columns were recognised by the shape of their cells",
            ));
        }
        if !self.keys.is_empty() {
            let names: Vec<String> = self.keys.iter().map(|key| format!("{:?}", table.columns[*key].text)).collect();
            let column = if names.len() == 1 { "column" } else { "columns" };
            notes.push(LogNote::info(format!("devices are identified by {column} {}", names.join(" and "))));
        }
    }

    /// Refuses times whose span in the head of the log is longer than a recording can be: their unit is another one.
    fn refuse_years(&self, table: &LogTable<'_>, options: &Options) -> Result<(), LogError> {
        const YEAR: u64 = 365 * 86_400 * 1_000_000_000;
        let Some(column) = self.time.filter(|_| options.mapping.time.is_none()) else { return Ok(()) };
        // The last row may be cut off.
        let count = table.rows.len().saturating_sub(1);
        let numbers = || table.rows.iter().take(count).filter_map(|row| Decimal::parse_all(row[column.index]));
        let shift = column.hint.shift.unwrap_or(9);
        let times = || numbers().map(|number| number.scaled(shift).unwrap_or(u64::MAX));
        let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(()) };
        let years = (last - first) / YEAR;
        if years < 2 {
            return Ok(());
        }
        let unit = match shift {
            9 => "seconds",
            6 => "milliseconds",
            3 => "microseconds",
            _ => "nanoseconds",
        };
        Err(LogError::SpanOfYears { column: table.columns[column.index].text.clone(), years, unit })
    }

    /// Refuses a column whose readings are all above what a board (3 kW) or a machine (20 kW) draws: it is probably in milliwatts.
    fn refuse_milliwatts(&self, table: &LogTable<'_>) -> Result<(), LogError> {
        let is_board = self.known.is_some_and(|format| format.of_boards)
            || self.keys.first().is_some_and(|key| is_gpu(&table.columns[*key].text));
        for series in &self.series {
            let Some(source) = &series.power else { continue };
            let is_stated = split_bracket(&table.columns[source.index].text).1.is_some();
            if source.unit != LogUnit::WATT || is_stated {
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

fn position(columns: &[LogColumn], is: impl Fn(&ColumnRole) -> bool) -> Option<usize> {
    columns.iter().position(|column| is(&column.role))
}

fn is_uuid(column: &LogColumn) -> bool {
    column.name().to_ascii_lowercase().ends_with("uuid")
}

fn identities(columns: &[LogColumn], keys: &[usize]) -> Vec<(usize, String)> {
    let tells_apart = |role: &ColumnRole| {
        matches!(role, ColumnRole::Device { .. } | ColumnRole::Part | ColumnRole::Name | ColumnRole::Host)
    };
    let others = columns.iter().enumerate().filter(|(index, c)| !keys.contains(index) && tells_apart(&c.role));
    others.map(|(index, column)| (index, column.text.clone())).collect()
}

fn limit_column(columns: &[LogColumn]) -> Option<(usize, LogUnit)> {
    let ranked = columns.iter().enumerate().filter_map(|(index, column)| match column.role {
        ColumnRole::Limit { rank: Some(rank), unit } => Some((rank, index, unit)),
        _ => None,
    });
    ranked.min_by_key(|(rank, index, _)| (*rank, *index)).map(|(_, index, unit)| (index, unit))
}

/// The row rules of the format, for the columns that the table has.
fn row_rules(table: &LogTable<'_>) -> Vec<(usize, Vec<u8>)> {
    let rules = table.format.map(|format| &format.rows[..]).unwrap_or_default();
    let of_table = |rule: &super::catalogue::RowRule| {
        let index = table.columns.iter().position(|column| column.is_named(&rule.column))?;
        Some((index, rule.text.clone().into_bytes()))
    };
    rules.iter().filter_map(of_table).collect()
}

/// The best-ranked column whose cells are times, with a column of dates if it has only times of day, and with the unit of its
/// numbers.
fn time_column(table: &LogTable<'_>, options: &Options) -> Result<Option<TimeColumn>, LogError> {
    let date = position(&table.columns, |role| *role == ColumnRole::Date);
    let mut candidates: Vec<(u8, TimeColumn)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        if let ColumnRole::Time { rank, hint } = column.role {
            candidates.push((rank, TimeColumn { index, date: None, hint }));
        }
    }
    candidates.sort_by_key(|(rank, column)| (*rank, column.index));
    candidates.extend(date.map(|index| (u8::MAX, TimeColumn { index, date: None, hint: TimeHint::default() })));
    let reads = |column: &TimeColumn| {
        let mut parser = TimeParser::new(column.hint, None);
        let mut is_time = |cell: &[u8]| matches!(parser.parse(cell, 0, &mut Vec::new()), Ok(Some(_)));
        // Numbers may be times of a unit that is still to be said.
        table.rows.iter().any(|row| is_time(row[column.index]) || Decimal::parse_all(row[column.index]).is_some())
    };
    let readable: Vec<TimeColumn> = candidates.iter().map(|(_, column)| *column).filter(reads).collect();
    let with_unit = |column: &TimeColumn| with_unit(table, *column, options.mapping.time.is_some());
    let mut chosen = match readable.iter().find_map(with_unit).or_else(|| {
        let first = readable.is_empty().then(|| candidates.first().map(|(_, column)| *column));
        first.flatten()
    }) {
        Some(chosen) => chosen,
        None if readable.is_empty() || options.interval.is_some() => return Ok(None),
        None => return Err(ask::unit_of_time(table, readable[0].index)),
    };
    let is_time_of_day = |row: &Vec<&[u8]>| row[chosen.index].len() < 19 && row[chosen.index].contains(&b':');
    if date.is_some_and(|date| date != chosen.index) && table.rows.first().is_some_and(is_time_of_day) {
        chosen.date = date;
    }
    Ok(Some(chosen))
}

/// The column with the unit of its numbers, if it is known: its name states it and their size does not contradict that (what the
/// caller states is not contradicted), or they are moments by their size. Numbers from the start of a log may be of any unit:
/// milliseconds that are a few apart look like seconds.
fn with_unit(table: &LogTable<'_>, column: TimeColumn, is_stated: bool) -> Option<TimeColumn> {
    // The last row may be cut off.
    let count = table.rows.len().saturating_sub(1).max(1);
    let cells = || table.rows.iter().take(count).map(|row| row[column.index]);
    let numbers: Vec<Decimal> = cells().filter_map(Decimal::parse_all).collect();
    if numbers.is_empty() && column.hint.shift.is_none() {
        return Some(column);
    }
    let hint = column.hint.with_unit(&numbers).ok()?;
    (is_stated || !hint.contradicts(&numbers)).then_some(TimeColumn { hint, ..column })
}
