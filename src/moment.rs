//! Moments as text: read from people and programs, written in RFC 3339 UTC.

use chrono::{DateTime, NaiveDate, SecondsFormat};
use units::Timestamp;

/// A UTC date (its midnight), or a moment with `Z` or an offset.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let midnight = || {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(date.and_time(chrono::NaiveTime::MIN).and_utc())
    };
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
            "write a moment with its zone, 2026-03-01T12:00Z or 2026-03-01T13:00+01:00, or a UTC date".to_owned()
        })
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
