//! OpenElectricity: generation by technology of Australia's states, every five minutes, from which the mix is computed.

use super::super::{Basis, FactorReading, RefusedValue};
use super::factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
use super::json::{document, interval, list};
use super::mix::{FuelScheme, Generation, MixSource};
use crate::moment;
use chrono::{DateTime, FixedOffset};
use model::ZoneId;
use serde_json::Value;
use std::time::Duration;
use units::{Interval, Span, Timestamp};

const FIVE_MINUTES: Span = Span::from_seconds(300);
/// Zones, and their regions of the National Electricity Market or of the market of Western Australia.
const REGIONS: [(&str, &str); 6] = [
    ("AU-NSW", "NSW1"),
    ("AU-QLD", "QLD1"),
    ("AU-SA", "SA1"),
    ("AU-TAS", "TAS1"),
    ("AU-VIC", "VIC1"),
    ("AU-WA", "WEM"),
];

/// Generation by technology.
#[derive(Debug)]
pub(super) struct OpenElectricity;

impl FactorProvider for OpenElectricity {
    fn base_url(&self) -> &'static str {
        "https://api.openelectricity.org.au"
    }

    fn access(&self) -> ProviderAccess {
        ProviderAccess::Bearer
    }

    fn pace(&self) -> ProviderPace {
        ProviderPace {
            every: Duration::from_secs(15 * 60),
            gap: Duration::from_secs(1),
            first: Span::from_seconds(2 * 86_400),
            overlap: Span::from_seconds(86_400),
            longest: Span::from_seconds(3 * 86_400),
            stale: Span::from_seconds(3 * 3_600),
        }
    }

    fn code(&self, zone: &ZoneId) -> Option<String> {
        REGIONS.iter().find(|(own, _)| *own == zone.as_str()).map(|(_, region)| (*region).to_owned())
    }

    /// The times of a question are the market's, which has no daylight saving.
    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry> {
        let (network, hours) = if zone.code == "WEM" { ("WEM", 8) } else { ("NEM", 10) };
        let local = |at: Timestamp| {
            let utc = DateTime::from_timestamp_nanos(at.nanoseconds());
            let shown = FixedOffset::east_opt(hours * 3_600).map(|zone| utc.with_timezone(&zone).naive_local());
            shown.unwrap_or_else(|| utc.naive_utc()).format("%Y-%m-%dT%H:%M:00").to_string()
        };
        let path = format!(
            "/v4/data/network/{network}?metrics=power&interval=5m&date_start={}&date_end={}&network_region={}\
             &primary_grouping=network_region&secondary_grouping=fueltech",
            local(during.start()),
            local(during.end()),
            zone.code
        );
        vec![Inquiry { zone: zone.clone(), during, path, basis: Basis::Lifecycle, is_forecast: false }]
    }

    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError> {
        let reply = document(pages.first().map_or(&[][..], Vec::as_slice))?;
        let (mut found, mut refused) = (Generation::default(), Vec::new());
        for (number, part) in list(&reply, "data")?.iter().enumerate() {
            if let Some(unit) = part.get("unit").and_then(Value::as_str).filter(|unit| *unit != "MW") {
                return Err(ReplyError::Malformed(format!("its unit is {unit:?} and not MW")));
            }
            for (place, result) in list(part, "results")?.iter().enumerate() {
                let place = format!("data[{number}].results[{place}]");
                if let Err(reason) = technology(result, &inquiry.zone.code, &place, &mut found, &mut refused) {
                    refused.push(RefusedValue { place, reason });
                }
            }
        }
        let source = MixSource {
            zone: inquiry.zone.zone.clone(),
            publisher: "OpenElectricity, mix computed",
            edition: "power x fuel factors 2026",
            licence: "CC-BY-NC-4.0 in part",
            scheme: FuelScheme::OpenElectricity,
        };
        let mut reading = found.read(&source, now).map_err(|defect| ReplyError::Malformed(defect.to_string()))?;
        reading.refused.extend(refused);
        Ok(reading)
    }
}

/// Takes the points of one technology; its name is `coal_black` or `power_NSW1|coal_black`.
fn technology(
    result: &Value,
    region: &str,
    place: &str,
    found: &mut Generation,
    refused: &mut Vec<RefusedValue>,
) -> Result<(), String> {
    let name = result.get("name").and_then(Value::as_str).ok_or("it has no text \"name\"")?;
    let (of, technology) = name.rsplit_once('|').unwrap_or((region, name));
    if !of.ends_with(region) {
        return Err(format!("it is of {of}"));
    }
    let points = result.get("data").and_then(Value::as_array).ok_or("it has no list \"data\"")?;
    for (number, point) in points.iter().enumerate() {
        match power(point) {
            Ok((interval, megawatts)) => found.add(&technology.to_lowercase(), interval, megawatts),
            Err(reason) => refused.push(RefusedValue { place: format!("{place}.data[{number}]"), reason }),
        }
    }
    Ok(())
}

/// Time and mean MW of a point, `[time, MW]`; null is a gap.
fn power(point: &Value) -> Result<(Interval, Option<f64>), String> {
    let Some([Value::String(time), megawatts]) = point.as_array().map(Vec::as_slice) else {
        return Err("it is not a pair of time and MW".to_owned());
    };
    let start = moment::parse(time).map_err(|rule| format!("{time:?} is not a time: {rule}"))?;
    let megawatts = match megawatts {
        Value::Null => None,
        Value::Number(number) => number.as_f64(),
        other => return Err(format!("{other} is not a number of MW")),
    };
    Ok((interval(start, FIVE_MINUTES)?, megawatts))
}
