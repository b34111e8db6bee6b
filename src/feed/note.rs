//! What is known of a provider over restarts: one small file each in the data directory.
//!
//! A file that cannot be read is no failure: the provider is asked as for the first time.

use model::{ProviderName, ProviderState, ZoneId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use units::{Span, Timestamp};

/// Folder in the data directory.
const FOLDER: &str = "providers";
const VERSION: u32 = 1;

/// What is known of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedNote {
    /// The newest measured value of each zone that has any.
    pub zones: BTreeMap<ZoneId, ZoneNote>,
    /// When the last round began.
    pub last_attempt: Option<Timestamp>,
    /// When the last round began that brought all that was asked for.
    pub last_success: Option<Timestamp>,
    /// What failed last.
    pub trouble: Option<FeedTrouble>,
    /// The provider asked for no requests before this.
    pub not_before: Option<Timestamp>,
    /// After this much time without a new value, a zone is stale.
    pub stale_after: Span,
}

/// The newest value of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneNote {
    /// Start of the time that it describes.
    pub start: Timestamp,
    /// End of that time.
    pub end: Timestamp,
    /// The value, in mg/kWh.
    pub intensity_mg_per_kwh: u32,
}

/// Rounds in a row that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedTrouble {
    /// When the first of them began.
    pub since: Timestamp,
    /// When the last of them began.
    pub last: Timestamp,
    /// Why the last one failed, in words, without the key.
    pub reason: String,
    /// Whether a later round went well.
    pub is_over: bool,
}

#[derive(Serialize, Deserialize)]
struct NoteDocument {
    version: u32,
    note: FeedNote,
}

impl FeedNote {
    /// How the provider does at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> ProviderState {
        if self.failing().is_some() {
            ProviderState::Failing
        } else if self.last_success.is_none() {
            ProviderState::Starting
        } else if self.newest().is_none_or(|(_, newest)| newest.end < now.before(self.stale_after)) {
            ProviderState::Stale
        } else {
            ProviderState::Ok
        }
    }

    /// What fails at present.
    #[must_use]
    pub fn failing(&self) -> Option<&FeedTrouble> {
        self.trouble.as_ref().filter(|trouble| !trouble.is_over)
    }

    /// The zone whose newest value is the oldest, and that value.
    #[must_use]
    pub fn newest(&self) -> Option<(&ZoneId, &ZoneNote)> {
        self.zones.iter().min_by_key(|(_, note)| note.end)
    }
}

/// The file of one provider.
#[derive(Debug)]
pub(super) struct NoteFile(PathBuf);

impl NoteFile {
    /// That of `name` in the data directory `data`, whose folder is made where it is missing.
    pub(super) fn of(data: &Path, name: ProviderName) -> io::Result<Self> {
        let folder = data.join(FOLDER);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        Ok(Self(folder.join(format!("{name}.json"))))
    }

    /// What is known; nothing if that cannot be read.
    pub(super) fn read(&self) -> FeedNote {
        parse(&self.0).unwrap_or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(path = %self.0.display(), %error, "what is known of a provider cannot be read; it is asked anew");
            }
            FeedNote::default()
        })
    }

    /// Replaces the file as a whole, also when the power fails.
    pub(super) fn write(&self, note: &FeedNote) -> io::Result<()> {
        let document = NoteDocument { version: VERSION, note: note.clone() };
        let fresh = self.0.with_extension("new");
        let mut file = File::create(&fresh)?;
        file.write_all(&serde_json::to_vec(&document)?)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.0)
    }
}

/// Forgets the providers that are not in `configured`, so that nobody waits for them.
pub(super) fn forget_others(data: &Path, configured: &[ProviderName]) -> io::Result<()> {
    for (name, path) in files(data) {
        if !configured.contains(&name) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// What is known of each provider that the service on the data directory `data` asks.
#[must_use]
pub fn notes(data: &Path) -> BTreeMap<ProviderName, FeedNote> {
    files(data).into_iter().filter_map(|(name, path)| Some((name, parse(&path).ok()?))).collect()
}

fn files(data: &Path) -> Vec<(ProviderName, PathBuf)> {
    let Ok(folder) = fs::read_dir(data.join(FOLDER)) else { return Vec::new() };
    let paths = folder.filter_map(Result::ok).map(|entry| entry.path());
    let named = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    named.filter_map(|path| Some((ProviderName::from_str(path.file_stem()?.to_str()?).ok()?, path))).collect()
}

fn parse(path: &Path) -> io::Result<FeedNote> {
    let document: NoteDocument = serde_json::from_slice(&fs::read(path)?)?;
    if document.version != VERSION {
        return Err(io::Error::other(format!("it is of version {}", document.version)));
    }
    Ok(document.note)
}
