//! Who asks: every route behind [`require`] declares the scope that it needs, and gets an [`Identity`].
//!
//! A request shows a bearer token or, from a browser, the cookie of a session. What comes with a cookie and changes something must also prove
//! that it comes from the app itself.

use super::cookie::{self, expect_same_origin};
use super::peer::Peer;
use super::problem::Problem;
use super::state::State;
use crate::access::{Identity, Secret, Token, is_same};
use crate::budget::may_block;
use crate::session::{self, Session};
use crate::store::{StoreError, StoredToken, TokenRecord};
use axum::extract::{FromRequestParts, Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use model::{Scope, TokenId};
use std::collections::HashSet;
use std::sync::{MutexGuard, PoisonError};
use units::{Span, Timestamp};

/// Last use is noted to the minute, so that reading does not mean writing.
const LAST_USE_RESOLUTION: Span = Span::from_seconds(60);
/// Carries [`session::csrf`] of the cookie that comes with it.
const CSRF_HEADER: &str = "x-csrf-token";

/// Lets a request through that shows a valid token or session which holds the scope (any, where the route needs none), and is within its rate.
pub(crate) async fn require(
    Extract((state, scope)): Extract<(State, Option<Scope>)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(identity) = authenticate(&state, request.method(), request.headers()).await? else {
        let refusal = unauthenticated(&state, request.extensions().get());
        give_way().await;
        return Err(refusal);
    };
    if let Some(scope) = scope.filter(|scope| !identity.holds(*scope)) {
        let refusal = lacking(&identity, scope);
        if scope != Scope::Admit {
            return Err(refusal);
        }
        // Whoever may not ask the budgets has to know whether one of them could have said no.
        let project = identity.project;
        let blocks = state.work(move |service| Ok(may_block(&service.store, project.as_ref())?)).await?;
        return Err(refusal.of_job(blocks));
    }
    // A fleet and a cluster ask under one token each.
    let path = request.uri().path();
    let is_of_machines = path.ends_with("/batches") || path.contains("/admission/");
    let buckets = if is_of_machines { &state.batches_rate } else { &state.requests_rate };
    if let Err(seconds) = buckets.take(identity.token.as_str(), state.clock.monotonic()) {
        give_way().await;
        let detail = format!("too many requests with this token: try again in {seconds} s");
        return Err(Problem::too_many(detail, seconds));
    }
    request.extensions_mut().insert(identity);
    Ok(next.run(request).await)
}

/// 403: the token holds other scopes than the one that is needed.
fn lacking(identity: &Identity, scope: Scope) -> Problem {
    let held: Vec<&str> = identity.scopes.iter().map(|scope| scope.name()).collect();
    let (needed, held) = (scope.name(), held.join(", "));
    Problem::forbidden(format!(
        "this needs a token with the scope {needed}, and this one has {held}: an administrator makes one with `wattledger token create NAME --scope {needed}`"
    ))
}

/// Lets all others go first. Refusals are quick to make, and a connection with a thousand requests in a row would have a thread for itself until all were
/// refused.
async fn give_way() {
    tokio::task::yield_now().await;
}

/// 401, or 429 where `peer` has failed too often. Valid tokens from there are not held up: an address may be shared.
pub(super) fn unauthenticated(state: &State, peer: Option<&Peer>) -> Problem {
    let who = peer.map(|peer| peer.counted_as()).unwrap_or_default();
    match state.failures_rate.take(&who, state.clock.monotonic()) {
        Ok(()) => Problem::unauthenticated(),
        Err(seconds) => Problem::too_many(
            format!("too many requests without a valid token from this address: try again in {seconds} s"),
            seconds,
        ),
    }
}

/// Whose valid token or session the request shows; `None` without one.
async fn authenticate(state: &State, method: &Method, headers: &HeaderMap) -> Result<Option<Identity>, Problem> {
    // A token that is shown counts, also when it is refused: a cookie never stands in for it.
    if headers.contains_key(header::AUTHORIZATION) {
        return by_token(state, headers).await;
    }
    let Some(cookie) = cookie::read(headers, state.sign_in) else { return Ok(None) };
    let Some(identity) = by_session(state, cookie.clone()).await? else { return Ok(None) };
    if !method.is_safe() {
        expect_same_origin(headers, state.sign_in)?;
        expect_csrf(headers, &cookie)?;
    }
    Ok(Some(identity))
}

async fn by_token(state: &State, headers: &HeaderMap) -> Result<Option<Identity>, Problem> {
    let Some(token) = bearer(headers) else { return Ok(None) };
    let Some(record) = check_token(state, token).await? else { return Ok(None) };
    note_use(state, &record, None).await;
    Ok(Some(record.into()))
}

/// What is known of `token`, if it is valid now.
pub(crate) async fn check_token(state: &State, token: Token) -> Result<Option<TokenRecord>, Problem> {
    let now = state.clock.wall();
    // One row by its key, which waits for nobody: handing it to another thread would cost more.
    let stored = state.store.read::<_, StoreError>(|tx| tx.tokens().get(&token.id()))?;
    let is_valid = |stored: &StoredToken| stored.digest.matches(&token.digest()) && stored.record.is_valid_at(now);
    Ok(stored.filter(is_valid).map(|stored| stored.record))
}

async fn by_session(state: &State, cookie: Secret) -> Result<Option<Identity>, Problem> {
    let now = state.clock.wall();
    let found = state.work(move |service| Ok(session::find(&service.store, &cookie, now)?)).await?;
    let Some(session) = found else { return Ok(None) };
    note_use(state, &session.token, Some(&session)).await;
    Ok(Some(Identity { session: Some(session.id), ..session.token.into() }))
}

fn expect_csrf(headers: &HeaderMap, cookie: &Secret) -> Result<(), Problem> {
    let given = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if is_same(given, &session::csrf(cookie)) {
        return Ok(());
    }
    Err(Problem::cross_site(
        "a change in a session needs the header X-CSRF-Token with the value `csrf` of GET /api/v1/session",
    ))
}

fn bearer(headers: &HeaderMap) -> Option<Token> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, text) = value.split_once(' ')?;
    let token = Token::parse(text.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"));
    token.filter(|_| values.next().is_none())
}

