//! `check` and `run` as gates: the answer is the policy's, whatever the service does, and within the deadline.

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

/// Passes everything on to `service`, each connection after `delay`.
fn delayed(service: &Service, delay: Duration) -> SocketAddr {
    let target = service.address;
    stub(move |mut client| {
        std::thread::sleep(delay);
        let Ok(mut server) = std::net::TcpStream::connect(target) else { return };
        let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from_client, &mut to_server);
            let _ = to_server.shutdown(std::net::Shutdown::Write);
        });
        let _ = std::io::copy(&mut server, &mut client);
        let _ = client.shutdown(std::net::Shutdown::Write);
    })
}

/// A slow service decides as long as it answers within the deadline. `WATTLEDGER_GATE_REPEATS` sets how often it is asked; a long run asks 1,000 times.
#[test]
fn a_slow_service_decides_and_one_that_is_too_slow_does_not() {
    let data = Data::new();
    let (service, _) = service(&data, 1_000_000_000);
    let folder = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "how often a test asks")]
    let repeats = std::env::var("WATTLEDGER_GATE_REPEATS").map_or(3, |count| count.parse::<u32>().unwrap());
    let code = |address: &str, hours: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
        command.env_clear().env("WATTLEDGER_TOKEN", &service.admin).env("WATTLEDGER_SERVER", address);
        let mut arguments = CHECK;
        (arguments[8], arguments[10]) = (hours, "100");
        let output = command.args(arguments).current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for milliseconds in [0, 50, 500] {
        let address = format!("http://{}", delayed(&service, Duration::from_millis(milliseconds)));
        for _ in 0..repeats {
            assert_eq!(code(&address, "1").0, Some(0), "{milliseconds} ms");
            assert_eq!(code(&address, "1000").0, Some(3), "{milliseconds} ms");
        }
    }
    let too_slow = format!("http://{}", delayed(&service, Duration::from_secs(10)));
    assert_eq!(code(&too_slow, "1").0, Some(5));
    // TLS to a port that speaks none.
    let no_tls = format!("https://{}", service.address);
    let garbage = format!("http://{}", answering("<html>no service</html>"));
    let reset = format!("http://{}", stub(drop));
    for address in [no_tls, garbage, reset] {
        for _ in 0..repeats {
            let (code, said) = code(&address, "1");
            assert_eq!(code, Some(5), "{address}: {said}");
        }
    }
}

/// A run that passed while the service was away is delivered by the next one, and its budget sees what it used.
#[test]
fn what_passed_while_the_service_was_away_is_spent_when_it_is_back() {
    let data = Data::new();
    let (service, budget) = service(&data, 10_000_000_000);
    let folder = tempfile::tempdir().unwrap();
    let away = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let arguments = ["run", "--project", "atlas", "--source", "synthetic:gpus=2,watts=300", "--", "sleep", "1.5"];
    let unverified = wattledger(&away, &arguments, folder.path());
    assert_eq!(unverified.status.code(), Some(0), "{unverified:?}");
    assert!(String::from_utf8_lossy(&unverified.stderr).contains("unverified"), "{unverified:?}");
    let spent =
        || service.get(&format!("/api/v1/budgets/{budget}"), &service.admin).json()["spent_mj"].as_i64().unwrap();
    assert_eq!(spent(), 0);
    let next = run(&service, &service.admin, &["--hours", "0.001", "--power-w", "300", "--", "true"], folder.path());
    assert_eq!(next.status.code(), Some(0), "{next:?}");
    // 600 W for a second and a half.
    crate::service::process::until(|| spent() >= 600_000);
}

fn run(service: &Service, token: &str, arguments: &[&str], folder: &std::path::Path) -> Output {
    run_of(service, "atlas", token, arguments, folder)
}

