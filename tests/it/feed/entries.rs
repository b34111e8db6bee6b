//! What a provider says becomes entries: a running service, a stand-in of the provider, and every sum by hand.

use super::faces::World;
use super::stand_in::{Said, StandIn};
use super::{KEY, lines, world_of_now};
use crate::service::events::{listen_with, next};
use crate::service::process::until;
use crate::service::{Data, Service};
use model::ProviderName;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

const EXAMPLE: &[u8] = include_bytes!("../../../docs/wire-example.json");
const HOUR_S: i64 = 3_600;
const ENTRIES: &str = "/api/v1/ledger/entries?job=train&limit=200";

/// What interval `number` of a job used, mJ: a multiple of 4, so that a PUE of 1.25 adds exactly a quarter.
fn drawn(number: i64) -> i64 {
    360_000_004 + 7_920 * number
}

/// A job `train` on a node of its own, which used energy in `count` intervals of `step_s` from `start_s` on.
fn batch(start_s: i64, step_s: i64, count: i64) -> Vec<u8> {
    let nanoseconds = |number: i64| (start_s + number * step_s) * 1_000_000_000;
    let mut batch: Value = serde_json::from_slice(EXAMPLE).unwrap();
    batch["devices"].as_array_mut().unwrap().truncate(1);
    let window = batch["windows"][0].clone();
    let windows = (0..count).map(|number| {
        let mut window = window.clone();
        (window["start_ns"], window["end_ns"]) = (json!(nanoseconds(number)), json!(nanoseconds(number + 1)));
        (window["energy_mj"], window["covered_ns"]) = (json!(drawn(number)), json!(step_s * 1_000_000_000));
        window
    });
    batch["windows"] = windows.collect();
    batch["clock"]["wall_ns"] = json!(nanoseconds(count));
    batch["gaps"] = json!([]);
    (batch["holdings"][0]["job"], batch["holdings"][0]["start_ns"]) = (json!("train"), json!(nanoseconds(0)));
    (batch["jobs"][0]["id"], batch["jobs"][0]["started_ns"]) = (json!("train"), json!(nanoseconds(0)));
    serde_json::to_vec(&batch).unwrap()
}

/// A service that asks `name` at `url`, and posts every second.
fn service(data: &Data, name: ProviderName, url: &str) -> Service {
    std::fs::create_dir_all(data.path().parent().unwrap()).unwrap();
    let keys = data.path().parent().unwrap().to_owned();
    Service::start(&data.path(), &format!("ledger.close_every_s = 1\n{}", lines(name, url, &keys)))
}

/// States the site of the job's node and sends what the job used.
fn use_energy(service: &Service, zone: &str, batch: &[u8]) {
    let site = json!({ "name": "fra", "zone": zone, "pue": 1.25 });
    assert_eq!(service.post("/api/v1/sites", &service.admin, &site).status, 201);
    let node = "/api/v1/nodes/gpu-node-7.example/site";
    assert_eq!(service.post(node, &service.admin, &json!({ "site": "fra" })).status, 204);
    let sent = service.send("POST", "/api/v1/batches", &service.admin, &[("Content-Type", "application/json")], batch);
    assert_eq!(sent.status, 200, "{sent:?}");
}

/// The entries of the job, as soon as they are `count`.
fn entries(service: &Service, count: usize) -> Vec<Value> {
    let read = || service.get(ENTRIES, &service.admin).json()["items"].as_array().unwrap().clone();
    until(|| read().len() >= count);
    let found = read();
    assert_eq!(found.len(), count, "{found:#?}");
    found
}

fn number(entry: &Value, field: &str) -> i64 {
    entry[field].as_i64().unwrap()
}

fn sum<'a>(entries: impl IntoIterator<Item = &'a Value>, field: &str) -> i64 {
    entries.into_iter().map(|entry| number(entry, field)).sum()
}

/// The formula of METHOD 5, µg.
fn by_hand(energy_mj: i64, mg_per_kwh: i64) -> i64 {
    (energy_mj * mg_per_kwh + 1_800_000) / 3_600_000
}

