//! What metering yields: energy windows, each with everything that is known about how good it is.

use model::DeviceUuid;
use units::{Energy, ExactEnergy, Interval, Power, Span, Timestamp};

/// Energy of one device over one interval.
///
/// `energy`, `integration_uncertainty` and `sensor_systematic` are three numbers that are never merged: no integration
/// removes a gain error of the sensor, and neither uncertainty is a tolerance in the arithmetic.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Window {
    /// Identity of the device, as its [`Meter`](super::Meter) was given it.
    pub device: DeviceUuid,
    /// First moment inside the window.
    #[cfg_attr(feature = "serde", serde(rename = "start_ns"))]
    pub start: Timestamp,
    /// First moment after the window.
    #[cfg_attr(feature = "serde", serde(rename = "end_ns"))]
    pub end: Timestamp,
    /// Energy that the device used, at least zero.
    #[cfg_attr(feature = "serde", serde(rename = "energy_mj"))]
    pub energy: Energy,
    /// How much of the window was observed, at most all of it; the rest is a gap.
    #[cfg_attr(feature = "serde", serde(rename = "covered_ns"))]
    pub covered: Span,
    /// The integration rule in force at the end of the window.
    pub method: Method,
    /// The least certain origin of any part of the energy.
    pub quality: Quality,
    /// What else a reader should know about the energy, each flag at most once.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub flags: Vec<Flag>,
    /// Lowest power seen in the window.
    #[cfg_attr(feature = "serde", serde(rename = "power_min_mw"))]
    pub power_min: Power,
    /// Highest power seen in the window.
    #[cfg_attr(feature = "serde", serde(rename = "power_peak_mw"))]
    pub power_peak: Power,
    /// Number of readings in the window.
    pub readings: u64,
    /// Half width of the interval that holds the integral of the sensor's own signal, at least zero. `docs/METHOD.md` says
    /// how it is bounded.
    #[cfg_attr(feature = "serde", serde(rename = "integration_uncertainty_mj"))]
    pub integration_uncertainty: Energy,
    /// Gain error of the sensor on this energy, at least zero; it does not depend on how often the sensor was read.
    #[cfg_attr(feature = "serde", serde(rename = "sensor_systematic_mj"))]
    pub sensor_systematic: Energy,
}

impl Window {
    /// From start to end; `None` where a window that was sent ends before it starts.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        Interval::new(self.start, self.end)
    }

    /// Length of the window.
    #[must_use]
    pub fn span(&self) -> Span {
        self.end.since(self.start).unwrap_or(Span::ZERO)
    }

    /// Observed share of the window, 0 to 1,000,000 parts per million.
    #[must_use]
    pub fn coverage_ppm(&self) -> u32 {
        let whole = u128::from(self.span().nanoseconds()).max(1);
        let ppm = u128::from(self.covered.nanoseconds()) * 1_000_000 / whole;
        u32::try_from(ppm.min(1_000_000)).unwrap_or(1_000_000)
    }

    /// Mean power, rounded down to a milliwatt.
    #[must_use]
    pub fn mean_power(&self) -> Power {
        let energy = ExactEnergy::from_millijoules(i128::from(self.energy.millijoules()));
        energy.mean_power(self.span()).unwrap_or_default()
    }
}

/// How readings became energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Method {
    /// Difference of a cumulative energy counter.
    Counter,
    /// `P(t₁) × (t₁ − t₀)`: each reading stands for the interval before it, as a trailing mean does.
    BackwardRectangle,
    /// `(P(t₀) + P(t₁)) / 2 × (t₁ − t₀)`: a straight line between two readings of an instant.
    Trapezoid,
    /// Utilisation × stated TDP, without any sensor.
    Modelled,
}

impl Method {
    /// The word in JSON, tables and documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::BackwardRectangle => "backward_rectangle",
            Self::Trapezoid => "trapezoid",
            Self::Modelled => "modelled",
        }
    }
}

/// Where energy came from, most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Quality {
    /// Difference of an energy counter.
    Counter,
    /// Integral of power readings.
    Integrated,
    /// Part of it is an estimate that bridges more than 10 s without a reading and without a counter.
    GapFilled,
    /// Computed from utilisation, without any sensor.
    Modelled,
}

impl Quality {
    /// The word in JSON, tables and documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Integrated => "integrated",
            Self::GapFilled => "gap_filled",
            Self::Modelled => "modelled",
        }
    }
}

/// Something that a reader of a window should know about its energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Flag {
    /// The window does not start and end on updates of the sensor, and that matters here: by more than 1 % of the energy,
    /// or because the window is shorter than two update periods.
    Boundary,
    /// The counter started again inside the window.
    Reset,
    /// At this sampling the sensor sees less than 90 % of the time: faster changes of the load are not resolved.
    Aliased,
    /// Counter values that cannot be right were set aside and not charged.
    Quarantined,
    /// It is not known whether readings are averages or instants.
    ClassUnknown,
    /// The counter contradicts the power readings and is not used.
    CounterDistrusted,
    /// Counter and integrated power differ by more than 10 % over a minute or more.
    PowerDisagrees,
}

impl Flag {
    const ALL: [Self; 7] = [
        Self::Boundary,
        Self::Reset,
        Self::Aliased,
        Self::Quarantined,
        Self::ClassUnknown,
        Self::CounterDistrusted,
        Self::PowerDisagrees,
    ];

    /// The word in JSON, tables and documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::Reset => "reset",
            Self::Aliased => "aliased",
            Self::Quarantined => "quarantined",
            Self::ClassUnknown => "class_unknown",
            Self::CounterDistrusted => "counter_distrusted",
            Self::PowerDisagrees => "power_disagrees",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Boundary => 1,
            Self::Reset => 1 << 1,
            Self::Aliased => 1 << 2,
            Self::Quarantined => 1 << 3,
            Self::ClassUnknown => 1 << 4,
            Self::CounterDistrusted => 1 << 5,
            Self::PowerDisagrees => 1 << 6,
        }
    }
}

/// A set of [`Flag`]s, while a window is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags(u8);

impl Flags {
    pub(super) fn insert(&mut self, flag: Flag) {
        self.0 |= flag.bit();
    }

    /// The flags of both.
    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The flags that are set, in the order of [`Flag`].
    pub(super) fn to_vec(self) -> Vec<Flag> {
        Flag::ALL.into_iter().filter(|flag| self.0 & flag.bit() != 0).collect()
    }
}
