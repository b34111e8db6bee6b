//! What each provider would say at a moment: made values, published two hours late.

use super::stand_in::{Heard, Said};
use chrono::{DateTime, Months, NaiveDate, NaiveDateTime};
use model::ProviderName;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const HOUR: i64 = 3_600;
/// Values come this long after the time that they describe.
const DELAY: i64 = 2 * HOUR;
/// Rows of a page of EIA.
const PAGE: usize = 100;

/// The time, s since 1970, and the steps that were revised, by their start.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) now: i64,
    pub(crate) revised: BTreeSet<i64>,
}

/// The zone that a provider is asked for in these tests.
pub(crate) const fn zone(name: ProviderName) -> &'static str {
    match name {
        ProviderName::ElectricityMaps | ProviderName::Entsoe | ProviderName::Ember => "DE",
        ProviderName::WattTime | ProviderName::Eia => "US-CAL-CISO",
        ProviderName::UkCarbonIntensity => "GB",
        ProviderName::Energinet => "DK-DK1",
        ProviderName::Rte => "FR",
        ProviderName::OpenElectricity => "AU-NSW",
    }
}

/// Length of a step, s; a month has none.
pub(crate) const fn step(name: ProviderName) -> i64 {
    match name {
        ProviderName::ElectricityMaps | ProviderName::Entsoe | ProviderName::Eia => HOUR,
        ProviderName::WattTime | ProviderName::Energinet | ProviderName::OpenElectricity => 300,
        ProviderName::UkCarbonIntensity => 1_800,
        ProviderName::Rte => 900,
        ProviderName::Ember => 0,
    }
}

impl World {
    /// The value of the step that begins at `start`, or what gas generates then.
    pub(crate) fn value(&self, start: i64) -> i64 {
        100 + (start / 300).rem_euclid(97) + if self.revised.contains(&start) { 7 } else { 0 }
    }

    fn starts(&self, from: i64, to: i64, step: i64) -> Vec<i64> {
        let first = (from + step - 1).div_euclid(step) * step;
        let last = to.min(self.now - DELAY - step + 1);
        (first..last).step_by(usize::try_from(step).unwrap()).collect()
    }

    /// What `name` answers; nothing if the question is not one that it knows.
    pub(crate) fn answer(&self, name: ProviderName, heard: &Heard) -> Option<Said> {
        let text = match name {
            ProviderName::ElectricityMaps => self.electricity_maps(heard)?.to_string(),
            ProviderName::WattTime => self.watttime(heard)?.to_string(),
            ProviderName::UkCarbonIntensity => self.uk(heard)?.to_string(),
            ProviderName::Entsoe => self.entsoe(heard)?,
            ProviderName::Eia => self.eia(heard)?.to_string(),
            ProviderName::Energinet => self.energinet(heard)?.to_string(),
            ProviderName::Rte => self.rte(heard)?.to_string(),
            ProviderName::OpenElectricity => self.open_electricity(heard)?.to_string(),
            ProviderName::Ember => self.ember(heard)?.to_string(),
        };
        Some(Said::ok(text))
    }

    fn electricity_maps(&self, heard: &Heard) -> Option<Value> {
        let hour = |start: i64, value: i64| json!({"zone": "DE", "carbonIntensity": value, "datetime": shown(start), "updatedAt": shown(start + DELAY), "isEstimated": false, "estimationMethod": null});
        if heard.target.starts_with("/v3/carbon-intensity/forecast?zone=DE") {
            let next = (self.now / HOUR + 1) * HOUR;
            let hours: Vec<_> =
                (0..24).map(|hour| json!({"datetime": shown(next + hour * HOUR), "carbonIntensity": 200})).collect();
            return Some(json!({"zone": "DE", "updatedAt": shown(self.now), "forecast": hours}));
        }
        let (key, from, to) = match heard.target.starts_with("/v3/carbon-intensity/history?zone=DE") {
            true => ("history", self.now - 24 * HOUR, self.now),
            false => ("data", moment(&heard.parameter("start")?)?, moment(&heard.parameter("end")?)?),
        };
        let hours: Vec<_> =
            self.starts(from, to, HOUR).into_iter().map(|start| hour(start, self.value(start))).collect();
        Some(json!({"zone": "DE", key: hours}))
    }

