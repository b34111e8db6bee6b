//! Finds the columns that tell devices apart, by what their cells do: a device has few names, and they persist.

use super::LogError;
use super::ask;
use super::columns::{ColumnRole, NAME_RANK};
use super::header::LogTable;
use super::text::trim;
use super::value::Decimal;
use std::collections::{HashMap, HashSet};

/// The columns that identify the device of a row, the main one first; empty if there is one device, or one column per device.
///
/// # Errors
///
/// A column may identify devices that were recorded one after the other, or measure something.
pub(super) fn device_keys(table: &LogTable<'_>, time: Option<usize>) -> Result<Vec<usize>, LogError> {
    let rhythm = Rhythm::of(table, time);
    let mut main: Vec<(u8, usize)> = Vec::new();
    let mut keys = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        match column.role {
            ColumnRole::Device { rank }
                if (rank < NAME_RANK || table.format.is_some()) && is_key(table, index, &rhythm) =>
            {
                main.push((rank, index));
            }
            ColumnRole::Part if is_key(table, index, &rhythm) => keys.push(index),
            _ => {}
        }
    }
    main.sort_unstable();
    // A column with the same value in all rows, as an `index` that is always 0, gives way to one that varies.
    let is_uuid = |index: usize| table.columns[index].name().to_lowercase().ends_with("uuid");
    let chosen = match main.first() {
        Some((_, index)) if is_uuid(*index) => Some(*index),
        first => main.iter().find(|(_, index)| distinct(table, *index) > 1).or(first).map(|(_, index)| *index),
    };
    let doubtful = table.columns.iter().enumerate().find(|(index, column)| {
        matches!(column.role, ColumnRole::Device { .. }) && seldom_changes(table, *index, &rhythm)
    });
    if let (None, None, Some((_, column))) = (chosen, table.format, doubtful) {
        let reason = format!(
            "column {:?} has one value for a while and then another, at one row per moment: it may be devices that were recorded one \
             after the other, or a measurement",
            column.text
        );
        return Err(ask::meaning(table, reason));
    }
    keys.splice(0..0, chosen);
    Ok(keys)
}

/// Whether a column of numbers has few runs of one value each, and each row its own moment.
fn seldom_changes(table: &LogTable<'_>, index: usize, rhythm: &Rhythm) -> bool {
    let changes = table.rows.windows(2).filter(|pair| pair[0][index] != pair[1][index]).count();
    rhythm.most_at_once == 1 && changes > 0 && changes * 5 <= rhythm.rows
}

/// How the rows of a table come in time.
struct Rhythm {
    /// The most rows that have the same time.
    most_at_once: usize,
    rows: usize,
}

impl Rhythm {
    fn of(table: &LogTable<'_>, time: Option<usize>) -> Self {
        let rows = table.rows.len();
        let Some(time) = time else { return Self { most_at_once: rows, rows } };
        let mut counts: HashMap<&[u8], usize> = HashMap::new();
        for row in &table.rows {
            *counts.entry(row[time]).or_default() += 1;
        }
        Self { most_at_once: counts.values().copied().max().unwrap_or(0), rows }
    }
}

fn distinct(table: &LogTable<'_>, index: usize) -> usize {
    table.rows.iter().map(|row| row[index]).collect::<HashSet<_>>().len()
}

/// Whether the cells of a column identify devices, rather than measure something or number the rows.
fn is_key(table: &LogTable<'_>, index: usize, rhythm: &Rhythm) -> bool {
    let cells: Vec<&[u8]> = table.rows.iter().map(|row| row[index]).collect();
    if cells.is_empty() {
        return true;
    }
    if cells.iter().all(|cell| cell.is_empty()) {
        return false;
    }
    let values: HashSet<&[u8]> = cells.iter().copied().collect();
    let is_measured =
        |cell: &&[u8]| cell.ends_with(b"%") || (Decimal::parse_all(cell).is_some() && cell.contains(&b'.'));
    if cells.iter().any(is_measured) {
        return false;
    }
    let numbers: Option<Vec<u64>> = cells.iter().map(|cell| Decimal::parse_all(trim(cell))?.whole()).collect();
    let Some(numbers) = numbers.filter(|_| values.len() > 1) else { return true };
    if rhythm.most_at_once > 1 {
        return values.len() <= rhythm.most_at_once.saturating_mul(2);
    }
    takes_turns(&numbers, values.len()) || (table.format.is_some() && seldom_changes(table, index, rhythm))
}

/// Whether the numbers are those of `count` devices in turn: neighbours, in the same order in every round.
fn takes_turns(numbers: &[u64], count: usize) -> bool {
    let lowest = numbers.iter().min().copied().unwrap_or(0);
    let highest = numbers.iter().max().copied().unwrap_or(0);
    let is_row_number = count == numbers.len() && count > 2;
    let repeats = numbers.iter().zip(numbers.iter().skip(count)).filter(|(first, next)| first != next).count();
    !is_row_number
        && usize::try_from(highest - lowest).is_ok_and(|range| range + 1 == count)
        && repeats * 10 <= numbers.len()
}
