//! The objects that are known, as trees: an object that a controller made hangs below that controller, and what the root of a tree takes is held in the
//! root's name. Changes are made here first, and written when they were decided.

use super::identity::identity;
use super::object::{KubernetesObject, ObjectOwner};
use super::takes::Takes;
use crate::store::{ObjectRow, StoreError, Tx};
use model::ObjectState;
use std::collections::BTreeMap;
use units::Timestamp;

/// Owners above an object are followed so far: more than any controller builds, and a ring ends.
pub(super) const LEVELS_MAX: usize = 8;

/// An object that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownObject {
    pub(super) uid: String,
    pub(super) group: String,
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    /// Uid of the controller that made it, whether that object is known or not.
    pub(super) owner: Option<String>,
    pub(super) state: ObjectState,
    /// What it asks for in all.
    pub(super) declared: Takes,
    /// What the pods below it take together.
    pub(super) pods: Takes,
    /// What is held in its name.
    pub(super) counted: Takes,
    /// When a review last said something else of what it asks for.
    pub(super) changed: Timestamp,
    /// Since when its first sign, or that of its end, has been awaited; of one that lives, since when it has been known to ask for less than may be
    /// stored.
    pub(super) waits_since: Option<Timestamp>,
}

impl KnownObject {
    /// What an object says of itself that is there, below no owner yet.
    pub(super) fn living(object: &KubernetesObject, uid: String, declared: Takes, now: Timestamp) -> Self {
        let is_leaving_pod = object.is_leaving && object.kind == "Pod";
        let state = if is_leaving_pod { ObjectState::Leaving } else { ObjectState::Live };
        Self::new(object, uid, declared, state, now)
    }

    /// What an object says of itself, below no owner yet.
    pub(super) fn new(
        object: &KubernetesObject,
        uid: String,
        declared: Takes,
        state: ObjectState,
        now: Timestamp,
    ) -> Self {
        Self {
            uid,
            group: object.group.clone(),
            kind: object.kind.clone(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
            owner: None,
            state,
            declared,
            pods: Takes::default(),
            counted: Takes::default(),
            changed: now,
            waits_since: None,
        }
    }

    fn read(row: ObjectRow) -> Result<Self, StoreError> {
        Ok(Self {
            uid: row.uid,
            group: row.group,
            kind: row.kind,
            namespace: row.namespace,
            name: row.name,
            owner: row.owner,
            state: row.state,
            declared: Takes::read(&row.declared)?,
            pods: Takes::read(&row.pods)?,
            counted: Takes::read(&row.counted)?,
            changed: row.changed,
            waits_since: row.waits_since,
        })
    }

    fn row(&self) -> Result<ObjectRow, StoreError> {
        let object = self.clone();
        Ok(ObjectRow {
            declared: object.declared.text()?,
            pods: object.pods.text()?,
            counted: object.counted.text()?,
            uid: object.uid,
            group: object.group,
            kind: object.kind,
            namespace: object.namespace,
            name: object.name,
            owner: object.owner,
            state: object.state,
            changed: object.changed,
            waits_since: object.waits_since,
        })
    }

    pub(super) fn is_pod(&self) -> bool {
        self.group.is_empty() && self.kind == "Pod"
    }

    /// Whether this is the object that `owner` names, in full.
    pub(super) fn is_named_by(&self, owner: &ObjectOwner, namespace: &str) -> bool {
        (self.uid.as_str(), self.group.as_str(), self.kind.as_str(), self.name.as_str(), self.namespace.as_str())
            == (owner.uid.as_str(), owner.group.as_str(), owner.kind.as_str(), owner.name.as_str(), namespace)
    }

    /// Whether no more than what it is known to ask for can be stored.
    pub(super) fn is_certain(&self) -> bool {
        self.state == ObjectState::Live && self.waits_since.is_none()
    }

    /// What the pods at and below it take.
    fn of_pods(&self) -> Takes {
        let mut pods = self.pods.clone();
        if self.is_pod() {
            pods.add(&self.declared);
        }
        pods
    }

    /// What it and all below it take.
    fn total(&self) -> Takes {
        match self.state {
            _ if self.is_pod() => self.of_pods(),
            ObjectState::Gone | ObjectState::HandedOver => self.pods.clone(),
            ObjectState::Pending | ObjectState::Live | ObjectState::Leaving => self.declared.with_pods(&self.pods),
        }
    }
}

/// What is held in the name of a root from now on.
pub(super) struct RootChange {
    pub(super) root: KnownObject,
    /// Whether it is gone, with all below it.
    pub(super) is_over: bool,
}

impl RootChange {
    /// Whether anything is held in its name from now on.
    pub(super) fn is_held(&self) -> bool {
        !self.is_over && !self.root.counted.is_nothing()
    }
}

/// The known objects with the changes that one review makes.
pub(super) struct Forest<'a> {
    tx: &'a Tx<'a>,
    /// Objects that were looked at; `None` of one that is forgotten.
    known: BTreeMap<String, Option<KnownObject>>,
    /// As they were before this review.
    before: BTreeMap<String, KnownObject>,
}

