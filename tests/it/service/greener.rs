//! The greener start of a service compares hours with hours.

use super::{Data, Service};
use chrono::DateTime;
use collectors::clock::{Clock, SystemClock};

const HOUR_S: i64 = 3_600;

#[test]
fn an_hour_beyond_the_forecasts_is_not_taken_for_a_greener_one_because_its_year_was() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let now = SystemClock::new().wall().nanoseconds() / 1_000_000_000;
    let first = now.div_euclid(HOUR_S) * HOUR_S;
    // Far above the yearly value of Germany, which stands in after these hours.
    let rows = (0..12).map(|hour| {
        let start = DateTime::from_timestamp(first + hour * HOUR_S, 0).unwrap().format("%Y-%m-%dT%H:%MZ");
        format!("{start},{}\n", if hour == 5 { 700 } else { 800 })
    });
    let body = format!("datetime_utc,g_per_kwh\n{}", rows.collect::<String>());
    let path = "/api/v1/grid/factors?zone=DE&publisher=TSO&edition=1&licence=CC0&basis=lifecycle&accounting=production&status=forecast";
    let made = service.send("POST", path, &service.admin, &[("Content-Type", "text/csv")], body.as_bytes());
    assert_eq!(made.status, 201, "{made:?}");
    let best = service.get("/api/v1/grid/best?zone=DE&hours=1&within_h=48", &service.admin).json();
    let start = DateTime::parse_from_rfc3339(best["start"].as_str().unwrap()).unwrap().timestamp();
    assert_eq!((start, &best["confidence"]), (first + 5 * HOUR_S, &"forecast".into()), "{best}");
    assert!((best["g_per_kwh"].as_f64().unwrap() - 700.0).abs() < 1e-9, "{best}");
    // A job that does not fit into them is compared with nothing: then there is no better start than now.
    let long = service.get("/api/v1/grid/best?zone=DE&hours=24&within_h=48", &service.admin).json();
    assert_eq!(long["confidence"], "unknown", "{long}");
}
