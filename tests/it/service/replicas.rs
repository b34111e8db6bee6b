//! Services that share one ledger in PostgreSQL: whichever is asked, everything counts once.

use super::events::{listen_with, next};
use super::process::until;
use super::{Data, Service};
use crate::alerts::{Hook, Sent, key_file};
use crate::feed::stand_in::StandIn;
use crate::feed::world_of_now;
use crate::oracle::{Fleet, Record, judge_store};
use crate::postgres::{self, Postgres};
use collectors::clock::{Clock, SystemClock};
use collectors::push::{Http, Recipient};
use collectors::spool::{BatchKey, Sealed};
use model::ProviderName;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;
use units::{Span, Timestamp};
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

/// How a service says whether it is on duty.
fn is_on_duty(service: &Service, admin: &str) -> bool {
    service.get("/metrics", admin).body.contains("wattledger_on_duty 1")
}

/// Stops a process and lets it go on when dropped.
struct Asleep(Pid);

impl Asleep {
    fn of(service: &Service) -> Self {
        let process = Pid::from_raw(i32::try_from(service.process()).unwrap()).unwrap();
        kill_process(process, Signal::STOP).unwrap();
        Self(process)
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        // One that has ended needs no waking.
        let _ = kill_process(self.0, Signal::CONT);
    }
}

/// What is done once is done by one, by another soon after that one fell asleep, and what the sleeper says after it woke changes nothing.
#[test]
fn providers_are_asked_and_alerts_told_by_the_service_on_duty_alone() {
    let Some(server) = server() else { return };
    let (data, other, hook) = (Data::new(), Data::new(), Hook::good());
    let world = world_of_now();
    let provider = StandIn::start(move |heard| world.answer(ProviderName::Rte, heard));
    let config = format!(
        "{}[alerts]\nevery_s = 1\n{}[grid.providers.rte]\nzones = [\"FR\"]\nbase_url = \"{}\"\n",
        config(server, &data.path()),
        hook.webhook("json", &key_file(&data)),
        provider.url()
    );
    let first = Service::start(&data.path(), &config);
    let admin = first.admin.clone();
    until(|| is_on_duty(&first, &admin) && !provider.heard().is_empty());
    let second = Service::start(&other.path(), &config);
    assert!(!is_on_duty(&second, &admin));
    // Both know of what needs attention, and one tells it.
    let meter = |agent| {
        let sent = second.send("POST", wire::PATH, &admin, &JSON, &FLEET.batch((agent, 1)));
        assert_eq!(sent.status, 200, "{sent:?}");
    };
    meter(0);
    // Who is stopped between telling and noting it, as by a kill, has it told again by the next: here it is noted first.
    let database = server.database_of(&data.path());
    let noted = "SELECT count(*) FROM wattledger.duty_notes WHERE name LIKE 'alerts/%' AND body LIKE '%oracle-0%'";
    until(|| server.client(&database).query_one(noted, &[]).unwrap().get::<_, i64>(0) == 1);
    let (asked, told) = (provider.heard().len(), hook.sent().len());
    let clock = SystemClock::new();
    let asleep = Asleep::of(&first);
    until(|| is_on_duty(&second, &admin));
    assert!(clock.monotonic() < Span::from_seconds(10), "it took {:?}", clock.monotonic());
    drop(asleep);
    until(|| !is_on_duty(&first, &admin));
    assert!(is_on_duty(&second, &admin));
    // The new one knows what was told and asked before.
    meter(1);
    until(|| hook.sent().len() > told);
    let mut told: Vec<String> = hook.sent().iter().flat_map(Sent::identities).collect();
    let all = told.len();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), all, "something was told twice: {told:?}");
    assert_eq!(provider.heard().len(), asked);
    let state = |service: &Service| service.get("/api/v1/grid/providers", &admin).json()["items"].clone();
    assert!(state(&first).as_array().unwrap().iter().any(|provider| provider["last_success"].is_string()));
    assert_eq!(state(&first).as_array().unwrap().len(), state(&second).as_array().unwrap().len());
    assert_eq!(first.stop().0, 0);
    assert_eq!(second.stop().0, 0);
}

#[test]
fn what_is_written_in_a_term_that_is_over_is_refused() {
    let Some(server) = server() else { return };
    let (data, other) = (Data::new(), Data::new());
    let ledger = server.ledger_of(&data.path());
    let (store, awake) =
        (Store::open_on(&ledger, &data.path()).unwrap(), Store::open_on(&ledger, &other.path()).unwrap());
    let first = store.write::<_, StoreError>(|tx| tx.duty().begin_term()).unwrap();
    let sleeper = store.in_term(first);
    sleeper.write::<_, StoreError>(|tx| tx.duty().keep_note("alerts/x", "told")).unwrap();
    let second = awake.write::<_, StoreError>(|tx| tx.duty().begin_term()).unwrap();
    let refused = sleeper.write::<_, StoreError>(|tx| tx.duty().keep_note("alerts/x", "asleep")).unwrap_err();
    assert!(matches!(refused, StoreError::OffDuty { own, current } if (own, current) == (first, second)), "{refused}");
    // What every service does goes on.
    store.write::<_, StoreError>(|tx| tx.projects().add(&"atlas".into())).unwrap();
    let note = awake.read::<_, StoreError>(|tx| tx.duty().note("alerts/x", other.path().as_path())).unwrap();
    assert_eq!(note.as_deref(), Some("told"));
}

