//! Pods that were let in and not stored, as their controller shows by making others in their place.

use super::forest::{Forest, KnownObject};
use super::takes::Takes;
use crate::store::StoreError;
use model::ObjectState;

impl Forest<'_> {
    /// A controller makes no more pods than its object asks for: where `made` is one too many, up to `most` of those like it that nothing was heard of
    /// were not stored. That is known only of an object that cannot ask for more than is known.
    pub(super) fn forget_unmade(&mut self, owner: &str, made: &str, most: usize) -> Result<(), StoreError> {
        let (Some(known), Some(made)) = (self.get(owner)?, self.get(made)?) else { return Ok(()) };
        let can_tell = known.is_certain() && known.kind != "DaemonSet" && !known.is_pod() && made.is_pod();
        if !can_tell || !known.pods.is_more_than(&known.declared) {
            return Ok(());
        }
        // Pods that are leaving are replaced while they still run.
        let is_alike =
            |pod: &KnownObject| pod.is_pod() && pod.declared == made.declared && pod.state != ObjectState::Leaving;
        let mut alike = Takes::default();
        self.children(owner)?.iter().filter(|pod| is_alike(pod)).for_each(|pod| alike.add(&pod.declared));
        let unheard = self.unconfirmed_of(owner)?.into_iter();
        for unmade in unheard.filter(|pod| is_alike(pod) && pod.uid != made.uid).take(most) {
            if !alike.is_more_than(&known.declared) {
                break;
            }
            self.gone(&unmade.uid)?;
            alike.subtract(&unmade.declared);
        }
        Ok(())
    }
}
