use units::{Power, Span, Timestamp};

/// What a device can be read for, and how well. It is decided once, when the device is found, from its architecture, the
/// driver's version, and the field and scope that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensor {
    /// The cumulative energy counter, where there is one. It is preferred to power.
    pub counter: Option<CounterSensor>,
    /// What a power reading of the device means; `None` if power cannot be read.
    pub power: Option<PowerSensor>,
    /// Power limit of what the sensor covers; [`Self::UNKNOWN_LIMIT`] where none can be read. Steps of the counter above
    /// 1.2 times this are not believed.
    pub limit: Power,
    /// Usual time between two readings. A longer time without readings is a gap from 10 s and three of these on.
    pub cadence: Span,
    /// Gain error of the sensor, ± parts per million of the energy; 50,000 for NVIDIA boards.
    pub systematic_ppm: u32,
}

impl Sensor {
    /// ±5 %: the only accuracy that NVIDIA states for board power, and what hardware meters beside it confirm.
    pub const BOARD_SYSTEMATIC_PPM: u32 = 50_000;
    /// The limit that is assumed where none can be read: 3 kW, above every accelerator module sold.
    pub const UNKNOWN_LIMIT: Power = Power::from_milliwatts(3_000_000);
}

/// A cumulative energy counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterSensor {
    /// Energy of one count.
    pub unit: CounterUnit,
    /// Highest value before the counter wraps to zero (RAPL); `None` for counters that never wrap.
    pub range: Option<u64>,
    /// Time between two updates of the counter.
    pub update: Span,
}

/// Energy of one count of an energy counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterUnit {
    /// 1 mJ: NVML, HLML.
    Millijoule,
    /// 1 µJ: RAPL, the Xe driver's hwmon, logs.
    Microjoule,
    /// 2⁻¹⁶ J: AMD's energy accumulator.
    Amd,
}

/// What a power reading means, which decides the integration rule.
///
/// Window and update period per architecture: Yang, Adamek, Armour, SC24, arXiv 2312.02741.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerSensor {
    /// Trailing mean over `window`, renewed every `update`. Integrated by backward rectangles.
    Average {
        /// Length of the mean.
        window: Span,
        /// Time between two new values.
        update: Span,
    },
    /// Mean over a `window` much shorter than the time between readings, renewed every `update`. Integrated by
    /// trapezoids.
    Instant {
        /// Length of the measurement.
        window: Span,
        /// Time between two new values.
        update: Span,
    },
    /// Not known which of the two. Integrated by trapezoids, with a flag.
    Unknown,
    /// Computed from the utilisation since the previous reading and a stated TDP. Integrated by backward rectangles, with
    /// quality `modelled`.
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

/// What a sensor said at one moment. A read that failed gives no `Reading`, never one of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// When the sensor was read, on a time line that never runs backwards.
    pub at: Timestamp,
    /// Power; `None` if the device did not give it.
    pub power: Option<Power>,
    /// Raw value of the energy counter, in the sensor's [`CounterUnit`]; `None` if the device did not give it.
    pub counter: Option<u64>,
    /// Changes when the counter may have started again: at a boot, a load of the driver, or a loss of the device.
    pub epoch: u64,
}
