//! The editions of a zone's factors side by side: what each of them says, which one counts and why, and the hours for which none has a value.

use super::bucket::Grid;
use super::edition::{Edition, EditionKind, EditionSums, Stretch, TYPICAL};
use super::standing::{StandingInWords, standing};
use super::store::SeriesError;
use crate::grid::{FactorChoice, FactorPreference, FactorRule, FactorStatus, Library};
use crate::store::{FactorMonth, FactorValue, HOUR, KeptSeries, SeriesOrigin, Tx, factor_step};
use model::ZoneId;
use std::cmp::Reverse;
use units::{Interval, Timestamp};

/// The editions of a zone over a range of time.
#[derive(Debug, Clone)]
pub struct ZoneEditions {
    /// Code of the zone.
    pub zone: ZoneId,
    /// The range of time and the length of its buckets.
    pub grid: Grid,
    /// Those that count for most of the time first, then the newest; those of the library last. Each with its standing.
    pub editions: Vec<(Edition, StandingInWords)>,
    /// Past times for which nothing but a forecast of an hour or less of the wanted type is known, if that; in order.
    pub gaps: Vec<FactorGap>,
}

/// A time for which nothing but a forecast of an hour or less of the wanted type is known, if that.
#[derive(Debug, Clone)]
pub struct FactorGap {
    /// The time, which ends at the last full hour at the latest.
    pub interval: Interval,
    /// What stands in.
    pub stand_in: FactorChoice,
}

/// The editions of `zone` in the buckets of `grid`, as they count where `preference` is wanted.
///
/// # Errors
///
/// Nothing is known of the zone; the store cannot be read.
pub fn editions(
    tx: &Tx<'_>,
    library: &Library,
    (zone, preference): (&ZoneId, &FactorPreference),
    grid: Grid,
    now: Timestamp,
) -> Result<ZoneEditions, SeriesError> {
    let rule = FactorRule::new(tx, library);
    let zone = ZoneId::from(rule.choose(zone, preference, grid.range.start())?.asked);
    let stretches = rule.stretches(&zone, preference, grid.range)?;
    let mut found = Vec::new();
    for series in tx.factors().series_of(&zone)? {
        if let Some(origin) = tx.factors().origin(series.series)? {
            found.push(kept(tx, &series, origin, grid, &stretches)?);
        }
    }
    found.extend(tabled(library, &zone, grid, &stretches));
    add_others(&mut found, grid, &stretches);
    found.sort_by_key(|edition| Reverse((edition.used, edition.typical, edition.series)));
    let gaps = gaps(&found, &stretches, now);
    let whole = grid.range.span();
    let standings: Vec<_> =
        found.iter().map(|edition| standing(edition, &found, &stretches, preference, whole)).collect();
    Ok(ZoneEditions { zone, grid, editions: found.into_iter().zip(standings).collect(), gaps })
}

/// An edition that the store keeps.
fn kept(
    tx: &Tx<'_>,
    series: &KeptSeries,
    origin: SeriesOrigin,
    grid: Grid,
    stretches: &[Stretch],
) -> Result<Edition, SeriesError> {
    let mut sums = EditionSums::new(EditionKind::of(series), grid, stretches);
    // A value may reach over the end of the month that it is kept under.
    let (first, last) = (FactorMonth::of(grid.range.start().before(HOUR)), FactorMonth::of(grid.range.last()));
    let months = series.months.iter().copied().filter(|month| (first..=last).contains(month)).map(Some);
    for month in months.chain((series.step > HOUR).then_some(None)) {
        for kept in tx.factors().values(series.series, month)? {
            sums.add(&kept.value);
        }
    }
    let extent = origin.extent;
    Ok(Edition { series: Some(series.series), origin: Some(origin), ..sums.edition(extent) })
}

/// The editions of the library.
fn tabled(library: &Library, zone: &ZoneId, grid: Grid, stretches: &[Stretch]) -> Vec<Edition> {
    let mut found: Vec<(EditionSums<'_>, Interval)> = Vec::new();
    for factor in library.factors().iter().filter(|factor| factor.zone == *zone) {
        let kind = EditionKind {
            zone: zone.clone(),
            basis: factor.basis,
            gas: factor.gas,
            accounting: factor.accounting,
            publisher: factor.publisher.clone(),
            edition: factor.edition.clone(),
            licence: factor.licence.clone(),
            step: factor_step(factor.period),
            is_forecast: false,
        };
        let (interval, intensity, status) = (factor.period, factor.intensity, factor.status);
        let value = FactorValue { interval, intensity, status, method: None };
        match found.iter_mut().find(|(sums, _)| sums.kind == kind) {
            Some((sums, extent)) => {
                sums.add(&value);
                *extent = extent.hull(interval);
            }
            None => {
                let mut sums = EditionSums::new(kind, grid, stretches);
                sums.add(&value);
                found.push((sums, interval));
            }
        }
    }
    found.into_iter().map(|(sums, extent)| sums.edition(extent)).collect()
}

/// Adds what counts and is of another zone, as of the country of a part of it.
fn add_others(found: &mut Vec<Edition>, grid: Grid, stretches: &[Stretch]) {
    for (_, choice) in stretches {
        if !found.iter().any(|edition| edition.kind.gave(choice)) {
            let factor = &choice.factor;
            let mut sums = EditionSums::new(EditionKind::of_choice(choice), grid, stretches);
            let (interval, intensity, status) = (factor.period, factor.intensity, factor.status);
            sums.add(&FactorValue { interval, intensity, status, method: None });
            found.push(sums.edition(interval));
        }
    }
}

/// Gaps from the first value of an hour or less up to the last full hour before `now`; neighbours with the same stand-in are one.
fn gaps(editions: &[Edition], stretches: &[Stretch], now: Timestamp) -> Vec<FactorGap> {
    let timely = editions.iter().filter(|edition| edition.kind.is_timely_average());
    let first = timely.map(|edition| edition.extent.start()).min();
    let hours = now.nanoseconds().div_euclid(HOUR.nanoseconds().cast_signed());
    let end = Timestamp::from_nanoseconds(hours * HOUR.nanoseconds().cast_signed());
    let Some(past) = first.and_then(|first| Interval::new(first, end)) else { return Vec::new() };
    let mut found: Vec<FactorGap> = Vec::new();
    for (stretch, choice) in stretches.iter().filter(|(_, choice)| stands_in(choice)) {
        let Some(interval) = stretch.overlap(past) else { continue };
        match found.last_mut() {
            Some(last) if last.interval.end() == interval.start() && is_alike(&last.stand_in, choice) => {
                last.interval = last.interval.hull(interval);
            }
            _ => found.push(FactorGap { interval, stand_in: choice.clone() }),
        }
    }
    found
}

/// Whether a choice is there for want of a value of the wanted type and that time.
fn stands_in(choice: &FactorChoice) -> bool {
    choice.fallback_step >= TYPICAL || choice.basis_changed || choice.factor.status == FactorStatus::Forecast
}

/// Whether two choices are of one step and source, whatever their values.
fn is_alike(one: &FactorChoice, two: &FactorChoice) -> bool {
    let of = |choice: &FactorChoice| (choice.fallback_step, choice.basis_changed);
    of(one) == of(two) && (&one.factor.publisher, &one.factor.edition) == (&two.factor.publisher, &two.factor.edition)
}
