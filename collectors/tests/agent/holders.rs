//! Jobs of Slurm, known from what its prolog and epilog write on the node: the real agent, and the hooks as slurmd runs them.

use crate::kill::{Running, command, wait_until};
use crate::samples::Store;
use crate::stub::{Reply, Request, serve};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use units::Timestamp;
use wire::{Holding, Job};

/// A node with the hooks' folder, and a service that takes what its agent sends.
pub(crate) struct SlurmNode {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Arc<Mutex<Store>>,
    pub(crate) away: Arc<AtomicBool>,
    server: std::net::SocketAddr,
}

impl SlurmNode {
    pub(crate) fn new() -> Self {
        let (store, away) = (Arc::new(Mutex::new(Store::default())), Arc::new(AtomicBool::new(false)));
        let (shelf, is_away) = (Arc::clone(&store), Arc::clone(&away));
        let server = serve(move |request: Request| {
            if is_away.load(Ordering::SeqCst) {
                return Reply::status(503);
            }
            shelf.lock().unwrap().take(&request.body);
            Reply::acknowledge(&request.body)
        });
        let node = Self { folder: tempfile::tempdir().unwrap(), store, away, server };
        fs::create_dir(node.jobs()).unwrap();
        node
    }

    fn jobs(&self) -> PathBuf {
        self.folder.path().join("jobs")
    }

