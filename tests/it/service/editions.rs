//! The editions of a zone side by side: which one counts, why, how far forecasts were off, and the hours without a value.

use super::{Data, Service};
use serde_json::{Value, json};

const RANGE: &str = "from=2026-01-05T06:00Z&to=2026-01-05T12:00Z&points=6";

/// Imports the hours of 5 January 2026 that have a value, as `(hour, g/kWh)`.
fn import(service: &Service, stated: &str, hours: &[(u8, u16)]) {
    let rows: String = hours.iter().map(|(hour, grams)| format!("2026-01-05T{hour:02}:00Z,{grams}\n")).collect();
    let path = format!("/api/v1/grid/factors?zone=DE&publisher=TSO&licence=CC0&name=made.csv&minutes=60&{stated}");
    let body = format!("datetime_utc,g_per_kwh\n{rows}");
    let made = service.send("POST", &path, &service.admin, &[("Content-Type", "text/csv")], body.as_bytes());
    assert!(made.status == 201 && made.json()["taken"] == hours.len(), "{made:?}");
}

fn editions(service: &Service, query: &str) -> Value {
    let reply = service.get(&format!("/api/v1/grid/editions?{query}&{RANGE}"), &service.admin);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn edition<'a>(document: &'a Value, accounting: &str, basis: &str, name: &str) -> &'a Value {
    let all = document["editions"].as_array().unwrap();
    let is_it = |item: &&Value| item["edition"] == name && item["basis"] == basis && item["accounting"] == accounting;
    all.iter().find(is_it).unwrap_or_else(|| panic!("{name} is not in {document}"))
}

/// A forecast for every hour but the last, values of some, and series of other types.
fn filled(data: &Data) -> Service {
    let service = Service::start(&data.path(), "");
    let production = "accounting=production&basis=lifecycle";
    import(&service, &format!("{production}&edition=final"), &[(6, 100), (7, 300), (9, 500)]);
    import(
        &service,
        &format!("{production}&edition=forecast&status=forecast"),
        &[(6, 110), (7, 270), (8, 400), (9, 500), (10, 450)],
    );
    import(&service, &format!("{production}&edition=early&status=provisional"), &[(6, 104), (7, 300)]);
    import(&service, "accounting=marginal&basis=lifecycle&edition=m", &[(6, 700)]);
    import(&service, "accounting=production&basis=direct&edition=final", &[(6, 60)]);
    service
}

#[test]
fn editions_stand_side_by_side_and_each_says_whether_it_counts() {
    let data = Data::new();
    let service = filled(&data);
    let document = editions(&service, "zone=de");
    assert_eq!(
        (&document["zone"], &document["name"], &document["bucket_s"]),
        (&json!("DE"), &json!("Germany"), &json!(3_600))
    );
    let measured = edition(&document, "production", "lifecycle", "final");
    assert_eq!(document["editions"][0], *measured, "what counts for most of the time is first");
    assert_eq!(measured["intensity_mg_per_kwh"], json!([100_000, 300_000, null, 500_000, null, null]));
    let shares = ["known_share", "used_share", "typical_share"].map(|key| measured[key].clone());
    assert_eq!(shares, [json!(0.5), json!(0.5), json!(0.0)]);
    assert_eq!(
        ["standing", "reason", "status", "source", "source_name", "licence", "resolution"]
            .map(|key| measured[key].clone()),
        [
            json!("used"),
            json!("counts for 50 % of this time: measured for that time"),
            json!("measured"),
            json!("file"),
            json!("made.csv"),
            json!("CC0"),
            json!("hour")
        ]
    );
    assert_eq!(
        (&measured["first"], &measured["last"]),
        (&json!("2026-01-05T06:00:00Z"), &json!("2026-01-05T10:00:00Z"))
    );
    let early = edition(&document, "production", "lifecycle", "early");
    assert_eq!(
        (&early["standing"], &early["reason"]),
        (&json!("outranked"), &json!("gives way to TSO, final, whose values are measured and not provisional"))
    );
    let standing = |accounting, basis, name| edition(&document, accounting, basis, name)["standing"].clone();
    assert_eq!(standing("marginal", "lifecycle", "m"), "marginal");
    assert_eq!(standing("production", "direct", "final"), "other_type");
    let library = document["editions"].as_array().unwrap().iter().find(|item| item["source"].is_null()).unwrap();
    assert_eq!((&library["resolution"], &library["standing"]), (&json!("year"), &json!("used")));
    assert!(
        library["reason"].as_str().unwrap().ends_with("yearly national value, as nothing better is known"),
        "{library}"
    );
}

