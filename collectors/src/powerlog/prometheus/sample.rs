//! Splits the lines of exporter text into samples.

use super::super::text::trim;
use super::super::value::Decimal;

/// One line with a sample, split into its parts.
pub(in crate::powerlog) struct Sample<'a> {
    /// Name and labels together.
    pub(super) series: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) labels: &'a [u8],
    pub(super) value: &'a [u8],
    pub(super) timestamp: Option<&'a [u8]>,
}

impl<'a> Sample<'a> {
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let line = trim(line);
        let is_name_byte = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
        let name_end = line.iter().position(|byte| !is_name_byte(byte))?;
        if !line.first()?.is_ascii_alphabetic() && line[0] != b'_' {
            return None;
        }
        let (labels, end) = match line[name_end] {
            b'{' => {
                let close = name_end + end_of_labels(&line[name_end..])?;
                (&line[name_end + 1..close], close + 1)
            }
            b' ' | b'\t' => (&line[..0], name_end),
            _ => return None,
        };
        let mut words = line[end..].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let value = words.next()?;
        Decimal::parse_all(value).map(drop).or(matches!(value, b"NaN" | b"+Inf" | b"-Inf").then_some(()))?;
        let timestamp = words.next().filter(|word| *word != b"#");
        if timestamp.is_some_and(|word| Decimal::parse_all(word).is_none()) {
            return None;
        }
        Some(Self { series: &line[..end], name: &line[..name_end], labels, value, timestamp })
    }

    /// Value of the first label that is in `names`, in the order of `names`.
    pub(in crate::powerlog) fn label(&self, names: &[&[u8]]) -> Option<&'a [u8]> {
        names
            .iter()
            .find_map(|name| labels(self.labels).find(|(label, value)| label == name && !value.is_empty()))
            .map(|(_, value)| value)
    }
}

/// Position of the brace that closes the one at the start; braces in quotes do not count.
fn end_of_labels(text: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    text.iter().position(|byte| {
        let is_end = !quoted && *byte == b'}';
        quoted ^= *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        is_end
    })
}

/// Names and values of the labels. Escapes in values are not decoded.
pub(super) fn labels(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let equals = memchr::memchr(b'=', rest)?;
        let name = trim(rest[..equals].strip_prefix(b",").unwrap_or(&rest[..equals]));
        let value = rest[equals + 1..].strip_prefix(b"\"")?;
        let mut escaped = false;
        let end = value.iter().position(|byte| {
            let is_end = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            is_end
        })?;
        rest = value[end + 1..].trim_ascii_start();
        Some((name, &value[..end]))
    })
}
