//! `wattledger run --project P` asks the budgets whatever it sees of the machine, and whatever the environment says.

use crate::service::process::until;
use crate::service::{Data, Service};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// One kWh, mJ.
const KWH: i64 = 3_600_000_000;

/// A service whose budget of project `atlas` has `limit_mj` and blocks, and a place for what runs leave.
struct Gate {
    _data: Data,
    service: Service,
    home: tempfile::TempDir,
}

impl Gate {
    fn new(limit_mj: i64) -> Self {
        Self::of(
            &json!({ "name": "atlas month", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": limit_mj, "period": "month", "mode": "block" }),
        )
    }

    fn of(policy: &Value) -> Self {
        let data = Data::new();
        let service = Service::start(&data.path(), "");
        let made = service.post("/api/v1/budgets", &service.admin, policy);
        assert_eq!(made.status, 201, "{made:?}");
        Self { _data: data, service, home: tempfile::tempdir().unwrap() }
    }

    /// `wattledger run` for `project` (none if it is empty) with `options`, on a machine without a sensor that sees no device.
    fn run(&self, project: &str, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("WATTLEDGER_POWERCAP", "/nonexistent");
        command.env("WATTLEDGER_NVML_LIB", "/nonexistent/libnvidia-ml.so.1").env("XDG_STATE_HOME", self.home.path());
        command.env("WATTLEDGER_METERING_FILE", "/nonexistent").env("WATTLEDGER_TOKEN", &self.service.admin);
        command.env("WATTLEDGER_SERVER", self.service.server()).arg("run").args(options);
        if !project.is_empty() {
            command.args(["--project", project]);
        }
        command
    }

    /// The same for an hour on two accelerators of 300 W each.
    fn on_accelerators(&self, project: &str, options: &[&str]) -> Command {
        let accelerators = ["--source", "synthetic:gpus=2,watts=300", "--hours", "1", "--power-w", "300"];
        let options = [&accelerators, options].concat();
        self.run(project, &options)
    }

    fn mark(&self) -> PathBuf {
        self.home.path().join("started")
    }

    /// Runs `command` around one that leaves a mark; how it ended, whether the mark is there, and what was said.
    fn tried(&self, command: &mut Command) -> (Option<i32>, bool, String) {
        let output = command.args(["--", "touch"]).arg(self.mark()).output().unwrap();
        let is_started = std::fs::remove_file(self.mark()).is_ok();
        (output.status.code(), is_started, said(&output))
    }

    fn expect_refused(&self, code: i32, command: &mut Command) -> String {
        let (status, is_started, said) = self.tried(command);
        assert_eq!((status, is_started), (Some(code), false), "{said}");
        said
    }

    fn expect_started(&self, command: &mut Command) -> String {
        let (status, is_started, said) = self.tried(command);
        assert_eq!((status, is_started), (Some(0), true), "{said}");
        said
    }

    fn admissions(&self) -> Vec<Value> {
        self.service.get("/api/v1/admissions", &self.service.admin).json()["items"].as_array().unwrap().clone()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_run_that_sees_no_device_is_held_as_the_processors_that_it_may_use() {
    let full = Gate::new(1);
    let said = full.expect_refused(3, &mut full.run("atlas", &["--hours", "1"]));
    assert!(said.contains("denied") && said.contains("atlas month"), "{said}");
    full.expect_refused(3, &mut full.run("atlas", &["--power-w", "5", "--hours", "1"]));
    // No variable that hides the devices from the metering hides the run from the budget.
    full.expect_refused(3, full.run("atlas", &["--hours", "1"]).env("CUDA_VISIBLE_DEVICES", ""));
    // Without a wall time nothing can be estimated, and the budget blocks.
    full.expect_refused(4, &mut full.run("atlas", &[]));
    let roomy = Gate::new(1_000 * KWH);
    let said = roomy.expect_started(&mut roomy.run("atlas", &["--hours", "2"]));
    assert!(said.contains("no accelerator is visible to this run") && said.contains("4.26 W"), "{said}");
    let admission = &roomy.admissions()[0];
    let processors = i64::try_from(std::thread::available_parallelism().unwrap().get()).unwrap();
    // Two hours at 4.26 W each.
    assert_eq!(admission["p50"]["energy_mj"], processors * 2 * 4_260 * 3_600, "{admission}");
    // Nothing was metered, so nothing stays held.
    assert_eq!(admission["state"], "released");
    let said = roomy.expect_started(&mut roomy.run("atlas", &["--hours", "2", "--power-w", "50"]));
    assert!(!said.contains("no accelerator"), "{said}");
    assert_eq!(roomy.admissions()[0]["p50"]["energy_mj"], 2 * 50_000 * 3_600);
}

#[test]
fn an_unknown_project_does_not_start_where_a_budget_that_blocks_could_count_it() {
    let gate = Gate::new(1_000 * KWH);
    for options in [&[][..], &["--hours", "1"]] {
        let said = gate.expect_refused(4, &mut gate.run("atlsa", options));
        assert!(said.contains("no project \"atlsa\"") && said.contains("wattledger project create"), "{said}");
    }
    gate.expect_refused(4, gate.on_accelerators("atlsa", &[]).env("LOCAL_RANK", "1"));
    // A token of another project is no way around it.
    let (_, bound) = gate.service.token(&["ingest", "admit"], Some("own"));
    gate.expect_refused(4, gate.on_accelerators("atlas", &[]).env("WATTLEDGER_TOKEN", &bound));
    // A budget of a site counts every job there, whatever its project.
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    assert_eq!(service.post("/api/v1/sites", &service.admin, &json!({ "name": "fra", "zone": "DE" })).status, 201);
    let policy = json!({ "name": "fra month", "scope": "site", "site": "fra", "unit": "energy", "limit_mj": 1_000 * KWH, "period": "month", "mode": "block" });
    assert_eq!(service.post("/api/v1/budgets", &service.admin, &policy).status, 201);
    let of_site = Gate { _data: data, service, home: tempfile::tempdir().unwrap() };
    of_site.expect_refused(4, &mut of_site.on_accelerators("atlsa", &[]));
}

#[test]
fn a_run_without_a_project_asks_that_of_its_token() {
    let full = Gate::new(1);
    let (_, bound) = full.service.token(&["ingest", "admit"], Some("atlas"));
    let unnamed = |options: &[&str]| {
        let mut command = full.on_accelerators("", options);
        command.env("WATTLEDGER_TOKEN", &bound);
        command
    };
    let said = full.expect_refused(3, &mut unnamed(&[]));
    assert!(said.contains("atlas month"), "{said}");
    full.expect_refused(3, unnamed(&[]).env("LOCAL_RANK", "1"));
    // Where the service does not answer, nobody knows whether the token is bound.
    let away = |outage| {
        let mut command = unnamed(&["--outage", outage]);
        command.env("WATTLEDGER_SERVER", "http://127.0.0.1:9");
        command
    };
    full.expect_refused(5, &mut away("closed"));
    let said = full.expect_started(&mut away("open"));
    assert!(said.contains("the run starts unverified"), "{said}");
    // A token of no project, and a run of none: nothing is asked.
    let said = full.expect_started(&mut full.on_accelerators("", &[]));
    assert!(!said.contains("unverified"), "{said}");
    assert_eq!(full.admissions().iter().filter(|found| found["state"] == "held").count(), 0);
}

#[test]
fn a_token_that_may_not_ask_is_no_way_around_a_budget() {
    let roomy = Gate::new(1_000 * KWH);
    let accelerators = ["--source", "synthetic:gpus=2,watts=300", "--power-w", "300"];
    for (project, options) in [(None, &accelerators[..]), (Some("atlas"), &accelerators)] {
        let (_, token) = roomy.service.token(&["ingest"], project);
        for name in ["atlas", ""].into_iter().filter(|name| !name.is_empty() || project.is_some()) {
            let said = roomy.expect_refused(4, roomy.run(name, options).env("WATTLEDGER_TOKEN", &token));
            assert!(said.contains("scope admit") && said.contains("a budget that blocks may apply"), "{said}");
        }
    }
    // A token that the service does not know says nothing of its budgets either.
    let said = roomy.expect_refused(2, roomy.run("atlas", &accelerators).env("WATTLEDGER_TOKEN", "wl_unknown"));
    assert!(said.contains("does not accept the token"), "{said}");
    // Another project's budget is none of this token's, and a budget that only warns refuses nobody.
    let (_, other) = roomy.service.token(&["ingest"], Some("other"));
    let said = roomy.expect_started(roomy.run("other", &accelerators).env("WATTLEDGER_TOKEN", &other));
    assert!(said.contains("nothing is held for this run") && said.contains("scope admit"), "{said}");
    let warning = Gate::of(
        &json!({ "name": "atlas month", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": 1, "period": "month", "mode": "warn" }),
    );
    let (_, token) = warning.service.token(&["ingest"], None);
    warning.expect_started(warning.run("atlas", &accelerators).env("WATTLEDGER_TOKEN", &token));
}

#[test]
fn a_rank_without_a_rank_0_that_holds_asks_for_itself() {
    let full = Gate::new(1);
    for (name, value) in [("LOCAL_RANK", "1"), ("SLURM_LOCALID", "3"), ("OMPI_COMM_WORLD_LOCAL_RANK", "7")] {
        let said = full.expect_refused(3, full.on_accelerators("atlas", &[]).env(name, value).env("MASTER_PORT", "1"));
        assert!(said.contains("does not hold for project atlas on this node"), "{said}");
    }
    // A process of the right name that is not around this one: the service itself, say.
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let marker = format!("{}:{}", boot.trim(), full.service.process());
    full.expect_refused(3, full.on_accelerators("atlas", &[]).env("WATTLEDGER_RUN", marker));
}

/// A run that goes on until its input ends.
fn started(command: &mut Command) -> Child {
    command.args(["--", "cat"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(mut run: Child) -> String {
    drop(run.stdin.take());
    let mut said = String::new();
    run.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(run.wait().unwrap().success(), "{said}");
    said
}

#[test]
fn a_rank_passes_where_rank_0_of_the_same_launch_holds() {
    let gate = Gate::new(1_000 * KWH);
    let rank = |rank: &str, launch: &str, project: &str| {
        let mut command = gate.on_accelerators(project, &[]);
        command.env("LOCAL_RANK", rank).env("TORCHELASTIC_RUN_ID", launch);
        command
    };
    // The other ranks begin at the same time, and wait for the answer to the first.
    let one = started(&mut rank("1", "a", "atlas"));
    let zero = started(&mut rank("0", "a", "atlas"));
    until(|| gate.admissions().first().is_some_and(|found| found["state"] == "held"));
    let two = gate.expect_started(&mut rank("2", "a", "atlas"));
    assert!(two.contains("counted by local rank 0"), "{two}");
    assert_eq!(gate.admissions().len(), 1);
    // Another launch, and the same launch for another project, have nothing there.
    assert_eq!(gate.service.post("/api/v1/projects", &gate.service.admin, &json!({ "name": "other" })).status, 201);
    let other = gate.expect_started(&mut rank("1", "b", "atlas"));
    assert!(other.contains("asks and counts for itself"), "{other}");
    let other = gate.expect_started(&mut rank("1", "a", "other"));
    assert!(other.contains("asks and counts for itself"), "{other}");
    assert_eq!(gate.admissions().len(), 3);
    assert!(end(one).contains("counted by local rank 0"));
    end(zero);
    assert_eq!(gate.admissions().len(), 3);
    let notes = gate.home.path().join("wattledger/running");
    assert_eq!(std::fs::read_dir(notes).unwrap().count(), 0, "a run that ends takes its note along");
}

#[test]
fn a_run_inside_another_passes_where_that_one_holds_for_its_project() {
    let gate = Gate::new(1_000 * KWH);
    let inner = |project: &str, mark: &Path| {
        let program = env!("CARGO_BIN_EXE_wattledger");
        format!(
            "{program} run --source synthetic:gpus=1,watts=300 --project {project} --hours 1 --power-w 300 -- touch {}",
            mark.display()
        )
    };
    let script = inner("atlas", &gate.mark());
    let around = gate.on_accelerators("atlas", &[]).args(["--", "sh", "-c", &script]).output().unwrap();
    assert!(around.status.success() && gate.mark().exists(), "{}", said(&around));
    assert!(said(&around).contains("counted by the wattledger run around it"), "{}", said(&around));
    assert_eq!(gate.admissions().len(), 1);
    std::fs::remove_file(gate.mark()).unwrap();
    // One that asks nothing holds nothing for what is inside.
    let full = Gate::new(1);
    let script = inner("atlas", &full.mark());
    let mut free = full.on_accelerators("free", &[]);
    assert_eq!(full.service.post("/api/v1/projects", &full.service.admin, &json!({ "name": "free" })).status, 201);
    let around = free.args(["--", "sh", "-c", &script]).output().unwrap();
    assert_eq!((around.status.code(), full.mark().exists()), (Some(3), false), "{}", said(&around));
}
