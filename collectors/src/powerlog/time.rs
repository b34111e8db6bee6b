//! The times of one log, into nanoseconds UTC: one style and one zone from the first time on.

use super::spelling::{Civil, SECOND, WrittenZone, fraction, time_of_day};
use super::text::excerpt;
use super::value::Decimal;
use super::{LogError, LogNote};
use chrono::{DateTime, MappedLocalTime, Offset, TimeZone, Timelike};
use chrono_tz::Tz;
use units::{Span, Timestamp};

/// The moment that relative times count from.
pub(super) const LOG_START: Timestamp = Timestamp::from_nanoseconds(0);
const DAY: i64 = 86_400 * SECOND;

/// What the times of a log are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// Moments, which are known in UTC.
    Utc,
    /// Local times in an unknown zone, which are read as if they were UTC. Only the times between readings are right.
    LocalWithoutZone,
    /// Times since the start of the log, or times of day without a date. Only the times between readings are known.
    Relative,
}

/// What the name of a time column says of its times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TimeHint {
    /// Power of ten that converts the unit in the name to nanoseconds; `None` without a unit.
    pub(super) shift: Option<i32>,
    /// Whether the name says UTC.
    pub(super) utc: bool,
    pub(super) form: TimeForm,
}

/// How times are written, where the cells alone do not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum TimeForm {
    #[default]
    Moment,
    /// Since the start of the log, of the run or of the machine.
    Elapsed,
    /// `10-05-2026 09:00:00`, the month first, as tegrastats and PTDaemon write it.
    MonthFirst,
}

impl TimeHint {
    /// The same hint, with the unit of these numbers. Moments say it by their size, if all of them are between 2001 and 2100.
    ///
    /// # Errors
    ///
    /// The unit is unknown: nothing states it.
    pub(super) fn with_unit(self, numbers: &[Decimal]) -> Result<Self, UnknownUnit> {
        if self.shift.is_some() || numbers.is_empty() {
            return Ok(self);
        }
        match moment_shift(numbers) {
            Some(shift) if self.form != TimeForm::Elapsed => Ok(Self { shift: Some(shift), ..self }),
            _ => Err(UnknownUnit),
        }
    }

    /// Whether the name states one unit and the size of these numbers another: seconds since 1970 in `timestamp_ms`.
    pub(super) fn contradicts(self, numbers: &[Decimal]) -> bool {
        let by_size = moment_shift(numbers).filter(|_| self.form != TimeForm::Elapsed);
        by_size.zip(self.shift).is_some_and(|(by_size, stated)| by_size != stated)
    }
}

/// The power of ten that makes nanoseconds of these numbers, if all of them are then between 2001 and 2100: of moments, one does.
pub(super) fn moment_shift(numbers: &[Decimal]) -> Option<i32> {
    let is_moment = |number: &Decimal, shift: i32| {
        let seconds = number.scaled(shift - 9).unwrap_or(0);
        !number.negative && (1_000_000_000..4_102_444_800).contains(&seconds)
    };
    let fits = |shift: &i32| numbers.iter().all(|number| is_moment(number, *shift));
    [9, 6, 3, 0].into_iter().find(|shift| !numbers.is_empty() && fits(shift))
}

/// Numbers are times in a unit that nothing states.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnknownUnit;

/// Reads the time cells of one log.
#[derive(Clone)]
pub(super) struct TimeParser {
    hint: TimeHint,
    timezone: Option<Tz>,
    style: Option<Style>,
    /// Zone of the first time that has a date.
    zone: Option<WrittenZone>,
    last: i64,
    utc_offset: Option<i32>,
    cache: MinuteCache,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Civil,
    Number { shift: i32 },
    TimeOfDay { day: i64 },
}

/// The minute of the last time, which most rows of a log share with the row before.
#[derive(Clone, Default)]
struct MinuteCache {
    /// Text up to the minute: `2025/03/10 09:00:`.
    prefix: Option<[u8; 17]>,
    /// Text of the zone: `Z`, `+08:00` or nothing.
    zone_text: Vec<u8>,
    minute: i64,
}

impl TimeParser {
    pub(super) fn new(hint: TimeHint, timezone: Option<Tz>) -> Self {
        let cache = MinuteCache::default();
        Self { hint, timezone, style: None, zone: None, last: i64::MIN, utc_offset: None, cache }
    }

