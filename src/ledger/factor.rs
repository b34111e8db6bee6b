//! The carbon intensity that an entry takes, as the choosing rule of [`crate::grid`] says, and the factor as it is stored with the entry.

use super::LedgerError;
use crate::grid::{
    Accounting, Basis, FactorChoice, FactorPreference, FactorRule, FactorStatus, Gas, Library, SiteGrids,
};
use crate::store::{Entry, Key, StoreError, Tx};
use api::FactorUsed;
use model::{BlockNumber, SiteNumber, ZoneId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use units::{CarbonIntensity, CarbonMass, Energy, Interval, Overflow, Pue, Span, Timestamp};

/// The factor of an entry as it is stored with it: a JSON document whose version, 1, has no field of its own. What has been stored stays readable:
/// a later version may add fields that older documents lack, and gives such a field a default here. What is answered is [`api::FactorUsed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorRecord {
    /// Grid zone that the factor describes.
    pub zone: ZoneId,
    /// Grid zone of the site, for which a factor was looked up.
    pub asked: String,
    /// Time that the factor describes, as an ISO 8601 interval.
    pub period: String,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the factor describes.
    pub accounting: Accounting,
    /// How far the value can be relied on.
    pub status: FactorStatus,
    /// Publisher of the value.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
    /// Licence of the value.
    pub licence: String,
    /// Step of the fallback order that led to the factor, 1 to 6.
    pub fallback_step: u8,
    /// What a reader has to know about the value.
    pub notes: Vec<String>,
    /// Whether basis, gas or accounting are others than those wanted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub basis_changed: bool,
    /// How the source made the value, in its own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The block of kept factors that the value is in, or, of step 4, the newest that was taken into account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<BlockNumber>,
}

impl FactorRecord {
    /// A factor as it was stored with an entry.
    ///
    /// # Errors
    ///
    /// The text is not such a document.
    pub fn stored(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text).map_err(|_| StoreError::Value { what: "factor of an entry", value: text.to_owned() })
    }

    /// Whether another record is of the same series of values.
    pub(super) fn is_of_series(&self, other: &Self) -> bool {
        let type_of = |record: &Self| (record.basis, record.gas, record.accounting, record.block.is_some());
        (&self.zone, &self.publisher, &self.edition) == (&other.zone, &other.publisher, &other.edition)
            && self.block.is_some()
            && type_of(self) == type_of(other)
    }

    /// Whether another record says the same, wherever the value is kept.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let unplaced = |record: &Self| Self { block: None, ..record.clone() };
        unplaced(self) == unplaced(other)
    }

    /// The document to store.
    pub(super) fn to_json(&self) -> String {
        // Texts, numbers and words always become JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<FactorRecord> for FactorUsed {
    fn from(record: FactorRecord) -> Self {
        Self {
            zone: record.zone,
            asked: record.asked.into(),
            period: record.period,
            basis: record.basis,
            gas: record.gas,
            accounting: record.accounting,
            status: record.status,
            publisher: record.publisher,
            edition: record.edition,
            licence: record.licence,
            fallback_step: record.fallback_step,
            notes: record.notes,
            basis_changed: record.basis_changed,
            method: record.method,
        }
    }
}

impl From<FactorChoice> for FactorRecord {
    fn from(choice: FactorChoice) -> Self {
        let factor = choice.factor;
        Self {
            period: factor.period_iso(),
            zone: factor.zone,
            asked: choice.asked,
            basis: factor.basis,
            gas: factor.gas,
            accounting: factor.accounting,
            status: factor.status,
            publisher: factor.publisher,
            edition: factor.edition,
            licence: factor.licence,
            fallback_step: choice.fallback_step,
            notes: choice.notes,
            basis_changed: choice.basis_changed,
            method: choice.method,
            block: choice.block,
        }
    }
}

/// What turns an account's energy into grams.
#[derive(Debug, Clone)]
pub(super) struct Rates {
    pub(super) intensity: CarbonIntensity,
    pub(super) pue: Pue,
    /// [`FactorRecord`] as JSON.
    pub(super) factor: String,
    pub(super) provisional: bool,
}

