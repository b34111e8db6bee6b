//! Batches as they came, and which time of which device they speak of.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::{moment, value, word};
use super::{EvidenceStore, StoreError};
use model::{AgentId, BatchId, DeviceId, NodeName, NodeNumber, ProjectName, Revision, SetAsideReason};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use units::{Energy, Interval, Timestamp};

/// No file or reply that is kept is longer.
const UNPACKED_BYTES_MAX: usize = 1 << 30;
/// Value of `packing` where the bytes are a zstd frame; 0 where they are as sent.
const ZSTD: i64 = 1;

/// Twice as fast as the default level and a tenth larger.
const ZSTD_LEVEL: i32 = 1;

/// The bytes of a batch, ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// SHA-256 of the bytes as the agent fixed them.
    pub sha256: Vec<u8>,
    packed: Vec<u8>,
}

impl Evidence {
    /// Hashes and compresses the bytes of a batch.
    ///
    /// # Errors
    ///
    /// The bytes cannot be compressed.
    pub fn of(body: &[u8]) -> Result<Self, StoreError> {
        let packed = pack(body)
            .map_err(|error| StoreError::NotStored { reason: format!("the bytes cannot be packed: {error}") })?;
        Ok(Self { sha256: Sha256::digest(body).to_vec(), packed })
    }
}

/// A zstd frame of `body`. A thread keeps its tables, which cost more to make than a small batch to pack; so it does to unpack.
pub(super) fn pack(body: &[u8]) -> std::io::Result<Vec<u8>> {
    thread_local! {
        static PACKER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    PACKER.with_borrow_mut(|packer| match packer {
        Some(packer) => packer.compress(body),
        None => packer.insert(zstd::bulk::Compressor::new(ZSTD_LEVEL)?).compress(body),
    })
}

/// The bytes of a zstd frame that this program wrote.
pub(super) fn unpack(frame: &[u8]) -> std::io::Result<Vec<u8>> {
    unpack_within(frame, UNPACKED_BYTES_MAX)
}

fn unpack_within(frame: &[u8], max: usize) -> std::io::Result<Vec<u8>> {
    let size = zstd::zstd_safe::get_frame_content_size(frame).ok().flatten();
    let size = size.and_then(|size| usize::try_from(size).ok()).map_or(0, |size| size.min(max));
    thread_local! {
        static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
    }
    UNPACKER.with_borrow_mut(|unpacker| match unpacker {
        Some(unpacker) => unpacker.decompress(frame, size),
        None => unpacker.insert(zstd::bulk::Decompressor::new()?).decompress(frame, size),
    })
}

/// A batch as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBatch {
    /// Its number: the revision that it made.
    pub batch: BatchId,
    /// The node that sent it.
    pub node: NodeNumber,
    /// When it was received first.
    pub received: Timestamp,
    /// SHA-256 of the bytes, as noted when they came.
    pub sha256: Vec<u8>,
    /// The bytes as the agent sent them, decompressed.
    pub body: Vec<u8>,
}

/// The names under which a batch is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchNames {
    /// The agent that sent it.
    pub agent: AgentId,
    /// The node that it is of.
    pub node: NodeName,
    /// The project in whose name it was delivered; `None` for the operator's.
    pub project: Option<ProjectName>,
}

/// A window that is kept but not posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The batch that it is in.
    pub batch: BatchId,
    /// Its place among the batch's windows, from 0.
    pub position: usize,
    /// The device that it is of.
    pub device: DeviceId,
    /// First moment of the window.
    pub start: Timestamp,
    /// First moment after the window.
    pub end: Timestamp,
    /// Energy that the window states.
    pub energy: Energy,
    /// Why it is not posted.
    pub reason: SetAsideReason,
}

