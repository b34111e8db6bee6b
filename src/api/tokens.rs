//! `/tokens`: access for people, nodes and programs.

use super::State;
use super::auth::unbound;
use super::body::Json;
use super::page::{Id, Page, PageQuery, Query};
use super::problem::{Problem, ProblemDocument};
use crate::access::{Identity, Token};
use crate::moment;
use crate::store::{StoreError, TokenRecord};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::Scope;
use serde::{Deserialize, Serialize};

const NAME_CHARACTERS_MAX: usize = 128;

/// A token that is asked for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// For people: who or what will use it.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// What it may do; at least one.
    #[schema(min_items = 1)]
    scopes: Vec<Scope>,
    /// The only project it may see or change; every project without it.
    project: Option<String>,
    /// From when on it is refused, RFC 3339; never without it.
    expires: Option<String>,
}

/// A new token. It is shown only here.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct NewToken {
    /// By which it is listed and revoked.
    id: String,
    /// The token itself.
    token: String,
}

/// A token without its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TokenDocument {
    id: String,
    name: String,
    scopes: Vec<Scope>,
    project: Option<String>,
    created: String,
    expires: Option<String>,
    /// To the minute.
    last_used: Option<String>,
    revoked: Option<String>,
}

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

/// Make a token
///
/// A token that is bound to a project makes only tokens of that project.
#[utoipa::path(
    post, path = "/tokens", tag = "administration", request_body = TokenRequest,
    responses(
        (status = 201, description = "Shown once", body = NewToken),
        (status = 404, description = "No such project", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn create(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<TokenRequest>,
) -> Result<(StatusCode, axum::Json<NewToken>), Problem> {
    let record = asked.check(&state, &who)?;
    let (token, stored) = Token::issue(record).map_err(|error| {
        tracing::error!(%error, "no token could be made");
        Problem::internal()
    })?;
    let answer = NewToken { id: stored.record.id.clone(), token: token.reveal().to_owned() };
    tracing::info!(token = stored.record.id, by = who.token, "a token was made");
    state
        .work(move |service| {
            Ok(service.store.write::<_, StoreError>(move |tx| tx.tokens().add(&stored, &who.token))?)
        })
        .await?;
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

impl TokenRequest {
    fn check(self, state: &State, who: &Identity) -> Result<TokenRecord, Problem> {
        let length = self.name.chars().count();
        if !(1..=NAME_CHARACTERS_MAX).contains(&length) || self.name.chars().any(char::is_control) {
            return Err(Problem::field(
                "name",
                format!("a name has 1 to {NAME_CHARACTERS_MAX} characters, none of them control characters"),
            ));
        }
        if self.scopes.is_empty() {
            return Err(Problem::field("scopes", "name at least one of ingest, read, admit, admin"));
        }
        let mut scopes = self.scopes;
        scopes.sort_unstable();
        scopes.dedup();
        let now = state.clock.wall();
        let expires = self
            .expires
            .map(|text| moment::parse(&text))
            .transpose()
            .map_err(|rule| Problem::field("expires", rule))?;
        if expires.is_some_and(|expires| expires <= now) {
            return Err(Problem::field("expires", "a token that has expired already is of no use: give a later time"));
        }
        Ok(TokenRecord {
            id: String::new(),
            name: self.name,
            scopes,
            project: bounded(self.project, who)?,
            created: now,
            expires,
            last_used: None,
            revoked: None,
        })
    }
}

/// The project of a new token: that of its maker, if the maker is bound.
fn bounded(asked: Option<String>, who: &Identity) -> Result<Option<String>, Problem> {
    match (asked, &who.project) {
        (Some(project), _) if !super::is_name(&project) => {
            Err(Problem::field("project", format!("{project:?} is not a name: {}", super::NAME_RULE)))
        }
        (Some(project), Some(own)) if project != *own => Err(Problem::not_found("project", &project)),
        (None, Some(_)) => unbound(who).map(|()| None),
        (project, _) => Ok(project),
    }
}

/// List tokens, without their secrets
#[utoipa::path(
    get, path = "/tokens", tag = "administration", params(PageQuery),
    responses((status = 200, description = "By id", body = Page<TokenDocument>))
)]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<TokenDocument>>, Problem> {
    let limit = page.limit()?;
    let found = state
        .work(move |service| {
            let project = who.project.as_deref();
            Ok(service
                .store
                .read::<_, StoreError>(|tx| tx.tokens().list(project, page.after(), limit.saturating_add(1)))?)
        })
        .await?;
    let page = Page::of(found, limit, |record| record.id.clone());
    Ok(axum::Json(page.map(TokenDocument::from)))
}

/// Revoke a token, at once and for ever
#[utoipa::path(
    delete, path = "/tokens/{id}", tag = "administration", params(("id" = String, Path, description = "Id of the token")),
    responses((status = 204, description = "Revoked"), (status = 404, description = "No such token", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn revoke(Extract(state): Extract<State>, who: Identity, Id(id): Id) -> Result<StatusCode, Problem> {
    let by = who.by(state.clock.wall());
    let asked = id.clone();
    let project = who.project.clone();
    let is_revoked = state
        .work(move |service| {
            Ok(service.store.write::<_, StoreError>(move |tx| tx.tokens().revoke(&asked, project.as_deref(), &by))?)
        })
        .await?;
    if !is_revoked {
        return Err(Problem::not_found("token", &id));
    }
    state.events.end_of(&id);
    tracing::info!(token = id, by = who.token, "a token was revoked");
    Ok(StatusCode::NO_CONTENT)
}
