use model::{Accounting, Basis, FactorStatus, Gas, Resolution, ZoneId};
use units::{CarbonIntensity, Interval};

/// A carbon intensity with its full type. Two factors that differ in basis, gas or accounting never mix silently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Zone code, upper case: ISO 3166 alpha-2, `X-` aggregate, or a sub-zone such as `US-EGRID-CAMX`, `CN-BJ`, `AU-NSW`.
    pub zone: ZoneId,
    /// The zone's name for people.
    pub name: String,
    /// The value in mg per kWh of the gas below.
    pub intensity: CarbonIntensity,
    /// Time that the value describes, UTC.
    pub period: Interval,
    /// Whether only combustion at the plant is counted, or the whole life cycle.
    pub basis: Basis,
    /// Whether only CO2 is counted, or all greenhouse gases as CO2e.
    pub gas: Gas,
    /// Average, marginal, residual or supplier.
    pub accounting: Accounting,
    /// Length of time one value stands for.
    pub resolution: Resolution,
    /// Measured, estimated, provisional, forecast or fallback.
    pub status: FactorStatus,
    /// Publisher of the data.
    pub publisher: String,
    /// Which release of the publisher's data; a new edition of one period is a new factor.
    pub edition: String,
    /// Licence of the value.
    pub licence: String,
    /// A caveat about this value, ready to print; empty when there is none.
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
            Resolution::Day => start.format("%Y-%m-%d").to_string(),
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
