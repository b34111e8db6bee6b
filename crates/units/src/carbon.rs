use crate::Overflow;
use std::fmt;

/// Carbon intensity of electricity, `u32` milligrams CO2e per kWh (sources publish at most three decimals of g/kWh).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct CarbonIntensity(u32);

impl CarbonIntensity {
    /// Intensity of `milligrams` CO2e per kWh.
    #[must_use]
    pub const fn from_milligrams_per_kwh(milligrams: u32) -> Self {
        Self(milligrams)
    }

    /// The value in milligrams CO2e per kWh.
    #[must_use]
    pub const fn milligrams_per_kwh(self) -> u32 {
        self.0
    }
}

impl fmt::Display for CarbonIntensity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03} g/kWh", self.0 / 1_000, self.0 % 1_000)
    }
}

/// Mass of CO2e, `i64` micrograms; ±9.22 Mt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct CarbonMass(i64);

impl CarbonMass {
    /// A mass of zero micrograms.
    pub const ZERO: Self = Self(0);

    /// Mass of `micrograms` CO2e.
    #[must_use]
    pub const fn from_micrograms(micrograms: i64) -> Self {
        Self(micrograms)
    }

    /// The value in micrograms CO2e.
    #[must_use]
    pub const fn micrograms(self) -> i64 {
        self.0
    }

    /// The sum of both masses.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if the sum leaves the range of the type.
    pub fn checked_add(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_add(other.0).map(Self).ok_or(Overflow { quantity: "carbon mass in µg" })
    }

    /// The sum of both masses, at most what the type holds.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Power usage effectiveness (facility energy / IT energy), `u32` parts per million, at least 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Pue(u32);

impl Pue {
    /// A facility that uses no energy beyond that of its IT equipment.
    pub const ONE: Self = Self(1_000_000);

    /// PUE of `ppm` / 1,000,000; `None` below 1.0, which no facility can reach.
    #[must_use]
    pub const fn from_parts_per_million(ppm: u32) -> Option<Self> {
        if ppm < 1_000_000 { None } else { Some(Self(ppm)) }
    }

    /// The value in parts per million.
    #[must_use]
    pub const fn parts_per_million(self) -> u32 {
        self.0
    }
}
