//! The messages that an agent sends to the service. An agent in another language can be written from this page and
//! `docs/wire-example.json`.
//!
//! # Transport
//!
//! One [`Batch`] is one JSON document (RFC 8259, UTF-8), sent as the body of `POST /api/v1/batches` with
//! `Content-Type: application/json`, `Authorization: Bearer TOKEN` and, if compressed, `Content-Encoding: gzip` or `zstd`
//! (one of them, applied once). The service answers with an [`Acknowledgement`] after the batch is on its disk, or with a
//! problem document (RFC 9457).
//!
//! | answer | meaning | what the agent does |
//! |---|---|---|
//! | 200, 201 with an acknowledgement that names the batch | the batch is durable, now or from an earlier attempt | may forget the batch |
//! | 400, 415, 422 | this batch will never be accepted | sets it aside, logs an error, goes on with the next |
//! | 401, 403, 404 | token, rights or address are wrong | keeps everything, logs an error, tries again |
//! | 408, 429, 5xx, no answer, any other success | not now | sends the same bytes again later; `Retry-After` says when |
//! | 409 | (agent, boot, sequence) was used for other bytes | sets the batch aside, logs an error |
//! | 413 | the batch is too large | sends it in halves |
//!
//! # Exactly once
//!
//! A batch is identified by (`agent`, `boot`, `sequence`). `boot` is 128 random bits, drawn when the agent starts; `sequence`
//! numbers that boot's batches from 1 without a gap. An agent fixes the bytes of a batch before it sends them for the first
//! time, and sends the same bytes until they are acknowledged, also after a restart. Only after a 413 may other bytes take
//! the number: those of one half. Whether two batches are the same is decided by that triple alone and never by device and
//! time: after the machine's clock was set back, two windows of one device with the same times are different energy.
//!
//! # The document
//!
//! Objects have the keys below and no others. A key marked `?` may be missing or `null`; an empty list may be missing.
//! Numbers are integers. A key ends in its unit: `_ns` nanoseconds (`wall_ns`, `start_ns`, `end_ns`, `started_ns`, `ended_ns`: since
//! 1970-01-01T00:00:00 UTC, not negative), `_mj` millijoules, `_mw` milliwatts, `_ppm` parts per million. Intervals are
//! half-open: `start_ns` is inside, `end_ns` is not.
//!
//! **Batch**
//!
//! | key | value |
//! |---|---|
//! | `version` | 1 ([`VERSION`]). A reader refuses any other; the meaning of a key never changes within a version |
//! | `agent` | the sender: a *name*, fixed for the life of a node (the host name unless configured; with `-UID-run` added where `wattledger run` of the user with that number sends for itself) |
//! | `boot` | 32 lowercase hexadecimal digits |
//! | `sequence` | number of the batch within the boot, from 1 |
//! | `node` | `name` (a *name*), `software` (*text*: program and version), `machine_id`? and `host_boot`? (*text*: the operating system's identifiers of the machine and of its boot), `unclear`? (at most 16 *texts*: what the agent cannot tell of the holders of devices, and what to do about it) |
//! | `clock` | `wall_ns` and `monotonic_ns`, both read when the batch was made. Intervals are measured on the monotonic clock |
//! | `devices` | every device that this batch refers to, each once |
//! | `windows`, `holdings`, `jobs`, `gaps` | below, in any order |
//!
//! **Device**
//!
//! | key | value |
//! |---|---|
//! | `uuid` | *text*; stable identity: the driver's UUID, `rapl:package-0`; never a bare index |
//! | `name` | *text*; product name |
//! | `index` | index that people know the device by |
//! | `kind` | `accelerator`, `host` (CPU package, memory) or `platform` (the whole machine) |
//! | `sensor` | what the readings mean: `counter` (an energy counter), `average` or `instant` (power), `unknown` (power, not known which), `modelled` (no sensor: utilisation × TDP) |
//! | `limit_mw` | highest plausible power of the device |
//! | `systematic_ppm` | gain error of the sensor, 0 to 1,000,000 |
//! | `counted_in`? | `uuid` of the device whose energy already contains this one's. A total adds the devices without this key |
//! | `driver_epoch` | changes when the driver's counter may have started again |
//!
//! **Window**: energy of one device over one interval. The agent integrates; the service only adds.
//!
//! | key | value |
//! |---|---|
//! | `device` | `uuid` of a declared device |
//! | `start_ns`, `end_ns` | interval, not empty, at most a day |
//! | `energy_mj` | 0 to 2⁶³−1 |
//! | `covered_ns` | how much of the interval was observed, at most all of it; the rest is a gap |
//! | `method` | `counter`, `backward_rectangle`, `trapezoid`, `modelled` |
//! | `quality` | `counter`, `integrated`, `gap_filled`, `modelled` |
//! | `flags` | any of `boundary`, `reset`, `aliased`, `quarantined`, `class_unknown`, `counter_distrusted`, `power_disagrees`, each at most once |
//! | `power_min_mw`, `power_peak_mw` | lowest and highest power seen |
//! | `readings` | number of readings in the window |
//! | `integration_uncertainty_mj` | by how much integration may be off, ± |
//! | `sensor_systematic_mj` | gain error of the sensor on this energy, ± |
//!
//! No two windows of a batch have the same device and start.
//!
//! **Holding**: a job holds a device. Between `start_ns` and `end_ns` the device's energy is split among the jobs that hold it
//! in proportion to their weights; energy that no job holds is idle.
//!
//! | key | value |
//! |---|---|
//! | `device` | `uuid` of a declared device |
//! | `job` | `id` of a job, whose facts may come in this batch, in another, or never |
//! | `weight` | 1 to 1,000,000, of which a service takes 1 to 10,000 |
//! | `start_ns` | when the job began to hold the device |
//! | `end_ns`? | when it stopped; missing while it still holds the device. A later holding of the same device, job and start replaces this one |
//!
//! **Job**: facts about a job. A later statement about the same `id` replaces an earlier one key by key; a missing key changes
//! nothing.
//!
//! | key | value |
//! |---|---|
//! | `id` | a *name* |
//! | `project`? | a *name* |
//! | `name`? | *text* |
//! | `labels` | object of *name* to *text*, at most 32 |
//! | `attempt`? | number of the attempt, from 1. Start, end and exit status that are stated with an earlier attempt than another statement's count for nothing |
//! | `started_ns`?, `ended_ns`? | start and end of the job; the end is not before the start |
//! | `exit_status`? | of the process, −255 to 255; a signal is negative |
//!
//! **Gap**: a time in which windows of a device are missing, or coarser than usual.
//!
//! | key | value |
//! |---|---|
//! | `device` | `uuid` of a declared device |
//! | `start_ns`, `end_ns` | interval, not empty |
//! | `reason` | `agent_stopped` (no agent was running), `unread` (the device gave no readings), `dropped` (windows were dropped for lack of space), `merged` (no energy is missing: windows were merged into longer ones to save space), `set_back` and `set_ahead` (the clock was set, below) |
//!
//! **When the clock is set** while an agent meters, it says so of each device by a gap from the earlier to the later of the two dates of that
//! moment. The batch with this gap is made at that moment: what was metered before is in batches of the boot with lower numbers, what is metered
//! later in those with higher ones. Where the clock was set back, both have windows of the same dates, and by the monotonic clock these are
//! different energy: the service moves one of the two by the length of the gap ([decision 71](../../../docs/decisions/0071-clock-set-back.md)). What a window says
//! of times before its boot began (`wall_ns` − `monotonic_ns` of its batch) is of an earlier boot and stays.
//!
//! A *text* is 1 to 256 bytes without control characters; a *name* is 1 to 128 of `A-Z a-z 0-9 . _ : @ + -`.
//!
//! # Limits
//!
//! Sizes are those of decompressed bytes, so a reader decompresses no further than [`BODY_BYTES_MAX`]. Above
//! [`RATIO_FREE_BYTES`] it refuses a compression ratio over [`RATIO_MAX`], and always a zstd window over
//! 2^[`ZSTD_WINDOW_LOG_MAX`] bytes. Lists are limited by [`DEVICES_MAX`], [`WINDOWS_MAX`], [`HOLDINGS_MAX`], [`JOBS_MAX`] and
//! [`GAPS_MAX`].
#![forbid(unsafe_code)]

