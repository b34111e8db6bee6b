//! What was metered and is not known to be on the service's disk yet: one SQLite file that survives kill and power loss.
//!
//! # The file
//!
//! WAL, `synchronous=FULL`, locked by the process that has it open. Every row carries a CRC-32 of its content, because
//! SQLite notices damaged pages but not damaged values.
//!
//! | table | a row |
//! |---|---|
//! | `format` | one: name and version of this layout |
//! | `devices` | a device as last described, and up to when its windows reach |
//! | `records` | a window, holding, job or gap, as JSON of `crates/wire`, in the order of metering; `coarse` counts how often it was merged |
//! | `batches` | the bytes of a batch as they are sent (JSON, gzip) by (boot, sequence), and its state |
//! | `will` | at most one: what is told if the process ends without telling it ([`Will`]) |
//!
//! # Life of a record
//!
//! [`Spool::append`] takes it, durably. [`Spool::seal`] moves records into a batch and fixes its bytes in one transaction; from
//! then on the batch is sent until it is acknowledged, kept for a grace time after that, and forgotten. A refused batch is set aside
//! in quarantine. Numbers are taken from 1 for each boot, in the transaction that fixes the bytes, so they have no gap.
//!
//! # When it is full
//!
//! The file never grows over its limit. Room is made in this order: acknowledged batches go first, then the oldest
//! windows are merged to minutes, then to hours (the energy stays exact, a `merged` gap says so), then batches in quarantine go
//! (a `dropped` gap says so). Only then [`SpoolError::Full`] is returned and the caller keeps what it has.
//!
//! # When it is damaged
//!
//! Opening reads and checks every row. A damaged file is moved aside, for people to look at, and a fresh one is begun.

mod backlog;
mod error;
mod merge;
mod room;
mod rows;
mod will;

pub use backlog::Backlog;
pub use error::SpoolError;
pub(crate) use merge::merge;
pub use will::Will;

use crate::spool::rows::State;
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::{fs, io};
use units::Timestamp;
use wire::{Batch, Boot, Clock, Device, Gap, GapReason, Holding, Job, Node, Window};

const PAGE_BYTES: u32 = 4_096;
/// Pages of the write-ahead log before it is copied into the file, so that it stays about this long.
const WAL_PAGES: u32 = 256;
/// Smallest limit of the file, MiB.
pub const MEBIBYTES_MIN: u32 = 8;
/// Largest limit of the file, MiB: 64 GiB.
pub const MEBIBYTES_MAX: u32 = 65_536;

/// Things to tell the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Every device that the rest speaks of, and the devices these are counted in; those already told may be left out.
    pub devices: Vec<Device>,
    /// Energy; those of one device in order.
    pub windows: Vec<Window>,
    /// Who held which device.
    pub holdings: Vec<Holding>,
    /// Facts about jobs.
    pub jobs: Vec<Job>,
    /// Where something is missing.
    pub gaps: Vec<Gap>,
}

impl Contents {
    /// Whether there is nothing but devices.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries() == 0
    }

    fn entries(&self) -> usize {
        self.windows.len() + self.holdings.len() + self.jobs.len() + self.gaps.len()
    }
}

/// Who sends the batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Name of the agent.
    pub agent: String,
    /// This start of it.
    pub boot: Boot,
    /// The machine.
    pub node: Node,
}

/// Number of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which start of the agent.
    pub boot: Boot,
    /// Which batch of it.
    pub sequence: u64,
}

/// A batch whose bytes are fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its number.
    pub key: Key,
    /// JSON, compressed with gzip.
    pub body: Vec<u8>,
}

/// Which records go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// What was metered first.
    Oldest,
    /// What was metered last.
    Newest,
}

/// What [`Spool::halve`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halved {
    /// The batch has this many entries now; the others will be sealed again.
    To(usize),
    /// It has one entry and cannot be smaller.
    Indivisible,
}

/// How much the spool holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// Records in no batch yet.
    pub records: u64,
    /// Batches that wait for their acknowledgement.
    pub sealed: u64,
    /// Batches that are acknowledged and kept for a while.
    pub acknowledged: u64,
    /// Batches that the service refused.
    pub quarantined: u64,
    /// Used bytes of the file.
    pub bytes: u64,
}

