//! `/budgets`, `/requests`: budgets, how they stand, and who makes an exception.

use super::auth::unbound;
use super::body::Json;
use super::name::{NAME_RULE, is_name};
use super::page::{Id, Paging, Query};
use super::problem::Problem;
use super::state::State;
use crate::access::Identity;
use crate::budget::{BudgetAmount, BudgetError, BudgetState, Office, Override, Projection, Standing};
use crate::moment;
use crate::store::{OverrideRow, StoreError};
use api::{
    BudgetDocument, BudgetOverride, DayDocument, DecisionDocument, OverrideRequest, Page, PageQuery, PolicyDocument,
    ProblemDocument, RevisionRequest, StandingDocument, Unit, WordsRequest,
};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{AdmissionId, ChangeKind, OverrideId};
use units::Timestamp;

fn standing_document(unit: Unit, standing: &Standing, projection: &Projection) -> StandingDocument {
    let Standing { limit, carried, spent, held, free, .. } = *standing;
    let [limit, carried, spent, held, free] = [limit, carried, spent, held, free].map(BudgetAmount::value);
    let [p50, p95] = [projection.p50, projection.p95].map(BudgetAmount::value);
    match unit {
        Unit::Energy => StandingDocument::Energy {
            spent_mj: spent,
            held_mj: held,
            free_mj: free,
            available_mj: limit,
            carried_mj: carried,
            projected_p50_mj: p50,
            projected_p95_mj: p95,
        },
        Unit::Co2e => StandingDocument::Co2e {
            spent_ug: spent,
            held_ug: held,
            free_ug: free,
            available_ug: limit,
            carried_ug: carried,
            projected_p50_ug: p50,
            projected_p95_ug: p95,
        },
    }
}

impl From<BudgetState> for BudgetDocument {
    fn from(state: BudgetState) -> Self {
        let warning = state.warning().map(|warning| warning.words);
        let (policy, policy_error) = match state.policy {
            Ok(policy) => (Some(policy), None),
            Err(reason) => (None, Some(reason)),
        };
        let standing = match (&policy, &state.standing, &state.projection) {
            (Some(policy), Some(standing), Some(projection)) => standing_document(policy.unit(), standing, projection),
            _ => StandingDocument::None {},
        };
        let date = |day: Timestamp| policy.as_ref().map_or_else(|| moment::show(day), |policy| policy.date_of(day));
        let days = state.days.iter().map(|day| DayDocument { day: date(day.day), spent: day.spent.value() }).collect();
        Self {
            id: state.row.budget,
            created: moment::show(state.row.created),
            retired: state.row.retired.map(moment::show),
            policy: policy.map(|policy| policy.document),
            policy_error,
            period_from: state.standing.map(|standing| moment::show(standing.period.start())),
            period_to: state.standing.map(|standing| moment::show(standing.period.end())),
            standing,
            percent: state.standing.map(|standing| standing.percent()),
            warning,
            days,
            decisions: Vec::new(),
        }
    }
}

