//! Finds the header of a table, or infers one from the shape of the cells.

use super::catalogue::{self, Format};
use super::columns::{ColumnRole, LogColumn};
use super::fields::{Fields, Separator};
use super::text::{LogLine, lines_of, trim};
use super::time::{TimeHint, TimeParser};
use super::value::{Decimal, LogUnit, Value, parse_value};
use super::{LogError, PowerLogFormat};

/// How many lines may precede the header.
const PREAMBLE: usize = 30;
/// How many rows are looked at to choose columns.
const SAMPLE: usize = 4_000;

/// How many columns a table has at most; the widest known log, of HWiNFO, has some 600.
const MOST_COLUMNS: usize = 1_024;

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
    /// The known format that the table is of.
    pub(super) format: Option<&'static Format>,
    /// A second header line, with units.
    pub(super) units: Option<&'a [u8]>,
    /// Whether there are lines with nothing but a time between the rows, as a loop with `date` prints them.
    pub(super) has_time_lines: bool,
}

/// Finds the table in `head`; `None` if nothing in it looks like one.
pub(super) fn find(head: &[u8], format: Option<PowerLogFormat>) -> Result<Option<LogTable<'_>>, LogError> {
    let lines: Vec<LogLine<'_>> = lines_of(head).filter(|line| !trim(line.bytes).is_empty()).collect();
    let candidates: Vec<HeaderCandidate> =
        (0..lines.len().min(PREAMBLE)).filter_map(|at| HeaderCandidate::read(&lines, at)).collect();
    if let Some(refusal) = candidates.iter().find_map(|candidate| catalogue::refused_table(&candidate.names())) {
        return Err(LogError::KnownAndRefused { what: refusal.title.clone(), advice: refusal.advice.clone() });
    }
    let of_format = |candidate: &HeaderCandidate| match format {
        Some(wanted) => catalogue::formats().iter().find(|known| known.name == wanted.name()),
        None => catalogue::formats().iter().find(|known| known.has_signature(&candidate.names())),
    };
    let known = candidates
        .iter()
        .find(|candidate| of_format(candidate).is_some() && (format.is_none() || candidate.has_power()));
    let with_power = || candidates.iter().find(|c| c.has_power() && (c.has_time() || c.fits_next));
    let with_time = || candidates.iter().find(|c| c.columns.len() > 1 && c.has_time());
    match known.or_else(with_power).or_else(with_time) {
        Some(candidate) => Ok(Some(LogTable::below(&lines, candidate, of_format(candidate)))),
        None => without_header(&lines),
    }
}

/// Whether a line is the header of another table: it names times and readings.
pub(super) fn is_header(line: &[u8]) -> bool {
    let may_be = line.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'"' | b' '));
    let Some((_, columns)) = names(line).filter(|_| may_be) else { return false };
    let has = |is: fn(&ColumnRole) -> bool| columns.iter().any(|column| is(&column.role));
    has(|role| matches!(role, ColumnRole::Time { .. } | ColumnRole::Date))
        && has(|role| matches!(role, ColumnRole::Measured(_)))
}

/// A line that may be the header of a table.
struct HeaderCandidate {
    line: usize,
    separator: Separator,
    columns: Vec<LogColumn>,
    fits_next: bool,
}

