//! The greener hour: when a job meets the lowest carbon intensity.

use model::{Accounting, Basis, Gas, Outlook, SiteName, ZoneId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which job is to start when the grid is greener.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct GreenerQuery {
    /// Grid zone, such as DE; give this or `site`.
    #[param(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneId>,
    /// Site, whose zone and wanted factors are taken; give this or `zone`.
    #[param(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteName>,
    /// How long the job runs, in hours: 0.1 to 336.
    pub hours: f64,
    /// How much later than now it may start, in hours: 1 to 336; 48 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_h: Option<f64>,
    /// Mean power of the job with its share of the site in W, for savings in grams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_w: Option<f64>,
}

/// The best start of a job, and what it saves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GreenerDocument {
    /// Grid zone that was asked for, or that of the site.
    pub zone: ZoneId,
    /// The present, RFC 3339, with which the start is compared.
    pub now: String,
    /// When to start, RFC 3339; the present where no other start is known to be better.
    pub start: String,
    /// How sure it is that another start is better.
    pub confidence: Outlook,
    /// Mean intensity over the job from that start, in g/kWh.
    pub g_per_kwh: f64,
    /// Mean intensity over the job when it starts at once, in g/kWh.
    pub now_g_per_kwh: f64,
    /// Mean of that over all starts that were compared, in g/kWh.
    pub mean_g_per_kwh: f64,
    /// What the start saves against starting at once, in percent.
    pub saving_to_now_percent: f64,
    /// What the start saves against the mean of all starts, in percent.
    pub saving_to_mean_percent: f64,
    /// CO2e of the job from that start in g; `null` without `power_w`.
    pub co2e_g: Option<f64>,
    /// Grams saved against starting at once; `null` without `power_w`.
    pub saving_to_now_g: Option<f64>,
    /// Grams saved against the mean of all starts; `null` without `power_w`.
    pub saving_to_mean_g: Option<f64>,
    /// Share of the time that was compared, 0 to 1, of which values or forecasts are known.
    pub known_share: f64,
    /// Which part of the life cycle of electricity is counted.
    pub basis: Basis,
    /// Which gases are counted.
    pub gas: Gas,
    /// Whose electricity is described.
    pub accounting: Accounting,
    /// Publisher of the intensities at the start.
    pub publisher: String,
    /// Release of the publisher's data.
    pub edition: String,
    /// What a reader has to know, one sentence each.
    pub notes: Vec<String>,
}
