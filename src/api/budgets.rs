//! `/budgets`, `/requests`: what may be used, how that stands, and who lets what pass.

use super::State;
use super::admissions::DecisionDocument;
use super::auth::unbound;
use super::body::Json;
use super::page::{Id, Page, PageQuery, Query};
use super::problem::{Problem, ProblemDocument};
use crate::access::Identity;
use crate::budget::{BudgetAmount, BudgetError, BudgetState, Office, Override, Projection, Standing};
use crate::moment;
use crate::store::{OverrideRow, StoreError};
use api::{PolicyDocument, Unit};
use axum::extract::State as Extract;
use axum::http::StatusCode;
use model::{AdmissionId, OverrideId};
use serde::{Deserialize, Serialize};
use units::Timestamp;

/// What was spent on one day.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DayDocument {
    /// The date by the clocks of the budget.
    day: String,
    /// Posted on it, in the budget's unit: mJ or µg.
    spent: i64,
}

/// A budget and how it stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BudgetDocument {
    id: String,
    created: String,
    retired: Option<String>,
    /// Its policy.
    #[serde(flatten)]
    policy: Option<PolicyDocument>,
    /// Why its policy cannot be read; then nothing is admitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_error: Option<String>,
    /// The period that runs; `null` outside of fixed dates.
    period_from: Option<String>,
    /// Its end.
    period_to: Option<String>,
    /// How it stands, in its unit.
    #[serde(flatten)]
    standing: StandingDocument,
    /// Spent and held of the limit, percent.
    percent: Option<i64>,
    /// What needs someone, in words.
    warning: Option<String>,
    /// Posted by day; empty in lists.
    days: Vec<DayDocument>,
    /// Decisions on the budget, oldest first; empty in lists.
    decisions: Vec<DecisionDocument>,
}

/// Amounts of a budget, in its unit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum StandingDocument {
    /// Of unit `energy`.
    Energy {
        /// Used in the period: posted, open, and committed without being in the ledger.
        spent_mj: i64,
        /// Held for admitted jobs.
        held_mj: i64,
        /// What may still be held; negative after an overrun.
        free_mj: i64,
        /// The limit with what the last period left.
        available_mj: i64,
        /// What the last period left.
        carried_mj: i64,
        /// Expected at the end of the period.
        projected_p50_mj: i64,
        /// Exceeded once in twenty times.
        projected_p95_mj: i64,
    },
    /// Of unit `co2e`.
    Co2e {
        /// Used in the period: posted, open, and committed without being in the ledger.
        spent_ug: i64,
        /// Held for admitted jobs.
        held_ug: i64,
        /// What may still be held; negative after an overrun.
        free_ug: i64,
        /// The limit with what the last period left.
        available_ug: i64,
        /// What the last period left.
        carried_ug: i64,
        /// Expected at the end of the period.
        projected_p50_ug: i64,
        /// Exceeded once in twenty times.
        projected_p95_ug: i64,
    },
    /// Outside of its dates.
    None {},
}

