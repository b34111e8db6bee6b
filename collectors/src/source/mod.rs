//! The sources of readings, one file each, behind a small trait.

mod choice;
pub mod exporter;
pub mod modelled;
pub mod nvml;
pub mod rapl;
pub mod replay;
pub mod synthetic;
pub mod visible;

pub use choice::{ChoiceError, Left, Places, SourceChoice, SourceSpec, SourceSpecError};

use account::meter::{PowerSensor, Reading, Sensor};
use std::fmt;
use units::{Power, Span, Timestamp};
use visible::Board;

/// A device that a source found and can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDevice {
    /// Identity that stays the same over restarts: the driver's `GPU-…` or `MIG-…` UUID, `rapl:package-0`, or the identifier in
    /// a log. Never a bare index, which may change at every boot.
    pub uuid: String,
    /// Index that people know the device by: of NVML, or of a powercap zone. Not an identity.
    pub index: u32,
    /// Product name as the driver or the log gives it.
    pub name: String,
    /// What the device can be read for, and how well.
    pub sensor: Sensor,
    /// Position of the device whose readings already contain those of this one: the package of a core, the platform of a
    /// package, the GH200 module of a Grace CPU. A total adds the devices that no other contains.
    pub counted_in: Option<usize>,
}

impl SourceDevice {
    /// What is read, in words: `energy counter`, `average power over 1000 ms`, `instant power (25 ms of every 100 ms)`.
    #[must_use]
    pub fn sensor_in_words(&self) -> String {
        let milliseconds = |span: Span| span.nanoseconds() / 1_000_000;
        match (self.sensor.counter, self.sensor.power) {
            (Some(_), _) => "energy counter".to_owned(),
            (None, Some(PowerSensor::Average { window, .. })) => {
                format!("average power over {} ms", milliseconds(window))
            }
            (None, Some(PowerSensor::Instant { window, update })) => {
                format!("instant power ({} ms of every {} ms)", milliseconds(window), milliseconds(update))
            }
            (None, Some(PowerSensor::Unknown)) => "power, average or instant unknown".to_owned(),
            (None, Some(PowerSensor::Modelled)) => "no sensor: utilisation × TDP".to_owned(),
            (None, None) => "nothing".to_owned(),
        }
    }
}

/// The kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// NVIDIA GPUs, through NVML.
    Nvml,
    /// CPUs and memory, through RAPL.
    Rapl,
    /// What a Prometheus exporter on this node serves.
    Exporter,
    /// A recorded log that is replayed.
    Replay,
    /// Simulated devices with a known load.
    Synthetic,
    /// CPU utilisation × TDP, without a sensor.
    Modelled,
}

impl SourceKind {
    /// Name of the source, as `--source` accepts it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nvml => "nvml",
            Self::Rapl => "rapl",
            Self::Exporter => "prometheus",
            Self::Replay => "replay",
            Self::Synthetic => "synthetic",
            Self::Modelled => "modelled",
        }
    }

    /// Whether the devices are those of the whole machine, whoever uses them, and not accelerators.
    #[must_use]
    pub const fn is_of_whole_machine(self) -> bool {
        matches!(self, Self::Rapl | Self::Modelled)
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that reads the power or energy of its devices.
pub trait Source: Send {
    /// What kind of source this is.
    fn kind(&self) -> SourceKind;

    /// The devices that were found when the source was opened. Their order never changes.
    fn devices(&self) -> &[SourceDevice];

    /// The devices as boards that `CUDA_VISIBLE_DEVICES` selects from, in the order of [`Source::devices`]; empty if that
    /// variable does not apply to them.
    fn boards(&self) -> &[Board] {
        &[]
    }

    /// Drops all boards but those at `positions`, which keep their order.
    fn keep(&mut self, _positions: &[usize]) {}

    /// The number in the name of the file of the device at `position`, N of `/dev/nvidiaN`, by which batch systems name it; `None` if the source
    /// does not know it.
    fn file_number(&self, _position: usize) -> Option<u32> {
        None
    }

    /// Ids of the processes that use the device at `position` at this moment, as the host numbers them; `None` if the source lists none.
    fn processes(&self, _position: usize) -> Option<Result<Vec<u32>, ReadError>> {
        None
    }

    /// Whether a poll costs so little that the source may be read every 10 ms at first, to learn how often its counters renew.
    fn is_cheap(&self) -> bool {
        true
    }

    /// Reads every device once and passes each outcome to `sink` with the position of the device. `now` is on a time line that
    /// never steps. A device that cannot be read gives an error and does not stop the others. A source with a buffer (a
    /// driver's ring, a recorded log) may give several readings of a device, in the order of time.
    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>));
}

/// Why a device gave no reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The device is lost: unplugged, or fallen off the bus (NVML `GPU_LOST`).
    #[error("the device is lost: {0}; the others are still read")]
    Lost(String),
    /// The device or its driver refused the reading.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// The device gave a value that stands for "no value".
    #[error("gave no value: {0}")]
    Blank(String),
}

/// Positions of the devices that no other device contains: a total adds these.
pub fn roots(devices: &[SourceDevice]) -> impl Iterator<Item = usize> {
    devices.iter().enumerate().filter(|(_, device)| device.counted_in.is_none()).map(|(position, _)| position)
}

fn keep_positions<T>(all: &mut Vec<T>, positions: &[usize]) {
    let mut position = 0..;
    all.retain(|_| position.next().is_some_and(|position| positions.contains(&position)));
}

/// Parses watts with up to three decimals; `None` for any other text.
fn watts(text: &str) -> Option<Power> {
    thousandths(text).map(Power::from_milliwatts)
}

/// Parses a plain decimal number with up to three decimals, into thousandths; `None` for any other text.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(fraction)
}
