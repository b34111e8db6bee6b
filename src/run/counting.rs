//! Of several `wattledger run` of one job that see the same devices, exactly one counts their energy.

/// Set in the command's environment: boot id and process id of the `wattledger run` around it.
pub const MARKER: &str = "WATTLEDGER_RUN";

/// Where launchers say which of the job's processes on this node this is, counted from 0.
pub const LOCAL_RANKS: [&str; 9] = [
    "LOCAL_RANK",                 // torchrun, accelerate, deepspeed
    "SLURM_LOCALID",              // srun
    "OMPI_COMM_WORLD_LOCAL_RANK", // Open MPI
    "MPI_LOCALRANKID",            // Intel MPI, MPICH
    "PMI_LOCAL_RANK",             // Cray MPICH
    "MV2_COMM_WORLD_LOCAL_RANK",  // MVAPICH2
    "PALS_LOCAL_RANKID",          // HPE PALS
    "JSM_NAMESPACE_LOCAL_RANK",   // LSF jsrun
    "FLUX_TASK_LOCAL_ID",         // Flux
];

/// Where launchers say which of all jobs a process is of. The ranks of one launch on a node have the same values of all of them.
const LAUNCHES: [&str; 11] = [
    "SLURM_JOB_ID",
    "SLURM_STEP_ID",
    "TORCHELASTIC_RUN_ID", // torchrun, accelerate
    "MASTER_ADDR",         // PyTorch, deepspeed
    "MASTER_PORT",
    "PMIX_NAMESPACE",          // Open MPI and others with PMIx
    "OMPI_MCA_ess_base_jobid", // Open MPI before PMIx
    "PMI_JOBID",               // MPICH
    "PALS_APID",               // HPE PALS
    "LSB_JOBID",               // LSF
    "FLUX_JOB_ID",             // Flux
];

/// Another run, which counts the energy of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountingRun {
    /// The `wattledger run` around it, by its [`marker`].
    Around(String),
    /// That of local rank 0 of the same launch.
    RankZero,
}

impl std::fmt::Display for CountingRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Around(_) => "the wattledger run around it",
            Self::RankZero => "local rank 0",
        })
    }
}

/// Which run counts the energy of this job on this node, as the environment says; `None` if it is this one.
///
/// `variable` reads an environment variable. With `each_rank`, each rank sees devices of its own, and each one counts.
#[must_use]
pub fn counted_by(variable: &dyn Fn(&str) -> Option<String>, each_rank: bool) -> Option<CountingRun> {
    if let Some(marker) = variable(MARKER).filter(|marker| is_alive(marker)) {
        return Some(CountingRun::Around(marker));
    }
    // Launchers nest (mpirun inside a batch step), and an outer one's 0 says nothing about the inner ones.
    (!each_rank && local_ranks(variable).any(|rank| rank != 0)).then_some(CountingRun::RankZero)
}

fn local_ranks(variable: &dyn Fn(&str) -> Option<String>) -> impl Iterator<Item = u32> {
    LOCAL_RANKS.into_iter().filter_map(|name| variable(name)?.trim().parse().ok())
}

/// The launch that this process is of: what its launcher says of it, else the process that started it.
#[must_use]
pub fn launch(variable: &dyn Fn(&str) -> Option<String>) -> String {
    let said = LAUNCHES.into_iter().filter_map(|name| Some(format!("{name}={}", variable(name)?)));
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        return format!("{} started by {}", boot_id(), parent("self").unwrap_or_default());
    }
    format!("{} {}", boot_id(), said.join(" "))
}

/// The launch that this process is local rank 0 of; `None` if its launcher does not say so.
#[must_use]
pub fn led_launch(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    local_ranks(variable).next().filter(|_| local_ranks(variable).all(|rank| rank == 0)).map(|_| launch(variable))
}

/// Whether the marked process started this one, or one of those that did.
#[must_use]
pub fn is_ancestor(marker: &str) -> bool {
    let Some((boot, pid)) = marker.rsplit_once(':') else { return false };
    let mut process = parent("self");
    while let Some(above) = process.filter(|above| above != "0") {
        if above == pid {
            return boot == boot_id();
        }
        process = parent(&above);
    }
    false
}

