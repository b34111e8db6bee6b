//! The usage file: what a plan cannot say, such as hours and utilisation.

use super::HOURS_PER_MONTH;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What is known of the use of some resources; addresses as keys, `*` for any text.
///
/// ```toml
/// ["aws_instance.train*"]
/// hours = 200             # a month, of 730
/// utilisation = 0.6       # mean share of the TDP; or power_w, of one accelerator with its share of the host
///
/// ['module.pool[0].aws_instance.w["b"]']
/// instance_type = "aws/p4d.24xlarge"      # where it is known only after apply
/// count = 2               # where it scales by itself; 0 where it runs no machines
/// region = "aws/eu-north-1"       # where the plan does not say where it runs
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage(BTreeMap<String, Use>);

/// What is known of one use.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Use {
    pub(super) hours: Option<f64>,
    pub(super) utilisation: Option<f64>,
    pub(super) power_w: Option<f64>,
    pub(super) count: Option<u32>,
    pub(super) instance_type: Option<String>,
    pub(super) region: Option<String>,
}

/// Why a usage file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// Not TOML, or an unknown key.
    #[error("{0}")]
    Malformed(#[from] toml::de::Error),
    /// A value outside its range.
    #[error("[{address:?}] {key} = {value} cannot be used: {expected}")]
    OutOfRange {
        /// The table.
        address: String,
        /// The key.
        key: &'static str,
        /// As given.
        value: String,
        /// What is accepted.
        expected: &'static str,
    },
    /// It states the power twice.
    #[error("[{address:?}] has utilisation and power_w: give one")]
    Both {
        /// The table.
        address: String,
    },
    /// It fits no resource.
    #[error("[{address:?}] fits no resource of the plan that runs machines or may: check its spelling")]
    Unmatched {
        /// The table.
        address: String,
    },
}

impl Usage {
    /// Reads a usage file.
    ///
    /// # Errors
    ///
    /// Not TOML, an unknown key, a value outside its range.
    pub fn read(text: &str) -> Result<Self, UsageError> {
        let uses: BTreeMap<String, Use> = toml::from_str(text)?;
        for (address, of) in &uses {
            let bounds = [
                ("hours", of.hours, 0.0..=HOURS_PER_MONTH as f64 + 14.0, "0 to 744 hours a month"),
                ("utilisation", of.utilisation, 0.000_001..=1.0, "above 0 and at most 1"),
                ("power_w", of.power_w, 0.001..=1e6, "above 0 W, of one accelerator with its share of the host"),
            ];
            for (key, value, range, expected) in bounds {
                if let Some(value) = value.filter(|value| !range.contains(value)) {
                    return Err(UsageError::OutOfRange {
                        address: address.clone(),
                        key,
                        value: value.to_string(),
                        expected,
                    });
                }
            }
            if of.utilisation.is_some() && of.power_w.is_some() {
                return Err(UsageError::Both { address: address.clone() });
            }
        }
        Ok(Self(uses))
    }

    /// Refuses a table whose pattern fits none of these addresses.
    ///
    /// # Errors
    ///
    /// [`UsageError::Unmatched`] with the first.
    pub fn expect_used<'a>(&self, addresses: impl Iterator<Item = &'a str> + Clone) -> Result<(), UsageError> {
        let unused = self.0.keys().find(|pattern| !addresses.clone().any(|address| fits(pattern, address)));
        unused.map_or(Ok(()), |address| Err(UsageError::Unmatched { address: address.clone() }))
    }

    /// What is known of `address`: the longest pattern that fits counts.
    pub(super) fn of(&self, address: &str) -> Use {
        let fitting = self.0.iter().filter(|(pattern, _)| fits(pattern, address));
        fitting.max_by_key(|(pattern, _)| pattern.len()).map(|(_, of)| of.clone()).unwrap_or_default()
    }
}

/// Whether `text` is `pattern`, in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("aws_instance.a", "aws_instance.a", true),
            ("aws_instance.a", "aws_instance.a[0]", false),
            ("aws_instance.a*", "aws_instance.a[0]", true),
            ("module.*.aws_instance.w[*]", "module.pool[0].aws_instance.w[\"b\"]", true),
            ("*", "anything", true),
            ("*x", "anything", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
