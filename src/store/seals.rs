//! Seals of rows that neither follow from evidence nor are stated by an action: a chain that says what each of their columns is.

use super::actions::chained;
use super::engine::ValueRef;
use super::engine::{self, DataRow, OptionalExtension, params_from_iter};
use super::entries::Head;
use super::{SealStore, StoreError};
use sha2::{Digest, Sha256};

/// Bytes that a seal has of each column.
const BYTES_PER_COLUMN: usize = 16;

/// A row that is not as the program left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Name of the table.
    pub table: String,
    /// Key of the row: its numbers or texts, separated by spaces; empty where no row can be named.
    pub row: String,
    /// Name of the column, where one is known.
    pub column: Option<String>,
    /// What does not agree, as a whole sentence.
    pub what: &'static str,
}

impl RowFault {
    /// Of `row` in `table`, of which `column` is wrong if that is known.
    pub(crate) fn new(table: &str, row: impl ToString, column: Option<&str>, what: &'static str) -> Self {
        Self { table: table.to_owned(), row: row.to_string(), column: column.map(str::to_owned), what }
    }
}

/// A table whose rows are sealed whenever they are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct SealedTable {
    name: &'static str,
    /// Integers that name a row.
    key: &'static [&'static str],
    /// What is sealed of a row. The other columns are checked against the ledger or the evidence.
    columns: &'static [&'static str],
}

pub(super) const ADMISSIONS: SealedTable = SealedTable {
    name: "admissions",
    key: &["admission"],
    columns: &[
        "key",
        "demand",
        "project",
        "job",
        "state",
        "answer",
        "decided_ns",
        "start_ns",
        "span_ns",
        "pue_ppm",
        "p50_mj",
        "p95_mj",
        "p50_ug",
        "p95_ug",
        "expires_ns",
        "resolved_ns",
        "actual_mj",
        "actual_ug",
        "overrun_mj",
        "told",
    ],
};
pub(super) const HOLDS: SealedTable =
    SealedTable { name: "holds", key: &["admission", "budget"], columns: &["from_ns", "reserved", "settled"] };
pub(super) const HOLD_ENDS: SealedTable =
    SealedTable { name: "hold_ends", key: &["admission"], columns: &["ended_ns"] };
pub(super) const OVERRIDES: SealedTable = SealedTable { name: "overrides", key: &["override"], columns: &["project"] };
pub(super) const HOLDINGS: SealedTable = SealedTable {
    name: "holdings",
    key: &["id"],
    columns: &["device", "job", "start_ns", "end_ns", "weight", "made", "void"],
};
pub(super) const STEPS: SealedTable =
    SealedTable { name: "job_steps", key: &["job", "at_ns"], columns: &["steps", "samples"] };

const SEALED: [SealedTable; 6] = [ADMISSIONS, HOLDS, HOLD_ENDS, OVERRIDES, HOLDINGS, STEPS];

impl SealedTable {
    /// `SELECT` of key and sealed columns.
    fn select(&self) -> String {
        format!("SELECT {}, {} FROM {}", self.key.join(", "), self.columns.join(", "), self.name)
    }

    /// Condition that finds a row by its key.
    fn is_row(&self) -> String {
        let equal: Vec<String> =
            self.key.iter().zip(1..).map(|(column, place)| format!("{column} = ?{place}")).collect();
        equal.join(" AND ")
    }

    /// Name of a row that [`Self::select`] gives.
    fn row_of(&self, row: &DataRow<'_>) -> engine::Result<String> {
        let key: Vec<String> = (0..self.key.len())
            .map(|place| row.get::<i64>(place).map(|number| number.to_string()))
            .collect::<Result<_, _>>()?;
        Ok(key.join(" "))
    }

    /// What a seal has of a row that [`Self::select`] gives.
    fn digests(&self, row: &DataRow<'_>) -> engine::Result<Vec<u8>> {
        let mut digests = Vec::with_capacity(BYTES_PER_COLUMN * self.columns.len());
        for place in 0..self.columns.len() {
            let mut sha256 = Sha256::new();
            match row.get_ref(self.key.len() + place)? {
                ValueRef::Null => sha256.update("null"),
                ValueRef::Integer(number) => sha256.update(format!("integer {number}")),
                ValueRef::Real(number) => sha256.update(format!("real {number}")),
                ValueRef::Text(text) => {
                    sha256.update("text ");
                    sha256.update(text);
                }
                ValueRef::Blob(bytes) => {
                    sha256.update("bytes ");
                    sha256.update(bytes);
                }
            }
            digests.extend(sha256.finalize().iter().take(BYTES_PER_COLUMN));
        }
        Ok(digests)
    }

    /// The first column of which two seals have different digests.
    fn differing(&self, one: &[u8], other: &[u8]) -> Option<&'static str> {
        let pairs = one.chunks(BYTES_PER_COLUMN).zip(other.chunks(BYTES_PER_COLUMN));
        self.columns.iter().zip(pairs).find(|(_, (one, other))| one != other).map(|(column, _)| *column)
    }
}

