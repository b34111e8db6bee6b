//! Looks through a spool that somebody else wrote, before anything in it is believed. Whatever the file holds, memory stays
//! within a few rows, and nothing that its schema defines is run.

use super::codec::decode_within;
use super::rows::{self, Record};
use super::{Contents, Spool, SpoolError};
use model::AgentId;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use wire::Node;

/// Bytes of a row, and of a batch when decompressed: five times what a thousand windows take.
const ROW_BYTES_MAX: i32 = 2 << 20;
/// Bytes of a record or a device; a job with all its labels has a fifth of it.
const RECORD_BYTES_MAX: usize = 64 << 10;
/// Bytes of a statement in the schema.
const SQL_BYTES_MAX: i32 = 64 << 10;
/// Tables and indices in the schema, all of which SQLite reads into memory; a spool has thirteen.
const SCHEMA_MAX: i32 = 32;
/// Batches that are kept at once. A run makes no new one while a few wait for another attempt.
const BATCHES_MAX: i64 = 1_000;

/// Something that a spool states.
#[derive(Debug)]
pub(crate) struct SpoolStatement {
    /// In whose name; `None` for what is sent in the name of the will.
    pub(crate) sender: Option<(AgentId, Node)>,
    /// What is stated.
    pub(crate) contents: Contents,
}

/// Why a spool is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForeignSpoolError {
    /// It is no sound spool, or states what it may not.
    #[error("{0}")]
    Refused(String),
    /// The system, or the disk of this process, does not let it be looked through.
    #[error(transparent)]
    Spool(SpoolError),
}

impl From<SpoolError> for ForeignSpoolError {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::Damaged(damage) => Self::Refused(format!("it is not a sound spool: {damage}")),
            SpoolError::Newer { .. } | SpoolError::Wire(_) => Self::Refused(error.to_string()),
            other => Self::Spool(other),
        }
    }
}

impl From<rusqlite::Error> for ForeignSpoolError {
    fn from(error: rusqlite::Error) -> Self {
        SpoolError::from(error).into()
    }
}

impl Spool {
    /// Shows `look` everything that the spool at `path` states, and returns whether it states anything. The file has to be a
    /// copy that nobody else writes to; its log is copied into it.
    ///
    /// # Errors
    ///
    /// [`ForeignSpoolError::Refused`] if the file is no sound spool, has more than a run writes, or `look` returns an error.
    pub(crate) fn look_through(
        path: &Path,
        mebibytes_max: u32,
        look: &mut dyn FnMut(&SpoolStatement) -> Result<(), String>,
    ) -> Result<bool, ForeignSpoolError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, ROW_BYTES_MAX)?;
        connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES_MAX)?;
        connection.set_limit(Limit::SQLITE_LIMIT_SCHEMA, SCHEMA_MAX)?;
        rows::configure(&connection, path, Self::pages_max(mebibytes_max))?;
        rows::expect_own_schema(&connection)?;
        rows::create(&connection, path)?;
        let devices_max = i64::try_from(wire::DEVICES_MAX).unwrap_or(i64::MAX);
        expect_few(&connection, "SELECT count(*) FROM batches", "batches", BATCHES_MAX)?;
        expect_few(&connection, "SELECT count(*) FROM devices", "devices", devices_max)?;
        rows::check(&connection)?;
        let mut looks = Looks { look, any: false };
        looks.at_will(&connection)?;
        looks.at_devices(&connection)?;
        looks.at_records(&connection)?;
        looks.at_batches(&connection)?;
        let any = looks.any;
        let is_busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if is_busy { Err(ForeignSpoolError::Spool(SpoolError::InUse(path.to_owned()))) } else { Ok(any) }
    }
}

fn expect_few(connection: &Connection, count: &str, what: &str, most: i64) -> Result<(), ForeignSpoolError> {
    let found: i64 = connection.query_row(count, [], |row| row.get(0))?;
    if found > most {
        return Err(ForeignSpoolError::Refused(format!("it has {found} {what}; a run has at most {most}")));
    }
    Ok(())
}

/// Shows one statement after the other.
struct Looks<'a> {
    look: &'a mut dyn FnMut(&SpoolStatement) -> Result<(), String>,
    any: bool,
}

impl Looks<'_> {
    fn at(&mut self, stated: &SpoolStatement) -> Result<(), ForeignSpoolError> {
        self.any |= !stated.contents.is_empty();
        (self.look)(stated).map_err(ForeignSpoolError::Refused)
    }

    fn at_will(&mut self, connection: &Connection) -> Result<(), ForeignSpoolError> {
        let Some(will) = rows::will(connection)? else { return Ok(()) };
        let contents = Contents { holdings: will.holdings, jobs: will.jobs, ..Contents::default() };
        self.at(&SpoolStatement { sender: Some((will.agent, will.node)), contents })?;
        // It names who sends, also where nothing is left to state.
        self.any = true;
        Ok(())
    }

    fn at_devices(&mut self, connection: &Connection) -> Result<(), ForeignSpoolError> {
        let mut statement = connection.prepare("SELECT uuid, body, crc FROM devices")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let contents = Contents { devices: rows::device(row)?.into_iter().collect(), ..Contents::default() };
            self.at(&SpoolStatement { sender: None, contents })?;
        }
        Ok(())
    }

    fn at_records(&mut self, connection: &Connection) -> Result<(), ForeignSpoolError> {
        let mut statement = connection.prepare("SELECT id, kind, body, crc FROM records")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let (kind, body) = rows::record(row)?;
            if body.len() > RECORD_BYTES_MAX {
                let refused = format!("a record has {} bytes; a run writes at most {RECORD_BYTES_MAX}", body.len());
                return Err(ForeignSpoolError::Refused(refused));
            }
            let mut contents = Contents::default();
            Record::decode(kind, &body)?.add_to(&mut contents);
            self.at(&SpoolStatement { sender: None, contents })?;
        }
        Ok(())
    }

    fn at_batches(&mut self, connection: &Connection) -> Result<(), ForeignSpoolError> {
        let mut statement = connection.prepare("SELECT boot, sequence, body, crc FROM batches")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let body = rows::sound_batch(row)?;
            let batch = decode_within(&body, u64::from(ROW_BYTES_MAX.unsigned_abs()))?;
            let contents = Contents {
                devices: batch.devices,
                windows: batch.windows,
                holdings: batch.holdings,
                jobs: batch.jobs,
                gaps: batch.gaps,
                ..Contents::default()
            };
            self.at(&SpoolStatement { sender: Some((batch.agent, batch.node)), contents })?;
        }
        Ok(())
    }
}
