//! `/tokens`: access for people, nodes and programs.

use super::auth::unbound;
use super::body::Json;
use super::name::{NAME_RULE, is_name};
use super::page::{Id, Paging, Query};
use super::problem::Problem;
use super::state::State;
use super::text::{TextMax, expect_text};
use crate::access::{Identity, Token};
use crate::moment;
use crate::store::{StoreError, TokenRecord};
use api::{NewToken, Page, PageQuery, ProblemDocument, TokenDocument, TokenRequest};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{ProjectName, TokenId};
use units::Timestamp;

const NAME_CHARACTERS_MAX: usize = 128;

impl From<TokenRecord> for TokenDocument {
    fn from(record: TokenRecord) -> Self {
        Self {
            id: record.id,
            name: record.name,
            scopes: record.scopes,
            project: record.project,
            created: moment::show(record.created),
            expires: record.expires.map(moment::show),
            last_used: record.last_used.map(moment::show),
            revoked: record.revoked.map(moment::show),
        }
    }
}

/// Create a token
///
/// A token that is bound to a project can only create tokens for that project.
#[utoipa::path(
    post, path = "/tokens", operation_id = "create_token", tag = "administration", request_body = TokenRequest,
    responses(
        (status = 201, description = "The new token; it is shown only here", body = NewToken),
        (status = 404, description = "There is no such project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn create(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<TokenRequest>,
) -> Result<(StatusCode, axum::Json<NewToken>), Problem> {
    let record = check(asked, &who, state.clock.wall())?;
    let (token, stored) = Token::issue(record).map_err(|error| {
        tracing::error!(%error, "no token could be made");
        Problem::internal()
    })?;
    let answer = NewToken { id: stored.record.id.clone(), token: token.reveal().to_owned() };
    tracing::info!(token = stored.record.id.as_str(), by = who.token.as_str(), "a token was made");
    state
        .work(move |service| {
            Ok(service.store.write::<_, StoreError>(move |tx| tx.tokens().add(&stored, &who.token))?)
        })
        .await?;
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

fn check(asked: TokenRequest, who: &Identity, now: Timestamp) -> Result<TokenRecord, Problem> {
    expect_text("name", &asked.name, TextMax::Characters(NAME_CHARACTERS_MAX))?;
    if asked.scopes.is_empty() {
        return Err(Problem::field("scopes", "name at least one of ingest, read, admit, admin"));
    }
    let mut scopes = asked.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    let expires =
        asked.expires.map(|text| moment::parse(&text)).transpose().map_err(|rule| Problem::field("expires", rule))?;
    if expires.is_some_and(|expires| expires <= now) {
        return Err(Problem::field(
            "expires",
            "this moment has passed, so the token would be expired at once: give a later one",
        ));
    }
    Ok(TokenRecord {
        id: TokenId::SERVICE,
        name: asked.name,
        scopes,
        project: bounded(asked.project, who)?,
        created: now,
        expires,
        last_used: None,
        revoked: None,
    })
}

/// The project of a new token: that of its maker, if the maker is bound.
fn bounded(asked: Option<ProjectName>, who: &Identity) -> Result<Option<ProjectName>, Problem> {
    match (asked, &who.project) {
        (Some(project), _) if !is_name(project.as_str()) => {
            Err(Problem::field("project", format!("{project:?} is not a name: {NAME_RULE}")))
        }
        (Some(project), Some(own)) if project != *own => Err(Problem::not_found("project", project)),
        (None, Some(_)) => unbound(who).map(|()| None),
        (project, _) => Ok(project),
    }
}

/// List tokens without their secrets
#[utoipa::path(
    get, path = "/tokens", operation_id = "list_tokens", tag = "administration", params(PageQuery),
    responses((status = 200, description = "One page of tokens, by id", body = Page<TokenDocument>))
)]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<TokenDocument>>, Problem> {
    let limit = page.limit()?;
    let found = state
        .work(move |service| {
            let project = who.project.as_ref();
            Ok(service
                .store
                .read::<_, StoreError>(|tx| tx.tokens().list(project, page.after(), limit.saturating_add(1)))?)
        })
        .await?;
    let page = Page::of(found, limit, |record| record.id.to_string());
    Ok(axum::Json(page.map(TokenDocument::from)))
}

/// Revoke a token at once and for good
#[utoipa::path(
    delete, path = "/tokens/{id}", tag = "administration", params(("id" = String, Path, description = "Id of the token")),
    responses((status = 204, description = "The token is revoked"), (status = 404, description = "There is no such token", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn revoke(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id<TokenId>,
) -> Result<StatusCode, Problem> {
    let by = who.by(state.clock.wall());
    let asked = id.clone();
    let project = who.project.clone();
    let is_revoked = state
        .work(move |service| {
            Ok(service.store.write::<_, StoreError>(move |tx| tx.tokens().revoke(&asked, project.as_ref(), &by))?)
        })
        .await?;
    if !is_revoked {
        return Err(Problem::not_found("token", &id));
    }
    state.events.end_of(&id);
    tracing::info!(token = id.as_str(), by = who.token.as_str(), "a token was revoked");
    Ok(StatusCode::NO_CONTENT)
}
