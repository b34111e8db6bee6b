//! ENTSO-E Transparency Platform, document A75: generation per type, from which the mix is computed.

use super::super::{Basis, FactorReading};
use super::entsoe_zones::ZONES;
use super::factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
use super::mix::{FuelScheme, Generation, MixSource};
use super::readout::joined;
use super::zipped::documents;
use crate::moment;
use model::ZoneId;
use roxmltree::{Document, Node};
use std::time::Duration;
use units::{Interval, Span, Timestamp};

/// Generation per type of a bidding zone or country.
#[derive(Debug)]
pub(super) struct Entsoe;

impl FactorProvider for Entsoe {
    fn base_url(&self) -> &'static str {
        "https://web-api.tp.entsoe.eu"
    }

    fn access(&self) -> ProviderAccess {
        ProviderAccess::Query("securityToken")
    }

    fn pace(&self) -> ProviderPace {
        ProviderPace {
            every: Duration::from_secs(30 * 60),
            gap: Duration::from_millis(500),
            first: Span::from_seconds(7 * 86_400),
            overlap: Span::from_seconds(3 * 86_400),
            longest: Span::from_seconds(31 * 86_400),
            stale: Span::from_seconds(12 * 3_600),
        }
    }

    fn code(&self, zone: &ZoneId) -> Option<String> {
        ZONES.iter().find(|(own, _)| *own == zone.as_str()).map(|(_, code)| (*code).to_owned())
    }

    fn inquiries(&self, zone: &ProviderZone, during: Interval) -> Vec<Inquiry> {
        let hour =
            |at: Timestamp| chrono::DateTime::from_timestamp_nanos(at.nanoseconds()).format("%Y%m%d%H00").to_string();
        let (start, end) = (hour(during.start()), hour(during.end()));
        let path = format!(
            "/api?documentType=A75&processType=A16&in_Domain={}&periodStart={start}&periodEnd={end}",
            zone.code
        );
        vec![Inquiry { zone: zone.clone(), during, path, basis: Basis::Lifecycle, is_forecast: false }]
    }

    fn read(&self, inquiry: &Inquiry, pages: &[Vec<u8>], now: Timestamp) -> Result<FactorReading, ReplyError> {
        let mut readings = Vec::new();
        for page in pages {
            for text in documents(page)? {
                readings.push(generation(&text, &inquiry.zone, now)?);
            }
        }
        Ok(joined(readings))
    }
}

/// The intensities in a document A75 of `zone`.
///
/// # Errors
///
/// It is another document, of another zone, or holds what this program does not know how to read.
fn generation(text: &str, zone: &ProviderZone, now: Timestamp) -> Result<FactorReading, ReplyError> {
    let document = Document::parse(text).map_err(|error| malformed(format!("it is not XML ({error})")))?;
    let root = document.root_element();
    match root.tag_name().name() {
        "GL_MarketDocument" => {}
        "Acknowledgement_MarketDocument" => return Err(acknowledged(root)),
        other => return Err(malformed(format!("it is a document {other:?}"))),
    }
    if child(root, "type").is_some_and(|kind| kind != "A75") {
        return Err(malformed("it is not a document A75, generation per type".to_owned()));
    }
    let mut found = Generation::default();
    for series in root.children().filter(|node| node.tag_name().name() == "TimeSeries") {
        time_series(series, zone, &mut found)?;
    }
    let source = MixSource {
        zone: zone.zone.clone(),
        publisher: "ENTSO-E, mix computed",
        edition: "A75 x fuel factors 2026",
        licence: "CC-BY-4.0",
        scheme: FuelScheme::Entsoe,
    };
    found.read(&source, now).map_err(|defect| malformed(defect.to_string()))
}

/// Why there is no document: code 999 stands for no data.
fn acknowledged(root: Node<'_, '_>) -> ReplyError {
    let reason = root.descendants().find(|node| node.tag_name().name() == "Reason");
    let part = |name| reason.and_then(|reason| child(reason, name)).unwrap_or_default().to_owned();
    let (code, text) = (part("code"), part("text").chars().take(200).collect::<String>());
    if code == "999" { ReplyError::NoData(text) } else { ReplyError::Reported(format!("{code} {text}")) }
}

