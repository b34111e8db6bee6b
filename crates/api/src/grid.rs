//! The factor library: carbon intensities with their full type.

use model::{Accounting, Basis, FactorStatus, Gas, Resolution, ZoneId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A carbon intensity factor with its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FactorDocument {
    /// Grid zone that the factor describes.
    pub zone: ZoneId,
    /// Name of the zone, for people.
    pub name: String,
    /// Intensity in g of the gas per kWh, derived from `intensity_mg_per_kwh`.
    pub g_per_kwh: f64,
    /// Intensity in mg of the gas per kWh.
    pub intensity_mg_per_kwh: u32,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the factor describes.
    pub accounting: Accounting,
    /// Length of time that one value describes.
    pub resolution: Resolution,
    /// Time that the factor describes, as an ISO 8601 interval whose end is exclusive.
    pub period: String,
    /// How far the value can be relied on.
    pub status: FactorStatus,
    /// Publisher of the value.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
    /// Licence of the value.
    pub licence: String,
    /// What a reader has to know about the value; absent if there is nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The factor of a zone or region, with the reason why it was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChoiceDocument {
    /// Grid zone that was asked for, directly or through a cloud region.
    pub requested: String,
    /// The factor that was chosen.
    #[serde(flatten)]
    pub factor: FactorDocument,
    /// Step of the fallback order that led to the factor, 1 to 6.
    pub fallback_step: u8,
    /// That step in words.
    pub fallback: String,
    /// Whether basis, gas or accounting are others than those wanted, because no factor of the wanted type is known.
    #[serde(default)]
    pub basis_changed: bool,
    /// How the source made the value, in its own word, such as `TIME_SLICER_AVERAGE`; absent if it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// What a reader has to know: zones that were replaced, the age of the data, limits of the value.
    pub notes: Vec<String>,
}

/// Which carbon intensity to look up.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IntensityQuery {
    /// Grid zone, such as DE or US-EGRID-CAMX; give this or `region`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Cloud region, such as aws/us-east-1; give this or `zone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// When the electricity is used, a UTC date or RFC 3339; the newest factor if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// `true` for the operating margin of the country: for information, never to be added to the others, which are averages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marginal: bool,
}

/// What the intensities of an imported file are.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// Grid zone of the values, such as DE.
    #[param(value_type = String)]
    pub zone: ZoneId,
    /// Publisher of the values.
    pub publisher: String,
    /// Release of the publisher's data. Values of one edition never change; a newer edition takes precedence over an older one.
    pub edition: String,
    /// Licence of the values.
    pub licence: String,
    /// Which part of the life cycle of electricity is counted: `direct` or `lifecycle`.
    #[param(inline)]
    pub basis: Basis,
    /// Which gases are counted: `CO2` or `CO2e`.
    #[param(inline)]
    pub gas: Gas,
    /// Whose electricity is described: `production`, `consumption`, `residual`, `supplier` or `unspecified`.
    #[param(inline)]
    pub accounting: Accounting,
    /// How far the values can be relied on: `measured`, `estimated`, `provisional`, `forecast` or `fallback`.
    #[param(inline)]
    pub status: FactorStatus,
    /// Length of each interval in minutes: 5, 15, 30 or 60; 60 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u64>,
}

/// What an import has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportDocument {
    /// Number of intervals in the file.
    pub rows: usize,
    /// Number of intervals that this edition did not have yet.
    pub new: usize,
    /// Number of posted entries that would get another factor now. They keep theirs until they are restated.
    pub outdated_entries: usize,
    /// The command that restates those entries; `null` if there are none.
    pub restate: Option<String>,
}

/// Where the intensities of a series come from, with their type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntensityFactor {
    /// Grid zone that the factor describes.
    pub zone: ZoneId,
    /// Length of time that one value describes: `interval` for an hour or less, `daily`, `monthly` or `yearly`.
    pub resolution: String,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the factor describes.
    pub accounting: Accounting,
    /// Publisher of the values.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
    /// Licence of the values.
    pub licence: String,
    /// Step of the fallback order that led to the factor, 1 to 6.
    pub fallback_step: u8,
    /// Whether basis, gas or accounting are others than those wanted.
    #[serde(default)]
    pub basis_changed: bool,
    /// What a reader has to know about the values.
    pub notes: Vec<String>,
}
