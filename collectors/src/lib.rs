//! Where power readings come from: sensors, recorded logs, closed-form loads.

pub mod agent;
pub mod announcement;
pub mod clock;
pub mod delivery;
mod identity;
mod leftovers;
pub mod powerlog;
pub mod push;
mod random;
pub mod sampler;
pub mod sensor_class;
pub mod source;
pub mod spool;
