//! `/metrics`: what it says of the fleet and the ledger, and in which format.

use super::{Data, Service};
use std::collections::BTreeSet;

#[test]
fn every_metric_is_described_once_and_named_by_the_rules() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let reply = service.get("/metrics", &service.admin);
    assert_eq!(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let types = reply.body.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let mut seen = BTreeSet::new();
    for (name, kind) in types.filter_map(|line| line.split_once(' ')) {
        assert!(seen.insert(name), "{name} is described twice");
        assert!(name.starts_with("wattledger_") && (kind == "counter") == name.ends_with("_total"), "{name} {kind}");
    }
    assert!(reply.body.contains("wattledger_batches_total{outcome=\"refused\"} 0\n"), "{}", reply.body);
    assert!(reply.body.contains("wattledger_attention_items{kind=\"hold_breaking\"} 0"), "{}", reply.body);
    let accept = [("Accept", "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2")];
    let reply = service.send("GET", "/metrics", &service.admin, &accept, b"");
    assert_eq!(reply.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(reply.body.ends_with("# EOF\n") && reply.body.matches("# EOF").count() == 1, "{}", reply.body);
}

#[test]
fn what_is_metered_is_open_energy_of_its_project_and_a_budget_shows_how_it_stands() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let json = [("Content-Type", "application/json")];
    let policy =
        r#"{"name":"all of it","scope":"all","unit":"energy","limit_mj":8000000,"period":"month","mode":"observe"}"#;
    assert_eq!(service.send("POST", "/api/v1/budgets", &service.admin, &json, policy.as_bytes()).status, 201);
    let body = include_bytes!("../../../docs/wire-example.json");
    assert_eq!(service.send("POST", "/api/v1/batches", &service.admin, &json, body).status, 200);
    let text = service.get("/metrics", &service.admin).body;
    let has = |line: &str| assert!(text.lines().any(|own| own.starts_with(line)), "{line}:\n{text}");
    has("wattledger_open_energy_joules{site=\"unassigned\"");
    has("wattledger_node_last_window_age_seconds{node=");
    has("wattledger_budget_limit_joules{budget=\"all of it\"} 8000.0");
    has("wattledger_budget_used_ratio{budget=\"all of it\"} ");
    has("wattledger_budget_unreadable{budget=\"all of it\"} 0.0");
    assert!(!text.contains("wattledger_budget_limit_grams{"), "{text}");
}

#[test]
fn a_store_that_cannot_be_read_leaves_the_counters_of_the_service() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let connection = rusqlite::Connection::open(data.path().join("wattledger.db")).unwrap();
    connection
        .execute_batch("DROP TRIGGER entry_summed; DROP TRIGGER entries_follow_project; DROP TABLE ledger_sums")
        .unwrap();
    let reply = service.get("/metrics", &service.admin);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.body.contains("wattledger_scrapes_incomplete_total 1\n"), "{}", reply.body);
    assert!(
        reply.body.contains("wattledger_panics_total 0\n") && !reply.body.contains("wattledger_holds"),
        "{}",
        reply.body
    );
}
