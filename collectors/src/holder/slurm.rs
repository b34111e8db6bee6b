//! The cgroups of Slurm: `slurm[_NODE]/uid_U/job_J/step_S` of version 1, `[NODE_]slurmstepd.scope/job_J/step_S` below a slice of version 2, and
//! since Slurm 26.05 a SLUID in place of `job_J`.

use super::ProcessHolder;
use super::place::{CgroupPlace, CgroupTold, canonical};

/// Letters and digits of a SLUID after its `s`: Crockford's base 32, 13 of which hold 64 bits.
const SLUID_DIGITS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SLUID_LENGTH: usize = 13;

pub(super) fn read(place: &CgroupPlace<'_, '_>) -> Option<CgroupTold> {
    match (place.slices, place.below) {
        ([], [root, below @ ..]) if is_root_of_version_1(root) => Some(version_1(below)),
        (_, [scope, below @ ..]) if is_scope(scope) => Some(version_2(below)),
        _ => None,
    }
}

fn is_root_of_version_1(folder: &str) -> bool {
    folder == "slurm" || folder.strip_prefix("slurm_").is_some_and(|node| !node.is_empty())
}

/// `slurmstepd.scope`, with the node's name in front where several slurmd run on a host.
fn is_scope(folder: &str) -> bool {
    folder == "slurmstepd.scope" || folder.strip_suffix("_slurmstepd.scope").is_some_and(|node| !node.is_empty())
}

fn version_1(below: &[&str]) -> CgroupTold {
    match below {
        // slurmd and slurmstepd themselves.
        [] | ["system", ..] => CgroupTold::Holder(ProcessHolder::Service),
        [user, job, rest @ ..] => {
            let user = user.strip_prefix("uid_").and_then(canonical);
            match (user, job.strip_prefix("job_").and_then(job_id)) {
                (Some(user), Some(job)) => {
                    CgroupTold::Holder(ProcessHolder::Slurm { job, step: step(rest), user: Some(user) })
                }
                _ => CgroupTold::Unreadable(format!("`{}` is no job of Slurm", below[..2].join("/"))),
            }
        }
        [user] => CgroupTold::Unreadable(format!("`{user}` is in Slurm's folder and in no job")),
    }
}

fn version_2(below: &[&str]) -> CgroupTold {
    match below {
        [] | ["system", ..] => CgroupTold::Holder(ProcessHolder::Service),
        [job, rest @ ..] => {
            if let Some(job) = job.strip_prefix("job_").and_then(job_id) {
                return CgroupTold::Holder(ProcessHolder::Slurm { job, step: step(rest), user: None });
            }
            if is_sluid(job) {
                return CgroupTold::Holder(ProcessHolder::SlurmSluid { sluid: (*job).to_owned(), step: step(rest) });
            }
            CgroupTold::Unreadable(format!(
                "`{job}` is in Slurm's scope and is neither a job id of 32 bits nor a SLUID"
            ))
        }
    }
}

/// Slurm counts jobs from 1.
fn job_id(text: &str) -> Option<u32> {
    canonical(text).filter(|job| *job > 0)
}

fn is_sluid(text: &str) -> bool {
    let digits = text.strip_prefix('s');
    digits.is_some_and(|text| text.len() == SLUID_LENGTH && text.chars().all(|digit| SLUID_DIGITS.contains(digit)))
}

/// The step in the folder below that of a job; `None` if there is none, or none of a known form.
fn step(below: &[&str]) -> Option<String> {
    let step = below.first()?.strip_prefix("step_")?;
    let is_numbered = match step.split_once('+') {
        // A component of a heterogeneous step.
        Some((step, component)) => canonical(step).is_some() && canonical(component).is_some(),
        None => canonical(step).is_some(),
    };
    (is_numbered || matches!(step, "batch" | "extern" | "interactive")).then(|| step.to_owned())
}
