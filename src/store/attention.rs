//! What the store knows of things that may need someone.

use super::engine::OptionalExtension;
use super::row::{device_time, energy, moment, power, word};
use super::{AttentionStore, FactorMonth, FactorStore, FactorValue, StoreError};
use model::{DeviceUuid, FactorStatus, JobId, JobNumber, NodeName, NodeNumber, ProjectName, SetAsideReason, ZoneId};
use std::collections::BTreeMap;
use units::{DeviceTime, Energy, Power, Timestamp};

/// What is posted of a job's accelerators on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostedDraw {
    /// The job that held the accelerators.
    pub job: JobNumber,
    /// The node that they are in.
    pub node: NodeNumber,
    /// Energy of the accelerators.
    pub energy: Energy,
    /// Device time of theirs that was observed.
    pub covered: DeviceTime,
}

/// What a job's devices on a node drew, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// Identity of the job that holds the accelerators.
    pub job: JobId,
    /// Project of the job, if one was stated.
    pub project: Option<ProjectName>,
    /// Name of the node that they are in.
    pub node: NodeName,
    /// Energy of its accelerators.
    pub energy: Energy,
    /// Device time of them that was observed.
    pub covered: DeviceTime,
    /// Mean limit of the node's accelerators; zero where it has none.
    pub limit: Power,
}

/// A job that holds devices of a node that is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilentJob {
    /// Identity of the job that still holds devices.
    pub job: JobId,
    /// Project of the job, if one was stated.
    pub project: Option<ProjectName>,
    /// Name of its node that was seen last.
    pub node: NodeName,
    /// When that node was last seen.
    pub seen: Timestamp,
}

/// Windows of a device that are kept but not posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsideSum {
    /// Name of the node that sent the windows.
    pub node: NodeName,
    /// Identity of the device within the node.
    pub uuid: DeviceUuid,
    /// Why they are not posted.
    pub reason: SetAsideReason,
    /// Number of windows that were set aside.
    pub windows: i64,
    /// Start of the first of them.
    pub since: Timestamp,
}

/// Imported factors of a zone that may need attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneFactors {
    /// Zone of the electricity grid.
    pub zone: ZoneId,
    /// Number of factors.
    pub factors: i64,
    /// Start of the first factor, or end of the last.
    pub at: Timestamp,
}

