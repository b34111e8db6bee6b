//! What `squeue` prints of jobs.

use super::text::{GpuCount, TextError, minutes, parts};
use model::ProjectName;

/// Columns and their widths, as `squeue --Format` takes them. No column but the administrator's comment holds text of a user, and users
/// cannot write that one, so nobody's job name passes for a column.
pub const COLUMNS: [(&str, usize); 7] = [
    ("JobID", 24),
    ("ArrayJobID", 24),
    ("ArrayTaskID", 24),
    ("State", 24),
    ("RestartCnt", 12),
    ("TimeLimit", 24),
    ("TimeUsed", 24),
];
const COMMENT_WIDTH: usize = 1_024;

/// The value of `squeue --Format`; the comment's column is `admin_comment` up to Slurm 22.05 and also `AdminComment` in later ones.
pub fn columns(comment: &str) -> String {
    let fields: Vec<String> = COLUMNS.iter().map(|(name, width)| format!("{name}:{width}")).collect();
    format!("{},{comment}:{COMMENT_WIDTH}", fields.join(","))
}

/// Why a row of `squeue` is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// It is too short, or a number in it cannot be read.
    #[error("squeue printed a row that is not understood: {0:?}")]
    QueueRow(String),
    /// A duration in it cannot be read.
    #[error("squeue printed a row that is not understood: {0}")]
    Text(#[from] TextError),
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlurmProgress {
    /// It has not started, or was requeued.
    Pending,
    /// It holds nodes.
    Running,
    /// It is over, whether it succeeded or not.
    Ended,
}

/// What the plugin noted on a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Key of the submission.
    pub key: String,
    /// The project that is charged.
    pub project: ProjectName,
    /// The user who submitted the job.
    pub user: String,
    /// GPUs of each task.
    pub parts: Vec<GpuCount>,
    /// Time limit, minutes.
    pub minutes: u64,
}

impl Comment {
    /// Reads `wattledger|1|KEY|PROJECT|USER|PARTS|MINUTES|…` at the beginning of an administrator's comment.
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split(' ').next()?.strip_prefix("wattledger|1|")?.split('|').map(str::to_owned);
        Some(Self {
            key: fields.next()?,
            project: fields.next()?.into(),
            user: fields.next()?,
            parts: parts(&fields.next()?).ok()?,
            minutes: fields.next()?.parse().ok()?,
        })
    }
}

/// A job or a task of an array, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// Slurm's number of the job or task.
    pub job: u64,
    /// Slurm's number of the array; its own number where it belongs to none.
    pub array_job: u64,
    /// Number within the array.
    pub task: Option<u32>,
    /// How far it has come.
    pub progress: SlurmProgress,
    /// How many times it was requeued.
    pub restarts: u32,
    /// Time limit in minutes; `None` where it has none.
    pub limit_minutes: Option<u64>,
    /// Time since it started, in minutes rounded up; 0 before it started.
    pub used_minutes: u64,
    /// What the plugin noted on it; `None` of a job that the plugin did not see.
    pub comment: Option<Comment>,
}

/// Reads the output of `squeue --noheader --array --states all --Format COLUMNS`.
///
/// # Errors
/// [`QueueError`] with the row: a newer Slurm prints otherwise, and no hold may be given back because of that.
pub fn rows(text: &str) -> Result<Vec<QueueRow>, QueueError> {
    text.lines().filter(|line| !line.trim().is_empty()).map(row).collect()
}

fn row(line: &str) -> Result<QueueRow, QueueError> {
    let wrong = || QueueError::QueueRow(line.trim().to_owned());
    let mut rest = line;
    let mut fields = Vec::new();
    for (_, width) in COLUMNS {
        let (field, after) = rest.split_at_checked(width).ok_or_else(wrong)?;
        fields.push(field.trim());
        rest = after;
    }
    let [job, array_job, task, state, restarts, limit, used] = fields.as_slice() else { return Err(wrong()) };
    let job = job.parse().map_err(|_| wrong())?;
    Ok(QueueRow {
        job,
        array_job: array_job.parse().unwrap_or(job),
        task: task.parse().ok(),
        progress: progress(state),
        restarts: restarts.parse().map_err(|_| wrong())?,
        limit_minutes: minutes(limit)?,
        used_minutes: minutes(used)?.unwrap_or(0),
        comment: Comment::parse(rest.trim()),
    })
}

/// Whatever Slurm does with a job that it will start again is pending, and what is not known to be over runs.
fn progress(state: &str) -> SlurmProgress {
    match state {
        "PENDING" | "REQUEUED" | "REQUEUE_HOLD" | "REQUEUE_FED" | "SPECIAL_EXIT" | "RESV_DEL_HOLD" => {
            SlurmProgress::Pending
        }
        "BOOT_FAIL" | "CANCELLED" | "COMPLETED" | "DEADLINE" | "FAILED" | "NODE_FAIL" | "OUT_OF_MEMORY"
        | "PREEMPTED" | "REVOKED" | "TIMEOUT" => SlurmProgress::Ended,
        _ => SlurmProgress::Running,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_by_their_columns() {
        let line = format!(
            "{:<24}{:<24}{:<24}{:<24}{:<12}{:<24}{:<24}{:<1024}\n",
            "4",
            "1",
            "2",
            "PENDING",
            "1",
            "1-00:00:00",
            "0:00",
            "wattledger|1|k|climate|ana|a100=2,h100=1|10|5|held other"
        );
        let found = rows(&line).unwrap().remove(0);
        assert_eq!((found.job, found.array_job, found.task, found.restarts), (4, 1, Some(2), 1));
        assert_eq!((found.progress, found.limit_minutes, found.used_minutes), (SlurmProgress::Pending, Some(1_440), 0));
        let comment = found.comment.unwrap();
        assert_eq!((comment.key.as_str(), comment.parts.len(), comment.minutes), ("k", 2, 10));
        assert_eq!(Comment::parse("told by wattledger|1|k|p|u|a100=1|1|1|held"), None);
        assert!(rows("slurm_load_jobs error: Unable to contact slurm controller").is_err());
        assert_eq!(rows("\n").unwrap(), []);
    }
}
