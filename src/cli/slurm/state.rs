//! The folder that the sidecar shares with the plugin.

use crate::cli::Failure;
use crate::gate::slurm::{Holds, Journal, Limits, Line, whole_lines};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// `sync.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Config {
    /// Name of the cluster in job ids; what Slurm says without it.
    pub(super) cluster: Option<String>,
    pub(super) every_s: u64,
    pub(super) stale_after_s: u64,
    outage: Outage,
    never_created_after_s: i64,
    settle_after_s: i64,
    pub(super) accounts: BTreeMap<String, String>,
    pub(super) gres: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outage {
    Open,
    Closed,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cluster: None,
            every_s: 2,
            stale_after_s: 60,
            outage: Outage::Open,
            never_created_after_s: 120,
            settle_after_s: 60,
            accounts: BTreeMap::new(),
            gres: BTreeMap::new(),
        }
    }
}

impl Config {
    pub(super) fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::default()) };
        let wrong = |problem: String| Failure::Usage(format!("{}: {problem}", path.display()));
        let text = fs::read_to_string(path).map_err(|cause| wrong(cause.to_string()))?;
        toml::from_str(&text).map_err(|error| wrong(error.to_string()))
    }

    /// The accelerator that Slurm's type stands for.
    pub(super) fn accelerator<'a>(&'a self, kind: &'a str) -> &'a str {
        self.gres.get(kind).map_or(kind, String::as_str)
    }

    pub(super) fn lets_in_when_stale(&self) -> bool {
        self.outage == Outage::Open
    }

    pub(super) const fn limits(&self) -> Limits {
        Limits { never_created_s: self.never_created_after_s, settle_s: self.settle_after_s }
    }
}

/// What must survive: one file, replaced whole.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// Number of the journal that takes lines, and bytes taken of each.
    current: u64,
    taken: BTreeMap<u64, u64>,
    pub(super) holds: Holds,
}

/// The folder, locked.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
    pub(super) known: Known,
}

/// A journal of this size gets a successor, bytes.
const JOURNAL_MAX: u64 = 1 << 20;

fn failed(path: &Path, cause: &std::io::Error) -> Failure {
    Failure::Internal(anyhow::anyhow!("{}: {cause}", path.display()))
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|cause| failed(path, &cause))?;
        let lock = File::create(path.join("lock")).map_err(|cause| failed(path, &cause))?;
        if lock.try_lock().is_err() {
            return Err(Failure::Usage(format!("{}: another `wattledger slurm sync` works here", path.display())));
        }
        let file = path.join("sync.json");
        let mut known: Known = match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                Failure::Usage(format!("{}: {error}; move it away to begin anew from the journals", file.display()))
            })?,
            Err(cause) if cause.kind() == ErrorKind::NotFound => Known::default(),
            // Begun anew it would forget every hold, and the next round would overwrite it.
            Err(cause) => {
                return Err(Failure::Usage(format!(
                    "cannot read {}: {cause}; nothing was changed: make it readable for the user that runs this command",
                    file.display()
                )));
            }
        };
        if known.taken.is_empty() {
            known.taken.insert(0, 0);
        }
        Ok(Self { path: path.to_owned(), _lock: lock, known })
    }

    fn journal(&self, number: u64) -> PathBuf {
        self.path.join(format!("journal-{number}"))
    }

    /// Takes the journals' new lines; what is not understood is returned.
    pub(super) fn take_lines(&mut self) -> Result<Vec<String>, Failure> {
        let mut strange = Vec::new();
        for (number, taken) in self.known.taken.clone() {
            let path = self.journal(number);
            let mut file = match File::open(&path) {
                Ok(file) => file,
                // The plugin makes it with its first line.
                Err(cause) if cause.kind() == ErrorKind::NotFound => continue,
                Err(cause) => return Err(failed(&path, &cause)),
            };
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(taken))
                .and_then(|_| file.read_to_end(&mut bytes))
                .map_err(|cause| failed(&path, &cause))?;
            let whole = whole_lines(&bytes);
            for text in String::from_utf8_lossy(&bytes[..whole]).lines() {
                match Line::parse(text) {
                    Ok(line) => self.known.holds.take(&line),
                    Err(error) => strange.push(error.to_string()),
                }
            }
            self.known.taken.insert(number, taken + whole as u64);
        }
        Ok(strange)
    }

    /// Begins another journal where the current one is long, and forgets those that were read to their end a round ago.
    pub(super) fn rotate(&mut self) {
        let current = self.known.current;
        let is_long = self.known.taken.get(&current).is_some_and(|taken| *taken > JOURNAL_MAX);
        if is_long {
            self.known.taken.retain(|number, _| number + 1 >= current);
            self.known.current = current + 1;
            self.known.taken.insert(current + 1, 0);
        }
    }

    /// The journals as the table names them.
    pub(super) fn journals(&self) -> Vec<Journal> {
        let named = self.known.taken.iter();
        named.map(|(number, counted)| Journal { name: format!("journal-{number}"), counted: *counted }).collect()
    }

    pub(super) fn keep(&self) -> Result<(), Failure> {
        let text = serde_json::to_vec(&self.known).map_err(anyhow::Error::from)?;
        self.replace("sync.json", &text)
    }

    /// Replaces a file whole: readers see the old or the new one, also after a crash.
    pub(super) fn replace(&self, name: &str, text: &[u8]) -> Result<(), Failure> {
        let (path, new) = (self.path.join(name), self.path.join(format!("{name}.new")));
        let written = File::create(&new).and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()));
        let renamed = written.and_then(|()| fs::rename(&new, &path)).and_then(|()| File::open(&self.path)?.sync_all());
        renamed.map_err(|cause| failed(&path, &cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(opened: Result<impl Sized, Failure>) -> String {
        opened.err().map(|failure| failure.to_string()).unwrap_or_default()
    }

    #[test]
    fn only_a_missing_state_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Folder::open(folder.path()).unwrap().known.holds.is_empty());
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
}
