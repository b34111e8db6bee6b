//! Who asks: every route behind [`require`] declares the scope that it needs, and gets an [`Identity`].

use super::State;
use super::problem::Problem;
use crate::access::{Identity, Scope, Token};
use crate::store::StoreError;
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
    let identity = authenticate(&state, request.headers()).await?;
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

async fn authenticate(state: &State, headers: &HeaderMap) -> Result<Identity, Problem> {
    let token = bearer(headers).ok_or_else(Problem::unauthenticated)?;
    let now = state.clock.wall();
    // One row by its key, which waits for nobody: handing it to another thread would cost more.
    let stored = state.store.read::<_, StoreError>(|tx| tx.token(token.id()))?.ok_or_else(Problem::unauthenticated)?;
    if !stored.digest.matches(&token.digest()) || !stored.record.is_valid_at(now) {
        return Err(Problem::unauthenticated());
    }
    note_use(state, &stored.record.id, stored.record.last_used, now).await;
    Ok(stored.record.identity())
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
