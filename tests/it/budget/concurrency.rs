//! Nobody can spend the same gram twice, however often and at once it is asked for.

use super::{Bench, WH, at, demand, p95};
use crate::service::{Data, Service};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use wattledger::budget::BudgetError;

const CONNECTIONS: usize = 64;
const REQUESTS: usize = 1_000;
const ROOM: i64 = 100;

/// Of 1,000 that ask at once, exactly the 100 that fit are admitted: 20 times, and 100 times with `WATTLEDGER_LONG=5`.
#[test]
fn a_thousand_at_once_against_room_for_a_hundred_admit_exactly_a_hundred() {
    let bench = Bench::new();
    let runs = crate::reliability::count(20);
    for run in 0..runs {
        let project = format!("p{run}");
        let budget = bench.budget(&project, ROOM * p95(1_000), at(0), json!({}));
        let (next, admitted) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..CONNECTIONS {
                scope.spawn(|| {
                    while let number = next.fetch_add(1, Ordering::Relaxed)
                        && number < REQUESTS as u64
                    {
                        let key = format!("{run}-{number}");
                        let decision = bench.admit(&key, demand(&project, 1_000), at(1)).unwrap();
                        admitted.fetch_add(u64::from(decision.allowed), Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(admitted.into_inner(), ROOM as u64, "run {run}");
        assert_eq!(bench.figures(&budget, at(2)), [0, ROOM * p95(1_000), 0], "run {run}");
        // Ended, so that the next run meets as few as this one.
        bench.office(at(2)).retire(&budget).unwrap();
    }
}

/// With sizes at random: never above the limit, and what was denied did not fit at the end either.
#[test]
fn random_sizes_never_hold_more_than_there_is() {
    let bench = Bench::new();
    let limit = 50 * p95(10_000);
    let budget = bench.budget("p", limit, at(0), json!({}));
    let sizes: Vec<u64> = {
        let mut random = fastrand::Rng::with_seed(11);
        (0..REQUESTS).map(|_| random.u64(1_000..20_000)).collect()
    };
    let next = AtomicU64::new(0);
    let decided: Vec<(u64, bool)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let mut decided = Vec::new();
                    while let number = next.fetch_add(1, Ordering::Relaxed)
                        && let Some(size) = sizes.get(number as usize)
                    {
                        let decision = bench.admit(&number.to_string(), demand("p", *size), at(1)).unwrap();
                        decided.push((*size, decision.allowed));
                    }
                    decided
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let held: i64 = decided.iter().filter(|(_, allowed)| *allowed).map(|(size, _)| p95(*size)).sum();
    let [spent, seen, free] = bench.figures(&budget, at(2));
    assert_eq!([spent, seen, free], [0, held, limit - held]);
    assert!(decided.iter().filter(|(_, allowed)| !allowed).all(|(size, _)| p95(*size) > free));
}

/// Each key is sent one to five times at once; one answer and one hold come of it, and another body is refused.
#[test]
fn a_key_that_is_sent_again_and_again_holds_once() {
    let bench = Bench::new();
    let budget = bench.budget("p", 1_000_000 * WH, at(0), json!({}));
    let mut random = fastrand::Rng::with_seed(12);
    let keys: Vec<u64> = (0..1_000_u64).flat_map(|key| vec![key; random.usize(1..=5)]).collect();
    let next = AtomicU64::new(0);
    let answers: Vec<(u64, String)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let mut answers = Vec::new();
                    while let number = next.fetch_add(1, Ordering::Relaxed)
                        && let Some(key) = keys.get(number as usize)
                    {
                        let decision = bench.admit(&key.to_string(), demand("p", 1_000 + key), at(1)).unwrap();
                        answers.push((*key, serde_json::to_string(&decision).unwrap()));
                    }
                    answers
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut first: BTreeMap<u64, String> = BTreeMap::new();
    for (key, answer) in answers {
        assert_eq!(*first.entry(key).or_insert_with(|| answer.clone()), answer, "{key}");
    }
    let held: i64 = (0..1_000).map(|key| p95(1_000 + key)).sum();
    assert_eq!(bench.figures(&budget, at(2))[1], held);
    let other = bench.admit("17", demand("p", 5), at(3)).unwrap_err();
    assert!(matches!(other, BudgetError::KeyReused { .. }), "{other}");
}

/// The same over HTTP, with the service killed while it answers: whoever got no answer asks again, and nothing is held twice.
#[test]
fn killed_between_commit_and_reply_the_same_key_gets_the_same_answer() {
    let data = Data::new();
    let (service, budget) = super::api::service(&data, ROOM * p95(1_000));
    let admin = service.admin.clone();
    let job = |key: u64| json!({ "key": format!("k{key}"), "project": "atlas", "accelerator": "thing", "count": 1, "hours": 1, "power_w": 1, "intensity": 400 });
    let ask = |address: std::net::SocketAddr, key: u64| -> Option<(bool, String)> {
        let config = ureq::Agent::config_builder().timeout_global(Some(std::time::Duration::from_secs(60))).build();
        let request = ureq::Agent::new_with_config(config).post(format!("http://{address}/api/v1/admissions"));
        let request =
            request.header("Authorization", format!("Bearer {admin}")).header("Content-Type", "application/json");
        let mut answer = request.send(job(key).to_string()).ok()?;
        let decision: serde_json::Value = serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()?;
        Some((decision["allowed"].as_bool()?, decision["id"].as_str()?.to_owned()))
    };
    let everybody = |address, killed: Option<Service>| -> BTreeMap<u64, (bool, String)> {
        let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..CONNECTIONS)
                .map(|_| {
                    scope.spawn(|| {
                        let mut answers = Vec::new();
                        while let key = next.fetch_add(1, Ordering::Relaxed)
                            && key < 300
                        {
                            answers.extend(ask(address, key).map(|answer| (key, answer)));
                            done.fetch_add(1, Ordering::Relaxed);
                        }
                        answers
                    })
                })
                .collect();
            if let Some(service) = killed {
                while done.load(Ordering::Relaxed) < 120 {
                    std::thread::yield_now();
                }
                // SIGKILL, with requests on their way.
                drop(service);
            }
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        })
    };
    let address = service.address;
    let before = everybody(address, Some(service));
    let again = Service::start(&data.path(), "");
    let after = everybody(again.address, None);
    assert_eq!(after.len(), 300);
    for (key, answer) in &before {
        assert_eq!(after.get(key), Some(answer), "{key}");
    }
    assert_eq!(after.values().filter(|(allowed, _)| *allowed).count(), ROOM as usize);
    let state = again.get(&format!("/api/v1/budgets/{budget}"), &admin).json();
    assert_eq!(state["held_mj"], ROOM * p95(1_000));
}
