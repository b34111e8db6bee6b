//! The queue itself: opening it, and the life of its records and batches.

use super::codec::{decode, encode};
use super::rows::{self, BatchState, PAGE_BYTES, WAL_PAGES};
use super::{BatchKey, BatchSender, Contents, Sealed, SpoolError, notes};
use model::DeviceUuid;
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::{fs, io};
use units::Timestamp;
use wire::{Batch, ClockEvidence, Gap, GapReason, Window};

/// Smallest size limit of a spool, MiB.
pub const MEBIBYTES_MIN: u32 = 8;
/// Largest size limit of a spool, MiB: 64 GiB.
pub const MEBIBYTES_MAX: u32 = 65_536;

/// Records of a batch that is made when the clock is set: no more than jobs may be in one.
const ENTRIES_MAX: usize = wire::JOBS_MAX;

/// Which records a batch is made of first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The records that were written first.
    Oldest,
    /// The records that were written last.
    Newest,
}

/// The result of [`Spool::halve`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halved {
    /// The batch now has this many entries; the others will be sealed again.
    To(usize),
    /// The batch has a single entry and cannot be made smaller.
    Indivisible,
}

/// How much a spool holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolUsage {
    /// Records that are not in a batch yet.
    pub records: u64,
    /// Batches that are not acknowledged yet.
    pub sealed: u64,
    /// Batches that are acknowledged and still kept.
    pub acknowledged: u64,
    /// Batches that the service refused, in quarantine.
    pub quarantined: u64,
    /// Bytes of the file that are in use.
    pub bytes: u64,
}

/// A spool that was opened, and the damaged one that it replaces.
#[derive(Debug)]
pub struct Opened {
    /// The spool, ready for use.
    pub spool: Spool,
    /// The damaged file that was in its place; `None` if there was none.
    pub damaged: Option<DamagedSpool>,
}

/// A damaged spool that was moved aside.
#[derive(Debug)]
pub struct DamagedSpool {
    /// New place of the file.
    pub moved_to: PathBuf,
    /// What is wrong with it.
    pub damage: SpoolError,
}

/// A durable queue of records and batches; see the documentation of this module.
#[derive(Debug)]
pub struct Spool {
    pub(super) connection: Connection,
    pub(super) sender: BatchSender,
    sequence: u64,
    /// Batches that were made when the clock was set, and that nobody was told of yet.
    sealed_by_settings: Vec<BatchKey>,
    pub(super) pages_max: u32,
    /// The last window of each device.
    reach: HashMap<DeviceUuid, DeviceReach>,
}

/// How far the windows of a device reach.
#[derive(Debug, Clone, Copy)]
struct DeviceReach {
    /// End of the last window.
    until: Timestamp,
    /// Whether this process wrote that window.
    is_of_this_boot: bool,
}

impl Spool {
    /// Opens or creates the spool at `path`, which may use `mebibytes_max` MiB of disk, [`MEBIBYTES_MIN`] to [`MEBIBYTES_MAX`].
    /// A damaged file is moved aside under a name with the time `now`.
    ///
    /// # Errors
    ///
    /// [`SpoolError::InUse`], [`SpoolError::Newer`], [`SpoolError::Unwritable`], [`SpoolError::Disk`], [`SpoolError::Full`].
    pub fn open(path: &Path, mebibytes_max: u32, sender: BatchSender, now: Timestamp) -> Result<Opened, SpoolError> {
        let unwritable = |cause| SpoolError::Unwritable { path: path.to_owned(), cause };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(unwritable)?;
        // Gets the error of the system if the file cannot be written, which SQLite does not pass on.
        drop(fs::OpenOptions::new().append(true).create(true).open(path).map_err(unwritable)?);
        let attempt = Self::open_checked(path, mebibytes_max, sender.clone());
        let (spool, damaged) = match attempt {
            Err(damage @ SpoolError::Damaged(_)) => {
                let moved_to = move_aside(path, now).map_err(unwritable)?;
                (Self::open_checked(path, mebibytes_max, sender)?, Some(DamagedSpool { moved_to, damage }))
            }
            other => (other?, None),
        };
        match fs::File::open(folder) {
            Ok(folder) => folder.sync_all().map_err(unwritable)?,
            // A shared folder that this user may write to and not list. Syncing a new file makes its name durable too where users
            // have such folders (ext4, XFS, Btrfs).
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            Err(error) => return Err(unwritable(error)),
        }
        Ok(Opened { spool, damaged })
    }

