//! How long the intervals of a file are, and which of its rows do not fit.

use super::terms::line_place;
use crate::grid::RefusedValue;
use chrono::{DateTime, Datelike, Months};
use std::collections::BTreeMap;
use units::{Span, Timestamp};

const MINUTE_S: i64 = 60;
const DAY_S: i64 = 86_400;
/// Of ten distances between starts, as many are one step at least.
const OF_TEN_MIN: usize = 8;

/// What a cell states: an intensity in mg/kWh, or generation in kW.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell(pub(super) i64);

/// A row of a file.
#[derive(Debug, Clone)]
pub(super) struct ReadRow {
    pub(super) line: u64,
    pub(super) start: Timestamp,
    /// Whether its time says its offset from UTC.
    pub(super) has_offset: bool,
    /// By column; an empty one is a gap.
    pub(super) values: Vec<Option<Cell>>,
    pub(super) is_estimated: bool,
    pub(super) method: Option<String>,
}

/// Length of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IntervalLength {
    Fixed(Span),
    Months(u32),
}

impl IntervalLength {
    /// Where an interval ends that begins at `start`.
    pub(super) fn end(self, start: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Fixed(span) => start.after(span).ok(),
            Self::Months(months) => {
                let end =
                    DateTime::from_timestamp_nanos(start.nanoseconds()).checked_add_months(Months::new(months))?;
                end.timestamp_nanos_opt().map(Timestamp::from_nanoseconds)
            }
        }
    }

    /// Whether values stand for more than an hour.
    pub(super) fn is_coarse(self) -> bool {
        !matches!(self, Self::Fixed(span) if span <= Span::from_seconds(3_600))
    }
}

/// The step of rows, as stated or as most of their starts are apart; an hour of a single row.
pub(super) fn recognised(rows: &[ReadRow], minutes: Option<u64>) -> Result<IntervalLength, String> {
    if let Some(minutes) = minutes {
        return match minutes {
            5 | 10 | 15 | 20 | 30 | 60 | 1_440 => Ok(IntervalLength::Fixed(Span::from_seconds(minutes * 60))),
            _ => Err(format!("{minutes} is not a length of interval: give 5, 10, 15, 20, 30, 60 or 1440 minutes")),
        };
    }
    let mut starts: Vec<Timestamp> = rows.iter().map(|row| row.start).collect();
    starts.sort_unstable();
    starts.dedup();
    let mut apart: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in starts.windows(2) {
        if let [one, next] = pair {
            *apart.entry((next.nanoseconds() - one.nanoseconds()) / 1_000_000_000).or_default() += 1;
        }
    }
    let Some((&most, &count)) = apart.iter().max_by_key(|(seconds, count)| (**count, std::cmp::Reverse(**seconds)))
    else {
        return Ok(IntervalLength::Fixed(Span::from_seconds(3_600)));
    };
    if starts.iter().all(|start| is_first_of_month(*start)) {
        let months = if most >= 365 * DAY_S { 12 } else { 1 };
        return Ok(IntervalLength::Months(months));
    }
    let fixed = [5, 10, 15, 20, 30, 60].map(|minutes| minutes * MINUTE_S).contains(&most) || most == DAY_S;
    if !fixed {
        let minutes = most / MINUTE_S;
        return Err(format!(
            "most intervals start {minutes} minutes apart, which is no length that is known: give --minutes"
        ));
    }
    if count * 10 < (starts.len() - 1) * OF_TEN_MIN {
        let other = apart.iter().filter(|(seconds, _)| **seconds != most).max_by_key(|(_, count)| **count);
        let other = other.map_or(0, |(seconds, _)| seconds / MINUTE_S);
        return Err(format!(
            "intervals start {} and {other} minutes apart: import them in parts, or state their length with --minutes",
            most / MINUTE_S
        ));
    }
    Ok(IntervalLength::Fixed(Span::from_seconds(most.unsigned_abs())))
}

fn is_first_of_month(at: Timestamp) -> bool {
    let date = DateTime::from_timestamp_nanos(at.nanoseconds());
    date.day() == 1 && at.nanoseconds().rem_euclid(DAY_S * 1_000_000_000) == 0
}

/// Sorts the rows by time, and takes out those that cannot be used: several values for one time, or a start inside another interval.
pub(super) fn refuse_unusable(rows: &mut Vec<ReadRow>, step: IntervalLength, refused: &mut Vec<RefusedValue>) {
    rows.sort_by_key(|row| (row.start, row.line));
    let phase = phase(rows, step);
    let mut kept: Vec<ReadRow> = Vec::with_capacity(rows.len());
    let mut refuse = |line: u64, reason: String| refused.push(RefusedValue { place: line_place(line), reason });
    let mut place = 0;
    while let Some(first) = rows.get(place) {
        let same = rows.iter().skip(place).take_while(|row| row.start == first.start).count();
        let group = rows.get(place..place + same).unwrap_or_default();
        place += same;
        let is_off = |seconds: i64| phase.is_some_and(|(length, phase)| seconds.rem_euclid(length) != phase);
        if is_off(first.start.nanoseconds() / 1_000_000_000) {
            let reason = "it starts inside another interval of the file: import intervals of one length at a time";
            group.iter().for_each(|row| refuse(row.line, reason.to_owned()));
        } else if group.iter().any(|row| row.values != first.values) {
            let lines: Vec<String> = group.iter().map(|row| row.line.to_string()).collect();
            let reason =
                format!("lines {} have different values for one time: keep the right one", lines.join(" and "));
            group.iter().for_each(|row| refuse(row.line, reason.clone()));
        } else {
            kept.push(first.clone());
        }
    }
    *rows = kept;
}

/// (length of the step in s, what most starts leave when divided by it).
fn phase(rows: &[ReadRow], step: IntervalLength) -> Option<(i64, i64)> {
    let IntervalLength::Fixed(span) = step else { return None };
    let length = (span.nanoseconds() / 1_000_000_000).cast_signed();
    let mut phases: BTreeMap<i64, usize> = BTreeMap::new();
    for row in rows {
        *phases.entry((row.start.nanoseconds() / 1_000_000_000).rem_euclid(length)).or_default() += 1;
    }
    let (phase, _) = phases.into_iter().max_by_key(|(_, count)| *count)?;
    // Local days begin at other hours in summer than in winter.
    (length < DAY_S).then_some((length, phase))
}
