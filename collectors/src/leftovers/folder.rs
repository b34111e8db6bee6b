//! The folder in which runs leave their spools. Other users may write to it, so that everything in it is looked at before it is
//! opened, and is read only if it is a file that its owner alone can have written.

use rustix::fs::{AtFlags, CWD, Dir, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use units::{Interval, Timestamp};

/// File name extension of a spool that may hold something to deliver.
pub(super) const EXTENSION: &str = "sqlite";
/// Disk that a run's spool may use, MiB: days of eight devices at full resolution, weeks in minutes after that.
pub(crate) const MEBIBYTES: u32 = 256;
/// Bytes that a spool and its log may have together: those of a run's spool, and a log of a few pages over its limit.
pub(super) const BYTES_MAX: u64 = (MEBIBYTES as u64 + 4) << 20;
/// Spools of one user that are looked at in one round, so that no user takes the memory or the time of the others.
const OF_ONE_USER_MAX: usize = 1_000;
/// The first bytes of an SQLite file.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Bits of the mode that let others than the owner write.
const OTHERS_WRITE: u32 = 0o022;

/// Why something in the folder is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    /// A run that goes on, or another process that delivers, has it open.
    #[error("another process has it open")]
    InUse,
    /// It went away, or something else has its name now.
    #[error("it is no longer there")]
    Gone,
    /// No regular file.
    #[error("it is {0}, not a file")]
    NotAFile(&'static str),
    /// It has other names, which others may use.
    #[error("it has further names (hard links); a spool has one")]
    Linked,
    /// Others than its owner can have written it.
    #[error("other users may write to it (mode {0:04o}); a spool has mode 0600, or 0640 in a shared folder")]
    Writable(u32),
    /// The log belongs to somebody else.
    #[error("its log belongs to user {0}")]
    ForeignLog(u32),
    /// Too large for a spool of a run.
    #[error("it has {0} bytes with its log; a spool of a run has at most {BYTES_MAX}")]
    TooLarge(u64),
    /// Not an SQLite file of a spool.
    #[error("it does not begin as a spool does")]
    NotASpool,
    /// The file system does not say when files were created.
    #[error("the file system does not record when it was created; put the folder on a local file system")]
    Ageless,
    /// The system refuses it.
    #[error("the system refuses it: {0}")]
    System(io::Error),
}

impl From<Errno> for Unfit {
    fn from(error: Errno) -> Self {
        match error {
            Errno::NOENT => Self::Gone,
            // The last part of the name is a link now.
            Errno::LOOP => Self::NotAFile("a symbolic link"),
            other => Self::System(other.into()),
        }
    }
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// What a file was when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileState {
    inode: u64,
    bytes: i64,
    /// Seconds and nanoseconds.
    changed: (i64, u64),
}

/// Something in the folder that has the name of a spool.
#[derive(Debug, Clone)]
pub(super) struct FoundSpool {
    pub(super) name: String,
    /// Whose it is.
    pub(super) owner: u32,
    pub(super) state: FileState,
}

impl FoundSpool {
    /// Its name without the extension.
    pub(super) fn stem(&self) -> &str {
        self.name.strip_suffix(EXTENSION).and_then(|stem| stem.strip_suffix('.')).unwrap_or(&self.name)
    }

    pub(super) const fn inode(&self) -> u64 {
        self.state.inode
    }
}

/// An open folder. Names in it are looked up in what was opened, wherever its path leads later.
pub(super) struct RunsFolder(OwnedFd);

impl RunsFolder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(rustix::fs::openat(CWD, path, flags, Mode::empty())?))
    }

    /// What has the name of a spool, but for `own`: the first of each user, then the second of each, and so on.
    pub(super) fn spools(&self, own: Option<&str>) -> io::Result<Vec<FoundSpool>> {
        let mut by_owner: BTreeMap<u32, Vec<FoundSpool>> = BTreeMap::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            if Path::new(name).extension().is_none_or(|found| found != EXTENSION) || Some(name) == own {
                continue;
            }
            let Ok(stat) = self.stat(name) else { continue };
            let of_owner = by_owner.entry(stat.st_uid).or_default();
            if of_owner.len() < OF_ONE_USER_MAX {
                of_owner.push(FoundSpool { name: name.to_owned(), owner: stat.st_uid, state: state(&stat) });
            }
        }
        let mut turns = Vec::new();
        for mut of_owner in by_owner.into_values() {
            of_owner.sort_by(|one, other| one.name.cmp(&other.name));
            turns.extend(of_owner.into_iter().enumerate());
        }
        turns.sort_by_key(|(turn, spool)| (*turn, spool.owner));
        Ok(turns.into_iter().map(|(_, spool)| spool).collect())
    }

    /// Opens `found` and its log for reading. No link is followed, nothing is created, and nothing but a file is opened.
    pub(super) fn open_spool(&self, found: &FoundSpool) -> Result<RunSpool, Unfit> {
        let (file, stat) = self.open_file(&found.name)?;
        if state(&stat) != found.state || stat.st_uid != found.owner {
            return Err(Unfit::Gone);
        }
        lock(&file)?;
        let log = match self.open_file(&log_name(&found.name)) {
            Ok((_, log)) if log.st_uid != found.owner => return Err(Unfit::ForeignLog(log.st_uid)),
            Ok((log, _)) => Some(log),
            Err(Unfit::Gone) => None,
            Err(other) => return Err(other),
        };
        let spool = RunSpool { file, log };
        spool.check()?;
        Ok(spool)
    }

    /// Removes `found`, unless its name is that of another file by now, and then its log: without the log, the spool would
    /// deliver old records again.
    pub(super) fn remove(&self, found: &FoundSpool) -> io::Result<()> {
        match self.stat(&found.name) {
            Ok(stat) if stat.st_ino == found.state.inode => {}
            Ok(_) | Err(Errno::NOENT) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        rustix::fs::unlinkat(&self.0, &*found.name, AtFlags::empty())?;
        // Alone it is never read.
        rustix::fs::unlinkat(&self.0, log_name(&found.name), AtFlags::empty()).ok();
        Ok(rustix::fs::fsync(&self.0)?)
    }

    fn stat(&self, name: &str) -> Result<Stat, Errno> {
        rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)
    }

    fn open_file(&self, name: &str) -> Result<(File, Stat), Unfit> {
        // Refers to what has the name without opening it, since opening a device may do something.
        let look = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let seen = rustix::fs::fstat(rustix::fs::openat(&self.0, name, look, Mode::empty())?)?;
        expect_file(&seen)?;
        let read = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.0, name, read, Mode::empty())?;
        let opened = rustix::fs::fstat(&file)?;
        if (opened.st_dev, opened.st_ino) != (seen.st_dev, seen.st_ino) {
            return Err(Unfit::Gone);
        }
        Ok((File::from(file), opened))
    }
}

