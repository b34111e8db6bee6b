use super::engine::EngineError;
use rusqlite::ErrorCode;

/// Why the store cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data directory cannot be used.
    #[error("data directory {path}: {cause}; give a directory that this user may write with --data")]
    Directory {
        /// Path of the directory, as given.
        path: String,
        /// What the operating system reported.
        cause: std::io::Error,
    },
    /// Another service has the directory open.
    #[error("data directory {path} is in use by another wattledger: stop it, or give another directory with --data")]
    InUse {
        /// Path of the directory, as given.
        path: String,
    },
    /// Written by a later program.
    #[error("{path} has version {found} and this program reads up to {known}: use the newer wattledger that wrote it")]
    Newer {
        /// Path of the database file.
        path: String,
        /// Version of its tables.
        found: i64,
        /// The newest version that this program reads.
        known: i64,
    },
    /// The database file is cut off or overwritten.
    #[error("{path} is damaged ({reason}): keep the file for inspection and restore the directory from a backup")]
    Damaged {
        /// Path of the database file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk is full or fails.
    #[error("{path} cannot be read or written ({reason}): free space or repair the disk, then start again")]
    Disk {
        /// Path of the database file.
        path: String,
        /// What the database engine reported.
        reason: String,
    },
    /// A group of changes did not reach the disk; nothing of it was kept.
    #[error("nothing was stored: {reason}; free space or repair the disk, then send it again")]
    NotStored {
        /// What the database engine reported.
        reason: String,
    },
    /// The directory or a file in it is not the one that was opened; what was written would not be found by a restart.
    #[error(
        "nothing is stored: {what} was deleted, moved or replaced while the service runs; put it back, or stop the service, restore a backup and start it again"
    )]
    Displaced {
        /// The directory, or the name of the file in it.
        what: &'static str,
    },
    /// An earlier write to the disk failed, after which its state is unknown.
    #[error(
        "the store takes no more changes since a write failed ({reason}): repair the disk, then restart the service"
    )]
    Stopped {
        /// What the database engine reported then.
        reason: String,
    },
    /// The address of a ledger's server cannot be used.
    #[error(
        "the address of the ledger cannot be used: {reason}; it is postgres://USER@HOST/DB, and a password stands in the file that `ledger.password_file` or PGPASSFILE names"
    )]
    Address {
        /// What is wrong with it.
        reason: String,
    },
    /// The server that holds the ledger cannot be asked now.
    #[error(
        "the server of the ledger cannot be asked ({reason}): nothing was stored; send it again once the server is back"
    )]
    Away {
        /// What the server or the network reported.
        reason: String,
    },
    /// The connection to the server was lost before it answered.
    #[error(
        "it is not known whether this was stored: the server of the ledger was lost while it committed ({reason}); send it again, it counts once"
    )]
    Unanswered {
        /// What the network reported.
        reason: String,
    },
    /// Another service has taken up what one of them does for all.
    #[error(
        "nothing was stored: another service on this ledger is on duty since term {current}, and this was said in term {own}"
    )]
    OffDuty {
        /// The term in which it was said.
        own: i64,
        /// The term that runs.
        current: i64,
    },
    /// A stored value is not one that this program writes.
    #[error("the ledger store holds {value:?} as {what}: run `wattledger verify` and restore from a backup")]
    Value {
        /// What the value is, such as `labels`.
        what: &'static str,
        /// The value as it is stored.
        value: String,
    },
    /// The database engine refused a statement.
    #[error("the ledger store failed: {0}")]
    Database(DatabaseError),
}

/// What the database engine reported; which engine that is stays inside the store.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DatabaseError(pub(super) EngineError);

impl From<EngineError> for StoreError {
    fn from(error: EngineError) -> Self {
        if error.is_of_the_server() {
            return Self::Away { reason: error.to_string() };
        }
        Self::Database(DatabaseError(error))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        EngineError::from(error).into()
    }
}

impl StoreError {
    /// Whether the disk is full or fails, or the server is away, so that the same may be possible later.
    #[must_use]
    pub fn is_of_the_disk(&self) -> bool {
        match self {
            Self::Disk { .. }
            | Self::NotStored { .. }
            | Self::Displaced { .. }
            | Self::Stopped { .. }
            | Self::Away { .. }
            | Self::Unanswered { .. } => true,
            Self::Database(DatabaseError(error)) => {
                matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
            }
            _ => false,
        }
    }
}
