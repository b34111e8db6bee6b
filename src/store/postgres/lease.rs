//! Which of the services on one ledger is on duty, as the server says it.

use super::super::engine::{Database, ServerSession};
use super::super::{DutyStore, StoreError};
use super::{DUTY_LOCK, LedgerServer, connect};
use std::time::Duration;

/// Of the connection that holds the lease. The server ends it when nothing is heard of its service, whether that sleeps, is gone, or cannot be
/// reached, and with the connection the lease is free.
const SETTINGS: &str = "SET idle_session_timeout = '5s'; SET statement_timeout = '3s'";

/// A lock of one session with the server, which that ends by itself. One of the services on a ledger holds it at a time.
#[derive(Debug)]
pub struct Lease {
    server: LedgerServer,
    session: Option<ServerSession>,
    is_held: bool,
}

impl Lease {
    /// How often a service that holds the lease is to be heard of, and others ask for it.
    pub const RENEWED_EVERY: Duration = Duration::from_secs(1);
    /// How long after a renewal was sent nobody else can have the lease: less than the server waits.
    pub const HELD_FOR: Duration = Duration::from_secs(4);

    pub(in crate::store) const fn new(server: LedgerServer) -> Self {
        Self { server, session: None, is_held: false }
    }

    /// Renews the lease, or asks for it. Returns the number of the newest term of duty if it is held.
    ///
    /// # Errors
    ///
    /// The server cannot be asked; the lease is not held then.
    pub fn hold(&mut self) -> Result<Option<i64>, StoreError> {
        let session = match self.session.take().filter(|session| !session.is_closed()) {
            Some(session) => session,
            None => {
                self.is_held = false;
                let session = connect(&self.server)?;
                session.run(SETTINGS)?;
                session
            }
        };
        // Where this fails the session ends, and what it held with it.
        let was_held = std::mem::take(&mut self.is_held);
        let database = Database::from(&session);
        let number = |sql: &str| database.query_row(sql, (), |row| row.get::<i64>(0));
        let asked = format!("SELECT CASE WHEN pg_try_advisory_lock({DUTY_LOCK}) THEN 1 ELSE 0 END::bigint");
        let is_held = was_held || number(&asked)? == 1;
        let term = if is_held { Some(DutyStore(database).term()?) } else { None };
        self.is_held = is_held;
        self.session = Some(session);
        Ok(term)
    }
}
