//! The gate: decides a review against the budgets, and settles what its object held when the object has ended.

use super::asker::Asker;
use super::forest::Forest;
use super::object::KubernetesObject;
use super::review::{Deletion, ObjectChange, Review, ReviewAnswer};
use super::weighing::{ObjectWeighing, WeighedReview};
use super::words;
use crate::budget::{BudgetError, ClaimOutcome, Demand, Desk, JobClaim, Office};
use crate::config::Kubernetes;
use crate::store::Tx;
use api::{Decision, Outage};
use model::{AdmissionId, ProjectName};
use std::collections::BTreeMap;
use std::sync::Arc;

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
pub fn decide(office: Office<'_>, settings: &Arc<Kubernetes>, review: &Arc<Review>) -> Result<Reviewed, BudgetError> {
    if office.store.read::<_, BudgetError>(|tx| is_noise(tx, review))? {
        return Ok(ReviewAnswer::allow(review).into());
    }
    let (asked, own) = (Arc::clone(review), Arc::clone(settings));
    let verdict = office.at_the_desk(review.dry_run, move |desk| verdict(desk, &own, &asked))?;
    match verdict {
        ReviewVerdict::Allowed => Ok(ReviewAnswer::allow(review).into()),
        ReviewVerdict::Weighed(outcome) => Ok(answer(review, *outcome)),
        ReviewVerdict::Unknown { demand, must_hold, why } => unknown(office, review, (&demand, must_hold), &why),
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

/// What the transaction of a review came to.
enum ReviewVerdict {
    /// There was nothing to decide.
    Allowed,
    /// The budgets were asked.
    Weighed(Box<ClaimOutcome>),
    /// What the object takes cannot be known.
    Unknown { demand: Box<Demand>, must_hold: bool, why: String },
}

/// Whether a review says nothing of its object that is not known, as most reviews do.
fn is_noise(tx: &Tx<'_>, review: &Review) -> Result<bool, BudgetError> {
    let takes_nothing = |object: &KubernetesObject| object.is_nothing(object.owner.is_some());
    let mut forest = Forest::new(tx);
    match &review.change {
        ObjectChange::Create(object) => Ok(takes_nothing(object)),
        ObjectChange::Update { new, old, .. } => {
            let Some(known) = forest.get(&new.uid)? else {
                return Ok(takes_nothing(new) || new.has_ended || (new.is_leaving && new.has_no_finalizers));
            };
            let ends = new.has_ended || (new.is_leaving && new.has_no_finalizers);
            let is_of_its_owner = known.owner.as_ref() == new.owner.as_ref().map(|owner| &owner.uid)
                || old.as_ref().is_some_and(|old| old.owner == new.owner);
            let is_alike = is_of_its_owner && new.takes.as_ref() == Ok(&known.declared);
            Ok(!ends && is_alike && known.is_certain())
        }
        ObjectChange::Delete(Deletion { object, .. }) => {
            let by_collector = review.user.is_garbage_collector() && object.owner.is_some();
            Ok(!by_collector && !object.uid.is_empty() && forest.get(&object.uid)?.is_none())
        }
        ObjectChange::Evict { namespace, name } => Ok(forest.at_place(namespace, "Pod", name)?.is_empty()),
        ObjectChange::Nothing => Ok(true),
        ObjectChange::Scale(_) | ObjectChange::Unreadable { .. } => Ok(false),
    }
}

fn verdict(desk: &Desk<'_>, settings: &Kubernetes, review: &Review) -> Result<ReviewVerdict, BudgetError> {
    let default_hours = |demand: &Demand| desk.wall_time(demand);
    let mut weighing = ObjectWeighing {
        settings,
        review,
        now: desk.now(),
        forest: Forest::new(desk.tx()),
        default_hours: &default_hours,
        succession: None,
        have_run: Vec::new(),
    };
    let asker = Asker {
        desk,
        settings,
        namespace: &review.namespace,
        user: Some(review.user.name.clone()).filter(|name| !name.is_empty()),
        shown: shown(&mut weighing.forest, review)?,
    };
    let must_hold = match weighing.weigh()? {
        WeighedReview::Nothing => return Ok(ReviewVerdict::Allowed),
        WeighedReview::Unknown(why) => {
            return Ok(ReviewVerdict::Unknown { demand: Box::new(asker.whole()?), must_hold: !may_grow(review), why });
        }
        WeighedReview::Changed { must_hold } => must_hold,
    };
    let ObjectWeighing { mut forest, succession, have_run, .. } = weighing;
    let holding = RootHolding { asker: &asker, have_run: &have_run, succession, must_hold };
    match holding.hold(&mut forest) {
        Ok(outcome) => {
            if matches!(outcome, ClaimOutcome::Held { .. }) {
                forest.write()?;
            }
            Ok(ReviewVerdict::Weighed(Box::new(outcome)))
        }
        Err(error @ (BudgetError::Store(_) | BudgetError::Ledger(_))) => Err(error),
        Err(error) => {
            Ok(ReviewVerdict::Unknown { demand: Box::new(asker.whole()?), must_hold, why: words::problem(&error) })
        }
    }
}

/// What the roots of a forest take, as it is held.
struct RootHolding<'a> {
    asker: &'a Asker<'a>,
    /// Objects of which some part has run.
    have_run: &'a [String],
    /// The object whose holds the new one takes over: new and old uid.
    succession: Option<(String, String)>,
    /// Whether what does not fit is held all the same.
    must_hold: bool,
}

impl RootHolding<'_> {
    /// What must be held and does not fit is held as far as pods take it: what more is asked for is weighed when its pods are made.
    fn hold(&self, forest: &mut Forest<'_>) -> Result<ClaimOutcome, BudgetError> {
        let mut claims = self.claims(forest)?;
        if self.must_hold && !self.asker.desk.has_room(claims.clone())? {
            forest.limit(self.asker.desk.now())?;
            claims = self.claims(forest)?;
        }
        self.asker.desk.hold(claims, self.must_hold)
    }

    fn claims(&self, forest: &mut Forest<'_>) -> Result<Vec<JobClaim>, BudgetError> {
        let mut changes = forest.changes()?;
        // What takes a hold over ends nothing beside it.
        let is_held = |uid: &str| changes.iter().any(|change| change.root.uid == uid && change.is_held());
        let is_over = |uid: &str| changes.iter().any(|change| change.root.uid == uid && !change.is_held());
        let succession = self.succession.as_ref().filter(|(new, old)| is_held(new) && is_over(old));
        if let Some((_, old)) = succession {
            changes.retain(|change| change.root.uid != *old);
        }
        changes.into_iter().map(|change| self.asker.claim(change, self.have_run, succession)).collect()
    }
}

