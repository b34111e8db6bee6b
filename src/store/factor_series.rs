//! Factors over time, and the blocks that they are kept in.
//!
//! A block holds what one file or reply added to one series in one calendar month (UTC), or its values of more than an hour, of any time. Columns
//! of integers, each the difference to the one before, as a postcard document in a zstd frame: about two bytes a value.

use super::StoreError;
use super::evidence::{pack, unpack};
use super::row::value;
use chrono::{DateTime, Datelike, NaiveDate};
use model::{Accounting, Basis, BlockNumber, FactorStatus, Gas, SeriesNumber, ZoneId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{CarbonIntensity, Interval, Span, Timestamp};

/// Values of one zone, type and source. Two series that differ in basis, gas or accounting are never joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorSeries {
    /// Zone of the electricity grid, upper case.
    pub zone: ZoneId,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the values describe.
    pub accounting: Accounting,
    /// The organisation that published them.
    pub publisher: String,
    /// The release that they are from; the same time in another edition is another factor.
    pub edition: String,
    /// Licence under which they were published.
    pub licence: String,
    /// In order of time, without overlap. A time that is missing is a gap, never zero.
    pub values: Vec<FactorValue>,
}

/// One value of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorValue {
    /// The time that it describes, whole seconds.
    pub interval: Interval,
    /// Carbon intensity over that time.
    pub intensity: CarbonIntensity,
    /// How far it can be relied on.
    pub status: FactorStatus,
    /// How the source made it, in the source's own word, such as `TIME_SLICER_AVERAGE`; absent if it says nothing.
    pub method: Option<String>,
}

/// A series as it is kept, without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSeries {
    /// How the store refers to it, ascending in the order in which series came.
    pub series: SeriesNumber,
    /// Zone of the electricity grid, upper case.
    pub zone: ZoneId,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the values describe.
    pub accounting: Accounting,
    /// The organisation that published them.
    pub publisher: String,
    /// The release that they are from.
    pub edition: String,
    /// Licence under which they were published.
    pub licence: String,
    /// How long one value describes: exact up to an hour, then a day, a month of 31 days or a year of 366.
    pub step: Span,
    /// Whether the values are forecasts, which are kept beside what they forecast.
    pub is_forecast: bool,
    /// The months in which it has values of an hour or less, in order.
    pub months: Vec<FactorMonth>,
    /// The longest of 5, 15, 30 and 60 minutes of which every value of an hour or less begins and ends at a multiple.
    pub grain: Span,
}

/// A value that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptValue {
    /// The value.
    pub value: FactorValue,
    /// The block that it came in. An older value of the same time stays in its own.
    pub block: BlockNumber,
}

/// A calendar month, UTC; 0 is January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactorMonth(i32);

impl FactorMonth {
    /// The month with this number.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// The month that a moment lies in.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let date = DateTime::from_timestamp_nanos(at.nanoseconds());
        Self((date.year() - 1970) * 12 + date.month0().cast_signed())
    }

    /// From its first moment to its last, UTC; `None` of years that no moment can have.
    #[must_use]
    pub fn interval(self) -> Option<Interval> {
        let start = |number: i32| {
            let day =
                NaiveDate::from_ymd_opt(1970 + number.div_euclid(12), number.rem_euclid(12).cast_unsigned() + 1, 1)?;
            Timestamp::from_seconds(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
        };
        Interval::new(start(self.0)?, start(self.0.checked_add(1)?)?)
    }

    /// Its number: months since January 1970.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Its place in the year: 0 is January.
    #[must_use]
    pub const fn of_year(self) -> i32 {
        self.0.rem_euclid(12)
    }
}

/// One hour; values up to this long are found by month.
pub const HOUR: Span = Span::from_seconds(3_600);
const DAY_S: u64 = 86_400;
/// What a value of an hour or less may begin and end at a multiple of.
const GRAINS_S: [u64; 4] = [3_600, 1_800, 900, 300];

/// The step of the series that a value of this length belongs to: see [`KeptSeries::step`]. A local day of 23 or 25 hours is a day.
#[must_use]
pub fn factor_step(interval: Interval) -> Span {
    let seconds = interval.span().nanoseconds() / 1_000_000_000;
    Span::from_seconds(match seconds {
        0..=3_600 => seconds,
        3_601..=90_000 => DAY_S,
        90_001..=2_682_000 => 31 * DAY_S,
        _ => 366 * DAY_S,
    })
}

