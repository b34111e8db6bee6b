//! Numbers in the ranges that several settings share.

use super::error::ServiceConfigError;
use std::time::Duration;

pub(super) fn out_of_range(key: &'static str, value: u64, expected: &'static str) -> ServiceConfigError {
    ServiceConfigError::OutOfRange { key, value: value.to_string(), expected }
}

pub(super) fn seconds(key: &'static str, value: u64) -> Result<Duration, ServiceConfigError> {
    match value {
        1..=3600 => Ok(Duration::from_secs(value)),
        _ => Err(out_of_range(key, value, "1 to 3600 seconds")),
    }
}

pub(super) fn count(key: &'static str, value: u64) -> Result<usize, ServiceConfigError> {
    match usize::try_from(value) {
        Ok(count @ 1..=65_536) => Ok(count),
        _ => Err(out_of_range(key, value, "1 to 65536")),
    }
}

pub(super) fn rate(key: &'static str, value: u64) -> Result<u32, ServiceConfigError> {
    match u32::try_from(value) {
        Ok(rate @ 1..=1_000_000) => Ok(rate),
        _ => Err(out_of_range(key, value, "1 to 1000000")),
    }
}
