//! Live providers of grid factors: how they do, and what a round of questions to one of them brought.

use model::{ProviderName, ProviderState, ZoneId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A provider of grid factors, whether or not the service asks it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProviderDocument {
    /// Its name in the configuration.
    pub name: ProviderName,
    /// How it does.
    pub state: ProviderState,
    /// What it needs to be asked, in words.
    pub needs: String,
    /// The host that is asked, `null` if none is.
    pub host: Option<String>,
    /// The zones that it is asked for.
    pub zones: Vec<ProviderZoneDocument>,
    /// When the last round of questions began that brought all that was asked for, RFC 3339; `null` if there was none.
    pub last_success: Option<String>,
    /// Start of the time that the newest value describes, RFC 3339: of the zone that is furthest behind; `null` if there is no value. Forecasts do not count.
    pub newest_value: Option<String>,
    /// Seconds since the end of that time; `null` if there is no value.
    pub newest_value_age_s: Option<i64>,
    /// What failed last, without the key; `null` if nothing did. It is over unless `state` is `failing`.
    pub last_error: Option<String>,
    /// When that was, RFC 3339.
    pub last_error_at: Option<String>,
    /// The provider asked for no requests before this, RFC 3339; `null` if it may be asked.
    pub not_before: Option<String>,
}

/// A zone that a provider is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProviderZoneDocument {
    /// The zone.
    pub zone: ZoneId,
    /// What the provider calls it.
    pub code: String,
    /// Start of the time that its newest value describes, RFC 3339; `null` if there is no value.
    pub newest_value: Option<String>,
    /// That value in g/kWh.
    pub newest_g_per_kwh: Option<f64>,
}

/// What a round of questions to a provider brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SyncDocument {
    /// The provider.
    pub name: ProviderName,
    /// Values of a time that had none.
    pub new: usize,
    /// Values that replace an older one, which stays readable.
    pub revised: usize,
    /// Values that were known already.
    pub unchanged: usize,
    /// Number of values that were not taken.
    pub refused: usize,
    /// The first 20 of them with place and reason.
    pub refusals: Vec<String>,
    /// What failed, one sentence each; what came beside it was kept.
    pub errors: Vec<String>,
    /// What did not come and is not counted as failing, such as forecasts that a plan does not include.
    pub missing: Vec<String>,
    /// Start of the time that the newest value describes, as in the list of providers.
    pub newest_value: Option<String>,
}
