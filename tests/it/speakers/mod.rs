//! Who may say what about whose nodes, devices and jobs: nobody uses, sees, takes or blocks what is another's.

mod attacks;
pub(crate) mod enroll;
mod model;
