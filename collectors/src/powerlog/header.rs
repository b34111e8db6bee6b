//! Finds the header of a table, or infers one from the shape of the cells.

use super::columns::{LogColumn, Meaning};
use super::fields::{Fields, Separator};
use super::text::{LogLine, lines_of, trim};
use super::time::{TimeHint, TimeParser};
use super::value::{Decimal, LogUnit, Value, parse_value};
use super::{LogError, PowerLogFormat};

/// How many lines may precede the header.
const PREAMBLE: usize = 30;
/// How many rows are looked at to choose columns.
const SAMPLE: usize = 4_000;

/// The header of a table, and the rows in the head of the log.
pub(super) struct LogTable<'a> {
    pub(super) separator: Separator,
    /// `None` if the columns were inferred from the cells.
    pub(super) header: Option<&'a [u8]>,
    pub(super) columns: Vec<LogColumn>,
    /// The rows that have as many cells as there are columns.
    pub(super) rows: Vec<Vec<&'a [u8]>>,
    /// How many lines after the header are not blank.
    pub(super) line_count: usize,
    pub(super) is_dmon: bool,
    /// Whether there are lines with nothing but a time between the rows, as a loop with `date` prints them.
    pub(super) has_time_lines: bool,
}

/// Finds the table in `head`; `None` if nothing in it looks like one.
pub(super) fn find(head: &[u8], format: Option<PowerLogFormat>) -> Result<Option<LogTable<'_>>, LogError> {
    let lines: Vec<LogLine<'_>> = lines_of(head).filter(|line| !trim(line.bytes).is_empty()).collect();
    if let Some(table) = dmon(&lines) {
        return Ok(Some(table));
    }
    let candidates = || lines.iter().enumerate().take(PREAMBLE).filter_map(|(at, line)| Some((at, names(line.bytes)?)));
    let has_time =
        |columns: &[LogColumn]| columns.iter().any(|c| matches!(c.meaning, Meaning::Time { .. } | Meaning::Date));
    let has_power = |columns: &[LogColumn]| columns.iter().any(|c| c.measured().is_some());
    let is_emissions = |columns: &[LogColumn]| {
        let has = |name: &str| columns.iter().any(|c| c.text == name);
        has("emissions") && (has("energy_consumed") || has("emissions_rate"))
    };
    if candidates().any(|(_, (_, columns))| is_emissions(&columns)) {
        return Err(LogError::EmissionsFile);
    }
    let with_power = candidates().find(|(at, (separator, columns))| {
        let fits_next = lines.get(at + 1).is_none_or(|next| cells(next.bytes, *separator).len() == columns.len());
        has_power(columns) && (has_time(columns) || fits_next)
    });
    let with_time = || candidates().find(|(_, (_, columns))| columns.len() > 1 && has_time(columns));
    if let Some((at, (separator, columns))) = with_power.or_else(with_time) {
        return Ok(Some(LogTable::below(&lines, at, separator, columns, format)));
    }
    without_header(&lines)
}

impl<'a> LogTable<'a> {
    fn below(
        lines: &[LogLine<'a>],
        header: usize,
        separator: Separator,
        columns: Vec<LogColumn>,
        format: Option<PowerLogFormat>,
    ) -> Self {
        let mut table = Self::of_rows(&lines[header + 1..], separator, columns);
        table.header = lines.get(header).map(|line| trim(line.bytes));
        table.is_dmon = format == Some(PowerLogFormat::NvidiaSmiDmon);
        table
    }

    fn of_rows(lines: &[LogLine<'a>], separator: Separator, columns: Vec<LogColumn>) -> Self {
        let rows = lines.iter().take(SAMPLE).filter(|line| !line.bytes.starts_with(b"#"));
        let rows = rows.map(|line| cells(line.bytes, separator)).filter(|row| row.len() == columns.len()).collect();
        let is_time_line = |line: &LogLine<'_>| columns.len() > 1 && is_time(trim(line.bytes));
        let has_time_lines = lines.iter().take(SAMPLE).any(is_time_line);
        Self { separator, header: None, columns, rows, line_count: lines.len(), is_dmon: false, has_time_lines }
    }
}

fn cells(line: &[u8], separator: Separator) -> Vec<&[u8]> {
    let mut fields = Fields::default();
    fields.split(line, separator);
    fields.cells(line).collect()
}

/// Reads a line as column names; `None` if one of its cells is a number or a time.
fn names(line: &[u8]) -> Option<(Separator, Vec<LogColumn>)> {
    let separator = Separator::of_line(line);
    let cells = cells(line, separator);
    let is_name = |cell: &&[u8]| !cell.first().is_some_and(u8::is_ascii_digit) && Decimal::parse(cell).is_none();
    let has_letters = cells.iter().any(|cell| cell.iter().any(u8::is_ascii_alphabetic));
    (has_letters && cells.iter().all(is_name))
        .then(|| (separator, cells.iter().map(|cell| LogColumn::parse(cell)).collect()))
}

/// Reads the two header lines of dmon, `# gpu pwr …` and `# Idx W …`.
fn dmon<'a>(lines: &[LogLine<'a>]) -> Option<LogTable<'a>> {
    let (at, line) = lines.iter().enumerate().take(PREAMBLE).find(|(_, line)| {
        let words = cells(line.bytes, Separator::Blanks);
        line.bytes.starts_with(b"#") && words.iter().any(|w| trim_marks(w) == b"gpu") && words.len() > 2
    })?;
    let separator = if memchr::memchr(b',', line.bytes).is_some() { Separator::Byte(b',') } else { Separator::Blanks };
    let columns = cells(line.bytes, separator).into_iter().map(trim_marks).filter(|word| !word.is_empty());
    let mut table = LogTable::of_rows(&lines[at + 1..], separator, columns.map(LogColumn::parse).collect());
    table.header = Some(trim(line.bytes));
    table.is_dmon = true;
    Some(table)
}

