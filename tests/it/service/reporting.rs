//! Where figures come from, closed periods and restatement, by HTTP and on the command line.

use super::ledger::{batch_of, items, post_batch};
use super::process::until;
use super::{Data, Reply, Service};
use collectors::clock::{Clock, SystemClock};
use serde_json::{Value, json};

const DAY: &str = "from=2026-01-05&to=2026-01-06";

/// With the batches of projects `red` and `blue` posted.
fn posted(data: &Data) -> Service {
    let service = Service::start(&data.path(), "ledger.close_every_s = 1");
    for project in ["red", "blue"] {
        assert_eq!(post_batch(&service, &service.admin, &batch_of(project, 1)).status, 200);
    }
    until(|| items(&service.get("/api/v1/ledger/entries", &service.admin)).len() == 6);
    service
}

fn day() -> Value {
    json!({ "from": "2026-01-05", "to": "2026-01-06" })
}

/// Refusals, one after the other, without what differs from run to run.
fn problems(replies: &[(&str, Reply)]) -> String {
    let lines = replies.iter().map(|(asked, reply)| {
        let problem = serde_json::to_string_pretty(&reply.json()).unwrap();
        format!("{asked}\n{} {problem}\n", reply.status)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_figure_links_to_parts_that_sum_to_it() {
    let data = Data::new();
    let service = posted(&data);
    let admin = service.admin.clone();
    let get = |path: &str| service.get(path, &admin).json();
    let report = get(&format!("/api/v1/reports/emissions?{DAY}"));
    let job = get("/api/v1/jobs/red-job");
    let figures = [
        &report["total"],
        &report["idle"],
        &report["metered"],
        &report["rows"][0],
        &report["rows"][1],
        &job["footprint"]["total"],
    ];
    for figure in figures {
        assert!(figure["quality"]["coverage"].as_f64().unwrap() > 0.0, "{figure}");
        let found = get(figure["explain"].as_str().unwrap());
        let energy = |part: &str| found[part]["energy_mj"].as_i64().unwrap();
        assert_eq!(energy("total"), figure["energy_mj"].as_i64().unwrap());
        assert_eq!(energy("final") + energy("provisional") + energy("open"), energy("total"));
        let entries = get(found["provisional"]["link"].as_str().unwrap());
        let sum: i64 =
            entries["items"].as_array().unwrap().iter().map(|entry| entry["energy_mj"].as_i64().unwrap()).sum();
        assert_eq!(sum, energy("provisional"));
        assert!(entries["items"].as_array().unwrap().iter().all(|entry| entry["provisional"] == true));
        let command = found["command"].as_str().unwrap().strip_prefix("wattledger ").unwrap();
        let arguments: Vec<_> = command.split(' ').chain(["--json"]).collect();
        let printed = service.command(&admin, &arguments);
        assert_eq!(serde_json::from_str::<Value>(&printed.stdout).unwrap(), found, "{}", printed.stderr);
    }
    let overhead = get(report["overhead"]["explain"].as_str().unwrap());
    assert_eq!(overhead["total"]["overhead"]["energy_mj"], report["overhead"]["energy_mj"]);
    let page = service.command(&admin, &["explain", "--project", "red", "--from", "2026-01-05", "--to", "2026-01-06"]);
    assert!(
        page.stdout.contains("provisional  ") && page.stdout.contains("X-WORLD"),
        "{} {}",
        page.stdout,
        page.stderr
    );
    assert_eq!(service.command(&admin, &["explain"]).code, 2);
}

#[test]
fn a_closed_period_is_reported_as_it_was_closed() {
    let data = Data::new();
    let service = posted(&data);
    let admin = service.admin.clone();
    let closed = service.post("/api/v1/periods", &admin, &day());
    assert_eq!((closed.status, closed.json()["name"].as_str()), (201, Some("2026-01-05/2026-01-06")), "{closed:?}");
    assert_eq!(closed.json()["recalculation"], false);
    let report = service.get("/api/v1/reports/emissions?period=1", &admin);
    assert_eq!(post_batch(&service, &admin, &batch_of("green", 1)).status, 200);
    until(|| items(&service.get("/api/v1/ledger/entries", &admin)).len() == 9);
    assert_eq!(service.get("/api/v1/reports/emissions?period=1", &admin).body, report.body);
    let shown = service.get("/api/v1/periods/1", &admin).json();
    let energy = 6_132_480 + 1_214_075;
    assert_eq!(shown["closed"]["metered"]["energy_mj"], 2 * energy);
    assert_eq!(shown["delta"]["metered"]["energy_mj"], energy);
    assert_eq!((&shown["reasons"][0]["energy_mj"], &shown["recalculation"]), (&json!(energy), &json!(true)));
    let explained = service.get(report.json()["metered"]["explain"].as_str().unwrap(), &admin).json();
    assert_eq!(explained["total"]["energy_mj"], 2 * energy);
    assert_eq!(explained["open"]["accounts"], 0);
    let restated = service.command(&admin, &["periods", "restate", "1", "--reason", "a node came late", "--json"]);
    let restated: Value = serde_json::from_str(&restated.stdout).unwrap_or_else(|_| panic!("{}", restated.stderr));
    assert_eq!((&restated["version"], &restated["versions"][1]["reason"]), (&json!(2), &json!("a node came late")));
    assert_eq!(service.get("/api/v1/reports/emissions?period=1.1", &admin).body, report.body);
    let metered = |path: &str| service.get(path, &admin).json()["metered"]["energy_mj"].clone();
    assert_eq!(metered("/api/v1/reports/emissions?period=1"), 3 * energy);
    for arguments in [
        &["periods", "list"][..],
        &["periods", "show", "1"],
        &["report", "--period", "1.1"],
        &["explain", "--period", "1", "--project", "red"],
        &["restate", "--from", "2026-01-05", "--to", "2026-01-06", "--reason", "no change"],
    ] {
        let answer = service.command(&admin, arguments);
        assert_eq!(answer.code, 0, "{arguments:?} {}", answer.stderr);
    }
    assert_eq!(items(&service.get("/api/v1/periods", &admin))[0]["version"], 2);
    assert_eq!(service.stop().0, 0);
    let verified = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}

#[test]
fn another_pue_is_posted_with_its_reason_on_demand_only() {
    let data = Data::new();
    let service = posted(&data);
    let admin = service.admin.clone();
    service.post("/api/v1/sites/unassigned/pue", &admin, &json!({ "pue": 1.5, "since": "2026-01-01" }));
    let report = format!("/api/v1/reports/emissions?{DAY}");
    assert_eq!(service.get(&report, &admin).json()["overhead"]["energy_mj"], 0);
    let asked = json!({ "from": "2026-01-05", "to": "2026-01-06", "reason": "the meter room was measured" });
    let restated = service.post("/api/v1/ledger/restate", &admin, &asked);
    assert_eq!((restated.status, restated.json()["entries"].as_i64()), (200, Some(12)), "{restated:?}");
    let (restated, after) = (restated.json(), service.get(&report, &admin).json());
    assert_eq!(restated["new"]["overhead"]["energy_mj"], after["overhead"]["energy_mj"]);
    assert_eq!(restated["delta"]["overhead"]["energy_mj"], after["overhead"]["energy_mj"]);
    assert_eq!((&restated["delta"]["metered"]["energy_mj"], &restated["recalculation"]), (&json!(0), &json!(true)));
    assert_eq!(
        after["overhead"]["energy_mj"].as_i64().unwrap(),
        6_132_480 + 1_214_075 + 1,
        "half of two batches, each entry rounded"
    );
    assert_eq!(service.post("/api/v1/ledger/restate", &admin, &asked).json()["entries"], 0);
}

#[test]
fn what_cannot_be_closed_or_selected_is_refused_with_the_reason() {
    let data = Data::new();
    let service = Service::start(&data.path(), "ledger.grace_s = 604800\nledger.close_every_s = 1");
    let admin = service.admin.clone();
    let mut running: Value = serde_json::from_slice(&batch_of("red", 1)).unwrap();
    running["jobs"] = json!([]);
    let ns = SystemClock::new().wall().nanoseconds();
    let now = chrono::DateTime::from_timestamp_nanos(ns);
    let second = |offset: i64| (now + chrono::TimeDelta::seconds(offset)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    running["windows"] = json!([running["windows"][0]]);
    running["windows"][0]["start_ns"] = json!(ns - 20_000_000_000);
    running["windows"][0]["end_ns"] = json!(ns - 10_000_000_000);
    running["holdings"] = json!([]);
    let sent = post_batch(&service, &admin, &serde_json::to_vec(&running).unwrap());
    assert_eq!(sent.status, 200, "{sent:?}");
    let open = service.post("/api/v1/periods", &admin, &json!({ "from": second(-3_600), "to": second(-5) }));
    assert_eq!(open.status, 409, "{open:?}");
    assert!(open.body.contains("accounts in this time are not posted yet"), "{open:?}");
    service.post("/api/v1/periods", &admin, &day());
    let get = |query: &str| service.get(&format!("/api/v1/ledger/explain?{query}"), &admin);
    let close = |document: Value| service.post("/api/v1/periods", &admin, &document);
    let replies = [
        ("closed twice", close(day())),
        ("to come", close(json!({ "from": "2026-01-05", "to": "2099-01-01" }))),
        ("backwards", close(json!({ "from": "2026-01-05", "to": "2026-01-05" }))),
        ("nameless", close(json!({ "from": "2026-01-05", "to": "2026-01-07", "name": " " }))),
        ("unchanged", service.post("/api/v1/periods/1/restate", &admin, &json!({ "reason": "none" }))),
        ("without reason", service.post("/api/v1/periods/1/restate", &admin, &json!({ "reason": "" }))),
        ("unknown period", service.get("/api/v1/periods/7", &admin)),
        ("unknown version", service.get("/api/v1/reports/emissions?period=1.9", &admin)),
        ("report of no time", service.get("/api/v1/reports/emissions?from=2026-01-05", &admin)),
        ("period and time", get(&format!("period=1&{DAY}"))),
        ("unknown job", get("job=none")),
        ("month", get("month=2026-3")),
        ("label", get("label=team")),
        ("without", get("without=node")),
        ("idle", get("idle=maybe")),
        ("provisional", get("provisional=true")),
        (
            "restate backwards",
            service.post(
                "/api/v1/ledger/restate",
                &admin,
                &json!({ "from": "2026-01-05", "to": "2026-01-04", "reason": "x" }),
            ),
        ),
    ];
    insta::assert_snapshot!("reporting_problems", problems(&replies));
}

#[test]
fn a_project_s_token_sees_its_own_part_of_sums_and_periods() {
    let data = Data::new();
    let service = posted(&data);
    let admin = service.admin.clone();
    assert_eq!(service.post("/api/v1/periods", &admin, &day()).status, 201);
    let (_, red) = service.token(&["read", "admin"], Some("red"));
    let own = 4_905_984;
    for path in ["/api/v1/ledger/explain", &format!("/api/v1/ledger/explain?{DAY}"), "/api/v1/ledger/explain?period=1"]
    {
        assert_eq!(service.get(path, &red).json()["total"]["energy_mj"], own, "{path}");
    }
    for path in [
        "/api/v1/ledger/explain?idle=true",
        "/api/v1/ledger/explain?node=blue",
        "/api/v1/ledger/explain?without=project",
    ] {
        assert_eq!(service.get(path, &red).json()["total"]["energy_mj"], 0, "{path}");
    }
    for path in [
        "/api/v1/ledger/explain?job=blue-job",
        "/api/v1/ledger/explain?project=blue",
        "/api/v1/ledger/entries?project=blue",
        "/api/v1/reports/emissions?period=1&project=blue",
    ] {
        assert_eq!(service.get(path, &red).status, 404, "{path}");
    }
    let shown = service.get("/api/v1/periods/1", &red).json();
    assert_eq!(
        (&shown["closed"]["metered"]["energy_mj"], &shown["closed"]["idle"]["energy_mj"]),
        (&json!(own), &json!(0))
    );
    let report = service.get("/api/v1/reports/emissions?period=1", &red);
    assert!(report.body.contains("red") && !report.body.contains("blue"), "{report:?}");
    let earlier = json!({ "from": "2026-01-04", "to": "2026-01-05", "name": "before the merger" });
    assert_eq!(service.post("/api/v1/periods", &admin, &earlier).status, 201);
    let listed = service.get("/api/v1/periods", &red);
    assert_eq!((items(&listed).len(), &items(&listed)[0]["closed_by"]), (1, &Value::Null), "{listed:?}");
    assert_eq!(shown["versions"][0]["closed_by"], Value::Null);
    for path in ["/api/v1/periods/2", "/api/v1/reports/emissions?period=2", "/api/v1/ledger/explain?period=2.1"] {
        let (own, none) = (service.get(path, &red), service.get(&path.replace('2', "7"), &red));
        assert_eq!((own.status, own.body.replace('2', "7")), (404, none.body), "{path}");
    }
    assert_eq!(service.get("/api/v1/ledger/actions", &red).status, 403);
    let restate = json!({ "from": "2026-01-05", "to": "2026-01-06", "reason": "x" });
    for (path, document) in [
        ("/api/v1/periods", &day()),
        ("/api/v1/periods/1/restate", &json!({ "reason": "x" })),
        ("/api/v1/ledger/restate", &restate),
    ] {
        assert_eq!(service.post(path, &red, document).status, 403, "{path}");
    }
}

#[test]
fn a_site_has_a_price_a_zone_and_an_owner_of_its_idle_energy() {
    let data = Data::new();
    let service = posted(&data);
    let admin = service.admin.clone();
    assert_eq!(service.post("/api/v1/sites", &admin, &json!({ "name": "fra", "zone": "DE" })).status, 201);
    let post = |path: &str, document: Value| service.post(&format!("/api/v1/sites/fra/{path}"), &admin, &document);
    let price = post("price", json!({ "per_mwh": 123.456789, "currency": "EUR", "since": "2026-01-01" }));
    let expected = json!([{ "since": "2026-01-01T00:00:00Z", "currency": "EUR", "per_mwh_micro": 123_456_789, "per_mwh": 123.456789 }]);
    assert_eq!((price.status, &price.json()["price"]), (200, &expected), "{price:?}");
    let moved = post("zone", json!({ "zone": "fr", "since": "2026-01-05T12:00Z" })).json();
    assert_eq!((&moved["zone"], &moved["zones"][0]["zone"]), (&json!("FR"), &json!("DE")));
    assert_eq!(post("idle-owner", json!({ "owner": "platform" })).json()["idle_owner"], "platform");
    assert_eq!(post("idle-owner", json!({ "owner": null })).json()["idle_owner"], Value::Null);
    service.post("/api/v1/nodes/red/site", &admin, &json!({ "site": "fra" }));
    let sites = items(&service.get("/api/v1/sites", &admin));
    assert_eq!(sites.iter().find(|site| site["name"] == "fra").unwrap()["price"], expected);
    let report = service.get(&format!("/api/v1/reports/emissions?{DAY}"), &admin).json();
    let cost = &report["rows"][1]["energy_cost"][0];
    // 4,905,984 mJ at 123.456789 EUR/MWh.
    assert_eq!((&report["rows"][1]["group"], &cost["amount_micro"]), (&json!("red"), &json!(168)), "{report}");
    assert_eq!(
        (&report["total"]["energy_cost"][0]["energy_mj"], &cost["currency"]),
        (&json!(4_905_984), &json!("EUR"))
    );
    assert!(report["rows"][0].get("energy_cost").is_none(), "blue has no price");
    let table = service.command(&admin, &["report", "--from", "2026-01-05", "--to", "2026-01-06"]);
    assert!(table.stdout.contains("energy cost") && table.stdout.contains("0.00 EUR"), "{}", table.stdout);
    let other = json!({ "per_mwh": 1, "currency": "USD", "since": "2026-02-01" });
    let (_, red) = service.token(&["admin"], Some("red"));
    let replies = [
        ("other currency", post("price", other.clone())),
        ("negative", post("price", json!({ "per_mwh": -1, "currency": "EUR", "since": "2026-02-01" }))),
        ("no currency", post("price", json!({ "per_mwh": 1, "currency": "euro", "since": "2026-02-01" }))),
        ("bidding area", post("zone", json!({ "zone": "SE3", "since": "2026-02-01" }))),
        ("owner", post("idle-owner", json!({ "owner": "nobody at all" }))),
        ("no such site", service.post("/api/v1/sites/none/price", &admin, &other)),
        ("bound", service.post("/api/v1/sites/fra/price", &red, &other)),
    ];
    insta::assert_snapshot!("site_problems", problems(&replies));
}

#[test]
fn hourly_factors_are_imported_by_command_and_applied_by_restating() {
    let data = Data::new();
    let service = posted(&data);
    let admin = service.admin.clone();
    service.post("/api/v1/sites", &admin, &json!({ "name": "fra", "zone": "DE" }));
    service.post("/api/v1/nodes/red/site", &admin, &json!({ "site": "fra" }));
    until(|| items(&service.get("/api/v1/ledger/entries?site=fra", &admin)).len() == 3);
    let file = data.path().with_extension("csv");
    std::fs::write(&file, "datetime_utc,g_per_kwh\n2026-01-05T09:00Z,100\n").unwrap();
    let mut import =
        vec!["grid", "import", file.to_str().unwrap(), "--zone", "DE", "--publisher", "tester", "--edition", "e 1"];
    import.extend([
        "--licence",
        "none",
        "--basis",
        "lifecycle",
        "--gas",
        "CO2e",
        "--accounting",
        "production",
        "--status",
        "measured",
    ]);
    let answer = service.command(&admin, &import);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.starts_with("taken 1, refused 0\n"), "{}", answer.stdout);
    assert!(
        answer.stdout.contains("6 entries posted because of better values, reversals included\n"),
        "{}",
        answer.stdout
    );
    // What is final now is left alone by another edition, and restated by hand.
    std::fs::write(&file, "datetime_utc,g_per_kwh\n2026-01-05T09:00Z,101\n").unwrap();
    let place = import.iter().position(|argument| *argument == "e 1").unwrap();
    let again: Vec<&str> = import.iter().enumerate().map(|(at, own)| if at == place { "e 2" } else { own }).collect();
    let answer = service.command(&admin, &again);
    assert!(
        answer.stdout.contains("wattledger restate --from 2026-01-05T09:00:00Z --to 2026-01-05T10:00:00Z --reason"),
        "{}",
        answer.stdout
    );
    let explained = service.get("/api/v1/ledger/explain?node=red", &admin).json();
    assert_eq!(explained["final"]["energy_mj"], 6_132_480 + 1_214_075);
    let factor = &explained["factors"][0];
    assert_eq!((&factor["edition"], &factor["entries"]), (&json!("e 1"), &json!(3)));
    assert_eq!(
        (&factor["intensity_min_mg_per_kwh"], &factor["intensity_max_mg_per_kwh"]),
        (&json!(100_000), &json!(100_000))
    );
    let wrong = service.command(
        &admin,
        &[
            "grid",
            "import",
            "/nonexistent.csv",
            "--zone",
            "DE",
            "--publisher",
            "x",
            "--edition",
            "x",
            "--licence",
            "x",
            "--basis",
            "direct",
            "--gas",
            "CO2",
            "--accounting",
            "production",
            "--status",
            "measured",
        ],
    );
    assert!(wrong.code == 2 && wrong.stderr.contains("/nonexistent.csv"), "{}", wrong.stderr);
}

#[test]
fn gaps_and_what_needs_someone_are_listed_page_by_page_and_by_boundary() {
    let data = Data::new();
    let service = posted(&data);
    let admin = service.admin.clone();
    let gaps = items(&service.get("/api/v1/gaps", &admin));
    assert_eq!((gaps.len(), &gaps[0]["node"], &gaps[0]["reason"]), (2, &json!("blue"), &json!("unread")));
    assert_eq!(gaps[0]["end"], "2026-01-05T09:00:04.500Z");
    for (query, count) in
        [("node=red", 1), ("to=2026-01-05", 0), ("from=2026-01-06", 0), ("device=999", 0), ("limit=1", 1)]
    {
        assert_eq!(items(&service.get(&format!("/api/v1/gaps?{query}"), &admin)).len(), count, "{query}");
    }
    let all = items(&service.get("/api/v1/attention", &admin));
    let kinds: Vec<_> = all.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["node_without_site", "node_without_site"], "the example is of another day");
    let first = service.get("/api/v1/attention?limit=1", &admin).json();
    let cursor = first["next_cursor"].as_str().unwrap().replace(' ', "%20");
    let second = service.get(&format!("/api/v1/attention?limit=1&cursor={cursor}"), &admin).json();
    assert_eq!((&first["items"][0], &second["items"][0]), (&all[0], &all[1]));
    assert_eq!(second["next_cursor"], Value::Null);
    assert!(service.command(&admin, &["attention"]).stdout.contains("red is not assigned to a site"));
    let (_, red) = service.token(&["read"], Some("red"));
    assert_eq!(items(&service.get("/api/v1/attention", &red)), Vec::<Value>::new());
    assert_eq!(service.get("/api/v1/gaps", &red).status, 403);
}
