//! The gate: decides a review against the budgets, and settles what its object held when the object ends.

use super::accelerator::SLICES;
use super::note;
use super::object::{AcceleratorUse, KubernetesObject};
use super::review::{ObjectChange, Review, ReviewAnswer};
use super::words;
use crate::budget::{self, Actual, Ask, BudgetError, Demand, Hardware, Office, PowerError};
use crate::config::Kubernetes;
use crate::store::{AdmissionFilter, AdmissionRow};
use api::{Decision, Outage};
use model::{AdmissionId, AdmissionState, JobId, ProjectName};
use std::collections::BTreeMap;

/// Admissions of one object that are looked at, the newest.
const ADMISSIONS_MAX: u32 = 100;

/// What a review came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reviewed {
    /// What Kubernetes is told.
    pub answer: ReviewAnswer,
    /// Admissions that were made or changed, for those who watch.
    pub changed: Vec<ChangedAdmission>,
}

/// An admission that a review made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedAdmission {
    /// Its number.
    pub admission: AdmissionId,
    /// Its project.
    pub project: ProjectName,
}

impl From<ReviewAnswer> for Reviewed {
    fn from(answer: ReviewAnswer) -> Self {
        Self { answer, changed: Vec::new() }
    }
}

/// Decides `review`.
///
/// # Errors
///
/// The ledger or the store: then nothing was decided, and [`undecided`] answers.
pub fn decide(office: Office<'_>, settings: &Kubernetes, review: &Review) -> Result<Reviewed, BudgetError> {
    let gate = Gate { office, settings, review };
    match &review.change {
        Ok(ObjectChange::Nothing) => Ok(ReviewAnswer::allow(review).into()),
        Ok(ObjectChange::Create(object) | ObjectChange::Grow(object)) => {
            if gate.is_counted_with_its_owner(object)? {
                return Ok(ReviewAnswer::allow(review).into());
            }
            gate.admit(&object.to_string(), gate.demands(object)?, object.is_at_rest)
        }
        Ok(ObjectChange::Scale { known_as, kind, from, to }) => {
            let demands = gate.scaled(known_as, to.saturating_sub(*from))?;
            gate.admit(&format!("{kind} from {from} to {to} replicas"), demands, false)
        }
        Ok(ObjectChange::End(object)) => gate.end(object),
        Err(error) => gate.unknown(&gate.demand()?, &error.to_string()),
    }
}

/// The answer where there is no decision, for the reason `why`.
#[must_use]
pub fn undecided(outage: Outage, review: &Review, why: &str) -> ReviewAnswer {
    let answer = match outage {
        Outage::Open => {
            let warning = format!("not checked against carbon budgets ({why}); it is counted later");
            ReviewAnswer::allow(review).warned(&[warning])
        }
        Outage::Closed => {
            let message =
                format!("carbon budgets could not be checked: {why}, and kubernetes.outage is closed; try again");
            ReviewAnswer::deny(review, &message)
        }
    };
    answer.audited("unverified", why.to_owned())
}

/// One review on its way to an answer.
struct Gate<'a> {
    office: Office<'a>,
    settings: &'a Kubernetes,
    review: &'a Review,
}

