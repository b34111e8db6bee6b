//! `/admission/kubernetes`: the validating webhook of a cluster.
//!
//! Kubernetes waits for the answer, so it comes in time whatever the store does: by the outage policy when no decision was made. A decision that
//! comes too late still holds what it admits.

use super::State;
use super::auth::unbound;
use super::body::JsonBytes;
use super::problem::Problem;
use crate::access::Identity;
use crate::budget::{self, Actual, Ask, BudgetError, Demand, Hardware, Office, PowerError};
use crate::config::Kubernetes;
use crate::gate::kubernetes::{Answer, Change, Part, Review, SLICES, Workload};
use crate::store::{AdmissionFilter, AdmissionRow, AdmissionState, StoreError};
use api::{Decision, Outage};
use axum::body::Bytes;
use axum::extract::State as Extract;
use std::collections::BTreeMap;

/// Larger bodies are read where other requests do not wait for it.
const READ_AT_ONCE_BYTES: usize = 64 << 10;
/// Admissions of one object that are looked at, the newest.
const ADMISSIONS_MAX: u32 = 100;
/// Label of an admission: accelerators that one replica takes.
const PER_REPLICA: &str = "devices_per_replica";
/// Options of a denial that a terminal shows.
const OPTIONS_SHOWN: usize = 3;

/// Review an object of Kubernetes
///
/// AdmissionReview of admission.k8s.io/v1 and v1beta1, answered in its own version: pods, Jobs, CronJobs, Deployments, StatefulSets, and training jobs
/// of Kubeflow, Ray and JobSet with accelerators are held against the budgets of their namespace. Also served at /admission/kubernetes.
#[utoipa::path(
    post, path = "/admission/kubernetes", tag = "gates", request_body(content = Object, description = "An AdmissionReview"),
    responses((status = 200, description = "The AdmissionReview with its response, allowed or denied", body = Answer))
)]
pub(crate) async fn review(
    Extract(state): Extract<State>,
    who: Identity,
    JsonBytes(body): JsonBytes,
) -> Result<axum::Json<Answer>, Problem> {
    unbound(&who)?;
    let review = read(&state, body).await?;
    if matches!(review.change, Ok(Change::Nothing)) {
        return Ok(axum::Json(Answer::allow(&review)));
    }
    let (now, asked) = (state.clock.wall(), review.clone());
    let deciding = state.work(move |service| {
        let office = Office { store: &service.store, library: &service.library, now, by: &who.token };
        let desk = Desk { office, gate: &service.gates.kubernetes, review: &asked };
        let (answer, admissions) = desk.decide()?;
        for (id, project) in admissions {
            service.events.tell("admission", id, Some(&project));
        }
        Ok(answer)
    });
    let answer = match tokio::time::timeout(state.gates.kubernetes.answer_within, deciding).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(problem)) if problem.is_of_the_service() => undecided(&state, &review, "the service failed"),
        Ok(Err(problem)) => return Err(problem),
        Err(_) => undecided(&state, &review, "the service did not decide in time"),
    };
    Ok(axum::Json(answer))
}

async fn read(state: &State, body: Bytes) -> Result<Review, Problem> {
    let wrong = |error: crate::gate::kubernetes::ReviewError| Problem::body(error.to_string());
    if body.len() <= READ_AT_ONCE_BYTES {
        return Review::read(&body, &state.gates.kubernetes.accelerator).map_err(wrong);
    }
    state.work(move |service| Review::read(&body, &service.gates.kubernetes.accelerator).map_err(wrong)).await
}

/// The answer where there is no decision.
fn undecided(state: &State, review: &Review, why: &str) -> Answer {
    let outage = state.gates.kubernetes.outage;
    tracing::warn!(
        uid = review.uid,
        namespace = review.namespace,
        ?outage,
        why,
        "an object of Kubernetes was not checked"
    );
    match outage {
        Outage::Open => {
            let warning = format!("not checked against carbon budgets ({why}); it is counted later");
            Answer::allow(review).warned(&[warning]).audited("unverified", why.to_owned())
        }
        Outage::Closed => {
            let message =
                format!("carbon budgets could not be checked: {why}, and kubernetes.outage is closed; try again");
            Answer::deny(review, &message).audited("unverified", why.to_owned())
        }
    }
}

/// Numbers of admissions that changed, each with its project.
type Told = Vec<(String, String)>;

/// One review on its way to an answer.
struct Desk<'a> {
    office: Office<'a>,
    gate: &'a Kubernetes,
    review: &'a Review,
}