fn run_of(service: &Service, project: &str, token: &str, arguments: &[&str], folder: &std::path::Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("WATTLEDGER_POWERCAP", "/nonexistent");
    command.env("WATTLEDGER_NVML_LIB", "/nonexistent/libnvidia-ml.so.1").env("WATTLEDGER_TOKEN", token);
    command
        .env("WATTLEDGER_METERING_FILE", "/nonexistent")
        .args(["run", "--server", &service.server(), "--spool"])
        .arg(folder);
    command.args(["--source", "synthetic:gpus=2,watts=300", "--project", project]).args(arguments).output().unwrap()
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

#[test]
fn a_misspelt_project_does_not_pass_a_budget_that_blocks() {
    let data = Data::new();
    let (service, budget) = service(&data, 10_000_000_000);
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("started");
    let touch = format!("touch {}", mark.display());
    let command = ["--", "sh", "-c", &touch];
    let misspelt = run_of(&service, "atlsa", &service.admin, &command, folder.path());
    let said = String::from_utf8_lossy(&misspelt.stderr).into_owned();
    assert_eq!(misspelt.status.code(), Some(4), "{said}");
    assert!(said.contains("no project \"atlsa\"") && said.contains("a budget that blocks may apply to it"), "{said}");
    assert!(!mark.exists());
    // Where no budget blocks, a project may begin with its first run.
    let mut policy = service.get(&format!("/api/v1/budgets/{budget}"), &service.admin).json();
    let kept = ["name", "scope", "project", "unit", "limit_mj", "period"];
    policy.as_object_mut().unwrap().retain(|name, _| kept.contains(&name.as_str()));
    policy["mode"] = json!("warn");
    let revised = json!({ "policy": policy, "reason": "first look" });
    let revised = service.post(&format!("/api/v1/budgets/{budget}/revise"), &service.admin, &revised);
    assert_eq!(revised.status, 200, "{revised:?}");
    let new = run_of(&service, "newcomer", &service.admin, &command, folder.path());
    assert_eq!(new.status.code(), Some(0), "{new:?}");
    assert!(mark.exists());
}

/// A command that breaks its hold is told to end, and killed when it does not: in each case the run ends with what became of it.
#[test]
fn a_budget_stops_a_run_that_breaks_its_hold() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let asked = json!({ "name": "atlas month", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": 10_000_000_000_i64,
        "period": "month", "mode": "block", "stop_after_s": 1 });
    assert_eq!(service.post("/api/v1/budgets", &service.admin, &asked).status, 201);
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    // Two seconds of wall time are held; both would go on for ten minutes.
    let stopped = |script: &str, folder: &tempfile::TempDir| {
        let arguments = ["--hours", "0.0006", "--power-w", "300", "--", "sh", "-c", script];
        let output = run(&service, &service.admin, &arguments, folder.path());
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let waits = "i=0; while [ $i -lt 6000 ]; do sleep 0.1; i=$((i + 1)); done";
    let [obedient, deaf] = [format!("trap 'exit 9' TERM; {waits}"), format!("trap '' TERM; {waits}")];
    let ((ended, said), (killed, shouted)) = std::thread::scope(|scope| {
        let obedient = scope.spawn(|| stopped(&obedient, &folders[0]));
        let deaf = scope.spawn(|| stopped(&deaf, &folders[1]));
        (obedient.join().unwrap(), deaf.join().unwrap())
    });
    assert_eq!((ended, killed), (Some(9), Some(128 + 9)), "{said}\n{shouted}");
    for words in [said, shouted] {
        assert!(words.contains("its budget stops it: SIGTERM now, SIGKILL in 1 s"), "{words}");
    }
    let admissions = service.get("/api/v1/admissions", &service.admin).json();
    for admission in admissions["items"].as_array().unwrap() {
        assert_eq!((&admission["state"], &admission["told"]), (&json!("committed"), &json!("stop")), "{admission}");
        assert!(admission["overrun_mj"].as_i64().unwrap() > 0, "{admission}");
    }
}

/// Whatever a client believes of the time, decision and expiry are by the service's clock.
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