#[test]
fn a_forecast_is_held_against_what_came_and_gaps_are_named() {
    let data = Data::new();
    let service = filled(&data);
    let document = editions(&service, "zone=DE");
    let forecast = edition(&document, "production", "lifecycle", "forecast");
    assert_eq!((&forecast["is_forecast"], &forecast["used_share"]), (&json!(true), &json!(1.0 / 3.0)));
    // 10 too much, 30 too little, 0 in the three hours whose values came.
    assert_eq!(
        forecast["difference"],
        json!({ "mean_mg_per_kwh": -6_667, "absolute_mg_per_kwh": 13_333, "hours": 3.0 })
    );
    let early = edition(&document, "production", "lifecycle", "early");
    assert_eq!(early["difference"], json!({ "mean_mg_per_kwh": 2_000, "absolute_mg_per_kwh": 2_000, "hours": 2.0 }));
    assert_eq!(edition(&document, "marginal", "lifecycle", "m")["difference"], Value::Null, "of another type");
    let gaps: Vec<_> = document["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| (gap["start"].as_str().unwrap(), gap["end"].as_str().unwrap(), gap["fallback"].as_str().unwrap()))
        .collect();
    let hour = [
        "2026-01-05T08:00:00Z",
        "2026-01-05T09:00:00Z",
        "2026-01-05T10:00:00Z",
        "2026-01-05T11:00:00Z",
        "2026-01-05T12:00:00Z",
    ];
    assert_eq!(
        gaps,
        [
            (hour[0], hour[1], "forecast for that time"),
            (hour[2], hour[3], "forecast for that time"),
            (hour[3], hour[4], "yearly national value")
        ]
    );
}

#[test]
fn what_a_site_wants_decides_which_edition_counts() {
    let data = Data::new();
    let service = filled(&data);
    let admin = service.admin.clone();
    service.post("/api/v1/sites", &admin, &json!({ "name": "fra", "zone": "DE" }));
    let wanted = json!({ "since": "2026-01-01", "basis": "direct" });
    assert_eq!(service.post("/api/v1/sites/fra/factors", &admin, &wanted).status, 200);
    let document = editions(&service, "zone=DE&site=fra");
    let standing = |basis, name| edition(&document, "production", basis, name)["standing"].clone();
    assert_eq!(standing("direct", "final"), "used");
    assert_eq!(standing("lifecycle", "early"), "other_type");
    assert!(document["gaps"][0]["basis_changed"] == true, "{}", document["gaps"]);
}

#[test]
fn a_zone_with_yearly_values_alone_has_no_gaps_and_says_so() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let document = editions(&service, "zone=US-CAL-CISO");
    assert_eq!((&document["gaps"], &document["editions_left_out"]), (&json!([]), &json!(0)));
    let used: Vec<_> =
        document["editions"].as_array().unwrap().iter().filter(|item| item["used_share"] == 1.0).collect();
    assert_eq!(used.len(), 1, "{document}");
    assert_eq!((&used[0]["zone"], &used[0]["resolution"]), (&json!("US"), &json!("year")), "the country stands in");
    for (query, status, field) in [
        ("zone=QQ", 404, Value::Null),
        ("zone=DE&site=nowhere", 404, Value::Null),
        ("zone=DE&points=0", 400, json!("points")),
        ("zone=DE&from=2026-01-06&to=2026-01-05", 400, json!("to")),
    ] {
        let reply = service.get(&format!("/api/v1/grid/editions?{query}"), &service.admin);
        assert_eq!((reply.status, reply.json()["field"].clone()), (status, field), "{reply:?}");
    }
    service.post("/api/v1/sites", &service.admin, &json!({ "name": "par", "zone": "FR" }));
    let other = service.get("/api/v1/grid/editions?zone=DE&site=par", &service.admin);
    assert!(other.status == 400 && other.body.contains("par is in FR"), "{other:?}");
}
