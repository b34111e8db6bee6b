//! The folder in which Slurm's prolog and epilog note who holds devices: `JOB.RESTARTS.NODE`, and the same with `.end`.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use units::Timestamp;

/// Ending of the name of what the epilog writes.
const ENDED: &str = ".end";
/// Bytes of a file at most; the prolog writes some hundred.
const BYTES_MAX: u64 = 16 << 10;

/// When a job began to hold devices, and when it ceased to: the times of its two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotedTimes {
    pub began: Timestamp,
    pub ended: Option<Timestamp>,
}

/// The folder, as it was found.
#[derive(Debug)]
pub(super) struct HookFolder {
    path: PathBuf,
}

/// Why nothing in the folder is believed.
#[derive(Debug, thiserror::Error)]
pub(super) enum HookFolderError {
    /// There is none.
    #[error("there is no {}", .0.display())]
    Missing(PathBuf),
    /// Others than root, or the agent's own user, can write there.
    #[error(
        "{} can be written to by others than root, who could charge their energy to any job: chown root and chmod go-w it, with everything in it",
        .0.display()
    )]
    Writable(PathBuf),
    /// It cannot be read.
    #[error("{}: {}; let the agent's user read it", .0.display(), .1)]
    Unreadable(PathBuf, io::Error),
}

impl HookFolder {
    /// The folder at `path`, if nobody but root and this process's own user can write there.
    pub(super) fn open(path: &Path) -> Result<Self, HookFolderError> {
        let found = std::fs::symlink_metadata(path).map_err(|cause| match cause.kind() {
            ErrorKind::NotFound => HookFolderError::Missing(path.to_owned()),
            _ => HookFolderError::Unreadable(path.to_owned(), cause),
        })?;
        if found.is_dir() && is_trusted(&found) {
            Ok(Self { path: path.to_owned() })
        } else {
            Err(HookFolderError::Writable(path.to_owned()))
        }
    }

    /// What is noted, by the name of the file.
    pub(super) fn noted(&self) -> Result<BTreeMap<String, NotedTimes>, HookFolderError> {
        let unreadable = |cause| HookFolderError::Unreadable(self.path.clone(), cause);
        let (mut began, mut ended) = (BTreeMap::new(), BTreeMap::new());
        for entry in std::fs::read_dir(&self.path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            // One that is removed meanwhile is none.
            let Ok(found) = entry.metadata() else { continue };
            if !found.is_file() || !is_trusted(&found) {
                continue;
            }
            match name.strip_suffix(ENDED) {
                Some(of) => ended.insert(of.to_owned(), modified(&found)),
                None => began.insert(name, modified(&found)),
            };
        }
        let times = |(name, began): (String, Timestamp)| {
            // An end before the beginning is that of an earlier one of the same name.
            let ended = ended.get(&name).copied().filter(|ended| *ended >= began);
            (name, NotedTimes { began, ended })
        };
        Ok(began.into_iter().map(times).collect())
    }

    /// The text of the file `name`.
    pub(super) fn read(&self, name: &str) -> io::Result<String> {
        let mut text = String::new();
        File::open(self.path.join(name))?.take(BYTES_MAX).read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Whether nobody but root, or this process's own user, wrote it.
fn is_trusted(found: &Metadata) -> bool {
    let is_own = found.uid() == 0 || found.uid() == rustix::process::geteuid().as_raw();
    is_own && found.mode() & 0o022 == 0
}

fn modified(found: &Metadata) -> Timestamp {
    Timestamp::from_nanoseconds(found.mtime().saturating_mul(1_000_000_000).saturating_add(found.mtime_nsec()))
}
