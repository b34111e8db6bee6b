//! Reading and writing what SQLite has no type for.

use super::StoreError;
use super::engine::{self, DataRow};
use std::error::Error;
use std::str::FromStr;
use units::{CarbonMass, DeviceTime, Energy, Power, Span, Timestamp};

pub(super) fn optional(row: &DataRow<'_>, column: usize) -> engine::Result<Option<Timestamp>> {
    Ok(row.get::<Option<i64>>(column)?.map(Timestamp::from_nanoseconds))
}

pub(super) fn value(what: &'static str, value: &str) -> StoreError {
    StoreError::Value { what, value: value.to_owned() }
}

pub(super) fn moment(row: &DataRow<'_>, column: usize) -> engine::Result<Timestamp> {
    row.get(column).map(Timestamp::from_nanoseconds)
}

/// Energy, which is stored in mJ.
pub(super) fn energy(row: &DataRow<'_>, column: usize) -> engine::Result<Energy> {
    row.get(column).map(Energy::from_millijoules)
}

/// A mass of CO2e, which is stored in µg.
pub(super) fn mass(row: &DataRow<'_>, column: usize) -> engine::Result<CarbonMass> {
    row.get(column).map(CarbonMass::from_micrograms)
}

/// Time of devices, which is stored in ns and negative where it takes back an earlier one.
pub(super) fn device_time(row: &DataRow<'_>, column: usize) -> engine::Result<DeviceTime> {
    row.get::<i64>(column).map(|ns| DeviceTime::from_nanoseconds(ns.into()))
}

/// Power, which is stored in mW and never negative.
pub(super) fn power(row: &DataRow<'_>, column: usize) -> engine::Result<Power> {
    unsigned(row, column).map(Power::from_milliwatts)
}

/// A length of time, which is stored in ns and never negative.
pub(super) fn span(row: &DataRow<'_>, column: usize) -> engine::Result<Span> {
    unsigned(row, column).map(Span::from_nanoseconds)
}

fn unsigned(row: &DataRow<'_>, column: usize) -> engine::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| engine::out_of_range(column, value))
}

/// A value that is stored as one of a few words.
pub(super) fn word<T: FromStr<Err: Error + Send + Sync + 'static>>(
    row: &DataRow<'_>,
    column: usize,
) -> engine::Result<T> {
    let word: String = row.get(column)?;
    word.parse().map_err(|error| engine::unreadable(column, error))
}

/// SQLite has no unsigned integers; what is larger than its largest is shown as that.
pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
