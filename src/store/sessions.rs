//! Sessions of browsers, and links that sign in once. No secret is stored.

use super::{SessionStore, StoreError};
use crate::access::{Secret, TokenDigest};
use rusqlite::{OptionalExtension, params};
use units::Timestamp;

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// 16 hexadecimal digits.
    pub id: String,
    /// What the cookie's text is compared with.
    pub digest: TokenDigest,
    /// Id of the token with which it was begun.
    pub token: String,
    /// When it was begun.
    pub created: Timestamp,
    /// Last use, to the minute.
    pub seen: Timestamp,
}

/// A link that signs in once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInLink {
    /// 16 hexadecimal digits.
    pub id: String,
    /// What the code's text is compared with.
    pub digest: TokenDigest,
    /// Id of the token whose session it begins.
    pub token: String,
    /// From when on it is refused.
    pub expires: Timestamp,
}

impl SessionStore<'_> {
    /// Stores a new session.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn add(&self, session: &SessionRow) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO sessions (id, digest, token, created_ns, seen_ns) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                session.id,
                session.digest.0,
                session.token,
                session.created.nanoseconds(),
                session.seen.nanoseconds()
            ],
        )?;
        Ok(())
    }

    /// The session `id`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn get(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        let sql = "SELECT id, digest, token, created_ns, seen_ns FROM sessions WHERE id = ?1";
        let found = self.0.prepare_cached(sql)?.query_row([id], |row| {
            Ok(SessionRow {
                id: row.get(0)?,
                digest: TokenDigest(row.get(1)?),
                token: row.get(2)?,
                created: Timestamp::from_nanoseconds(row.get(3)?),
                seen: Timestamp::from_nanoseconds(row.get(4)?),
            })
        });
        Ok(found.optional()?)
    }

    /// Notes that the session `id` was used.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn note_use(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.0.execute("UPDATE sessions SET seen_ns = ?2 WHERE id = ?1", params![id, now.nanoseconds()])?;
        Ok(())
    }

    /// Ends the session `id`, if there is one.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn end(&self, id: &str) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM sessions WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Forgets sessions begun before `created` or last used before `seen`, and links that expired before `now`.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn forget(&self, created: Timestamp, seen: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let bounds = params![created.nanoseconds(), seen.nanoseconds()];
        self.0.execute("DELETE FROM sessions WHERE created_ns < ?1 OR seen_ns < ?2", bounds)?;
        self.0.execute("DELETE FROM sign_in_links WHERE expires_ns < ?1", [now.nanoseconds()])?;
        Ok(())
    }

    /// Stores a new link.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn add_link(&self, link: &SignInLink) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO sign_in_links (id, digest, token, expires_ns) VALUES (?1, ?2, ?3, ?4)",
            params![link.id, link.digest.0, link.token, link.expires.nanoseconds()],
        )?;
        Ok(())
    }

    /// Takes the link of `code`, which is then used up.
    ///
    /// # Errors
    ///
    /// The database.
    pub fn take_link(&self, code: &Secret) -> Result<Option<SignInLink>, StoreError> {
        let sql = "SELECT id, digest, token, expires_ns FROM sign_in_links WHERE id = ?1";
        let found = self.0.prepare_cached(sql)?.query_row([code.id()], |row| {
            Ok(SignInLink {
                id: row.get(0)?,
                digest: TokenDigest(row.get(1)?),
                token: row.get(2)?,
                expires: Timestamp::from_nanoseconds(row.get(3)?),
            })
        });
        let Some(link) = found.optional()?.filter(|link| link.digest.matches(&code.digest())) else { return Ok(None) };
        self.0.execute("DELETE FROM sign_in_links WHERE id = ?1", [&link.id])?;
        Ok(Some(link))
    }
}
