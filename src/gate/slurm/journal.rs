//! The journal: one line for each decision of the plugin, in the order of decisions.

use super::text::{GpuCount, Tasks, TextError, parts};
use model::ProjectName;

/// What the plugin decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionKind {
    /// A submission that was let in.
    Submitted,
    /// What a change of a job needs beyond what is held for it.
    Changed,
    /// A submission or change that was refused.
    Refused,
}

/// One decision of the plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    /// What it decided about.
    pub kind: DecisionKind,
    /// Identity of the decision. That of a change is the submission's, then `/TASK` where only one task changed, then `+` and letters of its own.
    pub key: String,
    /// When it was made, in seconds since 1970.
    pub at_s: i64,
    /// The project that is charged.
    pub project: ProjectName,
    /// The user who submitted the job.
    pub user: String,
    /// GPUs of each task.
    pub parts: Vec<GpuCount>,
    /// Time limit in minutes; of a change, the minutes beyond what is held.
    pub minutes: u64,
    /// The tasks that it is about.
    pub tasks: Tasks,
    /// Whether the job was let in without being checked against the budgets.
    pub is_unverified: bool,
}

impl JournalLine {
    /// Reads `s KEY TIME PROJECT USER PARTS MINUTES TASKS VERDICT`.
    ///
    /// # Errors
    /// [`TextError`] names what is not understood: something else wrote the line, or the disk lost part of it.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let wrong = || TextError::Parts(text.to_owned());
        let words: Vec<&str> = text.split(' ').collect();
        let [kind, key, at, project, user, gpus, minutes, tasks, verdict] = words.as_slice() else {
            return Err(wrong());
        };
        Ok(Self {
            kind: match *kind {
                "s" => DecisionKind::Submitted,
                "m" => DecisionKind::Changed,
                "d" => DecisionKind::Refused,
                _ => return Err(wrong()),
            },
            key: (*key).to_owned(),
            at_s: at.parse().map_err(|_| wrong())?,
            project: (*project).into(),
            user: (*user).to_owned(),
            parts: parts(gpus)?,
            minutes: minutes.parse().map_err(|_| wrong())?,
            tasks: Tasks::parse(tasks)?,
            is_unverified: *verdict == "unverified",
        })
    }

    /// The submission that it is about: without `/TASK` and `+…`.
    pub fn submission(&self) -> &str {
        let key = self.key.split('+').next().unwrap_or(&self.key);
        key.split('/').next().unwrap_or(key)
    }

    /// The one task that it is about, where it says so.
    pub fn task(&self) -> Option<u32> {
        self.key.split('+').next()?.split_once('/')?.1.parse().ok()
    }
}

/// The part of `text` that ends with a whole line, in bytes: the plugin may be writing the next.
pub fn whole_lines(text: &[u8]) -> usize {
    text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_the_plugin_writes_it() {
        let line = JournalLine::parse("m abc/3+9f 1764050000 climate ana a100=2,h100=1 30 - held").unwrap();
        assert_eq!((line.kind, line.submission(), line.task()), (DecisionKind::Changed, "abc", Some(3)));
        assert_eq!((line.parts[1].gpus, line.minutes, line.is_unverified), (1, 30, false));
        assert!(JournalLine::parse("s k 1 p u a100=1 10 1-3 unverified").unwrap().is_unverified);
        for text in [
            "",
            "s k 1 p u a100=1 10 -",
            "x k 1 p u a100=1 10 - held",
            "s k 1 p u a100 10 - held",
            "s k t p u a100=1 1 - held",
        ] {
            assert!(JournalLine::parse(text).is_err(), "{text}");
        }
        assert_eq!((whole_lines(b"a\nb\nc"), whole_lines(b"abc"), whole_lines(b"")), (4, 0, 0));
    }
}