    fn open_checked(path: &Path, mebibytes_max: u32, sender: BatchSender) -> Result<Self, SpoolError> {
        let connection = Connection::open(path)?;
        let pages_max = Self::pages_max(mebibytes_max);
        rows::configure(&connection, path, pages_max)?;
        rows::create(&connection, path)?;
        let of_earlier_boot = |(uuid, until)| (uuid, DeviceReach { until, is_of_this_boot: false });
        let reach = rows::check(&connection)?.into_iter().map(of_earlier_boot).collect();
        Ok(Self { connection, sender, sequence: 0, sealed_by_settings: Vec::new(), pages_max, reach })
    }

    /// Pages of the file of a spool that may use `mebibytes_max` MiB of disk.
    pub(super) fn pages_max(mebibytes_max: u32) -> u32 {
        let mebibytes = mebibytes_max.clamp(MEBIBYTES_MIN, MEBIBYTES_MAX);
        // The write-ahead log may grow to twice its length before it is copied.
        mebibytes * ((1 << 20) / PAGE_BYTES) - 2 * WAL_PAGES
    }

    /// Writes `contents` durably: after `Ok` they survive a loss of power. Where there is a time between two windows of a device,
    /// a gap is added, because no agent was running or the device gave no readings.
    ///
    /// Where the clock was set then, all records go into batches at once, and the gaps that say so into one of their own after these: the number of
    /// a batch tells whether it is from before or after.
    ///
    /// # Errors
    ///
    /// After [`SpoolError::Full`] nothing was written. After [`SpoolError::Disk`] and [`SpoolError::Damaged`] this process must
    /// not go on with the file.
    pub fn append(&mut self, contents: &Contents) -> Result<(), SpoolError> {
        if contents.is_empty() {
            return Ok(());
        }
        self.make_room()?;
        let (mut reach, gaps) = self.gaps_before(&contents.windows);
        let (settings, rest): (Vec<Gap>, Vec<Gap>) = contents.gaps.iter().cloned().partition(is_setting);
        for gap in &settings {
            // Where the next window begins if none is missing.
            let until = if gap.reason == GapReason::SetBack { gap.start } else { gap.end };
            reach.insert(gap.device.clone(), DeviceReach { until, is_of_this_boot: true });
        }
        let transaction = self.connection.transaction()?;
        for device in &contents.devices {
            rows::put_device(&transaction, device)?;
        }
        for (uuid, reach) in &reach {
            rows::put_reach(&transaction, uuid, reach.until)?;
        }
        rows::put_contents(&transaction, &Contents { devices: Vec::new(), gaps: rest, ..contents.clone() })?;
        rows::put_contents(&transaction, &Contents { gaps, ..Contents::default() })?;
        notes::put(&transaction, &contents.notes)?;
        let mut sealed = Vec::new();
        if let Some(clock) = contents.clock_set {
            let mut numbered = Numbered { sender: &self.sender, sequence: self.sequence, clock };
            while let Some(batch) = numbered.seal(&transaction, Order::Oldest, ENTRIES_MAX)? {
                sealed.push(batch.key);
            }
            let said = Contents { gaps: settings, ..Contents::default() };
            sealed.push(numbered.put(&transaction, said)?.key);
        }
        transaction.commit()?;
        self.sequence += sealed.len() as u64;
        self.sealed_by_settings.extend(sealed);
        self.reach.extend(reach);
        Ok(())
    }

    /// Says in batches that are made from now on what is not clear about who holds the devices.
    pub fn note_unclear(&mut self, unclear: Vec<String>) {
        self.sender.node.unclear = unclear;
    }

    /// The batches that were made when the clock was set, each once, oldest first.
    pub fn take_sealed_by_settings(&mut self) -> Vec<BatchKey> {
        std::mem::take(&mut self.sealed_by_settings)
    }

