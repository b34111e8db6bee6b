//! Connections that only read, each used by one reader at a time.

use super::StoreError;
use rusqlite::Connection;
use std::sync::{Mutex, PoisonError};

/// Connections that are kept open, each with up to 2 MB of pages.
const READERS_MAX: usize = 8;

/// The reading connections to one file that nobody uses at the moment.
#[derive(Debug, Default)]
pub(super) struct Readers(Mutex<Vec<Connection>>);

impl Readers {
    /// Runs `look` on one committed state; `connect` makes a connection where none is free.
    ///
    /// # Errors
    ///
    /// What `look` returns, and why the file could not be read.
    pub(super) fn read<T, E: From<StoreError>>(
        &self,
        connect: impl FnOnce() -> Result<Connection, StoreError>,
        look: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => connect()?,
        };
        connection.execute_batch("BEGIN").map_err(StoreError::from)?;
        let found = look(&connection);
        connection.execute_batch("ROLLBACK").map_err(StoreError::from)?;
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < READERS_MAX {
            free.push(connection);
        }
        found
    }
}
