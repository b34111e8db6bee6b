//! The record of every decision on budgets, chained, and how estimates did.

use super::actions::chained;
use super::engine::{self, DataRow, OptionalExtension};
use super::entries::Head;
use super::row::moment;
use super::{DecisionStore, StoreError};
use model::{AdmissionId, BudgetId, DecisionId, ProjectName, TokenId};
use units::Timestamp;

/// A decision as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Number of the decision, from 1 without a gap.
    pub decision: DecisionId,
    /// When it was made.
    pub at: Timestamp,
    /// The token, or `service` in its place.
    pub by: TokenId,
    /// What was done, in one word.
    pub action: String,
    /// The budget that it is about.
    pub budget: Option<BudgetId>,
    /// The admission that it is about.
    pub admission: Option<AdmissionId>,
    /// What was known, a JSON document.
    pub document: String,
}

const COLUMNS: &str = "decision, at_ns, by, action, budget, admission, document";

impl DecisionRow {
    /// In place of a token where the service itself decides.
    #[must_use]
    pub fn service() -> TokenId {
        TokenId::from("service")
    }

    /// The hash that follows from `previous` (32 zero bytes before the first) and the content: number, time, token, action, budget, admission (empty
    /// where there is none) and document, as decimal or UTF-8 text, each preceded by its length in bytes (`u64`, little endian).
    #[must_use]
    pub fn chained(&self, previous: &[u8]) -> Vec<u8> {
        let (decision, at) = (self.decision.to_string(), self.at.nanoseconds().to_string());
        let budget = self.budget.map(|budget| budget.to_string()).unwrap_or_default();
        let admission = self.admission.map(|admission| admission.to_string()).unwrap_or_default();
        chained(previous, &[&decision, &at, self.by.as_str(), &self.action, &budget, &admission, &self.document])
    }
}

impl DecisionStore<'_> {
    /// Records a decision under the next number, whatever its own is, and appends it to the chain.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn record(&self, row: &DecisionRow) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO decisions (at_ns, by, action, budget, admission, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (budget, admission) = (row.budget.map(BudgetId::number), row.admission.map(AdmissionId::number));
        let values = (row.at.nanoseconds(), &row.by, &row.action, budget, admission, &row.document);
        let decision = DecisionId::new(self.0.prepare_cached(sql)?.insert(values)?);
        self.chain(&DecisionRow { decision, ..row.clone() })
    }

    /// Appends a stored decision to the chain.
    pub(super) fn chain(&self, row: &DecisionRow) -> Result<(), StoreError> {
        let head = self.head()?;
        let hash = row.chained(&head.hash);
        self.0
            .prepare_cached("INSERT INTO decision_hashes VALUES (?1, ?2)")?
            .execute((row.decision.number(), &hash))?;
        let sql = "UPDATE decision_head SET decisions = decisions + 1, hash = ?1";
        self.0.prepare_cached(sql)?.execute([&hash])?;
        Ok(())
    }

    /// How many decisions are chained, and the hash of the last.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn head(&self) -> Result<Head, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT decisions, hash FROM decision_head")?;
        Ok(statement.query_row((), |row| Ok(Head { entries: row.get(0)?, hash: row.get(1)? }))?)
    }

    /// The hash that was kept of a decision.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn hash(&self, decision: DecisionId) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT hash FROM decision_hashes WHERE decision = ?1")?;
        Ok(statement.query_row([decision.number()], |row| row.get(0)).optional()?)
    }

    /// Up to `limit` decisions with numbers above `after`, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn after(&self, after: DecisionId, limit: u32) -> Result<Vec<DecisionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM decisions WHERE decision > ?1 ORDER BY decision LIMIT ?2");
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((after.number(), limit), decision_row)?.collect::<Result<_, _>>()?)
    }

    /// Recorded decisions on an admission, or on a budget, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(
        &self,
        admission: Option<AdmissionId>,
        budget: Option<BudgetId>,
    ) -> Result<Vec<DecisionRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM decisions WHERE (?1 IS NULL OR admission = ?1) AND (?2 IS NULL OR budget = ?2) ORDER BY decision"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement
            .query_map((admission.map(AdmissionId::number), budget.map(BudgetId::number)), decision_row)?
            .collect::<Result<_, _>>()?)
    }

    /// How many resolved admissions with known energy there are, and how many of them stayed within their p95.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn p95_hits(&self, project: Option<&ProjectName>) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT count(*), count(*) FILTER (WHERE actual_mj <= p95_mj) FROM admissions
            WHERE actual_mj IS NOT NULL AND (?1 IS NULL OR project = ?1)";
        Ok(self.0.prepare_cached(sql)?.query_row([project], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Of the same admissions: used energy / p95 in percent, rounded down to a multiple of 5 and at most 200, and how many are there.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn used_of_p95(&self, project: Option<&ProjectName>) -> Result<Vec<(i64, i64)>, StoreError> {
        let sql = "SELECT CASE WHEN actual_mj / 2 >= p95_mj THEN 200 ELSE (actual_mj / p95_mj * 20 + actual_mj % p95_mj * 20 / p95_mj) * 5 END AS used, count(*)
            FROM admissions WHERE actual_mj IS NOT NULL AND (?1 IS NULL OR project = ?1) GROUP BY used ORDER BY used";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map([project], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }
}

fn decision_row(row: &DataRow<'_>) -> engine::Result<DecisionRow> {
    Ok(DecisionRow {
        decision: DecisionId::new(row.get(0)?),
        at: moment(row, 1)?,
        by: row.get(2)?,
        action: row.get(3)?,
        budget: row.get::<Option<i64>>(4)?.map(BudgetId::new),
        admission: row.get::<Option<i64>>(5)?.map(AdmissionId::new),
        document: row.get(6)?,
    })
}
