//! Kubernetes' side of the gate: what an AdmissionReview says of an object, how many accelerators that object takes in all and for how long, whether
//! the budgets have room for it, and how it is answered.
//!
//! [`Review::read`] takes `admission.k8s.io/v1` and `v1beta1`, [`decide`] holds and settles, and a [`ReviewAnswer`] is sent back in the version that
//! asked. What an object holds is one number of its uid: however often, in whatever order and with whatever old object a review comes, the ledger then
//! holds what the object takes now. Objects form trees by their controllers, and only the root of a tree holds: all that its pods take together,
//! and what they leave of what it asks for ([`Takes`]).

mod accelerator;
mod asker;
mod controller;
mod custom;
mod forest;
mod gate;
mod identity;
mod layout;
mod look;
mod object;
mod pod;
mod reader;
mod review;
mod spark;
mod spec;
mod sweep;
mod takes;
mod tally;
mod text;
mod unmade;
mod weighing;
mod words;
mod workflow;

pub use accelerator::{AcceleratorSlice, SLICES};
pub use controller::ReviewUser;
pub use gate::{ChangedAdmission, Reviewed, decide, undecided};
pub use look::{Listing, look};
pub use object::{KubernetesObject, ObjectOwner};
pub use reader::{ApiServer, read_cluster};
pub use review::{Deletion, ObjectChange, Rescale, Review, ReviewAnswer, ReviewError, ReviewResponse};
pub use sweep::sweep;
pub use takes::{AcceleratorUse, Takes};
pub use text::AskError;
