//! `wattledger backup` and `restore`.

use super::failure::Failure;
use super::print;
use crate::backup::{self, BackupError};
use crate::store::StoreError;
use clap::Args;
use std::path::PathBuf;

/// Back up a data directory, even while the service runs, and verify the copy
///
/// The copy is a directory with the database and the head of its hash chain. Run the command as the user that runs the service.
#[derive(Args)]
pub(crate) struct BackupArguments {
    /// Data directory of the service
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Directory to create; it may exist if it is empty
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// Restore a data directory from a backup, and verify it
#[derive(Args)]
pub(crate) struct RestoreArguments {
    /// Directory that `wattledger backup` created
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Data directory to create; it may exist if it is empty
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// Backs up, and prints what the copy holds.
pub(crate) fn backup(arguments: &BackupArguments) -> Result<(), Failure> {
    let verified = backup::backup(&arguments.data, &arguments.to).map_err(refused)?;
    print::text(&format!(
        "{} holds {} entries and {} batches, verified\n",
        arguments.to.display(),
        verified.entries,
        verified.batches
    ))
}

/// Restores, and prints what to do next.
pub(crate) fn restore(arguments: &RestoreArguments) -> Result<(), Failure> {
    let verified = backup::restore(&arguments.from, &arguments.data).map_err(refused)?;
    let data = arguments.data.display();
    print::text(&format!(
        "{data} holds {} entries and {} batches, verified\n\
        next: wattledger serve --data {data}\n\
        then start each agent once with --resend: it sends what it kept again; what the service already has changes nothing\n",
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
