//! The greener hour: judged on years that were held back, and asked of a service.

use crate::feed::stand_in::{Said, StandIn};
use crate::feed::world_of_now;
use crate::service::process::until;
use crate::service::{Data, Service};
use chrono::{DateTime, Datelike, Timelike};
use model::ProviderName;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use units::{CarbonIntensity, Interval, Span, Timestamp};
use wattledger::grid::{Climatology, FactorStatus, FactorValue, greener_start};

const HOUR_S: i64 = 3_600;
const WITHIN_H: i64 = 48;

/// Hours of a year, s since 1970 and lifecycle mg/kWh.
type Year = BTreeMap<i64, u32>;

fn year(gzipped: &[u8]) -> Year {
    let mut table = csv::Reader::from_reader(flate2::read::GzDecoder::new(gzipped));
    let column = table.headers().unwrap().iter().position(|name| name == "lifecycle_g").unwrap();
    let rows = table.records().map(Result::unwrap).filter_map(|row| {
        let time = DateTime::parse_from_rfc3339(&row[0].replace('Z', ":00Z")).unwrap().timestamp();
        Some((time, (row[column].parse::<f64>().ok()? * 1e3).round() as u32))
    });
    rows.collect()
}

fn demo(zone: &str) -> Year {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/grid/demo-2020/{zone}.csv.gz"));
    year(&std::fs::read(path).unwrap())
}

fn hour(start: i64) -> Interval {
    let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
    Interval::new(at(start), at(start + HOUR_S)).unwrap()
}

fn date(start: i64) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(start, 0).unwrap()
}

/// What is usual in each month of the year.
fn climates(known: &Year) -> Vec<Climatology> {
    let values = |month: u32| -> Vec<FactorValue> {
        let of_month = known.iter().filter(|(start, _)| date(**start).month() == month);
        let value = |(start, milligrams): (&i64, &u32)| FactorValue {
            interval: hour(*start),
            intensity: CarbonIntensity::from_milligrams_per_kwh(*milligrams),
            status: FactorStatus::Measured,
            method: None,
        };
        of_month.map(value).collect()
    };
    (1..=12).map(|month| Climatology::of(&values(month))).collect()
}

/// How much of what the best start saves against the mean of all starts the chosen one does, over a start each six hours; and what it saves, both as
/// shares. `known` is what the choice is made from, `actual` what it met with.
fn score(known: &Year, actual: &Year, job_h: i64) -> (f64, f64) {
    let climates = climates(known);
    let (mut mean, mut chosen, mut best, mut starts) = (0.0, 0.0, 0.0, 0);
    for (now, _) in actual.iter().filter(|(start, _)| date(**start).hour().is_multiple_of(6)) {
        let hours: Vec<i64> = (0..WITHIN_H + job_h).map(|ahead| now + ahead * HOUR_S).collect();
        let usual = |start: &i64| {
            let month = usize::try_from(date(*start).month0()).unwrap();
            Some((hour(*start), climates[month].at(Timestamp::from_seconds(*start).unwrap())?))
        };
        let met = |start: &i64| Some((hour(*start), CarbonIntensity::from_milligrams_per_kwh(*actual.get(start)?)));
        let usual: Option<Vec<_>> = hours.iter().map(usual).collect();
        let met: Option<Vec<_>> = hours.iter().map(met).collect();
        let (Some(usual), Some(met)) = (usual, met) else { continue };
        let length = Span::from_seconds(u64::try_from(job_h * HOUR_S).unwrap());
        let every = Span::from_seconds(3_600);
        let choice = greener_start(&usual, length, every).unwrap();
        let ideal = greener_start(&met, length, every).unwrap();
        let from_choice: Vec<_> = met.into_iter().filter(|(hour, _)| hour.start() >= choice.start).collect();
        let of_choice = greener_start(&from_choice, length, every).unwrap().mean_now;
        let grams = |intensity: CarbonIntensity| f64::from(intensity.milligrams_per_kwh());
        mean += grams(ideal.mean_of_starts);
        chosen += grams(of_choice);
        best += grams(ideal.mean);
        starts += 1;
    }
    assert!(starts > 250, "{starts} starts are few to judge by");
    ((mean - chosen) / (mean - best), (mean - chosen) / mean)
}

