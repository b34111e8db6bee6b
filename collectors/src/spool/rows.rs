//! The SQL of the spool: how rows are written, read and checked.

use super::codec::checksum;
use super::{BatchKey, Contents, SpoolError, Will, notes};
use model::DeviceUuid;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use units::Timestamp;
use wire::{Boot, Device, Gap, Holding, Job, Window};

/// Size of a page of the file.
pub(super) const PAGE_BYTES: u32 = 4_096;
/// Pages of the write-ahead log after which it is copied into the file.
pub(super) const WAL_PAGES: u32 = 256;
const NAME: &str = "wattledger spool";
const VERSION: i64 = 1;
const SCHEMA: &str = "
CREATE TABLE format (name TEXT NOT NULL, version INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT;
CREATE TABLE devices (uuid TEXT PRIMARY KEY, body BLOB, crc INTEGER, until_ns INTEGER, until_crc INTEGER) STRICT;
CREATE TABLE records (id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, coarse INTEGER NOT NULL,
                      body BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
CREATE INDEX records_of_kind ON records (kind, coarse, id);
CREATE TABLE batches (boot TEXT NOT NULL, sequence INTEGER NOT NULL, state INTEGER NOT NULL, at_ns INTEGER NOT NULL,
                      body BLOB NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (boot, sequence)) STRICT;
CREATE INDEX batches_by_state ON batches (state, at_ns);
";
/// Created apart from the rest, because earlier releases wrote spools of version 1 without this table.
const WILL: &str = "CREATE TABLE IF NOT EXISTS will (only INTEGER PRIMARY KEY CHECK (only = 1), body BLOB NOT NULL, crc INTEGER NOT NULL) STRICT";

/// The kind of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum RecordKind {
    Window,
    Holding,
    Job,
    Gap,
}

impl RecordKind {
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Window => 0,
            Self::Holding => 1,
            Self::Job => 2,
            Self::Gap => 3,
        }
    }

    fn of(number: i64) -> Result<Self, SpoolError> {
        [Self::Window, Self::Holding, Self::Job, Self::Gap]
            .into_iter()
            .find(|kind| kind.number() == number)
            .ok_or_else(|| SpoolError::Damaged(format!("a record has the unknown kind {number}")))
    }
}

/// The state of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BatchState {
    Sealed,
    Acknowledged,
    Quarantined,
}

impl BatchState {
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Sealed => 0,
            Self::Acknowledged => 1,
            Self::Quarantined => 2,
        }
    }
}

/// A record, decoded from its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    Window(Window),
    Holding(Holding),
    Job(Job),
    Gap(Gap),
}

impl Record {
    pub(super) fn decode(kind: RecordKind, body: &[u8]) -> Result<Self, SpoolError> {
        let decoded = match kind {
            RecordKind::Window => serde_json::from_slice(body).map(Self::Window),
            RecordKind::Holding => serde_json::from_slice(body).map(Self::Holding),
            RecordKind::Job => serde_json::from_slice(body).map(Self::Job),
            RecordKind::Gap => serde_json::from_slice(body).map(Self::Gap),
        };
        decoded.map_err(unreadable)
    }

    pub(super) fn device(&self) -> Option<&DeviceUuid> {
        match self {
            Self::Window(window) => Some(&window.device),
            Self::Holding(holding) => Some(&holding.device),
            Self::Gap(gap) => Some(&gap.device),
            Self::Job(_) => None,
        }
    }

    /// What no two records of one batch may have in common.
    pub(super) fn identity(&self) -> (RecordKind, String, Option<String>, i64) {
        let text = |device: &DeviceUuid| device.to_string();
        match self {
            Self::Window(window) => (RecordKind::Window, text(&window.device), None, window.start.nanoseconds()),
            Self::Holding(holding) => {
                (RecordKind::Holding, text(&holding.device), Some(holding.job.to_string()), holding.start.nanoseconds())
            }
            Self::Job(job) => (RecordKind::Job, job.id.to_string(), None, 0),
            Self::Gap(gap) => {
                (RecordKind::Gap, text(&gap.device), Some(format!("{:?}", gap.reason)), gap.start.nanoseconds())
            }
        }
    }

