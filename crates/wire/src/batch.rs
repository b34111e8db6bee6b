use crate::error::WireError;
use account::meter::Window;
use model::{AgentId, DeviceKind, DeviceUuid, GapReason, JobId, NodeName, ProjectName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{Power, Span, Timestamp};

/// One numbered message of an agent. The documentation of the crate specifies every key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Version of the document, [`crate::VERSION`].
    pub version: u32,
    /// Name of the agent that sends the batch; a *name*.
    pub agent: AgentId,
    /// The start of the agent that made the batch.
    pub boot: Boot,
    /// Number of the batch within the boot: 1, 2, 3, … without a gap.
    pub sequence: u64,
    /// The machine that the agent runs on.
    pub node: Node,
    /// What the agent's clocks showed when the batch was made.
    pub clock: ClockEvidence,
    /// Every device that the batch refers to, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Device>,
    /// Energy of devices, in windows of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// Which jobs held which devices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holdings: Vec<Holding>,
    /// Facts about jobs: names, projects, starts and ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
    /// Where windows are missing or coarser than usual.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}

impl Batch {
    /// Reads a decompressed body and checks every rule of the crate's documentation.
    ///
    /// # Errors
    ///
    /// See [`WireError`]: the first thing that is wrong, its place, and what to do about it.
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len() > crate::BODY_BYTES_MAX {
            return Err(WireError::TooLarge { bytes: bytes.len() });
        }
        // Tracking the place doubles the cost of reading, and so does checking each string for UTF-8: only a body that cannot be
        // read is read again, with both.
        let read = std::str::from_utf8(bytes).ok().and_then(|text| serde_json::from_str(text).ok());
        let batch: Self = read.ok_or_else(|| Self::unreadable(bytes))?;
        batch.check()?;
        Ok(batch)
    }

    fn unreadable(bytes: &[u8]) -> WireError {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let read: Result<Self, _> = serde_path_to_error::deserialize(&mut deserializer);
        match read {
            Err(error) => WireError::of_json(bytes, &error),
            Ok(_) => {
                let reason = deserializer.end().map_or_else(|error| error.to_string(), |()| "not JSON".to_owned());
                WireError::Json { path: ".".to_owned(), reason }
            }
        }
    }

    /// The document, without white space.
    ///
    /// # Errors
    ///
    /// [`WireError::Json`] if writing to memory fails, which does not happen.
    pub fn to_json(&self) -> Result<Vec<u8>, WireError> {
        serde_json::to_vec(self).map_err(|error| WireError::Json { path: ".".to_owned(), reason: error.to_string() })
    }
}

/// Identity of one start of an agent: 128 random bits, written as 32 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Boot(u128);

impl Boot {
    /// The boot with these bits, which the caller draws at random.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The boot's 128 bits.
    #[must_use]
    pub const fn bits(self) -> u128 {
        self.0
    }
}

impl std::fmt::Display for Boot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl std::fmt::Debug for Boot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Boot({self})")
    }
}

impl From<Boot> for String {
    fn from(boot: Boot) -> Self {
        boot.to_string()
    }
}

impl TryFrom<String> for Boot {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let lowercase_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let bits = u128::from_str_radix(&text, 16).ok();
        bits.filter(|_| text.len() == 32 && text.bytes().all(lowercase_hex))
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a boot; write 32 lowercase hexadecimal digits"))
    }
}

/// The machine that an agent runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Name of the node; a *name*.
    pub name: NodeName,
    /// Name and version of the program that sends the batch.
    pub software: String,
    /// The operating system's identifier of the machine (`/etc/machine-id`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<String>,
    /// The operating system's identifier of this boot (`/proc/sys/kernel/random/boot_id`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_boot: Option<String>,
    /// What the agent cannot tell of the holders of devices, each with what to do about it; at most [`crate::UNCLEAR_MAX`] texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclear: Vec<String>,
}

/// What the agent's clocks showed when it made a batch. This is evidence for people; nothing is ordered by it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockEvidence {
    /// The machine's wall clock, UTC.
    #[serde(rename = "wall_ns")]
    pub wall: Timestamp,
    /// The machine's monotonic clock, counted from an origin that the agent chooses.
    #[serde(rename = "monotonic_ns")]
    pub monotonic: Span,
}

/// A device that is metered, and what it is metered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Identity that stays the same over restarts: the driver's UUID, `rapl:package-0`; never a bare index.
    pub uuid: DeviceUuid,
    /// Product name as the driver gives it.
    pub name: String,
    /// Index that people know the device by; not an identity.
    pub index: u32,
    /// Which part of a machine it is.
    pub kind: DeviceKind,
    /// What the sensor's readings mean.
    pub sensor: SensorClass,
    /// Highest plausible power of the device.
    #[serde(rename = "limit_mw")]
    pub limit: Power,
    /// Gain error of the sensor, 0 to 1,000,000 parts per million.
    pub systematic_ppm: u32,
    /// `uuid` of the device whose energy already contains this one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_in: Option<DeviceUuid>,
    /// Changes when the device's energy counter may have started again.
    pub driver_epoch: u64,
}

/// What the readings of a device's sensor mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SensorClass {
    /// The device has an energy counter.
    Counter,
    /// Power, as the mean over the time before the reading.
    Average,
    /// Power, as the mean over a time much shorter than that between readings.
    Instant,
    /// Power, and it is not known whether as an average or an instant.
    Unknown,
    /// No sensor: power is computed as utilisation × TDP.
    Modelled,
}

/// States that a job holds a device for some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// `uuid` of a declared device.
    pub device: DeviceUuid,
    /// `id` of the job.
    pub job: JobId,
    /// Weight of the job among those that hold the device at the same time, 1 to 1,000,000.
    pub weight: u32,
    /// When the job began to hold the device.
    #[serde(rename = "start_ns")]
    pub start: Timestamp,
    /// When the job stopped holding the device; `None` while it still does.
    #[serde(rename = "end_ns", default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
}

/// Facts about a job. A later statement about the same `id` replaces an earlier one, key by key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Identity of the job; a *name*.
    pub id: JobId,
    /// Project that the job is charged to; a *name*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
    /// Name that people gave the job; a *text*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Labels of the job: each key is a *name*, each value a *text*.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Number of the attempt, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// When the job started.
    #[serde(rename = "started_ns", default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When the job ended.
    #[serde(rename = "ended_ns", default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Exit status of the job's process, -255 to 255; a signal is negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_status: Option<i32>,
}

/// A time in which windows of a device are missing, or coarser than usual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// `uuid` of a declared device.
    pub device: DeviceUuid,
    /// First moment inside the gap.
    #[serde(rename = "start_ns")]
    pub start: Timestamp,
    /// First moment after the gap.
    #[serde(rename = "end_ns")]
    pub end: Timestamp,
    /// Why there is a gap.
    pub reason: GapReason,
}
