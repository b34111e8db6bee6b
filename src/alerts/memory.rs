//! What an endpoint has been told: a note in the ledger, so that neither a restart nor another service on it tells it again.
//!
//! A note that cannot be understood is no failure: everything that needs attention is told once more. Its name is made of address and format, so that
//! another address, which knows nothing yet, is told everything.

use super::notice::identity;
use crate::config::Webhook;
use crate::store::{Store, StoreError};
use api::AttentionItem;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use units::Timestamp;

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

/// The note of one endpoint.
#[derive(Debug)]
pub(super) struct Memory {
    name: String,
}

impl Memory {
    /// The note of `webhook`.
    pub(super) fn of(webhook: &Webhook) -> Self {
        let digest = Sha256::digest(format!("{:?} {}", webhook.format, webhook.url.reveal()));
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("alerts/{name}") }
    }

    /// What the endpoint has been told, by identity; nothing if that is not known.
    pub(super) fn read(&self, store: &Store) -> Result<BTreeMap<String, ToldAlert>, StoreError> {
        let text = store.read::<_, StoreError>(|tx| tx.duty().note(&self.name, store.directory()))?;
        let Some(text) = text else { return Ok(BTreeMap::new()) };
        match serde_json::from_str::<MemoryDocument>(&text) {
            Ok(document) if document.version == VERSION => {
                Ok(document.told.into_iter().map(|told| (identity(&told.item), told)).collect())
            }
            _ => {
                tracing::warn!(note = self.name, "what was told cannot be understood, so it is told again");
                Ok(BTreeMap::new())
            }
        }
    }

    /// Replaces the note.
    pub(super) fn write(&self, store: &Store, told: &BTreeMap<String, ToldAlert>) -> Result<(), StoreError> {
        let document = MemoryDocument { version: VERSION, told: told.values().cloned().collect() };
        let refused = |error: serde_json::Error| StoreError::NotStored { reason: error.to_string() };
        let (name, text) = (self.name.clone(), serde_json::to_string(&document).map_err(refused)?);
        store.write::<_, StoreError>(move |tx| tx.duty().keep_note(&name, &text))
    }
}