    pub(super) fn add_to(self, contents: &mut Contents) {
        match self {
            Self::Window(window) => contents.windows.push(window),
            Self::Holding(holding) => contents.holdings.push(holding),
            Self::Job(job) => contents.jobs.push(job),
            Self::Gap(gap) => contents.gaps.push(gap),
        }
    }
}

/// Sets up the connection and locks the file.
pub(super) fn configure(connection: &Connection, path: &Path, pages_max: u32) -> Result<(), SpoolError> {
    let in_use = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            SpoolError::InUse(path.to_owned())
        }
        _ => error.into(),
    };
    connection.busy_timeout(std::time::Duration::ZERO).map_err(in_use)?;
    // Locking before the write-ahead log is opened lets the log do without a file of shared memory.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(in_use)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(in_use)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(in_use)?;
    connection.pragma_update(None, "cache_size", -1_024)?;
    connection.pragma_update(None, "max_page_count", pages_max)?;
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", WAL_PAGES * PAGE_BYTES)?;
    connection.execute_batch("BEGIN IMMEDIATE; COMMIT").map_err(in_use)
}

/// Creates the tables if there are none.
pub(super) fn create(connection: &Connection, path: &Path) -> Result<(), SpoolError> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        let crc = checksum(&[NAME.as_bytes(), &VERSION.to_le_bytes()]);
        let transaction = connection.unchecked_transaction()?;
        transaction.execute_batch(SCHEMA)?;
        transaction.execute("INSERT INTO format VALUES (?1, ?2, ?3)", params![NAME, VERSION, crc])?;
        transaction.commit()?;
    }
    check_format(connection, path)?;
    connection.execute_batch(WILL)?;
    Ok(connection.execute_batch(notes::TABLE)?)
}

/// Refuses a file whose schema has anything that a spool has not: a trigger or a view would run when its rows are read.
pub(super) fn expect_own_schema(connection: &Connection) -> Result<(), SpoolError> {
    let own = Connection::open_in_memory()?;
    own.execute_batch(SCHEMA)?;
    own.execute_batch(WILL)?;
    own.execute_batch(notes::TABLE)?;
    let own = schema(&own)?;
    match schema(connection)?.difference(&own).next() {
        Some((kind, name, _)) => {
            Err(SpoolError::Damaged(format!("its schema has a {kind} {name:?} that no spool has")))
        }
        None => Ok(()),
    }
}

