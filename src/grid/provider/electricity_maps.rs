//! Electricity Maps, version 3 of its API: flow-traced consumption, per hour.

use super::super::{Accounting, Basis, FactorReading, FactorStatus, Gas, table};
use super::factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
use super::json::{self, document, interval, list, same};
use super::readout::{Readout, SeriesType, StatedValue};
use crate::moment::show;
use model::ZoneId;
use serde_json::Value;
use std::time::Duration;
use units::{Interval, Span, Timestamp};

const HOUR: Span = Span::from_seconds(3_600);
const DAY: Span = Span::from_seconds(86_400);

/// Electricity Maps, asked for one basis.
#[derive(Debug)]
pub(super) struct ElectricityMaps {
    pub(super) basis: Basis,
}

impl FactorProvider for ElectricityMaps {
    fn base_url(&self) -> &'static str {
        "https://api.electricitymaps.com"
    }

    fn access(&self) -> ProviderAccess {
        ProviderAccess::Header("auth-token")
    }

    fn pace(&self) -> ProviderPace {
        ProviderPace {
            every: Duration::from_secs(15 * 60),
            gap: Duration::from_millis(250),
            first: DAY,
            // The history, which each round asks for, goes back a day.
            overlap: Span::ZERO,
            longest: Span::from_seconds(10 * 86_400),
            stale: Span::from_seconds(6 * 3_600),
        }
    }

    /// It names zones as this program does; only what it has is one of them.
    fn code(&self, zone: &ZoneId) -> Option<String> {
        let known = table::electricity_maps().unwrap_or_default();
        known.iter().any(|factor| factor.zone == *zone).then(|| zone.to_string())
    }

    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry> {
        let code = &zone.code;
        let ask = |path: String, during, is_forecast| Inquiry {
            zone: zone.clone(),
            during,
            path: format!("/v3/carbon-intensity/{path}&emissionFactorType={}", self.basis),
            basis: self.basis,
            is_forecast,
        };
        // The history is the last day, which every plan may read; what lies before it is a range.
        let day = during.end().before(DAY);
        let mut asked = Vec::new();
        if let Some(earlier) = Interval::new(during.start(), day) {
            let (start, end) = (show(earlier.start()), show(earlier.end()));
            asked.push(ask(format!("past-range?zone={code}&start={start}&end={end}"), earlier, false));
        }
        asked.push(ask(format!("history?zone={code}"), during, false));
        asked.push(ask(format!("forecast?zone={code}"), during, true));
        asked
    }

    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError> {
        let reply = document(pages.first().map_or(&[][..], Vec::as_slice))?;
        if let Some(status) = reply.get("status") {
            // A shape of old, of which only `ok` has data, whatever the other words mean.
            return Err(ReplyError::NoData(format!("status {status}")));
        }
        same(json::head(&reply, "zone")?, &inquiry.zone.code)?;
        let values = match ["history", "data", "forecast"].iter().find(|key| reply.get(**key).is_some()) {
            Some(key) => list(&reply, key)?,
            None => std::slice::from_ref(&reply),
        };
        let mut found = Readout::default();
        found.take_list("", values, |value| self.value(value, inquiry));
        let kind = SeriesType {
            zone: inquiry.zone.zone.clone(),
            basis: self.basis,
            gas: Gas::Co2e,
            accounting: Accounting::Consumption,
            publisher: "Electricity Maps",
            edition: "v3".to_owned(),
            licence: "Electricity Maps, as contracted",
        };
        Ok(found.finish(kind, now))
    }
}

impl ElectricityMaps {
    fn value(&self, value: &Value, inquiry: &Inquiry) -> Result<Option<StatedValue>, String> {
        if let Some(zone) = value.get("zone").and_then(Value::as_str).filter(|zone| *zone != inquiry.zone.code) {
            return Err(format!("it is of zone {zone}"));
        }
        let wanted = self.basis.to_string();
        if let Some(basis) = value.get("emissionFactorType").and_then(Value::as_str).filter(|basis| *basis != wanted) {
            return Err(format!("it is {basis} where {wanted} was asked for"));
        }
        let Some(g_per_kwh) = json::number(value, "carbonIntensity")? else { return Ok(None) };
        let interval = interval(json::time(value, "datetime")?, HOUR)?;
        let method = value.get("estimationMethod").and_then(Value::as_str).map(str::to_owned);
        let status = if inquiry.is_forecast {
            FactorStatus::Forecast
        } else if is_estimated(value, interval) || method.is_some() {
            FactorStatus::Estimated
        } else {
            FactorStatus::Measured
        };
        Ok(Some(StatedValue { interval, g_per_kwh, status, method }))
    }
}

/// Whether it says so, or was last worked on before the hour that it describes.
fn is_estimated(value: &Value, interval: Interval) -> bool {
    let says_so = value.get("isEstimated").and_then(Value::as_bool);
    let updated = json::time(value, "updatedAt");
    says_so.unwrap_or(true) || updated.is_ok_and(|updated| updated < interval.start())
}