    /// Parses a cell into a moment; one that is relative counts from [`LOG_START`]. Returns `None` if the cell is not a time, or
    /// not in the style of the first one. Adds a note if daylight saving time begins or ends inside the log.
    ///
    /// # Errors
    ///
    /// The time does not exist in the zone, or is in another zone than the first.
    pub(super) fn parse(
        &mut self,
        cell: &[u8],
        line: u64,
        notes: &mut Vec<LogNote>,
    ) -> Result<Option<Timestamp>, LogError> {
        let at = match self.cache.look_up(cell) {
            Some(at) => Some(at),
            None => self.parse_anew(cell, line, notes)?,
        };
        self.last = at.unwrap_or(self.last);
        Ok(at.map(Timestamp::from_nanoseconds))
    }

    /// What the times so far are.
    pub(super) fn times(&self) -> Times {
        match (self.style, self.zone) {
            (Some(Style::Civil), Some(WrittenZone::Absent)) if self.timezone.is_none() && !self.hint.utc => {
                Times::LocalWithoutZone
            }
            (Some(Style::Number { .. }), _) if self.hint.form == TimeForm::Elapsed => Times::Relative,
            // Numbers before 1973 are times since the start of the log.
            (Some(Style::Number { .. }), _) if self.last < 100_000_000 * SECOND => Times::Relative,
            (Some(Style::TimeOfDay { .. }) | None, _) => Times::Relative,
            _ => Times::Utc,
        }
    }

    fn parse_anew(&mut self, cell: &[u8], line: u64, notes: &mut Vec<LogNote>) -> Result<Option<i64>, LogError> {
        if matches!(self.style, None | Some(Style::Civil))
            && let Some(civil) = self.civil(cell)
        {
            self.style = Some(Style::Civil);
            let at = self.resolve(&civil, cell, line, notes)?;
            if let Some(at) = at {
                self.cache.remember(cell, &civil, at);
            }
            return Ok(at);
        }
        if matches!(self.style, None | Some(Style::TimeOfDay { .. }))
            && let Some((since_midnight, b"")) = time_of_day(cell)
        {
            return Ok(self.roll_over_midnight(since_midnight));
        }
        if matches!(self.style, None | Some(Style::Number { .. })) {
            return Ok(Decimal::parse_all(cell).and_then(|number| self.number(number)));
        }
        Ok(None)
    }

    fn civil(&self, cell: &[u8]) -> Option<Civil> {
        match self.hint.form {
            TimeForm::MonthFirst => Civil::parse_month_first(cell),
            TimeForm::Moment | TimeForm::Elapsed => Civil::parse(cell),
        }
    }

    fn number(&mut self, number: Decimal) -> Option<i64> {
        let shift = match self.style {
            Some(Style::Number { shift }) => shift,
            _ => self.hint.shift.or_else(|| moment_shift(&[number]))?,
        };
        let at = scaled_time(number, shift)?;
        self.style = Some(Style::Number { shift });
        Some(at)
    }

    /// Adds the day to a time of day: a step back by more than half a day is taken for midnight.
    fn roll_over_midnight(&mut self, since_midnight: i64) -> Option<i64> {
        let mut day = match self.style {
            Some(Style::TimeOfDay { day }) => day,
            _ => 0,
        };
        let mut at = day.checked_mul(DAY)?.checked_add(since_midnight)?;
        if self.style.is_some() && at < self.last.saturating_sub(DAY / 2) {
            day += 1;
            at = at.checked_add(DAY)?;
        } else if day > 0 && at > self.last.saturating_add(DAY / 2) {
            return at.checked_sub(DAY);
        }
        self.style = Some(Style::TimeOfDay { day });
        Some(at)
    }

    fn resolve(
        &mut self,
        civil: &Civil,
        cell: &[u8],
        line: u64,
        notes: &mut Vec<LogNote>,
    ) -> Result<Option<i64>, LogError> {
        let first = *self.zone.get_or_insert(civil.zone);
        let local = civil.local.and_utc();
        let offset = match (civil.zone, self.timezone) {
            (WrittenZone::Offset(seconds), _) => seconds,
            (WrittenZone::Absent, Some(zone)) if !self.hint.utc => self.local_offset(civil, zone, cell, line)?,
            (WrittenZone::Absent, _) => 0,
        };
        let at = nanoseconds(local).and_then(|ns| ns.checked_sub(i64::from(offset) * SECOND));
        let agrees_with_timezone = self.timezone.is_some_and(|zone| {
            let utc = DateTime::from_timestamp_nanos(at.unwrap_or(0)).naive_utc();
            zone.offset_from_utc_datetime(&utc).fix().local_minus_utc() == offset
        });
        if civil.zone != first
            && (civil.zone == WrittenZone::Absent || first == WrittenZone::Absent || !agrees_with_timezone)
        {
            return Err(LogError::TwoZones { line, first: first.to_string(), second: civil.zone.to_string() });
        }
        if let (Some(before), Some(zone)) = (self.utc_offset.replace(offset), self.timezone)
            && before != offset
        {
            notes.push(LogNote::info(format!(
                "clock change in {zone} at line {line}: local time {} is at UTC{}, the time before at UTC{}",
                excerpt(cell),
                WrittenZone::Offset(offset),
                WrittenZone::Offset(before)
            )));
        }
        Ok(at)
    }

