//! What the reader saw: all objects of some kinds, as they are stored in the cluster. It takes in what reviews did not tell, and ends what is not there.

use super::forest::{Forest, KnownObject};
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

/// Brings what is known of objects, and what they hold, up to what the cluster has: whatever that is, it is held. The admissions that this changed.
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

/// Whether the controller of `owner` makes objects of this kind: an owner that anybody wrote otherwise stands for nothing. A run of a CronJob is
/// weighed by itself.
fn is_made_by(object: &KubernetesObject, owner: &KubernetesObject) -> bool {
    match (owner.group.as_str(), owner.kind.as_str()) {
        ("apps", "Deployment") => (object.group.as_str(), object.kind.as_str()) == ("apps", "ReplicaSet"),
        ("batch", "CronJob") | ("", "Pod") => false,
        ("" | "apps" | "batch", _) => (object.group.as_str(), object.kind.as_str()) == ("", "Pod"),
        _ => true,
    }
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
            let owner = object.owner.as_ref().filter(|owner| {
                let found = by_uid.get(&owner.uid);
                found.is_some_and(|found| {
                    (&found.group, &found.kind, &found.name) == (&owner.group, &owner.kind, &owner.name)
                        && found.namespace == object.namespace
                        && is_made_by(object, found)
                })
            });
            let owner = owner.map(|owner| owner.uid.clone());
            match self.forest.get(uid)? {
                Some(known) => self.compare(&known, object, takes, owner)?,
                None if takes.0.is_empty() && !object.is_scalable => {}
                None => self.forest.insert(self.known(object, uid, takes, owner))?,
            }
        }
        Ok(())
    }

    fn known(&self, object: &KubernetesObject, uid: &str, takes: &Takes, owner: Option<String>) -> KnownObject {
        KnownObject { owner, ..KnownObject::new(object, uid.to_owned(), takes.clone(), ObjectState::Live, self.now) }
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
        if !object.is_leaving && self.is_settled(known) {
            self.forest.alter(&known.uid, |known| (known.state, known.waits_since) = (ObjectState::Live, None))?;
        }
        if self.is_settled(known) && known.declared != *takes {
            self.forest.declare(&known.uid, takes.clone())?;
        }
        if self.is_settled(known) && known.owner != owner {
            self.forest.hang(&known.uid, owner)?;
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
