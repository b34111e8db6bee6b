//! Which carbon intensity an entry takes: an imported interval factor where there is one, else the library's yearly.

use super::LedgerError;
use crate::grid::{Library, Status};
use crate::store::{Key, Tx, ZoneStep};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use units::{CarbonIntensity, Pue, Timestamp};

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
    pub status: Status,
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

/// Chooses rates, and remembers the choice for accounts of one site and period.
pub(super) struct Chooser<'a> {
    tx: &'a Tx<'a>,
    library: &'a Library,
    zones: Vec<ZoneStep>,
    known: HashMap<(i64, Timestamp), Rates>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(tx: &'a Tx<'a>, library: &'a Library) -> Result<Self, LedgerError> {
        Ok(Self { tx, library, zones: tx.zone_history()?, known: HashMap::new() })
    }

    pub(super) fn rates(&mut self, key: &Key) -> Result<Rates, LedgerError> {
        let of = (key.site, key.period_start);
        if let Some(rates) = self.known.get(&of) {
            return Ok(rates.clone());
        }
        let of_site = |step: &&ZoneStep| step.site == key.site && step.since <= key.period_start;
        let zone = self.zones.iter().rev().find(of_site).map(|step| step.zone.clone()).unwrap_or_default();
        let (intensity, mut used) = self.choose(&zone, key.period_start)?;
        if key.site == 0 {
            used.notes.insert(0, format!("the node belongs to no site: {} stands in", used.zone));
        }
        let provisional = used.status != Status::Measured;
        let factor = serde_json::to_string(&used).map_err(|_| LedgerError::Factor { zone })?;
        let pue = self.tx.pue(key.site, key.period_start)?;
        let rates = Rates { intensity, pue, factor, provisional };
        self.known.insert(of, rates.clone());
        Ok(rates)
    }

    fn choose(&self, zone: &str, at: Timestamp) -> Result<(CarbonIntensity, FactorUsed), LedgerError> {
        if let Some(imported) = self.tx.imported_factor(zone, at)? {
            let origin = imported.origin;
            let moment = |at: Timestamp| {
                chrono::DateTime::from_timestamp_nanos(at.nanoseconds()).format("%Y-%m-%dT%H:%MZ").to_string()
            };
            let used = FactorUsed {
                zone: zone.to_owned(),
                asked: zone.to_owned(),
                period: format!("{}/{}", moment(imported.interval.start()), moment(imported.interval.end())),
                fallback_step: if origin.status == Status::Measured { 1 } else { 2 },
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
