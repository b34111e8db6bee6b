//! Values in Kubernetes' JSON: quantities, numbers of replicas, hours, and `null` for what is absent.

use serde::{Deserialize, Deserializer};

/// Seconds to 10⁻⁹ h.
const NANOHOURS_PER_SECOND_NUMERATOR: u128 = 1_000_000_000;
const SECONDS_PER_HOUR: u128 = 3_600;

/// Why an object's use of accelerators cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct AskError {
    /// The field, annotation or resource.
    pub place: String,
    /// What is wrong with it, and what is expected.
    pub problem: String,
}

impl AskError {
    pub(super) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

/// Why the object of an operator cannot be read.
pub(super) enum CustomError {
    /// It has another form.
    Shape(serde_json::Error),
    /// A value in it cannot be used.
    Ask(AskError),
}

impl From<AskError> for CustomError {
    fn from(error: AskError) -> Self {
        Self::Ask(error)
    }
}

/// A quantity as it is written: `"8"` or `8`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum DeviceQuantity {
    Number(serde_json::Number),
    Text(String),
}

impl DeviceQuantity {
    /// A whole number of devices, in any form of a quantity: `8`, `8.0`, `8000m`, `1e1`, `2k`, `1Ki`. Templates of custom resources come as they were
    /// written.
    pub(super) fn devices(&self, resource: &str) -> Result<u64, AskError> {
        let text = match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.trim().to_owned(),
        };
        let problem = || format!("{text:?} is not a number of devices: write a whole number from 0");
        let devices = whole(&text).filter(|devices| *devices <= u64::from(u32::MAX));
        devices.ok_or_else(|| AskError::new(resource, problem()))
    }
}

/// The whole number that a quantity is.
fn whole(text: &str) -> Option<u64> {
    const SUFFIXES: [(&str, i32, u32); 12] = [
        ("Ki", 0, 10),
        ("Mi", 0, 20),
        ("Gi", 0, 30),
        ("Ti", 0, 40),
        ("n", -9, 0),
        ("u", -6, 0),
        ("m", -3, 0),
        ("k", 3, 0),
        ("M", 6, 0),
        ("G", 9, 0),
        ("T", 12, 0),
        ("", 0, 0),
    ];
    let (digits, exponent, shift) =
        SUFFIXES.iter().find_map(|(suffix, ten, two)| Some((text.strip_suffix(suffix)?, *ten, *two)))?;
    let (digits, exponent) = match digits.split_once(['e', 'E']) {
        Some((digits, written)) => {
            (digits, exponent + written.parse::<i32>().ok().filter(|written| written.abs() < 30)?)
        }
        None => (digits, exponent),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent - i32::try_from(fraction.len()).ok()?;
    let number = all.parse::<u128>().ok()?.checked_shl(shift)?;
    let power = 10_u128.checked_pow(exponent.unsigned_abs())?;
    let number = match exponent {
        0.. => number.checked_mul(power)?,
        _ => (number % power == 0).then(|| number / power)?,
    };
    u64::try_from(number).ok()
}

/// A number of replicas; `otherwise` where there is none.
pub(super) fn replicas(field: &str, stated: Option<i64>, otherwise: u64) -> Result<u64, AskError> {
    let Some(number) = stated else { return Ok(otherwise) };
    let fits = u64::try_from(number).ok().filter(|number| *number <= u64::from(u32::MAX));
    fits.ok_or_else(|| AskError::new(field, format!("{number} is not a number of replicas: write 0 or more")))
}

/// A deadline in seconds as 10⁻⁹ h, rounded up.
pub(super) fn deadline(seconds: i64) -> Result<u64, AskError> {
    let place = "activeDeadlineSeconds";
    let seconds = u128::try_from(seconds).ok().filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or_else(|| AskError::new(place, "a deadline must be above 0 seconds"))?;
    let nanohours = (seconds * NANOHOURS_PER_SECOND_NUMERATOR).div_ceil(SECONDS_PER_HOUR);
    u64::try_from(nanohours).map_err(|_| AskError::new(place, "the deadline is beyond what can be counted"))
}

/// Hours of an annotation as 10⁻⁹ h.
pub(super) fn hours(annotation: &str, text: &str) -> Result<u64, AskError> {
    let wrong =
        || AskError::new(annotation, format!("{text:?} is not a number of hours: write one above 0, such as 24"));
    let nanohours = crate::decimal::parse(text.trim(), 9).map_err(|_| wrong())?;
    u64::try_from(nanohours).ok().filter(|nanohours| *nanohours > 0).ok_or_else(wrong)
}

/// Watts of an annotation as nW.
pub(super) fn power(annotation: &str, text: &str) -> Result<u64, AskError> {
    let problem = || format!("{text:?} is not a power in watts: write a number above 0, such as 250");
    let wrong = || AskError::new(annotation, problem());
    let nanowatts = crate::decimal::parse(text.trim(), 9).map_err(|_| wrong())?;
    u64::try_from(nanowatts).ok().filter(|nanowatts| *nanowatts > 0).ok_or_else(wrong)
}

/// A value whose `null` means that it is not there.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_of_devices_are_whole_in_every_form() {
        for (text, devices) in [
            ("8", Some(8)),
            ("8.0", Some(8)),
            ("2000m", Some(2)),
            ("1e1", Some(10)),
            ("1E1", Some(10)),
            ("20e-1", Some(2)),
            ("2k", Some(2_000)),
            ("1Ki", Some(1_024)),
            ("0", Some(0)),
            ("0.5", None),
            ("500m", None),
            ("-4", None),
            ("lots", None),
            ("", None),
            ("k", None),
            ("1e99", None),
            ("5000000000", None),
        ] {
            assert_eq!(DeviceQuantity::Text(text.to_owned()).devices("gpu").ok(), devices, "{text:?}");
        }
    }

    #[test]
    fn a_power_is_read_exactly() {
        for (text, nanowatts) in
            [("250", Some(250_000_000_000)), ("0.5", Some(500_000_000)), ("0", None), ("-1", None), ("much", None)]
        {
            assert_eq!(power("wattledger.io/power-w", text).ok(), nanowatts, "{text}");
        }
    }
}