    /// Offset of a local time from UTC, in seconds. An hour that the clock shows twice is the first one, unless times would run
    /// backwards.
    fn local_offset(&self, civil: &Civil, zone: Tz, cell: &[u8], line: u64) -> Result<i32, LogError> {
        let seconds = |time: DateTime<Tz>| time.offset().fix().local_minus_utc();
        match zone.from_local_datetime(&civil.local) {
            MappedLocalTime::Single(time) => Ok(seconds(time)),
            MappedLocalTime::Ambiguous(early, late) => {
                let is_over = nanoseconds(early.to_utc()).is_some_and(|ns| ns < self.last.saturating_sub(60 * SECOND));
                Ok(seconds(if is_over { late } else { early }))
            }
            MappedLocalTime::None => {
                Err(LogError::SkippedTime { line, text: excerpt(cell), zone: zone.name().to_owned() })
            }
        }
    }
}

impl MinuteCache {
    fn look_up(&self, cell: &[u8]) -> Option<i64> {
        let (prefix, rest) = cell.split_first_chunk::<17>()?;
        if self.prefix.as_ref() != Some(prefix) {
            return None;
        }
        let (&[tens, units], rest) = rest.split_first_chunk::<2>()?;
        if !tens.is_ascii_digit() || !units.is_ascii_digit() {
            return None;
        }
        let seconds = i64::from(tens - b'0') * 10 + i64::from(units - b'0');
        let (fraction, zone_text) = fraction(rest);
        (seconds < 60 && zone_text == self.zone_text).then(|| self.minute + seconds * SECOND + fraction)
    }

    fn remember(&mut self, cell: &[u8], civil: &Civil, at: i64) {
        self.prefix = None;
        let Some((prefix, rest)) = cell.split_first_chunk::<17>() else { return };
        // Only times in the common form are cached, in which the prefix ends with the minute.
        if prefix[13] != b':' || prefix[16] != b':' || rest.len() < 2 || rest[0] > b'5' {
            return;
        }
        let Some(minute) =
            at.checked_sub(i64::from(civil.local.second()) * SECOND + i64::from(civil.local.nanosecond()))
        else {
            return;
        };
        let (_, zone_text) = fraction(&rest[2..]);
        self.zone_text = zone_text.to_vec();
        self.minute = minute;
        self.prefix = (minute < i64::MAX - 61 * SECOND).then_some(*prefix);
    }
}

fn nanoseconds(time: DateTime<chrono::Utc>) -> Option<i64> {
    time.timestamp_nanos_opt()
}

fn scaled_time(number: Decimal, shift: i32) -> Option<i64> {
    let magnitude = i64::try_from(number.scaled(shift)?).ok()?;
    Some(if number.negative { -magnitude } else { magnitude })
}

/// A moment for messages, in the form that suits the log's times.
pub(super) fn show(at: Timestamp, times: Times) -> String {
    let format = match times {
        Times::Relative => return show_seconds(at.nanoseconds().into()),
        Times::Utc => "%Y-%m-%dT%H:%M:%S%.fZ",
        Times::LocalWithoutZone => "%Y-%m-%d %H:%M:%S%.f",
    };
    DateTime::from_timestamp_nanos(at.nanoseconds()).format(format).to_string()
}

/// A length of time for messages, in seconds.
pub(super) fn show_span(span: Span) -> String {
    show_seconds(span.nanoseconds().into())
}

