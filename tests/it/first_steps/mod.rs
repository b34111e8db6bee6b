//! What people type first: an agent without a file, sites, nodes and projects from the command line, and what is said where a step fails.

mod administration;
pub(crate) mod agent;
mod budget;
mod causes;
mod terminal;