impl Gate<'_> {
    /// What is the same for every accelerator of the object.
    fn demand(&self) -> Result<Demand, BudgetError> {
        let namespace = &self.review.namespace;
        let project = match self.settings.projects.get(namespace) {
            Some(project) => project.clone(),
            None => self.office.project_of(namespace)?,
        };
        Ok(Demand {
            project,
            site: self.settings.site.clone(),
            labels: BTreeMap::from([("namespace".to_owned(), namespace.clone())]),
            user: self.review.user.clone(),
            ..Demand::default()
        })
    }

    fn demands(&self, object: &KubernetesObject) -> Result<Vec<Demand>, BudgetError> {
        let mut whole = self.demand()?;
        let labels = object.labels.iter().filter(|(key, _)| *key != "namespace");
        whole.labels.extend(labels.map(|(key, value)| (key.clone(), value.clone())));
        whole.labels.insert("kind".to_owned(), object.kind.clone());
        whole.job_name = Some(object.name.clone()).filter(|name| !name.is_empty());
        whole.job = object.known_as.first().cloned();
        let whole = whole.made_plain();
        object.parts.iter().map(|part| of_part(&whole, part)).collect()
    }

    /// What `more` replicas of a known object take.
    fn scaled(&self, known_as: &[JobId], more: u64) -> Result<Vec<Demand>, BudgetError> {
        let mut newest: BTreeMap<(String, Option<u64>), Demand> = BTreeMap::new();
        for row in self.known(known_as)? {
            let demand = budget::stored_demand(&row.demand)?;
            newest.entry((demand.accelerator.clone(), demand.nanowatts)).or_insert(demand);
        }
        let of_replicas = |demand: Demand| {
            let count = note::devices_per_replica(&demand)?.saturating_mul(more);
            (count > 0).then(|| Demand { count, user: self.review.user.clone(), ..demand })
        };
        Ok(newest.into_values().filter_map(of_replicas).collect())
    }

    /// Every admission of an object that was not denied, newest first.
    fn known(&self, known_as: &[JobId]) -> Result<Vec<AdmissionRow>, BudgetError> {
        for id in known_as {
            let filter = AdmissionFilter { job: Some(id.clone()), limit: ADMISSIONS_MAX, ..AdmissionFilter::default() };
            let mut rows = self.office.admissions(&filter)?;
            rows.retain(|row| row.state != AdmissionState::Denied);
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }

    fn held(&self, known_as: &[JobId]) -> Result<Vec<AdmissionRow>, BudgetError> {
        let mut rows = self.known(known_as)?;
        rows.retain(|row| row.state == AdmissionState::Held);
        Ok(rows)
    }

    /// Whether the object's controller was counted, with all that it makes. Anyone can write the name of a controller into an object, so a controller
    /// that is not known counts only where the cluster itself asks.
    fn is_counted_with_its_owner(&self, object: &KubernetesObject) -> Result<bool, BudgetError> {
        let Some(owner) = &object.owner else { return Ok(false) };
        if owner.kind != "CronJob" {
            return Ok(self.review.is_of_a_controller() || !self.known(&owner.known_as)?.is_empty());
        }
        // A CronJob holds its next run, which this is.
        if !self.review.dry_run {
            for row in self.held(&owner.known_as)? {
                self.office.release(row.admission)?;
            }
        }
        Ok(false)
    }

    /// Admits all of the object, or nothing of it.
    fn admit(&self, object: &str, demands: Vec<Demand>, is_at_rest: bool) -> Result<Reviewed, BudgetError> {
        let ask = match (self.review.dry_run, is_at_rest) {
            (true, _) => Ask::DryRun,
            (false, true) => Ask::Check,
            (false, false) => Ask::Reserve,
        };
        let (mut decisions, mut changed) = (Vec::new(), Vec::new());
        for (index, demand) in demands.into_iter().enumerate() {
            let part = if index == 0 { String::new() } else { format!(":{}", index + 1) };
            let key = format!("kubernetes:{}{part}", self.review.uid);
            let decision = match self.office.admit(Some(&key), demand.clone(), ask) {
                Ok(decision) => decision,
                Err(error) => {
                    self.give_back(&decisions)?;
                    return self.failed(&demand, error);
                }
            };
            let project = demand.project.clone();
            changed.extend(decision.id.map(|admission| ChangedAdmission { admission, project }));
            if !decision.allowed && !is_at_rest {
                self.give_back(&decisions)?;
                let message = words::denial(object, &demand, &decision);
                let answer = ReviewAnswer::deny(self.review, &message);
                return Ok(Reviewed { answer: audited(answer, &[decision]), changed });
            }
            decisions.push(decision);
        }
        let warnings: Vec<String> = decisions.iter().flat_map(|decision| decision.warnings.clone()).collect();
        let answer = audited(ReviewAnswer::allow(self.review).warned(&warnings), &decisions);
        Ok(Reviewed { answer, changed })
    }

    fn give_back(&self, decisions: &[Decision]) -> Result<(), BudgetError> {
        let held = decisions.iter().filter(|decision| decision.held).filter_map(|decision| decision.id);
        held.map(|id| self.office.release(id)).try_for_each(|released| released.map(drop))
    }

    fn failed(&self, demand: &Demand, error: BudgetError) -> Result<Reviewed, BudgetError> {
        match error {
            BudgetError::Store(_) | BudgetError::Ledger(_) => Err(error),
            BudgetError::KeyReused { .. } => Ok(ReviewAnswer::deny(self.review, &error.to_string()).into()),
            error => self.unknown(demand, &words::problem(&error)),
        }
    }

    /// What cannot be estimated is denied where a budget blocks: nobody could say that it fits.
    fn unknown(&self, demand: &Demand, why: &str) -> Result<Reviewed, BudgetError> {
        let answer = if self.office.is_blocked_unknown(demand)? {
            ReviewAnswer::deny(self.review, &words::cannot_estimate(why))
        } else {
            let warning = format!("not counted against carbon budgets: it cannot be estimated: {why}");
            ReviewAnswer::allow(self.review).warned(&[warning])
        };
        Ok(answer.into())
    }

    /// Settles what has run with what the ledger has of it, and releases what never ran.
    fn end(&self, object: &KubernetesObject) -> Result<Reviewed, BudgetError> {
        let mut reviewed = Reviewed::from(ReviewAnswer::allow(self.review));
        if self.review.dry_run {
            return Ok(reviewed);
        }
        for row in self.held(&object.known_as)? {
            if object.has_started || row.metered.millijoules() > 0 {
                self.office.commit(row.admission, Actual::default())?;
            } else {
                self.office.release(row.admission)?;
            }
            reviewed.changed.push(ChangedAdmission { admission: row.admission, project: row.project });
        }
        Ok(reviewed)
    }
}

fn of_part(whole: &Demand, part: &AcceleratorUse) -> Result<Demand, BudgetError> {
    let mut demand = Demand {
        accelerator: part.accelerator.name.clone(),
        count: part.count,
        nanohours: part.nanohours,
        nanowatts: slice_nanowatts(part)?,
        ..whole.clone()
    };
    note::set_devices_per_replica(&mut demand, part.per_replica);
    Ok(demand)
}

/// Expected power of a slice: its part of a whole accelerator's, rounded up; `None` of a whole one.
fn slice_nanowatts(part: &AcceleratorUse) -> Result<Option<u64>, BudgetError> {
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

fn audited(answer: ReviewAnswer, decisions: &[Decision]) -> ReviewAnswer {
    let numbers: Vec<String> = decisions.iter().filter_map(|decision| decision.id).map(|id| id.to_string()).collect();
    if numbers.is_empty() { answer } else { answer.audited("admission", numbers.join(",")) }
}
