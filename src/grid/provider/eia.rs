//! US Energy Information Administration, version 2 of its API: form EIA-930, generation by fuel and hour, from which the mix is computed.

use super::super::{Basis, FactorReading, RefusedValue, table};
use super::factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
use super::json::{self, document, list};
use super::mix::{Generation, MixSource};
use chrono::NaiveDateTime;
use model::ZoneId;
use serde_json::Value;
use std::time::Duration;
use units::{Interval, Span, Timestamp};

/// Rows of a page; the API gives no more.
const PAGE_ROWS: usize = 5_000;
/// A month of hours of a balancing authority has two pages.
const PAGES_MAX: usize = 40;
const HOUR: Span = Span::from_seconds(3_600);

/// Generation by fuel of a balancing authority.
#[derive(Debug)]
pub(super) struct Eia;

impl FactorProvider for Eia {
    fn base_url(&self) -> &'static str {
        "https://api.eia.gov"
    }

    fn access(&self) -> ProviderAccess {
        ProviderAccess::Query("api_key")
    }

    fn pace(&self) -> ProviderPace {
        ProviderPace {
            every: Duration::from_secs(30 * 60),
            gap: Duration::from_millis(500),
            first: Span::from_seconds(7 * 86_400),
            overlap: Span::from_seconds(3 * 86_400),
            longest: Span::from_seconds(31 * 86_400),
            stale: Span::from_seconds(2 * 86_400),
        }
    }

    /// Zones of the United States are named for their balancing authority: `US-CAL-CISO` is CISO.
    fn code(&self, zone: &ZoneId) -> Option<String> {
        let known = table::electricity_maps().unwrap_or_default();
        let mut parts = zone.as_str().split('-');
        let code = (parts.next() == Some("US")).then(|| parts.nth(1)).flatten().filter(|_| parts.next().is_none())?;
        known.iter().any(|factor| factor.zone == *zone).then(|| code.to_owned())
    }

    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry> {
        let hour =
            |at: Timestamp| chrono::DateTime::from_timestamp_nanos(at.nanoseconds()).format("%Y-%m-%dT%H").to_string();
        let path = format!(
            "/v2/electricity/rto/fuel-type-data/data/?facets%5Brespondent%5D%5B%5D={}&frequency=hourly&data%5B0%5D=value&start={}&end={}\
             &sort%5B0%5D%5Bcolumn%5D=period&sort%5B0%5D%5Bdirection%5D=asc&sort%5B1%5D%5Bcolumn%5D=fueltype&sort%5B1%5D%5Bdirection%5D=asc\
             &length={PAGE_ROWS}",
            zone.code,
            hour(during.start()),
            hour(during.end())
        );
        vec![Inquiry { zone: zone.clone(), during, path, basis: Basis::Lifecycle, is_forecast: false }]
    }

    fn next_page(&self, inquiry: &Inquiry, pages: &[Vec<u8>]) -> Result<Option<String>, ReplyError> {
        let Some(last) = pages.last() else { return Ok(None) };
        let (rows, total) = rows(&document(last)?)?;
        let mut known = 0;
        for page in pages {
            known += self::rows(&document(page)?)?.0.len();
        }
        if known >= total || rows.is_empty() {
            return Ok(None);
        }
        if pages.len() >= PAGES_MAX {
            return Err(ReplyError::Malformed(format!("it has more than {PAGES_MAX} pages")));
        }
        Ok(Some(format!("{}&offset={known}", inquiry.path)))
    }

    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError> {
        let (mut found, mut refused) = (Generation::default(), Vec::new());
        let (mut known, mut announced) = (0, 0);
        for page in pages {
            let (rows, total) = rows(&document(page)?)?;
            announced = announced.max(total);
            for row in rows {
                match hour(&row, &inquiry.zone.code) {
                    Ok((fuel, interval, megawatts)) => found.add(&fuel, interval, megawatts),
                    Err(reason) => refused.push(RefusedValue { place: format!("data[{known}]"), reason }),
                }
                known += 1;
            }
        }
        if known < announced {
            let reason = format!(
                "the answer announces {announced} rows and has {known}; hours without all their fuels are gaps"
            );
            refused.push(RefusedValue { place: "total".to_owned(), reason });
        }
        let source = MixSource::eia_930(inquiry.zone.zone.clone());
        let mut reading = found.read(&source, now).map_err(|defect| ReplyError::Malformed(defect.to_string()))?;
        reading.refused.extend(refused);
        Ok(reading)
    }
}

/// The rows of a page, and how many rows all pages have.
fn rows(page: &Value) -> Result<(Vec<Value>, usize), ReplyError> {
    let response = page.get("response").ok_or_else(|| ReplyError::Malformed("it has no \"response\"".to_owned()))?;
    let total = match response.get("total") {
        Some(Value::Number(total)) => total.as_u64(),
        Some(Value::String(total)) => total.parse().ok(),
        _ => None,
    };
    let total = total.and_then(|total| usize::try_from(total).ok());
    let total = total.ok_or_else(|| ReplyError::Malformed("its total is not a number".to_owned()))?;
    Ok((list(response, "data")?.to_vec(), total))
}

/// Fuel, hour and mean MW of a row; `period` names the hour by its end.
fn hour(row: &Value, respondent: &str) -> Result<(String, Interval, Option<f64>), String> {
    let of = json::text(row, "respondent")?;
    if of != respondent {
        return Err(format!("it is of {of}"));
    }
    let unit = json::text(row, "value-units")?;
    if unit != "megawatthours" {
        return Err(format!("its unit is {unit:?} and not megawatthours"));
    }
    let period = json::text(row, "period")?;
    let end = NaiveDateTime::parse_from_str(&format!("{period}:00"), "%Y-%m-%dT%H:%M").ok();
    let end = end.and_then(|end| Timestamp::from_seconds(end.and_utc().timestamp()));
    let hour = end.and_then(|end| Interval::new(end.before(HOUR), end));
    let hour = hour.ok_or_else(|| format!("period {period:?} is not an hour, 2022-10-31T11"))?;
    Ok((json::text(row, "fueltype")?.to_owned(), hour, json::number_or_text(row, "value")?))
}