fn trim_marks(word: &[u8]) -> &[u8] {
    trim(word.strip_prefix(b"#").unwrap_or(word))
}

/// Infers the columns from the shape of their cells, for logs written with `noheader`; `None` if no power column can be
/// recognised.
fn without_header<'a>(lines: &[LogLine<'a>]) -> Result<Option<LogTable<'a>>, LogError> {
    let Some(first) = lines.iter().find(|line| shape_of_row(line.bytes).is_some()) else { return Ok(None) };
    let separator = Separator::of_line(first.bytes);
    let width = cells(first.bytes, separator).len();
    let unnamed = (0..width).map(|_| LogColumn { text: String::new(), meaning: Meaning::Other }).collect();
    let mut table = LogTable::of_rows(lines, separator, unnamed);
    let power = power_by_shape(&table)?;
    let Some(power) = power else { return Ok(None) };
    table.columns = (0..width)
        .map(|index| {
            let name = if index == power { "power.draw [W]".to_owned() } else { name_by_shape(&table, index) };
            LogColumn::parse(name.as_bytes())
        })
        .collect();
    Ok(Some(table))
}

/// Whether a line may be a row: it has at least two cells, one of them a time, a UUID or watts.
fn shape_of_row(line: &[u8]) -> Option<()> {
    let cells = cells(line, Separator::of_line(line));
    let is_known = |cell: &&[u8]| is_time(cell) || is_uuid(cell) || has_watts(cell);
    (cells.len() > 1 && cells.iter().any(is_known)).then_some(())
}

/// Finds the column that holds watts, by the unit in its cells, else by the two decimals that `nvidia-smi` gives only to power.
fn power_by_shape(table: &LogTable<'_>) -> Result<Option<usize>, LogError> {
    let columns_where = |is_power: fn(&[u8]) -> bool| -> Vec<usize> {
        let is_power_column = |index: &usize| table.rows.iter().any(|row| is_power(row[*index]));
        (0..table.columns.len()).filter(is_power_column).collect()
    };
    let mut candidates = columns_where(has_watts);
    if candidates.is_empty() {
        candidates = columns_where(has_two_decimals);
    }
    let is_gaudi = table.rows.iter().any(|row| row.iter().any(|cell| cell.starts_with(b"HL-")));
    if is_gaudi || candidates.len() <= 1 {
        // The query in the documentation of hl-smi has power.draw before power.max.
        return Ok(candidates.first().copied());
    }
    let varies = |index: &&usize| table.rows.iter().any(|row| row[**index] != table.rows[0][**index]);
    let varying: Vec<&usize> = candidates.iter().filter(varies).collect();
    match varying[..] {
        [only] => Ok(Some(*only)),
        _ => Err(LogError::AmbiguousPower { count: candidates.len() }),
    }
}

fn name_by_shape(table: &LogTable<'_>, index: usize) -> String {
    let column = || table.rows.iter().map(|row| row[index]);
    let any = |is: fn(&[u8]) -> bool| column().any(is);
    let name = match () {
        () if any(is_time) => "timestamp",
        () if any(is_uuid) => "uuid",
        () if any(is_bus_id) => "pci.bus_id",
        () if any(is_product) => "name",
        () if is_index(&column().collect::<Vec<_>>()) => "index",
        () => return format!("column {}", index + 1),
    };
    name.to_owned()
}

fn is_time(cell: &[u8]) -> bool {
    // A bare number is a time only if it can be a time since 1970.
    let is_epoch = |number: Decimal| number.scaled(0).is_some_and(|seconds| seconds > 1_000_000_000);
    match Decimal::parse_all(cell) {
        Some(number) => is_epoch(number),
        None => matches!(TimeParser::new(TimeHint::default(), None).parse(cell, 0, &mut Vec::new()), Ok(Some(_))),
    }
}

fn is_uuid(cell: &[u8]) -> bool {
    let hyphens = cell.iter().filter(|byte| **byte == b'-').count();
    cell.starts_with(b"GPU-") || cell.starts_with(b"MIG-") || (hyphens >= 4 && !is_time(cell))
}

fn is_bus_id(cell: &[u8]) -> bool {
    matches!(cell, [b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F', .., b'.', b'0'..=b'9'] if cell.contains(&b':') && !is_time(cell))
}

fn is_product(cell: &[u8]) -> bool {
    const MAKERS: [&[u8]; 6] = [b"NVIDIA", b"Tesla", b"GeForce", b"Quadro", b"AMD", b"HL-"];
    MAKERS.iter().any(|maker| cell.starts_with(maker))
}

fn has_watts(cell: &[u8]) -> bool {
    cell.ends_with(b"W") && matches!(parse_value(cell, LogUnit::WATT), Value::Number(_))
}

fn has_two_decimals(cell: &[u8]) -> bool {
    matches!(cell, [.., b'.', a, b] if a.is_ascii_digit() && b.is_ascii_digit())
        && Decimal::parse_all(cell).is_some()
        && !is_time(cell)
}

/// Whether the cells repeat 0, 1, 2, …, as the index of devices in turn does.
fn is_index(cells: &[&[u8]]) -> bool {
    let numbers: Option<Vec<u64>> = cells.iter().map(|cell| Decimal::parse_all(cell)?.whole()).collect();
    let Some(numbers) = numbers else { return false };
    let steps = numbers.windows(2).filter(|pair| pair[1] == pair[0] + 1 || pair[1] == 0).count();
    numbers.first() == Some(&0) && numbers.contains(&1) && numbers.len() == steps + 1
}
