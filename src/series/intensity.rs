//! Carbon intensity over time, as the ledger uses it: imported factors of an hour or less where there are some, else yearly factors of the library.

use super::bucket::Grid;
use super::store::SeriesError;
use crate::grid::{FactorStatus, Library};
use crate::store::{IntervalFactor, Tx};
use api::IntensityFactor;
use chrono::{DateTime, Datelike, NaiveDate};
use model::ZoneId;
use std::collections::{BTreeMap, BTreeSet};
use units::{Interval, Span, Timestamp};

/// Intensity in one bucket, mg/kWh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntensityBucket {
    /// Mean over the bucket, weighted by time.
    pub mean: u32,
    /// Lowest value in the bucket.
    pub min: u32,
    /// Highest value in the bucket.
    pub max: u32,
    /// Status of the least certain value in the bucket.
    pub status: FactorStatus,
}

/// Carbon intensity of a zone over time.
#[derive(Debug, Clone)]
pub struct IntensitySeries {
    /// Code of the zone.
    pub zone: ZoneId,
    /// The range of time and the length of its buckets.
    pub grid: Grid,
    /// Buckets by their number, counted from 1970.
    pub buckets: BTreeMap<i64, IntensityBucket>,
    /// The factors that were used; the one that covers most of the time first.
    pub factors: Vec<IntensityFactor>,
}

/// A stretch of time to which one factor applies.
struct Stretch {
    interval: Interval,
    value: u32,
    status: FactorStatus,
    factor: usize,
}

/// Intensity of `zone` in the buckets of `grid`.
///
/// # Errors
///
/// Nothing is known of the zone; the store cannot be read.
pub fn intensity(tx: &Tx<'_>, library: &Library, zone: &ZoneId, grid: Grid) -> Result<IntensitySeries, SeriesError> {
    let zone = ZoneId::from(library.choose(zone.as_str(), Some(grid.range.start()))?.asked);
    let imported = tx.factors().between(&zone, grid.range)?;
    let mut factors = Vec::new();
    let stretches = stretches(library, &zone, &grid, &imported, &mut factors)?;
    let mut lengths = vec![Span::ZERO; factors.len()];
    let mut sums: BTreeMap<i64, (u128, u128, IntensityBucket)> = BTreeMap::new();
    for stretch in stretches {
        let interval = stretch.interval;
        lengths[stretch.factor] = lengths[stretch.factor].plus(interval.span());
        for number in grid.numbers(interval) {
            let (start, end) = (grid.start(number).max(interval.start()), grid.end(number).min(interval.end()));
            let length = end.since(start).unwrap_or(Span::ZERO).nanoseconds();
            let Stretch { value, status, .. } = stretch;
            let new = IntensityBucket { mean: value, min: value, max: value, status };
            let (whole, time, bucket) = sums.entry(number).or_insert((0, 0, new));
            (*whole, *time) = (*whole + u128::from(value) * u128::from(length), *time + u128::from(length));
            (bucket.min, bucket.max) = (bucket.min.min(value), bucket.max.max(value));
            bucket.status = less_certain(bucket.status, status);
        }
    }
    let mean = |(whole, time, bucket): (u128, u128, IntensityBucket)| {
        let mean = u32::try_from((whole + time / 2) / time.max(1)).unwrap_or(u32::MAX);
        IntensityBucket { mean, ..bucket }
    };
    let buckets = sums.into_iter().map(|(number, sum)| (number, mean(sum))).collect();
    let mut order: Vec<(Span, IntensityFactor)> = lengths.into_iter().zip(factors).collect();
    order.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    Ok(IntensitySeries { zone, grid, buckets, factors: order.into_iter().map(|(_, factor)| factor).collect() })
}

