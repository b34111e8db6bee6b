//! Sums over entries, in the database.

use super::bound::Bound;
use super::engine::{self, DataRow, OptionalExtension, params_from_iter};
use super::grouping::GroupBy;
use super::row::{energy, mass};
use super::selection::Selection;
use super::{EntrySumStore, Key, StoreError};
use model::{EntryId, SiteNumber};
use units::{CarbonMass, DeviceTime, Energy, Timestamp};

/// Sums of one group, of jobs or of idle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SumRow {
    /// Name of the group; `None` where the job has no such project or label.
    pub group: Option<String>,
    /// Whether this is unallocated idle, held by no job.
    pub is_idle: bool,
    /// IT energy of the group.
    pub energy: Energy,
    /// CO2e of the IT energy.
    pub co2e: CarbonMass,
    /// Facility overhead of the group.
    pub overhead: Energy,
    /// CO2e of the facility overhead.
    pub overhead_co2e: CarbonMass,
    /// IT energy that no sensor measured.
    pub modelled: Energy,
    /// IT energy whose factor is provisional.
    pub provisional: Energy,
    /// Device time that was observed.
    pub covered: DeviceTime,
    /// Device time in all, observed or not.
    pub span: DeviceTime,
}

/// Energy of one group at one site, for what is priced by site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteSum {
    /// Name of the group; `None` where the job has no such project or label.
    pub group: Option<String>,
    /// Whether this is unallocated idle, held by no job.
    pub is_idle: bool,
    /// The site where it was metered.
    pub site: SiteNumber,
    /// IT energy of the group at the site.
    pub energy: Energy,
    /// Facility overhead of the group at the site.
    pub overhead: Energy,
}

/// What entries of one factor sum to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorSum {
    /// The factor, a JSON document.
    pub factor: String,
    /// Lowest carbon intensity of the factor, mg/kWh.
    pub lowest_mg_per_kwh: u32,
    /// Highest carbon intensity of the factor, mg/kWh.
    pub highest_mg_per_kwh: u32,
    /// IT energy that was computed with the factor.
    pub energy: Energy,
    /// CO2e of that energy.
    pub co2e: CarbonMass,
    /// CO2e of the facility overhead.
    pub overhead_co2e: CarbonMass,
    /// How many entries count: those that are neither reversed nor reversals.
    pub entries: i64,
}

/// What the corrections of one reason sum to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonSum {
    /// Reason in the entries.
    pub reason: String,
    /// Number of entries.
    pub entries: i64,
    /// IT energy of the corrections.
    pub energy: Energy,
    /// CO2e of that energy.
    pub co2e: CarbonMass,
    /// CO2e of the facility overhead.
    pub overhead_co2e: CarbonMass,
}

/// What was posted again on one day for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionSum {
    /// The day, UTC: `2026-03-01`.
    pub day: String,
    /// Reason in the entries.
    pub reason: String,
    /// Number of entries that were reversed.
    pub replaced: i64,
    /// Change of the CO2e of IT energy.
    pub co2e: CarbonMass,
    /// Change of the CO2e of facility overhead.
    pub overhead_co2e: CarbonMass,
}

/// Sums of times are taken in seconds and what is left of them, which SQLite's integers hold.
const NS: i64 = 1_000_000_000;

/// A sum of device time from its seconds in column `at` and its rest in the next.
fn device_time(row: &DataRow<'_>, at: usize) -> engine::Result<DeviceTime> {
    let (seconds, rest): (i64, i64) = (row.get(at)?, row.get(at + 1)?);
    Ok(DeviceTime::from_nanoseconds(i128::from(seconds) * i128::from(NS) + i128::from(rest)))
}