impl HeaderCandidate {
    fn read(lines: &[LogLine<'_>], at: usize) -> Option<Self> {
        let line = lines.get(at)?.bytes;
        let (separator, columns) = match line.starts_with(b"#") {
            true => commented(line)?,
            false => names(line)?,
        };
        let fits_next = lines.get(at + 1).is_none_or(|next| cells(next.bytes, separator).len() == columns.len());
        Some(Self { line: at, separator, columns, fits_next })
    }

    fn names(&self) -> Vec<String> {
        self.columns.iter().map(LogColumn::name).collect()
    }

    fn has_time(&self) -> bool {
        self.columns.iter().any(|c| matches!(c.role, ColumnRole::Time { .. } | ColumnRole::Date))
    }

    fn has_power(&self) -> bool {
        self.columns.iter().any(|c| c.measured().is_some())
    }
}

impl<'a> LogTable<'a> {
    fn below(lines: &[LogLine<'a>], header: &HeaderCandidate, format: Option<&'static Format>) -> Self {
        let mut columns = header.columns.clone();
        if let Some(format) = format {
            columns.iter_mut().for_each(|column| column.apply(format));
        }
        let next = lines.get(header.line + 1).map(|line| line.bytes);
        let units = next.filter(|line| is_line_of_units(line, header.separator, &mut columns));
        let first = header.line + 1 + usize::from(units.is_some());
        let mut table = Self::of_rows(&lines[first.min(lines.len())..], header.separator, columns);
        table.header = lines.get(header.line).map(|line| trim(line.bytes));
        table.units = units.map(trim);
        table.format = format;
        table
    }

    fn of_rows(lines: &[LogLine<'a>], separator: Separator, columns: Vec<LogColumn>) -> Self {
        let rows = lines.iter().take(SAMPLE).filter(|line| !line.bytes.starts_with(b"#"));
        let is_row =
            |row: &Vec<&[u8]>| row.len() == columns.len() && !row.iter().zip(&columns).all(|(c, n)| n.is_cell(c));
        let rows = rows.map(|line| cells(line.bytes, separator)).filter(is_row).collect();
        let is_time_line = |line: &LogLine<'_>| columns.len() > 1 && is_time(trim(line.bytes));
        let has_time_lines = lines.iter().take(SAMPLE).any(is_time_line);
        Self {
            separator,
            header: None,
            columns,
            rows,
            line_count: lines.len(),
            format: None,
            units: None,
            has_time_lines,
        }
    }
}

/// Whether a line below the header has units, as dmon and dcgmi print it (`# Idx W C`, `ID  W  mJ`); the columns take them.
fn is_line_of_units(line: &[u8], separator: Separator, columns: &mut [LogColumn]) -> bool {
    let cells: Vec<&[u8]> =
        cells(line, separator).into_iter().map(trim_marks).filter(|cell| !cell.is_empty()).collect();
    let unit = |cell: &&[u8]| std::str::from_utf8(cell).ok().and_then(LogUnit::parse);
    if cells.len() != columns.len() || !cells.iter().any(|cell| unit(cell).is_some()) {
        return false;
    }
    for (column, cell) in columns.iter_mut().zip(&cells) {
        if let (ColumnRole::Measured(measured), Some(unit)) = (&mut column.role, unit(cell))
            && measured.quantity == unit.quantity
        {
            measured.unit = Some(unit);
        }
    }
    true
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
    let has_letters = cells.iter().any(|cell| cell.iter().any(u8::is_ascii_alphabetic));
    (has_letters && cells.len() <= MOST_COLUMNS && cells.iter().all(|cell| is_name(cell)))
        .then(|| (separator, cells.iter().map(|cell| LogColumn::parse(cell)).collect()))
}

/// Whether a cell may be the name of a column. `12V Rail Power [W]` and `8-Pin #1 Power [W]` are names, `12.5 W` is none.
fn is_name(cell: &[u8]) -> bool {
    let begins_with_number = cell.first().is_some_and(u8::is_ascii_digit) || Decimal::parse(cell).is_some();
    let is_bracketed = cell.ends_with(b"]") || cell.ends_with(b")");
    !begins_with_number || (is_bracketed && cell.iter().filter(|byte| byte.is_ascii_alphabetic()).count() > 3)
}

/// Reads the names of a header line that begins with `#`, as dmon (`# gpu pwr …`) and dcgmi (`#Entity POWER …`) print it.
fn commented(line: &[u8]) -> Option<(Separator, Vec<LogColumn>)> {
    let separator = if memchr::memchr(b',', line).is_some() { Separator::Byte(b',') } else { Separator::Blanks };
    let words: Vec<&[u8]> =
        cells(line, separator).into_iter().map(trim_marks).filter(|word| !word.is_empty()).collect();
    let is_header = words.iter().any(|word| matches!(&word.to_ascii_lowercase()[..], b"gpu" | b"entity"));
    (words.len() > 1 && words.len() <= MOST_COLUMNS && is_header)
        .then(|| (separator, words.into_iter().map(LogColumn::parse).collect()))
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
    if width > MOST_COLUMNS {
        return Ok(None);
    }
    let unnamed = (0..width).map(|_| LogColumn { text: String::new(), role: ColumnRole::Other }).collect();
    let mut table = LogTable::of_rows(lines, separator, unnamed);
    let power = power_by_shape(&table)?;
    let Some(power) = power else { return Ok(None) };
    table.columns = (0..width)
        .map(|index| {
            let name = if index == power { "power.draw [W]".to_owned() } else { name_by_shape(&table, index) };
            LogColumn::parse(name.as_bytes())
        })
        .collect();
    let is_gaudi = table.rows.iter().any(|row| row.iter().any(|cell| cell.starts_with(b"HL-")));
    let tool = if is_gaudi { "hl-smi" } else { "nvidia-smi" };
    table.format = catalogue::formats().iter().find(|format| format.name == tool);
    if let Some(format) = table.format {
        table.columns.iter_mut().for_each(|column| column.apply(format));
    }
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
    // Its own spelling of times shows that nvidia-smi wrote the log.
    let is_of_nvidia_smi = || table.rows.iter().any(|row| row.iter().any(|cell| is_time_of_nvidia_smi(cell)));
    if candidates.is_empty() && is_of_nvidia_smi() {
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

/// `2025/03/10 09:00:00.123`
fn is_time_of_nvidia_smi(cell: &[u8]) -> bool {
    matches!(cell, [_, _, _, _, b'/', _, _, b'/', _, _, b' ', _, _, b':', _, _, b':', _, _, b'.', _, _, _])
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
