//! The service as its clients meet it: a real process, real sockets, a data directory of its own.

mod app;
mod backup;
mod boundary;
mod editions;
pub(crate) mod events;
mod greener;
pub(crate) mod ledger;
mod limits;
mod metrics;
pub(crate) mod process;
mod proxy;
mod refusals;
mod replicas;
mod reporting;
mod session;
mod start;
mod steps;
mod texts;
pub(crate) mod tls;
mod tokens;

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;
use ureq::http::{Method, Request};

/// A running `wattledger serve`; killed when dropped.
pub(crate) struct Service {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// Reads the log to its end, so that the service never waits for a reader.
    log: Option<JoinHandle<String>>,
    /// The service itself, where something runs it.
    process: u32,
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
        Self::start_under(&[], data, config).unwrap_or_else(|ended| panic!("it ended before it listened: {ended:?}"))
    }

    /// The same, run by the command `before`.
    pub(crate) fn start_under(before: &[&str], data: &Path, config: &str) -> Result<Self, Ended> {
        let file = data.with_extension("toml");
        std::fs::write(&file, config).unwrap();
        let words =
            [before, &[env!("CARGO_BIN_EXE_wattledger"), "serve", "--listen", "127.0.0.1:0", "--data"]].concat();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(data).arg("--config").arg(file);
        Self::of(command, !before.is_empty())
    }

    /// Starts `command`, which serves or runs what serves, and waits until it listens.
    pub(crate) fn of(mut command: Command, is_runner: bool) -> Result<Self, Ended> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (mut admin, mut sign_in) = (String::new(), String::new());
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = Vec::new();
            // What was read before a failure is what there is.
            let _ = stderr.read_to_end(&mut log);
            String::from_utf8_lossy(&log).into_owned()
        });
        let address = loop {
            let mut line = String::new();
            if stdout.read_line(&mut line).unwrap() == 0 {
                return Err(Ended { admin, code: child.wait().unwrap().code(), log: log.join().unwrap() });
            }
            match line.trim().split_once(": ") {
                Some(("admin token", token)) => admin = token.to_owned(),
                Some(("sign in", link)) => sign_in = link[link.find("/sign-in/").unwrap()..].to_owned(),
                _ => {}
            }
            if let Some(server) = line.trim().strip_prefix("listening on ") {
                break server.rsplit("://").next().unwrap().parse().unwrap();
            }
        };
        let process = if is_runner { only_child_of(child.id()) } else { child.id() };
        Ok(Self { child, stdout, log: Some(log), process, admin, sign_in, address })
    }

    /// What it prints further, up to the line that holds `last`.
    pub(crate) fn lines_to(&mut self, last: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        while lines.last().is_none_or(|line| !line.contains(last)) {
            let mut line = String::new();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "it ended before it said {last:?}: {lines:?}");
            lines.push(line.trim_end().to_owned());
        }
        lines
    }

    /// Number of the process that serves.
    pub(crate) fn process(&self) -> u32 {
        self.process
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
            // A chart of a month takes minutes where other programs are compiled meanwhile.
            .timeout_global(Some(Duration::from_secs(300)))
            .build();
        let mut answer = ureq::Agent::new_with_config(config).run(request.body(body).unwrap()).unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = String::from_utf8_lossy(&answer.body_mut().read_to_vec().unwrap()).into_owned();
        Reply { status, headers, body }
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
        let id = rustix::process::Pid::from_raw(self.process.cast_signed()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let log = self.log.take().unwrap().join().unwrap();
        (self.child.wait().unwrap().code().unwrap_or(-1), log)
    }

    /// Number of files and sockets that the process has open.
    pub(crate) fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process)).unwrap().count()
    }

    /// Most memory that the process occupied so far, bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// Memory that the process occupies now, bytes.
    pub(crate) fn resident_bytes_now(&self) -> u64 {
        self.memory("VmRSS:")
    }

    fn memory(&self, key: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process)).unwrap();
        let line = status.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Already gone is fine. Where something runs it, that ends with it.
        if let Some(process) = rustix::process::Pid::from_raw(self.process.cast_signed()) {
            let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
        let mut rest = String::new();
        let _ = self.stdout.read_to_string(&mut rest);
        assert!(!rest.contains("wl_") && !rest.contains("sign-in"), "a second secret was printed: {rest}");
    }
}

/// A service that ended before it listened.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) admin: String,
    pub(crate) code: Option<i32>,
    pub(crate) log: String,
}

fn only_child_of(process: u32) -> u32 {
    let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap();
    children.trim().parse().unwrap()
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
