//! Holders that are known by their processes alone: the real agent, a driver that lists processes, and the process file system as the kernel has it.

use crate::holders::{SlurmNode, driver};
use crate::kill::{Running, wait_until};
use crate::samples::unpack;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use wire::Holding;

/// Uid of the pod of [`POD`].
pub(crate) const UID: &str = "b3955616-90bd-41fc-aa80-9cf274b0c8f5";
pub(crate) const POD: &str = "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podb3955616_90bd_41fc_aa80_9cf274b0c8f5.slice/cri-containerd-69582967867f154411eee52e4a081994729ccfa031770d50970c03490ba32490.scope";
const CONTAINER: &str =
    "0::/system.slice/docker-710eff14244a08e98727301d492edf53e54f4c299f1b462b545c16bb5548aa55.scope";
const SESSION: &str = "0::/user.slice/user-1003.slice/session-4.scope";

/// A node with GPUs and processes.
pub(crate) struct GpuNode {
    pub(crate) slurm: SlurmNode,
    machine: String,
}

impl GpuNode {
    /// `machine` is what the driver describes.
    pub(crate) fn new(machine: &str) -> Self {
        let slurm = SlurmNode::new();
        driver(slurm.folder.path());
        let node = Self { slurm, machine: machine.to_owned() };
        node.tell("");
        node.process(1, 0, "systemd", "0::/init.scope");
        node
    }

    fn proc(&self) -> PathBuf {
        self.slurm.folder.path().join("proc")
    }

    /// Carries out `spec` on the machine.
    pub(crate) fn tell(&self, spec: &str) {
        let (new, file) = (self.slurm.folder.path().join("machine.new"), self.slurm.folder.path().join("machine"));
        fs::write(&new, spec).unwrap();
        fs::rename(new, file).unwrap();
    }

    /// A process that `parent` started, in this cgroup.
    pub(crate) fn process(&self, pid: u32, parent: u32, name: &str, cgroup: &str) {
        self.process_since(pid, parent, name, cgroup, 77);
    }

    fn process_since(&self, pid: u32, parent: u32, name: &str, cgroup: &str, start: u32) {
        let folder = self.proc().join(pid.to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("cgroup"), format!("{cgroup}\n")).unwrap();
        let zeros = "0 ".repeat(17);
        fs::write(folder.join("stat"), format!("{pid} ({name}) S {parent} {zeros}{start} 0 0\n")).unwrap();
    }

    pub(crate) fn ends(&self, pid: u32) {
        fs::remove_dir_all(self.proc().join(pid.to_string())).unwrap();
    }

    fn start(&self) -> Running {
        self.start_with("")
    }

    /// An agent with further tables in its settings.
    pub(crate) fn start_with(&self, tables: &str) -> Running {
        let more = format!("cluster = \"lab\"\n[holders]\nproc = {:?}\n{tables}", self.proc());
        let mut agent = self.slurm.agent(&more);
        agent.args(["--source", "nvml"]).env("LD_LIBRARY_PATH", self.slurm.folder.path());
        agent.env("FAKE_NVML", &self.machine).env("FAKE_NVML_FILE", self.slurm.folder.path().join("machine"));
        Running(agent.spawn().unwrap())
    }

    /// Board number, job and whether it has ended, of every holding.
    fn held(&self) -> Vec<(u32, String, bool)> {
        let board = |held: &Holding| u32::from_str_radix(&held.device.as_str()[4..12], 16).unwrap();
        let told = |held: Holding| (board(&held), held.job.to_string(), held.end.is_some());
        let mut found: Vec<_> = self.slurm.holdings().into_iter().map(told).collect();
        found.sort();
        found
    }