/// Notes the use of a token and, if the request comes from a browser, of its session.
async fn note_use(state: &State, token: &TokenRecord, session: Option<&Session>) {
    let now = state.clock.wall();
    let is_old = |last: Option<Timestamp>| {
        last.is_none_or(|last| now.since(last).is_some_and(|span| span >= LAST_USE_RESOLUTION))
    };
    let token = Some(token.id.clone()).filter(|_| is_old(token.last_used));
    let session = session.filter(|session| is_old(Some(session.seen))).map(|session| session.id.clone());
    if token.is_none() && session.is_none() {
        return;
    }
    // Of many requests that come at once, one notes it.
    let Some(_noting) = Noting::of(state, token.as_ref()) else { return };
    let noted = state.work(move |service| {
        Ok(service.store.write::<_, StoreError>(move |tx| {
            token.map(|id| tx.tokens().note_use(&id, now)).transpose()?;
            session.map(|id| tx.sessions().note_use(&id, now)).transpose()?;
            Ok(())
        })?)
    });
    if let Err(problem) = noted.await {
        tracing::warn!(?problem, "the use of a token could not be noted");
    }
}

/// The use of a token is being noted while the value lives.
struct Noting<'a>(&'a State, Option<TokenId>);

impl<'a> Noting<'a> {
    /// `None` where another request does so already.
    fn of(state: &'a State, token: Option<&TokenId>) -> Option<Self> {
        let is_first = token.is_none_or(|token| locked(state).insert(token.clone()));
        is_first.then(|| Self(state, token.cloned()))
    }
}

impl Drop for Noting<'_> {
    fn drop(&mut self) {
        if let Some(token) = &self.1 {
            locked(self.0).remove(token);
        }
    }
}

fn locked(state: &State) -> MutexGuard<'_, HashSet<TokenId>> {
    state.noting.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FromRequestParts<State> for Identity {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Problem> {
        // Without it the route has declared no scope: denied.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthenticated)
    }
}

/// Refuses what concerns the whole instance to a token that is bound to one project.
pub(crate) fn unbound(identity: &Identity) -> Result<(), Problem> {
    match &identity.project {
        None => Ok(()),
        Some(project) => Err(Problem::forbidden(format!(
            "this concerns every project, and the token is bound to {project:?}: use a token without a project"
        ))),
    }
}