impl AttentionStore<'_> {
    /// What is posted of jobs' accelerators since `since`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn posted_draws(&self, since: Timestamp) -> Result<Vec<PostedDraw>, StoreError> {
        let sql = "SELECT job, node, sum(energy_mj), sum(covered_ns) FROM ledger_entries
            WHERE start_ns >= ?1 AND component = 'accelerator' AND job > 0 GROUP BY job, node";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([since.nanoseconds()], |row| {
            let (job, node) = (JobNumber::new(row.get(0)?), NodeNumber::new(row.get(1)?));
            Ok(PostedDraw { job, node, energy: energy(row, 2)?, covered: device_time(row, 3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A draw of a job that has no end, by numbers of job and node, with names and limit.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn draw(&self, of: PostedDraw) -> Result<Option<Draw>, StoreError> {
        let sql = "SELECT jobs.id, jobs.project, nodes.name, coalesce((SELECT sum(limit_mw) / count(*) FROM devices
                WHERE devices.node = ?2 AND kind = 'accelerator' AND counted_in IS NULL), 0)
            FROM jobs, nodes WHERE job = ?1 AND node = ?2 AND jobs.ended_ns IS NULL";
        let found = self.0.prepare_cached(sql)?.query_row((of.job.number(), of.node.number()), |row| {
            let (job, project, node) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Draw { job, project, node, energy: of.energy, covered: of.covered, limit: power(row, 3)? })
        });
        Ok(found.optional()?)
    }

    /// Jobs that hold devices without a known end, all of whose nodes were last seen before `before`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn silent_jobs(&self, before: Timestamp) -> Result<Vec<SilentJob>, StoreError> {
        let sql = "SELECT id, project, name, seen_ns FROM (SELECT jobs.id, jobs.project, nodes.name, seen_ns,
                row_number() OVER (PARTITION BY holdings.job ORDER BY seen_ns DESC, nodes.name) AS place FROM devices JOIN nodes USING (node)
                JOIN holdings INDEXED BY holdings_by_end
                    ON holdings.device = devices.device AND holdings.end_ns IS NULL AND holdings.void IS NULL
                JOIN jobs ON jobs.job = holdings.job WHERE jobs.ended_ns IS NULL) AS latest
            WHERE place = 1 AND seen_ns < ?1 ORDER BY id";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([before.nanoseconds()], |row| {
            Ok(SilentJob { job: row.get(0)?, project: row.get(1)?, node: row.get(2)?, seen: moment(row, 3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Windows that were set aside and start at or after `since`, per device and reason.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_aside_since(&self, since: Timestamp) -> Result<Vec<AsideSum>, StoreError> {
        let sql = "SELECT nodes.name, uuid, reason, count(*), min(start_ns) FROM set_aside JOIN devices USING (device)
            JOIN nodes USING (node) WHERE start_ns >= ?1 GROUP BY nodes.name, uuid, reason ORDER BY nodes.name, uuid, reason";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([since.nanoseconds()], |row| {
            let (node, uuid, reason) = (row.get(0)?, row.get(1)?, word(row, 2)?);
            Ok(AsideSum { node, uuid, reason, windows: row.get(3)?, since: moment(row, 4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Zones with provisional or forecast factors of before `before` that no measured one has replaced; `at` is the start of the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn provisional_zones(&self, before: Timestamp) -> Result<Vec<ZoneFactors>, StoreError> {
        let sql = "SELECT DISTINCT zone, month FROM factor_blocks JOIN factor_series USING (series)
            WHERE unsettled > 0 AND month IS NOT NULL AND start_ns < ?1 ORDER BY zone, month";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([before.nanoseconds()], |row| {
            Ok((row.get::<ZoneId>(0)?, FactorMonth::from_number(row.get(1)?)))
        })?;
        let mut found: Vec<ZoneFactors> = Vec::new();
        for row in rows {
            let (zone, month) = row?;
            let Some((factors, at)) = self.unsettled(&zone, month, before)? else { continue };
            match found.last_mut().filter(|last| last.zone == zone) {
                Some(last) => last.factors += factors,
                None => found.push(ZoneFactors { zone, factors, at }),
            }
        }
        Ok(found)
    }

    /// How many times of a month that end by `before` have values of which none is settled, and the first of them.
    fn unsettled(
        &self,
        zone: &ZoneId,
        month: FactorMonth,
        before: Timestamp,
    ) -> Result<Option<(i64, Timestamp)>, StoreError> {
        let factors = FactorStore(self.0);
        let mut is_settled: BTreeMap<Timestamp, bool> = BTreeMap::new();
        for series in factors.series_of(zone)? {
            for kept in factors.values(series.series, Some(month))? {
                let FactorValue { interval, status, .. } = kept.value;
                if interval.end() <= before {
                    let settled = !matches!(status, FactorStatus::Provisional | FactorStatus::Forecast);
                    *is_settled.entry(interval.start()).or_default() |= settled;
                }
            }
        }
        is_settled.retain(|_, settled| !*settled);
        let count = i64::try_from(is_settled.len()).unwrap_or(i64::MAX);
        Ok(is_settled.into_keys().next().map(|first| (count, first)))
    }

    /// Zones of sites whose kept factors of an hour or less all end at or before `before`; `at` is the end of the last.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn stale_zones(&self, before: Timestamp) -> Result<Vec<ZoneFactors>, StoreError> {
        let sql = "SELECT zone, sum(amount), max(end_ns) FROM factor_blocks JOIN factor_series USING (series)
            WHERE month IS NOT NULL AND zone IN (SELECT zone FROM sites UNION SELECT zone FROM site_zones) GROUP BY zone
            HAVING max(end_ns) <= ?1 ORDER BY zone";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([before.nanoseconds()], |row| {
            Ok(ZoneFactors { zone: row.get(0)?, factors: row.get(1)?, at: moment(row, 2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
