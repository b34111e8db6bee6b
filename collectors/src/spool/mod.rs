//! Keeps what was metered until it is known to be on the service's disk, in one SQLite file that survives a kill and a loss of
//! power.
//!
//! # The file
//!
//! The file has a write-ahead log, is written with `synchronous=FULL`, and is locked by the process that has it open. Every
//! row has a CRC-32 of its content, because SQLite notices damaged pages but not damaged values.
//!
//! | table | row |
//! |---|---|
//! | `format` | a single row: name and version of this layout |
//! | `devices` | a device as it was last described, and the end of its last window |
//! | `records` | a window, holding, job or gap, as JSON of `crates/wire`, in the order of metering; `coarse` counts how often it was merged |
//! | `batches` | a batch by (boot, sequence): its bytes as they are sent (JSON, gzip), and its state |
//! | `notes` | what the agent has to know again after a restart, such as who holds a device; written with the records that it is about |
//! | `will` | at most one row: what is reported if the process ends without reporting it ([`Will`]) |
//!
//! # Life of a record
//!
//! [`Spool::append`] writes a record durably. [`Spool::seal`] moves records into a batch and fixes its bytes in one
//! transaction. From then on the batch is sent until it is acknowledged, then kept for some time, then forgotten. A batch that
//! the service refuses is set aside in quarantine. Batches are numbered from 1 for each boot, in the transaction that fixes
//! their bytes, so that the numbers have no gap.
//!
//! # When it is full
//!
//! The file never grows beyond its limit. Room is made in this order: acknowledged batches are forgotten; the oldest windows
//! are merged to minutes, then to hours, which keeps the energy exact and leaves a `merged` gap; batches in quarantine are
//! dropped, which leaves a `dropped` gap. If that is not enough, the caller gets [`SpoolError::Full`] and keeps what it has.
//!
//! # When it is damaged
//!
//! Opening the spool reads and checks every row. A damaged file is moved aside, for people to look at, and a new one is
//! begun.

mod backlog;
mod codec;
mod contents;
mod error;
mod foreign;
mod merge;
mod notes;
mod queue;
mod room;
mod rows;
mod will;

pub use backlog::Backlog;
pub use contents::{BatchKey, BatchSender, Contents, Sealed, Will};
pub use error::SpoolError;
pub(crate) use foreign::{ForeignSpoolError, SpoolStatement};
pub(crate) use merge::merge;
pub use queue::{DamagedSpool, Halved, MEBIBYTES_MAX, MEBIBYTES_MIN, Opened, Order, Spool, SpoolUsage};
