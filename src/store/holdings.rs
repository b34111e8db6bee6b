//! Who held which device when, as believed at a revision.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::{moment, optional};
use super::{HoldingStore, SealStore, StoreError, seals};
use model::{AgentId, DeviceId, JobId, JobNumber, NodeNumber, ProjectName, Revision};
use std::collections::HashMap;
use units::{Interval, Timestamp};

/// Who stated something: decides between two statements about one thing, whatever order they arrive in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// What the clock of the speaker showed.
    pub wall: Timestamp,
    /// Number of the batch within the boot.
    pub sequence: i64,
    /// The agent that speaks; empty for a caller of the API.
    pub agent: AgentId,
    /// Which start of the agent; empty for a caller of the API.
    pub boot: String,
}

impl Rank {
    /// The rank of what `batch` says.
    #[must_use]
    pub fn of(batch: &wire::Batch) -> Self {
        Self {
            wall: batch.clock.wall,
            sequence: batch.sequence.cast_signed(),
            agent: batch.agent.clone(),
            boot: batch.boot.to_string(),
        }
    }
}

/// One statement that a job holds a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingStatement {
    /// The device that is held.
    pub device: DeviceId,
    /// The job that holds it.
    pub job: JobNumber,
    /// From when on the job holds it.
    pub start: Timestamp,
    /// When the job gives it back; `None` while it holds it.
    pub end: Option<Timestamp>,
    /// Its share of the device, relative to the weights of the jobs that hold it at the same time; above 0.
    pub weight: u32,
    /// Who states it and when, which decides between two statements about one thing.
    pub rank: Rank,
}

/// A holding as attribution needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The job that holds the device.
    pub job: JobNumber,
    /// Identity of the job, which orders equal remainders.
    pub job_id: JobId,
    /// From when on the job holds the device.
    pub start: Timestamp,
    /// When the job gives the device back; `None` while it holds it.
    pub end: Option<Timestamp>,
    /// Its share of the device, relative to the weights of the other holders; above 0.
    pub weight: u32,
}

