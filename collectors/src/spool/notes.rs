//! What an agent has to know again after a restart, written in the transaction of the records that it is about.

use super::SpoolError;
use super::codec::checksum;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Created apart from the rest, because earlier releases wrote spools of version 1 without this table.
pub(super) const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS notes (about TEXT PRIMARY KEY, body TEXT NOT NULL, crc INTEGER NOT NULL) STRICT";

/// Writes what `noted` says, and forgets what it says may be forgotten.
pub(super) fn put(connection: &Connection, noted: &BTreeMap<String, Option<String>>) -> Result<(), SpoolError> {
    for (about, body) in noted {
        match body {
            Some(body) => connection
                .prepare_cached("INSERT OR REPLACE INTO notes VALUES (?1, ?2, ?3)")?
                .execute(params![about, body, checksum(&[about.as_bytes(), body.as_bytes()])])?,
            None => connection.prepare_cached("DELETE FROM notes WHERE about = ?1")?.execute([about])?,
        };
    }
    Ok(())
}

/// Reads and checks every note.
pub(super) fn all(connection: &Connection) -> Result<BTreeMap<String, String>, SpoolError> {
    let mut statement = connection.prepare_cached("SELECT about, body, crc FROM notes")?;
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (about, body, crc): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if crc != checksum(&[about.as_bytes(), body.as_bytes()]) {
            return Err(SpoolError::Damaged(format!("the note about {about} has changed since it was written")));
        }
        found.insert(about, body);
    }
    Ok(found)
}
