//! Bearer tokens: made, looked up, listed, revoked. No secret is stored.

use super::engine::{self, DataRow, OptionalExtension, params};
use super::row::{moment, optional};
use super::{ActionStore, By, StoreError, TokenStore};
use model::{ActionKind, NodeName, ProjectName, Scope, TokenId};
use std::collections::BTreeSet;
use subtle::ConstantTimeEq;
use units::Timestamp;

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Identifies the token: 16 hexadecimal digits, no secret.
    pub id: TokenId,
    /// Name that people gave the token.
    pub name: String,
    /// What the token may do.
    pub scopes: Vec<Scope>,
    /// The only project it may see or change; `None` for all.
    pub project: Option<ProjectName>,
    /// When the token was issued.
    pub created: Timestamp,
    /// From when on it is refused; `None` for never.
    pub expires: Option<Timestamp>,
    /// When it was last used, to the minute; `None` before the first use.
    pub last_used: Option<Timestamp>,
    /// When it was revoked; `None` while it is not.
    pub revoked: Option<Timestamp>,
    /// What it may speak for.
    pub voice: Voice,
}

/// What a token may speak for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Voice {
    /// The first token of the line that it continues; `None` where it begins one.
    pub line: Option<TokenId>,
    /// The only nodes that it may speak for; `None` for those that its line is bound to, and new ones.
    pub nodes: Option<BTreeSet<NodeName>>,
    /// Whether it may only say who holds the devices of these nodes.
    pub holders_only: bool,
}

/// SHA-256 of the text of a token or of another secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenDigest(pub [u8; 32]);

impl TokenDigest {
    /// Whether both are the same, in a time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A token as it is stored.
#[derive(Debug, Clone)]
pub struct StoredToken {
    /// Everything about the token that may be shown.
    pub record: TokenRecord,
    /// SHA-256 of the text of the token.
    pub digest: TokenDigest,
}

impl TokenRecord {
    /// Whether it is neither revoked nor expired at `now`.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

impl TokenStore<'_> {
    /// Whether a token was ever made here.
    pub fn any(&self) -> Result<bool, StoreError> {
        Ok(self.0.query_row("SELECT EXISTS (SELECT 1 FROM tokens)", (), |row| row.get(0))?)
    }

    /// Stores a new token, made at its time by the holder of the token `maker`.
    pub fn add(&self, token: &StoredToken, maker: &TokenId) -> Result<(), StoreError> {
        let record = &token.record;
        let scopes: Vec<&str> = record.scopes.iter().map(|scope| scope.name()).collect();
        self.0.execute(
            "INSERT INTO tokens (id, name, digest, scopes, project, created_ns, expires_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                record.id,
                record.name,
                token.digest.0,
                scopes.join(" "),
                record.project,
                record.created.nanoseconds(),
                record.expires.map(Timestamp::nanoseconds)
            ],
        )?;
        let by = By { token: maker.clone(), at: record.created };
        ActionStore(self.0).record_stated(&by, ActionKind::Token, record.id.as_str())?;
        if record.voice != Voice::default() {
            let Voice { line, nodes, holders_only } = &record.voice;
            let sql = "INSERT INTO token_voices (token, line, nodes, holders_only) VALUES (?1, ?2, ?3, ?4)";
            self.0.execute(sql, params![record.id, line, nodes_text(nodes.as_ref()), holders_only])?;
            ActionStore(self.0).record_stated(&by, ActionKind::TokenVoice, record.id.as_str())?;
        }
        Ok(())
    }

    /// The token with this id, valid or not, if there is one.
    pub fn get(&self, id: &TokenId) -> Result<Option<StoredToken>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS}, digest FROM tokens LEFT JOIN token_voices ON token = id WHERE id = ?1"
        ))?;
        let stored = statement
            .query_row([id], |row| Ok(StoredToken { record: record(row)?, digest: TokenDigest(row.get(11)?) }));
        Ok(stored.optional()?)
    }

    /// At most `limit` tokens with ids above `after`, by id; with `project` only those that are bound to it.
    pub fn list(
        &self,
        project: Option<&ProjectName>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<TokenRecord>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM tokens LEFT JOIN token_voices ON token = id
            WHERE id > ?1 AND (?2 IS NULL OR project = ?2) ORDER BY id LIMIT ?3"
        ))?;
        let found = statement.query_map(params![after.unwrap_or_default(), project, limit], record)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Revokes the token `id` for ever; `false` when there is none, or none of `project`, or it was revoked before.
    pub fn revoke(&self, id: &TokenId, project: Option<&ProjectName>, by: &By) -> Result<bool, StoreError> {
        let changed = self.0.execute(
            "UPDATE tokens SET revoked_ns = ?2 WHERE id = ?1 AND revoked_ns IS NULL AND (?3 IS NULL OR project = ?3)",
            params![id, by.at.nanoseconds(), project],
        )?;
        if changed > 0 {
            ActionStore(self.0).record_stated(by, ActionKind::Token, id.as_str())?;
        }
        Ok(changed > 0)
    }

    /// Notes that `id` was used.
    pub fn note_use(&self, id: &TokenId, now: Timestamp) -> Result<(), StoreError> {
        self.0.execute("UPDATE tokens SET last_used_ns = ?2 WHERE id = ?1", params![id, now.nanoseconds()])?;
        Ok(())
    }

    /// The oldest valid token that may administer every project.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn first_administrator(&self, now: Timestamp) -> Result<Option<TokenId>, StoreError> {
        let sql = "SELECT id FROM tokens WHERE project IS NULL AND revoked_ns IS NULL
            AND (expires_ns IS NULL OR expires_ns > ?1) AND ' ' || scopes || ' ' LIKE '% admin %'
            ORDER BY created_ns, id LIMIT 1";
        let found = self.0.query_row(sql, [now.nanoseconds()], |row| row.get(0));
        Ok(found.optional()?)
    }
}

const COLUMNS: &str =
    "id, name, scopes, project, created_ns, expires_ns, last_used_ns, revoked_ns, line, nodes, holders_only";

/// A token of [`COLUMNS`].
fn record(row: &DataRow<'_>) -> engine::Result<TokenRecord> {
    let scopes: String = row.get(2)?;
    Ok(TokenRecord {
        id: row.get(0)?,
        name: row.get(1)?,
        scopes: scopes.split(' ').filter_map(|scope| scope.parse().ok()).collect(),
        project: row.get(3)?,
        created: moment(row, 4)?,
        expires: optional(row, 5)?,
        last_used: optional(row, 6)?,
        revoked: optional(row, 7)?,
        voice: Voice {
            line: row.get(8)?,
            nodes: nodes_of(row, 9)?,
            holders_only: row.get::<Option<bool>>(10)?.unwrap_or_default(),
        },
    })
}

fn nodes_text(nodes: Option<&BTreeSet<NodeName>>) -> Option<String> {
    // Names always become JSON.
    nodes.map(|nodes| serde_json::to_string(nodes).unwrap_or_default())
}

/// A list that cannot be read names no node, so that the token speaks for none.
fn nodes_of(row: &DataRow<'_>, column: usize) -> engine::Result<Option<BTreeSet<NodeName>>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.map(|text| serde_json::from_str(&text).unwrap_or_default()))
}
