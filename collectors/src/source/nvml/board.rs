//! What one board can be read for, which is decided once when the board is found, and how it is read.

use super::error::{Reach, reach};
use super::session::field;
use super::value::{FieldFailure, counter_millijoules, power_milliwatts};
use crate::sensor_class::{Architecture, DriverVersion, PowerField, architecture_of, classify};
use account::meter::{CounterSensor, CounterUnit, PowerSensor, Sensor};
use nvml_wrapper::Device;
use nvml_wrapper::enums::device::DeviceArchitecture;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::sys_exports::field_id::{
    NVML_FI_DEV_POWER_AVERAGE, NVML_FI_DEV_POWER_CURRENT_LIMIT, NVML_FI_DEV_POWER_INSTANT,
};
use nvml_wrapper_sys::bindings::NVML_POWER_SCOPE_MODULE;
use units::{Power, Span};

/// What a board's energy and power cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerScope {
    /// The GPU, its memory and the circuitry around them.
    Gpu,
    /// The module of a GH200: GPU, Grace CPU and their memory. It contains what a power meter of the Grace CPU shows.
    Module,
}

/// What one reading of a board gave, at least one of the two.
pub(super) struct BoardValues {
    pub(super) power: Option<Power>,
    /// Raw value of the energy counter.
    pub(super) counter: Option<u64>,
}

/// The calls that read a board, all of them in the same [`PowerScope`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadingPlan {
    pub(super) scope: PowerScope,
    counter: bool,
    power: Option<PowerCall>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PowerCall {
    /// The call `nvmlDeviceGetPowerUsage`, in GPU scope.
    Usage,
    /// Field 185 in module scope.
    ModuleAverage,
    /// Field 186 in module scope.
    ModuleInstant,
}

impl ReadingPlan {
    /// The plan for a board of which nothing is known.
    pub(super) const NOTHING: Self = Self { scope: PowerScope::Gpu, counter: false, power: None };

    /// Tries which calls the board answers. The counter of a GH200 covers the module, so that its power is read in module scope
    /// too; on other boards that is the last resort.
    pub(super) fn of(device: &Device<'_>, name: &str) -> Self {
        let counter = offered(device.total_energy_consumption().map_err(FieldFailure::Driver));
        let usage = offered(device.power_usage().map_err(FieldFailure::Driver)).then_some(PowerCall::Usage);
        let module = || {
            let calls = [PowerCall::ModuleAverage, PowerCall::ModuleInstant];
            calls.into_iter().find(|call| call.milliwatts(device).is_ok())
        };
        if counter_covers_module(name) {
            let power = module();
            if counter || power.is_some() {
                return Self { scope: PowerScope::Module, counter, power };
            }
        }
        match usage.map_or_else(module, |_| None) {
            Some(power) => Self { scope: PowerScope::Module, counter, power: Some(power) },
            None => Self { scope: PowerScope::Gpu, counter, power: usage },
        }
    }

    /// The sensor that these calls are, on a board with this name and under this version of the driver.
    pub(super) fn sensor(&self, device: &Device<'_>, name: &str, driver: &str) -> Sensor {
        let architecture = architecture(device, name);
        let classify = |field| classify(architecture, DriverVersion::parse(driver), field);
        let power = self.power.map(|call| classify(call.field()));
        Sensor {
            counter: self.counter.then_some(COUNTER),
            power,
            limit: self.limit(device).unwrap_or(Sensor::UNKNOWN_LIMIT),
            cadence: cadence(self.counter, power),
            systematic_ppm: Sensor::BOARD_SYSTEMATIC_PPM,
        }
    }

    /// The enforced power limit in the plan's scope.
    fn limit(&self, device: &Device<'_>) -> Option<Power> {
        let milliwatts = match self.scope {
            PowerScope::Gpu => device.enforced_power_limit().ok().map(u64::from),
            PowerScope::Module => field(device, NVML_FI_DEV_POWER_CURRENT_LIMIT, NVML_POWER_SCOPE_MODULE).ok(),
        }?;
        power_milliwatts(milliwatts).ok().filter(|limit| *limit > 0).map(Power::from_milliwatts)
    }

