//! Sums over entries, in the database.

use super::{StoreError, Tx};
use chrono::DateTime;
use chrono_tz::Tz;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
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
    /// Hours, days or months by the clocks of a time zone.
    Calendar(CalendarUnit, Tz),
}

/// A unit of the calendar of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarUnit {
    /// `2026-03-29T01:00+01:00`; the offset tells the two apart that clocks show twice.
    Hour,
    /// `2026-03-29`.
    Day,
    /// `2026-03`.
    Month,
}

impl CalendarUnit {
    /// The unit that `at` lies in.
    #[must_use]
    pub fn of(self, at: Timestamp, zone: Tz) -> String {
        let local = DateTime::from_timestamp_nanos(at.nanoseconds()).with_timezone(&zone);
        match self {
            Self::Hour => local.format("%Y-%m-%dT%H:00%:z").to_string(),
            Self::Day => local.format("%Y-%m-%d").to_string(),
            Self::Month => local.format("%Y-%m").to_string(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// Gives `connection` the function `calendar(ns, 'day Europe/Berlin')`.
pub(super) fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("calendar", 2, flags, |context| {
        let (at, asked): (i64, String) = (context.get(0)?, context.get(1)?);
        let unknown = || rusqlite::Error::UserFunctionError(format!("calendar of {asked:?}").into());
        let (unit, zone) = asked.split_once(' ').ok_or_else(unknown)?;
        let units = [CalendarUnit::Hour, CalendarUnit::Day, CalendarUnit::Month];
        let unit = units.into_iter().find(|known| known.name() == unit).ok_or_else(unknown)?;
        Ok(unit.of(Timestamp::from_nanoseconds(at), zone.parse().map_err(|_| unknown())?))
    })
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
    /// The expression that names an entry's group; ?1 is [`GroupBy::argument`].
    fn expression(&self) -> &'static str {
        match self {
            Self::Project => "jobs.project",
            Self::Job => "jobs.id",
            Self::Label(_) => "(SELECT value FROM json_each(jobs.labels) WHERE key = ?1)",
            Self::Node => "nodes.name",
            Self::Site => "sites.name",
            Self::Calendar(..) => "calendar(summed.start_ns, ?1)",
        }
    }

    fn argument(&self) -> Option<String> {
        match self {
            Self::Label(label) => Some(label.clone()),
            Self::Calendar(unit, zone) => Some(format!("{} {}", unit.name(), zone.name())),
            _ => None,
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
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((by.argument(), from.nanoseconds(), to.nanoseconds(), project), |row| {
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
        let mut statement = self.0.prepare_cached(&sql)?;
        let values = (by.argument(), job, node, site, start.nanoseconds());
        Ok(statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))?)
    }
}
