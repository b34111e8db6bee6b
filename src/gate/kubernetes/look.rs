//! What the reader saw: all objects of some kinds, as they are stored in the cluster. It takes in what reviews did not tell, and ends what is not there.

use super::controller::makes;
use super::forest::{Forest, KnownObject, LEVELS_MAX};
use super::gate::{ChangedAdmission, settle_up};
use super::identity::identity;
use super::object::KubernetesObject;
use super::takes::Takes;
use crate::budget::{BudgetError, Office};
use crate::config::Kubernetes;
use api::{KubernetesListed, KubernetesListing};
use model::ObjectState;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use units::{Span, Timestamp};

/// A review that came so shortly before a listing began may have been stored after it.
const MARGIN: Span = Span::from_seconds(60);

/// All objects of some kinds, in all namespaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Group and kind of what was listed in full. Of other kinds nothing is taken to be gone.
    pub kinds: BTreeSet<(String, String)>,
    /// The objects.
    pub objects: Vec<KubernetesObject>,
    /// How long ago the listing began.
    pub age: Span,
}

impl Listing {
    /// What a reader sent, and the number of objects in it that cannot be read.
    #[must_use]
    pub fn read(document: &KubernetesListing, settings: &Kubernetes) -> (Self, u64) {
        let kinds = document.kinds.iter().map(|one| (one.group.clone(), one.kind.clone())).collect();
        let age = Span::from_nanoseconds(document.age_ms.saturating_mul(1_000_000));
        let mut listing = Self { kinds, objects: Vec::new(), age };
        let mut unreadable = 0;
        for KubernetesListed { group, kind, namespace, object } in &document.objects {
            match KubernetesObject::read(group, kind, namespace, &object.to_string(), settings) {
                Ok(Some(object)) => {
                    unreadable += u64::from(object.takes.is_err());
                    listing.objects.push(object);
                }
                Ok(None) => {}
                Err(_) => unreadable += 1,
            }
        }
        (listing, unreadable)
    }
}

/// Brings what is known of objects, and what they hold, up to what the cluster has: whatever pods there are, they are held, and what is asked for beyond
/// them as far as it fits. The admissions that this changed.
///
/// # Errors
///
/// The ledger or the store.
pub fn look(
    office: Office<'_>,
    settings: &Arc<Kubernetes>,
    listing: Arc<Listing>,
) -> Result<Vec<ChangedAdmission>, BudgetError> {
    let settings = Arc::clone(settings);
    office.at_the_desk(false, move |desk| {
        let begun = desk.now().before(listing.age);
        let mut looking = Looking { forest: Forest::new(desk.tx()), listing: &listing, begun, now: desk.now() };
        looking.take_in()?;
        looking.end_missing()?;
        let shown = listing.objects.iter().map(|object| (uid_of(object), object)).collect();
        settle_up(desk, &settings, looking.forest, shown)
    })
}

fn uid_of(object: &KubernetesObject) -> String {
    identity(&object.uid, &object.namespace, &object.kind, &object.name)
}

/// The controller of `object` among what was listed, if that is as it is named, makes such objects and, where it only stands between, has one itself.
fn owner_in<'l>(
    by_uid: &BTreeMap<String, &'l KubernetesObject>,
    object: &KubernetesObject,
    levels: usize,
) -> Option<&'l KubernetesObject> {
    let named = object.owner.as_ref()?;
    let owner = *by_uid.get(&named.uid).filter(|_| levels > 0)?;
    let is_named = (&owner.group, &owner.kind, &owner.name) == (&named.group, &named.kind, &named.name)
        && owner.namespace == object.namespace;
    let is_held = !owner.is_link || owner_in(by_uid, owner, levels - 1).is_some();
    let is_made = owner.is_link || makes((&owner.group, &owner.kind), (&object.group, &object.kind));
    (is_named && is_held && is_made).then_some(owner)
}

struct Looking<'a> {
    forest: Forest<'a>,
    listing: &'a Listing,
    begun: Timestamp,
    now: Timestamp,
}