    pub(crate) fn until_held(&self, expected: &[(u32, &str, bool)]) {
        let expected: Vec<_> = expected.iter().map(|(board, job, over)| (*board, (*job).to_owned(), *over)).collect();
        let mut found = Vec::new();
        for _ in 0..200 {
            found = self.held();
            // The moment of its beginning is in the id of a user's job.
            found.iter_mut().for_each(|(_, job, _)| {
                if job.starts_with("user-") {
                    job.truncate(job.rfind('-').unwrap());
                }
            });
            if found == expected {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("{found:?} is not {expected:?}; unclear: {:?}", self.unclear());
    }

    /// What the last batch says is not clear.
    pub(crate) fn unclear(&self) -> Vec<String> {
        let store = self.slurm.store.lock().unwrap();
        let batches = store.batches.values().map(|body| unpack(body));
        batches.max_by_key(|batch| (batch.clock.wall, batch.sequence)).map_or_else(Vec::new, |last| last.node.unclear)
    }
}

#[test]
fn whoever_has_processes_on_a_gpu_holds_it_without_any_integration() {
    let node = GpuNode::new("gpus=6");
    node.process(101, 1, "python", "0::/system.slice/slurmstepd.scope/job_4711/step_0/user/task_0");
    node.process(102, 1, "python", POD);
    node.process(103, 1, "python", CONTAINER);
    node.process(104, 1, "python", SESSION);
    node.process(105, 1, "python", "0::/pbs_jobs.service/jobs/2404743.opbs");
    // Services hold nothing, and a folder that a user owns is the user's, whatever it is called.
    node.process(106, 1, "dcgm", "0::/system.slice/nvidia-dcgm.service");
    let own = "0::/user.slice/user-1003.slice/user@1003.service/slurmstepd.scope/job_7/step_0";
    node.process(107, 1, "python", own);
    node.tell(
        "0.processes=101,1.processes=102,2.processes=103:106,3.processes=104,4.processes=105,5.processes=107,0.mps=101",
    );
    let agent = node.start();
    node.until_held(&[
        (0, "lab-4711", false),
        (1, "b3955616-90bd-41fc-aa80-9cf274b0c8f5", false),
        (2, "container-710eff14244a", false),
        (3, "user-1003@node", false),
        (4, "2404743.opbs", false),
        (5, "user-1003@node", false),
    ]);
    let labels: BTreeMap<String, BTreeMap<String, String>> =
        node.slurm.said().into_iter().map(|(id, said)| (id, said[0].labels.clone())).collect();
    let label = |job: &str, label: &str| labels[job][label].clone();
    assert_eq!(
        (label("lab-4711", "evidence"), label("lab-4711", "slurm_job")),
        ("cgroup".to_owned(), "4711".to_owned())
    );
    assert_eq!(label("container-710eff14244a", "container_id").len(), 64);
    // Two on one device share it; the user leaves with the process, the container only when it is gone.
    node.tell("0.processes=101:103,2.processes=106,3.processes=,5.processes=");
    node.until_held(&[
        (0, "container-710eff14244a", false),
        (0, "lab-4711", false),
        (1, "b3955616-90bd-41fc-aa80-9cf274b0c8f5", false),
        (2, "container-710eff14244a", false),
        (3, "user-1003@node", true),
        (4, "2404743.opbs", false),
        (5, "user-1003@node", true),
    ]);
    wait_until("the end of the user's job", || {
        let said = node.slurm.said();
        said.iter().any(|(id, said)| id.starts_with("user-") && said.iter().any(|job| job.ended.is_some()))
    });
    assert!(node.unclear().is_empty(), "{:?}", node.unclear());
    drop(agent);
}

#[test]
fn what_a_hook_says_comes_first_and_a_conflict_is_told() {
    let node = GpuNode::new("gpus=3");
    let agent = node.start();
    node.process(101, 1, "python", "0::/system.slice/slurmstepd.scope/s83NPK5AK0D600/step_0/user/task_0");
    node.process(102, 1, "python", CONTAINER);
    node.slurm.hook(
        "prolog.sh",
        &[
            ("SLURM_JOB_ID", "13"),
            ("SLURM_ARRAY_JOB_ID", "11"),
            ("SLURM_ARRAY_TASK_ID", "0"),
            ("SLURM_JOB_GPUS", "0"),
            ("SLURM_JOB_SLUID", "s83NPK5AK0D600"),
        ],
    );
    node.until_held(&[(0, "lab-11_0", false)]);
    // Its own process is no second holder; the container is charged nothing. On a device that no hook speaks of, the job is the same one.
    node.tell("0.processes=101:102,1.processes=101");
    node.until_held(&[(0, "lab-11_0", false), (1, "lab-11_0", false)]);
    wait_until("the conflict", || node.unclear().iter().any(|says| says.contains("used by container 710eff14244a")));
    // It ends, and who is still there holds.
    node.tell("0.processes=102,1.processes=");
    node.ends(101);
    node.slurm.epilog("13");
    node.until_held(&[(0, "container-710eff14244a", false), (0, "lab-11_0", true), (1, "lab-11_0", true)]);
    wait_until("an end of the conflict", || node.unclear().is_empty());
    drop(agent);
}

#[test]
fn a_job_holds_until_its_last_process_is_gone_or_another_comes() {
    let node = GpuNode::new("gpus=2");
    for (pid, job) in [(101, 7), (102, 8)] {
        node.process(pid, 1, "python", &format!("0::/system.slice/slurmstepd.scope/job_{job}/step_0/user/task_0"));
        // The step that lasts as long as the allocation.
        node.process(pid + 100, 1, "sleep", &format!("0::/system.slice/slurmstepd.scope/job_{job}/step_extern/user"));
    }
    node.tell("0.processes=101,1.processes=102");
    let agent = node.start();
    node.until_held(&[(0, "lab-7", false), (1, "lab-8", false)]);
    node.tell("0.processes=,1.processes=");
    let newest = || node.slurm.store.lock().unwrap().newest.map(units::Timestamp::nanoseconds);
    let before = newest();
    wait_until("windows without a process", || newest() > before.map(|before| before + 2_000_000_000));
    node.until_held(&[(0, "lab-7", false), (1, "lab-8", false)]);
    // Another comes to one device.
    node.process(103, 1, "python", "0::/system.slice/slurmstepd.scope/job_9/step_0/user/task_0");
    node.tell("1.processes=103");
    node.until_held(&[(0, "lab-7", false), (1, "lab-8", true), (1, "lab-9", false)]);
    drop(agent);
    // And the other job ends while no agent runs: it held until its device was last metered.
    [101, 201].into_iter().for_each(|pid| node.ends(pid));
    let agent = node.start();
    node.until_held(&[(0, "lab-7", true), (1, "lab-8", true), (1, "lab-9", false)]);
    drop(agent);
}

#[test]
fn what_a_run_started_is_the_runs_and_no_users() {
    let node = GpuNode::new("gpus=2");
    node.process(100, 1, "wattledger-run", SESSION);
    node.process(101, 100, "bash (old)", SESSION);
    node.process(102, 101, "python", SESSION);
    node.process(103, 1, "python", SESSION);
    node.tell("0.processes=102,1.processes=103");
    let agent = node.start();
    node.until_held(&[(1, "user-1003@node", false)]);
    drop(agent);
}

#[test]
fn a_number_that_is_given_again_is_another_process() {
    let node = GpuNode::new("gpus=1");
    node.process(101, 1, "python", SESSION);
    node.tell("0.processes=101");
    let agent = node.start();
    node.until_held(&[(0, "user-1003@node", false)]);
    node.process_since(101, 1, "python", CONTAINER, 99);
    node.until_held(&[(0, "container-710eff14244a", false), (0, "user-1003@node", true)]);
    drop(agent);
}

#[test]
fn what_cannot_be_told_is_idle_and_said() {
    let node = GpuNode::new("gpus=2");
    node.process(101, 1, "python", "9:devices:/slurm/uid_5003/job_17/step_0\n8:memory:/slurm/uid_5003/job_18/step_0");
    // Process 4242 is in another PID namespace.
    node.tell("0.processes=101,1.processes=4242");
    let agent = node.start();
    wait_until("both", || node.unclear().len() == 2);
    let says = node.unclear();
    assert!(says[0].contains("two controllers tell of two holders"), "{says:?}");
    assert!(says[1].contains("mount the host's /proc"), "{says:?}");
    assert_eq!(node.held(), []);
    drop(agent);
}

#[test]
fn killed_at_any_moment_the_agent_holds_on_for_whom_it_held_and_for_nobody_twice() {
    let mut random = fastrand::Rng::with_seed(crate::seed());
    let node = GpuNode::new("gpus=2");
    for (pid, job) in [(101, 7), (102, 8)] {
        node.process(pid, 1, "python", &format!("0::/system.slice/slurmstepd.scope/job_{job}/step_0/user/task_0"));
    }
    node.tell("0.processes=101,1.processes=102");
    for round in 0..crate::trials("WATTLEDGER_OCCUPANT_KILLS", 6) {
        node.slurm.away.store(round % 2 == 0, Ordering::SeqCst);
        let agent = node.start();
        std::thread::sleep(std::time::Duration::from_millis(random.u64(20..1_500)));
        drop(agent);
    }
    node.slurm.away.store(false, Ordering::SeqCst);
    let agent = node.start();
    node.until_held(&[(0, "lab-7", false), (1, "lab-8", false)]);
    node.tell("0.processes=,1.processes=");
    [101, 102].into_iter().for_each(|pid| node.ends(pid));
    node.until_held(&[(0, "lab-7", true), (1, "lab-8", true)]);
    drop(agent);
}