/// Create a budget
///
/// Creates its project as well if it does not exist yet. From now on, jobs that already run and that the budget covers hold their share of it.
#[utoipa::path(
    post, path = "/budgets", operation_id = "create_budget", tag = "budgets", request_body = PolicyDocument,
    responses(
        (status = 201, description = "The budget as it is stored", body = BudgetDocument),
        (status = 404, description = "There is no such site", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Another budget has this name", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn create(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<PolicyDocument>,
) -> Result<(StatusCode, axum::Json<BudgetDocument>), Problem> {
    unbound(&who)?;
    if let Some(project) = asked.project.as_ref().filter(|project| !is_name(project.as_str())) {
        return Err(Problem::field("project", format!("{project:?} is not a name: {NAME_RULE}")));
    }
    let made = worked(&state, who, move |office| {
        let budget = office.create(asked)?;
        office.state_of(&budget.to_string())
    });
    let document = BudgetDocument::from(made.await?);
    state.events.tell(ChangeKind::Budget, document.id.to_string(), None);
    Ok((StatusCode::CREATED, axum::Json(document)))
}

/// Change the policy of a budget
///
/// Its name, its unit and whose energy it counts cannot change.
#[utoipa::path(
    post, path = "/budgets/{id}/revise", tag = "budgets", request_body = RevisionRequest, params(("id" = String, Path, description = "Number or name of the budget")),
    responses((status = 200, description = "The budget after the change", body = BudgetDocument), (status = 404, description = "There is no such budget", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn revise(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<RevisionRequest>,
) -> Result<axum::Json<BudgetDocument>, Problem> {
    unbound(&who)?;
    let changed = worked(&state, who, move |office| {
        office.revise(&id, asked.policy, &asked.reason)?;
        office.state_of(&id)
    });
    let document = BudgetDocument::from(changed.await?);
    state.events.tell(ChangeKind::Budget, document.id.to_string(), None);
    Ok(axum::Json(document))
}

/// End a budget
#[utoipa::path(
    delete, path = "/budgets/{id}", tag = "budgets", params(("id" = String, Path, description = "Number or name of the budget")),
    responses((status = 204, description = "The budget has ended and no longer applies"), (status = 404, description = "There is no such budget", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn retire(Extract(state): Extract<State>, who: Identity, Id(id): Id) -> Result<StatusCode, Problem> {
    unbound(&who)?;
    let asked = id.clone();
    worked(&state, who, move |office| office.retire(&asked)).await?;
    state.events.tell(ChangeKind::Budget, id, None);
    Ok(StatusCode::NO_CONTENT)
}

/// Runs `task` on the budgets, on behalf of `who`.
async fn worked<T: Send + 'static>(
    state: &State,
    who: Identity,
    task: impl FnOnce(&Office<'_>) -> Result<T, BudgetError> + Send + 'static,
) -> Result<T, Problem> {
    let now = state.clock.wall();
    state
        .work(move |service| {
            let office = Office { store: &service.store, library: &service.library, now, by: &who.token };
            Ok(task(&office)?)
        })
        .await
}

/// Whether a token sees a budget: one that is bound to a project sees that project's.
fn is_visible(who: &Identity, state: &BudgetState) -> bool {
    let project = state.policy.as_ref().ok().and_then(|policy| policy.document.project.as_ref());
    who.project.as_ref().is_none_or(|own| project == Some(own))
}

/// List budgets and how they stand, oldest first
#[utoipa::path(get, path = "/budgets", operation_id = "list_budgets", tag = "budgets", params(PageQuery), responses((status = 200, description = "One page of budgets, oldest first", body = Page<BudgetDocument>)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<BudgetDocument>>, Problem> {
    let (limit, after) = (page.limit()?, page.after_number()?.unwrap_or(0));
    let asks = who.clone();
    let mut found = worked(&state, who, |office| office.states()).await?;
    found.retain(|state| state.row.budget.number() > after && is_visible(&asks, state));
    let mut documents: Vec<BudgetDocument> = found.into_iter().map(BudgetDocument::from).collect();
    documents.iter_mut().for_each(|document| document.days.clear());
    Ok(axum::Json(Page::of(documents, limit, |document| document.id.to_string())))
}

/// Show a budget with its days and every decision on it
#[utoipa::path(
    get, path = "/budgets/{id}", operation_id = "show_budget", tag = "budgets", params(("id" = String, Path, description = "Number or name of the budget")),
    responses((status = 200, description = "The budget with its days and its decisions", body = BudgetDocument), (status = 404, description = "There is no such budget", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
) -> Result<axum::Json<BudgetDocument>, Problem> {
    let asks = who.clone();
    let (found, decisions) = worked(&state, who, move |office| {
        let found = office.state_of(&id)?;
        if !is_visible(&asks, &found) {
            return Err(BudgetError::UnknownBudget { id });
        }
        let decisions = office.store.read::<_, StoreError>(|tx| tx.decisions().list(None, Some(found.row.budget)))?;
        Ok((found, decisions))
    })
    .await?;
    let mut document = BudgetDocument::from(found);
    document.decisions = decisions.into_iter().map(DecisionDocument::from).collect();
    Ok(axum::Json(document))
}

fn granted(asked: OverrideRequest) -> Result<Override, Problem> {
    let expires = moment::parse(&asked.expires).map_err(|rule| Problem::field("expires", rule))?;
    Ok(Override { name: asked.name, reason: asked.reason, expires })
}

impl From<OverrideRow> for BudgetOverride {
    fn from(row: OverrideRow) -> Self {
        Self {
            id: row.number,
            state: row.state,
            budget: row.budget,
            admission: row.admission,
            project: row.project,
            asked_by: row.asked_by,
            asked_reason: row.asked_reason,
            asked: row.asked.map(moment::show),
            name: row.name,
            reason: row.reason,
            expires: row.expires.map(moment::show),
            decided: row.decided.map(moment::show),
        }
    }
}

/// Override a budget for a time
///
/// Until the override expires, every job that the budget would deny is admitted.
#[utoipa::path(
    post, path = "/budgets/{id}/overrides", tag = "budgets", request_body = OverrideRequest, params(("id" = String, Path, description = "Number or name of the budget")),
    responses((status = 201, description = "The override as it is stored", body = BudgetOverride), (status = 404, description = "There is no such budget", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn override_budget(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<OverrideRequest>,
) -> Result<(StatusCode, axum::Json<BudgetOverride>), Problem> {
    unbound(&who)?;
    let granted = granted(asked)?;
    let made = worked(&state, who, move |office| office.override_budget(&id, granted)).await?;
    state.events.tell(ChangeKind::Budget, made.budget.map(|budget| budget.to_string()).unwrap_or_default(), None);
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

/// Request an exception for a denied admission
#[utoipa::path(
    post, path = "/admissions/{id}/requests", tag = "budgets", request_body = WordsRequest, params(("id" = String, Path, description = "Number of the admission")),
    responses(
        (status = 201, description = "The request as it is stored", body = BudgetOverride),
        (status = 404, description = "There is no such admission", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The admission was not denied", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn request(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<WordsRequest>,
) -> Result<(StatusCode, axum::Json<BudgetOverride>), Problem> {
    let asks = who.clone();
    let made = worked(&state, who, move |office| {
        let unknown = || BudgetError::UnknownAdmission { id: id.clone() };
        let number: AdmissionId = id.parse().map_err(|_| unknown())?;
        let row = office.store.read::<_, StoreError>(|tx| tx.admissions().get(number))?;
        if !row.is_some_and(|row| asks.reaches(&row.project)) {
            return Err(unknown());
        }
        office.request(number, asked.name, asked.reason)
    })
    .await?;
    state.events.tell(ChangeKind::Request, made.number.to_string(), made.project.as_ref());
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

/// List requests for exceptions and overrides, newest first
#[utoipa::path(get, path = "/requests", tag = "budgets", params(PageQuery), responses((status = 200, description = "One page of requests and overrides, newest first", body = Page<BudgetOverride>)))]
pub(crate) async fn requests(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<BudgetOverride>>, Problem> {
    let (limit, before) = (page.limit()?, page.after_number()?);
    let found = state
        .work(move |service| {
            let project = who.project.as_ref();
            Ok(service.store.read::<_, StoreError>(|tx| {
                tx.overrides().list(project, before.map(OverrideId::new), limit.saturating_add(1))
            })?)
        })
        .await?;
    Ok(axum::Json(Page::of(found, limit, |row| row.number.to_string()).map(BudgetOverride::from)))
}

fn numbered(id: String) -> Result<OverrideId, BudgetError> {
    id.parse().map_err(|_| BudgetError::UnknownRequest { id })
}

/// Approve a request for an exception
///
/// The job is admitted when it asks again with its key before the override expires.
#[utoipa::path(
    post, path = "/requests/{id}/approve", tag = "budgets", request_body = OverrideRequest, params(("id" = String, Path, description = "Number of the request")),
    responses((status = 200, description = "The override that the request became", body = BudgetOverride), (status = 404, description = "There is no such open request", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn approve(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<OverrideRequest>,
) -> Result<axum::Json<BudgetOverride>, Problem> {
    unbound(&who)?;
    let granted = granted(asked)?;
    let row = worked(&state, who, move |office| office.approve(numbered(id)?, granted)).await?;
    state.events.tell(ChangeKind::Request, row.number.to_string(), row.project.as_ref());
    Ok(axum::Json(row.into()))
}

/// Refuse a request for an exception
#[utoipa::path(
    post, path = "/requests/{id}/refuse", tag = "budgets", request_body = WordsRequest, params(("id" = String, Path, description = "Number of the request")),
    responses((status = 200, description = "The request after the change", body = BudgetOverride), (status = 404, description = "There is no such open request", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn refuse(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<WordsRequest>,
) -> Result<axum::Json<BudgetOverride>, Problem> {
    unbound(&who)?;
    let row = worked(&state, who, move |office| office.refuse(numbered(id)?, asked.name, asked.reason)).await?;
    state.events.tell(ChangeKind::Request, row.number.to_string(), row.project.as_ref());
    Ok(axum::Json(row.into()))
}
