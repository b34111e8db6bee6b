//! Carbon intensity over time, by the factors that the ledger uses.

use super::bucket::Grid;
use super::store::SeriesError;
use crate::grid::{FactorChoice, FactorRule, FactorStatus, GridPart, Library, Resolution};
use crate::store::Tx;
use api::IntensityFactor;
use model::ZoneId;
use std::collections::BTreeMap;
use units::Span;

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

/// Intensity in the buckets of `grid`, by the zones and preferences of `parts`, which cover its range.
///
/// # Errors
///
/// Nothing is known of a zone; the store cannot be read.
pub fn intensity(
    tx: &Tx<'_>,
    library: &Library,
    parts: &[GridPart],
    grid: Grid,
) -> Result<IntensitySeries, SeriesError> {
    let rule = FactorRule::new(tx, library);
    let mut stretches = Vec::new();
    for part in parts {
        stretches.extend(rule.stretches(&part.zone, &part.preference, part.interval)?);
    }
    let zone = stretches.last().map(|(_, choice)| ZoneId::from(choice.asked.as_str())).unwrap_or_default();
    let mut used: Vec<(Span, IntensityFactor)> = Vec::new();
    let mut sums: BTreeMap<i64, (u128, u128, IntensityBucket)> = BTreeMap::new();
    for (interval, choice) in stretches {
        let (value, status) = (choice.factor.intensity.milligrams_per_kwh(), choice.factor.status);
        let factor = described(&choice);
        match used.iter_mut().find(|(_, known)| *known == factor) {
            Some((length, _)) => *length = length.plus(interval.span()),
            None => used.push((interval.span(), factor)),
        }
        for number in grid.numbers(interval) {
            let (start, end) = (grid.start(number).max(interval.start()), grid.end(number).min(interval.end()));
            let length = end.since(start).unwrap_or(Span::ZERO).nanoseconds();
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
    used.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    Ok(IntensitySeries { zone, grid, buckets, factors: used.into_iter().map(|(_, factor)| factor).collect() })
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

fn described(choice: &FactorChoice) -> IntensityFactor {
    let factor = &choice.factor;
    let resolution = match factor.resolution {
        Resolution::Hour => "interval",
        Resolution::Day => "daily",
        Resolution::Month => "monthly",
        Resolution::Year => "yearly",
    };
    IntensityFactor {
        zone: factor.zone.clone(),
        resolution: resolution.to_owned(),
        basis: factor.basis,
        gas: factor.gas,
        accounting: factor.accounting,
        publisher: factor.publisher.clone(),
        edition: factor.edition.clone(),
        licence: factor.licence.clone(),
        fallback_step: choice.fallback_step,
        basis_changed: choice.basis_changed,
        notes: choice.notes.clone(),
    }
}
