//! `/tokens`: access for people, nodes and programs.

use super::auth::unbound;
use super::body::Json;
use super::name::{NAME_RULE, is_name};
use super::page::{Id, Paging, Query};
use super::problem::Problem;
use super::state::State;
use super::text::{TextMax, expect_text};
use crate::access::{Identity, Token};
use crate::store::{StoreError, TokenRecord, Voice};
use crate::{enrolment, moment};
use api::{NewToken, NodeTokenRequest, Page, PageQuery, ProblemDocument, TokenDocument, TokenRequest};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{ChangeKind, NodeName, ProjectName, Scope, TokenId};
use units::Timestamp;

const NAME_CHARACTERS_MAX: usize = 128;
/// Nodes that one token is made for at most.
const NODES_MAX: usize = 10_000;

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
            line: record.voice.line,
            nodes: record.voice.nodes.map(|nodes| nodes.into_iter().collect()),
            holders_only: record.voice.holders_only,
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
        (status = 404, description = "There is no such project, or no such token to succeed", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Another token speaks for one of the nodes", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn create(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<TokenRequest>,
) -> Result<(StatusCode, axum::Json<NewToken>), Problem> {
    let succeeded = succeeded(&state, asked.succeeds.as_ref(), &who)?;
    let mut record = check(asked, &who, state.clock.wall())?;
    if let Some(succeeded) = succeeded {
        succeed(&mut record, succeeded)?;
    }
    let (token, stored) = Token::issue(record).map_err(|error| {
        tracing::error!(%error, "no token could be made");
        Problem::internal()
    })?;
    let answer = NewToken { id: stored.record.id.clone(), token: token.reveal().to_owned() };
    tracing::info!(token = stored.record.id.as_str(), by = who.token.as_str(), "a token was made");
    state.work(move |service| Ok(enrolment::add_token(&service.store, stored, who.token)?)).await?;
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
    let voice = voice(asked.nodes, asked.holders_only, &scopes)?;
    Ok(TokenRecord {
        id: TokenId::SERVICE,
        name: asked.name,
        scopes,
        project: bounded(asked.project, who)?,
        created: now,
        expires,
        last_used: None,
        revoked: None,
        voice,
    })
}

/// What a new token may speak for.
fn voice(nodes: Option<Vec<NodeName>>, holders_only: bool, scopes: &[Scope]) -> Result<Voice, Problem> {
    let Some(nodes) = nodes else {
        let rule = "name in `nodes` of whose devices the token may say who holds them";
        return if holders_only { Err(Problem::field("holders_only", rule)) } else { Ok(Voice::default()) };
    };
    if nodes.is_empty() || nodes.len() > NODES_MAX {
        return Err(Problem::field("nodes", format!("name 1 to {NODES_MAX} nodes, or leave `nodes` out")));
    }
    if let Some(place) = nodes.iter().position(|node| !is_name(node.as_str())) {
        return Err(Problem::field(format!("nodes[{place}]"), format!("a name is {NAME_RULE}")));
    }
    if scopes != [Scope::Ingest] {
        return Err(Problem::field("scopes", "a token for named nodes has the scope ingest alone"));
    }
    Ok(Voice { line: None, nodes: Some(nodes.into_iter().collect()), holders_only })
}

/// The token that a new one is to succeed.
fn succeeded(state: &State, id: Option<&TokenId>, who: &Identity) -> Result<Option<TokenRecord>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let found = state.store.read::<_, StoreError>(|tx| tx.tokens().get(id))?.map(|stored| stored.record);
    let sees = |record: &TokenRecord| who.project.is_none() || record.project == who.project;
    found.filter(sees).map(Some).ok_or_else(|| Problem::not_found("token", id))
}

/// Has a new token speak for what the one that it succeeds speaks for.
fn succeed(record: &mut TokenRecord, succeeded: TokenRecord) -> Result<(), Problem> {
    if record.voice != Voice::default() {
        return Err(Problem::field(
            "nodes",
            "a token that succeeds another speaks for its nodes: leave `nodes` and `holders_only` out",
        ));
    }
    if record.project != succeeded.project {
        return Err(Problem::field("project", "a token that succeeds another is of its project"));
    }
    if succeeded.voice.nodes.is_some() && record.scopes != [Scope::Ingest] {
        return Err(Problem::field("scopes", "a token for named nodes has the scope ingest alone"));
    }
    record.voice = Voice { line: Some(succeeded.voice.line.unwrap_or(succeeded.id)), ..succeeded.voice };
    Ok(())
}

/// The project of a new token or code: that of its maker, if the maker is bound.
pub(super) fn bounded(asked: Option<ProjectName>, who: &Identity) -> Result<Option<ProjectName>, Problem> {
    match (asked, &who.project) {
        (Some(project), _) if !is_name(project.as_str()) => {
            Err(Problem::field("project", format!("{project:?} is not a name: {NAME_RULE}")))
        }
        (Some(project), Some(own)) if project != *own => Err(Problem::not_found("project", project)),
        (None, Some(_)) => unbound(who).map(|()| None),
        (project, _) => Ok(project),
    }
}

/// Have a token speak for a node from now on
///
/// The token that did speaks for it no longer. The new one states who held the devices of the node from now on, not before.
#[utoipa::path(
    post, path = "/nodes/{id}/token", operation_id = "bind_node", tag = "administration", request_body = NodeTokenRequest,
    params(("id" = String, Path, description = "Name of the node")),
    responses(
        (status = 204, description = "The token speaks for the node"),
        (status = 404, description = "There is no such node", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn bind_node(
    Extract(state): Extract<State>,
    who: Identity,
    Id(node): Id<NodeName>,
    Json(asked): Json<NodeTokenRequest>,
) -> Result<StatusCode, Problem> {
    unbound(&who)?;
    let (by, name) = (who.by(state.clock.wall()), node.clone());
    state.work(move |service| Ok(enrolment::bind_node(&service.store, node, asked.token, by)?)).await?;
    state.events.tell(ChangeKind::Node, name.into_string(), None);
    Ok(StatusCode::NO_CONTENT)
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
