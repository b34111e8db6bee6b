//! `wattledger doctor --pid PID`: whose process that is, and how that is known.

use crate::cli::failure::Failure;
use crate::cli::print;
use collectors::holder::{CgroupEvidence, FoundHolder, ProcessHolder, ProcessIdentity, holder_of};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// What to do about a SLUID.
const SLUID: &str = "A SLUID is no job id. Slurm's prolog has both in its environment (SLURM_JOB_ID, SLURM_JOB_SLUID); \
    with CgroupJobIdPaths=yes in cgroup.conf (Slurm 26.05.2 and later), cgroups have the job id.\n";

/// What `--json` prints.
#[derive(Serialize)]
struct ProcessReport {
    pid: u32,
    /// When it started, clock ticks since the boot: with the number, it is this process and no later one.
    start_ticks: Option<u64>,
    holder: HolderReport,
    evidence: Vec<EvidenceReport>,
    /// Why the holder is unknown.
    reason: Option<String>,
    /// Whether it is unknown because two controllers tell of two holders.
    conflict: bool,
}

/// A holder, as `--json` has it. Identifiers are text; what does not apply is `null`.
#[derive(Serialize, Default)]
pub(super) struct HolderReport {
    kind: &'static str,
    /// Job id, SLUID or slot.
    id: Option<String>,
    step: Option<String>,
    pod_uid: Option<String>,
    container_id: Option<String>,
    user_id: Option<String>,
}

#[derive(Serialize)]
struct EvidenceReport {
    source: &'static str,
    /// Controllers of the hierarchy of cgroup version 1; empty for version 2.
    controllers: String,
    path: String,
    /// What it tells, in words.
    tells: String,
}

/// Prints whose process `pid` is, by the process file system at `proc`. A process of nobody known is an answer, not a failure.
pub(super) fn run(pid: u32, proc: &Path, as_json: bool) -> Result<(), Failure> {
    let (process, found) = holder_of(proc, pid).map_err(|error| Failure::Usage(error.to_string()))?;
    if as_json { print::json(&ProcessReport::of(&process, &found)) } else { print::text(&in_words(&process, &found)) }
}

impl ProcessReport {
    fn of(process: &ProcessIdentity, found: &FoundHolder) -> Self {
        Self {
            pid: process.pid,
            start_ticks: process.start_ticks,
            holder: HolderReport::of(&found.holder),
            evidence: found.evidence.iter().map(EvidenceReport::of).collect(),
            reason: found.reason.clone(),
            conflict: found.is_conflict,
        }
    }
}

impl HolderReport {
    pub(super) fn of(holder: &ProcessHolder) -> Self {
        let kind = holder.kind();
        match holder.clone() {
            ProcessHolder::Slurm { job, step, user } => Self {
                kind,
                id: Some(job.to_string()),
                step,
                user_id: user.map(|user| user.to_string()),
                ..Self::default()
            },
            ProcessHolder::SlurmSluid { sluid, step } => Self { kind, id: Some(sluid), step, ..Self::default() },
            ProcessHolder::Kubernetes { pod_uid, container } => {
                Self { kind, pod_uid: Some(pod_uid), container_id: container, ..Self::default() }
            }
            ProcessHolder::Pbs { job: id } | ProcessHolder::Htcondor { slot: id } => {
                Self { kind, id: Some(id), ..Self::default() }
            }
            ProcessHolder::Container { id } => Self { kind, container_id: Some(id), ..Self::default() },
            ProcessHolder::User { user, container } => {
                Self { kind, user_id: Some(user.to_string()), container_id: container, ..Self::default() }
            }
            ProcessHolder::Service | ProcessHolder::Unknown => Self { kind, ..Self::default() },
        }
    }
}

impl EvidenceReport {
    fn of(line: &CgroupEvidence) -> Self {
        Self {
            source: "cgroup",
            controllers: line.controllers.clone(),
            path: line.path.clone(),
            tells: line.holder.to_string(),
        }
    }
}

fn in_words(process: &ProcessIdentity, found: &FoundHolder) -> String {
    let pid = process.pid;
    let mut text = match (&found.holder, &found.reason) {
        (ProcessHolder::Unknown, reason) => {
            format!("Whose process {pid} is, is not known: {}.\n", reason.as_deref().unwrap_or("nothing tells"))
        }
        (ProcessHolder::Service, _) => format!("Process {pid} is {}.\n", found.holder),
        (holder, _) => format!("Process {pid} is of {holder}.\n"),
    };
    for line in &found.evidence {
        let controllers = if line.controllers.is_empty() { "" } else { &format!("{} ", line.controllers) };
        let _ = writeln!(text, "  by its cgroup {controllers}{}", line.path);
    }
    if matches!(found.holder, ProcessHolder::SlurmSluid { .. }) {
        text += SLUID;
    }
    text
}
