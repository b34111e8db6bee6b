//! `wattledger agent --server URL` on a node that has nothing but a token.

use crate::service::process::until;
use crate::service::{Data, Service};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The command of the web app's first page, in an environment with `token` and nothing else that is of Wattledger.
pub(crate) fn agent(home: &Path, server: &str, token: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("XDG_STATE_HOME", home);
    command.env("WATTLEDGER_METERING_FILE", home.join("run/metering.json")).env("WATTLEDGER_TOKEN", token);
    command.args(["agent", "--server", server, "--source", "synthetic:gpus=1,watts=300"]).args(more);
    command
}

/// A process that a test which fails does not leave behind.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn has_node(service: &Service) -> bool {
    !service.get("/api/v1/nodes", &service.admin).json()["items"].as_array().unwrap().is_empty()
}

#[test]
fn an_agent_needs_an_address_and_a_token_and_no_file() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (_, ingest) = service.token(&["ingest"], None);
    let home = tempfile::tempdir().unwrap();
    let started = agent(home.path(), &service.server(), &ingest, &[]).stderr(Stdio::null()).spawn().unwrap();
    let started = Running(started);
    until(|| has_node(&service));
    assert!(home.path().join("wattledger/agent/spool.sqlite").exists());
    assert!(home.path().join("run/metering.json").exists());
    drop(started);
}

#[test]
fn the_token_may_be_in_a_file_that_the_environment_names() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (_, ingest) = service.token(&["ingest"], None);
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("token");
    std::fs::write(&file, format!("{ingest}\n")).unwrap();
    let mut command = agent(home.path(), &service.server(), "", &[]);
    command.env_remove("WATTLEDGER_TOKEN").env("WATTLEDGER_TOKEN_FILE", &file);
    let started = Running(command.stderr(Stdio::null()).spawn().unwrap());
    until(|| has_node(&service));
    drop(started);
}

/// What `agent` says and how it ends, where it cannot start.
fn refused(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_is_missing_is_said_in_one_line_with_the_ways_to_give_it() {
    let home = tempfile::tempdir().unwrap();
    let mut without = agent(home.path(), "http://127.0.0.1:9", "", &[]);
    let said = refused(without.env_remove("WATTLEDGER_TOKEN"));
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("agent.token") && said.contains("set WATTLEDGER_TOKEN or WATTLEDGER_TOKEN_FILE"), "{said}");
    let said = refused(&mut agent(home.path(), "", "wl_x", &[]));
    assert!(said.contains("server: is missing") && said.contains("--server"), "{said}");
    let named = ["--config", "/nonexistent/agent.toml"];
    let said = refused(&mut agent(home.path(), "http://127.0.0.1:9", "wl_x", &named));
    assert!(said.contains("/nonexistent/agent.toml: No such file"), "{said}");
}
