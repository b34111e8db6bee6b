//! What a log consists of, and what its caller knows about it.

use super::{ColumnMapping, PowerLogFormat};
use account::meter::{Reading, Sensor};
use units::Span;

/// What the caller knows about a log and the log does not say.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Format of the log; `None` to recognise it.
    pub format: Option<PowerLogFormat>,
    /// Name of the column or metric to read power or energy from; `None` to choose the best.
    pub column: Option<String>,
    /// What columns mean; it wins over what they seem to be.
    pub mapping: ColumnMapping,
    /// Time zone of local times that are written without one.
    pub timezone: Option<chrono_tz::Tz>,
    /// Time between two readings of a device, for a log without times.
    pub interval: Option<Span>,
    /// Product name of the accelerators, for a log that has none.
    pub accelerator: Option<String>,
}

/// A device whose readings a log holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedDevice {
    /// UUID, or the identifier that the log has: an index, `host/index`, or the name of the column.
    pub id: String,
    /// Product name, from the log or from [`Options::accelerator`].
    pub name: Option<String>,
    /// What the readings mean. Counters are in µJ.
    pub sensor: Sensor,
    /// Position of the device whose readings already contain those of this one. A total adds the devices that no other contains.
    pub counted_in: Option<usize>,
    /// Name of the column or metric that is read.
    pub column: String,
}

/// A remark on how a log was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogNote {
    /// Whether the figures may be wrong because of this.
    pub is_warning: bool,
    /// The remark, one sentence.
    pub text: String,
}

impl LogNote {
    pub(super) fn info(text: impl Into<String>) -> Self {
        Self { is_warning: false, text: text.into() }
    }

    pub(super) fn warning(text: impl Into<String>) -> Self {
        Self { is_warning: true, text: text.into() }
    }
}

/// A reading, with the position of its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeviceReading {
    pub(super) device: usize,
    pub(super) reading: Reading,
}
