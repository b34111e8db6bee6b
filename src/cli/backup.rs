//! `wattledger backup` and `restore`.

use super::{Failure, print};
use crate::backup::{self, BackupError};
use crate::store::StoreError;
use clap::Args;
use std::path::PathBuf;

/// Copy a data directory, also while the service runs, and verify the copy
///
/// The copy is a directory with the database and the head of its chain. Run it as the user that runs the service.
#[derive(Args)]
pub(crate) struct Backup {
    /// Data directory of the service
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Directory to make; it may be there if it is empty
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// Make a data directory from a backup, and verify it
#[derive(Args)]
pub(crate) struct Restore {
    /// Directory that `wattledger backup` made
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Data directory to make; it may be there if it is empty
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// Makes a backup, and says what is in it.
pub(crate) fn backup(arguments: &Backup) -> Result<(), Failure> {
    let verified = backup::backup(&arguments.data, &arguments.to).map_err(refused)?;
    print::text(&format!(
        "{} holds {} entries and {} batches, and verifies\n",
        arguments.to.display(),
        verified.entries,
        verified.batches
    ))
}

/// Restores a backup, and says what comes next.
pub(crate) fn restore(arguments: &Restore) -> Result<(), Failure> {
    let verified = backup::restore(&arguments.from, &arguments.data).map_err(refused)?;
    let data = arguments.data.display();
    print::text(&format!(
        "{data} holds {} entries and {} batches, and verifies\n\
        next: wattledger serve --data {data}\n\
        then start each agent once with --resend: it sends again what it kept, and what is known already changes nothing\n",
        verified.entries, verified.batches
    ))
}

fn refused(error: BackupError) -> Failure {
    match error {
        BackupError::Missing { .. } | BackupError::Taken { .. } | BackupError::File { .. } => {
            Failure::Usage(error.to_string())
        }
        BackupError::Store(StoreError::Newer { .. } | StoreError::InUse { .. } | StoreError::Directory { .. }) => {
            Failure::Usage(error.to_string())
        }
        other => Failure::Internal(other.into()),
    }
}
