//! What one file or one reply of a provider says of factors, before it is kept.

pub use crate::store::{FactorSeries, FactorValue};

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
