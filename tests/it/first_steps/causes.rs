//! Why nothing arrives, said in one line with what to do.

use super::agent::{Running, agent};
use crate::service::ledger::{batch_of, post_batch};
use crate::service::process::until;
use crate::service::tls::certificates;
use crate::service::{Data, Service};
use serde_json::{Value, json};
use std::process::Command;

/// The line of `log` that holds `part`.
fn line(log: &str, part: &str) -> String {
    log.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part:?} is not in {log}")).to_owned()
}

/// The log of an agent, once it holds `part`.
fn log_with(home: &std::path::Path, mut command: Command, part: &str) -> String {
    let log = home.join("log");
    let running = Running(command.stderr(std::fs::File::create(&log).unwrap()).spawn().unwrap());
    until(|| std::fs::read_to_string(&log).unwrap().contains(part));
    drop(running);
    std::fs::read_to_string(&log).unwrap()
}

#[test]
fn a_token_of_the_wrong_scope_is_told_which_one_is_needed() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (_, ingest) = service.token(&["ingest"], None);
    let refused = service.command(&ingest, &["site", "create", "paris", "--zone", "FR"]);
    assert_eq!((refused.code, refused.stderr.lines().count()), (2, 1), "{refused:?}");
    let told = "this needs a token with the scope admin, and this one has ingest: an administrator makes one with `wattledger token create NAME --scope admin`";
    assert!(refused.stderr.contains(told), "{refused:?}");
    let (_, read) = service.token(&["read", "admit"], None);
    let home = tempfile::tempdir().unwrap();
    let log = log_with(home.path(), agent(home.path(), &service.server(), &read, &[]), "scope ingest");
    let said = line(&log, "scope ingest");
    assert!(said.contains("nothing is delivered until"), "{said}");
    assert!(
        said.contains("this one has read, admit") && said.contains("`wattledger token create NAME --scope ingest`"),
        "{said}"
    );
}

#[test]
fn a_missing_and_a_wrong_token_are_told_apart() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let wrong = service.command("wl_wrong", &["node", "list"]);
    assert!(wrong.stderr.contains("does not accept the token: it is mistyped, revoked or expired"), "{wrong:?}");
    let mut bare = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    bare.args(["node", "list", "--server", &service.server()]).env_remove("WATTLEDGER_TOKEN_FILE");
    let output = bare.env_remove("WATTLEDGER_TOKEN").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no token given: set WATTLEDGER_TOKEN") && said.lines().count() == 1, "{said}");
}

#[test]
fn a_certificate_that_is_not_trusted_is_told_with_the_option_that_names_its_authority() {
    let (data, folder, other) = (Data::new(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [ca, certificate, key] = certificates(folder.path());
    let [wrong, ..] = certificates(other.path());
    let service = Service::start(&data.path(), &format!("tls_certificate = {certificate:?}\ntls_key = {key:?}"));
    let server = format!("https://{}", service.address);
    let asked = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
        command.args(["node", "list", "--server", &server]).args(options).env("WATTLEDGER_TOKEN", &service.admin);
        let output = command.env_remove("WATTLEDGER_CA_FILE").output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for options in [&[][..], &["--ca-file", wrong.to_str().unwrap()]] {
        let (code, said) = asked(options);
        assert_eq!((code, said.lines().count()), (Some(5), 1), "{said}");
        assert!(
            said.contains("not signed by an authority that is trusted here") && said.contains("--ca-file"),
            "{said}"
        );
        assert!(!said.contains("is the service running"), "{said}");
    }
    assert_eq!(asked(&["--ca-file", ca.to_str().unwrap()]).0, Some(0));
    let home = tempfile::tempdir().unwrap();
    let log = log_with(home.path(), agent(home.path(), &server, &service.admin, &[]), "not signed by");
    assert!(line(&log, "not signed by").contains("`ca_file` in agent.toml"), "{log}");
    // A port that speaks no TLS.
    let (plain, more) = (Data::new(), "");
    let plain = Service::start(&plain.path(), more);
    let output = Command::new(env!("CARGO_BIN_EXE_wattledger"))
        .args(["node", "list", "--server", &format!("https://{}", plain.address)])
        .env("WATTLEDGER_TOKEN", &plain.admin)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("does not speak TLS") && said.lines().count() == 1, "{said}");
}

#[test]
fn two_machines_of_one_name_are_told_apart_and_told_of() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let items = || {
        let all = service.get("/api/v1/attention", &service.admin).json();
        let items = all["items"].as_array().unwrap().clone();
        items.into_iter().filter(|item| item["kind"] == "node_name_shared").collect::<Vec<_>>()
    };
    let send = |machine: usize, second: i64| {
        let mut batch: Value = serde_json::from_slice(&batch_of("gpu-1", 1)).unwrap();
        batch["boot"] = json!(format!("{machine:032x}"));
        batch["sequence"] = json!(second);
        batch["clock"]["wall_ns"] = json!(batch["clock"]["wall_ns"].as_i64().unwrap() + second * 1_000_000_000);
        batch["node"]["host_boot"] = json!(["one", "another"][machine]);
        for part in ["windows", "holdings", "gaps"] {
            batch[part] = json!([]);
        }
        let reply = post_batch(&service, &service.admin, &serde_json::to_vec(&batch).unwrap());
        assert_eq!(reply.status, 200, "{reply:?}");
    };
    send(0, 1);
    send(1, 2);
    // So far the machine may have been started again.
    assert_eq!(items(), Vec::<Value>::new());
    send(0, 3);
    let found = items();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["subject"], json!({ "type": "node", "id": "gpu-1" }));
    let message = found[0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("two machines send as node gpu-1") && message.contains("`name` in its agent.toml"),
        "{message}"
    );
    let listed = service.command(&service.admin, &["attention"]).stdout;
    assert!(line(&listed, "node_name_shared").contains("two machines send as node gpu-1"), "{listed}");
    // With a token of its own, the second one is refused, and told the same.
    let (_, other) = service.token(&["ingest"], None);
    let refused = post_batch(&service, &other, &batch_of("gpu-1", 9));
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("if this is another machine of that name, give it a name of its own"), "{refused:?}");
}
