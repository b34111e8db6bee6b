//! The gates: what foreign systems ask before something runs, whether the budgets have room for it, and what became of it.
//!
//! Each gate reads what its system sends, decides through [`crate::budget::Office`], and settles when the thing ends. Who carries it over HTTP, files
//! or a terminal is `api` and `cli`; nothing here serves HTTP or prints.

pub mod kubernetes;
pub mod slurm;
pub mod terraform;