/// The longest of 5, 15, 30 and 60 minutes of which all of `values` begin and end at multiples; `None` if there is none.
#[must_use]
pub fn factor_grain<'a>(values: impl IntoIterator<Item = &'a FactorValue>) -> Option<Span> {
    let mut grains = GRAINS_S.into_iter().map(Span::from_seconds);
    let mut grain = grains.next()?;
    for value in values {
        let fits = |grain: Span| {
            let edges = [value.interval.start(), value.interval.end()];
            edges.iter().all(|edge| edge.nanoseconds().rem_euclid(grain.nanoseconds().cast_signed()) == 0)
        };
        while !fits(grain) {
            grain = grains.next()?;
        }
    }
    Some(grain)
}

/// What stands of a block: differences of starts in s (each to the one before, and that to the one before it), lengths in s, intensities in mg/kWh.
#[derive(Serialize, Deserialize)]
struct BlockColumns {
    starts: Vec<i64>,
    lengths: Vec<i64>,
    intensities: Vec<i64>,
    statuses: Vec<FactorStatus>,
    /// Place in `words`, from 1; 0 is no method.
    methods: Vec<u16>,
    words: Vec<String>,
}

fn seconds(at: Timestamp) -> i64 {
    at.nanoseconds().div_euclid(1_000_000_000)
}

fn length_s(interval: Interval) -> i64 {
    seconds(interval.end()) - seconds(interval.start())
}

fn differences(values: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut before = 0;
    values.map(|value| value - std::mem::replace(&mut before, value)).collect()
}

fn sums(differences: &[i64]) -> impl Iterator<Item = i64> {
    differences.iter().scan(0_i64, |sum, difference| {
        *sum = sum.checked_add(*difference)?;
        Some(*sum)
    })
}

/// The bytes of a block of `values`.
pub(super) fn packed(values: &[FactorValue]) -> Result<Vec<u8>, StoreError> {
    let mut words: Vec<String> = Vec::new();
    let mut word_of = |value: &FactorValue| -> u16 {
        let Some(method) = &value.method else { return 0 };
        let place = words.iter().position(|word| word == method).unwrap_or_else(|| {
            words.push(method.clone());
            words.len() - 1
        });
        u16::try_from(place + 1).unwrap_or(0)
    };
    let methods = values.iter().map(&mut word_of).collect();
    let columns = BlockColumns {
        starts: differences(differences(values.iter().map(|value| seconds(value.interval.start()))).into_iter()),
        lengths: differences(values.iter().map(|value| length_s(value.interval))),
        intensities: differences(values.iter().map(|value| i64::from(value.intensity.milligrams_per_kwh()))),
        statuses: values.iter().map(|value| value.status).collect(),
        methods,
        words,
    };
    let failed = |error: String| StoreError::NotStored { reason: format!("factors cannot be packed: {error}") };
    let bytes = postcard::to_allocvec(&columns).map_err(|error| failed(error.to_string()))?;
    pack(&bytes).map_err(|error| failed(error.to_string()))
}

/// The values of a block.
pub(super) fn unpacked(body: &[u8]) -> Result<Vec<FactorValue>, StoreError> {
    let wrong = || value("block of factors", "bytes that it did not write");
    let bytes = unpack(body).map_err(|_| wrong())?;
    let columns: BlockColumns = postcard::from_bytes(&bytes).map_err(|_| wrong())?;
    let steps: Vec<i64> = sums(&columns.starts).collect();
    let rows = sums(&steps).zip(sums(&columns.lengths)).zip(sums(&columns.intensities));
    let rows = rows.zip(columns.statuses).zip(columns.methods);
    let found: Option<Vec<FactorValue>> = rows
        .map(|((((start, length), intensity), status), method)| {
            let end = Timestamp::from_seconds(start.checked_add(length)?)?;
            let method = match usize::from(method) {
                0 => None,
                place => Some(columns.words.get(place - 1)?.clone()),
            };
            Some(FactorValue {
                interval: Interval::new(Timestamp::from_seconds(start)?, end)?,
                intensity: CarbonIntensity::from_milligrams_per_kwh(u32::try_from(intensity).ok()?),
                status,
                method,
            })
        })
        .collect();
    found.filter(|found| found.len() == columns.starts.len()).ok_or_else(wrong)
}