/// Asserts the scores that METHOD 7.4 states, as shares in percent.
fn scores(what: &str, known: &Year, actual: &Year, expected: [(i64, i64, i64); 2]) {
    for (job_h, found, saved) in expected {
        let (share, saving) = score(known, actual, job_h);
        let percent = |share: f64| (share * 100.0).round() as i64;
        // A point for rounding.
        let is_near = (percent(share) - found).abs() <= 1 && (percent(saving) - saved).abs() <= 1;
        assert!(is_near, "{what}, {job_h} h: {share:.3} and {saving:.3} are not {found} % and {saved} %");
    }
}

fn first_three_weeks(year: &Year) -> (Year, Year) {
    year.iter().partition(|(start, _)| date(**start).day() <= 21)
}

#[test]
fn starts_that_were_chosen_by_what_is_usual_save_much_of_what_could_be_saved() {
    for (zone, expected) in
        [("DE", [(4, 66, 20), (12, 52, 13)]), ("FR", [(4, 50, 9), (12, 51, 7)]), ("GB", [(4, 47, 15), (12, 40, 10)])]
    {
        let (known, held_back) = first_three_weeks(&demo(zone));
        scores(zone, &known, &held_back, expected);
    }
}

#[test]
fn what_was_usual_three_years_before_still_finds_much_of_it() {
    for (zone, expected) in [("DE", [(4, 57, 18), (12, 43, 10)]), ("GB", [(4, 41, 16), (12, 30, 9)])] {
        let path = format!("series/electricitymaps_hourly_odbl/{zone}_2023.csv.gz");
        let Some(later) = crate::provider::recorded(&path) else { return };
        scores(zone, &demo(zone), &year(&later), expected);
    }
    for (zone, expected) in [("SG", [(4, 72, 3), (12, 70, 1)]), ("US-CAL-CISO", [(4, 88, 31), (12, 85, 19)])] {
        let Some(file) = crate::provider::recorded(&format!("series/electricitymaps_hourly_odbl/{zone}_2023.csv.gz"))
        else {
            return;
        };
        let (known, held_back) = first_three_weeks(&year(&file));
        scores(zone, &known, &held_back, expected);
    }
}

/// Half hours of which the operator of Great Britain states both what it forecast and what came. It is one day of 2017.
#[test]
fn starts_that_were_chosen_by_a_forecast_are_judged_by_what_came() {
    let Some(day) = crate::provider::recorded("samples/uk_carbon_intensity/national_fw48h.json") else { return };
    let day: Value = serde_json::from_slice(&day).unwrap();
    let start = |value: &Value| {
        let time = value["from"].as_str().unwrap().replace('Z', ":00Z");
        DateTime::parse_from_rfc3339(&time).unwrap().timestamp()
    };
    let half_hours = day["data"].as_array().unwrap();
    let of = |what: &str| -> Vec<(Interval, CarbonIntensity)> {
        let value = |value: &Value| {
            let at = |seconds| Timestamp::from_seconds(start(value) + seconds).unwrap();
            let grams = u32::try_from(value["intensity"][what].as_u64().unwrap()).unwrap();
            (Interval::new(at(0), at(1_800)).unwrap(), CarbonIntensity::from_milligrams_per_kwh(1_000 * grams))
        };
        half_hours.iter().map(value).collect()
    };
    let (forecast, actual) = (of("forecast"), of("actual"));
    let milligrams = |values: &[(Interval, CarbonIntensity)]| -> Vec<f64> {
        values.iter().map(|(_, value)| f64::from(value.milligrams_per_kwh())).collect()
    };
    let (predicted, met) = (milligrams(&forecast), milligrams(&actual));
    let off: f64 = predicted.iter().zip(&met).map(|(predicted, met)| (predicted - met).abs()).sum();
    assert_eq!((met.len(), (off / met.iter().sum::<f64>() * 100.0).round() as i64), (49, 17));
    for (job_h, found, saving) in [(4, 63, 24), (12, 100, 9)] {
        let length = Span::from_seconds(job_h * 3_600);
        let half_hour = Span::from_seconds(1_800);
        let choice = greener_start(&forecast, length, half_hour).unwrap();
        let ideal = greener_start(&actual, length, half_hour).unwrap();
        let from_choice: Vec<_> = actual.iter().copied().filter(|(part, _)| part.start() >= choice.start).collect();
        let of_choice = greener_start(&from_choice, length, half_hour).unwrap().mean_now;
        let grams = |value: CarbonIntensity| f64::from(value.milligrams_per_kwh());
        let saved = grams(ideal.mean_of_starts) - grams(of_choice);
        let could = grams(ideal.mean_of_starts) - grams(ideal.mean);
        let percent = |part: f64, whole: f64| (part / whole * 100.0).round() as i64;
        assert_eq!((percent(saved, could), percent(saved, grams(ideal.mean_of_starts))), (found, saving), "{job_h} h");
    }
}

