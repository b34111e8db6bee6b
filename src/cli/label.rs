//! Labels as option values.

use crate::workload;

/// `KEY=VALUE`, split.
pub(super) fn label(text: &str) -> Result<(String, String), String> {
    workload::label(text).ok_or_else(|| workload::LABEL_RULE.to_owned())
}

/// `KEY=VALUE` as it was typed, if it is a label.
pub(super) fn label_text(text: &str) -> Result<String, String> {
    label(text).map(|_| text.to_owned())
}
