//! A damaged copy for charts: no answer is wrong without saying that it is incomplete, none fails, and the copy is built anew by itself.
#![allow(clippy::print_stdout, reason = "seeds and counts are to be seen")]

use super::api::{batch_of, post};
use crate::service::process::until;
use crate::service::{Data, Service};
use rusqlite::Connection;
use serde_json::Value;
use std::path::PathBuf;

const RANGE: &str = "from=2026-01-05&to=2026-01-06";
/// What is read from the copy.
const PATHS: [&str; 6] = [
    "jobs/alpha-job/series",
    "devices/1/series",
    "nodes/beta/series",
    "power",
    "devices/series",
    "jobs/alpha-job/devices/series",
];

/// What charts say of a whole copy.
struct Charts {
    answers: Vec<Value>,
}

fn asked(service: &Service, path: &str) -> Value {
    let reply = service.get(&format!("/api/v1/{path}?{RANGE}&points=24"), &service.admin);
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.json()
}

impl Charts {
    fn of(service: &Service) -> Self {
        until(|| PATHS.iter().all(|path| asked(service, path)["is_complete"] == true));
        Self { answers: PATHS.iter().map(|path| asked(service, path)).collect() }
    }

    /// Asks until everything is as before; until then nothing may be wrong that does not say so.
    fn come_back(&self, service: &Service, after: &str) {
        until(|| {
            let mut is_back = true;
            for (path, expected) in PATHS.iter().zip(&self.answers) {
                let found = asked(service, path);
                assert!(found == *expected || found["is_complete"] == false, "{path} after {after}: {found}");
                is_back &= found == *expected;
            }
            is_back
        });
    }
}

fn filled() -> (Data, Service) {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    for project in ["alpha", "beta", "gamma"] {
        post(&service, &batch_of(project));
    }
    (data, service)
}

fn file(data: &Data) -> PathBuf {
    data.path().join("series.db")
}

/// What `/attention` says of rebuilt charts.
fn rebuilt(service: &Service) -> Option<Value> {
    let items = service.get("/api/v1/attention", &service.admin).json();
    items["items"].as_array().unwrap().iter().find(|item| item["kind"] == "charts_rebuilt").cloned()
}

#[test]
fn rows_that_are_changed_or_gone_are_noticed_when_they_are_read() {
    let (data, service) = filled();
    let charts = Charts::of(&service);
    assert_eq!(rebuilt(&service), None);
    let damages = [
        "UPDATE chunks SET energy_mj = energy_mj + 1000",
        "UPDATE chunks SET last_ns = last_ns - 1000000000 WHERE device = 1",
        "UPDATE chunks SET hour = hour + 1",
        "UPDATE chunks SET windows = zeroblob(length(windows)) WHERE windows IS NOT NULL; UPDATE packed SET windows = zeroblob(length(windows))",
        "DELETE FROM packed; UPDATE chunks SET windows = NULL, packed = 1",
        "DELETE FROM chunks WHERE device = 1",
        "DELETE FROM days",
        "DELETE FROM chunks; DELETE FROM days",
        "DELETE FROM chunks WHERE device = 1; DELETE FROM days WHERE device = 1; DELETE FROM tracks WHERE device = 1",
        "UPDATE tracks SET longest_ns = 0",
        "UPDATE taken SET batch = batch + 1",
        "DELETE FROM taken",
        "DROP TABLE chunks",
    ];
    for damage in damages {
        let connection = Connection::open(file(&data)).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        connection.execute_batch(&format!("PRAGMA ignore_check_constraints = ON; {damage}")).unwrap();
        drop(connection);
        charts.come_back(&service, damage);
    }
    let item = rebuilt(&service).unwrap();
    assert_eq!((&item["subject"]["id"], &item["severity"]), (&"series.db".into(), &"warn".into()), "{item}");
    println!("{} damages noticed: {}", damages.len(), item["message"]);
    let (code, log) = service.stop();
    assert_eq!(code, 0);
    assert!(log.contains("the copy for charts was damaged; it is built anew from the evidence"), "{log}");
}

#[test]
fn a_file_that_is_deleted_or_replaced_while_the_service_runs_is_noticed() {
    let (data, service) = filled();
    let charts = Charts::of(&service);
    std::fs::remove_file(file(&data)).unwrap();
    charts.come_back(&service, "deleted");
    // A sound copy, but of another ledger.
    let other = data.path().join("other.db");
    let sql = format!("VACUUM INTO '{}'", other.display());
    let connection = Connection::open(file(&data)).unwrap();
    connection.execute_batch(&sql).unwrap();
    drop(connection);
    Connection::open(&other).unwrap().execute_batch("UPDATE chunks SET energy_mj = 1").unwrap();
    std::fs::rename(&other, file(&data)).unwrap();
    charts.come_back(&service, "replaced");
    assert!(rebuilt(&service).is_some());
}

#[test]
fn a_file_that_is_damaged_while_the_service_is_stopped_costs_no_figure() {
    let mut random = crate::reliability::random();
    let (data, service) = filled();
    let (charts, admin) = (Charts::of(&service), service.admin.clone());
    assert_eq!(service.stop().0, 0);
    let whole = std::fs::read(file(&data)).unwrap();
    for trial in 0..crate::reliability::count(8) {
        let mut bytes = whole.clone();
        let what = match trial % 4 {
            0 => {
                let place = random.usize(0..bytes.len());
                bytes[place] ^= 1 << random.u8(0..8);
                format!("a bit of byte {place}")
            }
            1 => {
                let place = random.usize(0..bytes.len() - 2_000);
                random.fill(&mut bytes[place..place + 2_000]);
                format!("bytes from {place} on")
            }
            2 => {
                bytes.truncate(random.usize(0..bytes.len()));
                format!("cut at {}", bytes.len())
            }
            _ => {
                bytes = b"something else altogether".repeat(100);
                "another file".to_owned()
            }
        };
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(data.path().join(format!("series.db{suffix}")));
        }
        std::fs::write(file(&data), &bytes).unwrap();
        let mut service = Service::start(&data.path(), "");
        service.admin.clone_from(&admin);
        charts.come_back(&service, &what);
        if trial % 4 == 3 {
            until(|| rebuilt(&service).is_some());
        }
        assert_eq!(service.stop().0, 0);
    }
}