fn best(service: &Service, query: &str) -> Value {
    let reply = service.get(&format!("/api/v1/grid/best?{query}"), &service.admin);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[test]
fn forecasts_of_a_provider_find_the_greener_start_and_their_absence_is_said() {
    // Predicted: 300 g/kWh, and 100 g/kWh for four hours from the twentieth full half hour on.
    let server = StandIn::start(|heard| {
        let world = world_of_now();
        let said = world.answer(ProviderName::UkCarbonIntensity, heard)?;
        let mut document: Value = serde_json::from_slice(&said.body).unwrap();
        for (number, value) in document["data"].as_array_mut().unwrap().iter_mut().enumerate() {
            let is_low = heard.target.contains("fw48h") && (20..28).contains(&number);
            value["intensity"]["forecast"] = json!(if is_low { 100 } else { 300 });
        }
        Some(Said::ok(document.to_string()))
    });
    let data = Data::new();
    let text = format!("[grid.providers.uk_carbon_intensity]\nzones = [\"GB\"]\nbase_url = \"{}\"\n", server.url());
    let service = Service::start(&data.path(), &text);
    let is_asked = || service.get("/api/v1/grid/providers", &service.admin).body.contains("\"state\":\"ok\"");
    until(is_asked);
    let found = best(&service, "zone=GB&hours=2&within_h=24&power_w=1000");
    assert_eq!((&found["confidence"], &found["g_per_kwh"]), (&"forecast".into(), &100.0.into()), "{found}");
    assert_eq!((&found["co2e_g"], &found["publisher"]), (&200.0.into(), &"NESO Carbon Intensity".into()));
    assert!(found["start"].as_str() > found["now"].as_str(), "{found}");
    assert!(found["saving_to_now_percent"].as_f64().unwrap() > 60.0, "{found}");

    // A yearly value has no greener hour.
    let found = best(&service, "zone=PL&hours=2");
    assert_eq!(
        (&found["confidence"], &found["start"], &found["saving_to_now_percent"]),
        (&"unknown".into(), &found["now"], &0.0.into())
    );
    assert!(found["notes"].to_string().contains("nothing is known by which these hours differ"), "{found}");

    let admin = service.admin.clone();
    let said = service
        .command(&admin, &["grid", "best", "--zone", "GB", "--hours", "2", "--within", "1d", "--power-w", "1000"]);
    assert!(said.code == 0 && said.stdout.contains(": 100.0 g/kWh over the job, 200 g"), "{said:?}");
    for (query, field) in [
        ("zone=GB&hours=0", "hours"),
        ("zone=GB&hours=2&within_h=1000", "within_h"),
        ("zone=GB&hours=2&power_w=0", "power_w"),
    ] {
        let refused = service.get(&format!("/api/v1/grid/best?{query}"), &admin);
        assert_eq!((refused.status, &refused.json()["field"]), (400, &field.into()), "{query}");
    }
    assert_eq!(service.get("/api/v1/grid/best?zone=ZZ&hours=2", &admin).status, 404);
}

/// One rule for a site: the zone and the factors that it wants count in every answer, as in its entries.
#[test]
fn a_site_gets_the_intensities_that_it_wants_everywhere() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let admin = service.admin.clone();
    let now = world_of_now().now / HOUR_S * HOUR_S;
    let time = |hour: i64| date(now + hour * HOUR_S).format("%Y-%m-%dT%H:%MZ").to_string();
    // Of direct intensities the fifth hour from now is the lowest, of lifecycle ones the tenth.
    let low = |hour: i64, lowest: i64| if hour == lowest { 50 } else { 300 };
    let rows = (-3..60).map(|hour| format!("{},{},{}\n", time(hour), low(hour, 5), 100 + low(hour, 10)));
    let file: String = ["datetime_utc,direct_g,lifecycle_g\n".to_owned()].into_iter().chain(rows).collect();
    let imported =
        service.send("POST", "/api/v1/grid/factors?zone=DE", &admin, &[("Content-Type", "text/csv")], file.as_bytes());
    assert_eq!(imported.status, 201, "{imported:?}");
    assert_eq!(service.post("/api/v1/sites", &admin, &json!({ "name": "fra", "zone": "FR" })).status, 201);
    for (path, statement) in [
        ("zone", json!({ "since": "2026-01-01", "zone": "DE" })),
        ("factors", json!({ "since": time(-2), "basis": "direct" })),
    ] {
        let stated = service.post(&format!("/api/v1/sites/fra/{path}"), &admin, &statement);
        assert!(stated.status < 300, "{stated:?}");
    }
    let (of_zone, of_site) = (best(&service, "zone=DE&hours=1"), best(&service, "site=fra&hours=1"));
    assert_eq!((&of_zone["basis"], &of_zone["g_per_kwh"]), (&json!("lifecycle"), &json!(150.0)));
    assert_eq!((&of_site["basis"], &of_site["g_per_kwh"]), (&json!("direct"), &json!(50.0)));
    assert_eq!(
        (&of_site["zone"], of_site["start"].as_str().unwrap()),
        (&json!("DE"), &time(5).replace('Z', ":00Z")[..])
    );
    let said = service.command(&admin, &["grid", "best", "--site", "fra", "--hours", "1"]);
    assert!(
        said.code == 0 && said.stdout.contains("50.0 g/kWh over the job") && said.stdout.contains("direct"),
        "{said:?}"
    );

    let series = |place: &str| {
        let path = format!("/api/v1/grid/intensity/series?{place}&from={}&to={}", time(-3), time(0));
        service.get(&path, &admin).json()
    };
    assert_eq!(series("zone=DE")["intensity_mg_per_kwh"].as_array().unwrap().last(), Some(&json!(400_000)));
    let found = series("site=fra");
    let values = found["intensity_mg_per_kwh"].as_array().unwrap();
    assert_eq!(
        (values.first(), values.last()),
        (Some(&json!(400_000)), Some(&json!(300_000))),
        "wanted since two hours ago"
    );
    assert_eq!((&found["zone"], &found["factor"]["basis"]), (&json!("DE"), &json!("direct")));
    let at = format!("/api/v1/grid/intensity?site=fra&at={}", time(-1));
    assert_eq!(service.get(&at, &admin).json()["intensity_mg_per_kwh"], 300_000);
    for path in
        ["/api/v1/grid/best?hours=1", "/api/v1/grid/best?hours=1&zone=DE&site=fra", "/api/v1/grid/intensity/series"]
    {
        let refused = service.get(path, &admin);
        assert_eq!((refused.status, &refused.json()["field"]), (400, &json!("zone")), "{path}");
    }
    assert_eq!(service.get("/api/v1/grid/best?hours=1&site=none", &admin).status, 404);
}
