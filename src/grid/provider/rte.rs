//! RTE, éCO2mix national: the direct intensity of France's generation, every quarter of an hour.

use super::super::{Accounting, Basis, FactorReading, FactorStatus, Gas};
use super::factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
use super::json::{self, document, interval, list};
use super::readout::{Readout, SeriesType, StatedValue};
use crate::escape::escaped;
use crate::moment::show;
use model::ZoneId;
use serde_json::Value;
use std::time::Duration;
use units::{Interval, Span, Timestamp};

const QUARTER_HOUR: Span = Span::from_seconds(900);

/// éCO2mix of France.
#[derive(Debug)]
pub(super) struct Rte;

impl FactorProvider for Rte {
    fn base_url(&self) -> &'static str {
        "https://odre.opendatasoft.com"
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
            longest: Span::from_seconds(31 * 86_400),
            stale: Span::from_seconds(4 * 3_600),
        }
    }

    fn code(&self, zone: &ZoneId) -> Option<String> {
        (zone.as_str() == "FR").then(|| "France".to_owned())
    }

    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry> {
        let length = during.end().since(during.start()).unwrap_or(Span::ZERO);
        let rows = length.nanoseconds() / QUARTER_HOUR.nanoseconds() + 4;
        let when = format!("date_heure:[{} TO {}]", show(during.start()), show(during.end()));
        let path = format!(
            "/api/records/1.0/search/?dataset=eco2mix-national-tr&timezone=UTC&rows={rows}&q={}",
            escaped(&when)
        );
        vec![Inquiry { zone: zone.clone(), during, path, basis: Basis::Direct, is_forecast: false }]
    }

    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError> {
        let reply = document(pages.first().map_or(&[][..], Vec::as_slice))?;
        let mut found = Readout::default();
        found.take_list("records", list(&reply, "records")?, |record| reading(record, &inquiry.zone.code));
        let kind = SeriesType {
            zone: inquiry.zone.zone.clone(),
            basis: Basis::Direct,
            gas: Gas::Co2,
            accounting: Accounting::Production,
            publisher: "RTE",
            edition: "eCO2mix national".to_owned(),
            licence: "Licence Ouverte 2.0",
        };
        Ok(found.finish(kind, now))
    }
}

/// The value of a record; `None` where the quarter has no value yet, written as null or `ND`.
fn reading(record: &Value, area: &str) -> Result<Option<StatedValue>, String> {
    let fields = record.get("fields").ok_or("it has no \"fields\"")?;
    if let Some(of) = fields.get("perimetre").and_then(Value::as_str).filter(|of| *of != area) {
        return Err(format!("it is of {of}"));
    }
    if fields.get("taux_co2").and_then(Value::as_str) == Some("ND") {
        return Ok(None);
    }
    let Some(g_per_kwh) = json::number_or_text(fields, "taux_co2")? else { return Ok(None) };
    let status = match json::text(fields, "nature")? {
        "Données temps réel" => FactorStatus::Provisional,
        "Données consolidées" | "Données définitives" => FactorStatus::Measured,
        other => return Err(format!("nature {other:?} is not known; real-time, consolidated or final data are")),
    };
    let interval = interval(json::time(fields, "date_heure")?, QUARTER_HOUR)?;
    Ok(Some(StatedValue { interval, g_per_kwh, status, method: None }))
}
