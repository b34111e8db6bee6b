//! What servers and files say reaches a terminal only as something that is seen where it stands.

use super::agent::{Running, agent};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Turns the direction of writing, hides, and steers.
const ODD: &str = "safe\u{202e}gpj\u{2066}.\u{200b}exe\u{1b}[2J";

/// Answers every request with `status` and `body`.
fn answering(status: &'static str, body: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let text = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            std::thread::spawn(move || {
                // One that leaves early has its answer.
                let _ = stream.read(&mut [0; 16_384]);
                let _ = stream.write_all(text.as_bytes());
            });
        }
    });
    address
}

fn wattledger(server: &str, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("WATTLEDGER_POWERCAP", "/nonexistent");
    command.env("WATTLEDGER_NVML_LIB", "/nonexistent/libnvidia-ml.so.1").env("WATTLEDGER_TOKEN", "wl_test");
    command.env("WATTLEDGER_METERING_FILE", "/nonexistent").env("XDG_STATE_HOME", folder);
    command.env("WATTLEDGER_SERVER", server).args(arguments).stdin(Stdio::null()).current_dir(folder);
    command.output().unwrap()
}

fn expect_plain(what: &dyn std::fmt::Debug, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    let odd = text.lines().find(|line| !model::is_plain(line));
    assert!(odd.is_none(), "{what:?} prints {odd:?}");
}

/// Every command that asks a service, given a refusal that holds such characters.
#[test]
fn no_refusal_steers_the_terminal() {
    let problem = serde_json::json!({ "type": "x", "title": ODD, "status": 400, "detail": ODD, "field": ODD });
    let server = format!("http://{}", answering("400 Bad Request", problem.to_string()));
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.json");
    std::fs::write(&policy, "{}").unwrap();
    let commands = [
        "actions",
        "attention",
        "jobs",
        "job a",
        "job end a",
        "compare a b",
        "explain 1",
        "node list",
        "node devices",
        "node gaps",
        "node assign a --site b",
        "site list",
        "site create a --zone DE",
        "site idle-owner a b",
        "project list",
        "project create a",
        "token list",
        "token create a --scope read",
        "enroll a",
        "token code a --expires 2100-01-01",
        "budget list",
        "budget show a",
        "budget create --file policy.json",
        "budget requests",
        "budget retire a",
        "periods list",
        "grid best --zone DE --hours 1",
        "grid providers",
        "report --from 2026-01-01 --to 2026-02-01",
        "check --project a --accelerator H100 --count 1 --hours 1",
        "run --project a --hours 1 --source synthetic:gpus=1,watts=300 -- true",
    ];
    for command in commands {
        let answer = wattledger(&server, folder.path(), &command.split(' ').collect::<Vec<_>>());
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert!(said.contains("safe"), "{command} says nothing of the refusal: {answer:?}");
        expect_plain(&command, &answer.stderr);
        expect_plain(&command, &answer.stdout);
    }
}

#[test]
fn no_file_steers_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join(format!("{}.csv", ODD.replace('/', "")));
    std::fs::write(&named, format!("timestamp,device,power_w,{ODD}\n{ODD},{ODD},{ODD},1\n")).unwrap();
    let settings = folder.path().join("settings.toml");
    std::fs::write(&settings, format!("\"{ODD}\" = 1\nname = \"{ODD}\"\n").replace('\u{1b}', "")).unwrap();
    let (named, settings) = (named.to_str().unwrap(), settings.to_str().unwrap());
    for arguments in [
        &["meter", named][..],
        &["grid", "import", named, "--zone", "DE"],
        &["check", "--terraform", named],
        &["budget", "create", "--file", named],
        &["serve", "--config", settings],
        &["agent", "--config", settings],
        &["slurm", "sync", "--config", settings],
        &["run", "--source", &format!("replay:{named}"), "--", "true"],
        &["verify", "--data", named],
        &["restore", "--from", named, "--data", "data"],
    ] {
        let answer = wattledger("http://127.0.0.1:9", folder.path(), arguments);
        assert!(!answer.stderr.is_empty(), "{arguments:?} says nothing");
        expect_plain(&arguments, &answer.stderr);
        expect_plain(&arguments, &answer.stdout);
    }
}

#[test]
fn no_word_of_a_command_line_steers_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &[ODD][..],
        &["meter", "log.csv", &format!("--{ODD}")],
        &["meter", "log.csv", "--format", ODD],
        &["estimate", "--accelerator", "H100", "--count", ODD, "--hours", "1"],
        &["run", "--source", ODD, "--", "true"],
        &["agent", &format!("--{ODD}")],
    ] {
        let answer = wattledger("http://127.0.0.1:9", folder.path(), arguments);
        assert_eq!(answer.status.code(), Some(2), "{answer:?}");
        assert!(String::from_utf8_lossy(&answer.stderr).contains("safe"), "{answer:?}");
        expect_plain(&arguments, &answer.stderr);
    }
}

/// An agent tells in its log what the service answered.
#[test]
fn no_answer_steers_the_terminal_from_a_log() {
    let problem = serde_json::json!({ "type": "x", "title": ODD, "status": 400, "detail": ODD });
    let server = format!("http://{}", answering("400 Bad Request", problem.to_string()));
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("log");
    let settings = home.path().join("agent.toml");
    std::fs::write(
        &settings,
        format!("spool = {:?}\nwindow_ms = 100\npush_every_s = 1\n", home.path().join("spool.sqlite")),
    )
    .unwrap();
    let mut command = agent(home.path(), &server, "wl_test", &["--config", settings.to_str().unwrap()]);
    let running = Running(command.stderr(std::fs::File::create(&log).unwrap()).spawn().unwrap());
    let said = || std::fs::read(&log).unwrap();
    crate::service::process::until(|| String::from_utf8_lossy(&said()).contains("safe"));
    expect_plain(&"agent", &said());
    drop(running);
}
