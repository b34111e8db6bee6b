//! What the whole ledger says of each site and project, kept with every entry so that asking costs nothing.

use super::engine::OptionalExtension;
use super::row::{energy, mass};
use super::{LedgerSumStore, StoreError};
use model::{ProjectName, SiteName};
use units::{CarbonMass, Energy};

/// What is posted, or open, at one site for one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSum {
    /// Name of the site.
    pub site: SiteName,
    /// Name of the project; `None` for jobs without one, and for idle.
    pub project: Option<ProjectName>,
    /// Whether nobody held the devices.
    pub is_idle: bool,
    /// IT energy.
    pub energy: Energy,
    /// Facility overhead; 0 where it is not posted yet.
    pub overhead: Energy,
    /// CO2e of the IT energy; 0 where it is not posted yet.
    pub co2e: CarbonMass,
    /// CO2e of the facility overhead; 0 where it is not posted yet.
    pub overhead_co2e: CarbonMass,
}

impl LedgerSumStore<'_> {
    /// What is posted, reversals included, by site and project. A reversal, or a job that changes its project, lowers a sum.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn posted(&self) -> Result<Vec<LedgerSum>, StoreError> {
        self.sums(
            "SELECT name, nullif(project, ''), is_idle, energy_mj, overhead_mj, co2e_ug, overhead_co2e_ug
            FROM ledger_sums JOIN sites USING (site) ORDER BY name, project, is_idle",
        )
    }

    /// What is metered and not posted yet, by site and project.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn open(&self) -> Result<Vec<LedgerSum>, StoreError> {
        self.sums(
            "SELECT sites.name, nullif(project, '') AS owner, job = 0 AS is_idle, sum(energy_mj), 0, 0, 0
            FROM open_accounts JOIN jobs USING (job) JOIN sites USING (site) GROUP BY sites.name, owner, is_idle
            ORDER BY sites.name, owner NULLS FIRST, is_idle",
        )
    }

    fn sums(&self, sql: &str) -> Result<Vec<LedgerSum>, StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((), |row| {
            Ok(LedgerSum {
                site: row.get(0)?,
                project: row.get(1)?,
                is_idle: row.get(2)?,
                energy: energy(row, 3)?,
                overhead: energy(row, 4)?,
                co2e: mass(row, 5)?,
                overhead_co2e: mass(row, 6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first site of whose entries another sum is kept than they have.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_not_summed(&self) -> Result<Option<SiteName>, StoreError> {
        let sql = "SELECT coalesce((SELECT name FROM sites WHERE sites.site = differing.site), CAST(site AS TEXT)) FROM (
                SELECT site, project, is_idle, energy_mj AS mj, overhead_mj AS omj, co2e_ug AS ug, overhead_co2e_ug AS oug
                    FROM ledger_sums
                UNION ALL SELECT site, coalesce(project, ''), CASE job WHEN 0 THEN 1 ELSE 0 END, -energy_mj, -overhead_mj, -co2e_ug, -overhead_co2e_ug
                    FROM ledger_entries JOIN jobs USING (job)
            ) AS differing GROUP BY site, project, is_idle
            HAVING sum(mj) <> 0 OR sum(omj) <> 0 OR sum(ug) <> 0 OR sum(oug) <> 0 LIMIT 1";
        Ok(self.0.prepare(sql)?.query_row((), |row| row.get(0)).optional()?)
    }
}
