//! What the ledger says of each account now, for copies of it.

use super::row::{energy, mass, moment};
use super::{EntryStore, StoreError};
use model::{EntryId, JobId, NodeName, ProjectName, SiteName, ZoneId};
use units::{CarbonIntensity, CarbonMass, Energy, Timestamp};

/// An account and posting period with the sum of its entries, reversals included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedAccount {
    /// Site of the node; `None` if it was assigned to none.
    pub site: Option<SiteName>,
    /// The node.
    pub node: NodeName,
    /// What the devices are: `accelerator`, `host` or `platform`.
    pub component: String,
    /// The job; `None` if nobody held the devices.
    pub job: Option<JobId>,
    /// Project of the job, if it has one.
    pub project: Option<ProjectName>,
    /// First moment of the posting period.
    pub start: Timestamp,
    /// IT energy.
    pub energy: Energy,
    /// Facility overhead.
    pub overhead: Energy,
    /// CO2e of the IT energy.
    pub co2e: CarbonMass,
    /// CO2e of the facility overhead.
    pub overhead_co2e: CarbonMass,
    /// Carbon intensity of the newest entry.
    pub intensity: CarbonIntensity,
    /// Zone whose factor that is.
    pub zone: ZoneId,
}

impl EntryStore<'_> {
    /// The accounts to which entries with numbers above `after`, up to and with `until`, were posted, as all their entries sum up.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn posted_since(&self, after: EntryId, until: EntryId) -> Result<Vec<PostedAccount>, StoreError> {
        let sql = "WITH moved AS (SELECT DISTINCT node, period_start_ns, job, component, site FROM ledger_entries
                WHERE id > ?1 AND id <= ?2),
            sums AS (SELECT node, period_start_ns, job, component, site, sum(energy_mj) AS mj, sum(overhead_mj) AS overhead,
                sum(co2e_ug) AS ug, sum(overhead_co2e_ug) AS overhead_ug, max(id) AS last
                FROM moved JOIN ledger_entries USING (node, period_start_ns, job, component, site)
                GROUP BY node, period_start_ns, job, component, site)
            SELECT nullif(site, 0), sites.name, nodes.name, component, nullif(job, 0), jobs.id, jobs.project, period_start_ns,
                mj, overhead, ug, overhead_ug, (SELECT intensity_mg_per_kwh FROM ledger_entries WHERE id = last),
                (SELECT json_extract(factor, '$.zone') FROM ledger_entries WHERE id = last)
            FROM sums JOIN nodes USING (node) JOIN jobs USING (job) JOIN sites USING (site)
            ORDER BY node, period_start_ns, job, component, site";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((after.number(), until.number()), |row| {
            let (site, job): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(4)?);
            let text = |column: usize| row.get::<String>(column);
            Ok(PostedAccount {
                site: site.map(|_| text(1)).transpose()?.map(SiteName::new),
                node: NodeName::new(text(2)?),
                component: text(3)?,
                job: job.map(|_| text(5)).transpose()?.map(JobId::new),
                project: row.get::<Option<String>>(6)?.map(ProjectName::new),
                start: moment(row, 7)?,
                energy: energy(row, 8)?,
                overhead: energy(row, 9)?,
                co2e: mass(row, 10)?,
                overhead_co2e: mass(row, 11)?,
                intensity: CarbonIntensity::from_milligrams_per_kwh(row.get(12)?),
                zone: ZoneId::new(text(13)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