fn log_name(name: &str) -> String {
    format!("{name}-wal")
}

fn state(stat: &Stat) -> FileState {
    FileState { inode: stat.st_ino, bytes: stat.st_size, changed: (stat.st_ctime, stat.st_ctime_nsec) }
}

fn expect_file(stat: &Stat) -> Result<(), Unfit> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        FileType::Symlink => return Err(Unfit::NotAFile("a symbolic link")),
        FileType::Directory => return Err(Unfit::NotAFile("a folder")),
        FileType::Fifo => return Err(Unfit::NotAFile("a pipe")),
        FileType::Socket => return Err(Unfit::NotAFile("a socket")),
        _ => return Err(Unfit::NotAFile("a device")),
    }
    if stat.st_nlink != 1 {
        return Err(Unfit::Linked);
    }
    if stat.st_mode & OTHERS_WRITE != 0 {
        return Err(Unfit::Writable(stat.st_mode & 0o7777));
    }
    Ok(())
}

/// Locks a spool against others who deliver, and against a run that is about to open it.
fn lock(file: &File) -> Result<(), Unfit> {
    let in_use = |error| match error {
        Errno::AGAIN | Errno::ACCESS => Unfit::InUse,
        other => other.into(),
    };
    rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive).map_err(in_use)?;
    // A run has its spool open with a lock of this kind as long as it lives.
    rustix::fs::fcntl_lock(file, FlockOperation::NonBlockingLockShared).map_err(in_use)
}

/// A spool in the folder that is open and locked.
pub(super) struct RunSpool {
    pub(super) file: File,
    pub(super) log: Option<File>,
}

impl RunSpool {
    /// Whether it has no content: a run that was killed before it wrote, or that is about to begin.
    pub(super) fn is_empty(&self) -> io::Result<bool> {
        Ok(self.bytes()? == 0)
    }

    fn bytes(&self) -> io::Result<u64> {
        let log = self.log.as_ref().map_or(Ok(0), |log| Ok::<_, io::Error>(log.metadata()?.len()))?;
        Ok(self.file.metadata()?.len() + log)
    }

    fn check(&self) -> Result<(), Unfit> {
        let bytes = self.bytes()?;
        if bytes > BYTES_MAX {
            return Err(Unfit::TooLarge(bytes));
        }
        if bytes == 0 {
            return Ok(());
        }
        let mut begin = [0; MAGIC.len()];
        match self.file.read_exact_at(&mut begin, 0) {
            Ok(()) if begin == *MAGIC => Ok(()),
            Ok(()) => Err(Unfit::NotASpool),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Unfit::NotASpool),
            Err(error) => Err(error.into()),
        }
    }

    /// From its creation, which its owner cannot set, to the last change.
    pub(super) fn lived(&self) -> Result<Interval, Unfit> {
        let metadata = self.file.metadata()?;
        let born = metadata.created().map_err(|_| Unfit::Ageless)?;
        let mut changed = metadata.ctime();
        if let Some(log) = &self.log {
            changed = changed.max(log.metadata()?.ctime());
        }
        let changed = Timestamp::from_seconds(changed.saturating_add(1));
        moment(born).zip(changed).and_then(|(born, changed)| Interval::new(born, changed)).ok_or(Unfit::Ageless)
    }
}

fn moment(time: SystemTime) -> Option<Timestamp> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_nanoseconds(i64::try_from(since.as_nanos()).ok()?))
}
