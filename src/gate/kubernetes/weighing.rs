//! What a review does to the known objects, and whether what their roots take then may be refused.

use super::asker::demand_of;
use super::controller::makes;
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

/// Objects of one name of which nothing was heard: a name is not asked for more often before the first of them is heard of.
const UNHEARD_MAX: usize = 8;
/// Group and kind of what Spark's driver runs for.
const SPARK: (&str, &str) = ("sparkoperator.k8s.io", "SparkApplication");

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
            ObjectChange::Evict { namespace, name } => self.evict(namespace, name),
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
        let owner = self.maker_of(object)?;
        if object.is_nothing(self.is_known(owner.as_ref())?) {
            return Ok(WeighedReview::Nothing);
        }
        if let Some(owner) = &owner {
            self.hand_over(owner)?;
            for above in self.forest.line_from(Some(owner.clone()))? {
                self.confirm(&above)?;
            }
        }
        let mut known = KnownObject::new(object, uid.clone(), takes, ObjectState::Pending, self.now);
        known.owner = owner.clone().filter(|_| object.owner.as_ref().is_some_and(|owner| owner.kind != "CronJob"));
        known.waits_since = Some(self.now);
        self.succeed(&known)?;
        self.forest.insert(known)?;
        if let Some(owner) = owner {
            self.forest.forget_unmade(&owner, &uid, usize::MAX)?;
        }
        Ok(may_be_refused)
    }

    /// Names are unique: an object whose deletion was asked for is gone if this one is stored. Of those that were let in and not heard of since, one at
    /// most is stored; the last of them holds for all.
    fn succeed(&mut self, new: &KnownObject) -> Result<(), BudgetError> {
        let is_root = !self.is_known(new.owner.as_ref())?;
        let mut unheard = Vec::new();
        for old in self.forest.namesakes(new)? {
            let is_root = is_root && !self.is_known(old.owner.as_ref())?;
            match old.state {
                ObjectState::Pending if is_root => unheard.push(old),
                ObjectState::Pending if old.declared == new.declared => self.forest.gone(&old.uid)?,
                ObjectState::Leaving if !old.is_pod() => {
                    self.forest.gone(&old.uid)?;
                    self.succession = Some((new.uid.clone(), old.uid));
                }
                _ => {}
            }
        }
        unheard.sort_by_key(|old| (old.waits_since, old.uid.clone()));
        if let Some(last) = unheard.last() {
            self.succession = Some((new.uid.clone(), last.uid.clone()));
        }
        for old in unheard.iter().rev().skip(UNHEARD_MAX) {
            self.forest.gone(&old.uid)?;
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
            self.review.user.makes_for(owner, (&object.group, &object.kind), self.settings)
        };
        Ok(is_maker.then(|| owner.uid.clone()))
    }

    fn is_known(&mut self, uid: Option<&String>) -> Result<bool, BudgetError> {
        Ok(match uid {
            Some(uid) => self.forest.get(uid)?.is_some(),
            None => false,
        })
    }

    /// A pod is no owner that was counted with what it makes, but where an operator builds what it was asked for below a pod of its own, and where Spark's
    /// driver makes the executors that its SparkApplication asks for: it does so as a service account of its namespace.
    fn makes_below_pod(&mut self, owner: &ObjectOwner) -> Result<bool, BudgetError> {
        let line = self.forest.line_from(Some(owner.uid.clone()))?;
        let Some(root) = line.last().filter(|_| line.len() > 1) else { return Ok(false) };
        let Some(root) = self.forest.get(root)? else { return Ok(false) };
        let (user, namespace) = (&self.review.user, &self.review.namespace);
        let is_driver = line.len() == 2 && (root.group.as_str(), root.kind.as_str()) == SPARK;
        Ok(user.is_operator_of(&root.group, self.settings) || (is_driver && user.is_service_account_in(namespace)))
    }

    /// A CronJob holds its next run; the first run takes that hold over, and each later one is weighed by itself.
    fn hand_over(&mut self, owner: &str) -> Result<(), BudgetError> {
        let Some(known) = self.forest.get(owner)?.filter(|known| known.kind == "CronJob") else { return Ok(()) };
        if known.state != ObjectState::HandedOver {
            self.forest.alter(owner, |known| (known.state, known.waits_since) = (ObjectState::HandedOver, None))?;
        }
        Ok(())
    }

    /// Notes a sign of an object: it exists, and what else had its name does not.
    fn confirm(&mut self, uid: &str) -> Result<(), BudgetError> {
        let is_unsure = |known: &KnownObject| !matches!(known.state, ObjectState::Live | ObjectState::HandedOver);
        let Some(known) = self.forest.get(uid)?.filter(is_unsure) else { return Ok(()) };
        self.is_alone(&known)?;
        // Of what was taken to be gone, something else may be stored than was last heard.
        let waits_since = (known.state != ObjectState::Pending && !known.is_pod()).then_some(self.now);
        Ok(self.forest.alter(uid, |known| (known.state, known.waits_since) = (ObjectState::Live, waits_since))?)
    }

    /// Names are unique: all other objects of this name are gone.
    fn is_alone(&mut self, known: &KnownObject) -> Result<(), BudgetError> {
        for other in self.forest.namesakes(known)? {
            if other.state == ObjectState::Pending && !other.counted.is_nothing() {
                self.succession = Some((known.uid.clone(), other.uid.clone()));
            }
            self.forest.gone(&other.uid)?;
        }
        Ok(())
    }

    /// Notes that a pod is to go: it runs on until its last review, but its controller no longer counts it.
    fn leave(&mut self, uid: &str) -> Result<(), BudgetError> {
        self.confirm(uid)?;
        Ok(self.forest.alter(uid, |known| (known.state, known.waits_since) = (ObjectState::Leaving, None))?)
    }

    /// An eviction may be refused after this review, and of a pod without a node no other review comes.
    fn evict(&mut self, namespace: &str, name: &str) -> Result<WeighedReview, BudgetError> {
        for pod in self.forest.at_place(namespace, "Pod", name)? {
            if pod.is_pod() && pod.state == ObjectState::Live {
                self.leave(&pod.uid)?;
            }
        }
        Ok(ALLOWED)
    }

    fn declare(&mut self, uid: &str, takes: Takes) -> Result<(), BudgetError> {
        let Some(known) = self.forest.get(uid)?.filter(|known| known.declared != takes) else { return Ok(()) };
        let now = self.now;
        let may_be_more = known.state == ObjectState::Live && !known.is_pod() && known.declared.is_more_than(&takes);
        self.forest.declare(&known.uid, takes)?;
        Ok(self.forest.alter(uid, |known| {
            known.changed = now;
            if may_be_more {
                known.waits_since = known.waits_since.or(Some(now));
            }
        })?)
    }

    fn update(
        &mut self,
        new: &KubernetesObject,
        old: Option<&KubernetesObject>,
        is_status: bool,
    ) -> Result<WeighedReview, BudgetError> {
        let uid = self.forest.uid_of(new)?;
        if new.has_ended || new.is_going() {
            self.ends(&uid, new.has_started)?;
            return Ok(ALLOWED);
        }
        let Some(known) = self.forest.get(&uid)? else { return self.take_in(uid, new, old, is_status) };
        match new.is_leaving {
            false => self.confirm(&uid)?,
            true if known.is_pod() => self.leave(&uid)?,
            true => {}
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
        self.compare(&uid, old)?;
        let must_move = self.belong(&uid, &known, new)?;
        Ok(WeighedReview::Changed { must_hold: !is_growing && must_move })
    }

    /// What a review shows as it is stored settles what else may be.
    fn compare(&mut self, uid: &str, stored: Option<&KubernetesObject>) -> Result<(), BudgetError> {
        Ok(self.forest.alter(uid, |known| {
            if known.state == ObjectState::Live
                && stored.is_some_and(|stored| stored.takes.as_ref() == Ok(&known.declared))
            {
                known.waits_since = None;
            }
        })?)
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
        let is_growing = !is_status && self.grows(new, &takes, old)?;
        let mut known = KnownObject::living(new, uid, takes, self.now);
        if let Some(owner) = &new.owner {
            // Who made it is not known any more: where it had this owner before, what it takes is counted below that one, in full.
            let is_there = old.is_some_and(|old| old.owner == new.owner)
                && makes((&owner.group, &owner.kind), (&new.group, &new.kind))
                && self.forest.get(&owner.uid)?.is_some_and(|known| known.is_named_by(owner, &new.namespace));
            known.owner = if is_there { Some(owner.uid.clone()) } else { self.maker_of(new)? };
        }
        if new.is_nothing(self.is_known(known.owner.as_ref())?) {
            return Ok(WeighedReview::Nothing);
        }
        self.is_alone(&known)?;
        let (uid, owner) = (known.uid.clone(), known.owner.clone());
        self.forest.insert(known)?;
        if let Some(owner) = owner.filter(|_| !new.is_leaving) {
            // It may be one that was taken not to be stored: then another one was not.
            self.forest.forget_unmade(&owner, &uid, 1)?;
        }
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
        let is_growing = scale.from.map_or_else(|| takes.is_more_than(&known.declared), |from| scale.to > from);
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
            self.leave(&uid)?;
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
