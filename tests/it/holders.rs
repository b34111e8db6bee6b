//! Jobs of Slurm from the hooks on a node to the ledger and its budgets: a real agent, a real service, and the hooks as slurmd runs them.

use crate::service::process::until;
use crate::service::{Data, Service};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const WATTS: f64 = 300.0;

struct SlurmNode(tempfile::TempDir);

impl SlurmNode {
    fn new() -> Self {
        let node = Self(tempfile::tempdir().unwrap());
        fs::create_dir(node.jobs()).unwrap();
        node
    }

    fn jobs(&self) -> PathBuf {
        self.0.path().join("jobs")
    }

    /// Starts the agent of this node.
    fn agent(&self, server: &str, token: &str) -> Running {
        let at = |name: &str| self.0.path().join(name);
        fs::write(at("token"), token).unwrap();
        let text = format!(
            "server = {server:?}\ntoken_file = {:?}\nspool = {:?}\nname = \"n1\"\nsources = [\"synthetic:gpus=4,watts=300,sensor=instant\"]\n\
             window_ms = 10000\npush_every_s = 1\nmetering_file = {:?}\n[slurm]\njobs = {:?}\n",
            at("token"),
            at("spool.sqlite"),
            at("metering.json"),
            self.jobs()
        );
        fs::write(at("agent.toml"), text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
        let agent = command.args(["agent", "--config"]).arg(at("agent.toml")).stderr(Stdio::null());
        let agent = Running(agent.spawn().unwrap());
        until(|| at("metering.json").exists());
        agent
    }

    fn hook(&self, script: &str, variables: &[(&str, &str)]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/slurm").join(script);
        let mut hook = Command::new(path);
        hook.env_clear().env("WATTLEDGER_SLURM_JOBS", self.jobs());
        hook.envs([("SLURM_CLUSTER_NAME", "lab"), ("SLURMD_NODENAME", "n1"), ("SLURM_JOB_ACCOUNT", "atlas")]);
        assert!(hook.envs(variables.iter().copied()).status().unwrap().success());
    }

    fn prolog(&self, job: &str, gpus: &str) {
        self.hook("prolog.sh", &[("SLURM_JOB_ID", job), ("SLURM_JOB_GPUS", gpus)]);
    }

    fn epilog(&self, job: &str) {
        self.hook("epilog.sh", &[("SLURM_JOB_ID", job)]);
    }
}

/// A process that a test which fails does not leave behind.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn signal(process: u32, name: &str) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

fn job(service: &Service, id: &str) -> Option<Value> {
    let reply = service.get(&format!("/api/v1/jobs/{id}"), &service.admin);
    (reply.status == 200).then(|| reply.json())
}

/// Joules that a job should have used, by its own times, on `gpus` devices of 300 W.
fn due(job: &Value, gpus: f64) -> f64 {
    job["duration_s"].as_f64().unwrap() * WATTS * gpus
}

fn joules(job: &Value) -> f64 {
    job["energy_mj"].as_i64().unwrap() as f64 / 1e3
}

/// Waits until the energy of an ended job is that of its time, within 20 ms of its power.
fn expect_own_energy(service: &Service, id: &str, gpus: f64) -> Value {
    let is_whole = |job: &Value| job["state"] == "ended" && (joules(job) - due(job, gpus)).abs() <= 0.02 * WATTS * gpus;
    until(|| job(service, id).is_some_and(|job| is_whole(&job)));
    job(service, id).unwrap()
}

#[test]
fn jobs_have_their_own_energy_whatever_becomes_of_service_and_agent() {
    let (data, node) = (Data::new(), SlurmNode::new());
    let service = Service::start(&data.path(), "");
    let (_, ingest) = service.token(&["ingest"], None);
    let agent = node.agent(&service.server(), &ingest);
    node.prolog("1", "0,1");
    node.prolog("2", "2");
    std::thread::sleep(Duration::from_millis(400));
    // The service stands still while jobs begin and end, one of them within the outage, one right after another on the same device.
    signal(service.process(), "-STOP");
    node.epilog("2");
    node.prolog("3", "2");
    std::thread::sleep(Duration::from_millis(300));
    node.epilog("3");
    node.prolog("4", "2");
    signal(service.process(), "-CONT");
    // And the agent is killed.
    std::thread::sleep(Duration::from_millis(700));
    drop(agent);
    let agent = node.agent(&service.server(), &ingest);
    std::thread::sleep(Duration::from_millis(300));
    node.epilog("4");
    node.epilog("1");
    until(|| job(&service, "lab-1").is_some_and(|job| job["state"] == "ended"));
    drop(agent);
    // The next agent closes nothing that was open: it sends what the spool has.
    let agent = node.agent(&service.server(), &ingest);
    for (id, gpus) in [("lab-2", 1.0), ("lab-3", 1.0)] {
        let found = expect_own_energy(&service, id, gpus);
        assert_eq!((&found["project"], &found["labels"]["evidence"]), (&json!("atlas"), &json!("slurm-hook")));
    }
    // While no agent ran nothing was metered, so these have less, and never more.
    for (id, gpus) in [("lab-4", 1.0), ("lab-1", 2.0)] {
        let found = job(&service, id).unwrap();
        let (found, due) = (joules(&found), due(&found, gpus));
        assert!(found > 0.0 && found <= due + 0.02 * WATTS * gpus, "{id}: {found} of {due} J");
    }
    drop(agent);
    let (status, _) = service.stop();
    assert_eq!(status, 0);
}

#[test]
fn what_is_metered_of_a_named_job_is_spent_once_and_no_longer_held() {
    let (data, node) = (Data::new(), SlurmNode::new());
    let service = Service::start(&data.path(), "");
    let (_, ingest) = service.token(&["ingest"], None);
    let admin = service.admin.clone();
    let post = |path: &str, document: Value| service.post(&format!("/api/v1{path}"), &admin, &document);
    assert_eq!(post("/projects", json!({ "name": "atlas" })).status, 201);
    let budget = json!({ "name": "Atlas", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": 100_000_000_000_i64, "period": "month", "mode": "block" });
    let number = |document: Value| document["id"].to_string().trim_matches('"').to_owned();
    let budget = number(post("/budgets", budget).json());
    let asked = json!({ "key": "slurm.k.a1.x", "project": "atlas", "accelerator": "a100", "count": 2, "hours": 1.0 });
    let id = number(post("/admissions", asked.clone()).json());
    let standing = || service.get(&format!("/api/v1/budgets/{budget}"), &admin).json();
    let held = standing()["held_mj"].as_i64().unwrap();
    assert!(held > 0 && standing()["spent_mj"] == 0);

    let agent = node.agent(&service.server(), &ingest);
    node.prolog("182", "0,1");
    until(|| job(&service, "lab-182").is_some_and(|job| joules(&job) > 0.0));
    let name = |job: &str| post(&format!("/admissions/{id}/job"), json!({ "job": job }));
    assert_eq!((name("no name").status, name("lab-182").status, name("lab-182").status), (400, 200, 200));
    assert_eq!(name("lab-183").status, 409);
    // Asked for again, as after a lost state, it is the same admission.
    assert_eq!(number(post("/admissions", asked).json()), id);
    let now = standing();
    let (spent, still) = (now["spent_mj"].as_i64().unwrap(), now["held_mj"].as_i64().unwrap());
    assert!(spent > 0 && still + spent <= held + 1, "{spent} spent and {still} of {held} held");
    std::thread::sleep(Duration::from_millis(500));
    node.epilog("182");
    let ended = expect_own_energy(&service, "lab-182", 2.0);
    assert_eq!(post(&format!("/admissions/{id}/commit"), json!({})).status, 200);
    until(|| standing()["held_mj"] == 0 && standing()["spent_mj"] == ended["energy_mj"]);
    drop(agent);
    let (status, _) = service.stop();
    assert_eq!(status, 0);
    let audited = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert_eq!(audited.code, 0, "{} {}", audited.stdout, audited.stderr);
}
