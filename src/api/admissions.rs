//! `/admissions`: whether a job may run, what is held for it, and what it used in the end.

use super::body::Json;
use super::estimates::demand;
use super::name::{NAME_RULE, is_name};
use super::page::{Id, Paging, Query};
use super::problem::Problem;
use super::state::State;
use super::text::{TextMax, expect_text};
use crate::access::Identity;
use crate::budget::{self, Actual, Ask, BudgetError, Office};
use crate::moment;
use crate::store::{AdmissionFilter, AdmissionRow, DecisionRow, HoldRow, StoreError, Tx};
use api::{
    AdmissionDocument, AdmissionJobRequest, AdmissionQuery, AdmissionRequest, CommitRequest, Decision,
    DecisionDocument, HoldDocument, Page, PageQuery, ProblemDocument, Weight,
};
use axum::extract::State as Extract;
use model::{AdmissionId, BudgetId, ChangeKind, HoldNotice};
use units::{CarbonMass, Energy, Timestamp};

const KEY_CHARACTERS_MAX: usize = 256;

impl From<HoldRow> for HoldDocument {
    fn from(row: HoldRow) -> Self {
        Self { budget: row.budget, reserved: row.reserved, held: row.held, settled: row.settled }
    }
}

impl From<DecisionRow> for DecisionDocument {
    fn from(row: DecisionRow) -> Self {
        let document = serde_json::from_str(&row.document).unwrap_or_default();
        Self { at: moment::show(row.at), by: row.by, action: row.action, document }
    }
}

/// An admission with what it holds; with every decision on it if `is_whole`.
fn document(tx: &Tx<'_>, row: AdmissionRow, is_whole: bool) -> Result<AdmissionDocument, StoreError> {
    let mut answer = budget::stored_answer(&row.answer)?;
    answer.id = Some(row.admission);
    let holds = tx.holds().of_admission(row.admission)?;
    let stop_after_s = if row.notice == HoldNotice::Stop { stop_after_s(tx, &holds)? } else { None };
    let decisions = if is_whole { tx.decisions().list(Some(row.admission), None)? } else { Vec::new() };
    Ok(AdmissionDocument {
        id: row.admission,
        key: row.key,
        project: row.project,
        job: row.job,
        state: row.state,
        decided: moment::show(row.decided),
        expires: moment::show(row.expires),
        resolved: row.resolved.map(moment::show),
        p50: Weight::new(row.p50_energy, row.p50_co2e),
        p95: Weight::new(row.p95_energy, row.p95_co2e),
        metered_mj: row.metered.millijoules(),
        actual_mj: row.actual_energy.map(Energy::millijoules),
        overrun_mj: row.overrun.map(Energy::millijoules),
        told: row.notice,
        stop_after_s,
        holds: holds.into_iter().map(HoldDocument::from).collect(),
        answer,
        decisions: decisions.into_iter().map(DecisionDocument::from).collect(),
    })
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
/// Compares the p95 of the job's estimate with every budget that applies, and holds it if the job may run. A denial is answered with 200 as well:
/// `allowed` is `false`, `reason` says what is needed and what is free, and `options` lists variants that would be admitted. The same key with the
/// same job gets the same answer; the same key with another job is refused with 409.
#[utoipa::path(
    post, path = "/admissions", tag = "budgets", request_body = AdmissionRequest,
    responses(
        (status = 200, description = "The decision, allowed or denied, with its reason", body = Decision),
        (status = 404, description = "There is no such project", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The key was used for another job", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The power of this hardware is not known", body = ProblemDocument, content_type = "application/problem+json")
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
    let demand = demand(asked.job)?;
    if demand.project.is_empty() {
        return Err(Problem::field("project", "name the project that the job is charged to"));
    }
    let is_reached = who.reaches(&demand.project);
    let now = state.clock.wall();
    let project = demand.project.clone();
    let decision = state
        .work(move |service| {
            let office = Office { store: &service.store, library: &service.library, now, by: &who.token };
            // What is out of the token's reach is answered as if it were not there.
            let unknown = || Err(BudgetError::UnknownProject { name: demand.project.clone() });
            match if is_reached { office.admit(key.as_deref(), demand.clone(), ask) } else { unknown() } {
                Err(error) if error.is_of_demand() => {
                    let blocks = office.is_blocked_unknown(&demand)?;
                    Err(Problem::from(error).of_job(blocks))
                }
                decided => Ok(decided?),
            }
        })
        .await?;
    if let Some(id) = decision.id.filter(|_| ask == Ask::Reserve) {
        state.events.tell(ChangeKind::Admission, id.to_string(), Some(&project));
    }
    Ok(axum::Json(decision))
}

fn expect_key(key: Option<&str>, ask: Ask) -> Result<(), Problem> {
    match key {
        None if ask == Ask::Reserve => {
            Err(Problem::field("key", "a hold needs a submission key, a different one for each submission"))
        }
        Some(key) => expect_text("key", key, TextMax::Characters(KEY_CHARACTERS_MAX)),
        None => Ok(()),
    }
}

/// List admissions, newest first
#[utoipa::path(get, path = "/admissions", operation_id = "list_admissions", tag = "budgets", params(AdmissionQuery), responses((status = 200, description = "One page of admissions, newest first", body = Page<AdmissionDocument>)))]
pub(crate) async fn list(
    Extract(state): Extract<State>,
    who: Identity,
    Query(asked): Query<AdmissionQuery>,
) -> Result<axum::Json<Page<AdmissionDocument>>, Problem> {
    let page = PageQuery { limit: asked.limit, cursor: asked.cursor };
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
        job: asked.job,
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
                    .map(|row| document(tx, row, false))
                    .collect::<Result<Vec<_>, _>>()
            })?)
        })
        .await?;
    Ok(axum::Json(Page::of(found, limit, |found| found.id.to_string())))
}

