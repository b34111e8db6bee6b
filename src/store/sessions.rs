//! Sessions of browsers, and links that sign in once. No secret is stored.

use super::engine::{OptionalExtension, params};
use super::tokens::TokenDigest;
use super::{SessionStore, StoreError};
use model::{SessionId, TokenId};
use units::Timestamp;

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Identifies the session: 16 hexadecimal digits, no secret.
    pub id: SessionId,
    /// SHA-256 of what the cookie carries.
    pub digest: TokenDigest,
    /// Id of the token that signed in; the session may do what that token may.
    pub token: TokenId,
    /// When the session began.
    pub created: Timestamp,
    /// When the session was last used, to the minute.
    pub seen: Timestamp,
}

/// A link that signs in once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInLink {
    /// Identifies the link: 16 hexadecimal digits, no secret.
    pub id: String,
    /// SHA-256 of the code in the link.
    pub digest: TokenDigest,
    /// Id of the token that the link signs in.
    pub token: TokenId,
    /// From when on the link is refused.
    pub expires: Timestamp,
}

impl SessionStore<'_> {
    /// Stores a new session.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
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

    /// The session with this id, if there is one.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn get(&self, id: &SessionId) -> Result<Option<SessionRow>, StoreError> {
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
    /// The database cannot be read or written.
    pub fn note_use(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        self.0.execute("UPDATE sessions SET seen_ns = ?2 WHERE id = ?1", params![id, now.nanoseconds()])?;
        Ok(())
    }

    /// Ends the session `id`, if there is one.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn end(&self, id: &SessionId) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM sessions WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Forgets sessions begun before `created` or last used before `seen`, and links that expired before `now`.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
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
    /// The database cannot be read or written.
    pub fn add_link(&self, link: &SignInLink) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO sign_in_links (id, digest, token, expires_ns) VALUES (?1, ?2, ?3, ?4)",
            params![link.id, link.digest.0, link.token, link.expires.nanoseconds()],
        )?;
        Ok(())
    }

    /// Takes the link `id` whose code has this digest; it is then used up.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn take_link(&self, id: &str, digest: &TokenDigest) -> Result<Option<SignInLink>, StoreError> {
        let sql = "SELECT id, digest, token, expires_ns FROM sign_in_links WHERE id = ?1";
        let found = self.0.prepare_cached(sql)?.query_row([id], |row| {
            Ok(SignInLink {
                id: row.get(0)?,
                digest: TokenDigest(row.get(1)?),
                token: row.get(2)?,
                expires: Timestamp::from_nanoseconds(row.get(3)?),
            })
        });
        let Some(link) = found.optional()?.filter(|link| link.digest.matches(digest)) else { return Ok(None) };
        self.0.execute("DELETE FROM sign_in_links WHERE id = ?1", [&link.id])?;
        Ok(Some(link))
    }
}