impl<'a> Forest<'a> {
    pub(super) const fn new(tx: &'a Tx<'a>) -> Self {
        Self { tx, known: BTreeMap::new(), before: BTreeMap::new() }
    }

    pub(super) fn get(&mut self, uid: &str) -> Result<Option<KnownObject>, StoreError> {
        if let Some(found) = self.known.get(uid) {
            return Ok(found.clone());
        }
        let found = self.tx.kubernetes().get(uid)?.map(KnownObject::read).transpose()?;
        if let Some(object) = &found {
            self.before.insert(uid.to_owned(), object.clone());
            self.known.insert(uid.to_owned(), found.clone());
        }
        Ok(found)
    }

    fn put(&mut self, object: KnownObject) {
        self.known.insert(object.uid.clone(), Some(object));
    }

    /// Changes what is known of an object itself, not what it takes.
    pub(super) fn alter(&mut self, uid: &str, change: impl FnOnce(&mut KnownObject)) -> Result<(), StoreError> {
        if let Some(mut object) = self.get(uid)? {
            change(&mut object);
            self.put(object);
        }
        Ok(())
    }

    /// The objects of this namespace, kind and name.
    pub(super) fn at_place(&mut self, namespace: &str, kind: &str, name: &str) -> Result<Vec<KnownObject>, StoreError> {
        let rows = self.tx.kubernetes().at_place(namespace, kind, name)?;
        let found = self.current(rows)?;
        let is_here = |object: &KnownObject| {
            (object.namespace.as_str(), object.kind.as_str(), object.name.as_str()) == (namespace, kind, name)
        };
        Ok(self.with_new(found, is_here))
    }

    /// Those of `found`, and of the objects that this review adds, that are `wanted`.
    fn with_new(&self, mut found: Vec<KnownObject>, is_wanted: impl Fn(&KnownObject) -> bool) -> Vec<KnownObject> {
        let is_new = |object: &&KnownObject| !found.iter().any(|known| known.uid == object.uid);
        let new: Vec<KnownObject> = self.known.values().flatten().filter(is_new).cloned().collect();
        found.extend(new);
        found.retain(is_wanted);
        found
    }

    /// The other objects of the same group, kind, namespace and name.
    pub(super) fn namesakes(&mut self, object: &KnownObject) -> Result<Vec<KnownObject>, StoreError> {
        if object.name.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = self.at_place(&object.namespace, &object.kind, &object.name)?;
        found.retain(|other| other.group == object.group && other.uid != object.uid);
        Ok(found)
    }

    /// The objects of this owner that no sign has been heard of, the oldest first.
    pub(super) fn unconfirmed_of(&mut self, owner: &str) -> Result<Vec<KnownObject>, StoreError> {
        let rows = self.tx.kubernetes().unconfirmed_of(owner)?;
        self.current(rows)
    }

    /// The uid of an object; of one that shows none, that of the known object at its place.
    pub(super) fn uid_of(&mut self, object: &KubernetesObject) -> Result<String, StoreError> {
        if object.uid.is_empty() && !object.name.is_empty() {
            let known = self.at_place(&object.namespace, &object.kind, &object.name)?;
            if let Some(known) = known.into_iter().find(|known| known.group == object.group) {
                return Ok(known.uid);
            }
        }
        Ok(identity(&object.uid, &object.namespace, &object.kind, &object.name))
    }

