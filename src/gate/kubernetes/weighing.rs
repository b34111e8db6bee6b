//! What a review does to the known objects, and whether what their roots take then may be refused.

use super::asker::demand_of;
use super::forest::{Forest, KnownObject};
use super::object::{KubernetesObject, ObjectOwner};
use super::review::{Deletion, ObjectChange, Rescale, Review};
use super::takes::{AcceleratorUse, Takes};
use crate::budget::{BudgetError, Demand};
use crate::config::Kubernetes;
use model::ObjectState;
use units::{Span, Timestamp};

/// A status that shows less than a review said before may have been read before that review was stored; after so long it was not.
const SETTLED: Span = Span::from_seconds(60);

/// What a review comes to before the budgets are asked.
pub(super) enum WeighedReview {
    /// The known objects were changed.
    Changed {
        /// Whether what is held then may not be refused: nothing more is taken than before, or it is taken already.
        must_hold: bool,
    },
    /// There is nothing to weigh.
    Nothing,
    /// What is asked for cannot be read, or how much it is cannot be known.
    Unknown(String),
}

/// One review that is weighed.
pub(super) struct ObjectWeighing<'a> {
    pub(super) settings: &'a Kubernetes,
    pub(super) review: &'a Review,
    pub(super) now: Timestamp,
    pub(super) forest: Forest<'a>,
    /// The wall time of what states none, 10⁻⁹ h.
    pub(super) default_hours: &'a dyn Fn(&Demand) -> Result<u64, BudgetError>,
    /// The object whose holds the new one takes over: new and old uid.
    pub(super) succession: Option<(String, String)>,
    /// Objects of which some part has run.
    pub(super) have_run: Vec<String>,
}

const ALLOWED: WeighedReview = WeighedReview::Changed { must_hold: true };