    /// An agent of this node, which has not started, with `more` in the table `slurm` of its settings.
    pub(crate) fn agent(&self, more: &str) -> Command {
        let agent = command(self.folder.path(), self.server);
        let settings = self.folder.path().join("agent.toml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, format!("{text}[slurm]\njobs = {:?}\n{more}\n", self.jobs())).unwrap();
        agent
    }

    fn start(&self) -> Running {
        Running(self.agent("").spawn().unwrap())
    }

    /// Runs a hook as slurmd does.
    pub(crate) fn hook(&self, script: &str, variables: &[(&str, &str)]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/slurm").join(script);
        let mut hook = Command::new(path);
        hook.env_clear().env("WATTLEDGER_SLURM_JOBS", self.jobs());
        hook.envs([("SLURM_CLUSTER_NAME", "lab"), ("SLURMD_NODENAME", "n1"), ("SLURM_JOB_USER", "ada")]);
        assert!(hook.envs(variables.iter().copied()).status().unwrap().success());
    }

    pub(crate) fn prolog(&self, job: &str, restarts: &str, gpus: &str) {
        let variables = [("SLURM_JOB_ID", job), ("SLURM_JOB_RESTART_COUNT", restarts), ("SLURM_JOB_GPUS", gpus)];
        self.hook("prolog.sh", &variables);
    }

    pub(crate) fn epilog(&self, job: &str) {
        self.hook("epilog.sh", &[("SLURM_JOB_ID", job)]);
    }

    /// When a file of the hooks was written.
    pub(crate) fn time(&self, name: &str) -> Timestamp {
        let found = fs::metadata(self.jobs().join(name)).unwrap();
        Timestamp::from_nanoseconds(found.mtime() * 1_000_000_000 + found.mtime_nsec())
    }

    pub(crate) fn holdings(&self) -> Vec<Holding> {
        self.store.lock().unwrap().holdings()
    }

    /// Waits until every one of `count` holdings has an end.
    fn until_ended(&self, count: usize) -> Vec<Holding> {
        let mut found = Vec::new();
        wait_until("the end of every holding", || {
            found = self.holdings();
            found.len() == count && found.iter().all(|holding| holding.end.is_some())
        });
        found
    }

    /// Everything that was said of each job, the last word last.
    pub(crate) fn said(&self) -> BTreeMap<String, Vec<Job>> {
        let mut said: BTreeMap<String, Vec<Job>> = BTreeMap::new();
        for job in self.store.lock().unwrap().jobs() {
            said.entry(job.id.to_string()).or_default().push(job);
        }
        said
    }
}

#[test]
fn a_job_holds_its_devices_from_the_prolog_to_the_epilog_to_the_nanosecond() {
    let node = SlurmNode::new();
    let agent = node.start();
    wait_until("a window", || node.store.lock().unwrap().newest.is_some());
    node.prolog("182", "0", "0,3");
    // A fraction of a second: the job must neither stay nor lose anything.
    node.epilog("182");
    let held = node.until_ended(2);
    let (start, end) = (node.time("182.0.n1"), node.time("182.0.n1.end"));
    assert!(held[0].device.as_str() != held[1].device.as_str(), "{held:?}");
    let is_right = |held: &Holding| {
        held.job.as_str() == "lab-182" && (held.start, held.end) == (start, Some(end.max(first(start))))
    };
    assert!(held.iter().all(is_right), "{held:?}");
    wait_until("both statements", || node.said()["lab-182"].len() == 2);
    let facts = &node.said()["lab-182"];
    assert_eq!(facts.iter().find_map(|job| job.started), Some(start));
    assert_eq!(facts.iter().find_map(|job| job.ended), held[0].end);
    let labels = &facts.iter().find(|job| job.started.is_some()).unwrap().labels;
    assert_eq!((labels["user"].as_str(), labels["evidence"].as_str()), ("ada", "slurm-hook"));
    drop(agent);
}

/// The clock of files has steps: what ends in the step in which it began lasts a nanosecond.
fn first(start: Timestamp) -> Timestamp {
    Timestamp::from_nanoseconds(start.nanoseconds() + 1)
}

#[test]
fn windows_of_a_jobs_devices_end_where_the_job_begins_and_ends() {
    const MINUTE: i64 = 60_000_000_000;
    let node = SlurmNode::new();
    let mut agent = node.agent("");
    let settings = node.folder.path().join("agent.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replace("window_ms = 100", "window_ms = 60000")).unwrap();
    let agent = Running(agent.spawn().unwrap());
    wait_until("the agent", || node.folder.path().join("metering.json").exists());
    thread::sleep(Duration::from_millis(500));
    node.prolog("182", "0", "0");
    thread::sleep(Duration::from_millis(300));
    node.epilog("182");
    node.until_ended(1);
    let (start, end) = (node.time("182.0.n1"), node.time("182.0.n1.end"));
    let device = node.holdings()[0].device.clone();
    let cut = |of_job: bool| -> Vec<Timestamp> {
        let windows = node.store.lock().unwrap().windows();
        let ends = windows.iter().filter(|window| (window.device == device) == of_job).map(|window| window.end);
        ends.filter(|end| end.nanoseconds() % MINUTE != 0).collect()
    };
    wait_until("both windows", || cut(true).len() >= 2);
    let cuts = cut(true);
    // Where a reading came first, the window ends with that reading.
    let late = |cut: Timestamp, at: Timestamp| cut.since(at).unwrap().nanoseconds();
    assert!(late(cuts[0], start) < 250_000_000 && late(cuts[1], end) < 250_000_000, "{cuts:?} {start:?} {end:?}");
    assert_eq!(cut(false), [], "other devices are not cut");
    drop(agent);
}

#[test]
fn jobs_are_known_as_users_know_them_and_charged_to_their_project() {
    let node = SlurmNode::new();
    let mut agent =
        node.agent("cluster = \"unused\"\nnode = \"n1\"\n[slurm.accounts]\nphysics = \"climate\"\n- = \"nobody\"");
    let agent = Running(agent.spawn().unwrap());
    let told = |more: &[(&str, &str)]| {
        let mut variables = vec![("SLURM_JOB_GPUS", "1")];
        variables.extend(more);
        node.hook("prolog.sh", &variables);
    };
    told(&[
        ("SLURM_JOB_ID", "13"),
        ("SLURM_ARRAY_JOB_ID", "11"),
        ("SLURM_ARRAY_TASK_ID", "0"),
        ("SLURM_JOB_ACCOUNT", "physics"),
    ]);
    told(&[("SLURM_JOB_ID", "21"), ("SLURM_HET_JOB_ID", "20"), ("SLURM_JOB_ACCOUNT", "other")]);
    told(&[("SLURM_JOB_ID", "22"), ("SLURM_JOB_RESTART_COUNT", "2")]);
    // Of another slurmd on this machine, without devices, and of a number that is not metered here.
    told(&[("SLURM_JOB_ID", "23"), ("SLURMD_NODENAME", "n2")]);
    told(&[("SLURM_JOB_ID", "24"), ("SLURM_JOB_GPUS", "")]);
    told(&[("SLURM_JOB_ID", "25"), ("SLURM_JOB_GPUS", "1,77")]);
    wait_until("three jobs", || node.said().len() == 3);
    let said = node.said();
    let found: Vec<_> = said
        .iter()
        .map(|(id, said)| (id.as_str(), said[0].project.as_ref().map(|project| project.as_str()), said[0].attempt))
        .collect();
    assert_eq!(
        found,
        [
            ("lab-11_0", Some("climate"), Some(1)),
            ("lab-20+1", Some("other"), Some(1)),
            ("lab-22", Some("nobody"), Some(3))
        ]
    );
    drop(agent);
    assert_eq!(node.holdings().len(), 3, "what is not known to be held here is held by nobody");
}

#[test]
fn an_attempt_without_epilog_is_over_when_the_next_one_begins() {
    let node = SlurmNode::new();
    let agent = node.start();
    node.prolog("7", "0", "0");
    wait_until("the first attempt", || node.holdings().len() == 1);
    node.prolog("7", "1", "0");
    wait_until("the second attempt", || node.holdings().len() == 2);
    let begun = node.time("7.1.n1");
    wait_until("the end of the first", || node.holdings()[0].end == Some(begun));
    let held = node.holdings();
    assert_eq!((held[1].start, held[1].end, held[1].job.as_str()), (begun, None, "lab-7"));
    node.epilog("7");
    assert_eq!(node.until_ended(2)[0].end, Some(begun), "the epilog is that of the last attempt");
    drop(agent);
}

#[test]
fn a_node_that_lost_its_power_holds_nothing_afterwards() {
    let node = SlurmNode::new();
    let agent = node.start();
    node.prolog("7", "0", "0");
    wait_until("the job", || !node.holdings().is_empty());
    let start = node.time("7.0.n1");
    wait_until("windows of the job", || node.store.lock().unwrap().newest > Some(start));
    drop(agent);
    // /run is empty after a start of the machine.
    fs::remove_dir_all(node.jobs()).unwrap();
    let agent = node.start();
    let held = node.until_ended(1);
    let device = held[0].device.clone();
    let windows = node.store.lock().unwrap().windows();
    let own = windows.iter().filter(|window| window.device == device).collect::<Vec<_>>();
    let end = held[0].end.unwrap();
    assert!(own.iter().any(|window| window.end == end), "it ended when its device was last metered: {end:?}");
    assert!(own.iter().all(|window| window.end <= end || window.start >= end), "{end:?}");
    drop(agent);
}

#[test]
fn a_folder_that_others_can_write_to_is_not_believed() {
    let node = SlurmNode::new();
    fs::set_permissions(node.jobs(), fs::Permissions::from_mode(0o777)).unwrap();
    let agent = node.start();
    node.prolog("7", "0", "0");
    wait_until("windows", || node.store.lock().unwrap().newest > Some(node.time("7.0.n1")));
    assert_eq!(node.holdings(), []);
    fs::set_permissions(node.jobs(), fs::Permissions::from_mode(0o755)).unwrap();
    // A file of another user, as where the folder was open before, is not believed either.
    node.prolog("8", "0", "0");
    wait_until("both jobs", || node.holdings().len() == 2);
    drop(agent);
}

#[test]
fn killed_at_any_moment_the_agent_finds_every_holding_again_and_states_none_twice() {
    let mut random = fastrand::Rng::with_seed(crate::seed());
    let node = SlurmNode::new();
    let rounds = crate::trials("WATTLEDGER_HOLDER_KILLS", 8);
    for round in 1..=rounds {
        node.away.store(round % 3 == 0, Ordering::SeqCst);
        let agent = node.start();
        for step in 0..3 {
            let job = (round * 10 + step).to_string();
            node.prolog(&job, "0", &(step % 4).to_string());
            thread::sleep(Duration::from_millis(random.u64(0..150)));
            // One in three goes on into the next life of the agent.
            if step > 0 {
                node.epilog(&job);
            }
            if step == 1 {
                node.epilog(&((round - 1) * 10).to_string());
            }
            thread::sleep(Duration::from_millis(random.u64(0..60)));
        }
        drop(agent);
    }
    node.epilog(&(rounds * 10).to_string());
    node.away.store(false, Ordering::SeqCst);
    let agent = node.start();
    let held = node.until_ended(usize::try_from(rounds).unwrap() * 3);
    drop(agent);
    for Holding { job, start, end, .. } in &held {
        let file = format!("{}.0.n1", job.as_str().strip_prefix("lab-").unwrap());
        assert_eq!((*start, *end), (node.time(&file), Some(node.time(&format!("{file}.end")))), "{job}");
    }
}

#[test]
fn a_job_without_epilog_is_over_when_its_processes_are_gone_and_the_next_one_begins() {
    let node = SlurmNode::new();
    let proc = node.folder.path().join("proc");
    let process = |pid: u32, job: u32| {
        let folder = proc.join(pid.to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("cgroup"), format!("0::/system.slice/slurmstepd.scope/job_{job}/step_0/user/task_0\n"))
            .unwrap();
        fs::write(folder.join("stat"), format!("{pid} (python) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0\n"))
            .unwrap();
    };
    let start = || Running(node.agent(&format!("[holders]\nproc = {proc:?}")).spawn().unwrap());
    process(101, 7);
    process(102, 8);
    let agent = start();
    for (job, gpus) in [("7", "0"), ("8", "1"), ("9", "2")] {
        node.prolog(job, "0", gpus);
    }
    wait_until("three jobs", || node.holdings().len() == 3);
    // The next agent looks through the processes at its start, and knows afterwards whose it saw.
    drop(agent);
    let agent = start();
    let newest = || node.store.lock().unwrap().newest;
    let before = newest();
    wait_until("windows", || newest() > before);
    drop(agent);
    fs::remove_dir_all(proc.join("101")).unwrap();
    let agent = start();
    for (job, gpus) in [("17", "0"), ("18", "1"), ("19", "2")] {
        node.prolog(job, "0", gpus);
    }
    wait_until("six jobs", || node.holdings().len() == 6);
    let begun = node.time("17.0.n1");
    let end_of = |job: &str| node.holdings().into_iter().find(|held| held.job.as_str() == job).unwrap().end;
    wait_until("the end of job 7", || end_of("lab-7") == Some(begun));
    // Job 8 has a process: the two share. Job 9 never had one, as an allocation without steps: the two share.
    assert_eq!((end_of("lab-8"), end_of("lab-9"), end_of("lab-17")), (None, None, None));
    drop(agent);
}

/// The fake driver, under the name that the agent opens.
pub(crate) fn driver(folder: &Path) {
    let built = std::env::current_exe().unwrap().with_file_name("../examples/libfake_nvml.so");
    assert!(built.exists(), "build it: cargo build -p wattledger-agent --example fake_nvml");
    fs::copy(built, folder.join("libnvidia-ml.so.1")).unwrap();
}

#[test]
fn devices_are_found_by_the_numbers_of_their_files_and_not_by_nvmls_index() {
    let node = SlurmNode::new();
    driver(node.folder.path());
    let start = |machine: &str| {
        let mut agent = node.agent("");
        agent.args(["--source", "nvml"]).env("LD_LIBRARY_PATH", node.folder.path()).env("FAKE_NVML", machine);
        Running(agent.spawn().unwrap())
    };
    let agent = start("gpus=2,0.minor=1,1.minor=0");
    node.prolog("7", "0", "0");
    wait_until("the job", || !node.holdings().is_empty());
    assert!(node.holdings()[0].device.as_str().starts_with("GPU-00000001"), "/dev/nvidia0 is the board with index 1");
    node.epilog("7");
    node.until_ended(1);
    drop(agent);
    // With MIG the numbers are those of instances: nobody holds a board by them.
    let agent = start("gpus=1,mig=2");
    node.prolog("8", "0", "0");
    let newest = || node.store.lock().unwrap().newest;
    let before = node.time("8.0.n1");
    wait_until("windows", || newest() > Some(before));
    assert_eq!(node.holdings().len(), 1);
    drop(agent);
}

#[test]
fn hooks_never_fail_a_job() {
    let node = SlurmNode::new();
    node.hook("prolog.sh", &[]);
    node.epilog("7");
    let jobs = node.jobs();
    // As where the disk is read-only.
    fs::remove_dir(&jobs).unwrap();
    fs::write(&jobs, "").unwrap();
    node.prolog("7", "0", "0");
    node.epilog("7");
    fs::remove_file(&jobs).unwrap();
    for job in 1..=128 {
        node.prolog(&job.to_string(), "0", "0");
        node.epilog(&job.to_string());
    }
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    for job in 1..=60 {
        let ended = fs::File::options().write(true).open(jobs.join(format!("{job}.0.n1.end"))).unwrap();
        ended.set_modified(long_ago).unwrap();
    }
    for job in 129..=192 {
        node.prolog(&job.to_string(), "0", "0");
        node.epilog(&job.to_string());
    }
    assert_eq!(fs::read_dir(&jobs).unwrap().count(), 2 * (192 - 60), "what ended a day ago is removed now and then");
    let mode = |name: &str| fs::metadata(jobs.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("192.0.n1"), mode("192.0.n1.end"), mode(".")), (0o644, 0o644, 0o755));
}