impl Rates {
    /// Those that an entry was posted at.
    pub(super) fn posted(entry: &Entry) -> Self {
        let (factor, provisional) = (entry.factor.clone(), entry.provisional);
        Self { intensity: entry.intensity, pue: entry.pue, factor, provisional }
    }

    /// Whether an entry was posted at these rates, wherever its factor is kept.
    pub(super) fn are_of(&self, entry: &Entry) -> bool {
        let is_same_factor = || match [&entry.factor, &self.factor].map(|text| FactorRecord::stored(text)) {
            [Ok(posted), Ok(now)] => posted.is_same(&now),
            _ => false,
        };
        (entry.intensity, entry.pue) == (self.intensity, self.pue) && (entry.factor == self.factor || is_same_factor())
    }
}

/// The grams and the overhead of energy at some rates.
pub(super) struct Weighed {
    pub(super) overhead: Energy,
    pub(super) co2e: CarbonMass,
    pub(super) overhead_co2e: CarbonMass,
}

impl Weighed {
    pub(super) fn of(energy: Energy, rates: &Rates) -> Result<Self, Overflow> {
        let overhead = energy.overhead(rates.pue)?;
        Ok(Self { overhead, co2e: energy.carbon(rates.intensity)?, overhead_co2e: overhead.carbon(rates.intensity)? })
    }
}

impl Weighed {
    /// Of energy that joins entries of the same account: what completes them to the grams and the overhead of the whole, so that an account sums to
    /// the same in however many entries it was posted. Beside entries at other rates it is weighed by itself; one without energy, as of what was posted
    /// and taken back before, has nothing at any rate.
    pub(super) fn completing(live: &[Entry], energy: Energy, rates: &Rates) -> Result<Self, Overflow> {
        let live: Vec<&Entry> = live.iter().filter(|entry| entry.part.energy != Energy::ZERO).collect();
        if live.is_empty() || !live.iter().all(|entry| (entry.intensity, entry.pue) == (rates.intensity, rates.pue)) {
            return Self::of(energy, rates);
        }
        let whole = live.iter().try_fold(energy, |sum, entry| sum.checked_add(entry.part.energy))?;
        let mut left = Self::of(whole, rates)?;
        for entry in live {
            left.overhead = left.overhead.checked_add(Energy::from_millijoules(-entry.overhead.millijoules()))?;
            left.co2e = left.co2e.checked_add(CarbonMass::from_micrograms(-entry.co2e.micrograms()))?;
            let posted = CarbonMass::from_micrograms(-entry.overhead_co2e.micrograms());
            left.overhead_co2e = left.overhead_co2e.checked_add(posted)?;
        }
        Ok(left)
    }
}

/// Facility energy and its CO2e of IT energy that is not posted yet, which is given by site and first moment of the posting period; at the best
/// factors known.
///
/// # Errors
///
/// A zone without factor, a sum that leaves its range, the store.
pub fn weigh(
    tx: &Tx<'_>,
    library: &Library,
    open: &[(SiteNumber, Timestamp, Energy)],
) -> Result<(Energy, CarbonMass), LedgerError> {
    let (mut facility, mut co2e) = (Energy::ZERO, CarbonMass::ZERO);
    if open.is_empty() {
        return Ok((facility, co2e));
    }
    let mut chooser = Chooser::new(tx, library)?;
    for (site, period_start, energy) in open {
        let rates = chooser.rates_of((*site, *period_start))?;
        let weighed = Weighed::of(*energy, &rates)?;
        facility = facility.saturating_add(energy.checked_add(weighed.overhead)?);
        co2e = co2e.saturating_add(weighed.co2e.checked_add(weighed.overhead_co2e)?);
    }
    Ok((facility, co2e))
}

