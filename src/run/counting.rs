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

/// Which process counts the energy of this job on this node; `None` if it is this one.
///
/// `variable` reads an environment variable. With `each_rank`, each rank sees devices of its own, and each one counts.
#[must_use]
pub fn counted_by(variable: &dyn Fn(&str) -> Option<String>, each_rank: bool) -> Option<String> {
    if variable(MARKER).is_some_and(|marker| is_alive(&marker)) {
        return Some("the wattledger run around it".to_owned());
    }
    // Launchers nest (mpirun inside a batch step), and an outer one's 0 says nothing about the inner ones.
    let mut ranks = LOCAL_RANKS.into_iter().filter_map(|name| variable(name)?.trim().parse::<u32>().ok());
    (!each_rank && ranks.any(|rank| rank != 0)).then(|| "local rank 0".to_owned())
}

/// This process as the value of [`MARKER`].
#[must_use]
pub fn marker() -> String {
    format!("{}:{}", boot_id(), std::process::id())
}

/// Whether the marked process is still running on this machine. It may not be: launchers carry the environment to other nodes, and terminals
/// that a run started may outlive it.
fn is_alive(marker: &str) -> bool {
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
        assert_eq!(counted_by(&variable, each_rank).as_deref(), expected, "{variables:?}");
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
}
