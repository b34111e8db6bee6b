//! Slurm's own commands, from the PATH.

use crate::cli::failure::Failure;
use crate::gate::slurm::{Controller, Partition, QueueRow, columns, gpus_of_node, rows};
use std::collections::BTreeMap;
use std::process::Command;

/// The controller of this cluster, asked with `squeue`, `sinfo` and `scontrol`.
pub(super) struct SlurmCommands;

impl Controller for SlurmCommands {
    type Error = Failure;

    fn queue(&self) -> Result<Vec<QueueRow>, Failure> {
        let ask = |comment| {
            output("squeue", &["--noheader", "--array", "--all", "--states", "all", "--Format", &columns(comment)])
        };
        let text = ask("admin_comment").or_else(|_| ask("AdminComment"))?;
        rows(&text).map_err(|error| Failure::Internal(error.into()))
    }

    fn partitions(&self) -> Result<BTreeMap<String, Partition>, Failure> {
        let mut found: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
        for line in output("sinfo", &["--noheader", "--all", "--format", "%R|%G"])?.lines() {
            let Some((name, gres)) = line.split_once('|') else { continue };
            let gpus = gpus_of_node(gres.trim()).map_err(|error| Failure::Internal(error.into()))?;
            let node = gpus.into_iter().map(|part| (part.kind, part.gpus));
            found.entry(name.trim().to_owned()).or_default().extend(node);
        }
        Ok(found.into_iter().map(|(name, gpus)| (name, partition(&gpus))).collect())
    }

    fn hold(&self, job: u64) -> Result<(), Failure> {
        output("scontrol", &["hold", &job.to_string()]).map(drop)
    }
}

impl SlurmCommands {
    /// Name of the cluster, as Slurm's configuration has it.
    pub(super) fn cluster(&self) -> Result<String, Failure> {
        let text = output("scontrol", &["show", "config"])?;
        let line = text.lines().find_map(|line| line.strip_prefix("ClusterName"));
        let named = line.map(|rest| rest.trim_matches([' ', '='])).filter(|name| !name.is_empty());
        named.map(str::to_owned).ok_or_else(|| {
            Failure::Usage("`scontrol show config` names no cluster: write cluster = \"NAME\" in sync.toml".to_owned())
        })
    }
}

fn partition(gpus: &[(String, u64)]) -> Partition {
    let first = gpus.first().map(|(kind, _)| kind).filter(|kind| !kind.is_empty());
    let kind = first.filter(|first| gpus.iter().all(|(kind, _)| kind == *first));
    Partition { kind: kind.cloned(), gpus_per_node: gpus.iter().map(|(_, gpus)| *gpus).max() }
}

fn output(program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let ran = Command::new(program).args(arguments).output();
    let ran =
        ran.map_err(|cause| Failure::Usage(format!("{program}: {cause}; Slurm's commands must be in the PATH")))?;
    if ran.status.success() {
        return Ok(String::from_utf8_lossy(&ran.stdout).into_owned());
    }
    Err(Failure::Unreachable(format!("{program}: {}", String::from_utf8_lossy(&ran.stderr).trim())))
}
