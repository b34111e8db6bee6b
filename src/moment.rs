//! Moments as text: read from people and programs, written in RFC 3339 UTC.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use units::Timestamp;

/// A UTC date (its midnight), or a moment with `Z` or an offset.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    parse_in(text, Tz::UTC)
}

/// A date, which is the first moment of that day in `zone`, or a moment with `Z` or an offset.
pub(crate) fn parse_in(text: &str, zone: Tz) -> Result<Timestamp, String> {
    let text = text.trim();
    let midnight = || first_moment(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?, zone);
    // Minutes are enough in both directions: 2026-03-01T12:00Z as well as 2026-03-01T12:00:00.5+02:00.
    let to_the_minute = || DateTime::parse_from_str(&text.replace('Z', "+00:00"), "%Y-%m-%dT%H:%M%:z").ok();
    DateTime::parse_from_rfc3339(text)
        .ok()
        .or_else(to_the_minute)
        .map(|moment| moment.to_utc())
        .or_else(midnight)
        .and_then(|moment| moment.timestamp_nanos_opt())
        .map(Timestamp::from_nanoseconds)
        .ok_or_else(|| {
            let whose = if zone == Tz::UTC { "UTC" } else { zone.name() };
            format!("write a moment with its zone, 2026-03-01T12:00Z or 2026-03-01T13:00+01:00, or a {whose} date")
        })
}

/// The first moment of `date` in `zone`. Where clocks skip midnight, or the whole day, it is the first one that they show.
pub(crate) fn first_moment(date: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    let shown = |minutes| zone.from_local_datetime(&(midnight + TimeDelta::minutes(minutes))).earliest();
    (0..=2 * 24 * 60).find_map(shown).map(|first| first.to_utc())
}

/// `2026-03-01T12:00:00Z`, with as many decimals as the moment has.
pub(crate) fn show(moment: Timestamp) -> String {
    DateTime::from_timestamp_nanos(moment.nanoseconds()).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The date alone where the moment is a midnight, else as [`show`].
pub(crate) fn show_short(moment: Timestamp) -> String {
    let shown = show(moment);
    shown.strip_suffix("T00:00:00Z").map_or(shown.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_begins_where_its_zone_s_clocks_begin_it() {
        for (date, zone, expected) in [
            ("2026-03-29", "UTC", "2026-03-29T00:00:00Z"),
            ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z"),
            ("2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00Z"),
            // Midnight came twice.
            ("2010-10-31", "Atlantic/Azores", "2010-10-31T00:00:00Z"),
            // Midnight to one o'clock was skipped.
            ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),
            // The whole day was skipped: it begins and ends with the next.
            ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"),
            ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z"),
            ("2026-01-01", "Asia/Kathmandu", "2025-12-31T18:15:00Z"),
            ("2026-01-01T00:00+01:00", "Asia/Kathmandu", "2025-12-31T23:00:00Z"),
        ] {
            assert_eq!(parse_in(date, zone.parse().unwrap()).map(show).as_deref(), Ok(expected), "{date} {zone}");
        }
        assert!(parse_in("2026-02-30", Tz::Europe__Berlin).unwrap_err().contains("a Europe/Berlin date"));
    }
}
