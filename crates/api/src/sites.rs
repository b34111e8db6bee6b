//! Sites: where nodes stand, with their grid zone, PUE and price of energy.

use model::{Accounting, Basis, Gas, SiteName, ZoneId};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

/// Asks for a new site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteRequest {
    /// Name of the site: 1 to 128 of A-Z a-z 0-9 . _ : @ + -
    pub name: SiteName,
    /// Grid zone of the site, one that has a factor, such as DE.
    pub zone: ZoneId,
    /// Power usage effectiveness: facility energy / IT energy, 1.0 to 3.0; 1.0 if absent.
    #[schema(value_type = Option<f64>, minimum = 1, maximum = 3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pue: Option<Number>,
    /// Length of a posting period in minutes: 5, 15, 30 or 60; 60 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting_period_minutes: Option<u64>,
}

/// States the PUE of a site from a moment on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PueRequest {
    /// Power usage effectiveness: facility energy / IT energy, 1.0 to 3.0.
    #[schema(value_type = f64, minimum = 1, maximum = 3)]
    pub pue: Number,
    /// When the PUE takes effect, a UTC date or RFC 3339.
    pub since: String,
}

/// States the price of a site's energy from a moment on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceRequest {
    /// Price of a MWh in units of the currency: 0 or more, with up to 6 decimals.
    #[schema(value_type = f64, minimum = 0, maximum = 10_000_000)]
    pub per_mwh: Number,
    /// ISO 4217 code of the currency, such as EUR; a site has one currency.
    pub currency: String,
    /// When the price takes effect, a UTC date or RFC 3339.
    pub since: String,
}

/// States the grid zone of a site from a moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneRequest {
    /// Grid zone of the site, one that has a factor, such as DE.
    pub zone: ZoneId,
    /// When the site joins the zone, a UTC date or RFC 3339.
    pub since: String,
}

/// States which factors a site wants from a moment on. What is not stated is that of the best series of its zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorPreferenceRequest {
    /// When the site begins to want them, a UTC date or RFC 3339.
    pub since: String,
    /// Which part of the life cycle of electricity is to be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Which gases are to be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gas: Option<Gas>,
    /// Whose electricity is to be described; not `marginal`, which enters no total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounting: Option<Accounting>,
    /// Publishers whose series may be used, the preferred one first; any if empty.
    #[serde(default)]
    pub publishers: Vec<String>,
}

/// Which factors a site wants, from a moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FactorPreferenceDocument {
    /// When the site began to want them, RFC 3339.
    pub since: String,
    /// Which part of the life cycle of electricity is to be counted; `null` if not stated.
    pub basis: Option<Basis>,
    /// Which gases are to be counted; `null` if not stated.
    pub gas: Option<Gas>,
    /// Whose electricity is to be described; `null` if not stated.
    pub accounting: Option<Accounting>,
    /// Publishers whose series may be used, the preferred one first; any if empty.
    pub publishers: Vec<String>,
}

/// States who is responsible for a site's unallocated idle energy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdleOwnerRequest {
    /// Name of a project, a team or an address: 1 to 128 of A-Z a-z 0-9 . _ : @ + -; `null` for nobody.
    #[serde(default)]
    pub owner: Option<String>,
}

/// A site with everything that was stated about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SiteDocument {
    /// Name of the site.
    pub name: SiteName,
    /// Grid zone that was stated last.
    pub zone: ZoneId,
    /// Every grid zone that was stated, oldest first.
    pub zones: Vec<ZoneDocument>,
    /// Length of a posting period in minutes, as the site was made. Where the factors of its zone are finer, periods are as short as those.
    pub posting_period_minutes: u64,
    /// Which factors the site wants, every statement, oldest first.
    #[serde(default)]
    pub factors: Vec<FactorPreferenceDocument>,
    /// Every PUE that was stated, oldest first.
    pub pue: Vec<PueDocument>,
    /// Every price that was stated, oldest first; empty if energy has no price here.
    pub price: Vec<PriceDocument>,
    /// Who is responsible for unallocated idle energy; `null` for nobody.
    pub idle_owner: Option<String>,
}

/// A grid zone, from a moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ZoneDocument {
    /// When the site joined the zone, RFC 3339.
    pub since: String,
    /// Grid zone of the site.
    pub zone: ZoneId,
}

/// A price of energy, from a moment on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PriceDocument {
    /// When the price took effect, RFC 3339.
    pub since: String,
    /// ISO 4217 code of the currency.
    pub currency: String,
    /// Price of a MWh in millionths of the currency's unit.
    pub per_mwh_micro: i64,
    /// Price of a MWh in the currency's unit, derived from `per_mwh_micro`.
    pub per_mwh: f64,
}

/// A PUE, from a moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PueDocument {
    /// When the PUE took effect, RFC 3339.
    pub since: String,
    /// Power usage effectiveness, parts per million: 1,000,000 is 1.0.
    pub pue_ppm: u32,
}
