//! The audit of factors: what is kept is as it was obtained, and each entry's factor is what the kept series say.

use super::fault::{Fault, Wrong};
use super::{FactorRecord, LedgerError};
use crate::grid::Climatology;
use crate::moment;
use crate::store::{Entry, FactorMonth, FactorValue, KeptSeries, StoreError, Tx};
use model::BlockNumber;
use std::collections::HashMap;
use units::{CarbonIntensity, Timestamp};

const ANOTHER: &str = "its factor is not what is kept of the series that it names";

/// The blocks that were read.
#[derive(Default)]
pub(super) struct FactorAudit(HashMap<BlockNumber, Option<(KeptSeries, Vec<FactorValue>)>>);

/// The bytes that factors were read from, and their blocks, are as they came.
pub(super) fn check(tx: &Tx<'_>) -> Result<(), Wrong> {
    match tx.factors().first_changed()? {
        Some((evidence, what)) => Err(Wrong::Fault(Fault::Factors { evidence, what })),
        None => Ok(()),
    }
}

impl FactorAudit {
    /// What of the factor of an entry is not as it is kept. Factors of the library are not kept, and entries from before blocks name none.
    pub(super) fn fault_of(&mut self, tx: &Tx<'_>, entry: &Entry) -> Result<Option<&'static str>, LedgerError> {
        let Ok(record) = FactorRecord::stored(&entry.factor) else { return Ok(Some("its factor cannot be read")) };
        let Some(block) = record.block else { return Ok(None) };
        let Some(start) = record.period.split_once('/').and_then(|(start, _)| moment::parse(start).ok()) else {
            return Ok(Some("the time of its factor cannot be read"));
        };
        let Some((series, values)) = self.block(tx, block)? else { return Ok(Some(ANOTHER)) };
        let is_of_series = (&record.zone, &record.publisher, &record.edition)
            == (&series.zone, &series.publisher, &series.edition)
            && (record.basis, record.gas, record.accounting) == (series.basis, series.gas, series.accounting);
        let intensity = match record.fallback_step {
            4 => typical(tx, series, block, start)?,
            _ => values.iter().find(|value| value.interval.start() == start).map(|value| value.intensity),
        };
        Ok((!is_of_series || intensity != Some(entry.intensity)).then_some(ANOTHER))
    }

    fn block(
        &mut self,
        tx: &Tx<'_>,
        block: BlockNumber,
    ) -> Result<Option<&(KeptSeries, Vec<FactorValue>)>, StoreError> {
        if let std::collections::hash_map::Entry::Vacant(place) = self.0.entry(block) {
            place.insert(tx.factors().block(block)?.map(|(series, values, _)| (series, values)));
        }
        Ok(self.0.get(&block).and_then(Option::as_ref))
    }
}

/// The climatology of a series for a moment, as it was when `last` was its newest block.
fn typical(
    tx: &Tx<'_>,
    series: &KeptSeries,
    last: BlockNumber,
    at: Timestamp,
) -> Result<Option<CarbonIntensity>, StoreError> {
    let month = FactorMonth::of(at);
    let of_zone = tx.factors().series_of(&series.zone)?;
    let months = of_zone.into_iter().filter(|known| known.series == series.series).flat_map(|known| known.months);
    let mut values = Vec::new();
    for typical in months.filter(|known| Climatology::takes(*known, month)) {
        values.extend(tx.factors().values_until(series.series, Some(typical), last)?);
    }
    Ok(Climatology::of(values.iter().map(|kept| &kept.value)).at(at))
}
