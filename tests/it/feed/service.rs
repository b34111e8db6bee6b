//! The running service and its commands, with a stand-in of a provider.

use super::faces::World;
use super::stand_in::{Said, StandIn};
use crate::service::process::until;
use crate::service::{Data, Service};
use collectors::clock::{Clock, SystemClock};
use model::ProviderName;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A service that asks Great Britain's operator at `url`.
fn service(data: &Data, url: &str) -> Service {
    let text = format!("[grid.providers.uk_carbon_intensity]\nzones = [\"GB\"]\nbase_url = \"{url}\"\n");
    Service::start(&data.path(), &text)
}

fn provider(service: &Service, name: &str) -> Value {
    let list = service.get("/api/v1/grid/providers", &service.admin).json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), ProviderName::ALL.len(), "those that are not asked are listed too");
    items.iter().find(|item| item["name"] == name).unwrap().clone()
}

#[test]
fn a_provider_of_two_lines_is_asked_in_the_background_and_on_command() {
    let fails = Arc::new(AtomicBool::new(false));
    let failing = Arc::clone(&fails);
    let server = StandIn::start(move |heard| {
        let world = World { now: SystemClock::new().wall().nanoseconds() / 1_000_000_000, ..World::default() };
        if failing.load(Ordering::SeqCst) {
            return Some(Said::status(500));
        }
        world.answer(ProviderName::UkCarbonIntensity, heard)
    });
    let data = Data::new();
    let service = service(&data, &server.url());
    until(|| provider(&service, "uk_carbon_intensity")["state"] == "ok");
    let found = provider(&service, "uk_carbon_intensity");
    assert!(found["last_success"].is_string() && found["newest_value"].is_string(), "{found}");
    assert!((7_200..12_600).contains(&found["newest_value_age_s"].as_i64().unwrap()), "{found}");
    assert_eq!((&found["last_error"], &found["needs"]), (&Value::Null, &"zones".into()));
    let intensity = service.get("/api/v1/grid/intensity?zone=GB", &service.admin);
    assert_eq!(intensity.status, 200);

    let admin = service.admin.clone();
    let synced = service.command(&admin, &["grid", "sync"]);
    assert_eq!(synced.code, 0, "{synced:?}");
    assert!(
        synced.stdout.starts_with("uk_carbon_intensity: ") && synced.stdout.contains(" unchanged, 0 refused"),
        "{synced:?}"
    );
    let listed = service.command(&admin, &["grid", "providers", "--json"]);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    let entsoe = listed.as_array().unwrap().iter().find(|item| item["name"] == "entsoe").unwrap();
    assert_eq!((&entsoe["state"], &entsoe["needs"]), (&"not_configured".into(), &"zones, key_file".into()));
    let table = service.command(&admin, &["grid", "providers"]);
    assert!(table.stdout.contains("uk_carbon_intensity") && table.stdout.contains("GB"), "{table:?}");

    fails.store(true, Ordering::SeqCst);
    let failed = service.command(&admin, &["grid", "sync", "uk_carbon_intensity"]);
    assert_eq!(failed.code, 5, "{failed:?}");
    assert!(failed.stdout.contains("failed: GB: status 500"), "{failed:?}");
    let found = provider(&service, "uk_carbon_intensity");
    assert_eq!(found["state"], "failing");
    assert!(found["newest_value"].is_string(), "what is known stays: {found}");
    let metrics = service.get("/metrics", &admin).body;
    assert!(metrics.contains("wattledger_provider_stale{provider=\"uk_carbon_intensity\"} 0.0\n"), "{metrics}");
    let unknown = service.command(&admin, &["grid", "sync", "entsoe"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("[grid.providers.entsoe]"), "{unknown:?}");
    let (code, _) = service.stop();
    assert_eq!(code, 0);
}

#[test]
fn a_key_that_cannot_be_read_ends_the_start_with_the_way_out() {
    let data = Data::new();
    let text = "[grid.providers.entsoe]\nzones = [\"DE\"]\nkey_file = \"/nonexistent/key\"\n";
    let ended = Service::start_under(&[], &data.path(), text).err().unwrap();
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.log.contains("[grid.providers.entsoe]: key_file /nonexistent/key: ") && ended.log.contains("in one line"),
        "{}",
        ended.log
    );
}