impl EntrySumStore<'_> {
    /// Sums of entries by group and idleness.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn by_group(&self, selection: &Selection, by: &GroupBy) -> Result<Vec<SumRow>, StoreError> {
        let mut bound = Bound::default();
        let (group, joins) = (by.expression(&mut bound), selection.joins(&mut bound));
        let sql = format!(
            "SELECT {group} AS grouped, job = 0, sum(energy_mj), sum(co2e_ug), sum(overhead_mj), sum(overhead_co2e_ug),
                sum(modelled_mj), sum(provisional * energy_mj), sum(covered_ns / {NS}), sum(covered_ns % {NS}), sum(span_ns / {NS}), sum(span_ns % {NS})
            FROM ledger_entries AS part {joins} WHERE {} GROUP BY grouped, job = 0 ORDER BY grouped NULLS FIRST",
            selection.condition(&mut bound)
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(bound.0), |row| {
            Ok(SumRow {
                group: row.get(0)?,
                is_idle: row.get(1)?,
                energy: energy(row, 2)?,
                co2e: mass(row, 3)?,
                overhead: energy(row, 4)?,
                overhead_co2e: mass(row, 5)?,
                modelled: energy(row, 6)?,
                provisional: energy(row, 7)?,
                covered: device_time(row, 8)?,
                span: device_time(row, 10)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Energy of entries by group, idleness and site.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn by_site(&self, selection: &Selection, by: &GroupBy) -> Result<Vec<SiteSum>, StoreError> {
        let mut bound = Bound::default();
        let (group, joins) = (by.expression(&mut bound), selection.joins(&mut bound));
        let sql = format!(
            "SELECT {group} AS grouped, job = 0, site, sum(energy_mj), sum(overhead_mj)
            FROM ledger_entries AS part {joins} WHERE {} GROUP BY grouped, job = 0, site",
            selection.condition(&mut bound)
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(bound.0), |row| {
            let (group, is_idle, site) = (row.get(0)?, row.get(1)?, SiteNumber::new(row.get(2)?));
            Ok(SiteSum { group, is_idle, site, energy: energy(row, 3)?, overhead: energy(row, 4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sums of entries by the factor that they were computed with.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn by_factor(&self, selection: &Selection) -> Result<Vec<FactorSum>, StoreError> {
        let mut bound = Bound::default();
        let joins = selection.joins(&mut bound);
        let sql = format!(
            "SELECT factor, min(intensity_mg_per_kwh), max(intensity_mg_per_kwh), sum(energy_mj), sum(co2e_ug),
                sum(overhead_co2e_ug), count(*) - 2 * count(reverses)
            FROM ledger_entries AS part {joins} WHERE {} GROUP BY factor HAVING count(*) > 2 * count(reverses) ORDER BY factor",
            selection.condition(&mut bound)
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(bound.0), |row| {
            Ok(FactorSum {
                factor: row.get(0)?,
                lowest_mg_per_kwh: row.get(1)?,
                highest_mg_per_kwh: row.get(2)?,
                energy: energy(row, 3)?,
                co2e: mass(row, 4)?,
                overhead_co2e: mass(row, 5)?,
                entries: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sums of the entries with numbers above `after` by their reason.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn by_reason(&self, selection: &Selection, after: EntryId) -> Result<Vec<ReasonSum>, StoreError> {
        let mut bound = Bound::default();
        let (joins, after) = (selection.joins(&mut bound), bound.bind(after.number()));
        let sql = format!(
            "SELECT reason, count(*), sum(energy_mj), sum(co2e_ug), sum(overhead_co2e_ug)
            FROM ledger_entries AS part {joins} WHERE part.id > {after} AND {} GROUP BY reason ORDER BY min(part.id)",
            selection.condition(&mut bound)
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(bound.0), |row| {
            let (reason, entries, energy) = (row.get(0)?, row.get(1)?, energy(row, 2)?);
            Ok(ReasonSum { reason, entries, energy, co2e: mass(row, 3)?, overhead_co2e: mass(row, 4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was posted again, by the day (UTC) on which it was and the reason, oldest first: how many entries were replaced, and by how much the CO2e
    /// of energy and overhead changed.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn corrections(&self, selection: &Selection) -> Result<Vec<CorrectionSum>, StoreError> {
        let mut bound = Bound::default();
        let joins = selection.joins(&mut bound);
        let sql = format!(
            "SELECT date(posted_ns / {NS}, 'unixepoch') AS day, reason, count(reverses), sum(co2e_ug), sum(overhead_co2e_ug)
            FROM ledger_entries AS part {joins} WHERE kind IN ('reversal', 'repost') AND {} GROUP BY day, reason ORDER BY day, min(part.id)",
            selection.condition(&mut bound)
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(bound.0), |row| {
            let (day, reason, replaced) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(CorrectionSum { day, reason, replaced, co2e: mass(row, 3)?, overhead_co2e: mass(row, 4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many entries there are.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn count(&self, selection: &Selection) -> Result<i64, StoreError> {
        let mut bound = Bound::default();
        let joins = selection.joins(&mut bound);
        let condition = selection.condition(&mut bound);
        let sql = format!("SELECT count(*) FROM ledger_entries AS part {joins} WHERE {condition}");
        Ok(self.0.prepare_cached(&sql)?.query_row(params_from_iter(bound.0), |row| row.get(0))?)
    }

    /// The name of the group that an open account of a job, node and site belongs to, whose energy starts at `start`; `None` when it is not selected.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn group_of(
        &self,
        selection: &Selection,
        by: &GroupBy,
        of: &Key,
        start: Timestamp,
    ) -> Result<Option<Option<String>>, StoreError> {
        let mut bound = Bound::default();
        let account =
            [of.job.number(), of.node.number(), of.site.number(), start.nanoseconds()].map(|number| bound.bind(number));
        let [job, node, site, start] = &account;
        let (group, joins) = (by.expression(&mut bound), selection.joins(&mut bound));
        let sql = format!(
            "SELECT {group} FROM (SELECT {job} AS job, {node} AS node, {site} AS site, {start} AS start_ns) AS part {joins}
            WHERE {}",
            selection.condition(&mut bound)
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_row(params_from_iter(bound.0), |row| row.get(0)).optional()?)
    }
}
