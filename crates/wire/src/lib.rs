//! What an agent may say to the service. An agent in another language can be written from this page and
//! `docs/wire-example.json`.
//!
//! # Transport
//!
//! One [`Batch`] is one JSON document (RFC 8259, UTF-8), sent as the body of `POST /api/v1/batches` with
//! `Content-Type: application/json`, `Authorization: Bearer TOKEN` and, if compressed, `Content-Encoding: gzip` or `zstd`
//! (one of them, once). The service answers with an [`Acknowledgement`] after the batch is on its disk, or with a problem
//! document (RFC 9457).
//!
//! | answer | what it means | what the agent does |
//! |---|---|---|
//! | 200, 201 with an acknowledgement that names the batch | durable, or was already | may forget the batch |
//! | 400, 415, 422 | this batch will never be taken | sets it aside, tells its operator, goes on with the next |
//! | 401, 403, 404 | token, rights or address are wrong | keeps everything, tells its operator, tries again |
//! | 408, 429, 5xx, no answer, any other answer that speaks of success | not now | sends the same bytes again, later; `Retry-After` says when |
//! | 409 | (agent, boot, sequence) was used for other bytes | sets it aside, tells its operator |
//! | 413 | too large | sends it in halves |
//!
//! # Exactly once
//!
//! A batch is known by (`agent`, `boot`, `sequence`). `boot` is 128 random bits, drawn when the agent starts; `sequence`
//! counts that boot's batches from 1 without a gap. An agent fixes the bytes of a batch before it sends it for the first time and sends
//! the same ones until they are acknowledged, across restarts. Only after a 413 may other bytes take the number: those of
//! one half. What is the same is decided by that triple alone and never by device and time: after the
//! machine's clock was set back, two windows of one device with the same times are different energy.
//!
//! # The document
//!
//! Objects hold the keys below and no others; a key marked `?` may be missing or `null`; a list that is empty may be missing.
//! Numbers are integers. A key ends in its unit: `_ns` nanoseconds (`wall_ns`, `start_ns`, `end_ns`, `started_ns`, `ended_ns`: since
//! 1970-01-01T00:00:00 UTC, not negative), `_mj` millijoules, `_mw` milliwatts, `_ppm` parts per million. Intervals are
//! half-open: `start_ns` is inside, `end_ns` is not.
//!
//! **Batch**
//!
//! | key | holds |
//! |---|---|
//! | `version` | 1 ([`VERSION`]). A reader refuses any other; an agent never changes the meaning of a key within a version |
//! | `agent` | who speaks: a *name*, fixed for the life of a node (its host name, unless configured; with `-run` where a run speaks for itself) |
//! | `boot` | 32 lowercase hexadecimal digits |
//! | `sequence` | from 1 |
//! | `node` | `name` (a *name*), `software` (*text*: program and version), `machine_id`? and `host_boot`? (*text*: the operating system's identity of the machine and of its start) |
//! | `clock` | `wall_ns` and `monotonic_ns`, both read when the batch was made: evidence of what the agent's clock said. Intervals are measured on the monotonic clock |
//! | `devices` | every device that this batch speaks of, each once |
//! | `windows`, `holdings`, `jobs`, `gaps` | below, in any order |
//!
//! **Device**
//!
//! | key | holds |
//! |---|---|
//! | `uuid` | *text*; stable identity: the driver's UUID, `rapl:package-0`; never a bare index |
//! | `name` | *text*; product name |
//! | `index` | number for people |
//! | `kind` | `accelerator`, `host` (CPU package, memory) or `platform` (the whole machine) |
//! | `sensor` | what a power reading means: `counter` (an energy counter), `average`, `instant`, `unknown`, `modelled` (no sensor: utilisation × TDP) |
//! | `limit_mw` | power that it cannot exceed; the bound of what is plausible |
//! | `systematic_ppm` | gain error of the sensor, 0 to 1,000,000 |
//! | `counted_in`? | `uuid` of the device whose energy already contains this one's. A total adds devices that are in none |
//! | `driver_epoch` | changes when the driver's counter may have started again |
//!
//! **Window**: energy of one device over one interval, integrated at the source. Downstream nothing integrates again.
//!
//! | key | holds |
//! |---|---|
//! | `device` | `uuid` of a declared device |
//! | `start_ns`, `end_ns` | interval, not empty, at most a day |
//! | `energy_mj` | 0 to 2⁶³−1 |
//! | `covered_ns` | how much of the interval was observed, at most all of it; the rest is a gap |
//! | `method` | `counter`, `backward_rectangle`, `trapezoid`, `modelled` |
//! | `quality` | `counter`, `integrated`, `gap_filled`, `modelled` |
//! | `flags` | of `boundary`, `reset`, `aliased`, `quarantined`, `class_unknown`, `counter_distrusted`, `power_disagrees`, each at most once |
//! | `power_min_mw`, `power_peak_mw` | lowest and highest power seen |
//! | `readings` | number of them |
//! | `integration_uncertainty_mj` | half width of what integration may be off |
//! | `sensor_systematic_mj` | gain error of the sensor on this energy |
//!
//! No two windows of a batch have the same device and start.
//!
//! **Holding**: a job holds a device. Between `start_ns` and `end_ns` the device's energy is split among its
//! holders in proportion to their weights, so that shares always sum to one; without a holder it is idle.
//!
//! | key | holds |
//! |---|---|
//! | `device` | `uuid` of a declared device |
//! | `job` | `id` of a job; its facts may come in this batch, an earlier one, or never |
//! | `weight` | 1 to 1,000,000 |
//! | `start_ns` | since when |
//! | `end_ns`? | until when; without it the holding lasts. A later holding of the same device, job and start replaces it |
//!
//! **Job**: facts that whoever started it tells. A later statement about the same `id` replaces an earlier one, key by key; a missing key says nothing.
//!
//! | key | holds |
//! |---|---|
//! | `id` | a *name* |
//! | `project`? | a *name* |
//! | `name`? | *text* |
//! | `labels` | object of *name* to *text*, at most 32 |
//! | `attempt`? | from 1 |
//! | `started_ns`?, `ended_ns`? | not ended before started |
//! | `exit_status`? | of the process, −255 to 255; a signal is negative |
//!
//! **Gap**: a time about which a device's windows say less than they should, or nothing.
//!
//! | key | holds |
//! |---|---|
//! | `device` | `uuid` of a declared device |
//! | `start_ns`, `end_ns` | interval, not empty |
//! | `reason` | `agent_stopped` (nobody read the device), `unread` (it did not answer), `dropped` (windows were lost: no room for them), `merged` (no energy is missing: windows were added up to longer ones to save room) |
//!
//! A *text* is 1 to 256 bytes without control characters; a *name* is 1 to 128 of `A-Z a-z 0-9 . _ : @ + -`.
//!
//! # Limits
//!
//! They count decompressed bytes, so decompress no further than [`BODY_BYTES_MAX`]; above [`RATIO_FREE_BYTES`] refuse a
//! ratio over [`RATIO_MAX`], and a zstd window over 2^[`ZSTD_WINDOW_LOG_MAX`] bytes. Counts: [`DEVICES_MAX`], [`WINDOWS_MAX`], [`HOLDINGS_MAX`], [`JOBS_MAX`],
//! [`GAPS_MAX`].
#![forbid(unsafe_code)]