impl EvidenceStore<'_> {
    /// Keeps the bytes of `batch`, received at `received` in the name of `project`, under its `number`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add(
        &self,
        batch: &wire::Batch,
        node: NodeNumber,
        number: BatchId,
        received: Timestamp,
        project: Option<&ProjectName>,
        evidence: &Evidence,
    ) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO batches (batch, agent, boot, sequence, node, wall_ns, received_ns, sha256, body, packing)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let (revision, received) = (number.number(), received.nanoseconds());
        let (boot, wall) = (batch.boot.to_string(), batch.clock.wall.nanoseconds());
        let sequence = batch.sequence.cast_signed();
        self.0.prepare_cached(sql)?.execute((
            revision,
            &batch.agent,
            boot,
            sequence,
            node.number(),
            wall,
            received,
            &evidence.sha256,
            &evidence.packed,
            ZSTD,
        ))?;
        if let Some(project) = project {
            let sql = "INSERT INTO batch_projects (batch, project) VALUES (?1, ?2)";
            self.0.prepare_cached(sql)?.execute((revision, project))?;
        }
        Ok(())
    }

    /// SHA-256 and time of receipt of the batch that has this name.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn find(&self, agent: &AgentId, boot: &str, sequence: u64) -> Result<Option<(Vec<u8>, Timestamp)>, StoreError> {
        let sql = "SELECT sha256, received_ns FROM batches WHERE agent = ?1 AND boot = ?2 AND sequence = ?3";
        let mut statement = self.0.prepare_cached(sql)?;
        let found =
            statement.query_row((agent, boot, sequence.cast_signed()), |row| Ok((row.get(0)?, moment(row, 1)?)));
        Ok(found.optional()?)
    }

    /// The batch with this number.
    ///
    /// # Errors
    ///
    /// The database; a batch that is not there.
    pub fn get(&self, batch: BatchId) -> Result<StoredBatch, StoreError> {
        let sql = "SELECT node, received_ns, sha256, body, packing FROM batches WHERE batch = ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        let (mut stored, packing) = statement.query_row([batch.number()], |row| {
            let (sha256, body) = (row.get(2)?, row.get(3)?);
            Ok((
                StoredBatch { batch, node: NodeNumber::new(row.get(0)?), received: moment(row, 1)?, sha256, body },
                row.get::<i64>(4)?,
            ))
        })?;
        if packing == ZSTD {
            stored.body = unpack_within(&stored.body, wire::BODY_BYTES_MAX)
                .map_err(|error| StoreError::Value { what: "bytes of a batch", value: error.to_string() })?;
        }
        Ok(stored)
    }

    /// The names under which a batch is stored.
    ///
    /// # Errors
    ///
    /// The database; a batch that is not there.
    pub fn names_of(&self, batch: BatchId) -> Result<BatchNames, StoreError> {
        let sql = "SELECT agent, nodes.name, project FROM batches JOIN nodes USING (node) LEFT JOIN batch_projects USING (batch)
            WHERE batch = ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row([batch.number()], |row| {
            Ok(BatchNames { agent: row.get(0)?, node: row.get(1)?, project: row.get(2)? })
        })?)
    }

    /// The last batch before the order of receipt decided between windows that overlap; 0 where it always did.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn received_in_order_after(&self) -> Result<BatchId, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT after_batch FROM receipt_order")?;
        Ok(BatchId::new(statement.query_row((), |row| row.get(0))?))
    }

    /// Number of the node of a batch.
    ///
    /// # Errors
    ///
    /// The database; a batch that is not there.
    pub fn node_of(&self, batch: BatchId) -> Result<NodeNumber, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT node FROM batches WHERE batch = ?1")?;
        Ok(NodeNumber::new(statement.query_row([batch.number()], |row| row.get(0))?))
    }

    /// The reaches of a batch of `node` that begin in a range, with the numbers of their devices. What is stored and no interval is left out.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn reaches_of_batch(
        &self,
        node: NodeNumber,
        batch: BatchId,
        begun: RangeInclusive<Timestamp>,
    ) -> Result<BTreeMap<Interval, BTreeSet<DeviceId>>, StoreError> {
        let sql = "SELECT start_ns, end_ns, devices FROM reaches
            WHERE node = ?1 AND start_ns BETWEEN ?3 AND ?4 AND batch = ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let (first, last) = (begun.start().nanoseconds(), begun.end().nanoseconds());
        let rows = statement.query_map((node.number(), batch.number(), first, last), |row| {
            Ok((Interval::new(moment(row, 0)?, moment(row, 1)?), row.get::<String>(2)?))
        })?;
        let mut reaches = BTreeMap::new();
        for row in rows {
            let (reach, text) = row?;
            let devices = listed_devices(&text).ok_or_else(|| value("devices of a reach", &text))?;
            reaches.extend(reach.map(|reach| (reach, devices)));
        }
        Ok(reaches)
    }

    /// A node whose reaches, of which there must be `count` in all, are not those of its batches, or are not what is noted of them.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_node_reaching_otherwise(&self, count: usize) -> Result<Option<NodeName>, StoreError> {
        let sql = "SELECT name FROM nodes LEFT JOIN (SELECT node, max(end_ns - start_ns) AS longest, max(end_ns) AS last FROM reaches
                GROUP BY node) AS own USING (node)
            WHERE longest_ns <> coalesce(longest, 0) OR reached_ns <> coalesce(last, 0) ORDER BY node LIMIT 1";
        let found: Option<NodeName> = self.0.prepare(sql)?.query_row((), |row| row.get(0)).optional()?;
        let kept: i64 = self.0.query_row("SELECT count(*) FROM reaches", (), |row| row.get(0))?;
        let is_more = usize::try_from(kept) != Ok(count);
        let any = "SELECT name FROM reaches JOIN nodes USING (node) ORDER BY batch LIMIT 1";
        Ok(match found {
            None if is_more => self.0.prepare(any)?.query_row((), |row| row.get(0)).optional()?,
            found => found,
        })
    }

    /// Numbers of every batch, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(&self) -> Result<Vec<BatchId>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT batch FROM batches ORDER BY batch")?;
        Ok(statement.query_map((), |row| row.get(0).map(BatchId::new))?.collect::<Result<_, _>>()?)
    }

    /// Notes from when to when a batch's windows of some devices, all that share this reach, reach.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add_reach(
        &self,
        node: NodeNumber,
        batch: BatchId,
        reach: Interval,
        devices: &[DeviceId],
    ) -> Result<(), StoreError> {
        let (start, end) = (reach.start().nanoseconds(), reach.end().nanoseconds());
        let sql = "INSERT INTO reaches (node, start_ns, batch, end_ns, devices) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (node, start_ns, batch, end_ns) DO UPDATE SET devices = excluded.devices";
        self.0.prepare_cached(sql)?.execute((node.number(), start, batch.number(), end, listed(devices)))?;
        let sql = "UPDATE nodes SET longest_ns = max(longest_ns, ?2), reached_ns = max(reached_ns, ?3) WHERE node = ?1";
        self.0.prepare_cached(sql)?.execute((node.number(), end - start, end))?;
        Ok(())
    }

    /// Whether a batch of `node` other than `batch`, known at revision `newest`, has windows that may meet an interval.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_met(
        &self,
        node: NodeNumber,
        batch: BatchId,
        during: Interval,
        newest: Revision,
    ) -> Result<bool, StoreError> {
        let (start, end) = (during.start().nanoseconds(), during.end().nanoseconds());
        let values = (node.number(), batch.number(), start, end, newest.number());
        let sql = "SELECT EXISTS (SELECT 1 FROM reaches WHERE node = ?1 AND start_ns < ?4 AND end_ns > ?3
            AND start_ns > ?3 - (SELECT longest_ns FROM nodes WHERE node = ?1) AND batch <= ?5 AND batch <> ?2)";
        Ok(self.0.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
    }

    /// Batches known at revision `newest` with windows of `device` that may meet an interval, with their reach. What is stored and no interval meets nothing.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn reaches_of_device(
        &self,
        device: DeviceId,
        during: Interval,
        newest: Revision,
    ) -> Result<Vec<(BatchId, Interval)>, StoreError> {
        // No reach is longer than the node's longest, which bounds the search on the left.
        let sql = "SELECT batch, start_ns, end_ns FROM nodes JOIN reaches USING (node)
            WHERE node = (SELECT node FROM devices WHERE device = ?1) AND start_ns < ?3 AND end_ns > ?2
            AND start_ns > ?2 - longest_ns AND batch <= ?4 AND instr(devices, ',' || ?1 || ',') > 0";
        let mut statement = self.0.prepare_cached(sql)?;
        let values = (device.number(), during.start().nanoseconds(), during.end().nanoseconds(), newest.number());
        let rows = statement.query_map(values, |row| {
            let batch = BatchId::new(row.get(0)?);
            Ok(Interval::new(moment(row, 1)?, moment(row, 2)?).map(|reach| (batch, reach)))
        })?;
        Ok(rows.filter_map(Result::transpose).collect::<Result<_, _>>()?)
    }

    /// From the first moment to the last at which windows of `device` in one of `batches`, ascending, were ever dated; `None` without any.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn reach_of_batches(&self, device: DeviceId, batches: &[BatchId]) -> Result<Option<Interval>, StoreError> {
        let ever = Interval::new(Timestamp::default(), Timestamp::from_nanoseconds(i64::MAX));
        let (Some(ever), Some(newest)) = (ever, batches.last()) else { return Ok(None) };
        let reaches = self.reaches_of_device(device, ever, newest.revision())?;
        let own = reaches.into_iter().filter(|(batch, _)| batches.binary_search(batch).is_ok());
        Ok(own.map(|(_, reach)| reach).reduce(Interval::hull))
    }

    /// End of the last window of a device; `None` where there is none.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn metered_until(&self, device: DeviceId) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT end_ns FROM reaches WHERE node = (SELECT node FROM devices WHERE device = ?1)
            AND instr(reaches.devices, ',' || ?1 || ',') > 0 ORDER BY start_ns DESC LIMIT 1";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row([device.number()], |row| moment(row, 0)).optional()?)
    }

    /// Batches of a node with windows that end after `since`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn of_node_since(&self, node: NodeNumber, since: Timestamp) -> Result<Vec<BatchId>, StoreError> {
        let sql = "SELECT DISTINCT batch FROM reaches WHERE node = ?1 AND end_ns > ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement
            .query_map((node.number(), since.nanoseconds()), |row| row.get(0).map(BatchId::new))?
            .collect::<Result<_, _>>()?)
    }

    /// Replaces what is set aside of a batch.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_aside(&self, batch: BatchId, windows: &[SetAside]) -> Result<(), StoreError> {
        self.0.prepare_cached("DELETE FROM set_aside WHERE batch = ?1")?.execute([batch.number()])?;
        let sql = "INSERT INTO set_aside (batch, position, device, start_ns, end_ns, energy_mj, reason)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut statement = self.0.prepare_cached(sql)?;
        for aside in windows {
            let (start, end) = (aside.start.nanoseconds(), aside.end.nanoseconds());
            let position = i64::try_from(aside.position).unwrap_or(i64::MAX);
            statement.execute((
                batch.number(),
                position,
                aside.device.number(),
                start,
                end,
                aside.energy.millijoules(),
                aside.reason.name(),
            ))?;
        }
        Ok(())
    }

    /// The windows of a batch that are set aside, by place.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn set_aside_of(&self, batch: BatchId) -> Result<Vec<SetAside>, StoreError> {
        let sql = "SELECT batch, position, device, start_ns, end_ns, energy_mj, reason FROM set_aside
            WHERE batch = ?1 ORDER BY position";
        Ok(self.0.prepare_cached(sql)?.query_map([batch.number()], aside)?.collect::<Result<_, _>>()?)
    }

    /// Whether the batch with this number is stored under the names and the time that are in `batch`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn is_as_named(&self, number: BatchId, batch: &wire::Batch) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM batches JOIN nodes USING (node) WHERE batch = ?1 AND agent = ?2
            AND boot = ?3 AND sequence = ?4 AND wall_ns = ?5 AND nodes.name = ?6)";
        let (boot, sequence) = (batch.boot.to_string(), batch.sequence.cast_signed());
        let names = (number.number(), &batch.agent, boot, sequence, batch.clock.wall.nanoseconds(), &batch.node.name);
        Ok(self.0.prepare_cached(sql)?.query_row(names, |row| row.get(0))?)
    }

    /// The highest number of a batch; 0 before the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn newest(&self) -> Result<BatchId, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT coalesce(max(batch), 0) FROM batches")?;
        Ok(BatchId::new(statement.query_row((), |row| row.get(0))?))
    }

    /// SHA-256 of the batch with the highest number up to `until`; `None` before the first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn newest_until(&self, until: BatchId) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT sha256 FROM batches WHERE batch <= ?1 ORDER BY batch DESC LIMIT 1";
        Ok(self.0.prepare_cached(sql)?.query_row([until.number()], |row| row.get(0)).optional()?)
    }

    /// When the first batch after number `after` was received; `None` when there is none.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn received_after(&self, after: BatchId) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT received_ns FROM batches WHERE batch > ?1 ORDER BY batch LIMIT 1";
        Ok(self.0.prepare_cached(sql)?.query_row([after.number()], |row| moment(row, 0)).optional()?)
    }

    /// Numbers and nodes of up to `limit` batches after number `after`, and their SHA-256.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn after(&self, after: BatchId, limit: u32) -> Result<Vec<(BatchId, NodeNumber, Vec<u8>)>, StoreError> {
        let sql = "SELECT batch, node, sha256 FROM batches WHERE batch > ?1 ORDER BY batch LIMIT ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((after.number(), limit), |row| {
            Ok((BatchId::new(row.get(0)?), NodeNumber::new(row.get(1)?), row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// `,3,4,`
fn listed(devices: &[DeviceId]) -> String {
    let numbers: String = devices.iter().map(|device| format!("{device},")).collect();
    format!(",{numbers}")
}

/// The devices of such a text, written as searches look for them.
fn listed_devices(text: &str) -> Option<BTreeSet<DeviceId>> {
    let numbers = text.strip_prefix(',')?.strip_suffix(',')?.split(',');
    numbers.map(|text| text.parse().ok().filter(|device: &DeviceId| device.to_string() == text)).collect()
}

fn aside(row: &DataRow<'_>) -> engine::Result<SetAside> {
    Ok(SetAside {
        batch: BatchId::new(row.get(0)?),
        position: usize::try_from(row.get::<i64>(1)?).unwrap_or(usize::MAX),
        device: DeviceId::new(row.get(2)?),
        start: moment(row, 3)?,
        end: moment(row, 4)?,
        energy: Energy::from_millijoules(row.get(5)?),
        reason: word(row, 6)?,
    })
}
