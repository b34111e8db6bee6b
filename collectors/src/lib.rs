//! Where power readings come from: sensors, recorded logs, closed-form loads.

pub mod agent;
pub mod clock;
pub mod delivery;
pub mod powerlog;
pub mod push;
pub mod sampler;
pub mod sensor_class;
pub mod source;
pub mod spool;