impl SealStore<'_> {
    /// Seals a row as it is now, if it is not as it was sealed last.
    pub(super) fn seal(&self, table: &SealedTable, key: &[i64]) -> Result<(), StoreError> {
        let sql = format!("{} WHERE {}", table.select(), table.is_row());
        let mut statement = self.0.prepare_cached(&sql)?;
        let (row, columns) =
            statement.query_row(params_from_iter(key), |row| Ok((table.row_of(row)?, table.digests(row)?)))?;
        if self.last_of(table, &row)?.as_ref() != Some(&columns) {
            self.append(table, &row, &columns)?;
        }
        Ok(())
    }

    fn last_of(&self, table: &SealedTable, row: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT columns FROM seals WHERE of = ?1 AND row = ?2 ORDER BY seal DESC LIMIT 1";
        Ok(self.0.prepare_cached(sql)?.query_row((table.name, row), |row| row.get(0)).optional()?)
    }

    fn append(&self, table: &SealedTable, row: &str, columns: &[u8]) -> Result<(), StoreError> {
        let head = self.head()?;
        let number = head.entries + 1;
        let hash = hash(&head.hash, number, table.name, row, columns);
        let sql = "INSERT INTO seals (seal, of, row, columns, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.0.prepare_cached(sql)?.execute((number, table.name, row, columns, &hash))?;
        self.0.prepare_cached("UPDATE seal_head SET seals = ?1, hash = ?2")?.execute((number, &hash))?;
        Ok(())
    }

    /// How many seals there are, and the hash of the last.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn head(&self) -> Result<Head, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT seals, hash FROM seal_head")?;
        Ok(statement.query_row((), |row| Ok(Head { entries: row.get(0)?, hash: row.get(1)? }))?)
    }

    /// The hash of the seal with this number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn hash(&self, number: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT hash FROM seals WHERE seal = ?1")?;
        Ok(statement.query_row([number], |row| row.get(0)).optional()?)
    }

    /// Takes what an older version wrote, before rows were sealed, as it is.
    pub(super) fn adopt(&self) -> Result<(), StoreError> {
        self.0.execute_batch(
            "DELETE FROM seals; DELETE FROM seal_head; INSERT INTO seal_head VALUES (1, 0, zeroblob(32));",
        )?;
        for table in &SEALED {
            let sql = format!("{} ORDER BY {}", table.select(), table.key.join(", "));
            let mut statement = self.0.prepare(&sql)?;
            let mut rows = statement.query(())?;
            while let Some(row) = &rows.next()? {
                self.append(table, &table.row_of(row)?, &table.digests(row)?)?;
            }
        }
        Ok(())
    }

    /// The first seal that does not follow from the one before, or row that is not as it was sealed.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_changed(&self) -> Result<Option<RowFault>, StoreError> {
        if let Some(fault) = self.first_unchained()? {
            return Ok(Some(fault));
        }
        for table in &SEALED {
            if let Some(fault) = self.first_changed_of(table)? {
                return Ok(Some(fault));
            }
        }
        Ok(None)
    }

    fn first_unchained(&self) -> Result<Option<RowFault>, StoreError> {
        let mut head = Head { entries: 0, hash: vec![0; 32] };
        let mut statement = self.0.prepare("SELECT seal, of, row, columns, hash FROM seals ORDER BY seal")?;
        let mut rows = statement.query(())?;
        while let Some(row) = &rows.next()? {
            let (number, of, of_row): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (columns, kept): (Vec<u8>, Vec<u8>) = (row.get(3)?, row.get(4)?);
            let next = head.entries + 1;
            if number != next {
                return Ok(Some(RowFault::new("seals", next, None, "it is missing")));
            }
            if hash(&head.hash, number, &of, &of_row, &columns) != kept {
                let what = "its hash does not follow from its content and the seal before";
                return Ok(Some(RowFault::new("seals", number, None, what)));
            }
            head = Head { entries: number, hash: kept };
        }
        let what = "the chain of seals does not end where it says";
        Ok((self.head()? != head).then(|| RowFault::new("seal_head", 1, None, what)))
    }

    fn first_changed_of(&self, table: &SealedTable) -> Result<Option<RowFault>, StoreError> {
        let mut statement = self.0.prepare(&table.select())?;
        let (mut rows, mut count) = (statement.query(())?, 0_i64);
        while let Some(row) = &rows.next()? {
            count += 1;
            let (name, columns) = (table.row_of(row)?, table.digests(row)?);
            match self.last_of(table, &name)? {
                Some(sealed) if sealed == columns => (),
                Some(sealed) => {
                    let column = table.differing(&sealed, &columns);
                    return Ok(Some(RowFault::new(table.name, name, column, "it is not what was written last")));
                }
                None => return Ok(Some(RowFault::new(table.name, name, None, "it was added: nothing sealed it"))),
            }
        }
        let sql = "SELECT count(DISTINCT row) FROM seals WHERE of = ?1";
        let sealed: i64 = self.0.query_row(sql, [table.name], |row| row.get(0))?;
        if sealed == count { Ok(None) } else { self.first_missing_of(table) }
    }

    fn first_missing_of(&self, table: &SealedTable) -> Result<Option<RowFault>, StoreError> {
        let sql = format!("SELECT 1 FROM {} WHERE {}", table.name, table.is_row());
        let mut is_there = self.0.prepare(&sql)?;
        let mut statement = self.0.prepare("SELECT DISTINCT row FROM seals WHERE of = ?1 ORDER BY row")?;
        let mut rows = statement.query([table.name])?;
        while let Some(row) = &rows.next()? {
            let name: String = row.get(0)?;
            let key: Vec<i64> = name.split(' ').filter_map(|number| number.parse().ok()).collect();
            if key.len() != table.key.len() || !is_there.exists(params_from_iter(key))? {
                return Ok(Some(RowFault::new(table.name, name, None, "it is missing")));
            }
        }
        Ok(None)
    }
}

/// SHA-256 over `previous` and number, table, row and digests of the columns in hexadecimal.
fn hash(previous: &[u8], number: i64, of: &str, row: &str, columns: &[u8]) -> Vec<u8> {
    let digests: String = columns.iter().map(|byte| format!("{byte:02x}")).collect();
    chained(previous, &[&number.to_string(), of, row, &digests])
}