/// Whether more may be taken after this review: what cannot be read is let through where it only ends or stays as it is.
fn may_grow(review: &Review) -> bool {
    match &review.change {
        ObjectChange::Create(_) | ObjectChange::Scale(_) => true,
        ObjectChange::Update { old, is_status, .. } => !is_status && old.as_ref().is_none_or(|old| old.takes.is_ok()),
        ObjectChange::Unreadable { may_grow, .. } => *may_grow,
        ObjectChange::Delete(_) | ObjectChange::Evict { .. } | ObjectChange::Nothing => false,
    }
}

/// The object that a review shows, by its uid.
fn shown<'r>(
    forest: &mut Forest<'_>,
    review: &'r Review,
) -> Result<BTreeMap<String, &'r KubernetesObject>, BudgetError> {
    let object = match &review.change {
        ObjectChange::Create(object) | ObjectChange::Update { new: object, .. } => object,
        _ => return Ok(BTreeMap::new()),
    };
    Ok(BTreeMap::from([(forest.uid_of(object)?, object)]))
}

/// Holds what the roots of `forest` take now, whatever that is; objects of which more is known are `shown`.
pub(super) fn settle_up(
    desk: &Desk<'_>,
    settings: &Kubernetes,
    mut forest: Forest<'_>,
    shown: BTreeMap<String, &KubernetesObject>,
) -> Result<Vec<ChangedAdmission>, BudgetError> {
    let asker = Asker { desk, settings, namespace: "", user: None, shown };
    let holding = RootHolding { asker: &asker, have_run: &[], succession: None, must_hold: true };
    let outcome = holding.hold(&mut forest)?;
    forest.write()?;
    Ok(changed_by(&outcome))
}

fn changed_by(outcome: &ClaimOutcome) -> Vec<ChangedAdmission> {
    let found = |(admission, project): (AdmissionId, ProjectName)| ChangedAdmission { admission, project };
    match outcome.clone() {
        ClaimOutcome::Held { changed, .. } => changed.into_iter().map(found).collect(),
        ClaimOutcome::Refused { demand, decision, is_new } => {
            decision.id.filter(|_| is_new).map(|id| found((id, demand.project))).into_iter().collect()
        }
    }
}

fn answer(review: &Review, outcome: ClaimOutcome) -> Reviewed {
    let changed = if review.dry_run { Vec::new() } else { changed_by(&outcome) };
    let number = |decision: Decision| Decision { id: decision.id.filter(|_| !review.dry_run), ..decision };
    let answer = match outcome {
        ClaimOutcome::Held { decisions, .. } => {
            let decisions: Vec<Decision> = decisions.into_iter().map(number).collect();
            let warnings: Vec<String> = decisions.iter().flat_map(|decision| decision.warnings.clone()).collect();
            audited(ReviewAnswer::allow(review).warned(&warnings), &decisions)
        }
        ClaimOutcome::Refused { demand, decision, .. } => {
            let decision = number(*decision);
            let message = words::denial(&subject(review, &demand), &demand, &decision);
            audited(ReviewAnswer::deny(review, &message), &[decision])
        }
    };
    Reviewed { answer, changed }
}

/// What is refused, as its user knows it.
fn subject(review: &Review, demand: &Demand) -> String {
    let object = match &review.change {
        ObjectChange::Create(object) | ObjectChange::Update { new: object, .. } => object.to_string(),
        ObjectChange::Scale(scale) => {
            return format!("{} {} with {} replicas", scale.resource, scale.name, scale.to);
        }
        _ => String::new(),
    };
    let root = demand.labels.get("kind").zip(demand.job_name.as_ref()).map(|(kind, name)| format!("{kind} {name}"));
    match root {
        Some(root) if root != object && !object.is_empty() => format!("{root} with {object}"),
        Some(root) => root,
        None => object,
    }
}

/// What cannot be estimated is denied where a budget blocks, as nobody could say that it fits; where it `must` be let through, it is with a warning.
fn unknown(
    office: Office<'_>,
    review: &Review,
    (demand, must): (&Demand, bool),
    why: &str,
) -> Result<Reviewed, BudgetError> {
    let answer = if !must && office.is_blocked_unknown(demand)? {
        ReviewAnswer::deny(review, &words::cannot_estimate(why))
    } else {
        let warning = format!("not counted against carbon budgets: it cannot be estimated: {why}");
        ReviewAnswer::allow(review).warned(&[warning])
    };
    Ok(answer.into())
}

fn audited(answer: ReviewAnswer, decisions: &[Decision]) -> ReviewAnswer {
    let numbers: Vec<String> = decisions.iter().filter_map(|decision| decision.id).map(|id| id.to_string()).collect();
    if numbers.is_empty() { answer } else { answer.audited("admission", numbers.join(",")) }
}
