//! One edition of a zone's factors, and what it says of a range of time.

use super::bucket::Grid;
use crate::grid::{Accounting, Basis, FactorChoice, FactorStatus, Gas};
use crate::store::{FactorValue, HOUR, KeptSeries, SeriesOrigin, factor_step};
use model::{SeriesNumber, ZoneId};
use std::collections::BTreeMap;
use units::{Interval, Span};

/// Step of the fallback order at which a mean of the hour of the week stands in.
pub(super) const TYPICAL: u8 = 4;

/// A stretch of time with the factor that applies.
pub(super) type Stretch = (Interval, FactorChoice);

/// What makes an edition: two that differ in any of it are shown side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionKind {
    /// Zone that the values describe.
    pub zone: ZoneId,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the values describe.
    pub accounting: Accounting,
    /// Publisher of the values.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
    /// Licence of the values.
    pub licence: String,
    /// How long one value describes: see [`KeptSeries::step`].
    pub step: Span,
    /// Whether the values are forecasts.
    pub is_forecast: bool,
}

/// One edition, and what it says of the range.
#[derive(Debug, Clone)]
pub struct Edition {
    /// What makes it.
    pub kind: EditionKind,
    /// How the store refers to it; `None` of the library's own.
    pub series: Option<SeriesNumber>,
    /// Where its newest values came from; `None` of the library's own.
    pub origin: Option<SeriesOrigin>,
    /// From the first moment that any of its values describes to the last.
    pub extent: Interval,
    /// Mean in each bucket that it has a value for, mg/kWh.
    pub buckets: BTreeMap<i64, u32>,
    /// The status of most of its values in the range.
    pub status: Option<FactorStatus>,
    /// Time of the range that it has values for.
    pub known: Span,
    /// Time of the range for which they count.
    pub used: Span,
    /// Time of the range for which its mean of that hour of the week stands in.
    pub typical: Span,
    /// How far it lies from values of its type that count.
    pub difference: Option<EditionGap>,
}

/// How far an edition lies from the values that count, mg/kWh, weighted by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EditionGap {
    /// Mean of its value less the one that counts.
    pub mean: i64,
    /// Mean size of that difference.
    pub absolute: u32,
    /// Time that was compared.
    pub compared: Span,
}

impl EditionKind {
    pub(super) fn of(series: &KeptSeries) -> Self {
        Self {
            zone: series.zone.clone(),
            basis: series.basis,
            gas: series.gas,
            accounting: series.accounting,
            publisher: series.publisher.clone(),
            edition: series.edition.clone(),
            licence: series.licence.clone(),
            step: series.step,
            is_forecast: series.is_forecast,
        }
    }

    pub(super) fn of_choice(choice: &FactorChoice) -> Self {
        let factor = &choice.factor;
        Self {
            zone: factor.zone.clone(),
            basis: factor.basis,
            gas: factor.gas,
            accounting: factor.accounting,
            publisher: factor.publisher.clone(),
            edition: factor.edition.clone(),
            licence: factor.licence.clone(),
            step: factor_step(factor.period),
            is_forecast: factor.status == FactorStatus::Forecast,
        }
    }

    /// Whether a choice is a value of this edition, or a mean of its values.
    pub(super) fn gave(&self, choice: &FactorChoice) -> bool {
        let factor = &choice.factor;
        let is_step = match choice.fallback_step {
            TYPICAL => self.step <= HOUR,
            _ => self.step == factor_step(factor.period),
        };
        is_step
            && self.is_forecast == (factor.status == FactorStatus::Forecast)
            && self.is_type_of(choice)
            && self.zone == factor.zone
            && (&self.publisher, &self.edition, &self.licence) == (&factor.publisher, &factor.edition, &factor.licence)
    }

    /// Whether both count the same.
    pub(super) fn is_type_of(&self, choice: &FactorChoice) -> bool {
        let factor = &choice.factor;
        (self.basis, self.gas, self.accounting) == (factor.basis, factor.gas, factor.accounting)
    }

    /// Whether its values are averages of an hour or less that may count without being asked for.
    pub(super) fn is_timely_average(&self) -> bool {
        let is_average =
            matches!(self.accounting, Accounting::Production | Accounting::Consumption | Accounting::Unspecified);
        is_average && self.step <= HOUR && !self.is_forecast
    }
}