/// An opened spool, and where its damaged predecessor went.
#[derive(Debug)]
pub struct Opened {
    /// Ready.
    pub spool: Spool,
    /// The damaged file, and what was wrong with it.
    pub moved_aside: Option<(PathBuf, SpoolError)>,
}

/// The durable queue; the module documentation tells its rules.
#[derive(Debug)]
pub struct Spool {
    connection: Connection,
    sender: Sender,
    sequence: u64,
    pages_max: u32,
    /// Up to when the windows of each device reach, and whether that was told in this boot.
    reach: HashMap<String, (Timestamp, bool)>,
}

impl Spool {
    /// Opens or makes the spool at `path`, which may use `mebibytes_max` ([`MEBIBYTES_MIN`] to [`MEBIBYTES_MAX`]) MiB of disk; `now` names a damaged file.
    ///
    /// # Errors
    ///
    /// [`SpoolError::InUse`], [`SpoolError::Newer`], [`SpoolError::Unwritable`], [`SpoolError::Disk`], [`SpoolError::Full`].
    pub fn open(path: &Path, mebibytes_max: u32, sender: Sender, now: Timestamp) -> Result<Opened, SpoolError> {
        let unwritable = |cause| SpoolError::Unwritable { path: path.to_owned(), cause };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(unwritable)?;
        // A missing right is told in the words of the system, which SQLite swallows.
        drop(fs::OpenOptions::new().append(true).create(true).open(path).map_err(unwritable)?);
        let attempt = Self::open_checked(path, mebibytes_max, sender.clone());
        let (spool, moved_aside) = match attempt {
            Err(damage @ SpoolError::Damaged(_)) => {
                let aside = move_aside(path, now).map_err(unwritable)?;
                (Self::open_checked(path, mebibytes_max, sender)?, Some((aside, damage)))
            }
            other => (other?, None),
        };
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(unwritable)?;
        Ok(Opened { spool, moved_aside })
    }

    fn open_checked(path: &Path, mebibytes_max: u32, sender: Sender) -> Result<Self, SpoolError> {
        let connection = Connection::open(path)?;
        let mebibytes = mebibytes_max.clamp(MEBIBYTES_MIN, MEBIBYTES_MAX);
        // The log beside the file may be twice as long as it should before it is copied.
        let pages_max = mebibytes * ((1 << 20) / PAGE_BYTES) - 2 * WAL_PAGES;
        rows::prepare(&connection, path, pages_max)?;
        let reach = rows::check(&connection)?.into_iter().map(|(uuid, until)| (uuid, (until, false))).collect();
        Ok(Self { connection, sender, sequence: 0, pages_max, reach })
    }

    /// Takes `contents`, durably: after `Ok` they survive power loss. Where the windows of a device leave a hole to the ones
    /// before, a gap is added: the agent was not running, or the device was not read.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Full`]: nothing was taken. [`SpoolError::Disk`], [`SpoolError::Damaged`]: this process must not go on with the file.
    pub fn append(&mut self, contents: &Contents) -> Result<(), SpoolError> {
        if contents.is_empty() {
            return Ok(());
        }
        self.make_room()?;
        let (reach, gaps) = self.holes(&contents.windows);
        let transaction = self.connection.transaction()?;
        for device in &contents.devices {
            rows::put_device(&transaction, device)?;
        }
        for (uuid, (until, _)) in &reach {
            rows::put_reach(&transaction, uuid, *until)?;
        }
        rows::put_contents(&transaction, &Contents { devices: Vec::new(), ..contents.clone() })?;
        rows::put_contents(&transaction, &Contents { gaps, ..Contents::default() })?;
        transaction.commit()?;
        self.reach.extend(reach);
        Ok(())
    }

    /// How far `windows` move the reach of their devices, and the holes that they leave.
    fn holes(&self, windows: &[Window]) -> (HashMap<String, (Timestamp, bool)>, Vec<Gap>) {
        let mut reach: HashMap<String, (Timestamp, bool)> = HashMap::new();
        let mut gaps = Vec::new();
        for window in windows {
            let before = reach.get(&window.device).or_else(|| self.reach.get(&window.device)).copied();
            if let Some((until, running)) = before
                && until < window.start
            {
                let reason = if running { GapReason::Unread } else { GapReason::AgentStopped };
                gaps.push(Gap { device: window.device.clone(), start: until, end: window.start, reason });
            }
            reach.insert(window.device.clone(), (window.end, true));
        }
        (reach, gaps)
    }

