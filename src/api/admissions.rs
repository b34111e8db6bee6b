//! `/admissions`: may this job run, what it holds, and what became of it.

use super::State;
use super::body::Json;
use super::estimates::EstimateRequest;
use super::page::{Id, Page, PageQuery, Query};
use super::problem::{Problem, ProblemDocument};
use crate::access::Identity;
use crate::budget::{self, Actual, Ask, BudgetError, Office};
use crate::moment;
use crate::store::{AdmissionFilter, AdmissionRow, DecisionRow, HoldRow, StoreError, Tx};
use api::{Decision, Weight};
use axum::extract::State as Extract;
use model::{AdmissionId, AdmissionState, BudgetId, HoldNotice, JobId};
use serde::{Deserialize, Serialize};
use units::{CarbonMass, Energy, Timestamp};

const KEY_CHARACTERS_MAX: usize = 256;

/// A job that asks whether it may run.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct AdmissionRequest {
    /// Submission key: the same key and job get the same answer and hold once.
    #[serde(default)]
    key: Option<String>,
    /// Hold nothing and write nothing.
    #[serde(default)]
    dry_run: bool,
    /// Hold the p95 if it may run; without, the key stands for the job and nothing is held.
    #[serde(default = "yes")]
    reserve: bool,
    /// The job.
    #[serde(flatten)]
    job: serde_json::Map<String, serde_json::Value>,
}

const fn yes() -> bool {
    true
}

/// What a job used.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommitRequest {
    /// Its energy, mJ; what the ledger has of it without.
    #[serde(default)]
    energy_mj: Option<i64>,
    /// Its CO2e, µg; its energy at the intensity of the estimate without.
    #[serde(default)]
    co2e_ug: Option<i64>,
}

/// What an admission holds of one budget, in its unit, mJ or µg.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HoldDocument {
    budget: String,
    /// What was reserved.
    reserved: i64,
    /// What is still held.
    held: i64,
    /// What was used and is not in the ledger.
    settled: i64,
}

/// A recorded decision.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DecisionDocument {
    /// When.
    at: String,
    /// Id of the token, or `service`.
    by: String,
    /// What was done.
    action: String,
    /// What was known then.
    #[schema(value_type = Object)]
    document: serde_json::Value,
}

/// An admission and what became of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AdmissionDocument {
    id: String,
    key: Option<String>,
    project: String,
    /// Identity of the job that settles it.
    job: Option<String>,
    /// `checked`: nothing was to be held; `committed`: settled by its caller; `settled`: by the ledger.
    state: AdmissionState,
    decided: String,
    /// When the hold ends unless its job is metered or it is renewed.
    expires: String,
    resolved: Option<String>,
    /// What was expected.
    p50: Weight,
    /// What was reserved.
    p95: Weight,
    /// IT energy that the ledger has of the job, mJ.
    metered_mj: i64,
    /// What it used, once that is known, mJ.
    actual_mj: Option<i64>,
    /// What it used above its hold, mJ.
    overrun_mj: Option<i64>,
    /// `breaking` where the job will use more than it holds, `stop` where it is to be stopped for that; else empty.
    told: String,
    /// Seconds between SIGTERM and SIGKILL of a job that is to be stopped.
    stop_after_s: Option<u32>,
    holds: Vec<HoldDocument>,
    /// What was answered.
    answer: Decision,
    /// Every decision on it, oldest first; empty in lists.
    decisions: Vec<DecisionDocument>,
}

impl From<HoldRow> for HoldDocument {
    fn from(row: HoldRow) -> Self {
        Self { budget: row.budget.to_string(), reserved: row.reserved, held: row.held, settled: row.settled }
    }
}

impl From<DecisionRow> for DecisionDocument {
    fn from(row: DecisionRow) -> Self {
        let document = serde_json::from_str(&row.document).unwrap_or_default();
        Self { at: moment::show(row.at), by: row.by, action: row.action, document }
    }
}

impl AdmissionDocument {
    fn of(tx: &Tx<'_>, row: AdmissionRow, is_whole: bool) -> Result<Self, StoreError> {
        let mut answer = budget::stored_answer(&row.answer)?;
        answer.id = Some(row.admission.to_string());
        let holds = tx.holds().of_admission(row.admission)?;
        let stop_after_s = if row.notice == HoldNotice::Stop { stop_after_s(tx, &holds)? } else { None };
        let decisions = if is_whole { tx.decisions().list(Some(row.admission), None)? } else { Vec::new() };
        Ok(Self {
            id: row.admission.to_string(),
            key: row.key,
            project: row.project,
            job: row.job.map(JobId::into_string),
            state: row.state,
            decided: moment::show(row.decided),
            expires: moment::show(row.expires),
            resolved: row.resolved.map(moment::show),
            p50: Weight::new(row.p50_energy, row.p50_co2e),
            p95: Weight::new(row.p95_energy, row.p95_co2e),
            metered_mj: row.metered.millijoules(),
            actual_mj: row.actual_energy.map(Energy::millijoules),
            overrun_mj: row.overrun.map(Energy::millijoules),
            told: row.notice.name().to_owned(),
            stop_after_s,
            holds: holds.into_iter().map(HoldDocument::from).collect(),
            answer,
            decisions: decisions.into_iter().map(DecisionDocument::from).collect(),
        })
    }
}

