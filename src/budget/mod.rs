//! Budgets: what a job will cost before it runs, whether that may be spent, and what became of it.
//!
//! A budget works like a bank hold. [`Office::admit`] reserves the p95 of the estimate, the ledger and [`Office::commit`] settle it, and what is left
//! over is free again. Everything that moves a budget goes through an [`Office`] and runs in the store's one writer, so that two requests never spend
//! the same gram.

mod admit;
mod amount;
mod answer;
mod assessment;
mod audit;
mod demand;
mod error;
mod estimate;
mod exceptions;
mod fit;
mod holds;
mod known;
mod likeness;
mod office;
mod ongoing;
mod policies;
mod policy;
mod power;
mod prior;
mod settle;
mod standing;
mod stored;
mod sums;

pub use admit::{Ask, may_block};
pub use amount::{BudgetAmount, Impact};
pub use assessment::Assessment;
pub use audit::first_wrong;
pub use demand::{Demand, StatedImpact};
pub use error::BudgetError;
pub use estimate::{Estimate, Workload};
pub use exceptions::Override;
pub use holds::{AdmissionChange, AdmissionEvent};
pub use office::Office;
pub use ongoing::{ClaimOutcome, Desk, JobClaim};
pub use policy::{Owner, Policy, PolicyError};
pub use power::{AcceleratorPower, Hardware, PowerError, of_cpu_machines};
pub use prior::{Prior, measured_spread_ppm, prior};
pub use settle::Actual;
pub use standing::{BudgetState, BudgetWarning, DaySpent, Projection, Standing};
pub use stored::{of_answer as stored_answer, of_demand as stored_demand};
