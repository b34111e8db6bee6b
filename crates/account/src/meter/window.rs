//! What metering yields: energy windows, each with everything that is known about how good it is.

use std::fmt;
use units::{Energy, Interval, Power, Span};

/// Energy of one device over one interval.
///
/// `energy`, `integration_uncertainty` and `sensor_systematic` are three numbers that are never merged (D6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From when to when.
    pub interval: Interval,
    /// Energy, at least zero.
    pub energy: Energy,
    /// How much of the interval was observed; the rest is a gap.
    pub covered: Span,
    /// Rule in force at the end of the interval.
    pub method: Method,
    /// The least certain origin of any part of the energy.
    pub quality: Quality,
    /// What a reader should know besides.
    pub flags: Flags,
    /// Lowest power seen.
    pub power_min: Power,
    /// Highest power seen.
    pub power_peak: Power,
    /// Number of readings.
    pub readings: u64,
    /// Half width of the interval that holds the integral of the sensor's signal; METHOD.md says how it is bounded.
    pub integration_uncertainty: Energy,
    /// Gain error of the sensor on this energy; independent of how often it was read.
    pub sensor_systematic: Energy,
}

impl Window {
    /// Observed share of the interval, parts per million, 0 to 1,000,000.
    #[must_use]
    pub fn coverage_ppm(&self) -> u32 {
        let whole = u128::from(self.interval.span().nanoseconds()).max(1);
        let ppm = u128::from(self.covered.nanoseconds()) * 1_000_000 / whole;
        u32::try_from(ppm.min(1_000_000)).unwrap_or(1_000_000)
    }

    /// Mean power, rounded down.
    #[must_use]
    pub fn mean_power(&self) -> Power {
        units::ExactEnergy::from_millijoules(i128::from(self.energy.millijoules()))
            .mean_power(self.interval.span())
            .unwrap_or_default()
    }
}

/// How power or a counter became energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Difference of a cumulative energy counter (D1).
    Counter,
    /// `P(t₁) × (t₁ − t₀)`: each reading stands for the interval before it (D2).
    BackwardRectangle,
    /// `(P(t₀) + P(t₁)) / 2 × (t₁ − t₀)` (D3).
    Trapezoid,
    /// Utilisation × stated TDP; no sensor.
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

/// Where energy came from, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// Counter difference.
    Counter,
    /// Integral of power readings.
    Integrated,
    /// Part of it bridges a hole of more than 10 s without a counter: an estimate.
    GapFilled,
    /// No sensor.
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

/// What a reader of a window should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Start and stop do not lie on sensor updates, and that matters here: more than 1 % of the energy, or a span
    /// shorter than two update periods.
    Boundary,
    /// The counter started again inside.
    Reset,
    /// The sensor sees less than 90 % of the time at this sampling: faster structure of the load is aliased.
    Aliased,
    /// Impossible counter values were set aside and not charged.
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

/// A set of [`Flag`]s.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(u8);

impl Flags {
    /// Adds `flag`.
    pub fn insert(&mut self, flag: Flag) {
        self.0 |= flag.bit();
    }

    /// Whether `flag` is set.
    #[must_use]
    pub const fn contains(self, flag: Flag) -> bool {
        self.0 & flag.bit() != 0
    }

    /// The flags of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The flags that are set, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.into_iter().filter(move |flag| self.contains(*flag))
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
