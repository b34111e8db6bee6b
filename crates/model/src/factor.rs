//! The type of a carbon intensity factor: what it counts, for whom, and how far it can be relied on.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Which part of the life cycle of electricity is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Basis {
    /// Combustion at the power plant only.
    Direct,
    /// Fuel supply, construction and waste as well.
    Lifecycle,
}

/// Which gases are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Gas {
    /// Carbon dioxide alone.
    #[serde(rename = "CO2")]
    Co2,
    /// All greenhouse gases, weighted by their warming potential.
    #[serde(rename = "CO2e")]
    Co2e,
}

/// Whose electricity a factor describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Accounting {
    /// Average of what power plants in the zone emit.
    Production,
    /// Average of what is consumed in the zone, after imports and exports.
    Consumption,
    /// Effect of one more kWh; never added to averages.
    Marginal,
    /// Average after all claimed certificates are taken out.
    Residual,
    /// What one supplier states.
    Supplier,
    /// An average whose publisher does not say which.
    Unspecified,
}

/// Length of time that one value of a factor describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Resolution {
    /// An hour or less.
    Hour,
    /// A day.
    Day,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// How far a factor can be relied on for the energy that it is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FactorStatus {
    /// Published for exactly that time and place.
    Measured,
    /// Published for that time and place, from a model where a measurement is missing.
    Estimated,
    /// Published, and still to be revised.
    Provisional,
    /// Predicted for a time that was still to come.
    Forecast,
    /// In place of a finer value that is not available, such as a year for an hour.
    Fallback,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Direct => "direct",
            Self::Lifecycle => "lifecycle",
        })
    }
}

impl fmt::Display for Gas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Co2 => "CO2",
            Self::Co2e => "CO2e",
        })
    }
}

impl fmt::Display for Accounting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Production => "average production",
            Self::Consumption => "average consumption",
            Self::Marginal => "marginal",
            Self::Residual => "residual",
            Self::Supplier => "supplier",
            Self::Unspecified => "average, unspecified",
        })
    }
}
