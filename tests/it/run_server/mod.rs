//! `wattledger run --server`: a real service, real runs, and what is left when either goes away.

mod beside_agent;
mod delivery;
mod failures;
mod hostile;
mod set_back;

use crate::service::{Data, Service, tls};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

const MILLIWATTS: i64 = 600_000;
/// Two devices of 300 W each, whose windows are exact.
const SOURCE: &str = "synthetic:gpus=2,watts=300,sensor=instant";
const PATIENCE: Duration = Duration::from_secs(60);

/// A place for spools, documents and settings.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Every file in the folder for spools and every copy that is being delivered from there, but the logs of those that are open.
    fn spools(&self) -> Vec<String> {
        let files = |folder: PathBuf| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()));
            files.map(|entry| entry.file_name().into_string().unwrap()).collect::<Vec<_>>()
        };
        let mut names = files(self.at("spool"));
        // User and number of the original stand before its name.
        names.extend(
            files(self.at("spool/taken")).iter().filter_map(|name| Some(name.splitn(3, '-').nth(2)?.to_owned())),
        );
        let is_log =
            |name: &String| name.strip_suffix("-wal").is_some_and(|spool| names.iter().any(|name| name == spool));
        let mut spools: Vec<String> = names.iter().filter(|name| !is_log(name)).cloned().collect();
        spools.sort();
        spools
    }

    /// `wattledger run …` at `server`, in an environment without launchers, GPUs or sensors.
    fn run(&self, server: &str, token: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("WATTLEDGER_POWERCAP", "/nonexistent");
        command.env("WATTLEDGER_NVML_LIB", "/nonexistent/libnvidia-ml.so.1").env("WATTLEDGER_TOKEN", token);
        command.env("WATTLEDGER_METERING_FILE", self.at("metering.json"));
        command.args(["run", "--server", server, "--source", SOURCE, "--spool"]).arg(self.at("spool"));
        command
    }

    /// The same around `script`, to its end, with `--json`.
    fn ran(&self, server: &str, token: &str, script: &str) -> (Output, Value) {
        let file = self.at("run.json");
        drop(fs::remove_file(&file));
        let mut command = self.run(server, token);
        let output = command.arg("--json").arg(&file).args(["--", "sh", "-c", script]).output().unwrap();
        let document = fs::read(&file).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        (output, serde_json::from_slice(&document).unwrap())
    }

    /// An agent of the same node and source; it is killed when dropped.
    fn agent(&self, server: &str, token: &str, further: &str) -> Running {
        Running(self.agent_command(server, token, further).spawn().unwrap())
    }

    /// How such an agent is started; its log is `agent.log`.
    fn agent_command(&self, server: &str, token: &str, further: &str) -> Command {
        let (settings, secret) = (self.at("agent.toml"), self.at("token"));
        fs::write(&secret, token).unwrap();
        let text = format!(
            "server = {server:?}\ntoken_file = {secret:?}\nspool = {:?}\nsources = [{SOURCE:?}]\nwindow_ms = 1000\n\
             push_every_s = 1\nrun_spools = {:?}\n{further}\n",
            self.at("agent.sqlite"),
            self.at("spool"),
        );
        fs::write(&settings, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
        let log = fs::File::create(self.at("agent.log")).unwrap();
        command.args(["agent", "--config"]).arg(settings).stderr(log);
        command
    }

    fn visible(&self) -> String {
        format!("metering_file = {:?}", self.at("metering.json"))
    }

    fn hidden(&self) -> String {
        format!("metering_file = {:?}", self.at("no-run-looks-here.json"))
    }
}

/// A process that a test which fails does not leave behind.
struct Running(Child);

impl Running {
    /// SIGTERM, and its end.
    fn stop(mut self) {
        let id = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A run that goes on until its input ends, with the identity of its job.
struct Live {
    run: Running,
    stderr: BufReader<std::process::ChildStderr>,
    job: String,
}

impl Live {
    fn new(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.args(["--", "sh", "-c", "cat; exit 3"]).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let job = job_of(&line);
        Self { run: Running(child), stderr, job }
    }

    /// Ends the command; the exit status and the rest of stderr.
    fn end(mut self) -> (i32, String) {
        drop(self.run.0.stdin.take());
        let mut text = String::new();
        self.stderr.read_to_string(&mut text).unwrap();
        (self.run.0.wait().unwrap().code().unwrap(), text)
    }

    /// SIGKILL.
    fn kill(mut self) -> String {
        self.run.0.kill().unwrap();
        self.run.0.wait().unwrap();
        self.job
    }
}

fn job_of(text: &str) -> String {
    let start = text.find("run-").unwrap_or_else(|| panic!("no job in {text:?}"));
    text[start..start + 20].to_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Looks every 50 ms until there is an answer.
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE.as_millis() / 50 {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} did not come within {PATIENCE:?}");
}

fn service(data: &Data) -> (Service, String) {
    let service = Service::start(&data.path(), "");
    let (_, ingest) = service.token(&["ingest"], None);
    (service, ingest)
}

fn job(service: &Service, id: &str) -> Option<Value> {
    let reply = service.get(&format!("/api/v1/jobs/{id}"), &service.admin);
    (reply.status == 200).then(|| reply.json())
}

/// The job once it has energy.
fn live(service: &Service, id: &str) -> Value {
    wait_for("live energy", || job(service, id).filter(|job| job["energy_mj"].as_i64().unwrap() > 0))
}

fn energy(service: &Service, id: &str) -> i64 {
    job(service, id).unwrap()["energy_mj"].as_i64().unwrap()
}

const TWO_SECONDS_MJ: i64 = 2 * MILLIWATTS;

/// Until the node's agent has delivered two seconds in which no job held anything: what came before is there then.
fn wait_for_idle(service: &Service) {
    let url = "/api/v1/reports/emissions?from=2020-01-01&to=2100-01-01&group_by=job";
    let idle = || service.get(url, &service.admin).json()["idle"]["energy_mj"].as_i64().unwrap();
    let before = idle();
    wait_for("idle seconds", || (idle() > before + TWO_SECONDS_MJ).then_some(()));
}

fn nanoseconds(moment: &Value) -> i64 {
    chrono::DateTime::parse_from_rfc3339(moment.as_str().unwrap()).unwrap().timestamp_nanos_opt().unwrap()
}

/// An address where nobody listens.
fn nobody() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}