/// All sums of the job's `entries`, reversals included, against those by hand of what it used at `mg_per_kwh`.
fn assert_exact(service: &Service, entries: &[Value], mg_per_kwh: &[i64]) {
    let used: Vec<(i64, i64)> = (0..).map(drawn).zip(mg_per_kwh.iter().copied()).collect();
    let energy: i64 = used.iter().map(|(energy, _)| energy).sum();
    assert_eq!(sum(entries, "energy_mj"), energy);
    assert_eq!(sum(entries, "overhead_mj"), energy / 4);
    let co2e: i64 = used.iter().map(|(energy, intensity)| by_hand(*energy, *intensity)).sum();
    assert_eq!(sum(entries, "co2e_ug"), co2e);
    let of_overhead: i64 = used.iter().map(|(energy, intensity)| by_hand(energy / 4, *intensity)).sum();
    assert_eq!(sum(entries, "overhead_co2e_ug"), of_overhead);
    let day = |days: i64| {
        let at = chrono::DateTime::from_timestamp(world_of_now().now + days * 24 * HOUR_S, 0).unwrap();
        at.format("%Y-%m-%d").to_string()
    };
    let report = format!("/api/v1/reports/emissions?from={}&to={}", day(-3), day(3));
    let report = service.get(&report, &service.admin).json();
    assert_eq!((&report["metered"]["energy_mj"], &report["open"]["energy_mj"]), (&json!(energy), &json!(0)));
    assert_eq!(report["metered"]["co2e_ug_location"], co2e);
}

/// Of the newest entries of `old.len()` accounts: each of `old` is taken back number by number, and its account posted again for `reason`.
fn assert_replaced(old: &[Value], new: &[Value], reason: &str) {
    let of_kind = |kind: &str| new.iter().filter(|entry| entry["kind"] == kind).cloned().collect::<Vec<_>>();
    let (reversals, reposts) = (of_kind("reversal"), of_kind("repost"));
    assert_eq!((reversals.len(), reposts.len(), new.len()), (old.len(), old.len(), 2 * old.len()), "{new:#?}");
    for before in old {
        let reversal = reversals.iter().find(|entry| entry["reverses"] == before["id"]).unwrap();
        for field in ["energy_mj", "overhead_mj", "co2e_ug", "overhead_co2e_ug"] {
            assert_eq!(number(reversal, field), -number(before, field), "{field} of {reversal}");
        }
        assert_eq!((&reversal["reason"], &reversal["period_start"]), (&json!(reason), &before["period_start"]));
        let repost = reposts.iter().find(|entry| entry["period_start"] == before["period_start"]).unwrap();
        assert_eq!((&repost["reason"], &repost["energy_mj"]), (&json!(reason), &before["energy_mj"]));
    }
}