impl Looking<'_> {
    /// Takes in every object: owners before what they made.
    fn take_in(&mut self) -> Result<(), BudgetError> {
        let by_uid: BTreeMap<String, &KubernetesObject> =
            self.listing.objects.iter().map(|object| (uid_of(object), object)).collect();
        for (uid, object) in &by_uid {
            let Ok(takes) = &object.takes else { continue };
            if object.has_ended || (object.is_leaving && object.has_no_finalizers && object.kind != "Pod") {
                self.forest.gone(uid)?;
                continue;
            }
            let owner = match owner_in(&by_uid, object, LEVELS_MAX) {
                Some(owner) => Some(owner.uid.clone()),
                None => self.unlisted_owner(uid, object)?,
            };
            match self.forest.get(uid)? {
                Some(known) => self.compare(&known, object, takes, owner)?,
                None if object.is_nothing(owner.is_some()) => {}
                None => {
                    let known = self.known(object, uid, takes, owner);
                    self.is_there(&known)?;
                    let owner = known.owner.clone().filter(|_| !object.is_leaving);
                    self.forest.insert(known)?;
                    if let Some(owner) = owner {
                        // It may be one that was taken not to be stored: then another one was not.
                        self.forest.forget_unmade(&owner, uid, 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The owner that an object is known to have and names still, where that one may be there though it was not listed.
    fn unlisted_owner(&mut self, uid: &str, object: &KubernetesObject) -> Result<Option<String>, BudgetError> {
        let Some(named) = &object.owner else { return Ok(None) };
        let is_below = self.forest.get(uid)?.is_some_and(|known| known.owner.as_ref() == Some(&named.uid));
        let Some(owner) = self.forest.get(&named.uid)?.filter(|_| is_below) else { return Ok(None) };
        let is_listed = self.listing.kinds.contains(&(owner.group.clone(), owner.kind.clone()));
        let may_be_there = owner.state != ObjectState::Gone && !(is_listed && self.is_settled(&owner));
        Ok(Some(owner.uid).filter(|_| may_be_there))
    }

    fn known(&self, object: &KubernetesObject, uid: &str, takes: &Takes, owner: Option<String>) -> KnownObject {
        KnownObject { owner, ..KnownObject::living(object, uid.to_owned(), takes.clone(), self.now) }
    }

    fn compare(
        &mut self,
        known: &KnownObject,
        object: &KubernetesObject,
        takes: &Takes,
        owner: Option<String>,
    ) -> Result<(), BudgetError> {
        if known.state == ObjectState::HandedOver {
            return Ok(());
        }
        if matches!(known.state, ObjectState::Pending | ObjectState::Live) {
            self.is_there(known)?;
        }
        let is_pod = known.is_pod();
        if self.is_settled(known) && (is_pod || !object.is_leaving) {
            let state = if object.is_leaving { ObjectState::Leaving } else { ObjectState::Live };
            self.forest.alter(&known.uid, |known| (known.state, known.waits_since) = (state, None))?;
        }
        if self.is_settled(known) && known.declared != *takes {
            self.forest.declare(&known.uid, takes.clone())?;
        }
        if self.is_settled(known) && known.owner != owner {
            self.forest.hang(&known.uid, owner)?;
        }
        Ok(())
    }

    /// Names are unique: what was let in under the name of an object that is there, and not heard of since, is not.
    fn is_there(&mut self, known: &KnownObject) -> Result<(), BudgetError> {
        for other in self.forest.namesakes(known)? {
            if other.state == ObjectState::Pending {
                self.forest.gone(&other.uid)?;
            }
        }
        if known.state == ObjectState::Pending {
            self.forest.alter(&known.uid, |known| (known.state, known.waits_since) = (ObjectState::Live, None))?;
        }
        Ok(())
    }

    /// Whether what reviews said of an object was stored before this listing began, or will not be.
    fn is_settled(&self, known: &KnownObject) -> bool {
        let last = known.waits_since.map_or(known.changed, |waits| waits.max(known.changed));
        last.after(MARGIN).is_ok_and(|settled| settled <= self.begun)
    }

    /// What is known, is of a kind that was listed in full, and is not there has gone.
    fn end_missing(&mut self) -> Result<(), BudgetError> {
        let there: BTreeSet<String> = self.listing.objects.iter().map(uid_of).collect();
        for known in self.forest.all()? {
            let kind = (known.group.clone(), known.kind.clone());
            if self.listing.kinds.contains(&kind) && !there.contains(&known.uid) && self.is_settled(&known) {
                self.forest.gone(&known.uid)?;
            }
        }
        Ok(())
    }
}
