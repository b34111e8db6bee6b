//! Local time that was written as UTC: where the zone's clocks change, an hour is missing or comes twice.

use super::steps::{IntervalLength, ReadRow};
use crate::moment;
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use model::ZoneId;
use std::collections::HashMap;
use units::{Span, Timestamp};

const HOUR_S: i64 = 3_600;

/// Zones whose clocks change, by the beginning of their code, and one of their time zones each. Of several beginnings the longest counts.
const TIME_ZONES: &[(&str, &[Tz])] = &[
    ("AL", &[Tz::Europe__Tirane]),
    ("AD", &[Tz::Europe__Andorra]),
    ("AT", &[Tz::Europe__Vienna]),
    ("AU-NSW", &[Tz::Australia__Sydney]),
    ("AU-ACT", &[Tz::Australia__Sydney]),
    ("AU-VIC", &[Tz::Australia__Melbourne]),
    ("AU-TAS", &[Tz::Australia__Hobart]),
    ("AU-SA", &[Tz::Australia__Adelaide]),
    ("BA", &[Tz::Europe__Sarajevo]),
    ("BE", &[Tz::Europe__Brussels]),
    ("BG", &[Tz::Europe__Sofia]),
    ("BM", &[Tz::Atlantic__Bermuda]),
    (
        "CA",
        &[
            Tz::America__Toronto,
            Tz::America__Winnipeg,
            Tz::America__Edmonton,
            Tz::America__Vancouver,
            Tz::America__Halifax,
        ],
    ),
    ("CA-ON", &[Tz::America__Toronto]),
    ("CA-QC", &[Tz::America__Toronto]),
    ("CA-AB", &[Tz::America__Edmonton]),
    ("CA-BC", &[Tz::America__Vancouver]),
    ("CA-MB", &[Tz::America__Winnipeg]),
    ("CA-NB", &[Tz::America__Halifax]),
    ("CA-NS", &[Tz::America__Halifax]),
    ("CA-PE", &[Tz::America__Halifax]),
    ("CA-NL", &[Tz::America__St_Johns]),
    ("CH", &[Tz::Europe__Zurich]),
    ("CL", &[Tz::America__Santiago]),
    ("CY", &[Tz::Asia__Nicosia]),
    ("CZ", &[Tz::Europe__Prague]),
    ("DE", &[Tz::Europe__Berlin]),
    ("DK", &[Tz::Europe__Copenhagen]),
    ("EE", &[Tz::Europe__Tallinn]),
    ("EG", &[Tz::Africa__Cairo]),
    ("ES", &[Tz::Europe__Madrid]),
    ("FI", &[Tz::Europe__Helsinki]),
    ("FR", &[Tz::Europe__Paris]),
    ("GB", &[Tz::Europe__London]),
    ("GR", &[Tz::Europe__Athens]),
    ("HR", &[Tz::Europe__Zagreb]),
    ("HU", &[Tz::Europe__Budapest]),
    ("IE", &[Tz::Europe__Dublin]),
    ("IL", &[Tz::Asia__Jerusalem]),
    ("IT", &[Tz::Europe__Rome]),
    ("LB", &[Tz::Asia__Beirut]),
    ("LT", &[Tz::Europe__Vilnius]),
    ("LU", &[Tz::Europe__Luxembourg]),
    ("LV", &[Tz::Europe__Riga]),
    ("MD", &[Tz::Europe__Chisinau]),
    ("ME", &[Tz::Europe__Podgorica]),
    ("MK", &[Tz::Europe__Skopje]),
    ("MT", &[Tz::Europe__Malta]),
    ("NL", &[Tz::Europe__Amsterdam]),
    ("NO", &[Tz::Europe__Oslo]),
    ("NZ", &[Tz::Pacific__Auckland]),
    ("PL", &[Tz::Europe__Warsaw]),
    ("PT", &[Tz::Europe__Lisbon]),
    ("RO", &[Tz::Europe__Bucharest]),
    ("RS", &[Tz::Europe__Belgrade]),
    ("SE", &[Tz::Europe__Stockholm]),
    ("SI", &[Tz::Europe__Ljubljana]),
    ("SK", &[Tz::Europe__Bratislava]),
    ("UA", &[Tz::Europe__Kyiv]),
    ("XK", &[Tz::Europe__Belgrade]),
    ("US", &[Tz::America__New_York, Tz::America__Chicago, Tz::America__Denver, Tz::America__Los_Angeles]),
    ("US-CAL", &[Tz::America__Los_Angeles]),
    ("US-CA", &[Tz::America__Los_Angeles]),
    ("US-TEX", &[Tz::America__Chicago]),
    ("US-TX", &[Tz::America__Chicago]),
    ("US-NY", &[Tz::America__New_York]),
    ("US-EGRID-CAMX", &[Tz::America__Los_Angeles]),
    ("US-EGRID-ERCT", &[Tz::America__Chicago]),
];

