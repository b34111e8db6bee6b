//! Where readings come from: one file per source behind one small trait.

pub mod nvml;
pub mod visible;

use account::meter::{Reading, Sensor};
use units::Timestamp;

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

/// Something that reads the power or energy of its devices.
pub trait Source: Send {
    /// Short name, as `--source` takes it: `nvml`, `rapl`, `replay`, `synthetic`, `modelled`.
    fn name(&self) -> &'static str;

    /// The devices found when the source was opened; their order is fixed.
    fn devices(&self) -> &[Device];

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
