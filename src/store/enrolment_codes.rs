//! Codes with which nodes get tokens of their own. No code is stored.

use super::engine::{self, DataRow, OptionalExtension};
use super::row::{moment, optional};
use super::{ActionStore, By, EnrolmentCodeStore, StoreError, TokenDigest};
use model::{ActionKind, ProjectName, TokenId};
use units::Timestamp;

/// A code without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// Identifies the code: 16 hexadecimal digits, no secret. Tokens that it made name it as their maker.
    pub id: TokenId,
    /// Name that people gave the code.
    pub name: String,
    /// The only project of the tokens that it makes; `None` for the operator's.
    pub project: Option<ProjectName>,
    /// When the code was made.
    pub created: Timestamp,
    /// From when on it is refused.
    pub expires: Timestamp,
    /// How many nodes may use it, from 1.
    pub uses_max: u32,
    /// How many nodes have used it.
    pub uses: u32,
    /// When it was revoked; `None` while it is not.
    pub revoked: Option<Timestamp>,
}

impl EnrolmentCode {
    /// Whether another node may use it at `now`.
    #[must_use]
    pub fn is_usable_at(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && now < self.expires && self.uses < self.uses_max
    }
}

const COLUMNS: &str = "id, name, project, created_ns, expires_ns, uses_max, uses, revoked_ns";

impl EnrolmentCodeStore<'_> {
    /// Stores a new code.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn add(&self, code: &EnrolmentCode, digest: TokenDigest, by: &By) -> Result<(), StoreError> {
        let sql = "INSERT INTO enrolment_codes (id, name, digest, project, created_ns, expires_ns, uses_max)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let (created, expires) = (code.created.nanoseconds(), code.expires.nanoseconds());
        self.0.prepare_cached(sql)?.execute((
            &code.id,
            &code.name,
            digest.0,
            &code.project,
            created,
            expires,
            code.uses_max,
        ))?;
        self.record(&code.id, by)
    }

    /// The code with this id and its digest, usable or not.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn get(&self, id: &TokenId) -> Result<Option<(EnrolmentCode, TokenDigest)>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, digest FROM enrolment_codes WHERE id = ?1");
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_row([id], |row| Ok((code(row)?, TokenDigest(row.get(8)?)))).optional()?)
    }

    /// At most `limit` codes with ids above `after`, by id; with `project` only its own.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn list(
        &self,
        project: Option<&ProjectName>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<EnrolmentCode>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM enrolment_codes WHERE id > ?1 AND (?2 IS NULL OR project = ?2) ORDER BY id LIMIT ?3"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map((after.unwrap_or_default(), project, limit), code)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Counts one use more.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written, or the code has no use left.
    pub fn count_use(&self, id: &TokenId, by: &By) -> Result<(), StoreError> {
        self.0.prepare_cached("UPDATE enrolment_codes SET uses = uses + 1 WHERE id = ?1")?.execute([id])?;
        self.record(id, by)
    }

    /// Revokes the code for good; `false` when there is none, or none of `project`, or it was revoked before.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn revoke(&self, id: &TokenId, project: Option<&ProjectName>, by: &By) -> Result<bool, StoreError> {
        let sql = "UPDATE enrolment_codes SET revoked_ns = ?2
            WHERE id = ?1 AND revoked_ns IS NULL AND (?3 IS NULL OR project = ?3)";
        let changed = self.0.prepare_cached(sql)?.execute((id, by.at.nanoseconds(), project))?;
        if changed > 0 {
            self.record(id, by)?;
        }
        Ok(changed > 0)
    }

    fn record(&self, id: &TokenId, by: &By) -> Result<(), StoreError> {
        ActionStore(self.0).record_stated(by, ActionKind::EnrolmentCode, id.as_str())
    }
}

fn code(row: &DataRow<'_>) -> engine::Result<EnrolmentCode> {
    Ok(EnrolmentCode {
        id: row.get(0)?,
        name: row.get(1)?,
        project: row.get(2)?,
        created: moment(row, 3)?,
        expires: moment(row, 4)?,
        uses_max: row.get(5)?,
        uses: row.get(6)?,
        revoked: optional(row, 7)?,
    })
}
