//! Which carbon intensity an entry takes: an imported interval factor where there is one, else the library's yearly.

use super::LedgerError;
use crate::grid::{FactorStatus, Library};
use crate::store::{Key, Tx, ZoneStep};
use model::SiteNumber;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use units::{CarbonIntensity, CarbonMass, Energy, Overflow, Pue, Timestamp};

/// The factor of an entry as it is stored with it, and read by `explain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FactorUsed {
    /// Zone of the factor.
    pub zone: String,
    /// The site's zone, for which it was asked.
    pub asked: String,
    /// Time that it describes, ISO 8601.
    pub period: String,
    /// Direct or lifecycle.
    pub basis: crate::grid::Basis,
    /// CO2 or CO2e.
    pub gas: crate::grid::Gas,
    /// Average, marginal, residual or supplier.
    pub accounting: crate::grid::Accounting,
    /// Measured, provisional, forecast or fallback.
    pub status: FactorStatus,
    /// Who published it.
    pub publisher: String,
    /// Which release.
    pub edition: String,
    /// Licence of the value.
    pub licence: String,
    /// Step of the fallback order, 1 to 6.
    pub fallback_step: u8,
    /// What a reader must be told.
    pub notes: Vec<String>,
}

/// What turns an account's energy into grams.
#[derive(Debug, Clone)]
pub(super) struct Rates {
    pub(super) intensity: CarbonIntensity,
    pub(super) pue: Pue,
    /// [`FactorUsed`] as JSON.
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

/// Facility energy (mJ) and CO2e (µg) of IT energy that is not posted yet, by number of the site, first moment of the posting period and mJ,
/// at the best factors known.
///
/// # Errors
///
/// A zone without factor, a sum that leaves its range, the store.
pub fn weigh(
    tx: &Tx<'_>,
    library: &Library,
    open: &[(SiteNumber, Timestamp, Energy)],
) -> Result<(i64, i64), LedgerError> {
    if open.is_empty() {
        return Ok((0, 0));
    }
    let mut chooser = Chooser::new(tx, library)?;
    let (mut mj, mut ug) = (0_i64, 0_i64);
    for (site, period_start, energy) in open {
        let rates = chooser.rates_of((*site, *period_start))?;
        let weighed = Weighed::of(*energy, &rates)?;
        mj = mj.saturating_add(energy.checked_add(weighed.overhead)?.millijoules());
        ug = ug.saturating_add(weighed.co2e.checked_add(weighed.overhead_co2e)?.micrograms());
    }
    Ok((mj, ug))
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
    zone: &str,
    (start, hours): (Timestamp, u32),
) -> Result<(CarbonIntensity, FactorUsed), LedgerError> {
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

    fn choose(&self, zone: &str, at: Timestamp) -> Result<(CarbonIntensity, FactorUsed), LedgerError> {
        if let Some(imported) = self.tx.factors().at(zone, at)? {
            let origin = imported.origin;
            let moment = |at: Timestamp| {
                chrono::DateTime::from_timestamp_nanos(at.nanoseconds()).format("%Y-%m-%dT%H:%MZ").to_string()
            };
            let used = FactorUsed {
                zone: zone.to_owned(),
                asked: zone.to_owned(),
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
        let choice = self.library.choose(zone, Some(at))?;
        let factor = choice.factor;
        let used = FactorUsed {
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