    /// Makes a batch of at most `entries_max` records and fixes its bytes and number; `None` when there are none.
    ///
    /// # Errors
    ///
    /// As [`Spool::append`].
    pub fn seal(&mut self, order: Order, entries_max: usize, clock: Clock) -> Result<Option<Sealed>, SpoolError> {
        let sequence = self.sequence + 1;
        let key = Key { boot: self.sender.boot, sequence };
        let transaction = self.connection.transaction()?;
        let (ids, mut contents) = take(&transaction, order, entries_max.max(1))?;
        if ids.is_empty() {
            return Ok(None);
        }
        contents.devices = rows::devices_of(&transaction, &contents)?;
        let body = encode(&batch_of(&self.sender, key, clock, contents))?;
        rows::delete_records(&transaction, &ids)?;
        rows::put_batch(&transaction, key, &body)?;
        transaction.commit()?;
        self.sequence = sequence;
        Ok(Some(Sealed { key, body }))
    }

    /// Batches that wait for their acknowledgement, also those of earlier boots.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn sealed(&self) -> Result<Vec<Key>, SpoolError> {
        rows::keys(&self.connection, State::Sealed)
    }

    /// The bytes of a batch; `None` when it is not here any more.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn batch(&self, key: Key) -> Result<Option<Sealed>, SpoolError> {
        Ok(rows::body(&self.connection, key)?.map(|body| Sealed { key, body }))
    }

    /// The service has the batch on its disk.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn acknowledge(&mut self, key: Key, now: Timestamp) -> Result<(), SpoolError> {
        rows::set_state(&self.connection, key, State::Acknowledged, now)
    }

    /// The service will never take the batch; it is kept for people to look at.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn quarantine(&mut self, key: Key, now: Timestamp) -> Result<(), SpoolError> {
        rows::set_state(&self.connection, key, State::Quarantined, now)
    }

    /// Forgets batches that were acknowledged before `moment`.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn forget_acknowledged_before(&mut self, moment: Timestamp) -> Result<(), SpoolError> {
        let acknowledged = State::Acknowledged.number();
        self.connection
            .prepare_cached("DELETE FROM batches WHERE state = ?1 AND at_ns < ?2")?
            .execute(params![acknowledged, moment.nanoseconds()])?;
        Ok(())
    }

    /// Sends again what is kept: acknowledged batches (the service was restored from a backup) and those in quarantine (it was
    /// repaired). The service takes what it lacks and knows the rest by its number. Returns how many.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn resend(&mut self) -> Result<usize, SpoolError> {
        let sealed = State::Sealed.number();
        Ok(self.connection.execute("UPDATE batches SET state = ?1 WHERE state <> ?1", [sealed])?)
    }

    /// Leaves the first half of a batch under its number, which the service did not take, and gives the rest back to be
    /// sealed again.
    ///
    /// # Errors
    ///
    /// As [`Spool::append`].
    pub fn halve(&mut self, key: Key) -> Result<Halved, SpoolError> {
        let Some(body) = rows::body(&self.connection, key)? else { return Ok(Halved::Indivisible) };
        let mut batch = decode(&body)?;
        let mut rest = Contents {
            devices: Vec::new(),
            windows: std::mem::take(&mut batch.windows),
            holdings: std::mem::take(&mut batch.holdings),
            jobs: std::mem::take(&mut batch.jobs),
            gaps: std::mem::take(&mut batch.gaps),
        };
        if rest.entries() < 2 {
            return Ok(Halved::Indivisible);
        }
        let mut left = rest.entries() / 2;
        let kept = left;
        batch.windows = split_front(&mut rest.windows, &mut left);
        batch.holdings = split_front(&mut rest.holdings, &mut left);
        batch.jobs = split_front(&mut rest.jobs, &mut left);
        batch.gaps = split_front(&mut rest.gaps, &mut left);
        let body = encode(&batch)?;
        let transaction = self.connection.transaction()?;
        rows::put_contents(&transaction, &rest)?;
        rows::put_batch(&transaction, key, &body)?;
        transaction.commit()?;
        Ok(Halved::To(kept))
    }

    /// How much is here.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn held(&self) -> Result<Held, SpoolError> {
        let count = |state: State| -> Result<u64, SpoolError> {
            let sql = "SELECT count(*) FROM batches WHERE state = ?1";
            let count: i64 = self.connection.prepare_cached(sql)?.query_row([state.number()], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        };
        let records: i64 =
            self.connection.prepare_cached("SELECT count(*) FROM records")?.query_row([], |row| row.get(0))?;
        Ok(Held {
            records: records.unsigned_abs(),
            sealed: count(State::Sealed)?,
            acknowledged: count(State::Acknowledged)?,
            quarantined: count(State::Quarantined)?,
            bytes: room::pages_used(&self.connection)? * u64::from(PAGE_BYTES),
        })
    }
}

