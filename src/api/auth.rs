//! Who asks: every route behind [`require`] declares the scope that it needs, and gets an [`Identity`].

use super::State;
use super::connection::Peer;
use super::problem::Problem;
use crate::access::{Identity, Scope, Token};
use crate::store::{StoreError, StoredToken};
use axum::extract::{FromRequestParts, Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use units::{Span, Timestamp};

/// Last use is noted to the minute, so that reading does not mean writing.
const LAST_USE_RESOLUTION: Span = Span::from_seconds(60);

/// Lets a request through whose token is valid, holds the scope, and is within its rate.
pub(crate) async fn require(
    Extract((state, scope)): Extract<(State, Scope)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(identity) = authenticate(&state, request.headers()).await? else {
        return Err(unauthenticated(&state, request.extensions().get()));
    };
    if !identity.holds(scope) {
        return Err(Problem::forbidden(format!("this needs a token with scope {}", scope.name())));
    }
    let buckets = if request.uri().path().ends_with("/batches") { &state.batches_rate } else { &state.requests_rate };
    buckets.take(&identity.token, state.clock.monotonic()).map_err(|seconds| {
        Problem::too_many(format!("this token asks too often: come back after {seconds} s"), seconds)
    })?;
    request.extensions_mut().insert(identity);
    Ok(next.run(request).await)
}

/// 401, or 429 where `peer` has failed too often. Valid tokens from there are not held up: an address may be shared.
pub(super) fn unauthenticated(state: &State, peer: Option<&Peer>) -> Problem {
    let who = peer.map(|peer| peer.counted_as()).unwrap_or_default();
    match state.failures_rate.take(&who, state.clock.monotonic()) {
        Ok(()) => Problem::unauthenticated(),
        Err(seconds) => Problem::too_many(
            format!("this address asks too often without a valid token: come back after {seconds} s"),
            seconds,
        ),
    }
}

/// Whose valid token the request shows; `None` without one.
async fn authenticate(state: &State, headers: &HeaderMap) -> Result<Option<Identity>, Problem> {
    let Some(token) = bearer(headers) else { return Ok(None) };
    let now = state.clock.wall();
    let id = token.id().to_owned();
    let stored = state.work(move |service| Ok(service.store.read::<_, StoreError>(|tx| tx.token(&id))?)).await?;
    let is_valid = |stored: &StoredToken| stored.digest.matches(&token.digest()) && stored.record.is_valid_at(now);
    let Some(stored) = stored.filter(is_valid) else { return Ok(None) };
    note_use(state, &stored.record.id, stored.record.last_used, now).await;
    Ok(Some(stored.record.identity()))
}

fn bearer(headers: &HeaderMap) -> Option<Token> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, text) = value.split_once(' ')?;
    let token = Token::parse(text.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"));
    token.filter(|_| values.next().is_none())
}

async fn note_use(state: &State, id: &str, last: Option<Timestamp>, now: Timestamp) {
    let is_recent = last.is_some_and(|last| now.since(last).is_none_or(|span| span < LAST_USE_RESOLUTION));
    if is_recent {
        return;
    }
    let id = id.to_owned();
    if let Err(problem) = state
        .work(move |service| Ok(service.store.write::<_, StoreError>(move |tx| tx.note_token_use(&id, now))?))
        .await
    {
        tracing::warn!(?problem, "the use of a token could not be noted");
    }
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
            "this concerns every project, and the token is bound to {project:?}: use one without a project"
        ))),
    }
}
