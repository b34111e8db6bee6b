//! Copies of spools that runs left behind, in a folder of this process's user, from which they are delivered. The owner of
//! the original cannot change them.

use super::folder::{BYTES_MAX, EXTENSION, FoundSpool, RunSpool, RunsFolder, Unfit};
use rustix::fs::FlockOperation;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Extension of a copy that is not complete.
const BEGUN: &str = "taking";

/// Bytes that are copied at once.
const STEP: usize = 64 << 10;

/// Why a spool was not copied.
pub(super) enum CopyError {
    /// The spool is at fault.
    Unfit(Unfit),
    /// The folder of copies is.
    Here(io::Error),
}

/// The folder of copies, which one process at a time uses.
pub(super) struct Copies {
    folder: PathBuf,
    /// Holds the lock.
    _lock: File,
}

impl Copies {
    /// Opens or creates the folder; `None` while another process uses it.
    pub(super) fn open(folder: &Path) -> io::Result<Option<Self>> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let lock = File::open(folder)?;
        if rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(None);
        }
        let copies = Self { folder: folder.to_owned(), _lock: lock };
        for name in copies.names() {
            if name.contains(&format!(".{BEGUN}")) {
                fs::remove_file(copies.folder.join(name))?;
            }
        }
        Ok(Some(copies))
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// The copies that wait to be delivered, in the order of their names.
    pub(super) fn waiting(&self) -> Vec<PathBuf> {
        let paths = self.names().into_iter().map(|name| self.folder.join(name));
        paths.filter(|path| path.extension().is_some_and(|found| found == EXTENSION)).collect()
    }

    /// How many copies there are of spools of the user `owner`, with those that the service refused.
    pub(super) fn of(&self, owner: u32) -> usize {
        let is_of_owner = |name: &&String| {
            name.strip_prefix(&owner.to_string()).is_some_and(|rest| rest.starts_with('-')) && !name.ends_with("-wal")
        };
        self.names().iter().filter(is_of_owner).count()
    }

    fn path(&self, found: &FoundSpool, extension: &str) -> PathBuf {
        self.folder.join(format!("{}-{}-{}.{extension}", found.owner, found.inode(), found.stem()))
    }

    /// Whether `found` was copied before. What is delivered from a copy must not be copied once more.
    pub(super) fn has(&self, found: &FoundSpool) -> bool {
        self.path(found, EXTENSION).exists()
    }

    /// Copies `spool`, which is `found`, and returns the place of the copy. It is not complete before [`Self::complete`].
    pub(super) fn begin(&self, found: &FoundSpool, spool: &RunSpool) -> Result<PathBuf, CopyError> {
        let path = self.path(found, BEGUN);
        let room = copy(&spool.file, &path, BYTES_MAX)?;
        if let Some(log) = &spool.log {
            copy(log, &self.path(found, &format!("{BEGUN}-wal")), room)?;
        }
        Ok(path)
    }

    /// Makes the copy of `found` that was begun, and whose log was copied into it, one that waits to be delivered, and removes the
    /// original; before that nothing of it may be delivered. The copy goes if the original cannot be removed.
    pub(super) fn complete(&self, found: &FoundSpool, folder: &RunsFolder) -> io::Result<PathBuf> {
        let (begun, path) = (self.path(found, BEGUN), self.path(found, EXTENSION));
        File::open(&begun)?.sync_all()?;
        fs::rename(begun, &path)?;
        self.sync()?;
        if let Err(error) = folder.remove(found) {
            fs::remove_file(path)?;
            return Err(error);
        }
        Ok(path)
    }

    /// Removes a copy that was begun.
    pub(super) fn abandon(&self, found: &FoundSpool) {
        for extension in [BEGUN.to_owned(), format!("{BEGUN}-wal")] {
            // What is still there goes when the folder is opened again.
            drop(fs::remove_file(self.path(found, &extension)));
        }
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

/// Copies at most `room` bytes into a new file of this user alone, and returns what is left of the room.
fn copy(mut from: &File, path: &Path, room: u64) -> Result<u64, CopyError> {
    let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(CopyError::Here)?;
    let (mut step, mut left) = (vec![0; STEP], room);
    loop {
        let count = from.read(&mut step).map_err(|error| CopyError::Unfit(Unfit::System(error)))?;
        let Some(part) = step.get(..count).filter(|part| !part.is_empty()) else { return Ok(left) };
        let bytes = u64::try_from(count).unwrap_or(u64::MAX);
        left = left.checked_sub(bytes).ok_or(CopyError::Unfit(Unfit::TooLarge(room - left + bytes)))?;
        to.write_all(part).map_err(CopyError::Here)?;
    }
}
