//! Sums over entries, in the database.

use super::selection::{Bound, Selection};
use super::{EntrySumStore, Key, StoreError};
use chrono::DateTime;
use chrono_tz::Tz;
use model::{EntryId, SiteNumber};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
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

    /// `hour`, `day` or `month`.
    #[must_use]
    pub const fn name(self) -> &'static str {
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
    /// Device time that was observed, ns; wide, as 292 device-years leave the range of `i64`.
    pub covered_ns: i128,
    /// Device time, ns.
    pub span_ns: i128,
}

impl GroupBy {
    /// The expression that names the group of `part`.
    fn expression(&self, bound: &mut Bound) -> String {
        match self {
            Self::Project => "jobs.project".to_owned(),
            Self::Job => "jobs.id".to_owned(),
            Self::Label(label) => {
                format!("(SELECT value FROM json_each(jobs.labels) WHERE key = {})", bound.bind(label.clone()))
            }
            Self::Node => "nodes.name".to_owned(),
            Self::Site => "sites.name".to_owned(),
            Self::Calendar(unit, zone) => {
                format!("calendar(part.start_ns, {})", bound.bind(format!("{} {}", unit.name(), zone.name())))
            }
        }
    }

    /// The time zone of its calendar; UTC where it has none.
    #[must_use]
    pub const fn zone(&self) -> Tz {
        match self {
            Self::Calendar(_, zone) => *zone,
            _ => Tz::UTC,
        }
    }
}

/// Energy of one group at one site, for what is priced by site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteSum {
    /// Name of the group.
    pub group: Option<String>,
    /// Whether nobody held it.
    pub is_idle: bool,
    /// Number of the site.
    pub site: SiteNumber,
    /// IT energy, mJ.
    pub energy_mj: i64,
    /// Facility overhead, mJ.
    pub overhead_mj: i64,
}

/// What entries of one factor sum to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorSum {
    /// The factor, a JSON document.
    pub factor: String,
    /// Lowest carbon intensity, mg/kWh.
    pub lowest_mg_per_kwh: u32,
    /// Highest.
    pub highest_mg_per_kwh: u32,
    /// IT energy, mJ.
    pub energy_mj: i64,
    /// Its CO2e, µg.
    pub co2e_ug: i64,
    /// CO2e of the overhead, µg.
    pub overhead_co2e_ug: i64,
    /// How many entries count: those that are neither reversed nor reversals.
    pub entries: i64,
}

/// Corrections of one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonSum {
    /// The reason in the entries.
    pub reason: String,
    /// How many entries.
    pub entries: i64,
    /// IT energy, mJ.
    pub energy_mj: i64,
    /// Its CO2e, µg.
    pub co2e_ug: i64,
    /// CO2e of the overhead, µg.
    pub overhead_co2e_ug: i64,
}

/// Sums of times are taken in seconds and what is left of them, which SQLite's integers hold.
const NS: i64 = 1_000_000_000;

/// A sum of nanoseconds from its seconds in column `at` and its rest in the next.
fn wide(row: &Row<'_>, at: usize) -> rusqlite::Result<i128> {
    Ok(i128::from(row.get::<_, i64>(at)?) * i128::from(NS) + i128::from(row.get::<_, i64>(at + 1)?))
}

impl EntrySumStore<'_> {
    /// Sums of entries by group and idleness.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn by_group(&self, selection: &Selection, by: &GroupBy) -> Result<Vec<SumRow>, StoreError> {
        let mut bound = Bound::default();
        let (group, joins) = (by.expression(&mut bound), selection.joins(&mut bound));
        let sql = format!(
            "SELECT {group} AS grouped, job = 0, sum(energy_mj), sum(co2e_ug), sum(overhead_mj), sum(overhead_co2e_ug),
                sum(modelled_mj), sum(provisional * energy_mj), sum(covered_ns / {NS}), sum(covered_ns % {NS}), sum(span_ns / {NS}), sum(span_ns % {NS})
            FROM ledger_entries AS part {joins} WHERE {} GROUP BY grouped, job = 0 ORDER BY grouped",
            selection.condition(&mut bound)
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(bound.0), |row| {
            Ok(SumRow {
                group: row.get(0)?,
                is_idle: row.get(1)?,
                energy_mj: row.get(2)?,
                co2e_ug: row.get(3)?,
                overhead_mj: row.get(4)?,
                overhead_co2e_ug: row.get(5)?,
                modelled_mj: row.get(6)?,
                provisional_mj: row.get(7)?,
                covered_ns: wide(row, 8)?,
                span_ns: wide(row, 10)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Energy of entries by group, idleness and site.
    ///
    /// # Errors
    ///
    /// The database.
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
            Ok(SiteSum { group, is_idle, site, energy_mj: row.get(3)?, overhead_mj: row.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sums of entries by the factor that they were computed with.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn by_factor(&self, selection: &Selection) -> Result<Vec<FactorSum>, StoreError> {
        let mut bound = Bound::default();
        let joins = selection.joins(&mut bound);
        let sql = format!(
            "SELECT factor, min(intensity_mg_per_kwh), max(intensity_mg_per_kwh), sum(energy_mj), sum(co2e_ug),
                sum(overhead_co2e_ug), sum(iif(reverses IS NULL, 1, -1)) AS counting
            FROM ledger_entries AS part {joins} WHERE {} GROUP BY factor HAVING counting > 0",
            selection.condition(&mut bound)
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(bound.0), |row| {
            Ok(FactorSum {
                factor: row.get(0)?,
                lowest_mg_per_kwh: row.get(1)?,
                highest_mg_per_kwh: row.get(2)?,
                energy_mj: row.get(3)?,
                co2e_ug: row.get(4)?,
                overhead_co2e_ug: row.get(5)?,
                entries: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sums of the entries with numbers above `after` by their reason.
    ///
    /// # Errors
    ///
    /// The database.
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
            let (reason, entries, energy_mj) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(ReasonSum { reason, entries, energy_mj, co2e_ug: row.get(3)?, overhead_co2e_ug: row.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many entries there are.
    ///
    /// # Errors
    ///
    /// The database.
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
    /// The database.
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