/// The mean carbon intensity of a zone over `hours` from `start` on, by the factors that entries of that time would take, and the least certain of
/// these factors.
///
/// # Errors
///
/// A zone without factor, the store.
pub fn mean_intensity(
    tx: &Tx<'_>,
    library: &Library,
    (zone, preference): (&ZoneId, &FactorPreference),
    start: Timestamp,
    hours: u32,
) -> Result<(CarbonIntensity, FactorRecord), LedgerError> {
    let rule = FactorRule::new(tx, library);
    let first = rule.choose(zone, preference, start)?;
    let whole = Interval::new(start, start.after(Span::from_seconds(u64::from(hours.max(1)) * 3_600))?);
    let Some(whole) = whole.filter(|_| first.fallback_step <= 4) else {
        return Ok((first.factor.intensity, FactorRecord::from(first)));
    };
    let stretches = rule.stretches(zone, preference, whole)?;
    let sum = stretches.iter().fold(0_u128, |sum, (part, choice)| {
        sum + u128::from(choice.factor.intensity.milligrams_per_kwh()) * u128::from(part.span().nanoseconds())
    });
    let mean = u32::try_from(sum / u128::from(whole.span().nanoseconds())).unwrap_or(u32::MAX);
    let least_certain = stretches.into_iter().map(|(_, choice)| choice).rev().max_by_key(uncertainty);
    let least_certain = FactorRecord::from(least_certain.unwrap_or(first));
    Ok((CarbonIntensity::from_milligrams_per_kwh(mean), least_certain))
}

/// The higher the less certain. A forecast is less certain than all that is known, and more than what is usual.
fn uncertainty(choice: &FactorChoice) -> u8 {
    match (choice.fallback_step, choice.factor.status) {
        (..=3, FactorStatus::Forecast) => 7,
        (step, _) => 2 * step,
    }
}

/// Chooses rates, and remembers the choice for accounts of one site and period.
pub(super) struct Chooser<'a> {
    tx: &'a Tx<'a>,
    rule: FactorRule<'a>,
    sites: SiteGrids,
    known: HashMap<(SiteNumber, Timestamp), Rates>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(tx: &'a Tx<'a>, library: &'a Library) -> Result<Self, LedgerError> {
        Ok(Self { tx, rule: FactorRule::new(tx, library), sites: SiteGrids::read(tx)?, known: HashMap::new() })
    }

    pub(super) fn rates(&mut self, key: &Key) -> Result<Rates, LedgerError> {
        self.rates_of((key.site, key.period_start))
    }

    /// The rates of energy at a site (its number) in the posting period that begins at a moment.
    fn rates_of(&mut self, of: (SiteNumber, Timestamp)) -> Result<Rates, LedgerError> {
        let (site, period_start) = of;
        if let Some(rates) = self.known.get(&of) {
            return Ok(rates.clone());
        }
        let zone = self.sites.zone(site, period_start);
        let choice = self.rule.choose(&zone, &self.sites.preference(site, period_start), period_start)?;
        let intensity = choice.factor.intensity;
        let mut used = FactorRecord::from(choice);
        if site == SiteNumber::UNASSIGNED {
            used.notes.insert(0, format!("the node belongs to no site: {} stands in", used.zone));
        }
        let provisional = used.status != FactorStatus::Measured;
        let factor = serde_json::to_string(&used).map_err(|_| LedgerError::Factor { zone })?;
        let pue = self.tx.sites().pue(site, period_start)?;
        let rates = Rates { intensity, pue, factor, provisional };
        self.known.insert(of, rates.clone());
        Ok(rates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of an entry covers this text: it is read and written as it was in the first version.
    #[test]
    fn a_stored_factor_is_read_and_written_as_it_always_was() {
        let stored = r#"{"zone":"DE","asked":"DE","period":"2024-01-01T00:00Z/2025-01-01T00:00Z","basis":"lifecycle","gas":"CO2e","accounting":"production","status":"fallback","publisher":"Ember","edition":"2025","licence":"CC BY 4.0","fallback_step":6,"notes":["a year for an hour"]}"#;
        let record = FactorRecord::stored(stored).unwrap();
        assert_eq!(record.to_json(), stored);
        assert_eq!(serde_json::to_string(&FactorUsed::from(record)).unwrap(), stored);
        assert!(FactorRecord::stored("{}").is_err());
    }
}