/// The shortest time that a budget gives a job to stop.
fn stop_after_s(tx: &Tx<'_>, holds: &[HoldRow]) -> Result<Option<u32>, StoreError> {
    let mut shortest = None;
    for hold in holds {
        let row = tx.budgets().get(hold.budget)?;
        let policy = row.and_then(|row| budget::Policy::stored(&row.policy).ok());
        shortest = shortest.into_iter().chain(policy.and_then(|policy| policy.document.stop_after_s)).min();
    }
    Ok(shortest)
}

/// Ask whether a job may run
///
/// The p95 of its estimate is held against every budget that applies. A denial is answered with 200 too: `allowed` is false, `reason` says what is
/// needed and what is free, `options` what would fit. The same key and job get the same answer; the same key and another job are refused with 409.
#[utoipa::path(
    post, path = "/admissions", tag = "budgets", request_body = AdmissionRequest,
    responses(
        (status = 200, description = "Allowed or denied, and why", body = Decision),
        (status = 404, description = "No such project", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The key stands for another job", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "Nothing known says what this hardware draws", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn admit(
    Extract(state): Extract<State>,
    who: Identity,
    Json(asked): Json<AdmissionRequest>,
) -> Result<axum::Json<Decision>, Problem> {
    let ask = match asked {
        AdmissionRequest { dry_run: true, .. } => Ask::DryRun,
        AdmissionRequest { reserve: true, .. } => Ask::Reserve,
        AdmissionRequest { .. } => Ask::Check,
    };
    let key = asked.key;
    expect_key(key.as_deref(), ask)?;
    let job = serde_json::to_vec(&asked.job).map_err(|error| Problem::body(error.to_string()))?;
    let demand = super::body::parse::<EstimateRequest>(&job)?.demand()?;
    if demand.project.is_empty() {
        return Err(Problem::field("project", "name the project that the job is charged to"));
    }
    if !who.reaches(&demand.project) {
        return Err(BudgetError::UnknownProject { name: demand.project }.into());
    }
    let now = state.clock.wall();
    let project = demand.project.clone();
    let decision = state
        .work(move |service| {
            let office = Office { store: &service.store, library: &service.library, now, by: &who.token };
            match office.admit(key.as_deref(), demand.clone(), ask) {
                Err(error) if error.is_of_demand() => {
                    let blocks = office.is_blocked_unknown(&demand)?;
                    Err(Problem::from(error).of_job(blocks))
                }
                decided => Ok(decided?),
            }
        })
        .await?;
    if let Some(id) = decision.id.as_deref().filter(|_| ask == Ask::Reserve) {
        state.events.tell("admission", id, Some(&project));
    }
    Ok(axum::Json(decision))
}

fn expect_key(key: Option<&str>, ask: Ask) -> Result<(), Problem> {
    match key {
        None if ask == Ask::Reserve => {
            Err(Problem::field("key", "a hold needs a submission key, one of its own for each submission"))
        }
        Some(key)
            if key.is_empty() || key.chars().count() > KEY_CHARACTERS_MAX || key.chars().any(char::is_control) =>
        {
            Err(Problem::field(
                "key",
                format!("a key has 1 to {KEY_CHARACTERS_MAX} characters, none of them control characters"),
            ))
        }
        _ => Ok(()),
    }
}

/// Which admissions.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AdmissionQuery {
    /// Only of this project.
    project: Option<String>,
    /// Only in this state.
    #[param(inline)]
    state: Option<AdmissionState>,
    /// Only those that are settled by this job.
    job: Option<String>,
    /// Only those that hold of the budget with this number.
    budget: Option<i64>,
    /// Items on the page, 1 to 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before; the first page without it.
    cursor: Option<String>,
}

