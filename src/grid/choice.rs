//! Which factor applies to a zone and a moment: one rule for the ledger, the API, charts and estimates.
//!
//! The order is that of the six steps in METHOD 5. A factor of the wanted type at any step comes before one of another type at an earlier step, and
//! a choice of another type says so. Marginal, residual and supplier values are never chosen unless their accounting is what was asked for, and
//! marginal ones not even then.

use super::climatology::{Climatology, hour_around};
use super::{
    Accounting, Basis, Factor, FactorChoice, FactorStatus, Gas, Library, Resolution, ZoneError, chosen,
    nanoseconds_from, nanoseconds_off,
};
use crate::store::{FactorMonth, HOUR, KeptSeries, KeptValue, StoreError, Tx, value_at};
use model::{SeriesNumber, ZoneId};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;
use units::{CarbonIntensity, Interval, Span, Timestamp};

/// The method of a value that was computed from the generation mix of its zone and factors per fuel (step 3).
pub const FROM_MIX: &str = "generation mix";
const TYPICAL: &str = "no value is known for this hour: it is the mean of this hour of the week in this month of the year, of the same series";

/// Which of several factors a site wants. What is not stated is that of the best series of its zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorPreference {
    /// Which part of the life cycle of electricity is to be counted.
    pub basis: Option<Basis>,
    /// Which gases are to be counted.
    pub gas: Option<Gas>,
    /// Whose electricity is to be described.
    pub accounting: Option<Accounting>,
    /// The publishers whose series may be used, the preferred one first; empty is any, the newest series first.
    pub publishers: Vec<String>,
}

/// Why no factor was chosen.
#[derive(Debug, thiserror::Error)]
pub enum FactorChoiceError {
    /// The zone is unknown, or there is nothing for it.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// The kept factors cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a factor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FactorType {
    basis: Basis,
    gas: Gas,
    accounting: Accounting,
}

impl FactorType {
    const fn of(series: &KeptSeries) -> Self {
        Self { basis: series.basis, gas: series.gas, accounting: series.accounting }
    }

    const fn of_factor(factor: &Factor) -> Self {
        Self { basis: factor.basis, gas: factor.gas, accounting: factor.accounting }
    }
}

/// The series of a zone that may be used, the preferred ones first.
#[derive(Debug)]
struct RankedSeries {
    own: Vec<KeptSeries>,
    /// Of the country, for a part of a country.
    national: Vec<KeptSeries>,
    wanted: Option<FactorType>,
}

type RankedByZone = HashMap<ZoneId, Vec<(FactorPreference, Rc<RankedSeries>)>>;
/// Without a month: values of more than an hour.
type ValuesByMonth = HashMap<(SeriesNumber, Option<FactorMonth>), Rc<Vec<KeptValue>>>;

/// The choosing rule over the library and the kept factors, which it reads once. It is of one state of the store.
#[derive(Debug)]
pub struct FactorRule<'a> {
    tx: &'a Tx<'a>,
    library: &'a Library,
    ranked: RefCell<RankedByZone>,
    months: RefCell<ValuesByMonth>,
    climates: RefCell<HashMap<(SeriesNumber, FactorMonth), Rc<Climatology>>>,
}

impl<'a> FactorRule<'a> {
    /// The rule over `library` and what `tx` keeps.
    #[must_use]
    pub fn new(tx: &'a Tx<'a>, library: &'a Library) -> Self {
        Self { tx, library, ranked: RefCell::default(), months: RefCell::default(), climates: RefCell::default() }
    }

    /// The factor for `zone` (any case) at `at`.
    ///
    /// # Errors
    ///
    /// The zone is unknown or has no factor; the store cannot be read.
    pub fn choose(
        &self,
        zone: &ZoneId,
        preference: &FactorPreference,
        at: Timestamp,
    ) -> Result<FactorChoice, FactorChoiceError> {
        let upper = zone.as_str().trim().to_uppercase();
        let asked = if zone.as_str() == upper { zone.clone() } else { upper.into() };
        let ranked = self.ranked(&asked, preference)?;
        let Some(wanted) = ranked.wanted else { return self.of_any_type(&asked, &ranked, at) };
        if let Some(choice) = self.best(&asked, &ranked, at, |kind| kind == wanted)? {
            return Ok(choice);
        }
        let mut choice = self.of_any_type(&asked, &ranked, at)?;
        let found = FactorType::of_factor(&choice.factor);
        if found != wanted {
            choice.basis_changed = true;
            let FactorType { basis, gas, accounting } = wanted;
            choice.notes.push(format!(
                "of another type than wanted, {basis}, {gas}, {accounting}: none of that type is known here"
            ));
        }
        Ok(choice)
    }

