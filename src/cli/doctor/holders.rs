//! How this machine tells who holds its devices, and who uses them at this moment.

use super::holder::HolderReport;
use collectors::holder::{ProcessHolder, holder_of, holders_under};
use collectors::holding::{HOOK_FOLDER, HooksFound, hooks_found};
use collectors::source::{Source, SourceChoice};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// What is found of holders.
#[derive(Serialize)]
pub(super) struct HoldersReport {
    /// Where holders can be known from, found or not.
    holder_sources: Vec<HolderSource>,
    /// Who uses a device at this moment.
    used: Vec<DeviceUse>,
}

/// Where holders can be known from.
#[derive(Serialize)]
struct HolderSource {
    /// `cgroup`, `nvml` or `slurm-hook`.
    source: &'static str,
    found: bool,
    /// What is found, or why nothing is.
    says: String,
    /// Shell commands that would help, one per line, with comments after `#`.
    remedy: Option<String>,
}

/// The processes of one holder on one device.
#[derive(Serialize)]
struct DeviceUse {
    /// UUID of the device.
    device: String,
    holder: HolderReport,
    /// The holder in words.
    says: String,
    processes: Vec<u32>,
}

impl HoldersReport {
    /// Looks at the processes under `proc`, and asks the sources who is on their devices.
    pub(super) fn of(choice: &SourceChoice, proc: &Path) -> Self {
        let listed: Vec<Listed> = choice.sources.iter().flat_map(|source| listed(&**source)).collect();
        let used = listed.iter().flat_map(|listed| uses(listed, proc)).collect();
        Self { holder_sources: vec![cgroups(proc), process_lists(&listed), slurms_hooks()], used }
    }

    pub(super) fn in_words(&self) -> String {
        let mut text = "Who holds devices\n".to_owned();
        for source in &self.holder_sources {
            let _ = writeln!(text, "  {}: {}", source.source, source.says);
            for line in source.remedy.iter().flat_map(|remedy| remedy.lines()) {
                let _ = writeln!(text, "    {line}");
            }
        }
        for DeviceUse { device, says, processes, .. } in &self.used {
            let pids: Vec<String> = processes.iter().map(u32::to_string).collect();
            let _ = writeln!(text, "  {device} is used by {says} (PID {})", pids.join(", "));
        }
        text
    }
}

/// The processes on a device.
struct Listed {
    device: String,
    pids: Result<Vec<u32>, String>,
}

/// The processes on each device of a source that lists them.
fn listed(source: &dyn Source) -> Vec<Listed> {
    let devices = source.devices().iter().enumerate();
    devices
        .filter_map(|(position, device)| {
            let pids = source.processes(position)?.map_err(|error| error.to_string());
            Some(Listed { device: device.uuid.clone(), pids })
        })
        .collect()
}

/// Who uses a device, each holder once.
fn uses(listed: &Listed, proc: &Path) -> Vec<DeviceUse> {
    let mut by_holder: Vec<(ProcessHolder, Vec<u32>)> = Vec::new();
    for pid in listed.pids.iter().flatten() {
        let holder = holder_of(proc, *pid).map_or(ProcessHolder::Unknown, |(_, found)| found.holder);
        match by_holder.iter_mut().find(|(known, _)| *known == holder) {
            Some((_, pids)) => pids.push(*pid),
            None => by_holder.push((holder, vec![*pid])),
        }
    }
    let used = |(holder, processes): (ProcessHolder, Vec<u32>)| DeviceUse {
        device: listed.device.clone(),
        says: holder.to_string(),
        holder: HolderReport::of(&holder),
        processes,
    };
    by_holder.into_iter().map(used).collect()
}

/// What the cgroups of the processes under `proc` tell.
fn cgroups(proc: &Path) -> HolderSource {
    let missing = |says: String, remedy: &str| HolderSource {
        source: "cgroup",
        found: false,
        says,
        remedy: Some(remedy.to_owned()),
    };
    let shown = proc.display();
    // On a machine, the first process is init. It is hidden where others' processes are, and in a container it is something else.
    match holder_of(proc, 1).map(|(_, found)| found.holder) {
        Ok(ProcessHolder::Service) => {}
        Ok(_) => {
            return missing(
                format!(
                    "{shown} is that of a container, or of a machine without systemd: only what is in there is seen"
                ),
                "# mount the host's /proc into the container, and name it:\nwattledger doctor --proc /host/proc",
            );
        }
        Err(error) => {
            return missing(
                format!("the processes of other users are hidden ({error})"),
                "sudo wattledger doctor   # or mount /proc without hidepid",
            );
        }
    }
    let mut found: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for holder in holders_under(proc) {
        if let Some((kind, id)) = identity(&holder) {
            found.entry(kind).or_default().insert(id);
        }
    }
    let counts: Vec<String> = found.iter().map(|(kind, ids)| format!("{kind}: {}", ids.len())).collect();
    let says = match counts.is_empty() {
        true => "readable; no process of a job, pod, container or user at this moment".to_owned(),
        false => format!("readable; at this moment {}", counts.join(", ")),
    };
    HolderSource { source: "cgroup", found: true, says, remedy: None }
}

/// Plural of the kind, and what tells holders of one kind apart; `None` for what nobody holds.
fn identity(holder: &ProcessHolder) -> Option<(&'static str, String)> {
    Some(match holder {
        ProcessHolder::Slurm { job, .. } => ("Slurm jobs", job.to_string()),
        ProcessHolder::SlurmSluid { sluid, .. } => ("Slurm jobs by SLUID", sluid.clone()),
        ProcessHolder::Kubernetes { pod_uid, .. } => ("Kubernetes pods", pod_uid.clone()),
        ProcessHolder::Pbs { job } => ("PBS jobs", job.clone()),
        ProcessHolder::Htcondor { slot } => ("HTCondor slots", slot.clone()),
        ProcessHolder::Container { id } => ("containers", id.clone()),
        ProcessHolder::User { user, .. } => ("users", user.to_string()),
        ProcessHolder::Service | ProcessHolder::Unknown => return None,
    })
}

/// Whether Slurm's hooks tell the agent of jobs.
fn slurms_hooks() -> HolderSource {
    let (found, says, remedy) = match hooks_found(Path::new(HOOK_FOLDER)) {
        HooksFound::Jobs(jobs) => {
            (true, format!("{HOOK_FOLDER} says who holds what; jobs at this moment: {jobs}"), None)
        }
        HooksFound::Nothing => {
            let says = format!("there is no {HOOK_FOLDER}: no job of Slurm was here since the machine started");
            (false, says, Some("# on a node of Slurm, set up Prolog and Epilog: deploy/slurm/README.md".to_owned()))
        }
        HooksFound::Refused(why) => (false, why, None),
    };
    HolderSource { source: "slurm-hook", found, says, remedy }
}

/// Whether drivers list the processes on their devices.
fn process_lists(listed: &[Listed]) -> HolderSource {
    let refused = listed.iter().find_map(|listed| listed.pids.as_ref().err());
    let works = listed.iter().filter(|listed| listed.pids.is_ok()).count();
    let (found, says, remedy) = match (works, refused) {
        (0, Some(why)) => (false, format!("the driver does not list processes: {why}"), Some("a driver from 510 on")),
        (0, None) => (false, "no GPU whose driver lists the processes on it".to_owned(), None),
        (1, _) => (true, "lists the processes on 1 device".to_owned(), None),
        (count, _) => (true, format!("lists the processes on {count} devices"), None),
    };
    let remedy = remedy.map(|need| format!("# needs {need}"));
    HolderSource { source: "nvml", found, says, remedy }
}
