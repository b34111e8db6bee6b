//! Which carbon intensity an entry takes: an imported interval factor where there is one, else the library's yearly.

use super::LedgerError;
use crate::grid::{Accounting, Basis, FactorStatus, Gas, Library};
use crate::store::{Key, StoreError, Tx, ZoneStep};
use api::FactorUsed;
use model::{SiteNumber, ZoneId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use units::{CarbonIntensity, CarbonMass, Energy, Overflow, Pue, Timestamp};

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

/// The mean carbon intensity of a zone over `hours` from `start` on, by the factors that entries of those hours would take, and the factor of
/// the first hour.
///
/// # Errors
///
/// A zone without factor, the store.
pub fn mean_intensity(
    tx: &Tx<'_>,
    library: &Library,
    zone: &ZoneId,
    start: Timestamp,
    hours: u32,
) -> Result<(CarbonIntensity, FactorRecord), LedgerError> {
    let chooser = Chooser::new(tx, library)?;
    let (first, used) = chooser.choose(zone, start)?;
    if used.fallback_step > 2 {
        return Ok((first, used));
    }
    let mut sum = u64::from(first.milligrams_per_kwh());
    for hour in 1..hours.max(1) {
        let at = start.after(units::Span::from_seconds(u64::from(hour) * 3_600))?;
        sum += u64::from(chooser.choose(zone, at)?.0.milligrams_per_kwh());
    }
    let mean = u32::try_from(sum / u64::from(hours.max(1))).unwrap_or(u32::MAX);
    Ok((CarbonIntensity::from_milligrams_per_kwh(mean), used))
}

/// Chooses rates, and remembers the choice for accounts of one site and period.
pub(super) struct Chooser<'a> {
    tx: &'a Tx<'a>,
    library: &'a Library,
    zones: Vec<ZoneStep>,
    known: HashMap<(SiteNumber, Timestamp), Rates>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(tx: &'a Tx<'a>, library: &'a Library) -> Result<Self, LedgerError> {
        Ok(Self { tx, library, zones: tx.sites().zone_history()?, known: HashMap::new() })
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
        let of_site = |step: &&ZoneStep| step.site == site && step.since <= period_start;
        let zone = self.zones.iter().rev().find(of_site).map(|step| step.zone.clone()).unwrap_or_default();
        let (intensity, mut used) = self.choose(&zone, period_start)?;
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

    fn choose(&self, zone: &ZoneId, at: Timestamp) -> Result<(CarbonIntensity, FactorRecord), LedgerError> {
        if let Some(imported) = self.tx.factors().at(zone, at)? {
            let origin = imported.origin;
            let moment = |at: Timestamp| {
                chrono::DateTime::from_timestamp_nanos(at.nanoseconds()).format("%Y-%m-%dT%H:%MZ").to_string()
            };
            let used = FactorRecord {
                zone: zone.clone(),
                asked: zone.to_string(),
                period: format!("{}/{}", moment(imported.interval.start()), moment(imported.interval.end())),
                fallback_step: if origin.status == FactorStatus::Measured { 1 } else { 2 },
                basis: origin.basis,
                gas: origin.gas,
                accounting: origin.accounting,
                status: origin.status,
                publisher: origin.publisher,
                edition: origin.edition,
                licence: origin.licence,
                notes: Vec::new(),
            };
            return Ok((imported.intensity, used));
        }
        let choice = self.library.choose(zone.as_str(), Some(at))?;
        let factor = choice.factor;
        let used = FactorRecord {
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
        };
        Ok((factor.intensity, used))
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