/// Show an admission with every decision on it
#[utoipa::path(
    get, path = "/admissions/{id}", operation_id = "show_admission", tag = "budgets", params(("id" = String, Path, description = "Number of the admission")),
    responses((status = 200, description = "The admission with its decisions", body = AdmissionDocument), (status = 404, description = "There is no such admission", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub(crate) async fn show(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
) -> Result<axum::Json<AdmissionDocument>, Problem> {
    let found = state.work(move |service| {
        service.store.read(|tx| {
            let row = find(tx, &id, &who)?;
            Ok(document(tx, row, true)?)
        })
    });
    Ok(axum::Json(found.await?))
}

fn find(tx: &Tx<'_>, id: &str, who: &Identity) -> Result<AdmissionRow, Problem> {
    let row = id.parse().ok().map(|id: AdmissionId| tx.admissions().get(id)).transpose()?.flatten();
    let row = row.filter(|row| who.reaches(&row.project));
    row.ok_or_else(|| BudgetError::UnknownAdmission { id: id.to_owned() }.into())
}

/// Settle an admission with what the job used
///
/// The amount counts in full, even if it exceeds the hold; what is left of the hold is freed. Settling twice changes nothing.
#[utoipa::path(
    post, path = "/admissions/{id}/commit", tag = "budgets", request_body = CommitRequest, params(("id" = String, Path, description = "Number of the admission")),
    responses(
        (status = 200, description = "The admission after the change", body = AdmissionDocument),
        (status = 404, description = "There is no such admission", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The job was never allowed to run", body = ProblemDocument, content_type = "application/problem+json")
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

/// Renew a hold while its job runs
///
/// The hold of a metered job is renewed automatically. The answer says whether the job has to stop.
#[utoipa::path(
    post, path = "/admissions/{id}/renew", tag = "budgets", params(("id" = String, Path, description = "Number of the admission")),
    responses(
        (status = 200, description = "The admission after the change", body = AdmissionDocument),
        (status = 404, description = "There is no such admission", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The job was never allowed to run", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn renew(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
) -> Result<axum::Json<AdmissionDocument>, Problem> {
    changed(&state, who, id, |office, id| office.renew(id)).await
}

/// Name the job of an admission
///
/// For gates that admit a job before it has an id. From then on what is metered of the job, also what was metered before, is spent and no longer
/// held. Naming the same job again changes nothing; another one is refused with 409.
#[utoipa::path(
    post, path = "/admissions/{id}/job", tag = "budgets", request_body = AdmissionJobRequest, params(("id" = String, Path, description = "Number of the admission")),
    responses(
        (status = 200, description = "The admission after the change", body = AdmissionDocument),
        (status = 404, description = "There is no such admission", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The job was never allowed to run, or the admission has another job", body = ProblemDocument, content_type = "application/problem+json")
    )
)]
pub(crate) async fn name_job(
    Extract(state): Extract<State>,
    who: Identity,
    Id(id): Id,
    Json(asked): Json<AdmissionJobRequest>,
) -> Result<axum::Json<AdmissionDocument>, Problem> {
    if !is_name(asked.job.as_str()) {
        return Err(Problem::field("job", format!("a name is {NAME_RULE}")));
    }
    changed(&state, who, id, |office, id| office.name_job(id, asked.job)).await
}

/// Release a hold
///
/// Changes nothing if the admission is already settled, released or expired.
#[utoipa::path(
    delete, path = "/admissions/{id}", tag = "budgets", params(("id" = String, Path, description = "Number of the admission")),
    responses(
        (status = 200, description = "The admission after the change", body = AdmissionDocument),
        (status = 404, description = "There is no such admission", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The job was never allowed to run", body = ProblemDocument, content_type = "application/problem+json")
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
            Ok(service.store.read::<_, StoreError>(|tx| document(tx, row, true))?)
        })
        .await?;
    state.events.tell(ChangeKind::Admission, changed.id.to_string(), Some(&changed.project));
    Ok(axum::Json(changed))
}
