//! `/enrolment-codes` and `/enrolments`: tokens for nodes, one for each, without an administrator at every node.

use super::auth::unauthenticated;
use super::body::Json;
use super::name::{NAME_RULE, is_name};
use super::page::{Id, Paging, Query};
use super::peer::Peer;
use super::problem::Problem;
use super::state::State;
use super::text::{TextMax, expect_text};
use super::tokens::bounded;
use crate::access::{Identity, Secret};
use crate::store::{EnrolmentCode, StoreError};
use crate::{enrolment, moment};
use api::{
    EnrolmentCodeDocument, EnrolmentCodeRequest, EnrolmentRequest, NewEnrolmentCode, NewToken, Page, PageQuery,
    ProblemDocument,
};
use axum::Extension;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::TokenId;
use units::Span;

const NAME_CHARACTERS_MAX: usize = 128;
/// Nodes that one code enrols at most.
const USES_MAX: u32 = 10_000;
/// A code is for setting up, and no standing key.
const LIFETIME_MAX: Span = Span::from_seconds(31 * 86_400);

impl From<EnrolmentCode> for EnrolmentCodeDocument {
    fn from(code: EnrolmentCode) -> Self {
        Self {
            id: code.id,
            name: code.name,
            project: code.project,
            created: moment::show(code.created),
            expires: moment::show(code.expires),
            uses_max: code.uses_max,
            uses: code.uses,
            revoked: code.revoked.map(moment::show),
        }
    }
}

/// Create a code with which nodes get tokens of their own
#[utoipa::path(
    post, path = "/enrolment-codes", operation_id = "create_enrolment_code", tag = "administration", request_body = EnrolmentCodeRequest,
    responses((status = 201, description = "The new code; it is shown only here", body = NewEnrolmentCode))
)]
pub(crate) async fn create(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<EnrolmentCodeRequest>,
) -> Result<(StatusCode, axum::Json<NewEnrolmentCode>), Problem> {
    let now = state.clock.wall();
    expect_text("name", &asked.name, TextMax::Characters(NAME_CHARACTERS_MAX))?;
    if !(1..=USES_MAX).contains(&asked.uses) {
        return Err(Problem::field("uses", format!("a code is for 1 to {USES_MAX} nodes")));
    }
    let expires = moment::parse(&asked.expires).map_err(|rule| Problem::field("expires", rule))?;
    if expires.since(now).is_none_or(|lifetime| lifetime == Span::ZERO || lifetime > LIFETIME_MAX) {
        return Err(Problem::field("expires", "a code expires within 31 days from now"));
    }
    let secret = Secret::generate().map_err(|error| {
        tracing::error!(%error, "no code could be made");
        Problem::internal()
    })?;
    let code = EnrolmentCode {
        id: secret.id().into(),
        name: asked.name,
        project: bounded(asked.project, &who)?,
        created: now,
        expires,
        uses_max: asked.uses,
        uses: 0,
        revoked: None,
    };
    let (answer, digest, by) =
        (NewEnrolmentCode { id: code.id.clone(), code: secret.reveal().to_owned() }, secret.digest(), who.by(now));
    state
        .work(move |service| {
            Ok(service.store.write::<_, StoreError>(move |tx| tx.enrolment_codes().add(&code, digest, &by))?)
        })
        .await?;
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

/// List enrolment codes without their secrets
#[utoipa::path(
    get, path = "/enrolment-codes", operation_id = "list_enrolment_codes", tag = "administration", params(PageQuery),
    responses((status = 200, description = "One page of codes, by id", body = Page<EnrolmentCodeDocument>))
)]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<EnrolmentCodeDocument>>, Problem> {
    let limit = page.limit()?;
    let found = state
        .work(move |service| {
            let project = who.project.as_ref();
            Ok(service.store.read::<_, StoreError>(|tx| {
                tx.enrolment_codes().list(project, page.after(), limit.saturating_add(1))
            })?)
        })
        .await?;
    let page = Page::of(found, limit, |code| code.id.to_string());
    Ok(axum::Json(page.map(EnrolmentCodeDocument::from)))
}

/// Revoke an enrolment code; the tokens that it made stay valid
#[utoipa::path(
    delete, path = "/enrolment-codes/{id}", operation_id = "revoke_enrolment_code", tag = "administration",
    params(("id" = String, Path, description = "Id of the code")),
    responses((status = 204, description = "The code is revoked"), (status = 404, description = "There is no such code", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn revoke(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id<TokenId>,
) -> Result<StatusCode, Problem> {
    let (by, asked) = (who.by(state.clock.wall()), id.clone());
    let is_revoked = state
        .work(move |service| {
            let revoke =
                move |tx: &crate::store::Tx<'_>| tx.enrolment_codes().revoke(&asked, who.project.as_ref(), &by);
            Ok(service.store.write::<_, StoreError>(revoke)?)
        })
        .await?;
    if is_revoked { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found("code", &id)) }
}

/// Exchange a code for the token of a node
///
/// The code stands in place of a token. The new token has the scope `ingest` and speaks for this node alone.
#[utoipa::path(
    post, path = "/api/v1/enrolments", operation_id = "enrol", tag = "agents", request_body = EnrolmentRequest,
    responses(
        (status = 201, description = "The token of the node; it is shown only here", body = NewToken),
        (status = 409, description = "Another token speaks for the node", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn enrol(
    Extract(state): Extract<State>,
    Extension(peer): Extension<Peer>,
    Json(asked): Json<EnrolmentRequest>,
) -> Result<(StatusCode, axum::Json<NewToken>), Problem> {
    if !is_name(asked.node.as_str()) {
        return Err(Problem::field("node", format!("a name is {NAME_RULE}")));
    }
    let now = state.clock.wall();
    let made = match Secret::parse(&asked.code) {
        Some(code) => {
            state.work(move |service| Ok(enrolment::exchange(&service.store, &code, asked.node, now)?)).await?
        }
        None => None,
    };
    let Some(token) = made else { return Err(unauthenticated(&state, Some(&peer))) };
    tracing::info!(token = token.id().as_str(), "a node got a token for a code");
    let answer = NewToken { id: token.id(), token: token.reveal().to_owned() };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}