    /// Reads power and counter. One of them may fail without the other.
    pub(super) fn read(&self, device: &Device<'_>) -> Result<BoardValues, FieldFailure> {
        let mut failure = None;
        let counter = self.counter.then(|| counter_millijoules(device.total_energy_consumption()?));
        let counter = unless_gone(counter, &mut failure)?;
        let power = unless_gone(self.power.map(|call| call.milliwatts(device)), &mut failure)?;
        if counter.is_none() && power.is_none() {
            return Err(failure.unwrap_or(NvmlError::NotSupported.into()));
        }
        Ok(BoardValues { power: power.map(Power::from_milliwatts), counter })
    }
}

/// The value, or `None` after storing its error in `failure`. An error that concerns more than this value is returned.
fn unless_gone(
    value: Option<Result<u64, FieldFailure>>,
    failure: &mut Option<FieldFailure>,
) -> Result<Option<u64>, FieldFailure> {
    match value.transpose() {
        Err(FieldFailure::Driver(error)) if reach(&error) != Reach::Reading => Err(error.into()),
        Err(other) => {
            *failure = Some(other);
            Ok(None)
        }
        Ok(value) => Ok(value),
    }
}

impl PowerCall {
    fn milliwatts(self, device: &Device<'_>) -> Result<u64, FieldFailure> {
        power_milliwatts(match self {
            Self::Usage => device.power_usage()?.into(),
            Self::ModuleAverage => field(device, NVML_FI_DEV_POWER_AVERAGE, NVML_POWER_SCOPE_MODULE)?,
            Self::ModuleInstant => field(device, NVML_FI_DEV_POWER_INSTANT, NVML_POWER_SCOPE_MODULE)?,
        })
    }

    const fn field(self) -> PowerField {
        match self {
            Self::Usage => PowerField::Default,
            Self::ModuleAverage => PowerField::Average,
            Self::ModuleInstant => PowerField::Instant,
        }
    }
}

/// The counter of millijoules since the driver was loaded. Its update period is not documented; this is the slowest that was
/// reported.
const COUNTER: CounterSensor =
    CounterSensor { unit: CounterUnit::Millijoule, range: None, update: Span::from_milliseconds(100) };

/// Whether a call is worth repeating: it worked, or failed for a reason that may pass.
fn offered<T>(result: Result<T, FieldFailure>) -> bool {
    use NvmlError::{FailedToLoadSymbol, FunctionNotFound, InvalidArg, NoPermission, NotSupported};
    !matches!(
        result,
        Err(FieldFailure::Driver(NotSupported | NoPermission | FunctionNotFound | InvalidArg | FailedToLoadSymbol(_)))
    )
}

/// Whether the counter covers the whole module, as on the GH200 (ml-energy/zeus, pull request 172). What the counters of the
/// GB200 and GB300 cover is not published.
fn counter_covers_module(name: &str) -> bool {
    name.to_ascii_uppercase().contains("GH200")
}

/// The architecture of a board. NVML has one value for the two Ampere chips, whose sensors differ; the product name decides
/// between them.
fn architecture(device: &Device<'_>, name: &str) -> Architecture {
    match device.architecture() {
        Ok(DeviceArchitecture::Pascal) => Architecture::Pascal,
        Ok(DeviceArchitecture::Volta) => Architecture::Volta,
        Ok(DeviceArchitecture::Turing) => Architecture::Turing,
        Ok(DeviceArchitecture::Ada) => Architecture::Ada,
        Ok(DeviceArchitecture::Hopper) => Architecture::Gh100,
        Ok(DeviceArchitecture::Blackwell) => Architecture::Blackwell,
        Ok(DeviceArchitecture::Kepler | DeviceArchitecture::Maxwell) => Architecture::Other,
        Ok(DeviceArchitecture::Ampere | DeviceArchitecture::Unknown) | Err(_) => {
            architecture_of(name).unwrap_or(Architecture::Other)
        }
    }
}

/// Time between two readings: a second if the energy comes from a counter or a one-second mean, which faster readings do not
/// improve; else the update period of the sensor, since a load may change between any two updates.
fn cadence(counter: bool, power: Option<PowerSensor>) -> Span {
    match power {
        Some(PowerSensor::Instant { update, .. }) if !counter => update,
        Some(PowerSensor::Unknown) if !counter => Span::from_milliseconds(100),
        _ => Span::from_seconds(1),
    }
}
