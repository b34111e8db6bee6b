//! Times about which agents say that their windows say less than they should.

use super::engine;
use super::row::{moment, value, word};
use super::{GapStore, StoreError};
use model::{AgentId, BatchId, DeviceId, DeviceUuid, GapId, GapReason, NodeName, NodeNumber, Revision};
use units::Timestamp;

/// A gap in the readings of a device, as its agent reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRow {
    /// Its number, ascending in the order of arrival.
    pub gap: GapId,
    /// Name of the node that the device is in.
    pub node: NodeName,
    /// The device whose readings are missing.
    pub device: DeviceId,
    /// Identity of the device within the node.
    pub uuid: DeviceUuid,
    /// First moment of the gap.
    pub start: Timestamp,
    /// First moment after the gap.
    pub end: Timestamp,
    /// Why readings are missing, as the wire format names it.
    pub reason: GapReason,
    /// The batch that reported it.
    pub batch: BatchId,
}

/// The clock of a machine was set while a device of it was metered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockSetting {
    /// The device.
    pub device: DeviceId,
    /// The batch that says so.
    pub batch: BatchId,
    /// The agent, as its batches are stored.
    pub agent: AgentId,
    /// The boot of the agent, as text.
    pub boot: String,
    /// Number of the batch within the boot.
    pub sequence: i64,
    /// By how much, ns; negative where the clock was set back.
    pub by_ns: i64,
}

/// Of how many batches of a boot, counted back from when its clock was set, the times of receipt are looked at.
const RECEIPTS: u32 = 100;

/// Which gaps to list, the last reported first.
#[derive(Debug, Clone, Default)]
pub struct GapFilter {
    /// Only gaps that end after this moment.
    pub from: Option<Timestamp>,
    /// Only gaps that start before this moment.
    pub to: Option<Timestamp>,
    /// Only gaps of devices in this node.
    pub node: Option<NodeName>,
    /// Only gaps of this device.
    pub device: Option<DeviceId>,
    /// The cursor: only gaps with lower numbers.
    pub below: Option<GapId>,
    /// The most gaps to list.
    pub limit: u32,
}

