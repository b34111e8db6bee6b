//! Sessions: a browser that has signed in with a token, or with a link that works once.
//!
//! A session is worth exactly what its token is worth: scopes and project are the token's, and it ends at once when the token is revoked or
//! expires. Otherwise it ends after 12 hours without a request, and after 7 days in any case.

use crate::access::{NoRandomness, Secret};
use crate::store::{SessionRow, SignInLink, Store, StoreError, TokenRecord, Tx};
use model::{SessionId, TokenId};
use units::{Span, Timestamp};

const IDLE_MAX: Span = Span::from_seconds(12 * 3600);
/// Time after which a session ends in any case.
pub const AGE_MAX: Span = Span::from_seconds(7 * 86_400);
const LINK_AGE_MAX: Span = Span::from_seconds(15 * 60);
/// What the value is derived for that proves a request to come from the app.
const CSRF: &str = "wattledger csrf";

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No secret can be made.
    #[error(transparent)]
    Secret(#[from] NoRandomness),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An open session and the token behind it.
#[derive(Debug, Clone)]
pub struct Session {
    /// Identifies the session: 16 hexadecimal digits, no secret.
    pub id: SessionId,
    /// When the session was last used, to the minute.
    pub seen: Timestamp,
    /// The token that it began with, whose rights it has.
    pub token: TokenRecord,
}

/// Begins a session with `token` and ends `replaced`, which the browser had before.
///
/// # Errors
///
/// The system gives no random bytes, or the store cannot be read or written.
pub fn begin(store: &Store, token: TokenId, replaced: Option<Secret>, now: Timestamp) -> Result<Secret, SessionError> {
    let secret = Secret::generate()?;
    let row = row(&secret, token, now);
    store.write::<_, SessionError>(move |tx| begin_in(tx, &row, replaced.as_ref(), now))?;
    Ok(secret)
}

fn row(secret: &Secret, token: TokenId, now: Timestamp) -> SessionRow {
    SessionRow { id: SessionId::from(secret.id()), digest: secret.digest(), token, created: now, seen: now }
}

fn begin_in(tx: &Tx<'_>, row: &SessionRow, replaced: Option<&Secret>, now: Timestamp) -> Result<(), SessionError> {
    tx.sessions().forget(before(now, AGE_MAX), before(now, IDLE_MAX), now)?;
    if let Some(replaced) = replaced {
        end_in(tx, replaced)?;
    }
    Ok(tx.sessions().add(row)?)
}

fn before(now: Timestamp, span: Span) -> Timestamp {
    Timestamp::from_nanoseconds(now.nanoseconds().saturating_sub_unsigned(span.nanoseconds()))
}

/// The session of a cookie, if it is open at `now`.
///
/// # Errors
///
/// The store cannot be read or written.
pub fn find(store: &Store, cookie: &Secret, now: Timestamp) -> Result<Option<Session>, StoreError> {
    let found = store.read::<_, StoreError>(|tx| {
        let Some(row) = tx.sessions().get(&cookie.id().into())?.filter(|row| row.digest.matches(&cookie.digest()))
        else {
            return Ok(None);
        };
        Ok(tx.tokens().get(&row.token)?.map(|token| (row, token.record)))
    })?;
    let is_open = |(row, token): &(SessionRow, TokenRecord)| {
        let within = |since, most| now.since(since).is_none_or(|span| span < most);
        within(row.created, AGE_MAX) && within(row.seen, IDLE_MAX) && token.is_valid_at(now)
    };
    Ok(found.filter(is_open).map(|(row, token)| Session { id: row.id, seen: row.seen, token }))
}

/// Ends the session of a cookie.
///
/// # Errors
///
/// The store cannot be read or written.
pub fn end(store: &Store, cookie: Secret) -> Result<(), StoreError> {
    store.write(move |tx| end_in(tx, &cookie))
}

fn end_in(tx: &Tx<'_>, cookie: &Secret) -> Result<(), StoreError> {
    let id = SessionId::from(cookie.id());
    let is_known = tx.sessions().get(&id)?.is_some_and(|row| row.digest.matches(&cookie.digest()));
    if is_known { tx.sessions().end(&id) } else { Ok(()) }
}

/// What a request must carry beside `cookie` to change anything: another site cannot read it.
#[must_use]
pub fn csrf(cookie: &Secret) -> String {
    cookie.derive(CSRF)
}

/// The code of a link that signs in once, within 15 minutes, as the oldest token that may administer everything; `None` where there is no such
/// token.
///
/// # Errors
///
/// The system gives no random bytes, or the store cannot be read or written.
pub fn administrator_link(store: &Store, now: Timestamp) -> Result<Option<Secret>, SessionError> {
    let Some(token) = store.read::<_, StoreError>(|tx| tx.tokens().first_administrator(now))? else { return Ok(None) };
    let code = Secret::generate()?;
    let expires = now.after(LINK_AGE_MAX).unwrap_or(now);
    let link = SignInLink { id: code.id().to_owned(), digest: code.digest(), token, expires };
    store.write::<_, StoreError>(move |tx| tx.sessions().add_link(&link))?;
    Ok(Some(code))
}

/// Uses up the link of `code` and begins its session; `None` when it was used, has expired, never was, or its token is no longer valid.
///
/// # Errors
///
/// The system gives no random bytes, or the store cannot be read or written.
pub fn redeem(
    store: &Store,
    code: Secret,
    replaced: Option<Secret>,
    now: Timestamp,
) -> Result<Option<Secret>, SessionError> {
    let secret = Secret::generate()?;
    let digest = secret.clone();
    let is_begun = store.write::<_, SessionError>(move |tx| {
        let Some(link) = tx.sessions().take_link(code.id(), &code.digest())?.filter(|link| now < link.expires) else {
            return Ok(false);
        };
        if !tx.tokens().get(&link.token)?.is_some_and(|token| token.record.is_valid_at(now)) {
            return Ok(false);
        }
        begin_in(tx, &row(&digest, link.token, now), replaced.as_ref(), now)?;
        Ok(true)
    })?;
    Ok(is_begun.then_some(secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Scope;

    const NOON: Timestamp = Timestamp::from_nanoseconds(1_773_144_000_000_000_000);

    fn later(seconds: u64) -> Timestamp {
        NOON.after(Span::from_seconds(seconds)).unwrap()
    }

    /// A store with one administrator, who has expired after 20 days.
    fn store() -> (tempfile::TempDir, Store, TokenId) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let record = TokenRecord {
            id: TokenId::SERVICE,
            name: "root".to_owned(),
            scopes: vec![Scope::Read, Scope::Admin],
            project: None,
            created: NOON,
            expires: Some(later(20 * 86_400)),
            last_used: None,
            revoked: None,
            voice: crate::store::Voice::default(),
        };
        let (_, stored) = crate::access::Token::issue(record).unwrap();
        let id = stored.record.id.clone();
        store.write::<_, StoreError>(move |tx| tx.tokens().add(&stored, &TokenId::SERVICE)).unwrap();
        (directory, store, id)
    }

    #[test]
    fn a_session_ends_by_rest_by_age_and_with_its_token() {
        let (_directory, store, token) = store();
        let cookie = begin(&store, token.clone(), None, NOON).unwrap();
        let is_open = |at| find(&store, &cookie, later(at)).unwrap().is_some();
        assert_eq!([is_open(0), is_open(43_199), is_open(43_200)], [true, true, false]);
        let mut at = 0;
        while at < 7 * 86_400 {
            assert!(is_open(at), "{at}");
            let (id, seen) = (SessionId::from(cookie.id()), later(at));
            store.write::<_, StoreError>(move |tx| tx.sessions().note_use(&id, seen)).unwrap();
            at += 40_000;
        }
        assert!(!is_open(7 * 86_400));
        let eve = 20 * 86_400 - 60;
        let cookie = begin(&store, token.clone(), None, later(eve)).unwrap();
        assert!(find(&store, &cookie, later(20 * 86_400 - 1)).unwrap().is_some());
        assert!(find(&store, &cookie, later(20 * 86_400)).unwrap().is_none(), "the token has expired");
        store
            .write::<_, StoreError>(move |tx| tx.tokens().revoke(&token, None, &crate::store::By::service(later(eve))))
            .unwrap();
        assert!(find(&store, &cookie, later(eve + 1)).unwrap().is_none(), "the token is revoked");
    }

    #[test]
    fn signing_in_again_ends_the_session_before_and_an_id_alone_ends_none() {
        let (_directory, store, token) = store();
        let first = begin(&store, token.clone(), None, NOON).unwrap();
        let forged = Secret::parse(&format!("{}{}", first.id(), "0".repeat(64))).unwrap();
        assert!(find(&store, &forged, NOON).unwrap().is_none());
        let second = begin(&store, token.clone(), Some(forged.clone()), NOON).unwrap();
        end(&store, forged).unwrap();
        assert!(find(&store, &first, NOON).unwrap().is_some());
        let third = begin(&store, token, Some(first.clone()), NOON).unwrap();
        assert!(find(&store, &first, NOON).unwrap().is_none());
        assert!([second, third].iter().all(|cookie| find(&store, cookie, NOON).unwrap().is_some()));
    }

    #[test]
    fn a_link_signs_in_once_within_a_quarter_of_an_hour_and_while_its_token_holds() {
        let (_directory, store, token) = store();
        let link = || administrator_link(&store, NOON).unwrap().unwrap();
        let code = link();
        let cookie = redeem(&store, code.clone(), None, later(899)).unwrap().unwrap();
        assert_eq!(find(&store, &cookie, later(899)).unwrap().unwrap().token.id, token);
        assert!(redeem(&store, code, None, later(899)).unwrap().is_none(), "used");
        assert!(redeem(&store, link(), None, later(900)).unwrap().is_none(), "expired");
        let code = link();
        let forged = Secret::parse(&format!("{}{}", code.id(), "0".repeat(64))).unwrap();
        assert!(redeem(&store, forged, None, NOON).unwrap().is_none());
        store
            .write::<_, StoreError>(move |tx| tx.tokens().revoke(&token, None, &crate::store::By::service(NOON)))
            .unwrap();
        assert!(redeem(&store, code, None, NOON).unwrap().is_none(), "token revoked");
        assert!(administrator_link(&store, NOON).unwrap().is_none(), "nobody to sign in as");
    }
}