/// Refuses rows without offsets whose clock readings are those of the zone's local time.
pub(super) fn refuse_local_time(zone: &ZoneId, rows: &[ReadRow], step: IntervalLength) -> Result<(), String> {
    let IntervalLength::Fixed(span) = step else { return Ok(()) };
    if step.is_coarse() || rows.iter().any(|row| row.has_offset) {
        return Ok(());
    }
    let mut count: HashMap<Timestamp, u32> = HashMap::with_capacity(rows.len());
    for row in rows {
        *count.entry(row.start).or_default() += 1;
    }
    let starts = || rows.iter().map(|row| row.start);
    let Some((first, last)) = starts().min().zip(starts().max()) else { return Ok(()) };
    for zone in time_zones(zone.as_str()) {
        for (change, before_s, after_s) in changes(*zone, first, last) {
            let reading = |offset_s: i64| change + offset_s;
            let of = |from: i64, to: i64| {
                starts_between(from, to, span).map(|start| count.get(&start).copied().unwrap_or(0))
            };
            if after_s > before_s {
                let (from, to) = (reading(before_s), reading(after_s));
                let step_s = (span.nanoseconds() / 1_000_000_000).cast_signed();
                let has = |at: i64| Timestamp::from_seconds(at).is_some_and(|at| count.contains_key(&at));
                if has(from - step_s) && has(to) && of(from, to).all(|rows| rows == 0) {
                    return Err(local(*zone, from, "is missing, and is the hour that clocks there skip"));
                }
            } else if of(reading(after_s), reading(before_s)).all(|rows| rows > 1) {
                return Err(local(*zone, reading(after_s), "comes twice, and is the hour that clocks there repeat"));
            }
        }
    }
    Ok(())
}

fn local(zone: Tz, at: i64, what: &str) -> String {
    let at = Timestamp::from_seconds(at).map(moment::show).unwrap_or_default();
    format!(
        "the times look like local time of {zone} written as UTC: {at} {what}. Write UTC, or each time with its offset, such as \
         2026-03-29T03:00+02:00; where the value of that hour is really missing, give it as a row with an empty value"
    )
}

fn time_zones(zone: &str) -> &'static [Tz] {
    let is_of = |prefix: &str| zone.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let known = TIME_ZONES.iter().filter(|(prefix, _)| is_of(prefix)).max_by_key(|(prefix, _)| prefix.len());
    known.map_or(&[], |(_, zones)| zones)
}

/// Where clocks change between two moments: the second of the change, and the offsets in s before and after it.
fn changes(zone: Tz, first: Timestamp, last: Timestamp) -> Vec<(i64, i64, i64)> {
    let second = |at: Timestamp| at.nanoseconds().div_euclid(1_000_000_000);
    let offset = |at: i64| {
        let at = DateTime::from_timestamp(at, 0).unwrap_or_default().naive_utc();
        i64::from(zone.offset_from_utc_datetime(&at).fix().local_minus_utc())
    };
    let (mut found, mut day) = (Vec::new(), second(first).div_euclid(86_400) * 86_400 - 86_400);
    while day <= second(last) + 86_400 {
        let next = day + 86_400;
        if offset(day) != offset(next) {
            let change = (day..next).step_by(1_800).find(|at| offset(*at) != offset(at + 1_800));
            found.extend(change.map(|at| (at + 1_800, offset(day), offset(next))));
        }
        day = next;
    }
    found
}

fn starts_between(from: i64, to: i64, step: Span) -> impl Iterator<Item = Timestamp> {
    let step_s = usize::try_from(step.nanoseconds() / 1_000_000_000).unwrap_or(HOUR_S.unsigned_abs() as usize).max(1);
    (from..to).step_by(step_s).filter_map(Timestamp::from_seconds)
}
