//! Ember: the lifecycle intensity of a country's generation, month by month.

use super::super::{Accounting, Basis, FactorReading, FactorStatus, Gas, table};
use super::factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
use super::json::{self, document, list};
use super::readout::{Readout, SeriesType, StatedValue};
use crate::escape::escaped;
use chrono::{DateTime, Months, NaiveDate, NaiveTime};
use model::ZoneId;
use serde_json::Value;
use std::time::Duration;
use units::{Interval, Span, Timestamp};

const DAY_S: u64 = 86_400;

/// Monthly values of countries.
#[derive(Debug)]
pub(super) struct Ember;

impl FactorProvider for Ember {
    fn base_url(&self) -> &'static str {
        "https://api.ember-energy.org"
    }

    fn access(&self) -> ProviderAccess {
        ProviderAccess::Query("api_key")
    }

    fn pace(&self) -> ProviderPace {
        ProviderPace {
            every: Duration::from_secs(DAY_S),
            gap: Duration::from_secs(1),
            first: Span::from_seconds(2 * 366 * DAY_S),
            overlap: Span::from_seconds(366 * DAY_S),
            longest: Span::from_seconds(30 * 366 * DAY_S),
            stale: Span::from_seconds(120 * DAY_S),
        }
    }

    /// Countries by their code of three letters.
    fn code(&self, zone: &ZoneId) -> Option<String> {
        let codes = table::iso_3166().unwrap_or_default();
        codes.into_iter().find(|code| code.alpha2 == zone.as_str()).map(|code| code.alpha3)
    }

    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry> {
        let month = |at: Timestamp| DateTime::from_timestamp_nanos(at.nanoseconds()).format("%Y-%m").to_string();
        let (start, end) = (month(during.start()), month(during.end()));
        let code = escaped(&zone.code);
        let path = format!("/v1/carbon-intensity/monthly?entity_code={code}&start_date={start}&end_date={end}");
        vec![Inquiry { zone: zone.clone(), during, path, basis: Basis::Lifecycle, is_forecast: false }]
    }

    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError> {
        let reply = document(pages.first().map_or(&[][..], Vec::as_slice))?;
        let mut found = Readout::default();
        found.take_list("data", list(&reply, "data")?, |entry| month_value(entry, &inquiry.zone.code));
        let kind = SeriesType {
            zone: inquiry.zone.zone.clone(),
            basis: Basis::Lifecycle,
            gas: Gas::Co2e,
            accounting: Accounting::Production,
            publisher: "Ember",
            edition: "monthly, live".to_owned(),
            licence: "CC-BY-4.0",
        };
        Ok(found.finish(kind, now))
    }
}

/// A month's value, which is provisional: the newest months are revised.
fn month_value(value: &Value, country: &str) -> Result<Option<StatedValue>, String> {
    let of = json::text(value, "entity_code")?;
    if of != country {
        return Err(format!("it is of {of}"));
    }
    let Some(g_per_kwh) = json::number(value, "emissions_intensity_gco2_per_kwh")? else { return Ok(None) };
    let date = json::text(value, "date")?;
    let first = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|first| first.format("%d").to_string() == "01");
    let first = first.ok_or_else(|| format!("date {date:?} is not the first day of a month"))?;
    let start = |day: NaiveDate| Timestamp::from_seconds(day.and_time(NaiveTime::MIN).and_utc().timestamp());
    let next = first.checked_add_months(Months::new(1)).and_then(start);
    let month = start(first).zip(next).and_then(|(start, end)| Interval::new(start, end));
    let interval = month.ok_or("the date is out of range")?;
    Ok(Some(StatedValue { interval, g_per_kwh, status: FactorStatus::Provisional, method: None }))
}
