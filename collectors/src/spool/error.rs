use std::io;
use std::path::PathBuf;

/// Why the spool could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Another process has it open.
    #[error("{0}: another agent uses this spool; stop it, or give this one a `spool` of its own")]
    InUse(PathBuf),
    /// Written by a later release.
    #[error(
        "{path}: written by a later release (spool version {found}); install that release, or give another `spool`"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version it has.
        found: i64,
    },
    /// Nothing may be written at its place.
    #[error(
        "{path}: cannot be opened for writing ({cause}); make the folder and give its user the right to write there"
    )]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The size that is allowed is used, or the disk is full; nothing was changed.
    #[error("no room in the spool: the disk or `spool_mb_max` is used up; free space, or raise it")]
    Full,
    /// What was written cannot be read back.
    #[error("the spool is damaged: {0}; it is moved aside at the next start")]
    Damaged(String),
    /// The system refused a write or a sync. What became of the bytes is unknown, so this process must not go on with the file.
    #[error("the spool's disk failed: {0}; look at the machine's log, the next start goes on from what is on the disk")]
    Disk(#[source] rusqlite::Error),
    /// A batch could not be encoded; a defect of this program.
    #[error(transparent)]
    Wire(#[from] wire::WireError),
    /// No random bits, or no compression; a defect of the machine.
    #[error("batch cannot be compressed: {0}")]
    Compress(#[from] io::Error),
}

impl From<rusqlite::Error> for SpoolError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            // A value of another type, a table that is missing, a statement that the damaged schema refuses.
            Some(ErrorCode::Unknown) | None => Self::Damaged(error.to_string()),
            _ => Self::Disk(error),
        }
    }
}