/// What is summed of an edition while its values pass by.
pub(super) struct EditionSums<'a> {
    pub(super) kind: EditionKind,
    grid: Grid,
    stretches: &'a [Stretch],
    /// mg/kWh × ns, and ns.
    buckets: BTreeMap<i64, (u128, u128)>,
    statuses: Vec<(FactorStatus, Span)>,
    known: Span,
    /// Difference and its size in mg/kWh × ns, and ns.
    difference: (i128, u128, u128),
}

impl<'a> EditionSums<'a> {
    pub(super) fn new(kind: EditionKind, grid: Grid, stretches: &'a [Stretch]) -> Self {
        let (buckets, statuses) = (BTreeMap::new(), Vec::new());
        Self { kind, grid, stretches, buckets, statuses, known: Span::ZERO, difference: (0, 0, 0) }
    }

    pub(super) fn add(&mut self, value: &FactorValue) {
        let Some(part) = value.interval.overlap(self.grid.range) else { return };
        let milligrams = value.intensity.milligrams_per_kwh();
        self.known = self.known.plus(part.span());
        match self.statuses.iter_mut().find(|(status, _)| *status == value.status) {
            Some((_, time)) => *time = time.plus(part.span()),
            None => self.statuses.push((value.status, part.span())),
        }
        for number in self.grid.numbers(part) {
            let bucket = Interval::new(self.grid.start(number), self.grid.end(number));
            let Some(own) = bucket.and_then(|bucket| bucket.overlap(part)) else { continue };
            let nanoseconds = u128::from(own.span().nanoseconds());
            let (sum, time) = self.buckets.entry(number).or_insert((0, 0));
            (*sum, *time) = (*sum + u128::from(milligrams) * nanoseconds, *time + nanoseconds);
        }
        self.compare(part, milligrams);
    }

    /// Compares a value with those of other editions that count for the same time.
    fn compare(&mut self, part: Interval, milligrams: u32) {
        let first = self.stretches.partition_point(|(stretch, _)| stretch.end() <= part.start());
        for (stretch, choice) in
            self.stretches.iter().skip(first).take_while(|(stretch, _)| stretch.start() < part.end())
        {
            let is_actual = choice.fallback_step < TYPICAL && choice.factor.status != FactorStatus::Forecast;
            let Some(both) = stretch.overlap(part).filter(|_| is_actual && self.kind.is_type_of(choice)) else {
                continue;
            };
            if self.kind.gave(choice) {
                continue;
            }
            let off = i64::from(milligrams) - i64::from(choice.factor.intensity.milligrams_per_kwh());
            let nanoseconds = both.span().nanoseconds();
            let (sum, size, time) = &mut self.difference;
            *sum += i128::from(off) * i128::from(nanoseconds);
            *size += u128::from(off.unsigned_abs()) * u128::from(nanoseconds);
            *time += u128::from(nanoseconds);
        }
    }

    /// The edition, whose values describe `extent`, in the range or not.
    pub(super) fn edition(self, extent: Interval) -> Edition {
        let time_of = |is_typical: bool| {
            let own = self
                .stretches
                .iter()
                .filter(|(_, choice)| (choice.fallback_step == TYPICAL) == is_typical && self.kind.gave(choice));
            own.fold(Span::ZERO, |sum, (stretch, _)| sum.plus(stretch.span()))
        };
        let (used, typical) = (time_of(false), time_of(true));
        let mean = |(sum, time): (u128, u128)| u32::try_from((sum + time / 2) / time.max(1)).unwrap_or(u32::MAX);
        Edition {
            series: None,
            origin: None,
            extent,
            buckets: self.buckets.into_iter().map(|(number, sum)| (number, mean(sum))).collect(),
            status: self.statuses.into_iter().max_by_key(|(_, time)| *time).map(|(status, _)| status),
            known: self.known,
            used,
            typical,
            difference: difference(self.difference),
            kind: self.kind,
        }
    }
}

fn difference((sum, size, time): (i128, u128, u128)) -> Option<EditionGap> {
    let (signed, half) = (i128::try_from(time).ok().filter(|time| *time > 0)?, time / 2);
    Some(EditionGap {
        mean: i64::try_from((sum + signed / 2).div_euclid(signed)).ok()?,
        absolute: u32::try_from((size + half) / time).ok()?,
        compared: Span::from_nanoseconds(u64::try_from(time).ok()?),
    })
}
