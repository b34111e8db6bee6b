//! Where readings come from: one file per source behind one small trait.

mod choice;
pub mod modelled;
pub mod nvml;
pub mod rapl;
pub mod replay;
pub mod synthetic;
pub mod visible;

pub use choice::{Choice, ChoiceError, Left, Places, Spec, SpecError};

use account::meter::{PowerSensor, Reading, Sensor};
use units::{Power, Span, Timestamp};
use visible::Board;

/// A device that a source found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Stable identity: `GPU-…` UUID, `MIG-…`, `rapl:package-0`, or the log's own identifier. Never a bare index (D10).
    pub uuid: String,
    /// Index for people: NVML index, powercap zone number. Not an identity.
    pub index: u32,
    /// Product name, as the driver or the log says it.
    pub name: String,
    /// What it can be read for, and how well.
    pub sensor: Sensor,
    /// Position of the device whose reading already contains this one (D11): package of a core, psys of a package,
    /// GH200 module of a Grace. A total sums the devices that are in no other.
    pub counted_in: Option<usize>,
}

impl Device {
    /// What is read, for people: `energy counter`, `average power over 1000 ms`, `instant power (25 ms of every 100 ms)`.
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
            (None, Some(PowerSensor::Unknown)) => "power of unknown kind".to_owned(),
            (None, Some(PowerSensor::Modelled)) => "no sensor: utilisation × TDP".to_owned(),
            (None, None) => "nothing".to_owned(),
        }
    }
}

/// Something that reads the power or energy of its devices.
pub trait Source: Send {
    /// Short name, as `--source` takes it: `nvml`, `rapl`, `replay`, `synthetic`, `modelled`.
    fn name(&self) -> &'static str;

    /// The devices found when the source was opened; their order is fixed.
    fn devices(&self) -> &[Device];

    /// The devices as boards among which `CUDA_VISIBLE_DEVICES` chooses, in the order of [`Source::devices`]; empty where it
    /// says nothing about them.
    fn boards(&self) -> &[Board] {
        &[]
    }

    /// Keeps the boards at `positions`, in their order, and reads no other from now on.
    fn keep(&mut self, _positions: &[usize]) {}

    /// Reads every device once, `now` being the sampler's time line, and hands each outcome to `sink` with the device's
    /// position. A device that cannot be read yields an error and does not stop the others. A source that buffers
    /// (a driver's ring, a recorded log) may yield several readings per device, in time order.
    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>));
}

/// Why a device gave no reading this time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The device is gone (NVML `GPU_LOST`, unplugged); other devices go on.
    #[error("device is lost: {0}; the others go on")]
    Lost(String),
    /// The device or driver refuses this reading.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// The device answered with a value that means "no value" (sentinel, blank, N/A).
    #[error("answered with a blank value: {0}")]
    Blank(String),
}

/// Positions of the devices whose readings no other device contains: what a total sums (D11).
pub fn roots(devices: &[Device]) -> impl Iterator<Item = usize> {
    devices.iter().enumerate().filter(|(_, device)| device.counted_in.is_none()).map(|(position, _)| position)
}

fn keep_positions<T>(all: &mut Vec<T>, positions: &[usize]) {
    let mut position = 0..;
    all.retain(|_| position.next().is_some_and(|position| positions.contains(&position)));
}

/// Watts with up to three decimals, as people write them in a specification; `None` for anything else.
fn watts(text: &str) -> Option<Power> {
    thousandths(text).map(Power::from_milliwatts)
}

/// Thousandths in a plain decimal number with up to three decimals.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(fraction)
}
