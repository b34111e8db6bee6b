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

/// A quantity as it is written: `"8"` or `8`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum DeviceQuantity {
    Number(serde_json::Number),
    Text(String),
}

impl DeviceQuantity {
    /// A whole number of devices: digits, or digits before `k`. Devices come in no other quantity.
    pub(super) fn devices(&self, resource: &str) -> Result<u64, AskError> {
        let text = match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.trim().to_owned(),
        };
        let (digits, factor) = text.strip_suffix('k').map_or((text.as_str(), 1), |digits| (digits, 1_000));
        let devices = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
        let problem = || format!("{text:?} is not a number of devices: write a whole number from 0");
        devices.filter(|devices| *devices <= u64::from(u32::MAX)).ok_or_else(|| AskError::new(resource, problem()))
    }
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

/// A value whose `null` means that it is not there.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
