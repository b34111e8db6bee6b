//! `wattledger run --server`: a real service, real runs, and what is left when either goes away.

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

    /// Every file in the folder for spools, but the logs of those that are open.
    fn spools(&self) -> Vec<String> {
        let entries = fs::read_dir(self.at("spool")).into_iter().flatten().flatten();
        let names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
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
        command.args(["agent", "--config"]).arg(settings).stderr(Stdio::null());
        Running(command.spawn().unwrap())
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

#[test]
fn a_run_is_a_job_with_live_energy_and_ends_with_its_exit_status_and_exactly_its_own_energy() {
    let (data, place) = (Data::new(), Place::new());
    let (service, token) = service(&data);
    let file = place.at("run.json");
    let mut command = place.run(&service.server(), &token);
    command.args(["--project", "vision", "--name", "ablation 7", "--label", "team=a", "--label", "seed=1", "--json"]);
    command.arg(&file);
    let run = Live::new(command);
    let id = run.job.clone();
    let before = live(&service, &id);
    assert_eq!((&before["ended"], &before["exit_status"]), (&Value::Null, &Value::Null));
    assert_eq!(before["labels"], json!({ "team": "a", "seed": "1" }));
    assert_eq!((&before["project"], &before["name"]), (&json!("vision"), &json!("ablation 7")));
    wait_for("more energy", || {
        job(&service, &id).filter(|now| now["energy_mj"].as_i64() > before["energy_mj"].as_i64())
    });
    let (status, text) = run.end();
    assert_eq!(status, 3, "{text}");
    assert!(text.contains(&format!("job       {id}, delivered")) && text.contains("`wattledger job run-"), "{text}");
    assert_eq!(place.spools(), [""; 0], "{text}");
    let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let after = job(&service, &id).unwrap();
    assert_eq!(document["job"], json!(id));
    assert_eq!(after["exit_status"], 3);
    assert_eq!(after["energy_mj"], document["energy_mj"]);
    let report = service.get("/api/v1/reports/emissions?from=2020-01-01&to=2100-01-01&group_by=job", &service.admin);
    let report = report.json();
    assert_eq!((&report["metered"]["energy_mj"], &report["idle"]["energy_mj"]), (&after["energy_mj"], &json!(0)));
    assert_eq!(service.command(&service.admin, &["job", &id]).code, 0);
}

#[test]
fn a_run_that_no_service_heard_is_delivered_by_the_next_one_and_by_the_agent_exactly_once() {
    let (data, place) = (Data::new(), Place::new());
    let away: Vec<Value> = (0..4)
        .map(|run| {
            let (output, document) = place.ran(&nobody(), "wl_x", &format!("sleep 0.3; exit {run}"));
            assert_eq!(output.status.code(), Some(run), "{output:?}");
            let spool = place.at("spool").join(format!("{}.sqlite", document["job"].as_str().unwrap()));
            assert!(stderr(&output).contains(spool.to_str().unwrap()), "{output:?}");
            document
        })
        .collect();
    assert_eq!(place.spools().len(), 4);
    // All at once: an agent and two runs.
    let (service, token) = service(&data);
    let agent = place.agent(&service.server(), &token, &format!("name = \"another\"\n{}", place.hidden()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let output = place.run(&service.server(), &token).args(["--", "true"]).output().unwrap();
                assert_eq!(output.status.code(), Some(0), "{output:?}");
            });
        }
    });
    wait_for("the end of the spools", || place.spools().is_empty().then_some(()));
    agent.stop();
    for (status, document) in away.iter().enumerate() {
        let found = job(&service, document["job"].as_str().unwrap()).unwrap();
        assert_eq!(found["energy_mj"], document["energy_mj"], "{document}");
        assert_eq!(found["exit_status"], status);
    }
}

#[test]
fn a_run_that_was_killed_ends_at_its_last_window_and_one_that_goes_on_is_left_alone() {
    let (data, place) = (Data::new(), Place::new());
    let (service, token) = service(&data);
    for by_agent in [false, true] {
        let killed = Live::new(place.run(&service.server(), &token));
        let live_one = Live::new(place.run(&service.server(), &token));
        live(&service, &killed.job);
        live(&service, &live_one.job);
        let id = killed.kill();
        assert_eq!(job(&service, &id).unwrap()["ended"], Value::Null);
        let agent =
            by_agent.then(|| place.agent(&service.server(), &token, &format!("name = \"b\"\n{}", place.hidden())));
        if !by_agent {
            place.ran(&service.server(), &token, "true");
        }
        let ended = wait_for("its end", || job(&service, &id).filter(|job| job["ended"] != Value::Null));
        assert_eq!(ended["exit_status"], Value::Null);
        wait_for("the end of its spool", || (place.spools() == [format!("{}.sqlite", live_one.job)]).then_some(()));
        let energy = job(&service, &id).unwrap()["energy_mj"].as_i64().unwrap();
        let seconds = (nanoseconds(&ended["ended"]) - nanoseconds(&ended["started"])) as f64 / 1e9;
        // Two runs of the same devices share them, and before they did one held them alone.
        let whole = MILLIWATTS as f64 * seconds;
        assert!(energy > 0 && (energy as f64) <= whole + 10.0, "{energy} mJ of {whole}");
        assert_eq!(job(&service, &live_one.job).unwrap()["ended"], Value::Null);
        let (status, text) = live_one.end();
        assert_eq!(status, 3, "{text}");
        drop(agent);
    }
}

