//! Texts of people: names, reasons and values of labels, as they may enter.

use super::name::{NAME_RULE, is_name};
use super::problem::Problem;
use std::collections::BTreeMap;

/// The most that a text may have.
#[derive(Debug, Clone, Copy)]
pub(super) enum TextMax {
    /// Bytes of UTF-8.
    Bytes(usize),
    /// Characters of Unicode.
    Characters(usize),
}

/// The most of what a job says of itself, as in the wire format.
pub(super) const JOB_TEXT: TextMax = TextMax::Bytes(wire::TEXT_BYTES_MAX);

/// The most of the name of a file, a publisher, an edition or a licence of factors.
pub(super) const ORIGIN_TEXT: TextMax = TextMax::Characters(256);

/// Refuses `text`, given as `field`, if it is blank, longer than `most` or not plain.
pub(super) fn expect_text(field: &str, text: &str, most: TextMax) -> Result<(), Problem> {
    let (length, most, unit) = match most {
        TextMax::Bytes(most) => (text.len(), most, "bytes"),
        TextMax::Characters(most) => (text.chars().count(), most, "characters"),
    };
    if !text.trim().is_empty() && length <= most && model::is_plain(text) {
        return Ok(());
    }
    Err(Problem::field(field, format!("write 1 to {most} {unit} of text {}", model::PLAIN_RULE)))
}

/// Refuses labels of a job that are too many, or have a key or a value that cannot be used.
pub(super) fn expect_labels(labels: &BTreeMap<String, String>) -> Result<(), Problem> {
    if labels.len() > wire::LABELS_MAX {
        return Err(Problem::field("labels", format!("a job has at most {} labels", wire::LABELS_MAX)));
    }
    for (key, value) in labels {
        if !is_name(key) {
            return Err(Problem::field("labels", format!("the key of a label is {NAME_RULE}")));
        }
        expect_text("labels", value, JOB_TEXT)?;
    }
    Ok(())
}
