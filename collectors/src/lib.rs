//! Where power readings come from: sensors, recorded logs, closed-form loads.

pub mod clock;
pub mod powerlog;
pub mod sampler;
pub mod sensor_class;
pub mod source;