/// List admissions, newest first
#[utoipa::path(get, path = "/admissions", tag = "budgets", params(AdmissionQuery), responses((status = 200, description = "Newest first", body = Page<AdmissionDocument>)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<AdmissionQuery>,
) -> Result<axum::Json<Page<AdmissionDocument>>, Problem> {
    let page = PageQuery::new(asked.limit, asked.cursor);
    let (limit, before) = (page.limit()?, page.after_number()?);
    let project = match (&who.project, asked.project) {
        (Some(own), Some(asked)) if *own != asked => {
            return Ok(axum::Json(Page::of(Vec::new(), limit, |_| String::new())));
        }
        (Some(own), _) => Some(own.clone()),
        (None, asked) => asked,
    };
    let filter = AdmissionFilter {
        project,
        state: asked.state,
        job: asked.job.map(JobId::new),
        budget: asked.budget.map(BudgetId::new),
        before: before.map(AdmissionId::new),
        limit: limit.saturating_add(1),
    };
    let found = state
        .work(move |service| {
            Ok(service.store.read::<_, StoreError>(|tx| {
                tx.admissions()
                    .list(&filter)?
                    .into_iter()
                    .map(|row| AdmissionDocument::of(tx, row, false))
                    .collect::<Result<Vec<_>, _>>()
            })?)
        })
        .await?;
    Ok(axum::Json(Page::of(found, limit, |found| found.id.clone())))
}

/// One admission, with every decision on it
#[utoipa::path(
    get, path = "/admissions/{id}", tag = "budgets", params(("id" = String, Path, description = "Number of the admission")),
    responses((status = 200, description = "The admission", body = AdmissionDocument), (status = 404, description = "No such admission", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
) -> Result<axum::Json<AdmissionDocument>, Problem> {
    let found = state.work(move |service| {
        service.store.read(|tx| {
            let row = find(tx, &id, &who)?;
            Ok(AdmissionDocument::of(tx, row, true)?)
        })
    });
    Ok(axum::Json(found.await?))
}

fn find(tx: &Tx<'_>, id: &str, who: &Identity) -> Result<AdmissionRow, Problem> {
    let row = id.parse().ok().map(|id: AdmissionId| tx.admissions().get(id)).transpose()?.flatten();
    let row = row.filter(|row| who.reaches(&row.project));
    row.ok_or_else(|| BudgetError::UnknownAdmission { id: id.to_owned() }.into())
}

/// Settle an admission
///
/// What was used is posted in full, also above the hold; the rest of the hold is free again. Resolving twice changes nothing.
#[utoipa::path(
    post, path = "/admissions/{id}/commit", tag = "budgets", request_body = CommitRequest, params(("id" = String, Path, description = "Number of the admission")),
    responses(
        (status = 200, description = "The admission as it is now", body = AdmissionDocument),
        (status = 404, description = "No such admission", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "It was never allowed", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn commit(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<CommitRequest>,
) -> Result<axum::Json<AdmissionDocument>, Problem> {
    for (field, value) in [("energy_mj", asked.energy_mj), ("co2e_ug", asked.co2e_ug)] {
        if value.is_some_and(|value| value < 0) {
            return Err(Problem::field(field, "what was used is 0 or more"));
        }
    }
    let actual = Actual {
        energy: asked.energy_mj.map(Energy::from_millijoules),
        co2e: asked.co2e_ug.map(CarbonMass::from_micrograms),
    };
    changed(&state, who, id, move |office, id| office.commit(id, actual)).await
}

/// Keep a hold while its job lives
///
/// Holds of jobs that are metered are renewed by themselves. The answer says whether the job is to be stopped.
#[utoipa::path(
    post, path = "/admissions/{id}/renew", tag = "budgets", params(("id" = String, Path, description = "Number of the admission")),
    responses(
        (status = 200, description = "The admission as it is now", body = AdmissionDocument),
        (status = 404, description = "No such admission", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "It was never allowed", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn renew(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
) -> Result<axum::Json<AdmissionDocument>, Problem> {
    changed(&state, who, id, |office, id| office.renew(id)).await
}

/// Give a hold back
///
/// Of an admission that is settled, released or expired it changes nothing.
#[utoipa::path(
    delete, path = "/admissions/{id}", tag = "budgets", params(("id" = String, Path, description = "Number of the admission")),
    responses(
        (status = 200, description = "The admission as it is now", body = AdmissionDocument),
        (status = 404, description = "No such admission", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "It was never allowed", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn release(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
) -> Result<axum::Json<AdmissionDocument>, Problem> {
    changed(&state, who, id, |office, id| office.release(id)).await
}

async fn changed(
    state: &State,
    who: Identity,
    id: String,
    change: impl FnOnce(&Office<'_>, AdmissionId) -> Result<AdmissionRow, BudgetError> + Send + 'static,
) -> Result<axum::Json<AdmissionDocument>, Problem> {
    let now: Timestamp = state.clock.wall();
    let changed = state
        .work(move |service| {
            let found = service.store.read(|tx| find(tx, &id, &who))?;
            let office = Office { store: &service.store, library: &service.library, now, by: &who.token };
            let row = change(&office, found.admission)?;
            Ok(service.store.read::<_, StoreError>(|tx| AdmissionDocument::of(tx, row, true))?)
        })
        .await?;
    state.events.tell("admission", changed.id.as_str(), Some(&changed.project));
    Ok(axum::Json(changed))
}