#[test]
fn a_change_at_one_service_is_heard_and_known_at_another() {
    let Some(server) = server() else { return };
    let (data, other) = (Data::new(), Data::new());
    let config = config(server, &data.path());
    let first = Service::start(&data.path(), &config);
    let admin = first.admin.clone();
    let second = Service::start(&other.path(), &config);
    let (id, token) = first.token(&["read"], None);
    let header = |token: &str| format!("Authorization: Bearer {token}");
    let (mut stream, mut revoked) = (listen_with(&second, &header(&admin)), listen_with(&second, &header(&token)));
    assert_eq!(first.post("/api/v1/projects", &admin, &json!({ "name": "atlas" })).status, 201);
    let heard = json!({ "what": "project", "id": "atlas", "project": "atlas" });
    assert_eq!((next(&mut stream), next(&mut revoked)), (Some(heard.clone()), Some(heard)));
    // Who signed in at one is signed in at the other, and signed out of both.
    let body = serde_json::to_vec(&json!({ "token": admin })).unwrap();
    let signed_in = first.send("POST", "/api/v1/session", "", &JSON, &body);
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let (csrf, cookie) = (signed_in.json()["csrf"].as_str().unwrap().to_owned(), ("Cookie", cookie.as_str()));
    assert_eq!(second.send("GET", "/api/v1/session", "", &[cookie], b"").status, 200);
    let mut page = listen_with(&second, &format!("Cookie: {}", cookie.1));
    let out = first.send("DELETE", "/api/v1/session", "", &[cookie, ("X-CSRF-Token", &csrf)], b"");
    assert_eq!(out.status, 204, "{out:?}");
    assert_eq!(next(&mut page), None);
    assert_eq!(second.send("GET", "/api/v1/session", "", &[cookie], b"").status, 401);
    // The stream of a token that is revoked elsewhere ends.
    assert_eq!(first.send("DELETE", &format!("/api/v1/tokens/{id}"), &admin, &[], b"").status, 204);
    assert_eq!(next(&mut revoked), None);
    assert_eq!(second.get("/api/v1/jobs", &token).status, 401);
}

/// The balancer is told that the database is away, that it is back, and that its tables are of a newer program.
#[test]
fn readiness_tells_whether_the_ledger_can_be_used() {
    let server = match Postgres::start(&[]) {
        Ok(server) => server,
        Err(reason) => return crate::skip::skip(&reason),
    };
    let data = Data::new();
    server.client("postgres").batch_execute("CREATE DATABASE ledger").unwrap();
    let service = Service::start(&data.path(), &format!("[ledger]\nserver = \"{}\"\n", server.url_of("ledger")));
    let ready = || service.get("/readyz", "").status;
    assert_eq!(ready(), 200);
    let mut client = server.client("ledger");
    client.batch_execute("UPDATE wattledger.version SET tables = tables + 1").unwrap();
    assert_eq!(ready(), 200, "tables that are newer and not spoilt do");
    client.batch_execute("UPDATE wattledger.version SET oldest = oldest + 1").unwrap();
    let refused = service.get("/readyz", "");
    assert!(refused.status == 503 && refused.body.contains("use the newer wattledger"), "{refused:?}");
    client.batch_execute("UPDATE wattledger.version SET oldest = oldest - 1").unwrap();
    assert_eq!(ready(), 200);
    drop(client);
    drop(server);
    until(|| ready() == 503);
    assert_eq!(service.stop().0, 0);
}

/// The command line and agents go on with the next address where one does not answer.
#[test]
fn who_knows_several_addresses_goes_on_with_the_next() {
    let Some(server) = server() else { return };
    let (data, other) = (Data::new(), Data::new());
    let config = config(server, &data.path());
    let first = Service::start(&data.path(), &config);
    let admin = first.admin.clone();
    let second = Service::start(&other.path(), &config);
    let both = format!("{}, {}", first.server(), second.server());
    let create = |name: &str| {
        Command::new(env!("CARGO_BIN_EXE_wattledger"))
            .args(["project", "create", name, "--server", &both])
            .env("WATTLEDGER_TOKEN", &admin)
            .output()
            .unwrap()
    };
    assert!(create("one").status.success());
    let gone = first.server();
    assert_eq!(first.stop().0, 0);
    let created = create("two");
    assert!(created.status.success(), "{created:?}");
    let mut http = Http::new(&format!("{gone},{}", second.server()), &admin, None).unwrap();
    let body = FLEET.batch((0, 1));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&body).unwrap();
    let boot = serde_json::from_slice::<serde_json::Value>(&body).unwrap()["boot"].take();
    let key = BatchKey { boot: serde_json::from_value(boot).unwrap(), sequence: 1 };
    let sealed = Sealed { key, body: packed.finish().unwrap() };
    let answer = http.send(&sealed, Duration::from_secs(30)).unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(second.stop().0, 0);
}