impl GapStore<'_> {
    /// Keeps the gaps that a batch reports of devices of `node`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add(&self, batch: BatchId, node: NodeNumber, gaps: &[wire::Gap]) -> Result<(), StoreError> {
        let sql = "INSERT INTO gaps (batch, device, start_ns, end_ns, reason)
            SELECT ?1, device, ?4, ?5, ?6 FROM devices WHERE node = ?2 AND uuid = ?3";
        for gap in gaps {
            let (start, end, reason) = (gap.start.nanoseconds(), gap.end.nanoseconds(), gap.reason.name());
            self.0.prepare_cached(sql)?.execute((batch.number(), node.number(), &gap.device, start, end, reason))?;
        }
        Ok(())
    }

    /// The gaps that are kept of a batch, as it reports them.
    ///
    /// # Errors
    ///
    /// The database; a reason that the wire format does not have.
    pub fn of_batch(&self, batch: BatchId) -> Result<Vec<wire::Gap>, StoreError> {
        let sql =
            "SELECT uuid, start_ns, end_ns, reason FROM gaps JOIN devices USING (device) WHERE batch = ?1 ORDER BY gap";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([batch.number()], |row| {
            Ok((row.get::<DeviceUuid>(0)?, moment(row, 1)?, moment(row, 2)?, row.get::<String>(3)?))
        })?;
        let of_row = |row: engine::Result<(_, _, _, String)>| {
            let (device, start, end, text) = row?;
            let reason = text.parse().map_err(|_| value("reason of a gap", &text))?;
            Ok(wire::Gap { device, start, end, reason })
        };
        rows.map(of_row).collect()
    }

    /// When clocks of agents of `node` were set, as known at revision `newest`: by device, then by number within the boot.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn clock_settings(&self, node: NodeNumber, newest: Revision) -> Result<Vec<ClockSetting>, StoreError> {
        let sql = "SELECT device, batch, agent, boot, sequence, CASE reason WHEN 'set_back' THEN start_ns - end_ns ELSE end_ns - start_ns END
            FROM devices CROSS JOIN gaps INDEXED BY gaps_of_clocks USING (device) JOIN batches USING (batch)
            WHERE devices.node = ?1 AND reason IN ('set_ahead', 'set_back') AND batch <= ?2 ORDER BY device, sequence";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((node.number(), newest.number()), |row| {
            let (device, batch) = (DeviceId::new(row.get(0)?), BatchId::new(row.get(1)?));
            let (agent, boot, sequence, by_ns) = (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
            Ok(ClockSetting { device, batch, agent, boot, sequence, by_ns })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// By how much the clock of an agent was ahead of the service's, ns, when it made the batches with numbers between `after` and that of a setting: the most
    /// that is seen in their receipt, since lateness makes it less. `None` where none was received before the setting was.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn ahead_before(&self, setting: &ClockSetting, after: i64) -> Result<Option<i64>, StoreError> {
        let sql =
            "SELECT max(wall_ns - received_ns) FROM (SELECT earlier.wall_ns, earlier.received_ns FROM batches said
            JOIN batches earlier ON earlier.agent = said.agent AND earlier.boot = said.boot
            WHERE said.batch = ?1 AND earlier.sequence < said.sequence AND earlier.sequence > ?2 AND earlier.batch < ?1
            ORDER BY earlier.sequence DESC LIMIT ?3) AS latest";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row((setting.batch.number(), after, RECEIPTS), |row| row.get(0))?)
    }

    /// The other batches known at revision `newest` of the boot of `batch` whose numbers in it differ by at most `reach`.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn others_of_boot(&self, batch: BatchId, reach: u64, newest: Revision) -> Result<Vec<BatchId>, StoreError> {
        let sql = "SELECT other.batch FROM batches said JOIN batches other
            ON other.agent = said.agent AND other.boot = said.boot
            AND other.sequence BETWEEN said.sequence - ?2 AND said.sequence + ?2 AND other.batch <> said.batch
            WHERE said.batch = ?1 AND other.batch <= ?3 ORDER BY other.batch";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((batch.number(), reach.cast_signed(), newest.number()), |row| row.get(0))?;
        Ok(rows.map(|row| row.map(BatchId::new)).collect::<Result<_, _>>()?)
    }

    /// Gaps, the last reported first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self, filter: &GapFilter) -> Result<Vec<GapRow>, StoreError> {
        let sql = "SELECT gap, nodes.name, device, uuid, start_ns, end_ns, reason, batch
            FROM gaps JOIN devices USING (device) JOIN nodes USING (node)
            WHERE gap < ?1 AND end_ns > ?2 AND start_ns < ?3 AND (?4 IS NULL OR nodes.name = ?4)
            AND (?5 IS NULL OR device = ?5) ORDER BY gap DESC LIMIT ?6";
        let mut statement = self.0.prepare_cached(sql)?;
        let from = filter.from.map_or(i64::MIN, Timestamp::nanoseconds);
        let to = filter.to.map_or(i64::MAX, Timestamp::nanoseconds);
        let below = filter.below.map_or(i64::MAX, GapId::number);
        let rows = statement.query_map(
            (below, from, to, &filter.node, filter.device.map(DeviceId::number), filter.limit),
            |row| {
                Ok(GapRow {
                    gap: GapId::new(row.get(0)?),
                    node: row.get(1)?,
                    device: DeviceId::new(row.get(2)?),
                    uuid: row.get(3)?,
                    start: moment(row, 4)?,
                    end: moment(row, 5)?,
                    reason: word(row, 6)?,
                    batch: BatchId::new(row.get(7)?),
                })
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Gaps in which energy is missing that end after `since`, per node: name, how many, start of the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn by_node(&self, since: Timestamp) -> Result<Vec<(NodeName, i64, Timestamp)>, StoreError> {
        let sql = "SELECT nodes.name, count(*), min(start_ns) FROM gaps JOIN devices USING (device)
            JOIN nodes USING (node) WHERE end_ns > ?1 AND reason NOT IN ('merged', 'set_back') GROUP BY nodes.node ORDER BY nodes.name";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([since.nanoseconds()], |row| Ok((row.get(0)?, row.get(1)?, moment(row, 2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
