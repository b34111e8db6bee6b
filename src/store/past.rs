//! What jobs of the past used, to estimate those to come.

use super::engine::Value;
use super::engine::params_from_iter;
use super::row::energy;
use super::{JobStore, StoreError};
use model::ProjectName;
use units::{DeviceTime, Energy, Span};

/// A job that has ended, and what of it is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastJob {
    /// IT energy of every component.
    pub energy: Energy,
    /// Device time of its accelerators, in whole µs.
    pub held: DeviceTime,
    /// From start to end; `None` where a start was never stated.
    pub wall: Option<Span>,
}

impl PastJob {
    /// Mean power of one accelerator with its share of the host, nW.
    #[must_use]
    pub fn nanowatts(&self) -> Option<u64> {
        // 1 mJ / 1 µs is 10³ W, or 10¹² nW.
        let product = i128::from(self.energy.millijoules()) * 1_000_000_000_000;
        u64::try_from(product.checked_div(i128::from(self.held.microseconds()))?).ok().filter(|power| *power > 0)
    }

    /// Wall time, 10⁻⁹ h.
    #[must_use]
    pub fn nanohours(&self) -> Option<u64> {
        Some(self.wall?.nanoseconds() / 3_600)
    }
}

impl JobStore<'_> {
    /// The newest jobs that have ended, with what is posted of them, on accelerators with one of `names`; only of one project and name where given.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn past(
        &self,
        of: Option<(&ProjectName, &str)>,
        names: &[String],
        limit: u32,
    ) -> Result<Vec<PastJob>, StoreError> {
        let whose = if of.is_some() { "project = ?2 AND name = ?3" } else { "?2 IS NULL AND ?3 IS NULL" };
        let places: Vec<String> = (4..names.len() + 4).map(|place| format!("?{place}")).collect();
        let sql = format!(
            "SELECT sum(energy_mj), sum(span_ns / 1000) FILTER (WHERE component = 'accelerator'), any_wall FROM
                (SELECT job, ended_ns - started_ns AS any_wall FROM jobs WHERE job > 0 AND ended_ns IS NOT NULL AND posted_mj > 0 AND {whose}
                AND EXISTS (SELECT 1 FROM holdings JOIN devices USING (device) WHERE holdings.job = jobs.job AND devices.name IN ({}))
                ORDER BY job DESC LIMIT ?1) AS past
            JOIN ledger_entries USING (job) GROUP BY job, any_wall HAVING sum(span_ns) FILTER (WHERE component = 'accelerator') > 0",
            places.join(", ")
        );
        let mut values: Vec<Value> = vec![i64::from(limit).into()];
        values.push(of.map_or(Value::Null, |(project, _)| project.as_str().to_owned().into()));
        values.push(of.map_or(Value::Null, |(_, name)| name.to_owned().into()));
        values.extend(names.iter().map(|name| Value::from(name.clone())));
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            let wall_ns: Option<i64> = row.get(2)?;
            let wall = wall_ns.and_then(|ns| u64::try_from(ns).ok()).map(Span::from_nanoseconds);
            Ok(PastJob { energy: energy(row, 0)?, held: DeviceTime::from_microseconds(row.get(1)?), wall })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