fn show_seconds(nanoseconds: i128) -> String {
    let second = i128::from(SECOND);
    let text = format!("{}.{:09}", nanoseconds.div_euclid(second), nanoseconds.rem_euclid(second));
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_all(timezone: Option<Tz>, cells: &[&str]) -> Result<(Vec<Option<i64>>, Vec<LogNote>), LogError> {
        let mut parser = TimeParser::new(TimeHint::default(), timezone);
        let mut notes = Vec::new();
        let times = (1..).zip(cells).map(|(line, cell)| parser.parse(cell.as_bytes(), line, &mut notes));
        let times = times.map(|at| Ok(at?.map(Timestamp::nanoseconds))).collect::<Result<Vec<_>, LogError>>()?;
        Ok((times, notes))
    }

    #[test]
    fn each_spelling_of_a_moment_is_read_exactly() {
        const AT: i64 = 1_741_597_200 * SECOND;
        for (cell, expected) in [
            ("2025/03/10 09:00:00.123", AT + 123_000_000),
            ("2025-03-10T09:00:00Z", AT),
            ("2025-03-10T17:00:00+08:00", AT),
            ("2025-03-10 04:00:00.5 -0500", AT + 500_000_000),
            ("2025-03-10 09:00:00.250000 UTC", AT + 250_000_000),
            ("20250310 09:00:00", AT),
            ("2025-03-10 09:00:00,123", AT + 123_000_000),
            ("1741597200", AT),
            ("1741597200.1234567", AT + 123_456_700),
            ("1741597200123", AT + 123_000_000),
            ("1741597200123456", AT + 123_456_000),
            ("1741597200123456789", AT + 123_456_789),
            ("14:55:35:726", 53_735_726_000_000),
            ("9:05:07.5", 32_707_500_000_000),
        ] {
            assert_eq!(parse_all(None, &[cell]).unwrap().0, [Some(expected)], "{cell}");
        }
        for cell in [
            "10/03/2025 09:00:00",
            "2025-13-10 09:00:00",
            "2025-03-10 25:00:00",
            "yesterday",
            "",
            "2025-03-10 09:00:00 CST",
            // Of no unit.
            "0.102",
            "3600",
        ] {
            assert_eq!(parse_all(None, &[cell]).unwrap().0, [None], "{cell}");
        }
    }

    #[test]
    fn midnight_passes_between_two_times_of_day() {
        let (times, _) = parse_all(None, &["23:59:59", "00:00:01", "23:59:59.5", "00:00:02"]).unwrap();
        let seconds = [86_399_000, 86_401_000, 86_399_500, 86_402_000];
        assert_eq!(times, seconds.map(|milliseconds| Some(milliseconds * 1_000_000)));
    }

    #[test]
    fn a_zone_resolves_the_hour_that_the_clock_shows_twice_and_names_the_change() {
        let cells = ["2025/10/26 02:59:58", "2025/10/26 02:59:59", "2025/10/26 02:00:00", "2025/10/26 02:00:01"];
        let (times, notes) = parse_all(Some(chrono_tz::Europe::Berlin), &cells).unwrap();
        let first = times[0].unwrap();
        assert_eq!(times, [0, 1, 2, 3].map(|second| Some(first + second * SECOND)));
        assert_eq!(
            notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(),
            [
                "clock change in Europe/Berlin at line 3: local time 2025/10/26 02:00:00 is at UTC+01:00, the time before at UTC+02:00"
            ]
        );
    }

    #[test]
    fn a_skipped_hour_is_refused() {
        let error = parse_all(Some(chrono_tz::Europe::Berlin), &["2025/03/30 02:30:00"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 1: 2025/03/30 02:30:00 does not exist in Europe/Berlin (the clock was put forward then); check --timezone"
        );
    }

    #[test]
    fn two_zones_are_refused() {
        for (first, second, names) in [
            ("2025-03-10T09:00:00Z", "2025-03-10T17:00:01+08:00", "UTC (Z) and are now in +08:00"),
            ("2025-03-10T09:00:00+01:00", "2025-03-10T10:00:01+02:00", "+01:00 and are now in +02:00"),
            ("2025-03-10 09:00:00", "2025-03-10 09:00:01Z", "local time without zone and are now in UTC (Z)"),
        ] {
            let error = parse_all(None, &[first, second]).unwrap_err().to_string();
            let expected = format!(
                "line 2: two time zones in one log: times were in {names}; \
                 write all times in one zone, or, if its clock changed, name the zone with --timezone"
            );
            assert_eq!(error, expected);
        }
        let changed = ["2025-03-30T01:59:59+01:00", "2025-03-30T03:00:00+02:00"];
        assert!(parse_all(Some(chrono_tz::Europe::Berlin), &changed).is_ok());
        assert!(parse_all(None, &["2025-03-10T09:00:00Z", "2025-03-10T09:00:01+00:00"]).is_ok());
    }
}
