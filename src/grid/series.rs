//! Factors over time as one file or one reply of a provider states them, before they are kept.

use super::{Accounting, Basis, FactorStatus, Gas};
use model::ZoneId;
use units::{CarbonIntensity, Interval};

/// Values of one zone, type and source. Two series that differ in basis, gas or accounting are never joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorSeries {
    /// Zone of the electricity grid, upper case.
    pub zone: ZoneId,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the values describe.
    pub accounting: Accounting,
    /// The organisation that published them.
    pub publisher: String,
    /// The release that they are from; the same time in another edition is another factor.
    pub edition: String,
    /// Licence under which they were published.
    pub licence: String,
    /// In order of time, without overlap. A time that is missing is a gap, never zero.
    pub values: Vec<FactorValue>,
}

/// One value of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorValue {
    /// The time that it describes.
    pub interval: Interval,
    /// Carbon intensity over that time.
    pub intensity: CarbonIntensity,
    /// How far it can be relied on.
    pub status: FactorStatus,
    /// How the source made it, in the source's own word, such as `TIME_SLICER_AVERAGE`; absent if it says nothing.
    pub method: Option<String>,
}

/// What one file or reply has to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactorReading {
    /// What was taken.
    pub series: Vec<FactorSeries>,
    /// What was not taken.
    pub refused: Vec<RefusedValue>,
}

/// A part of a file or reply that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedValue {
    /// Where it is: `line 7`, `data[3]`.
    pub place: String,
    /// What was found, and what to do about it.
    pub reason: String,
}
