//! Energinet, data set `CO2Emis`: the electricity consumed in Denmark's two price areas, every five minutes.

use super::super::{Accounting, Basis, FactorReading, FactorStatus, Gas};
use super::factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
use super::json::{self, document, head, interval, list, same};
use super::readout::{Readout, SeriesType, StatedValue};
use crate::escape::escaped;
use crate::moment;
use model::ZoneId;
use serde_json::Value;
use std::time::Duration;
use units::{Interval, Span, Timestamp};

const DATASET: &str = "CO2Emis";
const FIVE_MINUTES: Span = Span::from_seconds(300);
const AREAS: [(&str, &str); 2] = [("DK-DK1", "DK1"), ("DK-DK2", "DK2")];

/// The measured emissions of Denmark's price areas.
#[derive(Debug)]
pub(super) struct Energinet;

impl FactorProvider for Energinet {
    fn base_url(&self) -> &'static str {
        "https://api.energidataservice.dk"
    }

    fn access(&self) -> ProviderAccess {
        ProviderAccess::Open
    }

    fn pace(&self) -> ProviderPace {
        ProviderPace {
            every: Duration::from_secs(15 * 60),
            gap: Duration::from_secs(1),
            first: Span::from_seconds(2 * 86_400),
            overlap: Span::from_seconds(86_400),
            longest: Span::from_seconds(31 * 86_400),
            stale: Span::from_seconds(3 * 3_600),
        }
    }

    fn code(&self, zone: &ZoneId) -> Option<String> {
        AREAS.iter().find(|(own, _)| *own == zone.as_str()).map(|(_, area)| (*area).to_owned())
    }

    /// The newest come first, so that as many as fit between the start and now are asked for.
    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry> {
        let length = during.end().since(during.start()).unwrap_or(Span::ZERO);
        let records = length.nanoseconds() / FIVE_MINUTES.nanoseconds() + 12;
        let filter = format!("{{\"PriceArea\":[\"{}\"]}}", zone.code);
        let path = format!("/dataset/{DATASET}?limit={records}&filter={}", escaped(&filter));
        vec![Inquiry { zone: zone.clone(), during, path, basis: Basis::Direct, is_forecast: false }]
    }

    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError> {
        let reply = document(pages.first().map_or(&[][..], Vec::as_slice))?;
        same(head(&reply, "dataset")?, DATASET)?;
        let mut found = Readout::default();
        found.take_list("records", list(&reply, "records")?, |record| reading(record, &inquiry.zone.code));
        let kind = SeriesType {
            zone: inquiry.zone.zone.clone(),
            basis: Basis::Direct,
            gas: Gas::Co2,
            accounting: Accounting::Consumption,
            publisher: "Energinet",
            edition: DATASET.to_owned(),
            licence: "Energi Data Service, free use with attribution",
        };
        Ok(found.finish(kind, now))
    }
}

/// The provisional value of a record. `Minutes5DK` repeats an hour in autumn and is not read.
fn reading(record: &Value, area: &str) -> Result<Option<StatedValue>, String> {
    let of = json::text(record, "PriceArea")?;
    if of != area {
        return Err(format!("it is of area {of}"));
    }
    let Some(g_per_kwh) = json::number(record, "CO2Emission")? else { return Ok(None) };
    let text = json::text(record, "Minutes5UTC")?;
    let start = moment::parse(&format!("{text}Z")).map_err(|_| format!("Minutes5UTC {text:?} is not a UTC time"))?;
    let interval = interval(start, FIVE_MINUTES)?;
    Ok(Some(StatedValue { interval, g_per_kwh, status: FactorStatus::Provisional, method: None }))
}