impl Desk<'_> {
    fn decide(&self) -> Result<(Answer, Told), BudgetError> {
        match &self.review.change {
            Ok(Change::Nothing) => Ok((Answer::allow(self.review), Vec::new())),
            Ok(Change::Create(object) | Change::Grow(object)) => {
                if self.is_counted_with_its_owner(object)? {
                    return Ok((Answer::allow(self.review), Vec::new()));
                }
                self.admit(&object.to_string(), self.demands(object)?, object.is_at_rest)
            }
            Ok(Change::Scale { known_as, kind, from, to }) => {
                let demands = self.scaled(known_as, to.saturating_sub(*from))?;
                self.admit(&format!("{kind} from {from} to {to} replicas"), demands, false)
            }
            Ok(Change::End(object)) => self.end(object),
            Err(error) => self.unknown(&self.demand()?, error),
        }
    }

    /// What is the same for every accelerator of the object.
    fn demand(&self) -> Result<Demand, BudgetError> {
        let namespace = &self.review.namespace;
        let project = match self.gate.projects.get(namespace) {
            Some(project) => project.clone(),
            None if self.office.store.read::<_, StoreError>(|tx| tx.projects().exists(namespace))? => namespace.clone(),
            None => String::new(),
        };
        Ok(Demand {
            project,
            site: self.gate.site.clone(),
            labels: BTreeMap::from([("namespace".to_owned(), namespace.clone())]),
            user: self.review.user.clone(),
            ..Demand::default()
        })
    }

    fn demands(&self, object: &Workload) -> Result<Vec<Demand>, BudgetError> {
        let mut whole = self.demand()?;
        let labels = object.labels.iter().filter(|(key, _)| *key != "namespace");
        whole.labels.extend(labels.map(|(key, value)| (key.clone(), value.clone())));
        whole.labels.insert("kind".to_owned(), object.kind.clone());
        whole.job_name = Some(object.name.clone()).filter(|name| !name.is_empty());
        whole.job = object.known_as.first().cloned();
        object.parts.iter().map(|part| of_part(&whole, part)).collect()
    }

    /// What `more` replicas of a known object take.
    fn scaled(&self, known_as: &[String], more: u64) -> Result<Vec<Demand>, BudgetError> {
        let mut newest: BTreeMap<(String, Option<u64>), Demand> = BTreeMap::new();
        for row in self.known(known_as)? {
            let demand = Demand::stored(&row.demand)?;
            newest.entry((demand.accelerator.clone(), demand.nanowatts)).or_insert(demand);
        }
        let of_one = |demand: &Demand| demand.labels.get(PER_REPLICA).and_then(|devices| devices.parse::<u64>().ok());
        let count = |demand: Demand| {
            let count = of_one(&demand)?.saturating_mul(more);
            (count > 0).then(|| Demand { count, user: self.review.user.clone(), ..demand })
        };
        Ok(newest.into_values().filter_map(count).collect())
    }

    /// Every admission of an object that was not denied, newest first.
    fn known(&self, known_as: &[String]) -> Result<Vec<AdmissionRow>, BudgetError> {
        for id in known_as {
            let filter = AdmissionFilter { job: Some(id.clone()), limit: ADMISSIONS_MAX, ..AdmissionFilter::default() };
            let mut rows = self.office.store.read::<_, StoreError>(|tx| tx.admissions().list(&filter))?;
            rows.retain(|row| row.state != AdmissionState::Denied);
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }

    /// Whether the object's controller was counted, with all that it makes. Anyone can write the name of a controller into an object, so that one
    /// that is not known counts only where the cluster itself says so.
    fn is_counted_with_its_owner(&self, object: &Workload) -> Result<bool, BudgetError> {
        let Some(owner) = &object.owner else { return Ok(false) };
        if owner.kind != "CronJob" {
            return Ok(self.review.is_of_a_controller() || !self.known(&owner.known_as)?.is_empty());
        }
        // A CronJob holds its next run, which this is.
        if !self.review.dry_run {
            for row in self.known(&owner.known_as)?.iter().filter(|row| row.state == AdmissionState::Held) {
                budget::release(&self.office, &row.admission.to_string())?;
            }
        }
        Ok(false)
    }

    /// All of the object, or nothing of it.
    fn admit(&self, object: &str, demands: Vec<Demand>, is_at_rest: bool) -> Result<(Answer, Told), BudgetError> {
        let ask = match (self.review.dry_run, is_at_rest) {
            (true, _) => Ask::DryRun,
            (false, true) => Ask::Check,
            (false, false) => Ask::Reserve,
        };
        let (mut decisions, mut told) = (Vec::new(), Vec::new());
        for (index, demand) in demands.into_iter().enumerate() {
            let key = if index == 0 { String::new() } else { format!(":{}", index + 1) };
            let key = format!("kubernetes:{}{key}", self.review.uid);
            let decision = match budget::admit(&self.office, Some(&key), demand.clone(), ask) {
                Ok(decision) => decision,
                Err(error) => {
                    self.give_back(&decisions)?;
                    return self.failed(&demand, error);
                }
            };
            told.extend(decision.id.iter().map(|id| (id.clone(), demand.project.clone())));
            if !decision.allowed && !is_at_rest {
                self.give_back(&decisions)?;
                let answer = Answer::deny(self.review, &denial(object, &demand, &decision));
                return Ok((audited(answer, &[decision]), told));
            }
            decisions.push(decision);
        }
        let warnings: Vec<String> = decisions.iter().flat_map(|decision| decision.warnings.clone()).collect();
        Ok((audited(Answer::allow(self.review).warned(&warnings), &decisions), told))
    }

    fn give_back(&self, decisions: &[Decision]) -> Result<(), BudgetError> {
        let held = decisions.iter().filter(|decision| decision.held).filter_map(|decision| decision.id.as_deref());
        held.map(|id| budget::release(&self.office, id)).try_for_each(|released| released.map(drop))
    }

    fn failed(&self, demand: &Demand, error: BudgetError) -> Result<(Answer, Told), BudgetError> {
        match error {
            BudgetError::Store(_) | BudgetError::Ledger(_) => Err(error),
            BudgetError::KeyReused { .. } => Ok((Answer::deny(self.review, &error.to_string()), Vec::new())),
            error => self.unknown(demand, error),
        }
    }

    /// What cannot be estimated is denied where a budget blocks: nobody could say that it fits.
    fn unknown(&self, demand: &Demand, why: impl std::fmt::Display) -> Result<(Answer, Told), BudgetError> {
        let words = format!("it cannot be estimated: {why}");
        if budget::is_blocked_unknown(&self.office, demand)? {
            let next = "annotations wattledger.io/hours and wattledger.io/accelerator state what is missing";
            return Ok((Answer::deny(self.review, &format!("carbon budget: {words}; {next}")), Vec::new()));
        }
        Ok((Answer::allow(self.review).warned(&[format!("not counted against carbon budgets: {words}")]), Vec::new()))
    }

    /// What has run is settled with what the ledger has of it; what never ran gives its hold back.
    fn end(&self, object: &Workload) -> Result<(Answer, Told), BudgetError> {
        let mut told = Vec::new();
        if !self.review.dry_run {
            for row in self.known(&object.known_as)?.into_iter().filter(|row| row.state == AdmissionState::Held) {
                let id = row.admission.to_string();
                if object.has_started || row.metered_mj > 0 {
                    budget::commit(&self.office, &id, Actual::default())?;
                } else {
                    budget::release(&self.office, &id)?;
                }
                told.push((id, row.project));
            }
        }
        Ok((Answer::allow(self.review), told))
    }
}

