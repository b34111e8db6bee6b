use crate::overflow::div_half_up;
use crate::{CarbonIntensity, CarbonMass, Overflow, Pue, Span};
use std::fmt;

/// Electric power, `u64` milliwatts (NVML's unit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Power(u64);

impl Power {
    /// A power of zero milliwatts.
    pub const ZERO: Self = Self(0);

    /// A power of `milliwatts` mW.
    #[must_use]
    pub const fn from_milliwatts(milliwatts: u64) -> Self {
        Self(milliwatts)
    }

    /// A power of `watts` W; `None` above 1.8e16 W, the end of the type.
    #[must_use]
    pub const fn from_watts(watts: u64) -> Option<Self> {
        match watts.checked_mul(1_000) {
            Some(milliwatts) => Some(Self(milliwatts)),
            None => None,
        }
    }

    /// The value in milliwatts.
    #[must_use]
    pub const fn milliwatts(self) -> u64 {
        self.0
    }

    /// The sum of both powers, at most what the type holds.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Energy of this power over `span`, without rounding.
    #[must_use]
    pub fn times(self, span: Span) -> ExactEnergy {
        // 1 mW x 1 ns = 1 pJ
        ExactEnergy(i128::from(self.0) * i128::from(span.nanoseconds()) * ExactEnergy::PER_PICOJOULE)
    }

    /// Energy of power that goes in a straight line from `self` to `end` over `span`, without rounding (the trapezoid rule).
    #[must_use]
    pub fn line_to(self, end: Self, span: Span) -> ExactEnergy {
        let both_ends = i128::from(self.0) + i128::from(end.0);
        ExactEnergy(both_ends * i128::from(span.nanoseconds()) * (ExactEnergy::PER_PICOJOULE / 2))
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03} W", self.0 / 1_000, self.0 % 1_000)
    }
}

/// Energy, `i64` millijoules (the unit of NVML's counter); ±2.56 TWh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Energy(i64);

impl Energy {
    /// An energy of zero.
    pub const ZERO: Self = Self(0);

    /// An energy of `millijoules` mJ.
    #[must_use]
    pub const fn from_millijoules(millijoules: i64) -> Self {
        Self(millijoules)
    }

    /// The value in millijoules.
    #[must_use]
    pub const fn millijoules(self) -> i64 {
        self.0
    }

    /// The sum of both energies.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if the sum leaves the range of the type.
    pub fn checked_add(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_add(other.0).map(Self).ok_or(Overflow { quantity: "energy in mJ" })
    }

    /// The sum of both energies, at most what the type holds.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This energy less `other`.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if the difference leaves the range of the type.
    pub fn checked_sub(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(Overflow { quantity: "energy in mJ" })
    }

    /// CO2e of this energy: `µg = (mJ × mg/kWh + 1 800 000) div 3 600 000`, rounded once, half up.
    ///
    /// A reversal negates the mass that was posted and never computes it again, since rounding half up is not symmetric.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if the mass leaves the range of its type.
    pub fn carbon(self, intensity: CarbonIntensity) -> Result<CarbonMass, Overflow> {
        let product = i128::from(self.0) * i128::from(intensity.milligrams_per_kwh());
        i64::try_from(div_half_up(product, 3_600_000))
            .map(CarbonMass::from_micrograms)
            .map_err(|_| Overflow { quantity: "carbon mass in µg" })
    }

    /// Energy that the facility uses on top of this IT energy: `mJ × (PUE − 1)`, rounded half up. It is shown separately and
    /// never added to the IT energy.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if the overhead leaves the range of the type.
    pub fn overhead(self, pue: Pue) -> Result<Self, Overflow> {
        let above_one = i128::from(pue.parts_per_million()) - 1_000_000;
        i64::try_from(div_half_up(i128::from(self.0) * above_one, 1_000_000))
            .map(Self)
            .map_err(|_| Overflow { quantity: "overhead energy in mJ" })
    }
}

impl fmt::Display for Energy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mJ", self.0)
    }
}

impl std::iter::Sum for ExactEnergy {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |a, b| a + b)
    }
}

/// Energy in sixteenths of a picojoule, for sums that must be exact.
///
/// The unit is the largest in which all of these are integers: mW × ns, half of it (trapezoid),
/// µJ (RAPL), mJ (NVML) and the AMD accumulator's 2⁻¹⁶ J. Range ±1e25 J.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ExactEnergy(i128);

impl ExactEnergy {
    /// An energy of zero.
    pub const ZERO: Self = Self(0);
    const PER_PICOJOULE: i128 = 16;
    const PER_MICROJOULE: i128 = 16_000_000;
    const PER_MILLIJOULE: i128 = 16_000_000_000;
    /// 2⁻¹⁶ J = 15.2587890625 µJ.
    const PER_AMD_COUNT: i128 = 244_140_625;

    /// An energy of `millijoules` mJ.
    #[must_use]
    pub const fn from_millijoules(millijoules: i128) -> Self {
        Self(millijoules * Self::PER_MILLIJOULE)
    }

    /// An energy of `microjoules` µJ, the unit of RAPL.
    #[must_use]
    pub const fn from_microjoules(microjoules: i128) -> Self {
        Self(microjoules * Self::PER_MICROJOULE)
    }

    /// The energy of `counts` counts of AMD's accumulator, 2⁻¹⁶ J each.
    #[must_use]
    pub const fn from_amd_counts(counts: i128) -> Self {
        Self(counts * Self::PER_AMD_COUNT)
    }

    /// The energy in whole millijoules, rounded down. Differences of running sums that are rounded down add up to the whole.
    ///
    /// # Errors
    ///
    /// [`Overflow`] if the energy leaves the range of [`Energy`].
    pub fn floor(self) -> Result<Energy, Overflow> {
        i64::try_from(self.0.div_euclid(Self::PER_MILLIJOULE))
            .map(Energy)
            .map_err(|_| Overflow { quantity: "energy in mJ" })
    }

    /// `self × part / whole`, rounded down, for `0 <= part <= whole`; `self` if `whole` is 0.
    #[must_use]
    pub fn fraction(self, part: u64, whole: u64) -> Self {
        if whole == 0 {
            return self;
        }
        let (part, whole) = (i128::from(part), i128::from(whole));
        // Divides before it multiplies, since the energy of a century times nanoseconds would leave i128.
        let (quotient, rest) = (self.0.div_euclid(whole), self.0.rem_euclid(whole));
        Self(quotient * part + (rest * part).div_euclid(whole))
    }

    /// Mean power over `span`, rounded down; `None` if the span is empty or the energy negative.
    #[must_use]
    pub fn mean_power(self, span: Span) -> Option<Power> {
        let span = i128::from(span.nanoseconds());
        if span == 0 || self.0 < 0 {
            return None;
        }
        u64::try_from(self.0 / Self::PER_PICOJOULE / span).ok().map(Power)
    }

    /// Whether the energy is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The energy without its sign.
    #[must_use]
    pub fn magnitude(self) -> Self {
        Self(self.0.abs())
    }

    /// `self × numerator / denominator`, rounded down, for small factors (|numerator| up to 1e9).
    #[must_use]
    pub fn scaled(self, numerator: u32, denominator: u32) -> Self {
        if denominator == 0 {
            return self;
        }
        Self((self.0 * i128::from(numerator)).div_euclid(i128::from(denominator)))
    }
}

impl std::ops::Add for ExactEnergy {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::AddAssign for ExactEnergy {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl std::ops::Sub for ExactEnergy {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
