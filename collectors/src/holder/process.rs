//! Reads what the process file system has of one process.

use super::{FoundHolder, ProcessHolder};
use std::io;
use std::path::{Path, PathBuf};

/// A process on this machine, as long as it lives and afterwards: numbers are given again, a number with a time of start is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProcessIdentity {
    /// Number of the process.
    pub pid: u32,
    /// When it started, in clock ticks since the boot; `None` if the process file system does not say it.
    pub start_ticks: Option<u64>,
}

/// Why nothing is known of a process.
#[derive(Debug, thiserror::Error)]
pub enum ProcessReadError {
    /// There is no such process.
    #[error(
        "there is no process {pid} under {}: it has ended, or it is in another PID namespace; in a container, mount the host's /proc and name it with --proc",
        proc.display()
    )]
    Gone {
        /// Number of the process.
        pid: u32,
        /// The process file system that was read.
        proc: PathBuf,
    },
    /// It may not be read.
    #[error("{}: {cause}; run as root, or as the user of the process", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Error of the system.
        cause: io::Error,
    },
    /// The process ended while it was read, and its number was given to another one.
    #[error("process {0} ended while it was read; ask again")]
    Replaced(u32),
}

/// Finds whose process `pid` is, in the process file system at `proc`.
///
/// # Errors
///
/// See [`ProcessReadError`].
pub fn holder_of(proc: &Path, pid: u32) -> Result<(ProcessIdentity, FoundHolder), ProcessReadError> {
    let folder = proc.join(pid.to_string());
    let before = start_ticks(&folder);
    let path = folder.join("cgroup");
    let text = std::fs::read(&path).map_err(|cause| match cause.kind() {
        // A process that ends between the opening and the reading gives ESRCH.
        io::ErrorKind::NotFound => ProcessReadError::Gone { pid, proc: proc.to_owned() },
        _ if cause.raw_os_error() == Some(NO_SUCH_PROCESS) => ProcessReadError::Gone { pid, proc: proc.to_owned() },
        _ => ProcessReadError::Unreadable { path, cause },
    })?;
    if start_ticks(&folder) != before {
        return Err(ProcessReadError::Replaced(pid));
    }
    let found = FoundHolder::of_cgroups(&String::from_utf8_lossy(&text));
    Ok((ProcessIdentity { pid, start_ticks: before }, found))
}

/// The holders of all processes under `proc`; one that ends meanwhile, or is hidden, has none.
pub fn holders_under(proc: &Path) -> impl Iterator<Item = ProcessHolder> {
    let entries = std::fs::read_dir(proc).into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| Some(holder_of(proc, pid).ok()?.1.holder))
}

/// ESRCH of Linux.
const NO_SUCH_PROCESS: i32 = 3;

/// Field 22 of `stat`. Field 2 is the name of the program in parentheses, which may hold anything.
fn start_ticks(folder: &Path) -> Option<u64> {
    let text = std::fs::read(folder.join("stat")).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}