mod acknowledgement;
mod batch;
mod check;
mod error;

pub use account::meter::{Flag, Method, Quality, Window};
pub use acknowledgement::{Acknowledgement, Outcome};
pub use batch::{Batch, Boot, ClockEvidence, Device, Gap, Holding, Job, Node, SensorClass};
pub use check::is_name;
pub use error::{FieldProblem, WireError};
pub use model::{DeviceKind, GapReason};

/// The version of the document that this crate reads and writes.
pub const VERSION: u32 = 1;
/// Path to which batches are posted.
pub const PATH: &str = "/api/v1/batches";
/// Media type of a batch and of an acknowledgement.
pub const MEDIA_TYPE: &str = "application/json";
/// Largest batch in bytes when decompressed: about 25,000 windows.
pub const BODY_BYTES_MAX: usize = 8 << 20;
/// Bytes of an acknowledgement or problem document that an agent reads at most.
pub const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Up to this many decompressed bytes, any compression ratio is accepted.
pub const RATIO_FREE_BYTES: usize = 1 << 20;
/// Highest ratio of decompressed to compressed bytes above [`RATIO_FREE_BYTES`].
pub const RATIO_MAX: usize = 100;
/// Largest zstd window, as a power of two: 8 MiB.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// Devices that a batch has at most.
pub const DEVICES_MAX: usize = 1_024;
/// Windows that a batch has at most.
pub const WINDOWS_MAX: usize = 20_000;
/// Holdings that a batch has at most.
pub const HOLDINGS_MAX: usize = 5_000;
/// Jobs that a batch has at most.
pub const JOBS_MAX: usize = 1_000;
/// Gaps that a batch has at most.
pub const GAPS_MAX: usize = 5_000;
/// Texts about unclear holders that a batch has at most.
pub const UNCLEAR_MAX: usize = 16;
/// Labels that a job has at most.
pub const LABELS_MAX: usize = 32;
/// Bytes that a *name* has at most.
pub const NAME_BYTES_MAX: usize = 128;
/// Bytes that a *text* has at most.
pub const TEXT_BYTES_MAX: usize = 256;
/// Highest weight of a holding.
pub const WEIGHT_MAX: u32 = 1_000_000;
/// Length that a window has at most, nanoseconds: a day.
pub const WINDOW_NS_MAX: u64 = 86_400_000_000_000;