/// Kind, name and definition of everything in the schema.
fn schema(connection: &Connection) -> Result<BTreeSet<(String, String, Option<String>)>, SpoolError> {
    let mut statement = connection.prepare("SELECT type, name, sql FROM sqlite_schema")?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn check_format(connection: &Connection, path: &Path) -> Result<(), SpoolError> {
    let (name, found, crc): (String, i64, i64) =
        connection.query_row("SELECT name, version, crc FROM format", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    if name != NAME || crc != checksum(&[name.as_bytes(), &found.to_le_bytes()]) {
        return Err(SpoolError::Damaged("the file is not a spool".to_owned()));
    }
    if found == VERSION { Ok(()) } else { Err(SpoolError::Newer { path: path.to_owned(), found }) }
}

/// Reads and checks every row, and returns the end of the last window of each device.
pub(super) fn check(connection: &Connection) -> Result<Vec<(DeviceUuid, Timestamp)>, SpoolError> {
    let verdict: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(SpoolError::Damaged(verdict));
    }
    let mut records = connection.prepare("SELECT id, kind, body, crc FROM records")?;
    let mut found = records.query([])?;
    while let Some(row) = found.next()? {
        record(row)?;
    }
    let mut batches = connection.prepare("SELECT boot, sequence, body, crc FROM batches")?;
    let mut found = batches.query([])?;
    while let Some(row) = found.next()? {
        key(row)?;
        sound_batch(row)?;
    }
    will(connection)?;
    notes::all(connection)?;
    let mut devices = connection.prepare("SELECT uuid, body, crc, until_ns, until_crc FROM devices")?;
    let mut found = devices.query([])?;
    let mut reach = Vec::new();
    while let Some(row) = found.next()? {
        device(row)?;
        reach.extend(until(row)?);
    }
    Ok(reach)
}

/// How many pages of the file are in use.
pub(super) fn pages_used(connection: &Connection) -> Result<u64, SpoolError> {
    let pragma =
        |name: &str| -> Result<i64, SpoolError> { Ok(connection.pragma_query_value(None, name, |row| row.get(0))?) };
    Ok((pragma("page_count")? - pragma("freelist_count")?).unsigned_abs())
}

/// Adds the records in `contents`, without the devices.
pub(super) fn put_contents(connection: &Connection, contents: &Contents) -> Result<(), SpoolError> {
    for window in &contents.windows {
        put_record(connection, RecordKind::Window, &json(window)?)?;
    }
    for holding in &contents.holdings {
        put_record(connection, RecordKind::Holding, &json(holding)?)?;
    }
    for job in &contents.jobs {
        put_record(connection, RecordKind::Job, &json(job)?)?;
    }
    for gap in &contents.gaps {
        put_record(connection, RecordKind::Gap, &json(gap)?)?;
    }
    Ok(())
}

fn put_record(connection: &Connection, kind: RecordKind, body: &[u8]) -> Result<(), SpoolError> {
    connection
        .prepare_cached("INSERT INTO records (kind, coarse, body, crc) VALUES (?1, 0, ?2, ?3)")?
        .execute(params![kind.number(), body, checksum(&[&kind.number().to_le_bytes(), body])])?;
    Ok(())
}

/// Inserts a merged window as record `id`.
pub(super) fn replace_window(connection: &Connection, id: i64, coarse: i64, window: &Window) -> Result<(), SpoolError> {
    let (kind, body) = (RecordKind::Window.number(), json(window)?);
    connection
        .prepare_cached("INSERT INTO records (id, kind, coarse, body, crc) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![id, kind, coarse, body, checksum(&[&kind.to_le_bytes(), &body])])?;
    Ok(())
}

pub(super) fn delete_records(connection: &Connection, ids: &[i64]) -> Result<(), SpoolError> {
    let mut statement = connection.prepare_cached("DELETE FROM records WHERE id = ?1")?;
    for id in ids {
        statement.execute([id])?;
    }
    Ok(())
}

/// Reads and checks a row `(id, kind, body, crc)` of `records`.
pub(super) fn record(row: &Row<'_>) -> Result<(RecordKind, Vec<u8>), SpoolError> {
    let (id, kind, body, crc): (i64, i64, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    if crc != checksum(&[&kind.to_le_bytes(), &body]) {
        return Err(SpoolError::Damaged(format!("record {id} has changed since it was written")));
    }
    Ok((RecordKind::of(kind)?, body))
}

pub(super) fn put_device(connection: &Connection, device: &Device) -> Result<(), SpoolError> {
    let body = json(device)?;
    let crc = checksum(&[device.uuid.as_str().as_bytes(), &body]);
    let sql = "INSERT INTO devices (uuid, body, crc) VALUES (?1, ?2, ?3)
               ON CONFLICT (uuid) DO UPDATE SET body = ?2, crc = ?3 WHERE crc IS NOT ?3";
    connection.prepare_cached(sql)?.execute(params![device.uuid, body, crc])?;
    Ok(())
}

pub(super) fn put_reach(connection: &Connection, uuid: &DeviceUuid, until: Timestamp) -> Result<(), SpoolError> {
    let until = until.nanoseconds();
    let crc = checksum(&[uuid.as_str().as_bytes(), &until.to_le_bytes()]);
    let sql = "INSERT INTO devices (uuid, until_ns, until_crc) VALUES (?1, ?2, ?3)
               ON CONFLICT (uuid) DO UPDATE SET until_ns = ?2, until_crc = ?3";
    connection.prepare_cached(sql)?.execute(params![uuid, until, crc])?;
    Ok(())
}

pub(super) fn put_will(connection: &Connection, will: &Will) -> Result<(), SpoolError> {
    let body = json(will)?;
    let crc = checksum(&[&body]);
    connection.prepare_cached("INSERT OR REPLACE INTO will VALUES (1, ?1, ?2)")?.execute(params![body, crc])?;
    Ok(())
}

pub(super) fn will(connection: &Connection) -> Result<Option<Will>, SpoolError> {
    let mut statement = connection.prepare_cached("SELECT body, crc FROM will")?;
    let found: Option<(Vec<u8>, i64)> = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((body, crc)) = found else { return Ok(None) };
    if crc != checksum(&[&body]) {
        return Err(SpoolError::Damaged("the will has changed since it was written".to_owned()));
    }
    serde_json::from_slice(&body).map(Some).map_err(unreadable)
}

/// The devices that `contents` refer to, and those that these are counted in.
pub(super) fn devices_of(connection: &Connection, contents: &Contents) -> Result<Vec<Device>, SpoolError> {
    let windows = contents.windows.iter().map(|window| &window.device);
    let holdings = contents.holdings.iter().map(|holding| &holding.device);
    let gaps = contents.gaps.iter().map(|gap| &gap.device);
    let mut wanted: BTreeSet<DeviceUuid> = windows.chain(holdings).chain(gaps).cloned().collect();
    let mut found = BTreeMap::new();
    let mut statement =
        connection.prepare_cached("SELECT uuid, body, crc, until_ns, until_crc FROM devices WHERE uuid = ?1")?;
    while let Some(uuid) = wanted.pop_first() {
        let mut rows = statement.query([&uuid])?;
        let device = match rows.next()? {
            Some(row) => device(row)?,
            None => None,
        };
        let device =
            device.ok_or_else(|| SpoolError::Damaged(format!("device {uuid} is referenced but not described")))?;
        wanted.extend(device.counted_in.iter().filter(|outer| !found.contains_key(*outer)).cloned());
        found.insert(uuid, device);
    }
    Ok(found.into_values().collect())
}

/// The description in a row of `devices`, if it has one.
pub(super) fn device(row: &Row<'_>) -> Result<Option<Device>, SpoolError> {
    let (uuid, body, crc): (String, Option<Vec<u8>>, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let Some(body) = body else { return Ok(None) };
    if crc != Some(checksum(&[uuid.as_bytes(), &body])) {
        return Err(SpoolError::Damaged(format!("device {uuid} has changed since it was written")));
    }
    serde_json::from_slice(&body).map(Some).map_err(unreadable)
}

fn until(row: &Row<'_>) -> Result<Option<(DeviceUuid, Timestamp)>, SpoolError> {
    let (uuid, until, crc): (DeviceUuid, Option<i64>, Option<i64>) = (row.get(0)?, row.get(3)?, row.get(4)?);
    let Some(until) = until else { return Ok(None) };
    if crc != Some(checksum(&[uuid.as_str().as_bytes(), &until.to_le_bytes()])) {
        return Err(SpoolError::Damaged(format!(
            "the end of the last window of device {uuid} has changed since it was written"
        )));
    }
    Ok(Some((uuid, Timestamp::from_nanoseconds(until))))
}

/// Writes the bytes of a batch that is to be sent.
pub(super) fn put_batch(connection: &Connection, key: BatchKey, body: &[u8]) -> Result<(), SpoolError> {
    let sql = "INSERT INTO batches (boot, sequence, state, at_ns, body, crc) VALUES (?1, ?2, ?3, 0, ?4, ?5)
               ON CONFLICT (boot, sequence) DO UPDATE SET body = ?4, crc = ?5";
    let (boot, sequence, crc) = (key.boot.to_string(), number(key.sequence), batch_checksum(key, body));
    connection.prepare_cached(sql)?.execute(params![boot, sequence, BatchState::Sealed.number(), body, crc])?;
    Ok(())
}

pub(super) fn set_state(
    connection: &Connection,
    key: BatchKey,
    state: BatchState,
    now: Timestamp,
) -> Result<(), SpoolError> {
    connection
        .prepare_cached("UPDATE batches SET state = ?3, at_ns = ?4 WHERE boot = ?1 AND sequence = ?2")?
        .execute(params![key.boot.to_string(), number(key.sequence), state.number(), now.nanoseconds()])?;
    Ok(())
}

/// Numbers of the batches in `state`, in the order in which the batches were made.
pub(super) fn keys(connection: &Connection, state: BatchState) -> Result<Vec<BatchKey>, SpoolError> {
    let mut statement =
        connection.prepare_cached("SELECT boot, sequence FROM batches WHERE state = ?1 ORDER BY rowid")?;
    let mut rows = statement.query([state.number()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(key(row)?);
    }
    Ok(found)
}

pub(super) fn body(connection: &Connection, key: BatchKey) -> Result<Option<Vec<u8>>, SpoolError> {
    let sql = "SELECT boot, sequence, body, crc FROM batches WHERE boot = ?1 AND sequence = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![key.boot.to_string(), number(key.sequence)])?;
    rows.next()?.map(sound_batch).transpose()
}

/// Reads and checks the body in a row `(boot, sequence, body, crc)` of `batches`.
pub(super) fn sound_batch(row: &Row<'_>) -> Result<Vec<u8>, SpoolError> {
    let (key, body, crc): (BatchKey, Vec<u8>, i64) = (key(row)?, row.get(2)?, row.get(3)?);
    if crc != batch_checksum(key, &body) {
        let BatchKey { boot, sequence } = key;
        return Err(SpoolError::Damaged(format!("batch {sequence} of boot {boot} has changed since it was written")));
    }
    Ok(body)
}

fn key(row: &Row<'_>) -> Result<BatchKey, SpoolError> {
    let (boot, sequence): (String, i64) = (row.get(0)?, row.get(1)?);
    let boot = Boot::try_from(boot).map_err(SpoolError::Damaged)?;
    Ok(BatchKey { boot, sequence: sequence.unsigned_abs() })
}

/// Number of the batch that has been in `state` longest.
pub(super) fn oldest(connection: &Connection, state: BatchState) -> Result<Option<BatchKey>, SpoolError> {
    let sql = "SELECT boot, sequence FROM batches WHERE state = ?1 ORDER BY at_ns, rowid LIMIT 1";
    let found: Option<(String, i64)> =
        connection.prepare_cached(sql)?.query_row([state.number()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found
        .map(|(boot, sequence)| {
            let boot = Boot::try_from(boot).map_err(SpoolError::Damaged)?;
            Ok(BatchKey { boot, sequence: sequence.unsigned_abs() })
        })
        .transpose()
}

pub(super) fn delete_batch(connection: &Connection, key: BatchKey) -> Result<(), SpoolError> {
    connection
        .prepare_cached("DELETE FROM batches WHERE boot = ?1 AND sequence = ?2")?
        .execute(params![key.boot.to_string(), number(key.sequence)])?;
    Ok(())
}

fn batch_checksum(key: BatchKey, body: &[u8]) -> i64 {
    checksum(&[&key.boot.bits().to_le_bytes(), &key.sequence.to_le_bytes(), body])
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, SpoolError> {
    serde_json::to_vec(value).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> SpoolError {
    SpoolError::Damaged(error.to_string())
}

/// A sequence number as SQLite has it; no boot makes more than `i64::MAX` batches.
fn number(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}