    fn watttime(&self, heard: &Heard) -> Option<Value> {
        let signal = heard.parameter("signal_type")?;
        let meta = json!({"region": heard.parameter("region")?, "signal_type": signal, "model": {"date": "2026-01-01"}, "units": "lbs_co2_per_mwh", "data_point_period_seconds": 300});
        let point = |start: i64, value: i64| json!({"point_time": shown(start), "value": value});
        let points: Vec<_> = if heard.target.starts_with("/v3/forecast?") {
            let next = (self.now / 300 + 1) * 300;
            (0..864).map(|number| point(next + number * 300, 900)).collect()
        } else {
            let (from, to) = (moment(&heard.parameter("start")?)?, moment(&heard.parameter("end")?)?);
            self.starts(from, to, 300).into_iter().map(|start| point(start, self.value(start))).collect()
        };
        Some(json!({"data": points, "meta": meta}))
    }

    fn uk(&self, heard: &Heard) -> Option<Value> {
        let mut parts = heard.target.strip_prefix("/intensity/")?.split('/');
        let from = moment(parts.next()?)?;
        let to = match parts.next()? {
            "fw48h" => from + 48 * HOUR,
            to => moment(to)?,
        };
        let first = from.div_euclid(1_800) * 1_800;
        let half_hours: Vec<_> = (first..to).step_by(1_800).map(|start| {
            let actual = (start + 1_800 <= self.now - DELAY).then(|| self.value(start));
            json!({"from": minutes(start), "to": minutes(start + 1_800), "intensity": {"forecast": 150, "actual": actual, "index": "low"}})
        }).collect();
        Some(json!({"data": half_hours}))
    }

    fn entsoe(&self, heard: &Heard) -> Option<String> {
        let time = |name| {
            Some(NaiveDateTime::parse_from_str(&heard.parameter(name)?, "%Y%m%d%H%M").ok()?.and_utc().timestamp())
        };
        let starts = self.starts(time("periodStart")?, time("periodEnd")?, HOUR);
        let (Some(first), Some(last)) = (starts.first(), starts.last()) else {
            return Some("<Acknowledgement_MarketDocument><Reason><code>999</code><text>none</text></Reason></Acknowledgement_MarketDocument>".to_owned());
        };
        let domain = heard.parameter("in_Domain")?;
        let series = |kind: &str, value: &dyn Fn(i64) -> i64| {
            let points: String = (1..)
                .zip(&starts)
                .map(|(place, start)| {
                    format!("<Point><position>{place}</position><quantity>{}</quantity></Point>", value(*start))
                })
                .collect();
            format!(
                "<TimeSeries><inBiddingZone_Domain.mRID>{domain}</inBiddingZone_Domain.mRID><curveType>A01</curveType><MktPSRType><psrType>{kind}</psrType></MktPSRType><Period><timeInterval><start>{}</start><end>{}</end></timeInterval><resolution>PT60M</resolution>{points}</Period></TimeSeries>",
                minutes(*first),
                minutes(last + HOUR)
            )
        };
        Some(format!(
            "<GL_MarketDocument xmlns=\"urn:x\"><type>A75</type>{}{}</GL_MarketDocument>",
            series("B04", &|start| self.value(start)),
            series("B14", &|_| 100)
        ))
    }

    fn eia(&self, heard: &Heard) -> Option<Value> {
        let time = |name| {
            Some(
                NaiveDateTime::parse_from_str(&format!("{}:00", heard.parameter(name)?), "%Y-%m-%dT%H:%M")
                    .ok()?
                    .and_utc()
                    .timestamp(),
            )
        };
        // Hours are named by their end, and the end is among them.
        let starts = self.starts(time("start")? - HOUR, time("end")?, HOUR);
        let respondent = heard.parameter("facets[respondent][]")?;
        let row = |start: i64, fuel: &str, value: i64| {
            let end = DateTime::from_timestamp(start + HOUR, 0).unwrap().format("%Y-%m-%dT%H").to_string();
            json!({"period": end, "respondent": respondent, "fueltype": fuel, "value": value.to_string(), "value-units": "megawatthours"})
        };
        let rows: Vec<_> =
            starts.iter().flat_map(|start| [row(*start, "NG", self.value(*start)), row(*start, "NUC", 100)]).collect();
        let offset = heard.parameter("offset").map_or(0, |offset| offset.parse().unwrap());
        let page: Vec<_> = rows.iter().skip(offset).take(PAGE).cloned().collect();
        Some(json!({"response": {"total": rows.len().to_string(), "data": page}}))
    }