impl StandingDocument {
    fn of(unit: Unit, standing: &Standing, projection: &Projection) -> Self {
        let Standing { limit, carried, spent, held, free, .. } = *standing;
        let [limit, carried, spent, held, free] = [limit, carried, spent, held, free].map(BudgetAmount::value);
        let [p50, p95] = [projection.p50, projection.p95].map(BudgetAmount::value);
        match unit {
            Unit::Energy => Self::Energy {
                spent_mj: spent,
                held_mj: held,
                free_mj: free,
                available_mj: limit,
                carried_mj: carried,
                projected_p50_mj: p50,
                projected_p95_mj: p95,
            },
            Unit::Co2e => Self::Co2e {
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
}

impl From<BudgetState> for BudgetDocument {
    fn from(state: BudgetState) -> Self {
        let warning = state.warning().map(|warning| warning.words);
        let (policy, policy_error) = match state.policy {
            Ok(policy) => (Some(policy), None),
            Err(reason) => (None, Some(reason)),
        };
        let standing = match (&policy, &state.standing, &state.projection) {
            (Some(policy), Some(standing), Some(projection)) => {
                StandingDocument::of(policy.unit(), standing, projection)
            }
            _ => StandingDocument::None {},
        };
        let date = |day: Timestamp| policy.as_ref().map_or_else(|| moment::show(day), |policy| policy.date_of(day));
        let days = state.days.iter().map(|day| DayDocument { day: date(day.day), spent: day.spent.value() }).collect();
        Self {
            id: state.row.budget.to_string(),
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

/// Make a budget
///
/// Its project, where it names one, is made with it. Jobs that run already hold of it from now on.
#[utoipa::path(
    post, path = "/budgets", tag = "budgets", request_body = PolicyDocument,
    responses(
        (status = 201, description = "The budget", body = BudgetDocument),
        (status = 404, description = "No such site", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The name is taken", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn create(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<PolicyDocument>,
) -> Result<(StatusCode, axum::Json<BudgetDocument>), Problem> {
    unbound(&who)?;
    if let Some(project) = asked.project.as_deref().filter(|project| !super::is_name(project)) {
        return Err(Problem::field("project", format!("{project:?} is not a name: {}", super::NAME_RULE)));
    }
    let made = worked(&state, who, move |office| {
        let budget = office.create(asked)?;
        office.state_of(&budget.to_string())
    });
    let document = BudgetDocument::from(made.await?);
    state.events.tell("budget", document.id.as_str(), None);
    Ok((StatusCode::CREATED, axum::Json(document)))
}

/// A change of a budget's policy.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevisionRequest {
    /// The whole policy as it is to be.
    policy: PolicyDocument,
    /// Why.
    reason: String,
}

/// Change a budget
///
/// Name, unit and what it counts stay.
#[utoipa::path(
    post, path = "/budgets/{id}/revise", tag = "budgets", request_body = RevisionRequest, params(("id" = String, Path, description = "Number or name of the budget")),
    responses((status = 200, description = "The budget", body = BudgetDocument), (status = 404, description = "No such budget", body = ProblemDocument, content_type = "application/problem+json"))
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
    state.events.tell("budget", document.id.as_str(), None);
    Ok(axum::Json(document))
}

/// End a budget
#[utoipa::path(
    delete, path = "/budgets/{id}", tag = "budgets", params(("id" = String, Path, description = "Number or name of the budget")),
    responses((status = 204, description = "It applies no more"), (status = 404, description = "No such budget", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn retire(Extract(state): Extract<State>, who: Identity, Id(id): Id) -> Result<StatusCode, Problem> {
    unbound(&who)?;
    let asked = id.clone();
    worked(&state, who, move |office| office.retire(&asked)).await?;
    state.events.tell("budget", id, None);
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
    let project = state.policy.as_ref().ok().and_then(|policy| policy.document.project.as_deref());
    who.project.as_deref().is_none_or(|own| project == Some(own))
}

/// List budgets with how they stand, oldest first
#[utoipa::path(get, path = "/budgets", tag = "budgets", params(PageQuery), responses((status = 200, description = "Oldest first", body = Page<BudgetDocument>)))]
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
    Ok(axum::Json(Page::of(documents, limit, |document| document.id.clone())))
}

/// One budget, with its days and every decision on it
#[utoipa::path(
    get, path = "/budgets/{id}", tag = "budgets", params(("id" = String, Path, description = "Number or name of the budget")),
    responses((status = 200, description = "The budget", body = BudgetDocument), (status = 404, description = "No such budget", body = ProblemDocument, content_type = "application/problem+json"))
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

/// Who asks or answers, and why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordsRequest {
    /// Who.
    name: String,
    /// Why.
    reason: String,
}

/// Who lets something pass, why, and until when.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideRequest {
    /// Who answers for it.
    name: String,
    /// Why.
    reason: String,
    /// Until when, RFC 3339.
    expires: String,
}

impl OverrideRequest {
    fn granted(self) -> Result<Override, Problem> {
        let expires = moment::parse(&self.expires).map_err(|rule| Problem::field("expires", rule))?;
        Ok(Override { name: self.name, reason: self.reason, expires })
    }
}

/// A request for an exception, or an override.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = BudgetOverride)]
pub(crate) struct OverrideDocument {
    id: String,
    /// `requested`, `approved` or `refused`.
    state: String,
    /// Number of the budget that is overridden; `null` for all that denied the admission.
    budget: Option<String>,
    /// Number of the admission that it is for; `null` for all of the budget.
    admission: Option<String>,
    project: Option<String>,
    asked_by: Option<String>,
    asked_reason: Option<String>,
    asked: Option<String>,
    /// Who decided.
    name: Option<String>,
    reason: Option<String>,
    /// Until when it holds.
    expires: Option<String>,
    decided: Option<String>,
}

impl From<OverrideRow> for OverrideDocument {
    fn from(row: OverrideRow) -> Self {
        Self {
            id: row.number.to_string(),
            state: row.state.name().to_owned(),
            budget: row.budget.map(|number| number.to_string()),
            admission: row.admission.map(|number| number.to_string()),
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

/// Let everything that a budget counts pass for a time
#[utoipa::path(
    post, path = "/budgets/{id}/overrides", tag = "budgets", request_body = OverrideRequest, params(("id" = String, Path, description = "Number or name of the budget")),
    responses((status = 201, description = "The override", body = OverrideDocument), (status = 404, description = "No such budget", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn override_budget(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<OverrideRequest>,
) -> Result<(StatusCode, axum::Json<OverrideDocument>), Problem> {
    unbound(&who)?;
    let granted = asked.granted()?;
    let made = worked(&state, who, move |office| office.override_budget(&id, granted)).await?;
    state.events.tell("budget", made.budget.map(|budget| budget.to_string()).unwrap_or_default(), None);
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

/// Ask that a denied admission may pass
#[utoipa::path(
    post, path = "/admissions/{id}/requests", tag = "budgets", request_body = WordsRequest, params(("id" = String, Path, description = "Number of the admission")),
    responses(
        (status = 201, description = "The request", body = OverrideDocument),
        (status = 404, description = "No such admission", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "It was not denied", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn request(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<WordsRequest>,
) -> Result<(StatusCode, axum::Json<OverrideDocument>), Problem> {
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
    state.events.tell("request", made.number.to_string(), made.project.as_deref());
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

/// List requests and overrides, newest first
#[utoipa::path(get, path = "/requests", tag = "budgets", params(PageQuery), responses((status = 200, description = "Newest first", body = Page<OverrideDocument>)))]
pub(crate) async fn requests(
    Extract(state): Extract<State>,
    who: Identity,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<Page<OverrideDocument>>, Problem> {
    let (limit, before) = (page.limit()?, page.after_number()?);
    let found = state
        .work(move |service| {
            let project = who.project.as_deref();
            Ok(service.store.read::<_, StoreError>(|tx| {
                tx.overrides().list(project, before.map(OverrideId::new), limit.saturating_add(1))
            })?)
        })
        .await?;
    Ok(axum::Json(Page::of(found, limit, |row| row.number.to_string()).map(OverrideDocument::from)))
}

fn numbered(id: String) -> Result<OverrideId, BudgetError> {
    id.parse().map_err(|_| BudgetError::UnknownRequest { id })
}

/// Grant a request
///
/// The job passes when it is asked for again with its key, until the override expires.
#[utoipa::path(
    post, path = "/requests/{id}/approve", tag = "budgets", request_body = OverrideRequest, params(("id" = String, Path, description = "Number of the request")),
    responses((status = 200, description = "The override", body = OverrideDocument), (status = 404, description = "No open request", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn approve(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<OverrideRequest>,
) -> Result<axum::Json<OverrideDocument>, Problem> {
    unbound(&who)?;
    let granted = asked.granted()?;
    let row = worked(&state, who, move |office| office.approve(numbered(id)?, granted)).await?;
    state.events.tell("request", row.number.to_string(), row.project.as_deref());
    Ok(axum::Json(row.into()))
}

/// Refuse a request
#[utoipa::path(
    post, path = "/requests/{id}/refuse", tag = "budgets", request_body = WordsRequest, params(("id" = String, Path, description = "Number of the request")),
    responses((status = 200, description = "The request", body = OverrideDocument), (status = 404, description = "No open request", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn refuse(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<WordsRequest>,
) -> Result<axum::Json<OverrideDocument>, Problem> {
    unbound(&who)?;
    let row = worked(&state, who, move |office| office.refuse(numbered(id)?, asked.name, asked.reason)).await?;
    state.events.tell("request", row.number.to_string(), row.project.as_deref());
    Ok(axum::Json(row.into()))
}
