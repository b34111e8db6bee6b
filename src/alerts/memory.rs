//! What an endpoint has been told, kept in a file of the data directory so that a restart does not tell it again.
//!
//! A file that cannot be read is no failure: everything that needs attention is told once more. The name of a file is made of address and format,
//! so that another address, which knows nothing yet, is told everything.

use super::notice::identity;
use crate::config::Webhook;
use api::AttentionItem;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use units::Timestamp;

/// Folder in the data directory.
const FOLDER: &str = "alerts";
const VERSION: u32 = 1;

/// Something that an endpoint has been told and that has not ended since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ToldAlert {
    /// The item as it was told last.
    pub(super) item: AttentionItem,
    /// Since when, as it was told.
    pub(super) starts: Timestamp,
    /// When it was told last.
    pub(super) sent: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct MemoryDocument {
    version: u32,
    told: Vec<ToldAlert>,
}

/// The file of one endpoint.
#[derive(Debug)]
pub(super) struct Memory {
    path: PathBuf,
}

impl Memory {
    /// The file of `webhook` in the data directory `data`, whose folder is made where it is missing.
    pub(super) fn of(data: &Path, webhook: &Webhook) -> io::Result<Self> {
        let folder = data.join(FOLDER);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let digest = Sha256::digest(format!("{:?} {}", webhook.format, webhook.url.reveal()));
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { path: folder.join(format!("{name}.json")) })
    }

    /// What the endpoint has been told, by identity; nothing if that is not known.
    pub(super) fn read(&self) -> BTreeMap<String, ToldAlert> {
        match self.parse() {
            Ok(told) => told.into_iter().map(|told| (identity(&told.item), told)).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "what was told is not known, so it is told again");
                BTreeMap::new()
            }
        }
    }

    fn parse(&self) -> io::Result<Vec<ToldAlert>> {
        let document: MemoryDocument = serde_json::from_slice(&fs::read(&self.path)?)?;
        if document.version != VERSION {
            return Err(io::Error::other(format!("it is of version {}", document.version)));
        }
        Ok(document.told)
    }

    /// Replaces the file as a whole, also when the power fails.
    pub(super) fn write(&self, told: &BTreeMap<String, ToldAlert>) -> io::Result<()> {
        let document = MemoryDocument { version: VERSION, told: told.values().cloned().collect() };
        let fresh = self.path.with_extension("new");
        let mut file = File::create(&fresh)?;
        file.write_all(&serde_json::to_vec(&document)?)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.path)
    }
}
