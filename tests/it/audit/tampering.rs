//! Changes behind the program's back, one at a time: each is refused at opening, named by `verify`, or declared harmless.

use super::columns::{columns, is_harmless};
use super::everything::everything;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use wattledger::store::Store;
use wattledger::{audit, ledger};

/// Files of a directory that is not in use, by name.
type Files = BTreeMap<String, Vec<u8>>;

const DATABASE: &str = "wattledger.db";

/// How many random changes are made; a tenth as many files are damaged.
#[allow(clippy::disallowed_methods, reason = "the length of a test run is asked for by whoever starts it")]
fn count() -> usize {
    std::env::var("WATTLEDGER_TAMPERINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

/// A closed directory with something in every table.
fn whole() -> Files {
    let fixture = everything();
    ledger::note_head(&fixture.store).unwrap();
    assert_eq!(audit::verify(&fixture.store).unwrap().fault, None);
    let directory = fixture.directory;
    drop(fixture.store);
    let entries = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    entries.map(|path| (named(&path), std::fs::read(&path).unwrap())).filter(|(name, _)| name != "lock").collect()
}

fn placed(files: &Files) -> TempDir {
    let place = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    for (name, bytes) in files {
        std::fs::write(place.path().join(name), bytes).unwrap();
    }
    place
}

/// What is found in a directory: why it is not opened, or what `verify` says.
fn found(directory: &Path) -> Option<String> {
    let store = match Store::open(directory) {
        Ok(store) => store,
        Err(error) => return Some(error.to_string()),
    };
    match ledger::lost_head(&store) {
        Ok(None) => {}
        Ok(Some((chain, number))) => return Some(format!("{} names {number}", chain.file())),
        Err(error) => return Some(error.to_string()),
    }
    match audit::verify(&store) {
        Ok(verified) => verified.fault.map(|fault| fault.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

/// A database to be changed, without its triggers, which would follow the change.
struct Tampered {
    connection: Connection,
    triggers: Vec<String>,
}

impl Tampered {
    fn open(directory: &Path) -> Self {
        let connection = Connection::open(directory.join(DATABASE)).unwrap();
        let sql = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF";
        connection.execute_batch(sql).unwrap();
        let read = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).unwrap();
            statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let triggers = read("SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name");
        for name in read("SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
            connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        Self { connection, triggers }
    }

    /// Puts the triggers back.
    fn close(self) {
        for sql in &self.triggers {
            self.connection.execute_batch(sql).unwrap();
        }
    }

    fn rows(&self, table: &str) -> usize {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = self.connection.query_row(&sql, (), |row| row.get(0)).unwrap();
        usize::try_from(count).unwrap()
    }

    /// Columns that name a row of a table.
    fn key(&self, table: &str) -> Vec<String> {
        let mut statement = self.connection.prepare(&format!("PRAGMA table_info({table})")).unwrap();
        let columns = statement.query_map((), |row| Ok((row.get(1)?, row.get::<_, i64>(5)?))).unwrap();
        let key: Vec<String> =
            columns.map(Result::unwrap).filter(|(_, place)| *place > 0).map(|(name, _)| name).collect();
        if key.is_empty() { vec!["rowid".to_owned()] } else { key }
    }

    /// Condition and values that find the row at a place of a table.
    fn row_at(&self, table: &str, place: usize) -> (String, Vec<Value>) {
        let key = self.key(table);
        let sql = format!("SELECT {} FROM {table} LIMIT 1 OFFSET {place}", key.join(", "));
        let values: Vec<Value> =
            self.connection.query_row(&sql, (), |row| (0..key.len()).map(|place| row.get(place)).collect()).unwrap();
        let equal: Vec<String> = key.iter().map(|column| format!("{column} IS ?")).collect();
        (equal.join(" AND "), values)
    }

    /// Changes one value; what was done, or `None` where the database itself refuses it.
    fn change(&self, table: &str, column: &str, place: usize, random: &mut fastrand::Rng) -> Option<String> {
        let (row, key) = self.row_at(table, place);
        let sql = format!("SELECT {column} FROM {table} WHERE {row}");
        let before: Value = self.connection.query_row(&sql, params_from_iter(&key), |row| row.get(0)).unwrap();
        let declared: String = self
            .connection
            .query_row("SELECT type FROM pragma_table_info(?1) WHERE name = ?2", (table, column), |row| row.get(0))
            .unwrap();
        let sql = format!("UPDATE {table} SET {column} = ? WHERE {row}");
        // What is unique may be taken.
        (0..9).find_map(|attempt| {
            let after = another(&before, &declared, attempt, random);
            let values = std::iter::once(after.clone()).chain(key.clone());
            let changed = self.connection.execute(&sql, params_from_iter(values));
            changed.is_ok_and(|rows| rows == 1).then(|| format!("{table}.{column} of {key:?}: {before:?} to {after:?}"))
        })
    }

    fn delete(&self, table: &str, place: usize) -> String {
        let (row, key) = self.row_at(table, place);
        let rows =
            self.connection.execute(&format!("DELETE FROM {table} WHERE {row}"), params_from_iter(&key)).unwrap();
        assert_eq!(rows, 1);
        format!("{table} without {key:?}")
    }
}

/// Another value of the same kind; of nothing, something.
fn another(before: &Value, declared: &str, attempt: u8, random: &mut fastrand::Rng) -> Value {
    match before {
        Value::Integer(number @ (0 | 1)) if attempt == 0 => Value::Integer(1 - number),
        Value::Integer(number) => Value::Integer(number ^ (1_i64 << random.u8(0..40))),
        Value::Text(text) => Value::Text(format!("{text}{}", random.alphanumeric())),
        Value::Blob(bytes) if bytes.is_empty() => Value::Blob(vec![1]),
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            let place = random.usize(0..bytes.len());
            bytes[place] ^= 1 << random.u8(0..8);
            Value::Blob(bytes)
        }
        Value::Null if declared == "INTEGER" => Value::Integer(random.i64(1..1_000)),
        Value::Null if declared == "BLOB" => Value::Blob(vec![1]),
        Value::Null | Value::Real(_) => Value::Text("x".to_owned()),
    }
}

/// A bit of the header of a packed frame may change nothing of what it unpacks to.
fn is_same_frame(tampered: &Tampered, table: &str, column: &str, place: usize, files: &Files) -> bool {
    if column != "body" || !["batches", "factor_evidence", "factor_blocks"].contains(&table) {
        return false;
    }
    let original = placed(files);
    let unpacked = |connection: &Connection| -> Option<Vec<u8>> {
        let sql = format!("SELECT body FROM {table} LIMIT 1 OFFSET {place}");
        let body: Vec<u8> = connection.query_row(&sql, (), |row| row.get(0)).unwrap();
        zstd::bulk::decompress(&body, 1 << 24).ok()
    };
    let before = unpacked(&Connection::open(original.path().join(DATABASE)).unwrap());
    before.is_some() && before == unpacked(&tampered.connection)
}

#[test]
fn there_is_something_in_every_table() {
    let place = placed(&whole());
    let tampered = Tampered::open(place.path());
    let empty: Vec<String> = columns(&tampered.connection)
        .into_iter()
        .map(|(table, _)| table)
        // Of what waits, nothing is left at rest.
        .filter(|table| table != "deferred_attributions" && tampered.rows(table) == 0)
        .collect();
    assert!(empty.is_empty(), "{empty:?}");
}

#[test]
fn every_value_and_every_row_that_is_changed_alone_is_found() {
    let (files, mut random) = (whole(), crate::reliability::random());
    let tables = columns(&Connection::open(placed(&files).path().join(DATABASE)).unwrap());
    let (mut changes, mut refused, mut silent) = (0, Vec::new(), Vec::new());
    for (table, columns) in &tables {
        for column in columns.iter().map(Some).chain([None]) {
            if column.is_some_and(|column| is_harmless(table, column))
                || (column.is_none() && is_harmless(table, &columns[0]))
            {
                continue;
            }
            let place = placed(&files);
            let tampered = Tampered::open(place.path());
            let row = random.usize(0..tampered.rows(table));
            let done = match column {
                Some(column) => tampered.change(table, column, row, &mut random),
                None => Some(tampered.delete(table, row)),
            };
            let is_same = column.is_some_and(|column| is_same_frame(&tampered, table, column, row, &files));
            tampered.close();
            match done {
                None => refused.push(format!("{table}.{}", column.unwrap())),
                Some(done) if found(place.path()).is_none() && !is_same => silent.push(done),
                Some(_) => changes += 1,
            }
        }
    }
    println!(
        "{changes} changes of single values and rows found, {} refused by the database: {refused:?}",
        refused.len()
    );
    assert!(silent.is_empty(), "{} unnoticed:\n{}", silent.len(), silent.join("\n"));
    assert!(changes > 250 && refused.len() < 10);
}

#[test]
fn whatever_is_changed_at_random_is_found() {
    let (files, mut random) = (whole(), crate::reliability::random());
    let tables = columns(&Connection::open(placed(&files).path().join(DATABASE)).unwrap());
    let (mut changes, mut harmless, mut silent) = (0, 0, Vec::new());
    while changes + harmless < count() {
        let (table, columns) = random.choice(&tables).unwrap();
        let column = random.choice(columns).unwrap();
        let is_deleted = random.u8(0..5) == 0;
        let place = placed(&files);
        let tampered = Tampered::open(place.path());
        let rows = tampered.rows(table);
        if rows == 0 {
            continue;
        }
        let row = random.usize(0..rows);
        let done = if is_deleted {
            Some(tampered.delete(table, row))
        } else {
            tampered.change(table, column, row, &mut random)
        };
        let is_same = !is_deleted && is_same_frame(&tampered, table, column, row, &files);
        tampered.close();
        let Some(done) = done else { continue };
        let may_be_silent = is_same || is_harmless(table, if is_deleted { &columns[0] } else { column });
        match found(place.path()) {
            Some(_) => changes += 1,
            None if may_be_silent => harmless += 1,
            None => silent.push(done),
        }
    }
    println!("{changes} random changes found, {harmless} declared harmless, {} silent", silent.len());
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// What a frame unpacks to says what it says, and not the bits of the frame.
fn unpacked(value: Value) -> Value {
    match value {
        Value::Blob(bytes) => Value::Blob(zstd::bulk::decompress(&bytes, 1 << 24).unwrap_or(bytes)),
        other => other,
    }
}

/// Everything that a database says and that is not declared harmless.
fn said(directory: &Path) -> Vec<String> {
    let connection = Connection::open(directory.join(DATABASE)).unwrap();
    let mut lines = Vec::new();
    for (table, columns) in columns(&connection) {
        let kept: Vec<String> = columns.into_iter().filter(|column| !is_harmless(&table, column)).collect();
        if kept.is_empty() {
            continue;
        }
        let mut statement = connection.prepare(&format!("SELECT {} FROM {table}", kept.join(", "))).unwrap();
        let mut rows = statement.query(()).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<Value> = (0..kept.len()).map(|place| unpacked(row.get(place).unwrap())).collect();
            lines.push(format!("{table} {values:?}"));
        }
    }
    lines
}

/// Flips a bit, overwrites a stretch, cuts a file off, deletes it, or puts another in its place.
fn damage(files: &mut Files, others: &Files, random: &mut fastrand::Rng) -> String {
    let names: Vec<String> = files.keys().cloned().collect();
    // The database twice as often as all others together.
    let name = if random.u8(0..3) > 0 { DATABASE.to_owned() } else { random.choice(&names).unwrap().clone() };
    let length = files[&name].len();
    let bytes = files.get_mut(&name).unwrap();
    match random.u8(0..6) {
        0 | 1 => {
            let (place, bit) = (random.usize(0..length), random.u8(0..8));
            bytes[place] ^= 1 << bit;
            format!("bit {bit} of byte {place} of {name}")
        }
        2 => {
            let (place, size) = (random.usize(0..length), random.usize(1..=512));
            let end = (place + size).min(length);
            random.fill(&mut bytes[place..end]);
            format!("bytes {place} to {end} of {name}")
        }
        3 => {
            bytes.truncate(random.usize(0..length));
            format!("{name} cut at {}", bytes.len())
        }
        4 => {
            files.remove(&name);
            format!("{name} deleted")
        }
        _ => {
            let other = others.get(&name).cloned().unwrap_or_default();
            files.insert(name.clone(), other);
            format!("{name} of another directory")
        }
    }
}

#[test]
fn a_damaged_file_is_found_or_changes_nothing_that_is_said() {
    let (files, others, mut random) = (whole(), whole(), crate::reliability::random());
    let original = said(placed(&files).path());
    let trials = count().div_ceil(10);
    let (mut damages, mut silent) = (0, Vec::new());
    for _ in 0..trials {
        let mut damaged = files.clone();
        let done = damage(&mut damaged, &others, &mut random);
        let place = placed(&damaged);
        if found(place.path()).is_some() {
            damages += 1;
        } else if let Some(other) = said(place.path()).into_iter().find(|line| !original.contains(line)) {
            silent.push(format!("{done}: {other}"));
        } else if said(place.path()).len() != original.len() {
            silent.push(done);
        }
    }
    println!("{damages} of {trials} damages found, the others changed nothing, {} silent", silent.len());
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}
