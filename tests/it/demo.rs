//! `wattledger demo`: the first thing that anybody runs.

use crate::command::wattledger;
use crate::series::influx_server::InfluxDouble;
use crate::service::process::until;
use crate::service::{Data, Service};
use collectors::clock::{Clock, SystemClock};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

fn start(data: &Path) -> Service {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.args(["demo", "--listen", "127.0.0.1:0", "--days", "1", "--data"]).arg(data);
    Service::of(command, false).unwrap()
}

fn items(demo: &Service, admin: &str, path: &str) -> Vec<Value> {
    let reply = demo.get(path, admin);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["items"].as_array().unwrap().clone()
}

fn names(items: &[Value]) -> BTreeSet<&str> {
    items.iter().map(|item| item["name"].as_str().unwrap()).collect()
}

fn report(demo: &Service, admin: &str, span: &str) -> Value {
    let reply = demo.get(&format!("/api/v1/reports/emissions?{span}&group_by=project"), admin);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn energy(amount: &Value) -> i64 {
    amount["energy_mj"].as_i64().unwrap()
}

/// A query for everything that has arrived for good: from before the history to two hours ago.
fn settled() -> String {
    let now = chrono::DateTime::from_timestamp_nanos(SystemClock::new().wall().nanoseconds());
    let at = |hours| (now - chrono::TimeDelta::hours(hours)).format("%Y-%m-%dT%H:00Z").to_string();
    format!("from={}&to={}", at(30), at(2))
}

fn verified(data: &Path) {
    let answer = wattledger(&["verify", "--data", data.to_str().unwrap()]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("mJ metered"), "{}", answer.stdout);
}

/// Runs what was printed to be pasted, in a shell that finds `wattledger`.
fn pasted(commands: &[&str]) {
    let program = Path::new(env!("CARGO_BIN_EXE_wattledger")).parent().unwrap().display().to_string();
    for command in &commands[1..] {
        let script = format!("PATH={program}:$PATH\n{}\n{command}", commands[0]);
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.len() > 40, "{command} says nothing");
    }
}

#[test]
fn a_fleet_with_a_past_goes_live_stops_and_goes_on() {
    let data = Data::new();
    let mut demo = start(&data.path());
    let admin = demo.admin.clone();
    assert!(admin.starts_with("wl_"));
    let text = demo.lines_to("wattledger explain");

    assert_eq!(items(&demo, &admin, "/api/v1/nodes?limit=100").len(), 12);
    let devices = items(&demo, &admin, "/api/v1/devices?limit=500");
    assert_eq!(devices.iter().filter(|device| device["kind"] == "accelerator").count(), 96);
    assert_eq!(devices.iter().filter(|device| device["kind"] == "host").count(), 24);
    let sites = items(&demo, &admin, "/api/v1/sites?limit=100");
    assert!(names(&sites).is_superset(&BTreeSet::from(["frankfurt", "paris", "london"])), "{sites:?}");
    let jobs = items(&demo, &admin, "/api/v1/jobs?limit=500");
    assert!(jobs.len() > 5 && jobs.iter().any(|job| job["ended"].is_null()), "{jobs:?}");

    let span = settled();
    let before = report(&demo, &admin, &span);
    let rows: i64 = before["rows"].as_array().unwrap().iter().map(energy).sum();
    assert_eq!(rows, energy(&before["total"]));
    assert_eq!(energy(&before["total"]) + energy(&before["idle"]), energy(&before["metered"]));
    assert!(energy(&before["idle"]) > 0 && energy(&before["total"]) > 100_000_000_000, "{before}");
    assert!(before["rows"].as_array().unwrap().len() >= 3, "{before}");

    let budgets = items(&demo, &admin, "/api/v1/budgets");
    assert_eq!(budgets.len(), 5);
    assert!(budgets[0]["percent"].as_i64().unwrap() >= 95 && budgets[0]["mode"] == "block", "{budgets:?}");
    let admissions = items(&demo, &admin, "/api/v1/admissions");
    let states: Vec<&Value> = admissions.iter().map(|admission| &admission["state"]).collect();
    assert_eq!(states[..2], ["denied", "held"]);
    assert!(states[2..].iter().all(|state| **state == "held" || **state == "settled"), "{states:?}");
    let accuracy = demo.get("/api/v1/estimates/accuracy", &admin).json();
    assert!(accuracy["jobs"].as_i64().unwrap() > 0, "{accuracy}");
    let requests = items(&demo, &admin, "/api/v1/requests");
    assert_eq!((requests.len(), &requests[0]["state"]), (1, &Value::from("requested")));

    let everything = "from=2026-01-01&to=2100-01-01";
    let metered = |demo: &Service| energy(&report(demo, &admin, everything)["metered"]);
    let first = metered(&demo);
    until(|| metered(&demo) > first);

    let commands: Vec<&str> = text.iter().filter_map(|line| line.strip_prefix("  ")).collect();
    assert_eq!(commands.len(), 4, "the environment and three to try: {text:?}");
    pasted(&commands);

    let (code, log) = demo.stop();
    assert_eq!((code, log.contains("ERROR")), (0, false), "{log}");
    verified(&data.path());

    let again = start(&data.path());
    assert_eq!(again.admin, "", "the token is shown once");
    let after = report(&again, &admin, &span);
    let shared = |report: &Value| (energy(&report["total"]), energy(&report["idle"]));
    assert_eq!(shared(&after), shared(&before), "the past was told twice, or forgotten");
    let first = metered(&again);
    until(|| metered(&again) > first);
    assert_eq!(again.stop().0, 0);
    verified(&data.path());
}

#[test]
fn what_is_not_a_demonstrations_is_left_alone() {
    let data = Data::new();
    std::fs::create_dir(data.path()).unwrap();
    std::fs::write(data.path().join("thesis.tex"), "x").unwrap();
    let refused = |path: &Path| {
        let answer = wattledger(&["demo", "--listen", "127.0.0.1:0", "--data", path.to_str().unwrap()]);
        assert_eq!(answer.code, 2, "{}", answer.stderr);
        assert!(answer.stderr.contains("holds something other than a demonstration"), "{}", answer.stderr);
    };
    refused(&data.path());
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 1);

    let ledger = Data::new();
    Service::start(&ledger.path(), "").stop();
    refused(&ledger.path());
}

#[test]
fn the_demonstration_is_copied_where_its_environment_says() {
    let (server, data) = (InfluxDouble::start(), Data::new());
    let token_file = data.path().with_extension("influx");
    std::fs::write(&token_file, "t\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.args(["demo", "--listen", "127.0.0.1:0", "--days", "1", "--data"]).arg(data.path());
    command.env("WATTLEDGER_SERIES_INFLUX_URL", server.url()).env("WATTLEDGER_SERIES_INFLUX_ORG", "o");
    command.env("WATTLEDGER_SERIES_INFLUX_BUCKET", "b").env("WATTLEDGER_SERIES_INFLUX_TOKEN_FILE", token_file);
    let demo = Service::of(command, false).unwrap();
    until(|| server.sum("energy_window", "energy_mj") > 0);
    drop(demo);
}
