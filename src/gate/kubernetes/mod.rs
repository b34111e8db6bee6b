//! Kubernetes' side of the gate: what an AdmissionReview asks, how many accelerators its object takes and for how long, and how it is answered.
//!
//! [`Review::read`] takes `admission.k8s.io/v1` and `v1beta1`; [`Answer`] is sent back in the version that asked. An object counts once: what a
//! controller makes of an object that was counted is not counted again ([`Review::is_of_a_controller`]).

mod accelerator;
mod object;
mod pod;
mod review;
mod text;

pub use accelerator::{Accelerator, SLICES};
pub use object::{Owner, Part, Workload};
pub use review::{Answer, Change, Review, ReviewError, known_as};
pub use text::AskError;
