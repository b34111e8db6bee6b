use std::fmt;
use units::{CarbonIntensity, Interval};

/// What is counted per kWh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Combustion at the plant only.
    Direct,
    /// Fuel supply, construction and waste too.
    Lifecycle,
}

/// Which gases are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub enum Gas {
    /// Carbon dioxide alone.
    #[serde(rename = "CO2")]
    Co2,
    /// All gases, weighted by their warming potential.
    #[serde(rename = "CO2e")]
    Co2e,
}

/// Whose electricity the factor describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Accounting {
    /// Average of what plants in the zone emit.
    Production,
    /// Average after imports and exports.
    Consumption,
    /// One more kWh. Never in one sum with an average.
    Marginal,
    /// Average after all claimed certificates are taken out.
    Residual,
    /// What one supplier states.
    Supplier,
    /// An average whose publisher does not say which.
    Unspecified,
}

/// Length of time that one value stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Resolution {
    /// One hour or less.
    Hour,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// How much a value can be relied on for the energy it is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Published for exactly that time and place.
    Measured,
    /// Published, and still to be revised.
    Provisional,
    /// Predicted.
    Forecast,
    /// Stands in for a finer value that is not at hand, such as a year for an hour.
    Fallback,
}

/// A carbon intensity with its full type. Two factors that differ in basis, gas or accounting never mix silently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Zone code, upper case: ISO 3166 alpha-2, `X-` aggregate, or a sub-zone such as `US-EGRID-CAMX`, `CN-BJ`, `AU-NSW`.
    pub zone: String,
    /// The zone's name for people.
    pub name: String,
    /// The value in mg per kWh of the gas below.
    pub intensity: CarbonIntensity,
    /// Time that the value describes, UTC.
    pub period: Interval,
    /// Direct or lifecycle.
    pub basis: Basis,
    /// CO2 or CO2e.
    pub gas: Gas,
    /// Average, marginal, residual or supplier.
    pub accounting: Accounting,
    /// Length of time one value stands for.
    pub resolution: Resolution,
    /// Measured, provisional, forecast or fallback.
    pub status: Status,
    /// Who published it.
    pub publisher: String,
    /// Which release of the publisher's data; a new edition of one period is a new factor.
    pub edition: String,
    /// Licence of the value.
    pub licence: String,
    /// What a reader must know about this value, ready to print; empty where there is nothing to add.
    pub note: String,
}

impl Factor {
    /// The period as an ISO 8601 interval, end exclusive: `2024-01-01T00:00Z/2025-01-01T00:00Z`.
    #[must_use]
    pub fn period_iso(&self) -> String {
        let moment =
            |at: units::Timestamp| chrono::DateTime::from_timestamp_nanos(at.nanoseconds()).format("%Y-%m-%dT%H:%MZ");
        format!("{}/{}", moment(self.period.start()), moment(self.period.end()))
    }

    /// The period for people: `2024` for a calendar year.
    #[must_use]
    pub fn period_in_words(&self) -> String {
        let start = chrono::DateTime::from_timestamp_nanos(self.period.start().nanoseconds());
        match self.resolution {
            Resolution::Year => start.format("%Y").to_string(),
            Resolution::Month => start.format("%Y-%m").to_string(),
            Resolution::Hour => start.format("%Y-%m-%dT%H:%MZ").to_string(),
        }
    }

    /// The type in words: `g CO2e/kWh, lifecycle, average production`.
    #[must_use]
    pub fn type_in_words(&self) -> String {
        format!("g {}/kWh, {}, {}", self.gas, self.basis, self.accounting)
    }
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