    /// The library behind the rule.
    pub(super) const fn library(&self) -> &Library {
        self.library
    }

    /// Whether series of a zone are kept.
    pub(super) fn has_series(&self, zone: &ZoneId) -> Result<bool, StoreError> {
        Ok(!self.ranked(zone, &FactorPreference::default())?.own.is_empty())
    }

    /// How `range` divides by the factors that apply, in order of time: each part with its factor.
    ///
    /// # Errors
    ///
    /// See [`Self::choose`].
    pub fn stretches(
        &self,
        zone: &ZoneId,
        preference: &FactorPreference,
        range: Interval,
    ) -> Result<Vec<(Interval, FactorChoice)>, FactorChoiceError> {
        let grain = self.grain(zone, preference)?;
        let mut found: Vec<(Interval, FactorChoice)> = Vec::new();
        let mut at = range.start();
        while at < range.end() {
            let end = at.next_multiple(grain).map_or(range.end(), |next| next.min(range.end()));
            let Some(part) = Interval::new(at, end) else { break };
            let choice = self.choose(zone, preference, at)?;
            match found.last_mut() {
                Some((whole, last)) if last.is_same(&choice) => *whole = whole.hull(part),
                _ => found.push((part, choice)),
            }
            at = end;
        }
        Ok(found)
    }

