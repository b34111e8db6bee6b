use std::io;
use std::path::PathBuf;

/// Why an operation of the spool failed.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Another process has the spool open.
    #[error("{0}: another agent uses this spool; stop that agent, or set another `spool` for this one")]
    InUse(PathBuf),
    /// The spool was written by a later release.
    #[error("{path}: written by a later release (spool version {found}); install that release, or set another `spool`")]
    Newer {
        /// Path of the spool's file.
        path: PathBuf,
        /// Version of the spool.
        found: i64,
    },
    /// The file cannot be opened for writing.
    #[error("{path}: cannot be opened for writing ({cause}); create the folder and make it writable for this user")]
    Unwritable {
        /// Path of the spool's file.
        path: PathBuf,
        /// Error of the system.
        cause: io::Error,
    },
    /// The spool has reached its size limit, or the disk is full; nothing was changed.
    #[error("no room in the spool: the disk is full or `spool_mb_max` is reached; free disk space, or raise the limit")]
    Full,
    /// The file does not hold what was written to it.
    #[error("the spool is damaged: {0}; the next start moves it aside and begins a new one")]
    Damaged(String),
    /// The system refused a write or a sync. It is unknown what is on disk, so this process must not go on with the file.
    #[error(
        "the spool's disk failed: {0}; see the system log of the machine (the next start goes on from what is on disk)"
    )]
    Disk(#[source] rusqlite::Error),
    /// A batch could not be encoded; a defect of this program.
    #[error(transparent)]
    Wire(#[from] wire::WireError),
    /// A batch could not be compressed, or the file not renamed.
    #[error("the system failed at the spool: {0}")]
    System(#[from] io::Error),
}

impl From<rusqlite::Error> for SpoolError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            // A row beyond what a reader allows.
            Some(ErrorCode::TooBig) => Self::Damaged(error.to_string()),
            // A value of the wrong type, a missing table, or a statement that a damaged schema refuses.
            Some(ErrorCode::Unknown) | None => Self::Damaged(error.to_string()),
            _ => Self::Disk(error),
        }
    }
}