impl ObjectWeighing<'_> {
    pub(super) fn weigh(&mut self) -> Result<WeighedReview, BudgetError> {
        let review = self.review;
        match &review.change {
            ObjectChange::Nothing => Ok(WeighedReview::Nothing),
            ObjectChange::Create(object) => self.create(object),
            ObjectChange::Update { new, old, is_status } => self.update(new, old.as_ref(), *is_status),
            ObjectChange::Scale(scale) => self.scale(scale),
            ObjectChange::Delete(deletion) => self.delete(deletion),
            ObjectChange::Unreadable { error, .. } => Ok(WeighedReview::Unknown(error.to_string())),
        }
    }

    fn create(&mut self, object: &KubernetesObject) -> Result<WeighedReview, BudgetError> {
        let takes = match &object.takes {
            Ok(takes) => takes.clone(),
            Err(error) => return Ok(WeighedReview::Unknown(error.to_string())),
        };
        let uid = self.forest.uid_of(object)?;
        let may_be_refused = WeighedReview::Changed { must_hold: false };
        if self.forest.get(&uid)?.is_some() {
            // The same object, asked about again.
            self.declare(&uid, takes)?;
            return Ok(may_be_refused);
        }
        if takes.0.is_empty() && !object.is_scalable {
            return Ok(WeighedReview::Nothing);
        }
        self.succeed(object, &uid)?;
        let owner = self.maker_of(object)?;
        if let Some(owner) = &owner {
            self.hand_over(owner)?;
            for above in self.forest.line_from(Some(owner.clone()))? {
                self.confirm(&above)?;
            }
        }
        let mut known = KnownObject::new(object, uid.clone(), takes, ObjectState::Pending, self.now);
        known.owner = owner.clone().filter(|_| object.owner.as_ref().is_some_and(|owner| owner.kind != "CronJob"));
        known.waits_since = Some(self.now);
        self.forest.insert(known)?;
        if let Some(owner) = owner {
            self.forget_unmade(&owner, &uid)?;
        }
        Ok(may_be_refused)
    }

    /// Names are unique: an object that was let in under this one and not heard of since was not stored, and one whose deletion was asked for is gone if
    /// this one is stored.
    fn succeed(&mut self, object: &KubernetesObject, uid: &str) -> Result<(), BudgetError> {
        if object.name.is_empty() {
            return Ok(());
        }
        for known in self.forest.at_place(&object.namespace, &object.kind, &object.name)? {
            if known.group != object.group || known.uid == uid {
                continue;
            }
            if matches!(known.state, ObjectState::Pending | ObjectState::Leaving) {
                self.forest.gone(&known.uid)?;
                self.succession = Some((uid.to_owned(), known.uid));
            }
        }
        Ok(())
    }

    /// Uid of the owner, where its controller makes this object for it. An owner that is known must be the one that is named, in full.
    fn maker_of(&mut self, object: &KubernetesObject) -> Result<Option<String>, BudgetError> {
        let Some(owner) = &object.owner else { return Ok(None) };
        let known = self.forest.get(&owner.uid)?;
        if known.as_ref().is_some_and(|known| !known.is_named_by(owner, &object.namespace)) {
            return Ok(None);
        }
        let is_maker = if owner.group.is_empty() && owner.kind == "Pod" {
            self.makes_below_pod(owner)?
        } else {
            self.review.user.makes_for(owner, self.settings)
        };
        Ok(is_maker.then(|| owner.uid.clone()))
    }

    /// A pod is no owner that was counted with what it makes, but where an operator builds what it was asked for below a pod of its own.
    fn makes_below_pod(&mut self, owner: &ObjectOwner) -> Result<bool, BudgetError> {
        let line = self.forest.line_from(Some(owner.uid.clone()))?;
        let Some(root) = line.last().filter(|_| line.len() > 1) else { return Ok(false) };
        let group = self.forest.get(root)?.map(|root| root.group).unwrap_or_default();
        Ok(self.review.user.is_operator_of(&group, self.settings))
    }

    /// A CronJob holds its next run; the first run takes that hold over, and each later one is weighed by itself.
    fn hand_over(&mut self, owner: &str) -> Result<(), BudgetError> {
        let Some(known) = self.forest.get(owner)?.filter(|known| known.kind == "CronJob") else { return Ok(()) };
        if known.state != ObjectState::HandedOver {
            self.forest.alter(owner, |known| (known.state, known.waits_since) = (ObjectState::HandedOver, None))?;
        }
        Ok(())
    }

    /// A controller makes no more pods than its object asks for: where another one is too many, those that nothing was heard of were not stored.
    fn forget_unmade(&mut self, owner: &str, made: &str) -> Result<(), BudgetError> {
        for unmade in self.forest.unconfirmed_of(owner)? {
            let Some(known) = self.forest.get(owner)? else { break };
            if known.kind == "DaemonSet" || known.is_pod() || !known.pods.is_more_than(&known.declared) {
                break;
            }
            if unmade.uid != made && unmade.is_pod() {
                self.forest.gone(&unmade.uid)?;
            }
        }
        Ok(())
    }

    /// Notes a sign of an object: it exists, and what had its name before does not.
    fn confirm(&mut self, uid: &str) -> Result<(), BudgetError> {
        let Some(known) = self.forest.get(uid)?.filter(|known| known.state != ObjectState::HandedOver) else {
            return Ok(());
        };
        if known.state == ObjectState::Pending && !known.name.is_empty() {
            for other in self.forest.at_place(&known.namespace, &known.kind, &known.name)? {
                if other.uid != uid && other.group == known.group {
                    self.forest.gone(&other.uid)?;
                }
            }
        }
        Ok(self.forest.alter(uid, |known| (known.state, known.waits_since) = (ObjectState::Live, None))?)
    }

    fn declare(&mut self, uid: &str, takes: Takes) -> Result<(), BudgetError> {
        let Some(known) = self.forest.get(uid)?.filter(|known| known.declared != takes) else { return Ok(()) };
        let now = self.now;
        self.forest.declare(&known.uid, takes)?;
        Ok(self.forest.alter(uid, |known| known.changed = now)?)
    }

    fn update(
        &mut self,
        new: &KubernetesObject,
        old: Option<&KubernetesObject>,
        is_status: bool,
    ) -> Result<WeighedReview, BudgetError> {
        let uid = self.forest.uid_of(new)?;
        if new.has_ended || (new.is_leaving && new.has_no_finalizers && new.kind != "Pod") {
            self.ends(&uid, new.has_started)?;
            return Ok(ALLOWED);
        }
        let Some(known) = self.forest.get(&uid)? else { return self.take_in(uid, new, old, is_status) };
        if !new.is_leaving {
            self.confirm(&uid)?;
        }
        let takes = match &new.takes {
            Ok(takes) => takes,
            Err(error) => return Ok(WeighedReview::Unknown(error.to_string())),
        };
        let is_growing = !is_status && self.grows(new, takes, old)?;
        let is_old = known.changed.after(SETTLED).is_ok_and(|settled| settled <= self.now);
        if !is_status || is_old || self.is_beyond(new, takes, &known.declared)? {
            self.declare(&uid, takes.clone())?;
        }
        let must_move = self.belong(&uid, &known, new)?;
        Ok(WeighedReview::Changed { must_hold: !is_growing && must_move })
    }

    /// An object that was there before the webhook, or came while it was away.
    fn take_in(
        &mut self,
        uid: String,
        new: &KubernetesObject,
        old: Option<&KubernetesObject>,
        is_status: bool,
    ) -> Result<WeighedReview, BudgetError> {
        let takes = match &new.takes {
            Ok(takes) => takes.clone(),
            Err(error) => return Ok(WeighedReview::Unknown(error.to_string())),
        };
        if takes.0.is_empty() && !new.is_scalable {
            return Ok(WeighedReview::Nothing);
        }
        let is_growing = !is_status && self.grows(new, &takes, old)?;
        let mut known = KnownObject::new(new, uid, takes, ObjectState::Live, self.now);
        if let Some(owner) = &new.owner {
            // Who made it is not known any more: where it had this owner before, what it takes is counted below that one, in full.
            let is_there = old.is_some_and(|old| old.owner == new.owner)
                && self.forest.get(&owner.uid)?.is_some_and(|known| known.is_named_by(owner, &new.namespace));
            known.owner = if is_there { Some(owner.uid.clone()) } else { self.maker_of(new)? };
        }
        self.forest.insert(known)?;
        Ok(WeighedReview::Changed { must_hold: !is_growing })
    }

    /// Moves an object whose controller is another one now; whether what is held then may not be refused.
    fn belong(&mut self, uid: &str, known: &KnownObject, new: &KubernetesObject) -> Result<bool, BudgetError> {
        if known.owner.is_some() && known.owner.as_ref() == new.owner.as_ref().map(|owner| &owner.uid) {
            return Ok(true);
        }
        let adopts =
            if new.owner.as_ref().is_some_and(|owner| owner.kind == "CronJob") { None } else { self.maker_of(new)? };
        if adopts == known.owner {
            return Ok(true);
        }
        let is_orphaned = self.review.user.is_garbage_collector();
        if let (Some(owner), true) = (&known.owner, is_orphaned) {
            self.leave_to(owner, known)?;
        }
        self.forest.hang(uid, adopts.clone())?;
        Ok(is_orphaned || adopts.is_some())
    }

    /// An owner that is deleted without what it made asks no longer for what goes on without it.
    fn leave_to(&mut self, owner: &str, heir: &KnownObject) -> Result<(), BudgetError> {
        let Some(mut declared) = self.forest.get(owner)?.map(|known| known.declared) else { return Ok(()) };
        declared.subtract(&if heir.is_pod() { heir.declared.clone() } else { heir.declared.with_pods(&heir.pods) });
        Ok(self.forest.declare(owner, declared)?)
    }

    fn scale(&mut self, scale: &Rescale) -> Result<WeighedReview, BudgetError> {
        let Some(known) = self.forest.get(&scale.uid)? else {
            if scale.from.is_some_and(|from| scale.to <= from) {
                return Ok(WeighedReview::Nothing);
            }
            let why = format!(
                "what one replica of {} {} takes is not known, as it was there before the webhook: change anything in it, such as an annotation, and scale it then",
                scale.resource, scale.name
            );
            return Ok(WeighedReview::Unknown(why));
        };
        self.confirm(&scale.uid)?;
        let Some(takes) = known.declared.scaled(scale.to) else {
            return Ok(WeighedReview::Unknown(format!(
                "{} replicas take more accelerators than can be counted",
                scale.to
            )));
        };
        let is_growing = takes.is_more_than(&known.declared);
        self.declare(&scale.uid, takes)?;
        Ok(WeighedReview::Changed { must_hold: !is_growing })
    }

    fn delete(&mut self, deletion: &Deletion) -> Result<WeighedReview, BudgetError> {
        let Deletion { object, has_no_grace } = deletion;
        if let Some(owner) = object.owner.as_ref().filter(|_| self.review.user.is_garbage_collector()) {
            // It deletes what an object made once that object is gone, or sure to go.
            if self.forest.get(&owner.uid)?.is_some_and(|known| known.is_named_by(owner, &object.namespace)) {
                self.forest.gone(&owner.uid)?;
            }
        }
        let uid = self.forest.uid_of(object)?;
        let Some(known) = self.forest.get(&uid)? else { return Ok(ALLOWED) };
        if object.has_ended || (known.is_pod() && object.is_leaving && *has_no_grace) {
            self.ends(&uid, object.has_started)?;
        } else if known.is_pod() {
            self.confirm(&uid)?;
        } else if matches!(known.state, ObjectState::Pending | ObjectState::Live | ObjectState::HandedOver) {
            self.confirm(&uid)?;
            let now = self.now;
            self.forest.alter(&uid, |known| (known.state, known.waits_since) = (ObjectState::Leaving, Some(now)))?;
        }
        Ok(ALLOWED)
    }

    fn ends(&mut self, uid: &str, has_run: bool) -> Result<(), BudgetError> {
        if has_run {
            self.have_run.push(uid.to_owned());
        }
        Ok(self.forest.gone(uid)?)
    }

    /// Whether a change asks for more than is stored. What cannot be read may be anything.
    fn grows(
        &self,
        new: &KubernetesObject,
        takes: &Takes,
        old: Option<&KubernetesObject>,
    ) -> Result<bool, BudgetError> {
        match old.map(|old| &old.takes) {
            Some(Ok(before)) => self.is_beyond(new, takes, before),
            Some(Err(_)) => Ok(false),
            None => Ok(true),
        }
    }

    fn is_beyond(&self, object: &KubernetesObject, takes: &Takes, before: &Takes) -> Result<bool, BudgetError> {
        let whole = demand_of(self.settings, &object.namespace, &object.kind, &object.labels);
        let hours = |used: &AcceleratorUse| match used.nanohours {
            0 => {
                let demand = Demand { accelerator: used.accelerator.name.clone(), ..whole.clone() };
                // Without a default it may be any time; that is said when it is estimated.
                (self.default_hours)(&demand)
                    .or_else(|error| if error.is_of_demand() { Ok(u64::MAX) } else { Err(error) })
            }
            nanohours => Ok(nanohours),
        };
        Ok(takes.beyond(before, hours)?.is_some())
    }
}
