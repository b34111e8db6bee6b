//! The folder that the sidecar shares with the plugin: `journal-N` (the plugin appends), `table` and `sync.json` (the sidecar replaces).

use super::journal::{JournalLine, whole_lines};
use super::state::SyncState;
use super::stored;
use super::table::Journal;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A journal of this size gets a successor, bytes.
const JOURNAL_MAX: u64 = 1 << 20;
const STATE: &str = "sync.json";
const TABLE: &str = "table";

/// Why the shared folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has the lock.
    #[error("{}: another `wattledger slurm sync` uses this folder: stop it first", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The state is there and cannot be read. Taken for empty it would forget every hold, and the next round would overwrite it.
    #[error(
        "cannot read {}: {cause}; nothing was changed: make it readable for the user that runs this command", path.display()
    )]
    Unreadable {
        /// The state file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The state was read and is not understood.
    #[error("{}: {problem}; move the file away to start again from the journals", path.display())]
    Malformed {
        /// The state file.
        path: PathBuf,
        /// What is wrong, and where.
        problem: String,
    },
    /// A file of the folder cannot be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

/// The shared folder, locked for this process.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
    pub(super) state: SyncState,
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    |cause| FolderError::Io { path, cause }
}

impl Folder {
    /// Makes the folder if it is missing, locks it, and reads the state that was left in it.
    ///
    /// # Errors
    ///
    /// Another process uses it, or the state is there and cannot be read.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        fs::create_dir_all(path).map_err(failed(path))?;
        let lock = File::create(path.join("lock")).map_err(failed(path))?;
        if lock.try_lock().is_err() {
            return Err(FolderError::InUse { path: path.to_owned() });
        }
        let file = path.join(STATE);
        let mut state = match fs::read(&file) {
            Ok(bytes) => {
                stored::read(&bytes).map_err(|problem| FolderError::Malformed { path: file.clone(), problem })?
            }
            Err(cause) if cause.kind() == ErrorKind::NotFound => SyncState::default(),
            Err(cause) => return Err(FolderError::Unreadable { path: file, cause }),
        };
        if state.taken.is_empty() {
            state.taken.insert(0, 0);
        }
        Ok(Self { path: path.to_owned(), _lock: lock, state })
    }

    fn journal(&self, number: u64) -> PathBuf {
        self.path.join(format!("journal-{number}"))
    }

    /// Takes the journals' new lines into the holds; returns why each line that was skipped is not understood.
    pub(super) fn take_lines(&mut self) -> Result<Vec<String>, FolderError> {
        let mut skipped = Vec::new();
        for (number, taken) in self.state.taken.clone() {
            let path = self.journal(number);
            let mut file = match File::open(&path) {
                Ok(file) => file,
                // The plugin creates it with its first line.
                Err(cause) if cause.kind() == ErrorKind::NotFound => continue,
                Err(cause) => return Err(failed(&path)(cause)),
            };
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(taken)).and_then(|_| file.read_to_end(&mut bytes)).map_err(failed(&path))?;
            let whole = whole_lines(&bytes);
            for text in String::from_utf8_lossy(&bytes[..whole]).lines() {
                match JournalLine::parse(text) {
                    Ok(line) => self.state.holds.take(&line),
                    Err(error) => skipped.push(error.to_string()),
                }
            }
            self.state.taken.insert(number, taken + whole as u64);
        }
        Ok(skipped)
    }

    /// Begins another journal where the current one is long, and forgets those that were read to their end a round ago.
    pub(super) fn rotate(&mut self) {
        let current = self.state.current;
        let is_long = self.state.taken.get(&current).is_some_and(|taken| *taken > JOURNAL_MAX);
        if is_long {
            self.state.taken.retain(|number, _| number + 1 >= current);
            self.state.current = current + 1;
            self.state.taken.insert(current + 1, 0);
        }
    }

    /// The journals as the table names them.
    pub(super) fn journals(&self) -> Vec<Journal> {
        let named = self.state.taken.iter();
        named.map(|(number, counted)| Journal { name: format!("journal-{number}"), counted: *counted }).collect()
    }

    /// Writes the state.
    pub(super) fn keep(&self) -> Result<(), FolderError> {
        let path = self.path.join(STATE);
        let bytes = stored::write(&self.state).map_err(|cause| failed(&path)(cause.into()))?;
        self.replace(STATE, &bytes)
    }

    /// Writes the table for the plugin.
    pub(super) fn publish(&self, table: &str) -> Result<(), FolderError> {
        self.replace(TABLE, table.as_bytes())
    }

    /// Replaces a file as a whole: readers see the old or the new one, also after a crash.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let (path, new) = (self.path.join(name), self.path.join(format!("{name}.new")));
        let written = File::create(&new).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        let renamed = written.and_then(|()| fs::rename(&new, &path)).and_then(|()| File::open(&self.path)?.sync_all());
        renamed.map_err(failed(&path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T>(result: Result<T, FolderError>) -> String {
        result.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn only_a_missing_state_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Folder::open(folder.path()).unwrap().state.holds.is_empty());
        // As root nothing is unreadable by its mode; a directory and a link to itself are for everybody.
        let file = folder.path().join("sync.json");
        fs::create_dir(&file).unwrap();
        let words = message(Folder::open(folder.path()));
        assert!(words.contains("sync.json") && words.contains("directory"), "{words:?}");
        fs::remove_dir(&file).unwrap();
        std::os::unix::fs::symlink(&file, &file).unwrap();
        let words = message(Folder::open(folder.path()));
        assert!(words.contains("sync.json") && words.contains("nothing was changed"), "{words:?}");
    }

    #[test]
    fn only_a_missing_journal_has_no_lines() {
        let path = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(path.path()).unwrap();
        assert_eq!(folder.take_lines().unwrap(), [""; 0]);
        let journal = folder.journal(0);
        std::os::unix::fs::symlink(&journal, &journal).unwrap();
        let words = message(folder.take_lines());
        assert!(words.contains("journal-0"), "{words:?}");
    }

    #[test]
    fn the_state_of_today_is_read_after_a_restart() {
        let path = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(path.path()).unwrap();
        fs::write(folder.journal(0), "s k 1000 climate ana a100=2 10 - held\nnot a line\n").unwrap();
        assert_eq!(folder.take_lines().unwrap().len(), 1);
        folder.keep().unwrap();
        let state = folder.state.clone();
        drop(folder);
        assert_eq!(Folder::open(path.path()).unwrap().state, state);
        fs::write(path.path().join("sync.json"), "{").unwrap();
        assert!(message(Folder::open(path.path())).contains("move the file away"));
    }
}
