//! Sums over entries, in the database.

use super::{StoreError, Tx};
use units::Timestamp;

/// What the rows of a report are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// Projects.
    Project,
    /// Jobs.
    Job,
    /// Values of a label.
    Label(String),
    /// Nodes.
    Node,
    /// Sites.
    Site,
    /// Calendar months, UTC, `2026-03`.
    Month,
}

/// Sums of one group, of jobs or of idle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SumRow {
    /// Name of the group; `None` where the job has no such project or label.
    pub group: Option<String>,
    /// Whether nobody held it.
    pub is_idle: bool,
    /// IT energy, mJ.
    pub energy_mj: i64,
    /// Its CO2e, µg.
    pub co2e_ug: i64,
    /// Facility overhead, mJ.
    pub overhead_mj: i64,
    /// Its CO2e, µg.
    pub overhead_co2e_ug: i64,
    /// IT energy that no sensor measured, mJ.
    pub modelled_mj: i64,
    /// IT energy whose factor is provisional, mJ.
    pub provisional_mj: i64,
    /// Device time that was observed, ns.
    pub covered_ns: i64,
    /// Device time, ns.
    pub span_ns: i64,
}

impl GroupBy {
    /// The expression that names an entry's group; ?1 is the label.
    fn expression(&self) -> &'static str {
        match self {
            Self::Project => "jobs.project",
            Self::Job => "jobs.id",
            Self::Label(_) => "(SELECT value FROM json_each(jobs.labels) WHERE key = ?1)",
            Self::Node => "nodes.name",
            Self::Site => "sites.name",
            Self::Month => "strftime('%Y-%m', summed.start_ns / 1000000000, 'unixepoch')",
        }
    }
}

impl Tx<'_> {
    /// Sums of the entries that start in `[from, to)`, of one project's jobs or of all, by group and idleness.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn sums(
        &self,
        (from, to): (Timestamp, Timestamp),
        by: &GroupBy,
        project: Option<&str>,
    ) -> Result<Vec<SumRow>, StoreError> {
        let group = by.expression();
        let sql = format!(
            "SELECT {group} AS grouped, job = 0, sum(energy_mj), sum(co2e_ug), sum(overhead_mj), sum(overhead_co2e_ug),
                sum(modelled_mj), sum(provisional * energy_mj), sum(covered_ns), sum(span_ns)
            FROM ledger_entries AS summed JOIN jobs USING (job) JOIN nodes USING (node) JOIN sites USING (site)
            WHERE summed.start_ns >= ?2 AND summed.start_ns < ?3 AND (?4 IS NULL OR jobs.project = ?4)
            GROUP BY grouped, job = 0 ORDER BY grouped"
        );
        let label = if let GroupBy::Label(label) = by { Some(label) } else { None };
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((label, from.nanoseconds(), to.nanoseconds(), project), |row| {
            Ok(SumRow {
                group: row.get(0)?,
                is_idle: row.get(1)?,
                energy_mj: row.get(2)?,
                co2e_ug: row.get(3)?,
                overhead_mj: row.get(4)?,
                overhead_co2e_ug: row.get(5)?,
                modelled_mj: row.get(6)?,
                provisional_mj: row.get(7)?,
                covered_ns: row.get(8)?,
                span_ns: row.get(9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The name of the group that energy of a job, node and site at `start` belongs to, and the job's project.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn group_of(
        &self,
        by: &GroupBy,
        (job, node, site): (i64, i64, i64),
        start: Timestamp,
    ) -> Result<(Option<String>, Option<String>), StoreError> {
        let group = by.expression();
        let sql = format!(
            "SELECT {group}, jobs.project FROM (SELECT ?5 AS start_ns) AS summed, jobs, nodes, sites
            WHERE job = ?2 AND node = ?3 AND site = ?4"
        );
        let label = if let GroupBy::Label(label) = by { Some(label) } else { None };
        let mut statement = self.0.prepare_cached(&sql)?;
        let values = (label, job, node, site, start.nanoseconds());
        Ok(statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))?)
    }
}
