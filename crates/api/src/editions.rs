//! The editions of a zone's factors side by side, which of them counts, and the hours for which none has a value.

use model::{Accounting, Basis, EditionStanding, FactorSource, FactorStatus, Gas, Resolution, SiteName, ZoneId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Whose editions to show.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EditionsQuery {
    /// Grid zone, such as DE.
    #[param(value_type = String)]
    pub zone: ZoneId,
    /// Site in that zone, whose wanted factors decide which edition counts; if absent, they are chosen as where no site wants others.
    #[param(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteName>,
}

/// The editions of a zone's factors over time, side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EditionsDocument {
    /// Grid zone of the editions.
    pub zone: ZoneId,
    /// Name of the zone, for people.
    pub name: String,
    /// First moment of the range, RFC 3339.
    pub from: String,
    /// First moment after the range, RFC 3339.
    pub to: String,
    /// Length of a bucket, seconds.
    pub bucket_s: i64,
    /// Start of each bucket, ms since 1970; every bucket of the range is there.
    pub start_ms: Vec<i64>,
    /// The editions: those that count for most of the time first, then the newest. At most 32.
    pub editions: Vec<EditionDocument>,
    /// Number of editions that are left out.
    pub editions_left_out: usize,
    /// Times since its first value of an hour or less for which nothing but a forecast of the wanted type is known, if that, in order: the latest 200.
    pub gaps: Vec<FactorGapDocument>,
    /// Number of earlier gaps that are left out.
    pub gaps_left_out: usize,
}

/// One edition of factors: one publisher, release, type and step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EditionDocument {
    /// Grid zone that the values describe: the country where a part of it has none of its own.
    pub zone: ZoneId,
    /// Publisher of the values.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
    /// Licence of the values.
    pub licence: String,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity the values describe.
    pub accounting: Accounting,
    /// Length of time that one value describes, as a word.
    pub resolution: Resolution,
    /// That length in seconds; a month has 31 days and a year 366.
    pub step_s: u64,
    /// Whether the values are forecasts.
    pub is_forecast: bool,
    /// The status that most of its values in the range have; `null` if it has none there.
    pub status: Option<FactorStatus>,
    /// Where the newest values came from; `null` for the library that Wattledger brings.
    pub source: Option<FactorSource>,
    /// Name of the file or the provider; `null` for the library.
    pub source_name: Option<String>,
    /// When the newest values were obtained, RFC 3339; `null` for the library.
    pub obtained: Option<String>,
    /// First moment that any of its values describes, in the range or not, RFC 3339.
    pub first: String,
    /// First moment after all of its values, RFC 3339.
    pub last: String,
    /// Share of the range that its values describe, 0 to 1. A value of another year may count without describing it.
    pub known_share: f64,
    /// Share of the range for which its value counts, 0 to 1.
    pub used_share: f64,
    /// Share of the range for which its mean of that hour of the week in that month stands in, 0 to 1.
    pub typical_share: f64,
    /// Whether it counts, or why not.
    pub standing: EditionStanding,
    /// The same in a sentence.
    pub reason: String,
    /// How far its values lie from those that count, where both are of one type; `null` where there is nothing to compare.
    pub difference: Option<EditionDifference>,
    /// Mean of its values in each bucket of `start_ms`, mg/kWh; `null` where it has none.
    pub intensity_mg_per_kwh: Vec<Option<u32>>,
}

/// How far the values of an edition lie from those of other editions that count for the same time; forecasts and fallbacks are not compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EditionDifference {
    /// Mean of its value less the one that counts, mg/kWh, weighted by time: above 0 it says more.
    pub mean_mg_per_kwh: i64,
    /// Mean size of that difference, whichever its sign, mg/kWh. For a forecast this is its mean absolute error.
    pub absolute_mg_per_kwh: u32,
    /// Time that was compared, in hours.
    pub hours: f64,
}

/// A past time for which nothing but a forecast of an hour or less of the wanted type is known, if that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FactorGapDocument {
    /// First moment of the gap, RFC 3339.
    pub start: String,
    /// First moment after it, RFC 3339; the last full hour where values may still come.
    pub end: String,
    /// Step of the fallback order that stands in, 1 to 6.
    pub fallback_step: u8,
    /// That step in words.
    pub fallback: String,
    /// Whether what stands in is of another type than wanted.
    pub basis_changed: bool,
    /// Publisher of the value that stands in.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
}
