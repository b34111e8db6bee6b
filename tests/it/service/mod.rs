//! The service as its clients meet it: a real process, real sockets, a data directory of its own.

mod app;
mod events;
mod ledger;
mod limits;
mod process;
mod session;
mod steps;
mod tokens;

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use ureq::http::{Method, Request};

/// A running `wattledger serve`; killed when dropped.
pub(crate) struct Service {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// The first admin token, where the data directory was fresh.
    pub(crate) admin: String,
    /// The path of the sign-in link beside it.
    pub(crate) sign_in: String,
    pub(crate) address: SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Service {
    /// Starts on `data` with the lines of `config`, and waits until it listens.
    pub(crate) fn start(data: &Path, config: &str) -> Self {
        let file = data.with_extension("toml");
        std::fs::write(&file, config).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_wattledger"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--config")
            .arg(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (mut admin, mut sign_in) = (String::new(), String::new());
        let address = loop {
            let mut line = String::new();
            if stdout.read_line(&mut line).unwrap() == 0 {
                let mut error = String::new();
                child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
                panic!("the service ended before it listened: {error}");
            }
            match line.trim().split_once(": ") {
                Some(("admin token", token)) => admin = token.to_owned(),
                Some(("sign in", link)) => sign_in = link[link.find("/sign-in/").unwrap()..].to_owned(),
                _ => break line.trim().rsplit("://").next().unwrap().parse().unwrap(),
            }
        };
        Self { child, stdout, admin, sign_in, address }
    }

    pub(crate) fn server(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends a request as the holder of `token` (none when empty).
    pub(crate) fn send(&self, method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.server()));
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        let mut answer = ureq::Agent::new_with_config(config).run(request.body(body).unwrap()).unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Reply { status, headers, body: answer.body_mut().read_to_string().unwrap() }
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Reply {
        self.send("GET", path, token, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, token: &str, document: &Value) -> Reply {
        let body = serde_json::to_vec(document).unwrap();
        self.send("POST", path, token, &[("Content-Type", "application/json")], &body)
    }

    /// A new token with these scopes, made by the first admin.
    pub(crate) fn token(&self, scopes: &[&str], project: Option<&str>) -> (String, String) {
        let asked = serde_json::json!({ "name": "test", "scopes": scopes, "project": project });
        let made = self.post("/api/v1/tokens", &self.admin, &asked);
        assert_eq!(made.status, 201, "{made:?}");
        let made = made.json();
        (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
    }

    /// Runs `wattledger` against this service.
    pub(crate) fn command(&self, token: &str, arguments: &[&str]) -> crate::command::Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_wattledger"))
            .args(arguments)
            .env("WATTLEDGER_SERVER", self.server())
            .env("WATTLEDGER_TOKEN", token)
            .output()
            .unwrap();
        crate::command::Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// SIGTERM, then the exit code and the log.
    pub(crate) fn stop(mut self) -> (i32, String) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code().unwrap_or(-1), log)
    }

    /// Memory that the process occupies, bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let mut rest = String::new();
        let _ = self.stdout.read_to_string(&mut rest);
        assert!(!rest.contains("wl_") && !rest.contains("sign-in"), "a second secret was printed: {rest}");
    }
}

/// A data directory that goes with the value.
pub(crate) struct Data(tempfile::TempDir);

impl Data {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.0.path().join("data")
    }
}
