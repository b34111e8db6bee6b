//! What Slurm's prolog notes of a job on this node: `deploy/slurm/prolog.sh` writes it.

/// First line of a file, and its last.
const FIRST: &str = "wattledger-slurm-job 1";
const LAST: &str = "end";
/// Highest number that a device may have; what is beyond is no list of devices.
const NUMBER_MAX: u32 = 1_023;

/// A job that holds devices of this node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct HookJob {
    /// Slurm's number of the job: of each task of an array and each component of a heterogeneous job its own.
    pub job: u32,
    /// How often it was started before.
    pub restarts: u32,
    /// Numbers of the array and of the task within it.
    pub array: Option<(u32, u32)>,
    /// Number of the heterogeneous job that it is a component of.
    pub het_job: Option<u32>,
    /// The name of its cgroups, in Slurm 26.05 and later.
    pub sluid: Option<String>,
    /// Name of the cluster.
    pub cluster: Option<String>,
    /// Slurm's name of the node.
    pub node: Option<String>,
    /// Login of its user.
    pub user: Option<String>,
    /// Slurm account that it is charged to.
    pub account: Option<String>,
    /// Partition that it runs in.
    pub partition: Option<String>,
    /// Numbers of the devices that it holds here.
    pub gpus: Vec<u32>,
}

/// Why a file says nothing about a job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum HookError {
    /// It is still being written, or the disk was full.
    #[error("it is not whole")]
    NotWhole,
    /// It is not written by this version of the prolog.
    #[error("it does not begin with `{FIRST}`: install the prolog.sh and epilog.sh of this release")]
    Foreign,
    /// A value is not of its form.
    #[error("`{0}` is not understood")]
    Value(String),
}

impl HookJob {
    /// Reads a file of the prolog.
    pub(super) fn parse(text: &str) -> Result<Self, HookError> {
        let body = text.strip_suffix("\n").ok_or(HookError::NotWhole)?;
        if body.lines().next() != Some(FIRST) {
            return Err(HookError::Foreign);
        }
        let lines = body.lines().skip(1).collect::<Vec<_>>();
        let Some((&LAST, lines)) = lines.split_last() else { return Err(HookError::NotWhole) };
        let (mut found, mut array_job, mut array_task) = (Self::default(), None, None);
        for line in lines {
            let wrong = || HookError::Value((*line).to_owned());
            let (key, value) = line.split_once('=').ok_or_else(wrong)?;
            if value.is_empty() {
                continue;
            }
            let number = || value.parse::<u32>().map_err(|_| wrong());
            let text = || Some(value.to_owned());
            match key {
                "job" => found.job = number()?,
                "restarts" => found.restarts = number()?,
                "array_job" => array_job = Some(number()?),
                "array_task" => array_task = Some(number()?),
                "het_job" => found.het_job = Some(number()?),
                "sluid" => found.sluid = text(),
                "cluster" => found.cluster = text(),
                "node" => found.node = text(),
                "user" => found.user = text(),
                "account" => found.account = text(),
                "partition" => found.partition = text(),
                "gpus" => found.gpus = numbers(value).ok_or_else(wrong)?,
                // Of a later release.
                _ => {}
            }
        }
        found.array = array_job.zip(array_task);
        if found.job == 0 { Err(HookError::Value("job=".to_owned())) } else { Ok(found) }
    }

    /// The id that users know: `182`, `11_0` of an array, `12+1` of a heterogeneous job, whose components Slurm numbers one after the other.
    pub(super) fn known_as(&self) -> String {
        match (self.array, self.het_job) {
            (Some((array, task)), _) => format!("{array}_{task}"),
            (None, Some(first)) if self.job >= first => format!("{first}+{}", self.job - first),
            _ => self.job.to_string(),
        }
    }
}

/// `0,3` or `0-2,5`.
fn numbers(text: &str) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || last > NUMBER_MAX {
            return None;
        }
        found.extend(first..=last);
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(lines: &[&str]) -> String {
        format!("{FIRST}\n{}\n{LAST}\n", lines.join("\n"))
    }

    #[test]
    fn a_job_is_known_as_its_users_know_it() {
        for (lines, id) in [
            (["job=182", "het_job=", "array_job="], "182"),
            (["job=13", "array_job=11", "array_task=0"], "11_0"),
            (["job=13", "het_job=12", ""], "12+1"),
            (["job=12", "het_job=12", ""], "12+0"),
        ] {
            let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
            assert_eq!(HookJob::parse(&file(&lines)).unwrap().known_as(), id);
        }
    }

    #[test]
    fn only_a_whole_file_of_the_prolog_counts() {
        let whole = file(&["job=7", "gpus=0-2,5,5", "later=x"]);
        assert_eq!(HookJob::parse(&whole).unwrap().gpus, [0, 1, 2, 5]);
        for end in 0..whole.len() {
            assert!(HookJob::parse(&whole[..end]).is_err(), "{:?}", &whole[..end]);
        }
        assert_eq!(HookJob::parse("job=7\nend\n"), Err(HookError::Foreign));
        for line in ["job=x", "job=0", "job=-1", "gpus=1-0", "gpus=all", "gpus=0-4294967295", "gpus=99999", "no value"]
        {
            assert!(matches!(HookJob::parse(&file(&[line])), Err(HookError::Value(_))), "{line}");
        }
    }
}