mod acknowledgement;
mod batch;
mod check;
mod error;

pub use acknowledgement::{Acknowledgement, Outcome};
pub use batch::{
    Batch, Boot, Clock, Device, Flag, Gap, GapReason, Holding, Job, Kind, Method, Node, Quality, SensorClass, Window,
};
pub use check::is_name;
pub use error::{Problem, WireError};

/// The version of the document that this crate reads and writes.
pub const VERSION: u32 = 1;
/// Path of the resource that takes batches.
pub const PATH: &str = "/api/v1/batches";
/// Media type of a batch and of an acknowledgement.
pub const MEDIA_TYPE: &str = "application/json";
/// Largest batch, decompressed, bytes: about 25,000 windows.
pub const BODY_BYTES_MAX: usize = 8 << 20;
/// Largest acknowledgement or problem document that an agent reads, bytes.
pub const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Below this many decompressed bytes any compression ratio is taken.
pub const RATIO_FREE_BYTES: usize = 1 << 20;
/// Highest ratio of decompressed to compressed bytes above [`RATIO_FREE_BYTES`].
pub const RATIO_MAX: usize = 100;
/// Largest zstd window, as a power of two: 8 MiB.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// Most devices of a batch.
pub const DEVICES_MAX: usize = 1_024;
/// Most windows of a batch.
pub const WINDOWS_MAX: usize = 20_000;
/// Most holdings of a batch.
pub const HOLDINGS_MAX: usize = 5_000;
/// Most jobs of a batch.
pub const JOBS_MAX: usize = 1_000;
/// Most gaps of a batch.
pub const GAPS_MAX: usize = 5_000;
/// Most labels of a job.
pub const LABELS_MAX: usize = 32;
/// Longest *name*, bytes.
pub const NAME_BYTES_MAX: usize = 128;
/// Longest *text*, bytes.
pub const TEXT_BYTES_MAX: usize = 256;
/// Highest weight of a holding.
pub const WEIGHT_MAX: u32 = 1_000_000;
/// Longest window, nanoseconds: a day.
pub const WINDOW_NS_MAX: u64 = 86_400_000_000_000;