fn verify(service: Service, data: &Data) {
    assert_eq!(service.stop().0, 0);
    let verified = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[test]
fn three_revised_hours_are_posted_again_with_their_reason_and_every_sum_stays_exact() {
    let world = Arc::new(Mutex::new(world_of_now()));
    let seen = Arc::clone(&world);
    let server = StandIn::start(move |heard| seen.lock().unwrap().answer(ProviderName::UkCarbonIntensity, heard));
    let data = Data::new();
    // The provider does not answer before somebody listens.
    let held = world.lock().unwrap();
    let service = service(&data, ProviderName::UkCarbonIntensity, &server.url());
    let mut stream = listen_with(&service, &format!("Authorization: Bearer {}", service.admin));
    let start = held.now.div_euclid(HOUR_S) * HOUR_S - 12 * HOUR_S;
    drop(held);
    let of_zone = json!({ "what": "factors", "id": "GB", "project": null });
    assert_eq!(next(&mut stream), Some(of_zone.clone()), "a round in the background is told");

    use_energy(&service, "GB", &batch(start, 1_800, 14));
    let intensities = || {
        let world = world.lock().unwrap();
        (0..14).map(|half| 1_000 * world.value(start + half * 1_800)).collect::<Vec<_>>()
    };
    let first = entries(&service, 14);
    assert!(first.iter().all(|entry| entry["provisional"] == false && entry["kind"] == "original"), "{first:#?}");
    assert_exact(&service, &first, &intensities());

    let old = intensities();
    world.lock().unwrap().revised = (2..8).map(|half| start + half * 1_800).collect();
    assert_ne!(old, intensities());
    let synced = service.command(&service.admin.clone(), &["grid", "sync", "uk_carbon_intensity"]);
    assert!(synced.code == 0 && synced.stdout.contains("6 revised"), "{synced:?}");
    let all = entries(&service, 26);
    assert_replaced(&first[2..8], &all[14..], "measured intensity (NESO Carbon Intensity) was revised");
    assert_exact(&service, &all, &intensities());
    let mut unheard = vec![of_zone, json!({ "what": "entries", "id": "12", "project": null })];
    while !unheard.is_empty() {
        let heard = next(&mut stream).unwrap();
        unheard.retain(|change| *change != heard);
    }
    let said = service.get("/api/v1/ledger/explain?job=train", &service.admin).json()["corrections"].clone();
    let corrected = sum(said.as_array().unwrap(), "co2e_ug");
    assert_eq!(corrected, sum(&all, "co2e_ug") - sum(&first, "co2e_ug"), "{said}");
    verify(service, &data);
}

#[test]
fn ten_hours_of_outage_are_posted_with_a_fallback_and_become_final_when_the_provider_is_back() {
    let now = world_of_now().now;
    let world = Arc::new(Mutex::new(World { now: now - 10 * HOUR_S, ..World::default() }));
    let status = Arc::new(AtomicU16::new(200));
    let (seen, said) = (Arc::clone(&world), Arc::clone(&status));
    let server = StandIn::start(move |heard| match said.load(Ordering::SeqCst) {
        200 => seen.lock().unwrap().answer(ProviderName::Entsoe, heard),
        status => Some(Said::status(status)),
    });
    let data = Data::new();
    let service = service(&data, ProviderName::Entsoe, &server.url());
    let admin = service.admin.clone();
    let entsoe = || {
        let list = service.get("/api/v1/grid/providers", &admin).json();
        list["items"].as_array().unwrap().iter().find(|item| item["name"] == "entsoe").unwrap().clone()
    };
    until(|| entsoe()["last_success"].is_string());
    status.store(503, Ordering::SeqCst);
    // The last hour that was published ends here.
    let start = (now - 12 * HOUR_S).div_euclid(HOUR_S) * HOUR_S;
    use_energy(&service, "DE", &batch(start, HOUR_S, 10));
    let first = entries(&service, 10);
    assert!(first.iter().all(|entry| entry["provisional"] == true), "{first:#?}");
    assert_exact(&service, &first, &[342_060; 10]);
    let failed = service.command(&admin, &["grid", "sync", "entsoe"]);
    assert!(failed.code == 5 && failed.stdout.contains("status 503") && !failed.stdout.contains(KEY), "{failed:?}");
    assert_eq!((entsoe()["state"].as_str(), entries(&service, 10)), (Some("failing"), first.clone()));

    world.lock().unwrap().now = now;
    status.store(200, Ordering::SeqCst);
    let synced = service.command(&admin, &["grid", "sync", "entsoe"]);
    assert!(synced.code == 0 && synced.stdout.contains("20 new"), "ten hours, two bases: {synced:?}");
    let all = entries(&service, 30);
    let reason = "intensity computed from the generation mix (ENTSO-E, mix computed) in place of national mean (Ember)";
    assert_replaced(&first, &all[10..], reason);
    assert!(all[10..].iter().filter(|entry| entry["kind"] == "repost").all(|entry| entry["provisional"] == false));
    // Gas at 490 g/kWh, and 100 MW of nuclear power at 12.
    let mix = |hour: i64| {
        let gas = world.lock().unwrap().value(start + hour * HOUR_S);
        let (total, grams) = (gas + 100, 490 * gas + 1_200);
        (2_000 * grams + total) / (2 * total)
    };
    assert_exact(&service, &all, &(0..10).map(mix).collect::<Vec<_>>());
    assert_eq!(entsoe()["state"], "ok");
    verify(service, &data);
}