fn time_series(series: Node<'_, '_>, zone: &ProviderZone, found: &mut Generation) -> Result<(), ReplyError> {
    let (into, out) = (child(series, "inBiddingZone_Domain.mRID"), child(series, "outBiddingZone_Domain.mRID"));
    // What leaves the grid is the plant's own use, such as pumping: a series of its own, and no negative generation.
    let of = into.or(out).ok_or_else(|| malformed("a TimeSeries names no bidding zone".to_owned()))?;
    if of != zone.code {
        return Err(ReplyError::Other { found: of.to_owned(), expected: zone.code.clone() });
    }
    if into.is_none() {
        return Ok(());
    }
    if let Some(unit) = child(series, "quantity_Measure_Unit.name").filter(|unit| *unit != "MAW") {
        return Err(malformed(format!("a quantity is in {unit:?} and not in MAW, megawatts")));
    }
    let repeats = match child(series, "curveType") {
        Some("A03") => true,
        Some("A01") | None => false,
        Some(other) => return Err(malformed(format!("curveType {other:?} is not known, A01 and A03 are"))),
    };
    let kind = series.descendants().find(|node| node.tag_name().name() == "psrType").and_then(|node| node.text());
    let kind = kind.ok_or_else(|| malformed("a TimeSeries has no psrType".to_owned()))?;
    for period in series.children().filter(|node| node.tag_name().name() == "Period") {
        for (interval, megawatts) in points(period, repeats)? {
            found.add(kind.trim(), interval, megawatts);
        }
    }
    Ok(())
}

/// The points of a period: `repeats` tells whether a missing position has the value of the one before, to the end of the period.
fn points(period: Node<'_, '_>, repeats: bool) -> Result<Vec<(Interval, Option<f64>)>, ReplyError> {
    let step = match child(period, "resolution") {
        Some("PT15M") => Span::from_seconds(900),
        Some("PT30M") => Span::from_seconds(1_800),
        Some("PT60M" | "PT1H") => Span::from_seconds(3_600),
        other => return Err(malformed(format!("resolution {other:?} is not known, PT15M, PT30M and PT60M are"))),
    };
    let time = |name| {
        let frame = period.children().find(|node| node.tag_name().name() == "timeInterval");
        let text = frame.and_then(|frame| child(frame, name)).unwrap_or_default();
        moment::parse(text).map_err(|_| malformed(format!("{name} of a timeInterval is {text:?}")))
    };
    let (start, end) = (time("start")?, time("end")?);
    let length = end.since(start).ok_or_else(|| malformed("a timeInterval ends before it starts".to_owned()))?;
    let count = usize::try_from(length.nanoseconds() / step.nanoseconds()).unwrap_or(usize::MAX);
    if count > POSITIONS_MAX || length.nanoseconds() % step.nanoseconds() != 0 {
        return Err(malformed("a timeInterval is not a whole number of its steps, of at most a year".to_owned()));
    }
    let mut values = vec![None; count];
    for point in period.children().filter(|node| node.tag_name().name() == "Point") {
        let place = child(point, "position").and_then(|text| text.parse::<usize>().ok());
        let place = place.filter(|place| (1..=count).contains(place));
        let place = place.ok_or_else(|| malformed("a position is not inside its timeInterval".to_owned()))?;
        let text = child(point, "quantity").unwrap_or_default();
        let quantity = text.parse::<f64>().ok().filter(|value| value.is_finite());
        values[place - 1] = Some(quantity.ok_or_else(|| malformed(format!("quantity {text:?} is not a number")))?);
    }
    let mut before = None;
    let mut found = Vec::with_capacity(count);
    let mut from = start;
    for value in values {
        let to = from.after(step).map_err(|error| malformed(error.to_string()))?;
        before = value.or(before.filter(|_| repeats));
        found.extend(Interval::new(from, to).map(|interval| (interval, before)));
        from = to;
    }
    Ok(found)
}

/// A year of quarter hours.
const POSITIONS_MAX: usize = 366 * 96;

/// The text of a child, by its local name: the version of the namespace varies.
fn child<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.children().find(|child| child.tag_name().name() == name)?.text().map(str::trim)
}

fn malformed(reason: String) -> ReplyError {
    ReplyError::Malformed(reason)
}