/// The process that started `process`.
fn parent(process: &str) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is a name in parentheses that may hold anything; the parent is field 4.
    let (_, rest) = text.rsplit_once(')')?;
    rest.split_whitespace().nth(1).map(str::to_owned)
}

/// This process as the value of [`MARKER`].
#[must_use]
pub fn marker() -> String {
    format!("{}:{}", boot_id(), std::process::id())
}

/// Whether the marked process is still running on this machine. It may not be: launchers carry the environment to other nodes, and terminals
/// that a run started may outlive it.
pub(super) fn is_alive(marker: &str) -> bool {
    let Some((boot, pid)) = marker.rsplit_once(':') else { return false };
    let name = || std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    pid.parse::<u32>().is_ok() && boot == boot_id() && name().starts_with("wattledger")
}

fn boot_id() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], each_rank: bool, expected: Option<&str>) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let found = counted_by(&variable, each_rank).map(|other| other.to_string());
        assert_eq!(found.as_deref(), expected, "{variables:?}");
    }

    #[test]
    fn of_the_ranks_of_a_node_the_first_counts() {
        check(&[], false, None);
        for name in LOCAL_RANKS {
            check(&[(name, "0")], false, None);
            check(&[(name, "3")], false, Some("local rank 0"));
            check(&[(name, "3")], true, None);
        }
        check(&[("SLURM_LOCALID", "0"), ("LOCAL_RANK", "5")], false, Some("local rank 0"));
        check(&[("SLURM_LOCALID", "0"), ("OMPI_COMM_WORLD_LOCAL_RANK", "5")], false, Some("local rank 0"));
        check(&[("SLURM_LOCALID", "1"), ("LOCAL_RANK", "0")], false, Some("local rank 0"));
        check(&[("SLURM_LOCALID", "0"), ("LOCAL_RANK", "0")], false, None);
        check(&[("LOCAL_RANK", "not set")], false, None);
    }

    #[test]
    fn a_marker_of_another_machine_or_a_dead_process_counts_nothing() {
        check(&[(MARKER, "another-boot:1")], false, None);
        check(&[(MARKER, &format!("{}:4194305", boot_id()))], false, None);
        check(&[(MARKER, "")], false, None);
    }

    #[test]
    fn the_ranks_of_a_launch_name_it_alike_and_only_rank_0_leads_it() {
        let of = |variables: &'static [(&str, &str)]| {
            move |name: &str| Some(variables.iter().find(|(known, _)| *known == name)?.1.to_owned())
        };
        let zero = of(&[("SLURM_JOB_ID", "7"), ("SLURM_STEP_ID", "0"), ("SLURM_LOCALID", "0")]);
        let one = of(&[("SLURM_JOB_ID", "7"), ("SLURM_STEP_ID", "0"), ("SLURM_LOCALID", "1")]);
        let other = of(&[("SLURM_JOB_ID", "7"), ("SLURM_STEP_ID", "1"), ("SLURM_LOCALID", "1")]);
        assert_eq!(led_launch(&zero), Some(launch(&one)));
        assert_ne!(launch(&one), launch(&other));
        assert_eq!((led_launch(&one), led_launch(&of(&[]))), (None, None));
        // Where no launcher says more, ranks have the same parent.
        assert_eq!(led_launch(&of(&[("LOCAL_RANK", "0")])), Some(launch(&of(&[("LOCAL_RANK", "3")]))));
    }

    #[test]
    fn only_what_started_this_process_is_around_it() {
        let parent = parent("self").unwrap();
        assert!(is_ancestor(&format!("{}:{parent}", boot_id())));
        assert!(!is_ancestor(&format!("another-boot:{parent}")));
        assert!(!is_ancestor(&marker()) && !is_ancestor("") && !is_ancestor(&format!("{}:0", boot_id())));
    }
}