    /// How far the devices reach with `windows`, and the gaps before these.
    fn gaps_before(&self, windows: &[Window]) -> (HashMap<DeviceUuid, DeviceReach>, Vec<Gap>) {
        let mut reach: HashMap<DeviceUuid, DeviceReach> = HashMap::new();
        let mut gaps = Vec::new();
        for window in windows {
            let before = reach.get(&window.device).or_else(|| self.reach.get(&window.device)).copied();
            if let Some(DeviceReach { until, is_of_this_boot }) = before
                && until < window.start
            {
                let reason = if is_of_this_boot { GapReason::Unread } else { GapReason::AgentStopped };
                gaps.push(Gap { device: window.device.clone(), start: until, end: window.start, reason });
            }
            reach.insert(window.device.clone(), DeviceReach { until: window.end, is_of_this_boot: true });
        }
        (reach, gaps)
    }

    /// Makes a batch of at most `entries_max` records and fixes its bytes and number; `None` if there are no records.
    ///
    /// # Errors
    ///
    /// As [`Spool::append`].
    pub fn seal(
        &mut self,
        order: Order,
        entries_max: usize,
        clock: ClockEvidence,
    ) -> Result<Option<Sealed>, SpoolError> {
        let transaction = self.connection.transaction()?;
        let mut numbered = Numbered { sender: &self.sender, sequence: self.sequence, clock };
        let Some(sealed) = numbered.seal(&transaction, order, entries_max)? else { return Ok(None) };
        transaction.commit()?;
        self.sequence = sealed.key.sequence;
        Ok(Some(sealed))
    }

    /// Numbers of the batches that are not acknowledged yet, including those of earlier boots.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn sealed(&self) -> Result<Vec<BatchKey>, SpoolError> {
        rows::keys(&self.connection, BatchState::Sealed)
    }

    /// The batch with number `key`; `None` if it is no longer kept.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn batch(&self, key: BatchKey) -> Result<Option<Sealed>, SpoolError> {
        Ok(rows::body(&self.connection, key)?.map(|body| Sealed { key, body }))
    }

    /// Marks a batch as acknowledged: the service has it on its disk.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn acknowledge(&mut self, key: BatchKey, now: Timestamp) -> Result<(), SpoolError> {
        rows::set_state(&self.connection, key, BatchState::Acknowledged, now)
    }

    /// Sets a batch aside that the service will never accept, for people to look at.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn quarantine(&mut self, key: BatchKey, now: Timestamp) -> Result<(), SpoolError> {
        rows::set_state(&self.connection, key, BatchState::Quarantined, now)
    }

    /// Forgets batches that were acknowledged before `moment`.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn forget_acknowledged_before(&mut self, moment: Timestamp) -> Result<(), SpoolError> {
        let acknowledged = BatchState::Acknowledged.number();
        self.connection
            .prepare_cached("DELETE FROM batches WHERE state = ?1 AND at_ns < ?2")?
            .execute(params![acknowledged, moment.nanoseconds()])?;
        Ok(())
    }

    /// Marks every kept batch to be sent again, and returns how many there are: acknowledged ones, for a service that was restored
    /// from a backup, and those in quarantine, for one that was repaired. The service recognises batches that it already has by
    /// their numbers.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn resend(&mut self) -> Result<usize, SpoolError> {
        let sealed = BatchState::Sealed.number();
        Ok(self.connection.execute("UPDATE batches SET state = ?1 WHERE state <> ?1", [sealed])?)
    }

    /// Leaves the first half of a batch under its number, which the service has not used, and turns the rest into records again.
    ///
    /// # Errors
    ///
    /// As [`Spool::append`].
    pub fn halve(&mut self, key: BatchKey) -> Result<Halved, SpoolError> {
        let Some(body) = rows::body(&self.connection, key)? else { return Ok(Halved::Indivisible) };
        let mut batch = decode(&body)?;
        let mut rest = Contents {
            devices: Vec::new(),
            windows: std::mem::take(&mut batch.windows),
            holdings: std::mem::take(&mut batch.holdings),
            jobs: std::mem::take(&mut batch.jobs),
            gaps: std::mem::take(&mut batch.gaps),
            ..Contents::default()
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

    /// Bytes of the file that may be in use, at least [`SpoolUsage::bytes`] but for what a full spool could not merge.
    #[must_use]
    pub fn bytes_max(&self) -> u64 {
        u64::from(self.pages_max) * u64::from(PAGE_BYTES)
    }

    /// What an agent noted, by what it is about.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn notes(&self) -> Result<BTreeMap<String, String>, SpoolError> {
        notes::all(&self.connection)
    }

    /// Up to when the device was metered, by this agent or an earlier one; `None` if it never was.
    #[must_use]
    pub fn metered_until(&self, device: &DeviceUuid) -> Option<Timestamp> {
        self.reach.get(device).map(|reach| reach.until)
    }

    /// How much the spool holds.
    ///
    /// # Errors
    ///
    /// [`SpoolError::Disk`], [`SpoolError::Damaged`].
    pub fn usage(&self) -> Result<SpoolUsage, SpoolError> {
        let count = |state: BatchState| -> Result<u64, SpoolError> {
            let sql = "SELECT count(*) FROM batches WHERE state = ?1";
            let count: i64 = self.connection.prepare_cached(sql)?.query_row([state.number()], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        };
        let records: i64 =
            self.connection.prepare_cached("SELECT count(*) FROM records")?.query_row([], |row| row.get(0))?;
        Ok(SpoolUsage {
            records: records.unsigned_abs(),
            sealed: count(BatchState::Sealed)?,
            acknowledged: count(BatchState::Acknowledged)?,
            quarantined: count(BatchState::Quarantined)?,
            bytes: rows::pages_used(&self.connection)? * u64::from(PAGE_BYTES),
        })
    }
}

/// Whether a gap says that the clock was set.
fn is_setting(gap: &Gap) -> bool {
    matches!(gap.reason, GapReason::SetBack | GapReason::SetAhead)
}

/// Makes batches of a sender, one after the other.
struct Numbered<'a> {
    sender: &'a BatchSender,
    /// Number of the last batch.
    sequence: u64,
    clock: ClockEvidence,
}

