//! WattTime, version 3 of its API: marginal and average emissions, every five minutes.

use super::super::{Accounting, Basis, FactorReading, FactorStatus, Gas};
use super::factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
use super::json::{self, document, head, interval, list, same};
use super::readout::{Readout, SeriesType, StatedValue};
use crate::escape::escaped;
use crate::moment::show;
use model::ZoneId;
use serde_json::Value;
use std::time::Duration;
use units::{Interval, Span, Timestamp};

/// A pound is 0.45359237 kg by definition.
const G_PER_KWH_IN_LB_PER_MWH: f64 = 0.453_592_37;
/// Where a reply does not say how long a value stands for.
const STEP_S: u64 = 300;

/// Zones of a country whose region WattTime calls by the same code.
const REGIONS: [(&str, &str); 1] = [("US-CAL-CISO", "CAISO_NORTH")];

/// The signal that WattTime is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub enum WattTimeSignal {
    /// Emissions of one more kWh.
    #[serde(rename = "co2_moer")]
    Marginal,
    /// Emissions of the average kWh.
    #[serde(rename = "co2_aoer")]
    Average,
}

impl WattTimeSignal {
    const fn name(self) -> &'static str {
        match self {
            Self::Marginal => "co2_moer",
            Self::Average => "co2_aoer",
        }
    }
}

/// WattTime, asked for one signal.
#[derive(Debug)]
pub(super) struct WattTime {
    pub(super) signal: WattTimeSignal,
}

impl FactorProvider for WattTime {
    fn base_url(&self) -> &'static str {
        "https://api.watttime.org"
    }

    fn access(&self) -> ProviderAccess {
        ProviderAccess::Login("/login")
    }

    fn pace(&self) -> ProviderPace {
        ProviderPace {
            every: Duration::from_secs(10 * 60),
            gap: Duration::from_millis(150),
            first: Span::from_seconds(7 * 86_400),
            overlap: Span::from_seconds(86_400),
            longest: Span::from_seconds(31 * 86_400),
            stale: Span::from_seconds(3 * 3_600),
        }
    }

    fn code(&self, zone: &ZoneId) -> Option<String> {
        REGIONS.iter().find(|(own, _)| *own == zone.as_str()).map(|(_, region)| (*region).to_owned())
    }

    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry> {
        let (region, signal) = (escaped(&zone.code), self.signal.name());
        let (start, end) = (show(during.start()), show(during.end()));
        let ask = |path, is_forecast| Inquiry { zone: zone.clone(), during, path, basis: Basis::Direct, is_forecast };
        vec![
            ask(format!("/v3/historical?region={region}&start={start}&end={end}&signal_type={signal}"), false),
            ask(format!("/v3/forecast?region={region}&signal_type={signal}&horizon_hours=72"), true),
        ]
    }

    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError> {
        let reply = document(pages.first().map_or(&[][..], Vec::as_slice))?;
        let meta = reply.get("meta").ok_or_else(|| ReplyError::Malformed("it has no \"meta\"".to_owned()))?;
        same(head(meta, "region")?, &inquiry.zone.code)?;
        same(head(meta, "signal_type")?, self.signal.name())?;
        same(head(meta, "units")?, "lbs_co2_per_mwh")?;
        let model = meta.get("model").and_then(|model| model.get("date")?.as_str());
        let model = model.ok_or_else(|| ReplyError::Malformed("meta has no model with a date".to_owned()))?;
        let step = match meta.get("data_point_period_seconds") {
            None => STEP_S,
            Some(step) => step.as_u64().filter(|step| (60..=3_600).contains(step)).ok_or_else(|| {
                ReplyError::Malformed(format!("data_point_period_seconds is {step}; 60 to 3600 is expected"))
            })?,
        };
        let status = if inquiry.is_forecast { FactorStatus::Forecast } else { FactorStatus::Measured };
        let mut found = Readout::default();
        found.take_list("data", list(&reply, "data")?, |value| point(value, Span::from_seconds(step), status));
        let kind = SeriesType {
            zone: inquiry.zone.zone.clone(),
            basis: Basis::Direct,
            gas: Gas::Co2,
            accounting: match self.signal {
                WattTimeSignal::Marginal => Accounting::Marginal,
                WattTimeSignal::Average => Accounting::Unspecified,
            },
            publisher: "WattTime",
            edition: format!("{} of {model}", self.signal.name()),
            licence: "WattTime, as contracted",
        };
        Ok(found.finish(kind, now))
    }
}

/// The value of a point, which is in pounds per MWh; `None` where it has none.
fn point(value: &Value, step: Span, status: FactorStatus) -> Result<Option<StatedValue>, String> {
    let Some(pounds) = json::number(value, "value")? else { return Ok(None) };
    let interval = interval(json::time(value, "point_time")?, step)?;
    Ok(Some(StatedValue { interval, g_per_kwh: pounds * G_PER_KWH_IN_LB_PER_MWH, status, method: None }))
}