fn less_certain(a: FactorStatus, b: FactorStatus) -> FactorStatus {
    let rank = |status| match status {
        FactorStatus::Measured => 0,
        FactorStatus::Estimated => 1,
        FactorStatus::Provisional => 2,
        FactorStatus::Forecast => 3,
        FactorStatus::Fallback => 4,
    };
    if rank(b) > rank(a) { b } else { a }
}

/// The range of `grid`, cut where the factor may change; each part with the factor that the ledger uses for it.
fn stretches(
    library: &Library,
    zone: &ZoneId,
    grid: &Grid,
    imported: &[IntervalFactor],
    factors: &mut Vec<IntensityFactor>,
) -> Result<Vec<Stretch>, SeriesError> {
    let mut edges = BTreeSet::from([grid.range.start(), grid.range.end()]);
    edges.extend(years(grid));
    let (mut begins, mut ends): (BTreeMap<_, Vec<usize>>, BTreeMap<_, Vec<usize>>) = Default::default();
    for (place, factor) in imported.iter().enumerate() {
        let Some(part) = factor.interval.overlap(grid.range) else { continue };
        begins.entry(part.start()).or_default().push(place);
        ends.entry(part.end()).or_default().push(place);
        edges.extend([part.start(), part.end()]);
    }
    let (mut open, mut found) = (BTreeSet::new(), Vec::new());
    let intervals = edges.iter().zip(edges.iter().skip(1)).filter_map(|(start, end)| Interval::new(*start, *end));
    for interval in intervals {
        let start = interval.start();
        ends.get(&start).into_iter().flatten().for_each(|place| {
            open.remove(place);
        });
        open.extend(begins.get(&start).into_iter().flatten().copied());
        let (value, status, factor) = match open.first().and_then(|place| imported.get(*place)) {
            Some(factor) => (factor.intensity, factor.origin.status, of_import(factor)),
            None => {
                let choice = library.choose(zone.as_str(), Some(start))?;
                (choice.factor.intensity, choice.factor.status, of_library(&choice))
            }
        };
        let number = factors.iter().position(|known| *known == factor).unwrap_or_else(|| {
            factors.push(factor);
            factors.len() - 1
        });
        found.push(Stretch { interval, value: value.milligrams_per_kwh(), status, factor: number });
    }
    Ok(found)
}

/// Where calendar years begin inside the range.
fn years(grid: &Grid) -> impl Iterator<Item = Timestamp> {
    let year = |at: Timestamp| DateTime::from_timestamp_nanos(at.nanoseconds()).year();
    let (from, to) = (grid.range.start(), grid.range.end());
    (year(from) + 1..=year(to)).filter_map(move |year| {
        let midnight = NaiveDate::from_ymd_opt(year, 1, 1)?.and_time(chrono::NaiveTime::MIN).and_utc();
        let begins = Timestamp::from_nanoseconds(midnight.timestamp_nanos_opt()?);
        (begins < to).then_some(begins)
    })
}

fn of_import(factor: &IntervalFactor) -> IntensityFactor {
    let origin = &factor.origin;
    IntensityFactor {
        zone: factor.zone.as_str().into(),
        resolution: "interval".to_owned(),
        basis: origin.basis,
        gas: origin.gas,
        accounting: origin.accounting,
        publisher: origin.publisher.clone(),
        edition: origin.edition.clone(),
        licence: origin.licence.clone(),
        fallback_step: if origin.status == FactorStatus::Measured { 1 } else { 2 },
        notes: Vec::new(),
    }
}

fn of_library(choice: &crate::grid::FactorChoice) -> IntensityFactor {
    let factor = &choice.factor;
    IntensityFactor {
        zone: factor.zone.as_str().into(),
        resolution: "yearly".to_owned(),
        basis: factor.basis,
        gas: factor.gas,
        accounting: factor.accounting,
        publisher: factor.publisher.clone(),
        edition: factor.edition.clone(),
        licence: factor.licence.clone(),
        fallback_step: choice.fallback_step,
        notes: choice.notes.clone(),
    }
}
