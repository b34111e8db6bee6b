//! What one more kWh emitted where and when a job ran: a figure beside the average, and in no total.

use super::{FactorRecord, LedgerError};
use crate::grid::Accounting;
use crate::store::{Entry, FactorMonth, KeptSeries, KeptValue, StoreError, Tx};
use model::{EntryId, JobNumber, SeriesNumber, ZoneId};
use std::collections::HashMap;
use units::{CarbonIntensity, CarbonMass, Energy, Interval};

/// Entries that are read at a time.
const PAGE: u32 = 1_000;

/// The posted IT energy of a job times the marginal intensity of its zones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarginalFootprint {
    /// Emissions that one more kWh caused at those times, times the energy.
    pub co2e: CarbonMass,
    /// The part of the posted energy for whose times a marginal intensity is known.
    pub covered: Energy,
    /// The posted energy.
    pub energy: Energy,
    /// The series that was taken last.
    pub series: KeptSeries,
}

/// The marginal footprint of what is posted of a job; `None` where its zones have no marginal series.
///
/// # Errors
///
/// The store cannot be read.
pub fn marginal_of_job(tx: &Tx<'_>, job: JobNumber) -> Result<Option<MarginalFootprint>, LedgerError> {
    let mut marginals = Marginals { tx, series: HashMap::new(), months: HashMap::new() };
    let (mut co2e, mut covered, mut energy) = (CarbonMass::ZERO, 0_i64, 0_i64);
    let (mut taken, mut after) = (None, EntryId::new(0));
    loop {
        let entries = tx.entries().list(Some(job), after, PAGE)?;
        let Some(last) = entries.last() else { break };
        after = last.id;
        for entry in &entries {
            energy = energy.saturating_add(entry.part.energy.millijoules());
            let Some((series, intensity)) = marginals.over(entry)? else { continue };
            covered = covered.saturating_add(entry.part.energy.millijoules());
            co2e = co2e.checked_add(entry.part.energy.carbon(intensity)?)?;
            taken = Some(series);
        }
    }
    let [covered, energy] = [covered, energy].map(Energy::from_millijoules);
    Ok(taken.map(|series| MarginalFootprint { co2e, covered, energy, series }))
}

/// Marginal series, as they are needed.
struct Marginals<'a> {
    tx: &'a Tx<'a>,
    series: HashMap<ZoneId, Option<KeptSeries>>,
    months: HashMap<(SeriesNumber, FactorMonth), Vec<KeptValue>>,
}

impl Marginals<'_> {
    /// The mean marginal intensity over the time of an entry, weighted by time; `None` if a part of it has none.
    fn over(&mut self, entry: &Entry) -> Result<Option<(KeptSeries, CarbonIntensity)>, LedgerError> {
        let zone = ZoneId::from(FactorRecord::stored(&entry.factor)?.asked);
        let Some(series) = self.of_zone(&zone)? else { return Ok(None) };
        let Some(time) = Interval::new(entry.part.start, entry.part.end) else { return Ok(None) };
        let mut months = vec![FactorMonth::of(time.start()), FactorMonth::of(time.last())];
        months.dedup();
        let (mut sum, mut known) = (0_u128, 0_u128);
        for month in months {
            for kept in self.month(series.series, month)? {
                let (start, end) =
                    (kept.value.interval.start().max(time.start()), kept.value.interval.end().min(time.end()));
                let Some(part) = Interval::new(start, end) else { continue };
                let nanoseconds = u128::from(part.span().nanoseconds());
                sum += u128::from(kept.value.intensity.milligrams_per_kwh()) * nanoseconds;
                known += nanoseconds;
            }
        }
        if known != u128::from(time.span().nanoseconds()) {
            return Ok(None);
        }
        let mean = u32::try_from((sum + known / 2) / known).unwrap_or(u32::MAX);
        Ok(Some((series, CarbonIntensity::from_milligrams_per_kwh(mean))))
    }

    /// The newest marginal series of a zone that is no forecast.
    fn of_zone(&mut self, zone: &ZoneId) -> Result<Option<KeptSeries>, StoreError> {
        if let Some(known) = self.series.get(zone) {
            return Ok(known.clone());
        }
        let mut all = self.tx.factors().series_of(zone)?.into_iter();
        let found = all.rfind(|series| series.accounting == Accounting::Marginal && !series.is_forecast);
        self.series.insert(zone.clone(), found.clone());
        Ok(found)
    }

    fn month(&mut self, series: SeriesNumber, month: FactorMonth) -> Result<&[KeptValue], StoreError> {
        use std::collections::hash_map::Entry::{Occupied, Vacant};
        match self.months.entry((series, month)) {
            Occupied(known) => Ok(known.into_mut()),
            Vacant(place) => Ok(place.insert(self.tx.factors().values(series, Some(month))?)),
        }
    }
}
