//! Terraform's side of the gate: which accelerators a plan adds or takes away, what they use in a month, and whether the budgets have room for it.
//!
//! [`TerraformPlan::read`] takes the JSON of `terraform show -json`, formats 1.0 to 1.2. Each resource that runs machines has a [`Capacity`] before and
//! after; [`PlanBill::of`] weighs the difference at [`HOURS_PER_MONTH`], and [`decide`] holds it against the budgets for a run task. What is not known
//! before the plan is applied is unknown, never zero.

mod bill;
mod capacity;
mod configuration;
mod draw;
mod exchange;
mod gate;
mod kinds;
mod load;
mod place;
mod plan;
mod report;
mod task;
mod usage;

pub use bill::{Accelerators, BillContext, BillError, BillItem, Co2eEstimate, MonthlyUse, PlanBill};
pub use capacity::{Attached, Capacity, Machines};
pub use exchange::{NotTaken, PATIENCE, check_host, fetch, send};
pub use gate::decide;
pub use load::{LoadError, PlanLoad};
pub use place::{ResourcePlace, StatedRegionError, StatedRegions};
pub use plan::{PlanAction, PlanError, PlannedResource, TerraformPlan};
pub use report::{NO_REGION, PlanReport, PlanReportRow, UnknownResource};
pub use task::{Task, TaskError, TaskOutcome, TaskResult, is_signed};
pub use usage::{Usage, UsageError};

/// Hours of a month, as cloud prices count them: 8,760 / 12.
pub const HOURS_PER_MONTH: u64 = 730;