/// What holds of several blocks, given in the order in which they came: of one time the newest value.
pub(super) fn merged(blocks: Vec<(BlockNumber, Vec<FactorValue>)>) -> Vec<KeptValue> {
    if let [(block, values)] = blocks.as_slice() {
        return values.iter().map(|value| KeptValue { value: value.clone(), block: *block }).collect();
    }
    let mut found = BTreeMap::new();
    for (block, values) in blocks {
        found.extend(values.into_iter().map(|value| (value.interval.start(), KeptValue { value, block })));
    }
    found.into_values().collect()
}

/// The value that describes `at`.
#[must_use]
pub fn value_at(values: &[KeptValue], at: Timestamp) -> Option<&KeptValue> {
    let place = values.partition_point(|kept| kept.value.interval.start() <= at);
    values.get(place.checked_sub(1)?).filter(|kept| kept.value.interval.contains(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    fn one(start: i64, length: i64, milligrams: u32, status: FactorStatus, method: Option<&str>) -> FactorValue {
        FactorValue {
            interval: Interval::new(at(start), at(start + length)).unwrap(),
            intensity: CarbonIntensity::from_milligrams_per_kwh(milligrams),
            status,
            method: method.map(str::to_owned),
        }
    }

    #[test]
    fn a_block_gives_back_what_was_put_in() {
        let values = vec![
            one(-3_600, 1_800, 300_000, FactorStatus::Measured, None),
            one(0, 3_600, 0, FactorStatus::Estimated, Some("A")),
            one(7_200, 300, u32::MAX, FactorStatus::Forecast, Some("B")),
            one(1_577_836_800, 31_622_400, 5, FactorStatus::Provisional, Some("A")),
        ];
        assert_eq!(unpacked(&packed(&values).unwrap()).unwrap(), values);
        assert_eq!(unpacked(&packed(&[]).unwrap()).unwrap(), []);
        assert!(unpacked(b"nonsense").is_err());
    }

    #[test]
    fn a_month_of_hours_takes_about_two_bytes_a_value() {
        // Differences as large as those of a real grid from hour to hour.
        let value = |hour: i64| 300_000 + u32::try_from(hour * 7_919 % 20_011).unwrap();
        let values: Vec<_> =
            (0..744).map(|hour| one(hour * 3_600, 3_600, value(hour), FactorStatus::Measured, None)).collect();
        let bytes = packed(&values).unwrap().len();
        assert!(bytes < 3 * 744, "{bytes}");
    }

    #[test]
    fn the_newest_value_of_a_time_holds_and_a_gap_is_none() {
        let block = BlockNumber::new;
        let old =
            vec![one(0, 3_600, 1, FactorStatus::Measured, None), one(3_600, 3_600, 2, FactorStatus::Measured, None)];
        let new = vec![one(3_600, 3_600, 3, FactorStatus::Measured, None)];
        let found = merged(vec![(block(1), old), (block(2), new)]);
        let of =
            |seconds| value_at(&found, at(seconds)).map(|kept| (kept.value.intensity.milligrams_per_kwh(), kept.block));
        assert_eq!((of(3_599), of(3_600)), (Some((1, block(1))), Some((3, block(2)))));
        assert_eq!((of(-1), of(7_200)), (None, None));
    }

    #[test]
    fn steps_and_grains_are_those_of_calendars() {
        let step = |length| factor_step(one(0, length, 1, FactorStatus::Measured, None).interval);
        let days = |days: u64| Span::from_seconds(days * 86_400);
        assert_eq!((step(900), step(3_600)), (Span::from_seconds(900), HOUR));
        assert_eq!((step(23 * 3_600), step(25 * 3_600)), (days(1), days(1)));
        assert_eq!((step(28 * 86_400), step(366 * 86_400)), (days(31), days(366)));
        let grain = |start| factor_grain(&[one(start, 3_600, 1, FactorStatus::Measured, None)]);
        let minutes = |minutes: u64| Some(Span::from_seconds(minutes * 60));
        assert_eq!((grain(0), grain(1_800), grain(2_700)), (minutes(60), minutes(30), minutes(15)));
        assert_eq!((grain(300), grain(60)), (minutes(5), None));
    }
}