/// The records of a batch: at most `entries_max` and half of the bytes that a batch may have, and no two windows (or holdings, jobs) that a batch may not hold together.
fn take(connection: &Connection, order: Order, entries_max: usize) -> Result<(Vec<i64>, Contents), SpoolError> {
    let (mut ids, mut contents) = (Vec::new(), Contents::default());
    let (mut seen, mut devices, mut bytes) = (HashSet::new(), HashSet::new(), 0);
    let sql = match order {
        Order::Oldest => "SELECT id, kind, body, crc FROM records ORDER BY id LIMIT ?1",
        Order::Newest => "SELECT id, kind, body, crc FROM records ORDER BY id DESC LIMIT ?1",
    };
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query([i64::try_from(entries_max).unwrap_or(i64::MAX)])?;
    while let Some(row) = found.next()? {
        let (kind, body) = rows::record(row)?;
        let entry = rows::Entry::decode(kind, &body)?;
        bytes += body.len();
        devices.extend(entry.device().map(str::to_owned));
        // Half of the devices of a batch are left to those that others are counted in.
        let crowded = devices.len() > wire::DEVICES_MAX / 2 || bytes > wire::BODY_BYTES_MAX / 2;
        if !seen.insert(entry.identity()) || crowded {
            break;
        }
        ids.push(row.get(0)?);
        entry.add_to(&mut contents);
    }
    if order == Order::Newest {
        contents.windows.reverse();
    }
    Ok((ids, contents))
}

fn batch_of(sender: &Sender, key: Key, clock: Clock, contents: Contents) -> Batch {
    Batch {
        version: wire::VERSION,
        agent: sender.agent.clone(),
        boot: key.boot,
        sequence: key.sequence,
        node: sender.node.clone(),
        clock,
        devices: contents.devices,
        windows: contents.windows,
        holdings: contents.holdings,
        jobs: contents.jobs,
        gaps: contents.gaps,
    }
}

fn encode(batch: &Batch) -> Result<Vec<u8>, SpoolError> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    io::Write::write_all(&mut encoder, &batch.to_json()?)?;
    Ok(encoder.finish()?)
}

fn decode(body: &[u8]) -> Result<Batch, SpoolError> {
    let mut json = Vec::new();
    let most = u64::try_from(wire::BODY_BYTES_MAX).unwrap_or(u64::MAX);
    io::Read::read_to_end(&mut io::Read::take(flate2::read::GzDecoder::new(body), most), &mut json)?;
    Ok(Batch::parse(&json)?)
}

/// Takes up to `left` entries off the front, counting them off.
fn split_front<T>(list: &mut Vec<T>, left: &mut usize) -> Vec<T> {
    let count = list.len().min(*left);
    *left -= count;
    let rest = list.split_off(count);
    std::mem::replace(list, rest)
}

/// Renames a damaged spool and its log; returns its new place.
fn move_aside(path: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let aside = beside(&format!(".damaged-{}", now.nanoseconds()));
    let log = beside("-wal");
    if log.exists() {
        fs::rename(log, beside(&format!(".damaged-{}-wal", now.nanoseconds())))?;
    }
    fs::rename(path, &aside)?;
    Ok(aside)
}
