//! Terraform's side of the gate: which accelerators a plan adds or takes away, and what they burn in a month.
//!
//! [`Plan::read`] takes the JSON of `terraform show -json`, formats 1.0 to 1.2. Each resource that runs machines has a [`Capacity`] before and
//! after; [`Bill::of`] weighs the difference at [`HOURS_PER_MONTH`]. What is not known before it is applied is unknown, never zero.

mod bill;
mod capacity;
mod configuration;
mod plan;
mod task;
mod usage;

pub use bill::{Accelerators, Bill, BillError, Item, Load, Place, Weighed};
pub use capacity::{Capacity, Machines};
pub use plan::{Plan, PlanError, Resource};
pub use task::{Task, TaskError, TaskResult, is_signed};
pub use usage::{Usage, UsageError};

/// Hours of a month of cloud prices, and of `energy_mwh` of a plan: 8,760 / 12.
pub const HOURS_PER_MONTH: u64 = 730;
