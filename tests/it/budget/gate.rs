//! `check` and `run` as gates: the answer is the policy's, whatever the service does, and within the deadline (G05, G09).

use super::api::service;
use crate::service::{Data, Service};
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const CHECK: [&str; 13] = [
    "check",
    "--project",
    "atlas",
    "--accelerator",
    "thing",
    "--count",
    "1",
    "--hours",
    "1",
    "--power-w",
    "1",
    "--intensity",
    "400",
];

/// Something at an address that is no Wattledger service: it does `what` with each connection.
fn stub(what: impl Fn(std::net::TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let what = std::sync::Arc::new(what);
        for stream in listener.incoming() {
            let what = std::sync::Arc::clone(&what);
            std::thread::spawn(move || what(stream.unwrap()));
        }
    });
    address
}

/// Answers `text` after the head of the request has come.
fn answering(text: &'static str) -> SocketAddr {
    stub(move |mut stream| {
        let _ = stream.read(&mut [0; 8_192]);
        let _ = stream.write_all(text.as_bytes());
    })
}

fn wattledger(server: &str, arguments: &[&str], folder: &std::path::Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("WATTLEDGER_POWERCAP", "/nonexistent");
    command.env("WATTLEDGER_NVML_LIB", "/nonexistent/libnvidia-ml.so.1").env("WATTLEDGER_TOKEN", "wl_test");
    command
        .env("WATTLEDGER_SPOOL", folder)
        .env("WATTLEDGER_METERING_FILE", "/nonexistent")
        .env("WATTLEDGER_SERVER", server);
    command.args(arguments).output().unwrap()
}

#[test]
fn no_answer_is_exit_5_for_check_and_the_policy_s_answer_for_run() {
    let folder = tempfile::tempdir().unwrap();
    let refused = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let silent =
        stub(|stream| std::thread::sleep(Duration::from_secs(if stream.peer_addr().is_ok() { 30 } else { 0 })));
    let cases = [
        ("nobody listens", refused),
        ("never answers", silent),
        ("resets", stub(drop)),
        ("500", answering("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
        ("503", answering("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
        ("garbage", answering("<html>no service</html>")),
        ("other JSON", answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")),
    ];
    for (what, address) in cases {
        let server = format!("http://{address}");
        #[expect(clippy::disallowed_methods, reason = "the time that a real process takes")]
        let begin = Instant::now();
        let checked = wattledger(&server, &CHECK, folder.path());
        // 5 s of deadline; the rest is for a busy machine.
        assert!(begin.elapsed() < Duration::from_secs(15), "{what}");
        assert_eq!(checked.status.code(), Some(5), "{what}: {checked:?}");
        let run = ["run", "--project", "atlas", "--source", "synthetic:gpus=1,watts=300", "--outage"];
        let closed = wattledger(&server, &[&run[..], &["closed", "--", "true"]].concat(), folder.path());
        assert_eq!(closed.status.code(), Some(5), "{what}: {closed:?}");
        let open = wattledger(&server, &[&run[..], &["open", "--", "sh", "-c", "exit 7"]].concat(), folder.path());
        assert_eq!(open.status.code(), Some(7), "{what}: {open:?}");
        let said = String::from_utf8_lossy(&open.stderr).into_owned();
        assert!(said.contains("unverified"), "{what}: {said}");
    }
}

fn run(service: &Service, token: &str, arguments: &[&str], folder: &std::path::Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("WATTLEDGER_POWERCAP", "/nonexistent");
    command.env("WATTLEDGER_NVML_LIB", "/nonexistent/libnvidia-ml.so.1").env("WATTLEDGER_TOKEN", token);
    command
        .env("WATTLEDGER_METERING_FILE", "/nonexistent")
        .args(["run", "--server", &service.server(), "--spool"])
        .arg(folder);
    command.args(["--source", "synthetic:gpus=2,watts=300", "--project", "atlas"]).args(arguments).output().unwrap()
}

#[test]
fn a_run_is_held_and_settled_or_refused_before_it_starts() {
    let data = Data::new();
    let (service, budget) = service(&data, 10_000_000_000);
    let folder = tempfile::tempdir().unwrap();
    let admin = service.admin.clone();
    let small = run(&service, &admin, &["--hours", "1", "--power-w", "300", "--", "sh", "-c", "exit 7"], folder.path());
    assert_eq!(small.status.code(), Some(7), "{small:?}");
    let list = service.get("/api/v1/admissions", &admin).json();
    assert_eq!(list["items"][0]["state"], "committed", "{list}");
    assert_eq!(list["items"][0]["p95"]["energy_mj"], 2 * super::p95(300_000));
    let state = service.get(&format!("/api/v1/budgets/{budget}"), &admin).json();
    assert_eq!(state["held_mj"], 0);
    let mark = folder.path().join("started");
    let touch = format!("touch {}", mark.display());
    let big = run(&service, &admin, &["--hours", "100", "--power-w", "300", "--", "sh", "-c", &touch], folder.path());
    assert_eq!(big.status.code(), Some(3), "{big:?}");
    assert!(!mark.exists());
    let said = String::from_utf8_lossy(&big.stderr).into_owned();
    assert!(said.contains("denied") && said.contains("what would fit"), "{said}");
}

/// G09: whatever a client believes of the time, decision and expiry are by the service's clock.
#[test]
fn the_clock_of_a_client_changes_nothing() {
    let data = Data::new();
    let (service, budget) = service(&data, 1_000_000_000);
    let day_off = |key: &str, header: &str| {
        let body = json!({ "key": key, "project": "atlas", "accelerator": "thing", "count": 1, "hours": 1, "power_w": 10, "intensity": 400 });
        let headers = [("Content-Type", "application/json"), ("Date", header)];
        service.send("POST", "/api/v1/admissions", &service.admin, &headers, body.to_string().as_bytes()).json()
    };
    let now = service.get("/api/v1/budgets", &service.admin).headers["date"].to_str().unwrap().to_owned();
    for (key, header) in
        [("yesterday", "Mon, 09 Nov 2026 00:00:00 GMT"), ("tomorrow", "Tue, 09 Nov 2027 00:00:00 GMT"), ("now", &now)]
    {
        let id = day_off(key, header)["id"].as_str().unwrap().to_owned();
        let found = service.get(&format!("/api/v1/admissions/{id}"), &service.admin).json();
        let moment = |name: &str| chrono::DateTime::parse_from_rfc3339(found[name].as_str().unwrap()).unwrap();
        // An hour of wall time, and a day to start.
        assert_eq!((moment("expires") - moment("decided")).num_seconds(), 25 * 3_600);
    }
    let state = service.get(&format!("/api/v1/budgets/{budget}"), &service.admin).json();
    assert_eq!(state["held_mj"], 3 * super::p95(10_000));
}