fn of_part(whole: &Demand, part: &Part) -> Result<Demand, BudgetError> {
    let mut demand = Demand {
        accelerator: part.accelerator.name.clone(),
        count: part.count,
        nanohours: part.nanohours,
        nanowatts: slice_nanowatts(part)?,
        ..whole.clone()
    };
    if part.per_replica > 0 {
        demand.labels.insert(PER_REPLICA.to_owned(), part.per_replica.to_string());
    }
    Ok(demand)
}

/// Expected power of a slice: its part of a whole accelerator's, rounded up; `None` of a whole one.
fn slice_nanowatts(part: &Part) -> Result<Option<u64>, BudgetError> {
    let accelerator = &part.accelerator;
    if accelerator.slices >= SLICES {
        return Ok(None);
    }
    let whole =
        Hardware { accelerator: &accelerator.name, instance: None, count: 1, nanowatts: None, utilisation_ppm: None };
    match whole.power() {
        Ok(power) => Ok(Some(power.nanowatts.saturating_mul(accelerator.slices).div_ceil(SLICES))),
        // What is not known is said when it is estimated.
        Err(PowerError::Hardware(_)) => Ok(None),
        Err(PowerError::Overflow(error)) => Err(error.into()),
    }
}

fn audited(answer: Answer, decisions: &[Decision]) -> Answer {
    let numbers: Vec<&str> = decisions.iter().filter_map(|decision| decision.id.as_deref()).collect();
    if numbers.is_empty() { answer } else { answer.audited("admission", numbers.join(",")) }
}

/// What the user reads: what is needed, what is left, what would fit, and whom to ask.
fn denial(object: &str, demand: &Demand, decision: &Decision) -> String {
    let hours = decision.estimate.hours;
    let mut text = format!(
        "carbon budget: {object}, {} x {} for {hours} h: {}",
        demand.count, demand.accelerator, decision.reason
    );
    if !decision.options.is_empty() {
        let titles: Vec<&str> =
            decision.options.iter().take(OPTIONS_SHOWN).map(|option| option.title.as_str()).collect();
        text.push_str(&format!(". What would fit: {}", titles.join("; ")));
    }
    if let Some(id) = &decision.id {
        text.push_str(&format!(". This is admission {id}; to ask for an exception: wattledger budget request {id}"));
    }
    text
}
