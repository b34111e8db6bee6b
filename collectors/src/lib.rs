//! Where power readings come from: sensors, recorded logs, closed-form loads.

pub mod powerlog;
pub mod sensor_class;
pub mod source;
