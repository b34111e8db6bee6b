//! What is said of a log whose columns are not certain: what was seen, and the command that settles it.

use super::LogError;
use super::columns::{ColumnRole, LogColumn};
use super::error::Question;
use super::header::LogTable;
use super::time::{self, TimeHint, show_span};
use super::value::{Decimal, LogQuantity, LogUnit};
use units::Span;

/// Asks for the unit of the numbers in a time column.
pub(super) fn unit_of_time(table: &LogTable<'_>, column: usize) -> LogError {
    let name = &table.columns[column].text;
    let numbers: Vec<Decimal> = table.rows.iter().filter_map(|row| Decimal::parse_all(row[column])).collect();
    let (reason, unit) = match (time::moment_shift(&numbers), time_hint(&table.columns[column]).shift) {
        (Some(by_size), Some(_)) => (
            format!("the times in column {name:?} have the size of moments in another unit than its name states"),
            by_size,
        ),
        _ => {
            let (spans, likely) = spans(&numbers);
            (format!("the times in column {name:?} are numbers without a unit{spans}"), likely)
        }
    };
    let unit = match unit {
        9 => "s",
        6 => "ms",
        3 => "us",
        _ => "ns",
    };
    question(table, reason, Some((column, unit)))
}

fn time_hint(column: &LogColumn) -> TimeHint {
    match column.role {
        ColumnRole::Time { hint, .. } => hint,
        _ => TimeHint::default(),
    }
}

/// How long the first rows take in either unit, for who knows how long they took, and the unit that is tried first: logs are written
/// every few seconds.
fn spans(numbers: &[Decimal]) -> (String, i32) {
    let times = || numbers.iter().filter_map(|number| number.scaled(9));
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return (String::new(), 6) };
    let span = |nanoseconds: u64| show_span(Span::from_nanoseconds(nanoseconds));
    let (seconds, count) = (last - first, numbers.len());
    let text =
        format!(" (the first {count} take {} if it is s, and {} if it is ms)", span(seconds), span(seconds / 1_000));
    let steps = u64::try_from(count.saturating_sub(1).max(1)).unwrap_or(u64::MAX);
    (text, if seconds / steps <= 60_000_000_000 { 9 } else { 6 })
}

/// Asks which of two devices is inside the other.
pub(super) fn containment(ids: &[&str], one: &str, other: &str) -> LogError {
    let reason = format!("whether {one:?} and {other:?} are two devices, or one is inside the other, is unknown");
    let command = format!(
        "wattledger meter FILE --contains {}\n  or, if all are to be added, with --device COLUMN --power COLUMN:W",
        quoted(&format!("{one}={other}"))
    );
    let seen = ids.iter().take(40).map(|id| format!("device {id:?}")).collect();
    LogError::Uncertain(Box::new(Question { reason, seen, command }))
}

/// Asks what the columns mean.
pub(super) fn meaning(table: &LogTable<'_>, reason: String) -> LogError {
    question(table, reason, None)
}

fn question(table: &LogTable<'_>, reason: String, time_without_unit: Option<(usize, &str)>) -> LogError {
    let seen = table.columns.iter().enumerate().map(|(index, column)| seen(table, index, column)).collect();
    LogError::Uncertain(Box::new(Question { reason, seen, command: command(table, time_without_unit) }))
}

fn seen(table: &LogTable<'_>, index: usize, column: &LogColumn) -> String {
    let what = match &column.role {
        ColumnRole::Time { hint, .. } if hint.shift.is_some() => "time".to_owned(),
        ColumnRole::Time { .. } => "time, as its cells or --time say".to_owned(),
        ColumnRole::Date => "date".to_owned(),
        ColumnRole::Measured(measured) => {
            let quantity = match measured.quantity {
                LogQuantity::Power => "power",
                LogQuantity::Energy => "energy",
            };
            match measured.unit {
                Some(unit) => format!("{quantity} in {}", unit.symbol()),
                None => format!("{quantity} in an unknown unit"),
            }
        }
        ColumnRole::Limit { .. } => "a limit, a share or a setting".to_owned(),
        ColumnRole::Device { .. } | ColumnRole::Part => "perhaps a name of devices".to_owned(),
        ColumnRole::Host => "host".to_owned(),
        ColumnRole::Name => "product name".to_owned(),
        ColumnRole::Driver => "driver".to_owned(),
        ColumnRole::Utilisation => "a load".to_owned(),
        ColumnRole::Metric => "what the value is".to_owned(),
        ColumnRole::Value => "values".to_owned(),
        ColumnRole::Unit => "units".to_owned(),
        ColumnRole::Unused(why) => format!("not used: {why}"),
        ColumnRole::Other => "not known".to_owned(),
    };
    let example = table.rows.first().and_then(|row| row.get(index)).map(|cell| super::text::excerpt(cell));
    match example {
        Some(example) => format!("{:?} ({example}): {what}", column.text),
        None => format!("{:?}: {what}", column.text),
    }
}

/// The command with everything that was seen, to be corrected by the reader.
fn command(table: &LogTable<'_>, time_without_unit: Option<(usize, &str)>) -> String {
    let mut command = "wattledger meter FILE".to_owned();
    let is_time = |column: &LogColumn| matches!(column.role, ColumnRole::Time { .. } | ColumnRole::Date);
    if let Some((index, unit)) = time_without_unit {
        command += &format!(" --time {}", quoted(&format!("{}:{unit}", table.columns[index].name())));
    } else if let Some(column) = table.columns.iter().find(|column| is_time(column)) {
        command += &format!(" --time {}", quoted(&column.name()));
    }
    let devices: Vec<String> = table
        .columns
        .iter()
        .filter(|column| matches!(column.role, ColumnRole::Device { .. } | ColumnRole::Part))
        .map(LogColumn::name)
        .collect();
    if !devices.is_empty() {
        command += &format!(" --device {}", quoted(&devices.join(",")));
    }
    for column in &table.columns {
        if let ColumnRole::Measured(measured) = &column.role {
            let (option, default) = match measured.quantity {
                LogQuantity::Power => ("--power", LogUnit::WATT),
                LogQuantity::Energy => ("--energy", LogUnit::JOULE),
            };
            let unit = measured.unit.unwrap_or(default).symbol();
            command += &format!(" {option} {}", quoted(&format!("{}:{unit}", column.name())));
        }
    }
    command
}

/// The text as one word of a shell.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.,:/=+%@".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
