//! How logs spell dates, times of day and zones.

use chrono::{NaiveDate, NaiveDateTime};

/// A second in nanoseconds.
pub(super) const SECOND: i64 = 1_000_000_000;

/// A date and time as it is written, and its zone.
pub(super) struct Civil {
    pub(super) local: NaiveDateTime,
    pub(super) zone: WrittenZone,
}

impl Civil {
    /// `None` if `cell` is not a date with a time of day.
    pub(super) fn parse(cell: &[u8]) -> Option<Self> {
        if cell.first().is_some_and(u8::is_ascii_alphabetic) {
            return Self::parse_with_names(cell);
        }
        let (date, rest) = date(cell)?;
        Self::after_date(date, rest)
    }

    /// Parses `10-05-2026 09:00:00`, with the month first.
    pub(super) fn parse_month_first(cell: &[u8]) -> Option<Self> {
        let (month, rest) = number(cell, 2)?;
        let (separator, rest) = rest.split_first().filter(|(byte, _)| matches!(byte, b'-' | b'/'))?;
        let (day, rest) = number(rest, 2)?;
        let (year, rest) = number(rest.strip_prefix(&[*separator])?, 4)?;
        Self::after_date(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?, rest)
    }

    /// Parses `Mon Oct  5 09:00:00 2026`, possibly with `UTC` before the year, as `date` and `nvidia-smi` print it.
    fn parse_with_names(cell: &[u8]) -> Option<Self> {
        const MONTHS: [&[u8]; 12] =
            [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
        let words: Vec<&[u8]> = cell.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
        let (month, day, time, zone, year) = match words[..] {
            [_, month, day, time, year] => (month, day, time, &b""[..], year),
            [_, month, day, time, zone, year] => (month, day, time, zone, year),
            _ => return None,
        };
        let month = (1..).zip(MONTHS).find(|(_, name)| *name == month)?.0;
        let (day, _) = number(day, 2).or_else(|| number(day, 1))?;
        let (year, b"") = number(year, 4)? else { return None };
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        Self::after_date(date, &[b" ", time, zone].concat())
    }

    fn after_date(date: NaiveDate, rest: &[u8]) -> Option<Self> {
        let rest = match rest {
            [b' ' | b'T' | b't' | b'_', rest @ ..] => rest.trim_ascii_start(),
            _ => return None,
        };
        let (since_midnight, rest) = time_of_day(rest)?;
        let nanoseconds = chrono::TimeDelta::nanoseconds(since_midnight);
        let local = date.and_hms_opt(0, 0, 0)?.checked_add_signed(nanoseconds)?;
        Some(Self { local, zone: zone(rest.trim_ascii_start())? })
    }
}

/// The time zone that is written with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrittenZone {
    Absent,
    /// Seconds east of UTC.
    Offset(i32),
}

impl std::fmt::Display for WrittenZone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => f.write_str("local time without zone"),
            Self::Offset(0) => f.write_str("UTC (Z)"),
            Self::Offset(seconds) => {
                let sign = if *seconds < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", seconds.abs() / 3_600, seconds.abs() / 60 % 60)
            }
        }
    }
}

/// Parses `2025/03/10`, `2025-03-10`, `2025.03.10` or `20250310`. Dates that begin with the day or month are ambiguous and not
/// accepted.
fn date(text: &[u8]) -> Option<(NaiveDate, &[u8])> {
    let (year, rest) = number(text, 4)?;
    let (month, day, rest) = match rest {
        [separator @ (b'/' | b'-' | b'.'), rest @ ..] => {
            let (month, rest) = number(rest, 2).or_else(|| number(rest, 1))?;
            let (day, rest) = number(rest.strip_prefix(&[*separator])?, 2).or_else(|| number(&rest[1..], 1))?;
            (month, day, rest)
        }
        _ => {
            let (month, rest) = number(rest, 2)?;
            let (day, rest) = number(rest, 2)?;
            (month, day, rest)
        }
    };
    Some((NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?, rest))
}

/// Parses `09:00:00.123`, `09:00:00,123`, `14:55:35:726` or `09:00` into nanoseconds since midnight; returns what follows too.
pub(super) fn time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (hours, rest) = number(text, 2).or_else(|| number(text, 1))?;
    let (minutes, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let (seconds, rest) = match rest.strip_prefix(b":") {
        Some(rest) => number(rest, 2)?,
        None => (0, rest),
    };
    let (fraction, rest) = match rest {
        // In logs of Intel Power Gadget, three digits after another colon are milliseconds.
        [b':', digits @ ..] if digits.len() >= 3 && digits.iter().all(u8::is_ascii_digit) => fraction_digits(digits),
        _ => fraction(rest),
    };
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    Some((i64::from(hours * 3_600 + minutes * 60 + seconds) * SECOND + fraction, rest))
}

/// Parses a zone: nothing, `Z`, `UTC`, `+08:00`, `+0800`, `+08` or `+0000 UTC`; `None` for others, such as `CST`, which is
/// ambiguous.
fn zone(text: &[u8]) -> Option<WrittenZone> {
    let (sign, digits) = match text {
        b"" => return Some(WrittenZone::Absent),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Some(WrittenZone::Offset(0)),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, rest) = number(digits, 2)?;
    let (minutes, rest) = match rest.strip_prefix(b":").unwrap_or(rest) {
        [b'0'..=b'9', ..] => number(rest.strip_prefix(b":").unwrap_or(rest), 2)?,
        rest => (0, rest),
    };
    let is_valid = hours <= 18 && minutes < 60 && matches!(rest.trim_ascii(), b"" | b"UTC" | b"GMT");
    is_valid.then_some(WrittenZone::Offset(sign * i32::try_from(hours * 3_600 + minutes * 60).ok()?))
}

/// Parses exactly `length` digits; returns what follows too.
fn number(text: &[u8], length: usize) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(length)?;
    let all_digits = digits.iter().all(u8::is_ascii_digit);
    all_digits.then(|| (digits.iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0')), rest))
}

/// Parses `.123` or `,123` into nanoseconds, 0 if there is no fraction; returns what follows too.
pub(super) fn fraction(text: &[u8]) -> (i64, &[u8]) {
    match text {
        [b'.' | b',', digits @ ..] => fraction_digits(digits),
        _ => (0, text),
    }
}

fn fraction_digits(text: &[u8]) -> (i64, &[u8]) {
    let mut nanoseconds = 0;
    let mut worth = SECOND / 10;
    let mut length = 0;
    for byte in text.iter().take_while(|byte| byte.is_ascii_digit()) {
        nanoseconds += i64::from(byte - b'0') * worth;
        worth /= 10;
        length += 1;
    }
    (nanoseconds, &text[length..])
}

/// Power of ten that converts a time in this unit to nanoseconds.
pub(super) fn time_shift(unit: &str) -> Option<i32> {
    match unit.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(9),
        "ms" | "msec" | "millisecond" | "milliseconds" => Some(6),
        "us" | "µs" | "μs" | "usec" | "microsecond" | "microseconds" => Some(3),
        "ns" | "nsec" | "nanosecond" | "nanoseconds" => Some(0),
        _ => None,
    }
}
