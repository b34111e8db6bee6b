//! `/session` and `/sign-in`: a browser signs in with a token, or with a link that works once.

use super::auth::check_token;
use super::body::Json;
use super::cookie;
use super::page::Id;
use super::peer::Peer;
use super::problem::Problem;
use super::state::State;
use crate::access::{Identity, Secret, Token};
use crate::session;
use crate::store::{StoreError, TokenRecord};
use api::{ProblemDocument, SessionDocument, SignInRequest};
use axum::Extension;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

fn document(token: TokenRecord, cookie: Option<&Secret>) -> SessionDocument {
    SessionDocument { name: token.name, scopes: token.scopes, project: token.project, csrf: cookie.map(session::csrf) }
}

/// Sign in with a token
///
/// Sets a session cookie that replaces the token in later requests. An earlier session of the same browser ends.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "session", request_body = SignInRequest,
    responses(
        (status = 200, description = "Signed in; Set-Cookie carries the session", body = SessionDocument),
        (status = 401, description = "The token is not valid", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The request comes from another site", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "Too many failed sign-ins; Retry-After says when to try again", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn sign_in(
    Extract(state): Extract<State>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Json(asked): Json<SignInRequest>,
) -> Result<Response, Problem> {
    cookie::expect_same_origin(&headers, state.sign_in)?;
    let token = match Token::parse(asked.token.trim()) {
        Some(token) => check_token(&state, token).await?,
        None => None,
    };
    let Some(token) = token else {
        count_failure(&state, peer)?;
        return Err(Problem::unauthenticated());
    };
    let (id, replaced, now) = (token.id.clone(), cookie::read(&headers, state.sign_in), state.clock.wall());
    let secret = state.work(move |service| Ok(session::begin(&service.store, id, replaced, now)?)).await?;
    tracing::info!(token = token.id.as_str(), "signed in");
    let set = cookie::begin(&headers, state.sign_in, &secret, session::AGE_MAX).ok_or_else(Problem::internal)?;
    Ok((set, axum::Json(document(token, Some(&secret)))).into_response())
}

/// Show who is signed in
#[utoipa::path(
    get, path = "/session", operation_id = "show_session", tag = "session",
    responses((status = 200, description = "The token behind the session or the request", body = SessionDocument))
)]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    who: Identity,
    headers: HeaderMap,
) -> Result<axum::Json<SessionDocument>, Problem> {
    let found =
        state.work(move |service| Ok(service.store.read::<_, StoreError>(|tx| tx.tokens().get(&who.token))?)).await?;
    let token = found.ok_or_else(Problem::unauthenticated)?.record;
    let is_session = !headers.contains_key(header::AUTHORIZATION);
    let cookie = cookie::read(&headers, state.sign_in).filter(|_| is_session);
    Ok(axum::Json(document(token, cookie.as_ref())))
}

/// Sign out
#[utoipa::path(
    delete, path = "/session", tag = "session",
    responses((status = 204, description = "The session has ended and its cookie is removed"))
)]
pub(crate) async fn sign_out(
    Extract(state): Extract<State>,
    who: Identity,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(cookie) = cookie::read(&headers, state.sign_in) {
        state.work(move |service| Ok(session::end(&service.store, cookie)?)).await?;
        tracing::info!(token = who.token.as_str(), "signed out");
    }
    if let Some(session) = &who.session {
        state.events.end_of_session(session);
    }
    let taken_back = cookie::end(&headers, state.sign_in).ok_or_else(Problem::internal)?;
    Ok((StatusCode::NO_CONTENT, taken_back).into_response())
}

/// Sign in with a link that works once
///
/// HEAD requests and prefetching by a browser do not use the link up.
#[utoipa::path(
    get, path = "/sign-in/{code}", tag = "session", params(("code" = String, Path, description = "Code of the link")),
    responses(
        (status = 303, description = "Signed in; redirects to the app"),
        (status = 410, description = "A page that says that the link was used already or has expired", body = String, content_type = "text/html"),
        (status = 429, description = "Too many failed sign-ins; Retry-After says when to try again", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn follow_link(
    Extract(state): Extract<State>,
    Extension(peer): Extension<Peer>,
    method: Method,
    headers: HeaderMap,
    Id(code): Id,
) -> Result<Response, Problem> {
    if method == Method::HEAD || is_prefetch(&headers) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let (replaced, now) = (cookie::read(&headers, state.sign_in), state.clock.wall());
    let begun = match Secret::parse(&code) {
        Some(code) => state.work(move |service| Ok(session::redeem(&service.store, code, replaced, now)?)).await?,
        None => None,
    };
    let Some(secret) = begun else {
        count_failure(&state, peer)?;
        return Ok((StatusCode::GONE, axum::response::Html(USED_UP)).into_response());
    };
    tracing::info!("signed in by a link");
    let set = cookie::begin(&headers, state.sign_in, &secret, session::AGE_MAX).ok_or_else(Problem::internal)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, "/")], set).into_response())
}

const USED_UP: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Wattledger</title>\
    <h1>This link was used or has expired</h1>\
    <p>A sign-in link works once, within 15 minutes. <a href=\"/\">Sign in with a token</a>.</p></html>\n";

fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        let value = headers.get(*name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.contains("prefetch") || value.contains("preview")
    })
}

/// Counts a failed sign-in of an address; 429 where it has too many. A valid token is never held up by them: an address may be shared.
fn count_failure(state: &State, peer: Peer) -> Result<(), Problem> {
    state.sign_in_failures.take(&peer.counted_as(), state.clock.monotonic()).map_err(|seconds| {
        Problem::too_many(format!("too many failed sign-ins from this address: try again in {seconds} s"), seconds)
    })
}
