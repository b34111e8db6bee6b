use crate::error::WireError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{Energy, Power, Span, Timestamp};

/// One ordered, numbered statement of an agent. The module documentation of the crate specifies every key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// [`crate::VERSION`].
    pub version: u32,
    /// Who speaks; a *name*.
    pub agent: String,
    /// Which start of the agent.
    pub boot: Boot,
    /// Number within the boot, from 1, without a gap.
    pub sequence: u64,
    /// The machine.
    pub node: Node,
    /// What its clocks said when the batch was made.
    pub clock: Clock,
    /// Every device that the batch speaks of, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Device>,
    /// Energy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// Who held which device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holdings: Vec<Holding>,
    /// What is told of jobs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
    /// Where something is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}

impl Batch {
    /// Reads a decompressed body and checks everything the crate's documentation says of it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place and what to do; see [`WireError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len() > crate::BODY_BYTES_MAX {
            return Err(WireError::TooLarge { bytes: bytes.len() });
        }
        // Keeping account of the place costs as much as reading, and so does looking at each string whether it is UTF-8: only what cannot be read
        // is read again with both.
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
    /// [`WireError::Json`] if memory could not be written, which does not happen.
    pub fn to_json(&self) -> Result<Vec<u8>, WireError> {
        serde_json::to_vec(self).map_err(|error| WireError::Json { path: ".".to_owned(), reason: error.to_string() })
    }
}

/// 128 random bits drawn when an agent starts; 32 lowercase hexadecimal digits in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Boot(u128);

impl Boot {
    /// A boot of these bits; the caller draws them at random.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The bits.
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

/// Facts about the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Name of the node; a *name*.
    pub name: String,
    /// Program and version that speaks.
    pub software: String,
    /// The operating system's identity of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<String>,
    /// The operating system's identity of its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_boot: Option<String>,
}

/// What the agent's clocks said when it made a batch: evidence, not order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// UTC as the machine believed it.
    #[serde(rename = "wall_ns")]
    pub wall: Timestamp,
    /// Monotonic time since an origin of the agent's own.
    #[serde(rename = "monotonic_ns")]
    pub monotonic: Span,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Stable identity.
    pub uuid: String,
    /// Product name.
    pub name: String,
    /// Number for people.
    pub index: u32,
    /// What it is a part of a machine.
    pub kind: Kind,
    /// What a power reading means.
    pub sensor: SensorClass,
    /// Power that it cannot exceed.
    #[serde(rename = "limit_mw")]
    pub limit: Power,
    /// Gain error of the sensor, 0 to 1,000,000.
    pub systematic_ppm: u32,
    /// The device whose energy already contains this one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_in: Option<String>,
    /// Changes when the counter may have started again.
    pub driver_epoch: u64,
}

/// What part of a machine a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// GPU or another accelerator, or a part of one.
    Accelerator,
    /// CPU package or memory.
    Host,
    /// The whole machine.
    Platform,
}

/// What a power reading means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SensorClass {
    /// There is an energy counter.
    Counter,
    /// Mean over a window that reaches back.
    Average,
    /// Mean over a window much shorter than the time between readings.
    Instant,
    /// Average or instant.
    Unknown,
    /// No sensor: utilisation × TDP.
    Modelled,
}

/// Energy of one device over one interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// `uuid` of a declared device.
    pub device: String,
    /// First moment inside.
    #[serde(rename = "start_ns")]
    pub start: Timestamp,
    /// First moment after it.
    #[serde(rename = "end_ns")]
    pub end: Timestamp,
    /// At least zero.
    #[serde(rename = "energy_mj")]
    pub energy: Energy,
    /// How much of the interval was observed.
    #[serde(rename = "covered_ns")]
    pub covered: Span,
    /// How readings became energy.
    pub method: Method,
    /// The least certain origin of any part of the energy.
    pub quality: Quality,
    /// What a reader should know besides, each at most once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// Lowest power seen.
    #[serde(rename = "power_min_mw")]
    pub power_min: Power,
    /// Highest power seen.
    #[serde(rename = "power_peak_mw")]
    pub power_peak: Power,
    /// Number of readings.
    pub readings: u64,
    /// Half width of what integration may be off, at least zero.
    #[serde(rename = "integration_uncertainty_mj")]
    pub integration_uncertainty: Energy,
    /// Gain error of the sensor on this energy, at least zero.
    #[serde(rename = "sensor_systematic_mj")]
    pub sensor_systematic: Energy,
}

/// How power or a counter became energy; the words of METHOD.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Difference of an energy counter.
    Counter,
    /// Each reading stands for the interval before it.
    BackwardRectangle,
    /// Straight lines between readings.
    Trapezoid,
    /// Utilisation × TDP.
    Modelled,
}

/// Where energy came from, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Counter difference.
    Counter,
    /// Integral of power readings.
    Integrated,
    /// Part of it bridges a hole: an estimate.
    GapFilled,
    /// No sensor.
    Modelled,
}

/// What a reader of a window should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Its ends do not lie on sensor updates, and that matters here.
    Boundary,
    /// The counter started again inside.
    Reset,
    /// Faster structure of the load is not seen.
    Aliased,
    /// Impossible counter values were set aside.
    Quarantined,
    /// It is not known whether readings are averages or instants.
    ClassUnknown,
    /// The counter contradicts the power readings and is not used.
    CounterDistrusted,
    /// Counter and integrated power differ by more than 10 %.
    PowerDisagrees,
}

/// A job holds a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// `uuid` of a declared device.
    pub device: String,
    /// `id` of the job.
    pub job: String,
    /// Its part among those that hold the device at once, 1 to 1,000,000.
    pub weight: u32,
    /// Since when.
    #[serde(rename = "start_ns")]
    pub start: Timestamp,
    /// Until when; `None` while it lasts.
    #[serde(rename = "end_ns", default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
}

/// What is told of a job.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Identity; a *name*.
    pub id: String,
    /// Project it is charged to; a *name*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// *name* to *text*.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Which try, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// When it started.
    #[serde(rename = "started_ns", default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[serde(rename = "ended_ns", default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// How it ended; a signal is negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_status: Option<i32>,
}

/// A time about which a device's windows say less than they should, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// `uuid` of a declared device.
    pub device: String,
    /// First moment inside.
    #[serde(rename = "start_ns")]
    pub start: Timestamp,
    /// First moment after it.
    #[serde(rename = "end_ns")]
    pub end: Timestamp,
    /// Why.
    pub reason: GapReason,
}

/// Why something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// Nobody read the device.
    AgentStopped,
    /// The device did not answer.
    Unread,
    /// Windows were lost: there was no room for them.
    Dropped,
    /// No energy is missing: windows were added up to longer ones to save room.
    Merged,
}
