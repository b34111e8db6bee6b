//! Services that share one ledger in PostgreSQL: whichever is asked, everything counts once.

use super::{Data, Service};
use crate::oracle::{Fleet, Record, judge_store};
use crate::postgres::{self, Postgres};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use units::Timestamp;
use wattledger::store::{Store, StoreError};

const FLEET: Fleet = Fleet { agents: 2, devices: 3 };
const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// The server, or the notice that it is missing.
fn server() -> Option<&'static Postgres> {
    postgres::shared().map_err(crate::skip::skip).ok()
}

fn config(server: &Postgres, ledger: &Path) -> String {
    format!("[ledger]\nserver = \"{}\"\n", server.url_of(&server.database_of(ledger)))
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_is_reported_by_the_next_service() {
    let Some(server) = server() else { return };
    let (data, other, record) = (Data::new(), Data::new(), Record::default());
    let config = config(server, &data.path());
    let service = Service::start(&data.path(), &config);
    for number in 1..=3 {
        record.issued((0, number));
        let sent = service.send("POST", wire::PATH, &service.admin, &JSON, &FLEET.batch((0, number)));
        assert_eq!(sent.status, 200, "{sent:?}");
        record.acknowledged((0, number));
    }
    let admin = service.admin.clone();
    let report = "/api/v1/reports/emissions?group_by=job&from=2026-01-01&to=2026-12-31";
    let before = service.get(report, &admin);
    assert_eq!(before.status, 200, "{before:?}");
    drop(service);
    // On another machine, as it were: nothing of the first directory is there.
    let again = Service::start(&other.path(), &config);
    assert_eq!(again.admin, "", "its tokens are those of the ledger");
    let sent = again.send("POST", wire::PATH, &admin, &JSON, &FLEET.batch((0, 3)));
    assert_eq!(sent.status, 200, "{sent:?}");
    assert_eq!(again.get(report, &admin).json()["total"], before.json()["total"]);
    assert_eq!(again.stop().0, 0);
    let store = Store::open_on(&server.ledger_of(&data.path()), &other.path()).unwrap();
    judge_store(&store, FLEET, &record, false);
}

/// Both take every batch and half of the admissions at the same time, and one is killed in the middle.
#[test]
fn two_services_count_each_batch_once_and_spend_no_gram_twice() {
    let Some(server) = server() else { return };
    let (data, other, record) = (Data::new(), Data::new(), Record::default());
    let config = config(server, &data.path());
    let first = Service::start(&data.path(), &config);
    let admin = first.admin.clone();
    let second = Service::start(&other.path(), &config);
    let policy = json!({
        "name": "b", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": 20 * crate::budget::p95(1_000), "period": "month",
        "mode": "block",
    });
    let budget = second.post("/api/v1/budgets", &admin, &policy);
    assert_eq!(budget.status, 201, "{budget:?}");
    let job = |key: u64| json!({ "key": format!("k{key}"), "project": "atlas", "accelerator": "thing", "count": 1, "hours": 1, "power_w": 1, "intensity": 400 });
    let (next, answers) = (AtomicU64::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for place in 0..8 {
            let service = if place % 2 == 0 { &first } else { &second };
            let (admin, next, answers) = (&admin, &next, &answers);
            scope.spawn(move || {
                while let key = next.fetch_add(1, Ordering::Relaxed)
                    && key < 60
                {
                    // Each key is asked for twice, of whichever service comes to it.
                    let decided = service.post("/api/v1/admissions", admin, &job(key / 2));
                    let decided = decided.json();
                    let decision = (decided["allowed"].as_bool().unwrap(), decided["id"].as_str().unwrap().to_owned());
                    let known = answers.lock().unwrap().insert(key / 2, decision.clone());
                    assert!(known.is_none_or(|known| known == decision), "{key}: another answer to the same key");
                }
            });
        }
        for service in [&first, &second] {
            let (admin, record) = (&admin, &record);
            scope.spawn(move || {
                for name in (1..=6).flat_map(|number| [(0, number), (1, number)]) {
                    record.issued(name);
                    let sent = service.send("POST", wire::PATH, admin, &JSON, &FLEET.batch(name));
                    assert_eq!(sent.status, 200, "{sent:?}");
                    record.acknowledged(name);
                }
            });
        }
    });
    let answers = answers.into_inner().unwrap();
    assert_eq!(answers.values().filter(|(allowed, _)| *allowed).count(), 20);
    drop(first);
    let id = budget.json()["id"].as_str().unwrap().to_owned();
    let state = second.get(&format!("/api/v1/budgets/{id}"), &admin).json();
    assert_eq!(state["held_mj"], 20 * crate::budget::p95(1_000));
    assert_eq!(second.stop().0, 0);
    let store = Store::open_on(&server.ledger_of(&data.path()), &other.path()).unwrap();
    judge_store(&store, FLEET, &record, false);
}

/// A replica that stops in the middle of a change is thrown out, and what it goes on with is not kept.
#[test]
fn who_sleeps_through_the_end_of_the_lock_writes_nothing() {
    let Some(server) = server() else { return };
    let (data, other) = (Data::new(), Data::new());
    let ledger = server.ledger_of(&data.path());
    let sleeper = Store::open_on(&ledger, &data.path()).unwrap();
    let awake = Store::open_on(&ledger, &other.path()).unwrap();
    let ((began, has_begun), (wake, woken)) = (channel(), channel());
    std::thread::scope(|scope| {
        let slept = scope.spawn(move || {
            sleeper.write::<_, StoreError>(move |tx| {
                tx.projects().add(&"asleep".into())?;
                began.send(()).unwrap();
                woken.recv().unwrap();
                tx.projects().add(&"woken".into())?;
                Ok(())
            })
        });
        has_begun.recv().unwrap();
        // Waits until the server throws the other out.
        awake.write::<_, StoreError>(|tx| tx.projects().add(&"awake".into())).unwrap();
        wake.send(()).unwrap();
        let refused = slept.join().unwrap().unwrap_err().to_string();
        assert!(refused.contains("nothing was stored"), "{refused}");
    });
    let projects = awake.read::<_, StoreError>(|tx| tx.projects().list("", 10)).unwrap();
    assert_eq!(projects.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["awake"]);
    assert!(awake.read::<_, StoreError>(|tx| tx.notices().since(Timestamp::default())).unwrap().is_empty());
}

/// What is in the ledger is changed by nobody, whatever statement is sent.
#[test]
fn entries_evidence_and_decisions_cannot_be_changed_in_the_database() {
    let Some(server) = server() else { return };
    let data = Data::new();
    let service = Service::start(&data.path(), &config(server, &data.path()));
    let sent = service.send("POST", wire::PATH, &service.admin, &JSON, &FLEET.batch((0, 1)));
    assert_eq!(sent.status, 200, "{sent:?}");
    assert_eq!(service.stop().0, 0);
    let mut client = server.client(&server.database_of(&data.path()));
    client.batch_execute("SET search_path = wattledger, pg_catalog").unwrap();
    for statement in [
        "UPDATE batches SET body = ''",
        "DELETE FROM batches",
        "TRUNCATE postings CASCADE",
        "UPDATE postings SET energy_mj = 0",
        "DELETE FROM revisions",
        "UPDATE actions SET token = ''",
    ] {
        let refused = client.batch_execute(statement).unwrap_err();
        let said = refused.as_db_error().unwrap().message().to_owned();
        assert!(said.contains("is never changed or deleted"), "{statement}: {said}");
    }
}