    /// Every object that is known.
    pub(super) fn all(&mut self) -> Result<Vec<KnownObject>, StoreError> {
        let rows = self.tx.kubernetes().all()?;
        let mut found = self.current(rows)?;
        found.retain(|object| matches!(self.known.get(&object.uid), Some(Some(_))));
        Ok(found)
    }

    fn current(&mut self, rows: Vec<ObjectRow>) -> Result<Vec<KnownObject>, StoreError> {
        let mut found = Vec::new();
        for row in rows {
            found.extend(self.get(&row.uid)?);
        }
        Ok(found)
    }

    pub(super) fn children(&mut self, uid: &str) -> Result<Vec<KnownObject>, StoreError> {
        let rows = self.tx.kubernetes().owned_by(uid)?;
        let found = self.current(rows)?;
        Ok(self.with_new(found, |object| object.owner.as_deref() == Some(uid)))
    }

    /// Adds an object that was not known, with those that it made and that are.
    pub(super) fn insert(&mut self, mut object: KnownObject) -> Result<(), StoreError> {
        for child in self.children(&object.uid)? {
            object.pods.add(&child.of_pods());
        }
        let (owner, pods) = (object.owner.clone(), object.of_pods());
        self.put(object);
        self.change_pods(owner, |sum| sum.add(&pods))
    }

    /// Says anew what an object asks for.
    pub(super) fn declare(&mut self, uid: &str, declared: Takes) -> Result<(), StoreError> {
        let Some(mut object) = self.get(uid)? else { return Ok(()) };
        let before = std::mem::replace(&mut object.declared, declared.clone());
        let (is_pod, owner) = (object.is_pod(), object.owner.clone());
        self.put(object);
        if !is_pod || before == declared {
            return Ok(());
        }
        self.change_pods(owner.clone(), |sum| sum.subtract(&before))?;
        self.change_pods(owner, |sum| sum.add(&declared))
    }

    /// Hangs an object below another owner, or below none.
    pub(super) fn hang(&mut self, uid: &str, owner: Option<String>) -> Result<(), StoreError> {
        let Some(mut object) = self.get(uid)? else { return Ok(()) };
        let pods = object.of_pods();
        let before = std::mem::replace(&mut object.owner, owner.clone());
        self.put(object);
        self.change_pods(before.clone(), |sum| sum.subtract(&pods))?;
        self.change_pods(owner, |sum| sum.add(&pods))?;
        self.prune(before)
    }

    /// The object has ended: it asks for nothing any more, and is forgotten with the last that it made.
    pub(super) fn gone(&mut self, uid: &str) -> Result<(), StoreError> {
        let Some(object) = self.get(uid)? else { return Ok(()) };
        if object.is_pod() {
            let pods = object.of_pods();
            self.known.insert(uid.to_owned(), None);
            self.namesakes(&object)?;
            self.change_pods(object.owner.clone(), |sum| sum.subtract(&pods))?;
            // What a pod made stands for itself from now on.
            self.children(uid)?;
            return self.prune(object.owner);
        }
        self.alter(uid, |object| (object.state, object.waits_since) = (ObjectState::Gone, None))?;
        // Another one that was let in under its name holds for itself again.
        self.namesakes(&object)?;
        self.prune(Some(uid.to_owned()))
    }

    /// Forgets what is gone and has nothing below it, up the tree.
    fn prune(&mut self, from: Option<String>) -> Result<(), StoreError> {
        let mut next = from;
        for _ in 0..LEVELS_MAX {
            let Some(uid) = next else { break };
            let Some(object) = self.get(&uid)? else { break };
            if object.state != ObjectState::Gone || !self.children(&uid)?.is_empty() {
                break;
            }
            self.known.insert(uid, None);
            next = object.owner;
        }
        Ok(())
    }

    fn change_pods(&mut self, from: Option<String>, change: impl Fn(&mut Takes)) -> Result<(), StoreError> {
        for uid in self.line_from(from)? {
            self.alter(&uid, |object| change(&mut object.pods))?;
        }
        Ok(())
    }

    /// The known objects from `from` up to the root.
    pub(super) fn line_from(&mut self, from: Option<String>) -> Result<Vec<String>, StoreError> {
        let (mut line, mut next) = (Vec::new(), from);
        while let Some(uid) = next.filter(|_| line.len() < LEVELS_MAX) {
            let Some(object) = self.get(&uid)? else { break };
            line.push(uid);
            next = object.owner;
        }
        Ok(line)
    }

