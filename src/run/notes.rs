//! What the runs of a user on this node tell each other: which job each is of, and what it holds in the budgets of its project.
//!
//! A rank that another one counts for, and a run inside another one, ask no budget for themselves. They pass where a note shows that the other
//! run is there, and holds for the same project at the same service. An environment variable alone shows nothing.

use super::counting;
use model::{AdmissionId, ProjectName};
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// What a run tells others of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNote {
    /// The process, as [`counting::marker`] names it.
    pub process: String,
    /// The launch that it is local rank 0 of; `None` if its launcher does not say so.
    pub launch: Option<String>,
    /// Address of the service that it asks.
    pub server: String,
    /// The project that it is charged to.
    pub project: ProjectName,
    /// How far it has come.
    pub stage: RunStage,
}

/// How far a run has come with the budgets of its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStage {
    /// It asks.
    Asking,
    /// It runs, and this admission holds for it.
    Held(AdmissionId),
    /// It runs, and nothing is held for it: no budget could be asked, or none blocks.
    Unheld,
}

/// A note that stands until this is dropped.
#[derive(Debug)]
pub struct PostedNote {
    note: RunNote,
    path: PathBuf,
}

impl PostedNote {
    /// Writes `note` into `folder`, which only this user can read.
    ///
    /// # Errors
    ///
    /// The folder cannot be made or written.
    pub fn post(folder: &Path, note: RunNote) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let posted = Self { path: folder.join(file_name(&note.process)), note };
        posted.write()?;
        Ok(posted)
    }

    /// Tells how far the run has come since.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn tell(&mut self, stage: RunStage) -> io::Result<()> {
        self.note.stage = stage;
        self.write()
    }

    /// Whole or not at all: others read at any time.
    fn write(&self) -> io::Result<()> {
        let written = self.path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&written)?;
        file.write_all(&serde_json::to_vec(&self.note)?)?;
        fs::rename(&written, &self.path)
    }
}

impl Drop for PostedNote {
    fn drop(&mut self) {
        // A reader of a note that cannot be removed finds that the process has ended.
        drop(fs::remove_file(&self.path));
    }
}

/// The note of the run `process`, if it still runs.
#[must_use]
pub fn of_process(folder: &Path, process: &str) -> Option<RunNote> {
    read(&folder.join(file_name(process))).filter(|note| note.process == process)
}

/// The note of the run that says that it is local rank 0 of `launch`, if it still runs.
#[must_use]
pub fn of_launch(folder: &Path, launch: &str) -> Option<RunNote> {
    let files = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let mut notes =
        files.filter(|path| path.extension().is_some_and(|end| end == "json")).filter_map(|path| read(&path));
    notes.find(|note| note.launch.as_deref() == Some(launch))
}

fn read(path: &Path) -> Option<RunNote> {
    let note: RunNote = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    counting::is_alive(&note.process).then_some(note)
}

fn file_name(process: &str) -> String {
    format!("{}.json", process.replace([':', '/'], "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(process: String) -> RunNote {
        RunNote {
            process,
            launch: Some("slurm 7".to_owned()),
            server: "http://127.0.0.1:1".to_owned(),
            project: "atlas".into(),
            stage: RunStage::Asking,
        }
    }

    #[test]
    fn a_note_is_read_while_its_run_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("notes");
        let gone = note("no boot of this machine:1".to_owned());
        let posted = PostedNote::post(&folder, gone.clone()).unwrap();
        assert_eq!((of_process(&folder, &gone.process), of_launch(&folder, "slurm 7")), (None, None));
        drop(posted);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}
