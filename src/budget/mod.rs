//! What a job will cost before it runs.

mod estimate;
mod prior;

pub use estimate::{Estimate, Workload};
pub use prior::{Prior, measured_spread_ppm, prior};