/// The job's energy and seconds, and the node's: metered and span of all windows, from a stopped service.
struct Books {
    job_mj: i64,
    job_ns: i64,
    metered_mj: i64,
    first_ns: i64,
    last_ns: i64,
    aside: i64,
}

fn books(service: Service, data: &Data, id: &str) -> Books {
    let job = job(&service, id).unwrap();
    let url = "/api/v1/reports/emissions?from=2020-01-01&to=2100-01-01&group_by=job";
    let report = service.get(url, &service.admin).json();
    let mj = |of: &Value| of["energy_mj"].as_i64().unwrap();
    assert_eq!(mj(&report["metered"]), mj(&report["total"]) + mj(&report["idle"]));
    assert_eq!(service.stop().0, 0);
    let store = rusqlite::Connection::open(data.path().join("wattledger.db")).unwrap();
    let one = |sql: &str| store.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    Books {
        job_mj: mj(&job),
        job_ns: nanoseconds(&job["ended"]) - nanoseconds(&job["started"]),
        metered_mj: mj(&report["metered"]),
        first_ns: one("SELECT min(start_ns) FROM reaches"),
        last_ns: one("SELECT max(end_ns) FROM reaches"),
        aside: one("SELECT count(*) FROM set_aside"),
    }
}

fn millijoules(ns: i64) -> i64 {
    i64::try_from(i128::from(MILLIWATTS) * i128::from(ns) / 1_000_000_000).unwrap()
}

/// Rounding of some windows.
const ROUNDING: i64 = 100;

#[test]
fn beside_the_nodes_agent_a_run_says_what_it_holds_and_no_energy_is_doubled() {
    let (data, place) = (Data::new(), Place::new());
    let (service, token) = service(&data);
    let agent = place.agent(&service.server(), &token, &place.visible());
    wait_for("the agent", || place.at("metering.json").exists().then_some(()));
    let run = Live::new(place.run(&service.server(), &token));
    let id = run.job.clone();
    live(&service, &id);
    assert_eq!(run.end().0, 3);
    wait_for_idle(&service);
    agent.stop();
    assert!(!place.at("metering.json").exists(), "an agent that ended meters nothing");
    let books = books(service, &data, &id);
    assert_eq!(books.aside, 0, "nothing was sent twice");
    assert!((books.job_mj - millijoules(books.job_ns)).abs() <= ROUNDING, "{} mJ", books.job_mj);
    assert!((books.metered_mj - millijoules(books.last_ns - books.first_ns)).abs() <= ROUNDING);
}

#[test]
fn beside_an_agent_that_it_cannot_see_a_run_doubles_nothing_in_either_order() {
    for agent_first in [true, false] {
        let (data, place) = (Data::new(), Place::new());
        let (service, token) = service(&data);
        let agent = || place.agent(&service.server(), &token, &place.hidden());
        let wait_for_agent = || {
            let hidden = place.at("no-run-looks-here.json");
            wait_for("the agent", || hidden.exists().then_some(()));
        };
        let mut running = agent_first.then(agent);
        if agent_first {
            wait_for_agent();
            wait_for_idle(&service);
        }
        let run = Live::new(place.run(&service.server(), &token));
        let id = run.job.clone();
        live(&service, &id);
        if !agent_first {
            running = Some(agent());
            wait_for_agent();
            let before = energy(&service, &id);
            wait_for("seconds of both", || (energy(&service, &id) > before + TWO_SECONDS_MJ).then_some(()));
        }
        assert_eq!(run.end().0, 3);
        wait_for_idle(&service);
        running.unwrap().stop();
        let books = books(service, &data, &id);
        // Where one begins inside a window of the other, a part of that window may be in neither.
        let (seam, whole) = (millijoules(1_000_000_000), millijoules(books.job_ns));
        assert!((whole - seam..=whole + ROUNDING).contains(&books.job_mj), "{} of {whole} mJ", books.job_mj);
        let whole = millijoules(books.last_ns - books.first_ns);
        assert!(
            (whole - 2 * seam..=whole + ROUNDING).contains(&books.metered_mj),
            "{} of {whole} mJ",
            books.metered_mj
        );
        assert!(books.aside > 0, "both sent the same seconds");
    }
}

