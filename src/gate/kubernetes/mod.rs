//! Kubernetes' side of the gate: what an AdmissionReview asks, how many accelerators its object takes and for how long, whether the budgets have room
//! for it, and how it is answered.
//!
//! [`Review::read`] takes `admission.k8s.io/v1` and `v1beta1`, [`decide`] holds and settles, and a [`ReviewAnswer`] is sent back in the version that
//! asked. An object counts once: what a controller makes of an object that was counted is not counted again ([`Review::is_of_a_controller`]).

mod accelerator;
mod gate;
mod identity;
mod note;
mod object;
mod pod;
mod review;
mod text;
mod words;

pub use accelerator::{AcceleratorSlice, SLICES};
pub use gate::{ChangedAdmission, Reviewed, decide, undecided};
pub use identity::known_as;
pub use object::{AcceleratorUse, KubernetesObject, ObjectOwner};
pub use review::{ObjectChange, Review, ReviewAnswer, ReviewError, ReviewResponse};
pub use text::AskError;
