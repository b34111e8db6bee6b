//! Reads what the process file system has of one process.

use super::{FoundHolder, ProcessHolder};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// A process on this machine, as long as it lives and afterwards: numbers are given again, a number with a time of start is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// The process with this number at this moment; `None` if there is none.
pub(crate) fn identity_of(proc: &Path, pid: u32) -> Option<ProcessIdentity> {
    let start_ticks = Some(ProcessStat::of(&proc.join(pid.to_string()))?.start_ticks);
    Some(ProcessIdentity { pid, start_ticks })
}

/// Name of a `wattledger run` that reports to a service, as the process list shows it: the service has its devices as held by the run.
const REPORTING_RUN: &std::ffi::CStr = c"wattledger-run";

/// Names this process as a `wattledger run` that reports to a service; called by its first thread.
///
/// # Errors
///
/// The system refuses the name.
pub fn name_reporting_run() -> io::Result<()> {
    Ok(rustix::thread::set_name(REPORTING_RUN)?)
}

/// Whether a process was started by a [`REPORTING_RUN`], or by what that started.
pub(crate) fn is_of_reporting_run(proc: &Path, pid: u32) -> bool {
    let mut next = pid;
    // A chain of parents has an end; processes that begin and end meanwhile could make it a ring.
    for _ in 0..GENERATIONS_MAX {
        let Some(stat) = ProcessStat::of(&proc.join(next.to_string())) else { return false };
        if stat.name.as_bytes() == REPORTING_RUN.to_bytes() {
            return true;
        }
        next = stat.parent;
    }
    false
}

/// Generations of processes that are looked through.
const GENERATIONS_MAX: usize = 64;

/// ESRCH of Linux.
const NO_SUCH_PROCESS: i32 = 3;

fn start_ticks(folder: &Path) -> Option<u64> {
    ProcessStat::of(folder).map(|stat| stat.start_ticks)
}

/// What `stat` says of a process.
struct ProcessStat {
    /// Name of its program, at most 15 bytes.
    name: String,
    /// The process that started it, or took it over.
    parent: u32,
    /// When it started, in clock ticks since the boot.
    start_ticks: u64,
}

impl ProcessStat {
    /// Reads fields 2, 4 and 22. Field 2 is the name in parentheses, which may hold anything.
    fn of(folder: &Path) -> Option<Self> {
        let text = std::fs::read(folder.join("stat")).ok()?;
        let text = String::from_utf8_lossy(&text);
        let (before, after) = text.rsplit_once(')')?;
        let name = before.split_once('(')?.1.to_owned();
        let mut fields = after.split_whitespace().skip(1);
        let parent = fields.next()?.parse().ok()?;
        Some(Self { name, parent, start_ticks: fields.nth(17)?.parse().ok()? })
    }
}
