//! Factors from before series were kept: one row a value in the table `factors`, without the bytes that they were read from.

use super::row::moment;
use super::{ActionStore, By, FactorEvidence, FactorSeries, FactorStore, FactorValue, StoreError};
use model::{Accounting, ActionKind, Basis, FactorSource, FactorStatus, Gas, ZoneId};
use serde::Deserialize;
use units::{CarbonIntensity, Interval, Timestamp};

/// Type and origin of a row, a JSON document.
#[derive(Deserialize)]
struct RowOrigin {
    basis: Basis,
    gas: Gas,
    accounting: Accounting,
    status: FactorStatus,
    publisher: String,
    edition: String,
    licence: String,
}

impl FactorStore<'_> {
    /// Takes what the table `factors` holds as series, in the order in which it was imported, and says so as an action.
    pub(super) fn adopt(&self) -> Result<(), StoreError> {
        let is_there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'factors')";
        if !self.0.query_row(is_there, (), |row| row.get(0))? {
            return Ok(());
        }
        let (mut series, mut latest) = (Vec::<(String, FactorSeries)>::new(), Timestamp::default());
        let sql = "SELECT zone, start_ns, end_ns, intensity_mg_per_kwh, origin, imported_ns FROM factors
            ORDER BY imported_ns, zone, edition, origin, start_ns";
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query(())?;
        while let Some(row) = &rows.next()? {
            let (zone, text): (ZoneId, String) = (row.get(0)?, row.get(4)?);
            let wrong = || super::row::value("imported factor", &text);
            let origin: RowOrigin = serde_json::from_str(&text).map_err(|_| wrong())?;
            let value = FactorValue {
                interval: Interval::new(moment(row, 1)?, moment(row, 2)?).ok_or_else(wrong)?,
                intensity: CarbonIntensity::from_milligrams_per_kwh(row.get(3)?),
                status: origin.status,
                method: None,
            };
            latest = latest.max(moment(row, 5)?);
            match series.last_mut().filter(|(before, last)| *before == text && last.zone == zone) {
                Some((_, last)) => last.values.push(value),
                None => series.push((text.clone(), adopted(zone, origin, value))),
            }
        }
        drop(rows);
        drop(statement);
        self.adopt_series(series.into_iter().map(|(_, series)| series).collect(), latest)?;
        self.0.execute_batch("DROP TABLE factors")?;
        Ok(())
    }

    fn adopt_series(&self, series: Vec<FactorSeries>, latest: Timestamp) -> Result<(), StoreError> {
        let (actions, by) = (ActionStore(self.0), By::service(latest));
        for subject in actions.subjects(ActionKind::Factors)? {
            actions.record(&by, ActionKind::Factors, &subject, None)?;
        }
        if series.is_empty() {
            return Ok(());
        }
        let name = "imported before the bytes of files were kept".to_owned();
        let evidence = FactorEvidence { source: FactorSource::File, name, obtained: latest, bytes: Vec::new() };
        let number = self.note_evidence(&evidence)?;
        for series in &series {
            self.add_as_it_is(series, number)?;
        }
        actions.record_stated(&by, ActionKind::Factors, &number.to_string())
    }
}

fn adopted(zone: ZoneId, origin: RowOrigin, value: FactorValue) -> FactorSeries {
    let RowOrigin { basis, gas, accounting, publisher, edition, licence, .. } = origin;
    FactorSeries { zone, basis, gas, accounting, publisher, edition, licence, values: vec![value] }
}