    /// The roots for which something else is to be held now, and the former ones for which nothing is.
    pub(super) fn changes(&mut self) -> Result<Vec<RootChange>, StoreError> {
        let mut found = Vec::new();
        for (uid, object) in self.known.clone() {
            let before = self.before.get(&uid).cloned();
            let Some(mut object) = object else {
                let before = before.filter(|before| !before.counted.is_nothing());
                found.extend(before.map(|root| RootChange { root, is_over: true }));
                continue;
            };
            let counted = before.map(|before| before.counted).unwrap_or_default();
            object.counted = self.root_total(&object)?;
            self.put(object.clone());
            if object.counted != counted {
                found.push(RootChange { root: object, is_over: false });
            }
        }
        Ok(found)
    }

    /// What is to be held in the name of an object: nothing where another one holds for it.
    fn root_total(&mut self, object: &KnownObject) -> Result<Takes, StoreError> {
        if !self.line_from(object.owner.clone())?.is_empty() {
            return Ok(Takes::default());
        }
        if object.state != ObjectState::Pending {
            return Ok(object.total());
        }
        // Of those that were let in under one name one at most is stored: the last holds as much as any of them asks for.
        let mut either = object.declared.clone();
        for other in self.namesakes(object)?.into_iter().filter(|other| other.state == ObjectState::Pending) {
            if !self.line_from(other.owner.clone())?.is_empty() {
                continue;
            }
            if (other.waits_since, &other.uid) > (object.waits_since, &object.uid) {
                return Ok(Takes::default());
            }
            either = either.or_other(&other.declared);
        }
        Ok(KnownObject { declared: either, ..object.clone() }.total())
    }

    /// Of roots that take more than was held for them before, lets only what their pods take grow: the rest is weighed as it is made. What left a root
    /// takes its share of what was held with it.
    pub(super) fn limit(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let left = self.left();
        for (uid, object) in self.known.clone() {
            // A pod is there.
            let Some(mut object) = object.filter(|object| !object.is_pod()) else { continue };
            let before = self.before.get(&uid).cloned();
            let mut counted = before.as_ref().map(|before| before.counted.clone()).unwrap_or_default();
            if let Some(left) = left.get(&uid) {
                counted.subtract(left);
            }
            if !self.root_total(&object)?.is_more_than(&counted) {
                continue;
            }
            object.declared = object.declared.no_more_than(&counted);
            let waits_since = before.as_ref().filter(|before| before.state == ObjectState::Live);
            if object.state == ObjectState::Live {
                object.waits_since = waits_since.and_then(|before| before.waits_since).or(Some(now));
            }
            if let Some(before) = before.filter(|before| before.declared == object.declared) {
                object.changed = before.changed;
            }
            self.put(object);
        }
        Ok(())
    }

    /// What the pods take that were below a root before this review and are below another one now, by the uid of the former root.
    fn left(&self) -> BTreeMap<String, Takes> {
        let mut left: BTreeMap<String, Takes> = BTreeMap::new();
        for (uid, before) in &self.before {
            let Some(Some(object)) = self.known.get(uid) else { continue };
            let former = Self::root_in(before, |uid| self.before.get(uid));
            let root = Self::root_in(object, |uid| self.known.get(uid)?.as_ref());
            if before.owner != object.owner && former != root {
                left.entry(former.to_owned()).or_default().add(&object.of_pods());
            }
        }
        left
    }

    /// The root above an object, as far as `get` knows what is above it.
    fn root_in<'o>(from: &'o KnownObject, get: impl Fn(&str) -> Option<&'o KnownObject>) -> &'o str {
        let above = |object: &&'o KnownObject| get(object.owner.as_deref()?);
        let line = std::iter::successors(Some(from), above).take(LEVELS_MAX);
        line.last().map_or("", |root| root.uid.as_str())
    }

    /// Writes what changed.
    pub(super) fn write(&self) -> Result<(), StoreError> {
        for (uid, object) in &self.known {
            match object {
                Some(object) if self.before.get(uid) != Some(object) => self.tx.kubernetes().put(&object.row()?)?,
                None if self.before.contains_key(uid) => self.tx.kubernetes().remove(uid)?,
                _ => {}
            }
        }
        Ok(())
    }
}