/// Answers every connection with `answer`, or with silence.
fn stub(answer: Option<&'static str>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for mut stream in listener.incoming().flatten() {
            if let Some(answer) = answer {
                // A client that is gone has its reasons.
                let _ = stream.read(&mut [0; 65_536]);
                let _ = stream.write_all(answer.as_bytes());
            } else {
                kept.push(stream);
            }
        }
    });
    address
}

#[test]
fn whatever_the_service_does_the_exit_status_is_the_commands_and_the_end_is_soon() {
    let data = Data::new();
    let (service, _) = service(&data);
    let error = "HTTP/1.1 500 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let empty = "HTTP/1.1 200 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    for (server, expected) in [
        (nobody(), "refused"),
        (service.server(), "status 401"),
        (format!("http://{}", stub(Some(error))), "status 500"),
        (format!("http://{}", stub(Some(empty))), "status 200"),
        (format!("http://{}", stub(None)), "no answer in time"),
        (service.server().replace("http:", "https:"), "https://"),
    ] {
        let place = Place::new();
        let (output, document) = place.ran(&server, "wl_unknown", "sleep 1.2; exit 7");
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(7), "{text}");
        let told: Vec<&str> = text.lines().filter(|line| line.contains("not delivered yet")).collect();
        assert_eq!(told.len(), 1, "{text}");
        assert!(told[0].contains(expected), "{expected}: {text}");
        assert_eq!(place.spools(), [format!("{}.sqlite", document["job"].as_str().unwrap())]);
        assert!(document["energy_mj"].as_i64().unwrap() > 0);
    }
}

#[test]
fn a_spool_that_cannot_be_written_costs_the_job_and_not_the_run() {
    let data = Data::new();
    let (service, token) = service(&data);
    let place = Place::new();
    fs::write(place.at("spool"), "a file, no folder").unwrap();
    let (output, document) = place.ran(&service.server(), &token, "exit 7");
    assert_eq!(output.status.code(), Some(7));
    assert!(stderr(&output).contains("not delivered and not kept"), "{output:?}");
    assert!(document["duration_s"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_spool_is_its_users_alone_and_in_a_shared_folder_the_groups() {
    for (mode, expected) in [(0o755, 0o600), (0o2770, 0o660)] {
        let place = Place::new();
        fs::create_dir(place.at("spool")).unwrap();
        fs::set_permissions(place.at("spool"), fs::Permissions::from_mode(mode)).unwrap();
        place.ran(&nobody(), "wl_x", "true");
        for entry in fs::read_dir(place.at("spool")).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, expected, "{entry:?}");
        }
    }
}

#[test]
fn a_run_inside_a_run_is_no_second_job_and_a_bad_name_is_refused_before_the_start() {
    let data = Data::new();
    let (service, token) = service(&data);
    let place = Place::new();
    let inner = env!("CARGO_BIN_EXE_wattledger");
    let (output, _) =
        place.ran(&service.server(), &token, &format!("{inner} run --server {} -- true", service.server()));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let jobs = service.get("/api/v1/jobs", &service.admin).json();
    assert_eq!(jobs["items"].as_array().unwrap().len(), 1);
    let mut command = place.run(&service.server(), &token);
    let refused = command.args(["--project", "no name", "--", "touch"]).arg(place.at("started")).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(stderr(&refused).contains("--project: `no name` is not a name"), "{refused:?}");
    assert!(!Path::new(&place.at("started")).exists());
}

#[test]
fn a_run_delivers_to_a_service_with_a_certificate_of_the_sites_own_authority() {
    let (data, place) = (Data::new(), Place::new());
    let [ca, certificate, key] = tls::certificates(place.0.path());
    let service = Service::start(&data.path(), &format!("tls_certificate = {certificate:?}\ntls_key = {key:?}"));
    let server = format!("https://{}", service.address);
    for is_option in [true, false] {
        let mut run = place.run(&server, &service.admin);
        if is_option {
            run.arg("--ca-file").arg(&ca)
        } else {
            run.env("WATTLEDGER_CA_FILE", &ca)
        };
        let output = run.args(["--", "sh", "-c", "exit 7"]).output().unwrap();
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(7), "{text}");
        let delivered = format!("job       {}, delivered to {server}", job_of(&text));
        assert!(text.contains(&delivered), "{text}");
        assert_eq!(place.spools(), [""; 0], "{text}");
    }
    let mut run = place.run(&server, &service.admin);
    let missing = run.args(["--ca-file", "/nonexistent.pem", "--", "touch"]).arg(place.at("started")).output().unwrap();
    assert!(missing.status.code() == Some(2) && stderr(&missing).contains("/nonexistent.pem"), "{missing:?}");
    assert!(!place.at("started").exists());
}