    /// The longest of 5, 15, 30 and 60 minutes within whose multiples the factor of a zone stays the same.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn grain(&self, zone: &ZoneId, preference: &FactorPreference) -> Result<Span, FactorChoiceError> {
        let ranked = self.ranked(zone, preference)?;
        Ok(ranked.own.iter().map(|series| series.grain).min().unwrap_or(HOUR))
    }

    fn ranked(&self, zone: &ZoneId, preference: &FactorPreference) -> Result<Rc<RankedSeries>, StoreError> {
        if let Some(known) = self.ranked.borrow().get(zone)
            && let Some((_, known)) = known.iter().find(|(known, _)| known == preference)
        {
            return Ok(Rc::clone(known));
        }
        let own = rank(self.tx.factors().series_of(zone)?, preference);
        let national = match zone.as_str().split_once('-') {
            Some((country, _)) if country.len() == 2 => {
                let mut series = rank(self.tx.factors().series_of(&country.into())?, preference);
                series.retain(|series| series.step > HOUR);
                series
            }
            _ => Vec::new(),
        };
        let wanted = own.first().or_else(|| national.first()).map(FactorType::of);
        let wanted = wanted.or_else(|| of_library(self.library, zone, preference));
        let ranked = Rc::new(RankedSeries { own, national, wanted: wanted.map(|found| with(found, preference)) });
        self.ranked.borrow_mut().entry(zone.clone()).or_default().push((preference.clone(), Rc::clone(&ranked)));
        Ok(ranked)
    }

    fn of_any_type(
        &self,
        asked: &ZoneId,
        ranked: &RankedSeries,
        at: Timestamp,
    ) -> Result<FactorChoice, FactorChoiceError> {
        match self.best(asked, ranked, at, |_| true)? {
            Some(choice) => Ok(choice),
            None => Ok(self.library.choose(asked.as_str(), Some(at))?),
        }
    }

    fn best(
        &self,
        asked: &ZoneId,
        ranked: &RankedSeries,
        at: Timestamp,
        fits: impl Fn(FactorType) -> bool + Copy,
    ) -> Result<Option<FactorChoice>, FactorChoiceError> {
        if let Some(choice) = self.timely(asked, ranked, at, fits)? {
            return Ok(Some(choice));
        }
        match self.typical(asked, ranked, at, fits)? {
            Some(choice) => Ok(Some(choice)),
            None => self.coarse(asked, ranked, at, fits),
        }
    }

    /// Steps 1 to 3: a value of an hour or less for that time.
    fn timely(
        &self,
        asked: &ZoneId,
        ranked: &RankedSeries,
        at: Timestamp,
        fits: impl Fn(FactorType) -> bool,
    ) -> Result<Option<FactorChoice>, FactorChoiceError> {
        let mut best: Option<(u8, &KeptSeries, Rc<Vec<KeptValue>>)> = None;
        for series in ranked.own.iter().filter(|series| series.step <= HOUR && fits(FactorType::of(series))) {
            let Some(values) = self.values_around(series, at)? else { continue };
            let Some(kept) = value_at(&values, at) else { continue };
            let place = place(kept);
            if best.as_ref().is_none_or(|(known, ..)| place < *known) {
                best = Some((place, series, values));
            }
            if place == 0 {
                break;
            }
        }
        let Some((_, series, values)) = best else { return Ok(None) };
        Ok(value_at(&values, at).map(|kept| {
            let value = &kept.value;
            FactorChoice {
                factor: self.factor(series, value.intensity, value.interval, value.status),
                asked: asked.to_string(),
                fallback_step: step(kept),
                basis_changed: false,
                method: value.method.clone(),
                block: Some(kept.block),
                notes: Vec::new(),
            }
        }))
    }

    /// Values of the month that `at` lies in, or of the month before where one of those reaches over its end.
    fn values_around(&self, series: &KeptSeries, at: Timestamp) -> Result<Option<Rc<Vec<KeptValue>>>, StoreError> {
        let month = FactorMonth::of(at);
        let values = self.month(series, Some(month))?;
        if value_at(&values, at).is_some() {
            return Ok(Some(values));
        }
        let before = FactorMonth::of(at.before(HOUR));
        if before == month { Ok(None) } else { self.month(series, Some(before)).map(Some) }
    }

    fn month(&self, series: &KeptSeries, month: Option<FactorMonth>) -> Result<Rc<Vec<KeptValue>>, StoreError> {
        if let Some(known) = self.months.borrow().get(&(series.series, month)) {
            return Ok(Rc::clone(known));
        }
        let values = Rc::new(self.tx.factors().values(series.series, month)?);
        self.months.borrow_mut().insert((series.series, month), Rc::clone(&values));
        Ok(values)
    }

    /// Step 4: what is typical of that hour of the week in that month.
    fn typical(
        &self,
        asked: &ZoneId,
        ranked: &RankedSeries,
        at: Timestamp,
        fits: impl Fn(FactorType) -> bool,
    ) -> Result<Option<FactorChoice>, FactorChoiceError> {
        let Some(hour) = hour_around(at) else { return Ok(None) };
        let may = |series: &&KeptSeries| series.step <= HOUR && !series.is_forecast && fits(FactorType::of(series));
        for series in ranked.own.iter().filter(may) {
            let Some(intensity) = self.climate(series, FactorMonth::of(at))?.at(at) else { continue };
            return Ok(Some(FactorChoice {
                factor: self.factor(series, intensity, hour, FactorStatus::Fallback),
                asked: asked.to_string(),
                fallback_step: 4,
                basis_changed: false,
                method: None,
                block: Some(self.tx.factors().newest_block(series.series)?),
                notes: vec![TYPICAL.to_owned()],
            }));
        }
        Ok(None)
    }

    fn climate(&self, series: &KeptSeries, month: FactorMonth) -> Result<Rc<Climatology>, StoreError> {
        if let Some(known) = self.climates.borrow().get(&(series.series, month)) {
            return Ok(Rc::clone(known));
        }
        let mut months = Vec::new();
        for typical in series.months.iter().filter(|known| Climatology::takes(**known, month)) {
            months.push(self.month(series, Some(*typical))?);
        }
        let values = months.iter().flat_map(|values| values.iter()).map(|kept| &kept.value);
        let climate = Rc::new(Climatology::of(values));
        self.climates.borrow_mut().insert((series.series, month), Rc::clone(&climate));
        Ok(climate)
    }

    /// Steps 5 and 6: a value of more than an hour, kept or of the library. The one nearer in time is taken, of two equally near ones that which was
    /// kept.
    fn coarse(
        &self,
        asked: &ZoneId,
        ranked: &RankedSeries,
        at: Timestamp,
        fits: impl Fn(FactorType) -> bool,
    ) -> Result<Option<FactorChoice>, FactorChoiceError> {
        let tabled = self.library.choose(asked.as_str(), Some(at)).ok();
        let mut tabled = tabled.filter(|choice| fits(FactorType::of_factor(&choice.factor)));
        let off = |choice: &FactorChoice| nanoseconds_off(&choice.factor, at);
        for (series, is_own) in [(&ranked.own, true), (&ranked.national, false)] {
            let tabled = tabled.take_if(|choice| (choice.factor.zone == *asked) == is_own);
            let found = match (self.nearest(asked, series, at, &fits)?, tabled) {
                (Some(kept), Some(tabled)) => Some(if off(&tabled) < off(&kept) { tabled } else { kept }),
                (kept, tabled) => kept.or(tabled),
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Of the kept values of more than an hour the nearest in time, then the finest.
    fn nearest(
        &self,
        asked: &ZoneId,
        series: &[KeptSeries],
        at: Timestamp,
        fits: impl Fn(FactorType) -> bool,
    ) -> Result<Option<FactorChoice>, FactorChoiceError> {
        let mut best: Option<((u64, Span), FactorChoice)> = None;
        for series in series.iter().filter(|series| series.step > HOUR && fits(FactorType::of(series))) {
            for kept in self.month(series, None)?.iter() {
                let place = (nanoseconds_from(kept.value.interval, at), series.step);
                if best.as_ref().is_none_or(|(known, _)| place < *known) {
                    let (intensity, period) = (kept.value.intensity, kept.value.interval);
                    let factor = self.factor(series, intensity, period, FactorStatus::Fallback);
                    let choice = chosen(factor, asked.to_string(), Some(at));
                    best = Some((place, FactorChoice { block: Some(kept.block), ..choice }));
                }
            }
        }
        Ok(best.map(|(_, choice)| choice))
    }

    fn factor(
        &self,
        series: &KeptSeries,
        intensity: CarbonIntensity,
        period: Interval,
        status: FactorStatus,
    ) -> Factor {
        Factor {
            zone: series.zone.clone(),
            name: self.library.zone_name(series.zone.as_str()),
            intensity,
            period,
            basis: series.basis,
            gas: series.gas,
            accounting: series.accounting,
            resolution: resolution(series.step),
            status,
            publisher: series.publisher.clone(),
            edition: series.edition.clone(),
            licence: series.licence.clone(),
            note: String::new(),
        }
    }
}

/// Step of the fallback order that a value of an hour or less is.
fn step(kept: &KeptValue) -> u8 {
    match kept.value.status {
        _ if kept.value.method.as_deref() == Some(FROM_MIX) => 3,
        FactorStatus::Measured => 1,
        _ => 2,
    }
}

/// The order in which values for one time are taken. What was computed from the mix of that time comes before what was predicted.
fn place(kept: &KeptValue) -> u8 {
    match kept.value.status {
        FactorStatus::Forecast => 5,
        _ if step(kept) == 3 => 4,
        FactorStatus::Measured => 0,
        FactorStatus::Provisional => 1,
        FactorStatus::Estimated => 2,
        FactorStatus::Fallback => 3,
    }
}

/// Those of `series` that may be used, the best first.
fn rank(mut series: Vec<KeptSeries>, preference: &FactorPreference) -> Vec<KeptSeries> {
    let publisher = |series: &KeptSeries| preference.publishers.iter().position(|name| *name == series.publisher);
    series.retain(|series| {
        let may = match series.accounting {
            Accounting::Production | Accounting::Consumption | Accounting::Unspecified => true,
            Accounting::Residual | Accounting::Supplier => preference.accounting == Some(series.accounting),
            Accounting::Marginal => false,
        };
        may && (preference.publishers.is_empty() || publisher(series).is_some())
    });
    let misses = |series: &KeptSeries| {
        [
            preference.basis.is_some_and(|basis| basis != series.basis),
            preference.gas.is_some_and(|gas| gas != series.gas),
            preference.accounting.is_some_and(|accounting| accounting != series.accounting),
        ]
        .map(usize::from)
        .iter()
        .sum::<usize>()
    };
    series.sort_by_key(|series| {
        let is_partial = (series.basis == Basis::Direct, series.gas == Gas::Co2);
        (misses(series), publisher(series), series.step > HOUR, is_partial, Reverse(series.series))
    });
    series
}

/// What is wanted of a zone without series, where something is stated.
fn of_library(library: &Library, zone: &ZoneId, preference: &FactorPreference) -> Option<FactorType> {
    let is_stated = preference.basis.is_some() || preference.gas.is_some() || preference.accounting.is_some();
    let choice = is_stated.then(|| library.choose(zone.as_str(), None))?.ok()?;
    Some(FactorType::of_factor(&choice.factor))
}

/// `found`, with what is stated in its place.
fn with(found: FactorType, preference: &FactorPreference) -> FactorType {
    FactorType {
        basis: preference.basis.unwrap_or(found.basis),
        gas: preference.gas.unwrap_or(found.gas),
        accounting: preference.accounting.unwrap_or(found.accounting),
    }
}

/// The length of time that values of a series of this step describe.
#[must_use]
pub const fn resolution(step: Span) -> Resolution {
    match step.nanoseconds() / 1_000_000_000 {
        0..=3_600 => Resolution::Hour,
        3_601..=86_400 => Resolution::Day,
        86_401..=2_678_400 => Resolution::Month,
        _ => Resolution::Year,
    }
}