impl HoldingStore<'_> {
    /// Records a statement from `revision` on; returns the time in which it changes who holds the device, if it does. An end that is known beats an open one, then the
    /// higher rank wins, so that the order of arrival does not matter.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn state(&self, stated: &HoldingStatement, revision: Revision) -> Result<Option<Interval>, StoreError> {
        let start = stated.start.nanoseconds();
        let sql = "SELECT id, end_ns, weight, wall_ns, sequence, agent, boot FROM holdings
            WHERE device = ?1 AND start_ns = ?2 AND job = ?3 AND void IS NULL";
        let mut statement = self.0.prepare_cached(sql)?;
        let known = statement.query_row((stated.device.number(), start, stated.job.number()), |row| {
            let rank = Rank { wall: moment(row, 3)?, sequence: row.get(4)?, agent: row.get(5)?, boot: row.get(6)? };
            Ok((row.get::<i64>(0)?, row.get::<Option<i64>>(1)?, row.get::<u32>(2)?, rank))
        });
        let end = stated.end.map(Timestamp::nanoseconds);
        let known = known.optional()?;
        let mut changed = stated.start..until(end);
        if let Some((id, known_end, weight, rank)) = &known {
            if (end.is_some(), &stated.rank) <= (known_end.is_some(), rank) {
                return Ok(None);
            }
            if (*known_end, *weight) == (end, stated.weight) {
                self.rerank(*id, &stated.rank)?;
                return Ok(None);
            }
            self.0.prepare_cached("UPDATE holdings SET void = ?2 WHERE id = ?1")?.execute((id, revision.number()))?;
            SealStore(self.0).seal(&seals::HOLDINGS, &[*id])?;
            // With the same weight only the time between the two ends is another's now.
            let from = if *weight == stated.weight { until(*known_end).min(changed.end) } else { stated.start };
            changed = from..until(*known_end).max(changed.end);
        }
        let sql = "INSERT INTO holdings (device, job, start_ns, end_ns, weight, wall_ns, sequence, agent, boot, made)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let rank = &stated.rank;
        let id = self.0.prepare_cached(sql)?.insert((
            stated.device.number(),
            stated.job.number(),
            start,
            end,
            stated.weight,
            rank.wall.nanoseconds(),
            rank.sequence,
            &rank.agent,
            &rank.boot,
            revision.number(),
        ))?;
        SealStore(self.0).seal(&seals::HOLDINGS, &[id])?;
        Ok(Interval::new(changed.start, changed.end))
    }

    /// Whether it is stated that the job holds the device from `start` on.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_stated(&self, device: DeviceId, job: JobNumber, start: Timestamp) -> Result<bool, StoreError> {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM holdings WHERE device = ?1 AND start_ns = ?2 AND job = ?3 AND void IS NULL)";
        let values = (device.number(), start.nanoseconds(), job.number());
        Ok(self.0.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
    }

    fn rerank(&self, id: i64, rank: &Rank) -> Result<(), StoreError> {
        let sql = "UPDATE holdings SET wall_ns = ?2, sequence = ?3, agent = ?4, boot = ?5 WHERE id = ?1";
        self.0.prepare_cached(sql)?.execute((id, rank.wall.nanoseconds(), rank.sequence, &rank.agent, &rank.boot))?;
        Ok(())
    }

    /// Who held the devices of a node in an interval as believed at `revision`: by device, ordered by job identity and start.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn holders(
        &self,
        node: NodeNumber,
        during: Interval,
        revision: Revision,
    ) -> Result<HashMap<DeviceId, Vec<Held>>, StoreError> {
        let mut statement = self.0.prepare_cached(&holders_sql(""))?;
        let values = (node.number(), during.start().nanoseconds(), during.end().nanoseconds(), revision.number());
        let mut rows = statement.query(values)?;
        let mut found: HashMap<DeviceId, Vec<Held>> = HashMap::new();
        while let Some(row) = &rows.next()? {
            found.entry(DeviceId::new(row.get(5)?)).or_default().push(held(row)?);
        }
        Ok(found)
    }

    /// The same in one list, each with the rank of its statement.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn ranked_holders(
        &self,
        node: NodeNumber,
        during: Interval,
        revision: Revision,
    ) -> Result<Vec<(DeviceId, Held, Rank)>, StoreError> {
        let mut statement = self.0.prepare_cached(&holders_sql(", wall_ns, sequence, agent, boot"))?;
        let values = (node.number(), during.start().nanoseconds(), during.end().nanoseconds(), revision.number());
        let rows = statement.query_map(values, |row| {
            let rank = Rank { wall: moment(row, 6)?, sequence: row.get(7)?, agent: row.get(8)?, boot: row.get(9)? };
            Ok((DeviceId::new(row.get(5)?), held(row)?, rank))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Devices that a job holds without a known end: device, since when, weight.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn open_of_job(&self, job: JobNumber) -> Result<Vec<(DeviceId, Timestamp, u32)>, StoreError> {
        let sql = "SELECT device, start_ns, weight FROM holdings WHERE job = ?1 AND end_ns IS NULL AND void IS NULL";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement
            .query_map([job.number()], |row| Ok((DeviceId::new(row.get(0)?), moment(row, 1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a job holds or held, by device and start: until when is missing while it lasts.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_job(&self, job: JobNumber) -> Result<Vec<(DeviceId, Timestamp, Option<Timestamp>)>, StoreError> {
        let sql =
            "SELECT device, start_ns, end_ns FROM holdings WHERE job = ?1 AND void IS NULL ORDER BY device, start_ns";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement
            .query_map([job.number()], |row| Ok((DeviceId::new(row.get(0)?), moment(row, 1)?, optional(row, 2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Project of every job that has one, by number, of the jobs that held something in an interval.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn projects_of_holders(&self, during: Interval) -> Result<Vec<(JobNumber, Option<ProjectName>)>, StoreError> {
        let sql = "SELECT job, project FROM jobs WHERE job IN (SELECT job FROM holdings
            WHERE void IS NULL AND start_ns < ?2 AND (end_ns IS NULL OR end_ns > ?1))";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((during.start().nanoseconds(), during.end().nanoseconds()), |row| {
            Ok((JobNumber::new(row.get(0)?), row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A holding without an end lasts for ever.
fn until(end: Option<i64>) -> Timestamp {
    Timestamp::from_nanoseconds(end.unwrap_or(i64::MAX))
}

/// Who held the devices of node ?1 in [?2, ?3) as believed at revision ?4, with `further` columns. Three searches, so that neither the many holdings
/// that ended before nor those that are void are looked at.
fn holders_sql(further: &str) -> String {
    let held = format!(
        "SELECT device, job, start_ns, end_ns, weight, made{further} FROM devices CROSS JOIN holdings INDEXED BY holdings_by_end
            USING (device) WHERE node = ?1 AND"
    );
    format!(
        "WITH held AS ({held} end_ns > ?2 AND (void IS NULL OR void > ?4)
            UNION ALL {held} end_ns IS NULL AND void IS NULL UNION ALL {held} end_ns IS NULL AND void > ?4)
        SELECT job, jobs.id, start_ns, end_ns, weight, device{further} FROM held JOIN jobs USING (job)
        WHERE start_ns < ?3 AND made <= ?4 ORDER BY jobs.id, start_ns"
    )
}

fn held(row: &DataRow<'_>) -> engine::Result<Held> {
    let (start, end) = (moment(row, 2)?, optional(row, 3)?);
    Ok(Held { job: JobNumber::new(row.get(0)?), job_id: row.get(1)?, start, end, weight: row.get(4)? })
}
