//! Queries in Flux. This server has no query parameters, so that texts are escaped here, once.

use chrono::{DateTime, SecondsFormat};
use std::fmt::Write;
use std::ops::Range;
use units::{Span, Timestamp};

/// The query, with the places for values in it. It is a file so that InfluxData's own parser can be shown it.
const POINTS: &str = include_str!("points.flux");

/// The part of it that stands once for each device.
const DEVICE: &str = "(r.node == \"{node}\" and r.device == \"{device}\")";

/// The query for the points of `measurement` of some devices in `range`, each device by its node and its own name: one row each, with the fields as
/// columns, in no order.
pub(super) fn points<'a>(
    bucket: &str,
    measurement: &str,
    devices: impl Iterator<Item = (&'a str, &'a str)>,
    range: &Range<Timestamp>,
) -> String {
    let own = devices.map(|(node, device)| filled(DEVICE, &[("node", node), ("device", device)]));
    let own = own.collect::<Vec<_>>().join(" or ");
    // The points of a millisecond that the range ends in are asked for too.
    let end = range.end.after(Span::from_nanoseconds(999_999)).unwrap_or(range.end);
    let (start, stop) = (instant(range.start), instant(end));
    let values = [("bucket", bucket), ("start", &start), ("stop", &stop), ("measurement", measurement)];
    let (head, tail) = POINTS.split_once(DEVICE).unwrap_or((POINTS, ""));
    let own = if own.is_empty() { "false" } else { &own };
    format!("{}{own}{}", filled(head, &values), filled(tail, &values))
}

/// `text` with literals of `values` in their places.
fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let (mut query, mut rest) = (String::new(), text);
    // One pass, so that nothing in a value is taken for a place.
    while let Some((before, after)) = rest.split_once("\"{") {
        let Some((place, after)) = after.split_once("}\"") else { break };
        let value = values.iter().find(|(name, _)| *name == place).map_or("", |(_, value)| *value);
        query.push_str(before);
        query.push_str(&literal(value));
        rest = after;
    }
    query + rest
}

/// A moment as Flux and the delete API write it, to the millisecond.
pub(super) fn instant(at: Timestamp) -> String {
    DateTime::from_timestamp_nanos(at.nanoseconds()).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A string of Flux that means exactly `text`: neither its end nor an interpolation (`${…}`) can stand in it.
pub(super) fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '$' if characters.peek() == Some(&'{') => quoted.push_str("\\$"),
            control if control.is_control() => {
                let mut bytes = [0; 4];
                for byte in control.encode_utf8(&mut bytes).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(quoted, "\\x{byte:02x}");
                }
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Which points of a device are deleted. A value holds no backslash and no control character, as tags are written.
pub(super) fn predicate(measurement: &str, node: &str, device: &str) -> String {
    let quoted = |value: &str| format!("\"{}\"", value.replace('"', "\\\""));
    format!("_measurement={} AND node={} AND device={}", quoted(measurement), quoted(node), quoted(device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_asks_for_each_device_by_its_own_name() {
        let range = Timestamp::from_nanoseconds(0)..Timestamp::from_nanoseconds(1_500_000);
        let query = points("b", "energy_window", [("n", "{stop}"), ("m", "x\") or true")].into_iter(), &range);
        let filter = r#"r._measurement == "energy_window" and ((r.node == "n" and r.device == "{stop}") or (r.node == "m" and r.device == "x\") or true")))"#;
        assert!(query.contains(filter), "{query}");
        assert!(
            query.contains(r#"start: time(v: "1970-01-01T00:00:00.000Z"), stop: time(v: "1970-01-01T00:00:00.002Z")"#),
            "{query}"
        );
    }

    #[test]
    fn a_text_can_neither_end_its_literal_nor_be_evaluated() {
        for (text, written) in [
            ("gpu0", r#""gpu0""#),
            (r#"x") |> drop() //"#, r#""x\") |> drop() //""#),
            ("a${1+1}b", r#""a\${1+1}b""#),
            ("$5", r#""$5""#),
            ("a\\", r#""a\\""#),
            ("a\nb", r#""a\x0ab""#),
        ] {
            assert_eq!(literal(text), written, "{text}");
        }
        assert_eq!(
            predicate("energy_window", "n", "a\"b"),
            r#"_measurement="energy_window" AND node="n" AND device="a\"b""#
        );
    }
}
