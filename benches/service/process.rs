//! The service as a process, a client that costs little, and what /proc says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Service {
    child: Child,
    admin: String,
    pub(crate) address: SocketAddr,
}

/// What the process has used.
pub(crate) struct Usage {
    pub(crate) cpu_s: f64,
    pub(crate) rss_mb: f64,
    pub(crate) peak_mb: f64,
}

impl Service {
    /// Starts on `data` and waits until `/readyz` says 200. A directory that has tokens needs one of them as `admin`.
    pub(crate) fn start(data: &Path, admin: &str) -> Self {
        Self::start_with(data, admin, "")
    }

    /// The same, with `more` tables in its configuration.
    pub(crate) fn start_with(data: &Path, admin: &str, more: &str) -> Self {
        let config = data.with_extension("toml");
        std::fs::write(
            &config,
            format!("log_level = \"warn\"\n[limits]\nbatches_per_s = 1000000\nbatch_burst = 1000000\nrequests_per_s = 1000000\nrequest_burst = 1000000\nheader_timeout_s = 60\n{more}"),
        )
        .unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_wattledger"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--config")
            .arg(config)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut admin = admin.to_owned();
        let address = loop {
            let mut line = String::new();
            assert!(stdout.read_line(&mut line).unwrap() > 0, "the service ended");
            if let Some(token) = line.trim().strip_prefix("admin token: ") {
                admin = token.to_owned();
            } else if let Some(address) = line.trim().rsplit("://").next().and_then(|text| text.parse().ok()) {
                break address;
            }
        };
        let service = Self { child, admin, address };
        let mut client = Client::new(service.address, "");
        while client.get("/readyz").0 != 200 {}
        service
    }

    /// A new token with this scope.
    pub(crate) fn token(&self, scope: &str) -> String {
        let mut client = Client::new(self.address, &self.admin);
        let body = format!("{{\"name\":\"bench\",\"scopes\":[\"{scope}\"]}}");
        let (status, answer) = client.request("POST", "/api/v1/tokens", "", body.as_bytes());
        assert_eq!(status, 201, "{answer}");
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        answer["token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn admin(&self) -> &str {
        &self.admin
    }

    /// CPU time of all threads and memory, from /proc.
    pub(crate) fn usage(&self) -> Usage {
        let process = format!("/proc/{}", self.child.id());
        let stat = std::fs::read_to_string(format!("{process}/stat")).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        let status = std::fs::read_to_string(format!("{process}/status")).unwrap();
        let megabytes = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.split_whitespace().next().unwrap().parse::<f64>().unwrap() * 1_024.0 / 1e6
        };
        // USER_HZ is 100 on every Linux that this runs on.
        Usage { cpu_s: ticks / 100.0, rss_mb: megabytes("VmRSS:"), peak_mb: megabytes("VmHWM:") }
    }

    /// CPU time of the threads of this name that run now.
    pub(crate) fn thread_cpu_s(&self, name: &str) -> f64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let of = |task: std::path::PathBuf| {
            let own = std::fs::read_to_string(task.join("comm")).ok()?.trim() == name;
            let ran = std::fs::read_to_string(task.join("schedstat")).ok()?;
            own.then(|| ran.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9)
        };
        tasks.filter_map(|task| of(task.unwrap().path())).sum()
    }

    /// SIGTERM, and waits for the end.
    pub(crate) fn stop(mut self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// HTTP/1.1 on one connection that is kept, with as little work as can be.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    token: String,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream), token: token.to_owned() }
    }

    /// Posts a batch that is compressed with gzip; the time until it is acknowledged.
    pub(crate) fn post_batch(&mut self, body: &[u8]) -> Duration {
        let start = Instant::now();
        let (status, answer) = self.request("POST", "/api/v1/batches", "Content-Encoding: gzip\r\n", body);
        assert_eq!(status, 200, "{answer}");
        start.elapsed()
    }

    pub(crate) fn get(&mut self, path: &str) -> (u16, String) {
        self.request("GET", path, "", b"")
    }

    pub(crate) fn request(&mut self, method: &str, path: &str, header: &str, body: &[u8]) -> (u16, String) {
        let mut sent = format!("{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {}\r\n{header}", body.len());
        if !body.is_empty() {
            sent.push_str("Content-Type: application/json\r\n");
        }
        if !self.token.is_empty() {
            sent.push_str(&format!("Authorization: Bearer {}\r\n", self.token));
        }
        sent.push_str("\r\n");
        let mut sent = sent.into_bytes();
        sent.extend_from_slice(body);
        self.stream.get_mut().write_all(&sent).unwrap();
        self.answer()
    }

    fn answer(&mut self) -> (u16, String) {
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            assert!(self.stream.read_line(&mut line).unwrap() > 0, "the service closed the connection");
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        (status, String::from_utf8(body).unwrap())
    }
}

/// Size of all files below `directory`.
pub(crate) fn directory_bytes(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries
        .map(
            |entry| {
                if entry.path().is_dir() { directory_bytes(&entry.path()) } else { entry.metadata().unwrap().len() }
            },
        )
        .sum()
}

pub(crate) fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    format!("p50 {:.1} ms, p99 {:.1} ms ({} times)", at(50), at(99), times.len())
}
