//! The ledger in PostgreSQL: opened under a lock, written by one replica at a time, read from a small pool.
//!
//! Whichever replica writes, a group of changes is one transaction that first takes one lock of the whole ledger. So groups are in one order, each
//! sees what those before it committed, and batches and admissions are decided as by the one writer of a file. The lock belongs to the transaction: a
//! replica that stops in the middle of a group is thrown out by the time limit on idle transactions, its group is rolled back, and when it goes on it
//! finds no connection to commit on.

mod address;
mod lease;
mod pool;
mod signals;

pub use address::{LedgerPassword, LedgerServer};
pub use lease::Lease;
pub(super) use pool::Pool;
pub use signals::{HeardSignals, Signals};

use super::engine::{self, ServerSession};
use super::sqlite::VERSION;
use super::writer::{CommitRefusal, Medium};
use super::{DatabaseError, StoreError};

/// The oldest PostgreSQL that is known to do, as `server_version_num` has it.
const SERVER_MIN: i64 = 140_000;
/// The lock under which the tables are made and changed, for this ledger's program alone: the bytes of `wattle`, then a number.
const MIGRATION_LOCK: i64 = 0x7761_7474_6c65_0001;
/// The lock under which changes are written.
const WRITER_LOCK: i64 = 0x7761_7474_6c65_0002;
/// Makes every group one that is written, so that its COMMIT waits for a synchronous standby, as that of the group before it may not have: what a
/// batch that is sent again is told to be known from is not lost by a failover then.
const WAITED_FOR: &str = "SELECT pg_logical_emit_message(true, 'wattledger', '')";
/// The lock whose holder is on duty.
const DUTY_LOCK: i64 = 0x7761_7474_6c65_0003;
/// Version of the tables that `tables.sql` makes. What came later are steps.
const FIRST_VERSION: i64 = 21;
/// The steps since then, each with the number of SQLite's that says the same. A step, once released, never changes.
const STEPS: [&str; 1] = [include_str!("tables-22-duty.sql")];
/// Of every connection. `wattledger` comes first, so that its functions are found before PostgreSQL's of the same name. What the operator's server does
/// beyond writing a commit to its own disk, it goes on doing.
const SETTINGS: &str = "SET search_path = wattledger, pg_catalog; SET statement_timeout = '120s'; SET lock_timeout = '20s';
    SET idle_in_transaction_session_timeout = '5s'; SET client_min_messages = warning; SET timezone = 'UTC';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');";

/// Brings the tables up to date, and makes them where there are none.
///
/// # Errors
///
/// The server cannot be reached, is too old, or refuses; the tables are of a newer program.
pub(super) fn prepare(server: &LedgerServer) -> Result<(), StoreError> {
    let session = connect(server)?;
    let number = |sql: &str| -> Result<i64, StoreError> {
        Ok(engine::Database::from(&session).query_row(sql, (), |row| row.get(0))?)
    };
    let found = number("SELECT current_setting('server_version_num')::bigint")?;
    if found < SERVER_MIN {
        let reason = format!("it is PostgreSQL {}, and 14 is the oldest that is supported", found / 10_000);
        return Err(StoreError::Away { reason });
    }
    session.run(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
    if number("SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'wattledger' AND tablename = 'version'")?
        == 0
    {
        session.run(&format!(
            "BEGIN; CREATE SCHEMA IF NOT EXISTS wattledger; {} {} {}
            CREATE TABLE version (one bigint PRIMARY KEY CHECK (one = 1), tables bigint NOT NULL);
            INSERT INTO version VALUES (1, {FIRST_VERSION}); COMMIT;",
            include_str!("functions.sql"),
            include_str!("tables.sql"),
            include_str!("triggers.sql"),
        ))?;
    }
    let found = number("SELECT tables FROM version")?;
    for (version, step) in (FIRST_VERSION + 1..).zip(STEPS) {
        if version > found {
            // No group of changes meets half of a step.
            let begin = format!("BEGIN; SELECT pg_advisory_xact_lock({WRITER_LOCK})");
            session.run(&format!("{begin}; {step} UPDATE version SET tables = {version}; COMMIT;"))?;
        }
    }
    // The lock goes with the connection.
    check_version(server, &session)
}

fn check_version(server: &LedgerServer, session: &ServerSession) -> Result<(), StoreError> {
    check_tables(server, engine::Database::from(session))
}

/// Refuses tables that only newer programs than this one may write. Newer tables that this one does not spoil are as good as its own, so that
/// services of two versions run side by side while they are upgraded one by one.
pub(super) fn check_tables(server: &LedgerServer, tables: engine::Database<'_>) -> Result<(), StoreError> {
    let mut statement = tables.prepare_cached("SELECT tables, oldest FROM version")?;
    let (found, oldest): (i64, i64) = statement.query_row((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    if oldest <= VERSION {
        return Ok(());
    }
    Err(StoreError::Newer { path: server.to_string(), found, known: VERSION })
}

fn connect(server: &LedgerServer) -> Result<ServerSession, StoreError> {
    let session = server.connect()?;
    session.run(SETTINGS)?;
    Ok(session)
}

/// The server as the writer keeps changes in it.
pub(super) struct ServerMedium {
    server: LedgerServer,
    /// `None` before the first group, and after the connection was lost.
    session: Option<ServerSession>,
}

impl ServerMedium {
    /// Writes to `server`, which is connected with the first group.
    pub(super) const fn new(server: LedgerServer) -> Self {
        Self { server, session: None }
    }

    fn begin(&mut self) -> Result<ServerSession, StoreError> {
        let session = match self.session.take().filter(|session| !session.is_closed()) {
            Some(session) => session,
            None => {
                let session = connect(&self.server)?;
                // Another replica may have brought the tables to a newer version meanwhile.
                check_version(&self.server, &session)?;
                session
            }
        };
        session.run(&format!("BEGIN; SELECT pg_advisory_xact_lock({WRITER_LOCK}); {WAITED_FOR}"))?;
        Ok(session)
    }
}

impl Medium for ServerMedium {
    fn keep(&mut self, work: impl FnOnce(engine::Database<'_>)) -> Result<(), CommitRefusal> {
        let session = self.begin().map_err(|error| CommitRefusal::Away(reason(error)))?;
        work((&session).into());
        // A transaction in which a statement failed is rolled back by COMMIT without an error; it refuses a query before.
        if let Err(error) = session.run("SELECT 1") {
            // Where this fails too, the server takes the group back by itself.
            let _ = session.run("ROLLBACK");
            self.session = Some(session);
            return Err(CommitRefusal::Away(error.to_string()));
        }
        let committed = session.run("COMMIT");
        let is_lost = session.is_closed();
        self.session = Some(session);
        committed.map_err(|error| match is_lost {
            true => CommitRefusal::Unanswered(error.to_string()),
            false => CommitRefusal::Away(error.to_string()),
        })
    }

    fn after(&mut self) {}

    fn failure(&self) -> Option<&str> {
        None
    }
}

fn reason(error: StoreError) -> String {
    match error {
        StoreError::Away { reason } => reason,
        StoreError::Database(DatabaseError(error)) => error.to_string(),
        other => other.to_string(),
    }
}
