//! The record of every decision on budgets, chained, and how estimates did.

use super::actions::chained;
use super::entries::Head;
use super::row::moment;
use super::{DecisionStore, StoreError};
use rusqlite::{OptionalExtension, Row};
use units::Timestamp;

/// A decision as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Number.
    pub decision: i64,
    /// When.
    pub at: Timestamp,
    /// Id of the token, or `service`.
    pub by: String,
    /// What was done.
    pub action: String,
    /// Number of the budget.
    pub budget: Option<i64>,
    /// Number of the admission.
    pub admission: Option<i64>,
    /// What was known, a JSON document.
    pub document: String,
}

const COLUMNS: &str = "decision, at_ns, by, action, budget, admission, document";

impl DecisionRow {
    /// The hash that follows from `previous` (32 zero bytes before the first) and the content: number, time, token, action, budget, admission (empty
    /// where there is none) and document, as decimal or UTF-8 text, each preceded by its length in bytes (`u64`, little endian).
    #[must_use]
    pub fn chained(&self, previous: &[u8]) -> Vec<u8> {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let (decision, at) = (self.decision.to_string(), self.at.nanoseconds().to_string());
        let (budget, admission) = (number(self.budget), number(self.admission));
        chained(previous, &[&decision, &at, &self.by, &self.action, &budget, &admission, &self.document])
    }
}

impl DecisionStore<'_> {
    /// Records a decision under the next number, whatever its own is, and appends it to the chain.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn record(&self, row: &DecisionRow) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO decisions (at_ns, by, action, budget, admission, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = (row.at.nanoseconds(), &row.by, &row.action, row.budget, row.admission, &row.document);
        self.0.prepare_cached(sql)?.execute(values)?;
        self.chain(&DecisionRow { decision: self.0.last_insert_rowid(), ..row.clone() })
    }

    /// Appends a stored decision to the chain.
    pub(super) fn chain(&self, row: &DecisionRow) -> Result<(), StoreError> {
        let head = self.head()?;
        let hash = row.chained(&head.hash);
        self.0.prepare_cached("INSERT INTO decision_hashes VALUES (?1, ?2)")?.execute((row.decision, &hash))?;
        let sql = "UPDATE decision_head SET decisions = decisions + 1, hash = ?1";
        self.0.prepare_cached(sql)?.execute([&hash])?;
        Ok(())
    }

    /// How many decisions are chained, and the hash of the last.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn head(&self) -> Result<Head, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT decisions, hash FROM decision_head")?;
        Ok(statement.query_row((), |row| Ok(Head { entries: row.get(0)?, hash: row.get(1)? }))?)
    }

    /// The hash that was kept of a decision.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn hash(&self, decision: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT hash FROM decision_hashes WHERE decision = ?1")?;
        Ok(statement.query_row([decision], |row| row.get(0)).optional()?)
    }

    /// Up to `limit` decisions with numbers above `after`, oldest first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn after(&self, after: i64, limit: u32) -> Result<Vec<DecisionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM decisions WHERE decision > ?1 ORDER BY decision LIMIT ?2");
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((after, limit), decision_row)?.collect::<Result<_, _>>()?)
    }

    /// Recorded decisions on an admission, or on a budget, oldest first.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn list(&self, admission: Option<i64>, budget: Option<i64>) -> Result<Vec<DecisionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM decisions WHERE (?1 IS NULL OR admission = ?1) AND (?2 IS NULL OR budget = ?2) ORDER BY decision"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((admission, budget), decision_row)?.collect::<Result<_, _>>()?)
    }

    /// How many resolved admissions with known energy there are, and how many of them stayed within their p95.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn p95_hits(&self, project: Option<&str>) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT count(*), coalesce(sum(actual_mj <= p95_mj), 0) FROM admissions
            WHERE actual_mj IS NOT NULL AND (?1 IS NULL OR project = ?1)";
        Ok(self.0.prepare_cached(sql)?.query_row([project], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Of the same admissions: used energy / p95 in percent, rounded down to a multiple of 5 and at most 200, and how many are there.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn used_of_p95(&self, project: Option<&str>) -> Result<Vec<(i64, i64)>, StoreError> {
        let sql = "SELECT CASE WHEN actual_mj / 2 >= p95_mj THEN 200 ELSE cast(actual_mj * 20.0 / p95_mj AS INTEGER) * 5 END AS used, count(*)
            FROM admissions WHERE actual_mj IS NOT NULL AND (?1 IS NULL OR project = ?1) GROUP BY used ORDER BY used";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map([project], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }
}

fn decision_row(row: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    let (decision, at, by, action) = (row.get(0)?, moment(row, 1)?, row.get(2)?, row.get(3)?);
    Ok(DecisionRow { decision, at, by, action, budget: row.get(4)?, admission: row.get(5)?, document: row.get(6)? })
}
