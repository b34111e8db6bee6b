//! Slurm's side of the gate: what `deploy/slurm/job_submit.lua` writes and reads, what `squeue` prints, which holds follow from both, and the rounds
//! that bring the holds at the service up to them.
//!
//! The plugin decides from a [`SlurmTable`] and appends a [`JournalLine`] to a journal for each job that it lets in; [`Holds`] turns lines and the
//! queue's rows into actions at the service: a hold to ask for, to settle, to release. [`Sidecar::round`] does all of it once.

mod folder;
mod hold;
mod holds;
mod journal;
mod outside;
mod queue;
mod settings;
mod sidecar;
mod state;
mod stored;
mod table;
mod text;

pub use folder::{Folder, FolderError};
pub use hold::{Hold, HoldAction, HoldLimits, HoldPhase};
pub use holds::Holds;
pub use journal::{DecisionKind, JournalLine, whole_lines};
pub use outside::{Admission, BudgetService, Controller, Expected, JobOnGpus};
pub use queue::{COLUMNS, Comment, QueueError, QueueRow, SlurmProgress, columns, rows};
pub use settings::SlurmSettings;
pub use sidecar::Sidecar;
pub use table::{BudgetLine, Journal, Partition, Price, SlurmTable};
pub use text::{GpuCount, Tasks, TextError, gpus_of_node, minutes, parts, requested_gpus};
