//! Queries in Flux. This server has no query parameters, so that texts are escaped here, once.

use chrono::{DateTime, SecondsFormat};
use std::fmt::Write;
use std::ops::Range;
use units::Timestamp;

/// The query, with the places for values in it. It is a file so that InfluxData's own parser can be shown it.
const POINTS: &str = include_str!("points.flux");

/// One device's points of one measurement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Points<'a> {
    pub(super) bucket: &'a str,
    pub(super) measurement: &'a str,
    pub(super) node: &'a str,
    pub(super) device: &'a str,
}

impl Points<'_> {
    /// The query for the points in `range`: one row each, with the fields as columns, in no order.
    pub(super) fn between(&self, range: Range<Timestamp>) -> String {
        let (mut query, mut rest) = (String::new(), POINTS);
        // One pass, so that nothing in a value is taken for a place.
        while let Some((before, after)) = rest.split_once("\"{") {
            let Some((place, after)) = after.split_once("}\"") else { break };
            query.push_str(before);
            query.push_str(&match place {
                "start" => literal(&instant(range.start)),
                "stop" => literal(&instant(range.end)),
                "bucket" => literal(self.bucket),
                "measurement" => literal(self.measurement),
                "node" => literal(self.node),
                _ => literal(self.device),
            });
            rest = after;
        }
        query + rest
    }
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
