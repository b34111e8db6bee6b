//! Where power readings come from: sensors, recorded logs, closed-form loads.

pub mod source;
