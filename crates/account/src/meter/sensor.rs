use units::{Power, Span, Timestamp};

/// What a device can be read for, decided once at discovery from architecture, driver version, field and scope (D4),
/// and stored with every window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensor {
    /// The cumulative energy counter, where there is one. It comes first (D1).
    pub counter: Option<CounterSensor>,
    /// What a power reading of this device means; `None` if it has no power reading.
    pub power: Option<PowerSensor>,
    /// Enforced power limit of the sensor's scope, or a configured ceiling where none is readable. A counter step above
    /// 1.2 times this is not believed.
    pub limit: Power,
    /// Usual time between two readings. A hole of more than three of these and more than 10 s is a gap.
    pub cadence: Span,
    /// Gain error that no integration removes, parts per million of the energy; ±50,000 for NVIDIA boards (D6).
    pub systematic_ppm: u32,
}

impl Sensor {
    /// ±5 %, the only accuracy NVIDIA states for board power (and what hardware meters beside it confirm).
    pub const BOARD_SYSTEMATIC_PPM: u32 = 50_000;
    /// Ceiling where no limit is readable: 3 kW, above every accelerator module sold.
    pub const UNKNOWN_LIMIT: Power = Power::from_milliwatts(3_000_000);
}

/// A cumulative energy counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterSensor {
    /// What one count is worth.
    pub unit: CounterUnit,
    /// Highest value before the counter starts again at zero (RAPL only); `None` for counters that only ever reset.
    pub range: Option<u64>,
    /// Time between two updates of the counter.
    pub update: Span,
}

/// What one count of an energy counter is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterUnit {
    /// NVML, HLML.
    Millijoule,
    /// RAPL, Xe hwmon, logs.
    Microjoule,
    /// AMD accumulator, 2⁻¹⁶ J.
    Amd,
}

/// What a power reading means, which decides the integration rule (D2, D3).
///
/// Window and update period per architecture: Yang, Adamek, Armour, SC24, arXiv 2312.02741.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerSensor {
    /// Trailing mean over `window`, renewed every `update`: backward rectangle.
    Average {
        /// Length of the mean.
        window: Span,
        /// Time between two new values.
        update: Span,
    },
    /// Mean over a `window` much shorter than the time between readings, renewed every `update`: trapezoid.
    Instant {
        /// Length of the measurement.
        window: Span,
        /// Time between two new values.
        update: Span,
    },
    /// Not known which: trapezoid, flagged.
    Unknown,
    /// Computed from utilisation since the previous reading and a stated TDP: backward rectangle, quality `modelled`.
    Modelled,
}

impl PowerSensor {
    /// 1 s trailing mean, renewed every 100 ms (Ampere except GA100, and newer).
    pub const ONE_SECOND_AVERAGE: Self =
        Self::Average { window: Span::from_milliseconds(1_000), update: Span::from_milliseconds(100) };
    /// 25 ms of every 100 ms (GA100; `power.draw.instant` of GH100).
    pub const INSTANT_25_OF_100: Self =
        Self::Instant { window: Span::from_milliseconds(25), update: Span::from_milliseconds(100) };
    /// All of every 100 ms (Turing; `power.draw.instant` of GA10x and Ada).
    pub const INSTANT_100_OF_100: Self =
        Self::Instant { window: Span::from_milliseconds(100), update: Span::from_milliseconds(100) };
    /// 10 ms of every 20 ms (Volta, Pascal).
    pub const INSTANT_10_OF_20: Self =
        Self::Instant { window: Span::from_milliseconds(10), update: Span::from_milliseconds(20) };
}

/// What a sensor said at one moment. A failed read is no `Reading`, never a zero (D8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// When, on a time line that never runs backwards (monotonic clock, joined to UTC once).
    pub at: Timestamp,
    /// Power, where the device told it.
    pub power: Option<Power>,
    /// Raw counter value, in the sensor's [`CounterUnit`], where the device told it.
    pub counter: Option<u64>,
    /// Changes when the counter may have started again: boot id, device UUID, driver load.
    pub epoch: u64,
}
