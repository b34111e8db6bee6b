//! Line protocol: one line per point, every field an integer.
//!
//! A tag carries any text and gives it back: what line protocol cannot carry (control characters, of which a newline would begin a point of its
//! own, and backslashes, which cannot end a value) is percent-encoded, and so is the percent sign. A tag without a value is left out, since
//! InfluxDB refuses the whole batch for an empty one.

use super::super::window::milliseconds;
use std::fmt::Write;
use units::Timestamp;

/// Tags in the order in which InfluxDB sorts them, so that it need not.
pub(super) const TAGS: [&str; 6] = ["component", "device", "job", "node", "project", "site"];

/// A measurement with its tags, as every line of the series begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SeriesKey(String);

impl SeriesKey {
    /// The series of `measurement` whose tags are `values` in the order of [`TAGS`].
    pub(super) fn of(measurement: &str, values: [Option<&str>; TAGS.len()]) -> Self {
        let mut key = measurement.to_owned();
        for (name, value) in TAGS.into_iter().zip(values) {
            push_tag(&mut key, name, value.unwrap_or_default());
        }
        Self(key)
    }

    /// The series of `measurement` that has one tag.
    pub(super) fn with(measurement: &str, name: &str, value: &str) -> Self {
        let mut key = measurement.to_owned();
        push_tag(&mut key, name, value);
        Self(key)
    }

    /// Adds the point of this series at `at`, to the millisecond, to `lines`.
    pub(super) fn point(&self, lines: &mut String, at: Timestamp, fields: &[(&str, i64)]) {
        let mut digits = itoa::Buffer::new();
        lines.push_str(&self.0);
        for (place, (name, value)) in fields.iter().enumerate() {
            lines.push(if place == 0 { ' ' } else { ',' });
            lines.push_str(name);
            lines.push('=');
            lines.push_str(digits.format(*value));
            lines.push('i');
        }
        lines.push(' ');
        lines.push_str(digits.format(milliseconds(at)));
        lines.push('\n');
    }
}

fn push_tag(key: &mut String, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    key.extend([",", name, "="]);
    if value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b',' | b'=' | b'%' | b'\\')) {
        key.push_str(value);
        return;
    }
    for character in carried(value).chars() {
        if matches!(character, ' ' | ',' | '=') {
            key.push('\\');
        }
        key.push(character);
    }
}

/// `value` as it stands in the database.
pub(super) fn carried(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        if character.is_control() || matches!(character, '%' | '\\') {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let _ = write!(text, "%{byte:02X}");
            }
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use influxdb_line_protocol::{FieldValue, parse_lines};
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    #[test]
    fn a_point_is_one_line() {
        let key = SeriesKey::of(
            "energy_window",
            [Some("accelerator"), Some("GPU-1"), None, Some("n 1"), Some(""), Some("a,b=c")],
        );
        let mut lines = String::new();
        key.point(&mut lines, Timestamp::from_nanoseconds(1_999_999), &[("energy_mj", -5), ("quality", 0)]);
        assert_eq!(
            lines,
            "energy_window,component=accelerator,device=GPU-1,node=n\\ 1,site=a\\,b\\=c energy_mj=-5i,quality=0i 1\n"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn any_text_is_a_tag_and_comes_back(job in ".*", project in "\\PC*|[\\\\%,= \"#\n\r\t]*") {
            let key = SeriesKey::of("energy_window", [None, Some("d"), Some(&job), None, Some(&project), None]);
            let mut lines = String::new();
            key.point(&mut lines, Timestamp::from_nanoseconds(7_000_000), &[("energy_mj", 3)]);
            let read: Vec<_> = parse_lines(&lines).collect();
            prop_assert_eq!(read.len(), 1, "{}", lines);
            let line = read.into_iter().next().unwrap().map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(line.timestamp, Some(7));
            prop_assert!(matches!(line.field_value("energy_mj"), Some(FieldValue::I64(3))));
            for (name, written) in [("job", &job), ("project", &project)] {
                let found = line.tag_value(name).map(|value| value.to_string()).unwrap_or_default();
                prop_assert_eq!(&percent_decode_str(&found).decode_utf8().unwrap(), written);
            }
        }
    }
}
