//! The factor library: carbon intensities with their full type.

use model::{Accounting, Basis, FactorStatus, FactorUnit, Gas, Resolution, SiteName, ZoneId};
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
    /// Site, whose zone and wanted factors are taken; give this, `zone` or `region`.
    #[param(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteName>,
    /// Cloud region, such as aws/us-east-1; give this or `zone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// When the electricity is used, a UTC date or RFC 3339; now if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// `true` for the operating margin of the country: for information, never to be added to the others, which are averages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marginal: bool,
}

/// What is stated beside an imported file. What neither the file nor this says has the default that is named here.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// Grid zone of the values, such as DE. Of a file that names zones itself, the one to take; every one of them if absent.
    #[param(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneId>,
    /// Name of the file, to find it again; `file` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Publisher of the values; `not stated` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Release of the publisher's data; `not stated` if absent. Values of one edition never change: other values take an edition of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// Licence of the values; `not stated` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Basis of a column `g_per_kwh`: `direct` or `lifecycle`, which it is if absent. Of a file with both bases, the one to take.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Which gases are counted: `CO2` or `CO2e`, which it is if absent.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gas: Option<Gas>,
    /// Whose electricity is described: `production`, `consumption`, `marginal`, `residual`, `supplier` or `unspecified`, which it is if absent.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounting: Option<Accounting>,
    /// How far the values can be relied on: `measured`, which it is if absent, `estimated`, `provisional`, `forecast` or `fallback`.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<FactorStatus>,
    /// Length of each interval in minutes: 5, 10, 15, 20, 30, 60 or 1440; if absent, as far apart as most of the starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u64>,
    /// Unit of the values: `g/kWh`, which it is if absent, `kg/kWh`, `t/MWh` or `lb/MWh`.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<FactorUnit>,
    /// Year of a table that says none, such as 2023; if absent, that of the bundled edition whose values it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
}

/// What an import has taken and changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportDocument {
    /// Number of rows of which a value was taken.
    pub taken: usize,
    /// Number of rows that were refused.
    pub refused: usize,
    /// The first of them, with what is wrong; neighbouring lines with the same reason are one.
    pub refusals: Vec<RefusalDocument>,
    /// Number of rows with an empty value. They are gaps, for which the next step of the fallback order stands in.
    pub gaps: usize,
    /// Number of rows of zones that were not asked for.
    pub other_zones: usize,
    /// Number of values that were not known yet.
    pub new: usize,
    /// Number of values that were known already.
    pub unchanged: usize,
    /// Number of values that replace an older one, which stays readable.
    pub revised: usize,
    /// The series that values were taken for.
    pub series: Vec<ImportedSeries>,
    /// Number of entries that were posted again because of better values, reversals included.
    pub entries: i64,
    /// Number of posted entries that would get another factor now: final ones, and those of closed periods. They keep theirs until they are restated.
    pub outdated_entries: usize,
    /// The command that restates those entries; `null` if there are none.
    pub restate: Option<String>,
}

/// Rows of a file that were not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusalDocument {
    /// Where they are: `line 7` or `lines 7-12`, or a time or a place in the document where there are no lines.
    pub place: String,
    /// What was found, and what to do about it.
    pub reason: String,
}

/// A series that values were taken for, with its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedSeries {
    /// Grid zone of the values.
    pub zone: ZoneId,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the values describe.
    pub accounting: Accounting,
    /// Publisher of the values.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
    /// Licence of the values.
    pub licence: String,
    /// Number of values in the file.
    pub values: usize,
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