impl Numbered<'_> {
    /// The next batch, of at most `entries_max` records; `None` if there are no records.
    fn seal(
        &mut self,
        connection: &Connection,
        order: Order,
        entries_max: usize,
    ) -> Result<Option<Sealed>, SpoolError> {
        let TakenRecords { ids, contents } = take(connection, order, entries_max.max(1))?;
        if ids.is_empty() {
            return Ok(None);
        }
        // Deleted first, so that there is room for the batch.
        rows::delete_records(connection, &ids)?;
        Ok(Some(self.put(connection, contents)?))
    }

    /// Makes the next batch of `contents`.
    fn put(&mut self, connection: &Connection, mut contents: Contents) -> Result<Sealed, SpoolError> {
        let key = BatchKey { boot: self.sender.boot, sequence: self.sequence + 1 };
        contents.devices = rows::devices_of(connection, &contents)?;
        let body = encode(&batch_of(self.sender, key, self.clock, contents))?;
        rows::put_batch(connection, key, &body)?;
        self.sequence = key.sequence;
        Ok(Sealed { key, body })
    }
}

/// Records that make up a batch.
#[derive(Default)]
struct TakenRecords {
    ids: Vec<i64>,
    contents: Contents,
}

/// Reads the records of the next batch: at most `entries_max`, at most half of the bytes that a batch may have, and no two that
/// may not be in one batch.
fn take(connection: &Connection, order: Order, entries_max: usize) -> Result<TakenRecords, SpoolError> {
    let TakenRecords { mut ids, mut contents } = TakenRecords::default();
    let (mut seen, mut devices, mut bytes) = (HashSet::new(), HashSet::new(), 0);
    let sql = match order {
        Order::Oldest => "SELECT id, kind, body, crc FROM records ORDER BY id LIMIT ?1",
        Order::Newest => "SELECT id, kind, body, crc FROM records ORDER BY id DESC LIMIT ?1",
    };
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query([i64::try_from(entries_max).unwrap_or(i64::MAX)])?;
    while let Some(row) = found.next()? {
        let (kind, body) = rows::record(row)?;
        let entry = rows::Record::decode(kind, &body)?;
        bytes += body.len();
        devices.extend(entry.device().cloned());
        // Leaves half of the devices of a batch for those that others are counted in.
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
    Ok(TakenRecords { ids, contents })
}

fn batch_of(sender: &BatchSender, key: BatchKey, clock: ClockEvidence, contents: Contents) -> Batch {
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

/// Takes up to `left` entries off the front of `list`, and reduces `left` by their number.
fn split_front<T>(list: &mut Vec<T>, left: &mut usize) -> Vec<T> {
    let count = list.len().min(*left);
    *left -= count;
    let rest = list.split_off(count);
    std::mem::replace(list, rest)
}

/// Renames a damaged spool and its write-ahead log, and returns the new place of the spool.
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
