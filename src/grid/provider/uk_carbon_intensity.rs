//! Carbon Intensity API of Great Britain's system operator: half-hourly, direct, with imports.

use super::super::{Accounting, Basis, FactorReading, FactorStatus, Gas};
use super::factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
use super::json::{self, document, interval, list};
use super::readout::{Readout, SeriesType, joined};
use model::ZoneId;
use serde_json::Value;
use std::time::Duration;
use units::{Interval, Span, Timestamp};

const HALF_HOUR: Span = Span::from_seconds(1_800);

/// The national intensity of Great Britain.
#[derive(Debug)]
pub(super) struct UkCarbonIntensity;

impl FactorProvider for UkCarbonIntensity {
    fn base_url(&self) -> &'static str {
        "https://api.carbonintensity.org.uk"
    }

    fn access(&self) -> ProviderAccess {
        ProviderAccess::Open
    }

    fn pace(&self) -> ProviderPace {
        ProviderPace {
            every: Duration::from_secs(15 * 60),
            gap: Duration::from_secs(1),
            first: Span::from_seconds(7 * 86_400),
            overlap: Span::from_seconds(2 * 86_400),
            longest: Span::from_seconds(13 * 86_400),
            stale: Span::from_seconds(4 * 3_600),
        }
    }

    fn code(&self, zone: &ZoneId) -> Option<String> {
        (zone.as_str() == "GB").then(|| "GB".to_owned())
    }

    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry> {
        let show = |at: Timestamp| {
            chrono::DateTime::from_timestamp_nanos(at.nanoseconds()).format("%Y-%m-%dT%H:%MZ").to_string()
        };
        let (start, end) = (show(during.start()), show(during.end()));
        let ask = |path, is_forecast| Inquiry { zone: zone.clone(), during, path, basis: Basis::Direct, is_forecast };
        vec![ask(format!("/intensity/{start}/{end}"), false), ask(format!("/intensity/{end}/fw48h"), true)]
    }

    /// Both questions are answered with what was predicted and what was measured.
    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError> {
        let reply = document(pages.first().map_or(&[][..], Vec::as_slice))?;
        let (mut actual, mut forecast) = (Readout::default(), Readout::default());
        for (number, value) in list(&reply, "data")?.iter().enumerate() {
            let place = format!("data[{number}]");
            if let Err(reason) = period(value, &place, &mut actual, &mut forecast) {
                actual.refuse(place, reason);
            }
        }
        let kind = SeriesType {
            zone: inquiry.zone.zone.clone(),
            basis: Basis::Direct,
            gas: Gas::Co2,
            accounting: Accounting::Consumption,
            publisher: "NESO Carbon Intensity",
            edition: "live".to_owned(),
            licence: "CC-BY-4.0",
        };
        Ok(joined([actual.finish(kind.clone(), now), forecast.finish(kind, now)]))
    }
}

/// Takes what was measured and what was predicted for one half hour.
fn period(value: &Value, place: &str, actual: &mut Readout, forecast: &mut Readout) -> Result<(), String> {
    let interval = interval(json::time(value, "from")?, HALF_HOUR)?;
    let end = json::time(value, "to")?;
    if end != interval.end() {
        return Err("it does not last half an hour".to_owned());
    }
    let intensity = value.get("intensity").ok_or("it has no \"intensity\"")?;
    let numbers = [("actual", FactorStatus::Measured, actual), ("forecast", FactorStatus::Forecast, forecast)];
    for (key, status, found) in numbers {
        if let Some(g_per_kwh) = json::number(intensity, key)? {
            found.take(format!("{place}.{key}"), interval, g_per_kwh, status, None);
        }
    }
    Ok(())
}
