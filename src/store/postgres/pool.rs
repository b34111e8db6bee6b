//! Connections that only read, a limited number of them.

use super::super::engine::{self, ServerSession};
use super::super::{StoreError, Tx};
use super::{LedgerServer, connect};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};

/// The most connections that read at a time.
const READERS_MAX: usize = 8;
/// How long a reader waits for one of them.
const WAIT: Duration = Duration::from_secs(30);

/// The reading connections to one server.
#[derive(Debug)]
pub(in crate::store) struct Pool {
    server: LedgerServer,
    state: Mutex<Lent>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Lent {
    /// Those that nobody uses.
    free: Vec<ServerSession>,
    /// How many are in use.
    used: usize,
}

impl Pool {
    pub(in crate::store) fn new(server: LedgerServer) -> Self {
        Self { server, state: Mutex::default(), returned: Condvar::new() }
    }

    /// Runs `look` on one committed state.
    pub(in crate::store) fn read<T, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        aside(|| {
            let reader = self.take()?;
            let found = look(&Tx(engine::Database::from(&reader.session)));
            // Where this fails the connection is not used again.
            let is_whole = reader.session.run("ROLLBACK").is_ok();
            self.give_back(reader, is_whole);
            found
        })
    }

    /// A connection with an open transaction.
    fn take(&self) -> Result<LentSession<'_>, StoreError> {
        let readers = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.returned.wait_timeout_while(readers, WAIT, |readers| readers.used >= READERS_MAX);
        let (mut readers, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(StoreError::Away { reason: format!("{READERS_MAX} readers use all of its connections") });
        }
        readers.used += 1;
        let place = LentPlace(self);
        let free = readers.free.pop();
        drop(readers);
        // One that was closed while nobody used it is replaced.
        let begun = free.filter(|session| session.run(BEGIN).is_ok());
        let session = match begun {
            Some(session) => session,
            None => {
                let session = connect(&self.server)?;
                session.run(BEGIN)?;
                session
            }
        };
        Ok(LentSession { session, place })
    }

    fn give_back(&self, reader: LentSession<'_>, is_whole: bool) {
        let LentSession { session, place } = reader;
        if is_whole {
            self.state.lock().unwrap_or_else(PoisonError::into_inner).free.push(session);
        }
        drop(place);
    }
}

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

struct LentSession<'a> {
    session: ServerSession,
    place: LentPlace<'a>,
}

/// One of the places of a pool, which is free again when this is dropped.
struct LentPlace<'a>(&'a Pool);

impl Drop for LentPlace<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).used -= 1;
        self.0.returned.notify_one();
    }
}

/// Runs `work`, which waits for the server, where it does not hold up the tasks of an asynchronous thread.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current() {
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}