    fn energinet(&self, heard: &Heard) -> Option<Value> {
        let limit: i64 = heard.parameter("limit")?.parse().ok()?;
        let filter: Value = serde_json::from_str(&heard.parameter("filter")?).ok()?;
        let area = filter["PriceArea"][0].as_str()?;
        let mut starts = self.starts(self.now - DELAY - limit * 300, self.now, 300);
        starts.reverse();
        let records: Vec<_> = starts.into_iter().map(|start| json!({"Minutes5UTC": shown(start).trim_end_matches('Z'), "Minutes5DK": "2026-01-01T00:00:00", "PriceArea": area, "CO2Emission": self.value(start)})).collect();
        Some(json!({"total": 99_999, "limit": limit, "dataset": "CO2Emis", "records": records}))
    }

    fn rte(&self, heard: &Heard) -> Option<Value> {
        let range = heard.parameter("q")?;
        let (from, to) = range.strip_prefix("date_heure:[")?.strip_suffix(']')?.split_once(" TO ")?;
        let records: Vec<_> = self.starts(moment(from)?, moment(to)?, 900).into_iter().map(|start| json!({"fields": {"perimetre": "France", "nature": "Données temps réel", "date_heure": shown(start).replace('Z', "+00:00"), "taux_co2": self.value(start).to_string()}})).collect();
        Some(json!({"nhits": records.len(), "records": records}))
    }

    fn open_electricity(&self, heard: &Heard) -> Option<Value> {
        let local = |name| {
            Some(
                NaiveDateTime::parse_from_str(&heard.parameter(name)?, "%Y-%m-%dT%H:%M:%S").ok()?.and_utc().timestamp()
                    - 10 * HOUR,
            )
        };
        let starts = self.starts(local("date_start")?, local("date_end")?, 300);
        let series = |name: &str, value: &dyn Fn(i64) -> i64| {
            let data: Vec<_> = starts
                .iter()
                .map(|start| json!([shown(*start + 10 * HOUR).replace('Z', "+10:00"), value(*start)]))
                .collect();
            json!({"name": name, "data": data})
        };
        Some(
            json!({"data": [{"metric": "power", "unit": "MW", "results": [series("power_NSW1|gas_ccgt", &|start| self.value(start)), series("power_NSW1|wind", &|_| 100)]}]}),
        )
    }

    fn ember(&self, heard: &Heard) -> Option<Value> {
        let month = |text: String| NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok();
        let (mut first, last) = (month(heard.parameter("start_date")?)?, month(heard.parameter("end_date")?)?);
        let mut months = Vec::new();
        while first <= last {
            let next = first.checked_add_months(Months::new(1))?;
            let start = first.and_hms_opt(0, 0, 0)?.and_utc().timestamp();
            if next.and_hms_opt(0, 0, 0)?.and_utc().timestamp() <= self.now - DELAY {
                months.push(json!({"entity_code": heard.parameter("entity_code")?, "date": first.to_string(), "emissions_intensity_gco2_per_kwh": self.value(start)}));
            }
            first = next;
        }
        Some(json!({"data": months}))
    }
}

fn shown(at: i64) -> String {
    DateTime::from_timestamp(at, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn minutes(at: i64) -> String {
    DateTime::from_timestamp(at, 0).unwrap().format("%Y-%m-%dT%H:%MZ").to_string()
}

fn moment(text: &str) -> Option<i64> {
    let seconds = if text.len() == 17 { text.replace('Z', ":00Z") } else { text.to_owned() };
    Some(DateTime::parse_from_rfc3339(&seconds).ok()?.timestamp())
}
