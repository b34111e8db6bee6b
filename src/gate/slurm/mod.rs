//! Slurm's side of the gate: what `deploy/slurm/job_submit.lua` writes and reads, what `squeue` prints, and which holds follow from both.
//!
//! The plugin decides from a [`Table`] and appends a [`Line`] to a journal for each job that it lets in; [`Holds`] turns lines and the
//! queue's rows into deeds at the service: a hold to ask for, to settle, to give back.

mod holds;
mod journal;
mod queue;
mod table;
mod text;

pub use holds::{Deed, Hold, Holds, Limits, Phase};
pub use journal::{Kind, Line, whole_lines};
pub use queue::{COLUMNS, Comment, Progress, QueueError, Row, columns, rows};
pub use table::{BudgetLine, Journal, Partition, Price, Table};
pub use text::{Part, Tasks, TextError, gpus_of_node, minutes, parts, requested_gpus};
