//! What is known of a provider, over restarts and whichever service on the ledger asked it: a note in the ledger.
//!
//! A note that cannot be understood is no failure: the provider is asked as for the first time.

use crate::store::{Store, StoreError, Tx};
use model::{ProviderName, ProviderState, ZoneId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;
use units::{Span, Timestamp};

/// What the names of notes begin with.
const PREFIX: &str = "providers/";
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

/// What is known of `name`; nothing if that cannot be understood.
pub(super) fn note(store: &Store, name: ProviderName) -> Result<FeedNote, StoreError> {
    let text = store.read::<_, StoreError>(|tx| tx.duty().note(&format!("{PREFIX}{name}"), store.directory()))?;
    Ok(text.map(|text| understood(name, &text).unwrap_or_default()).unwrap_or_default())
}

/// Replaces what is known of `name`.
pub(super) fn keep(store: &Store, name: ProviderName, note: &FeedNote) -> Result<(), StoreError> {
    let document = NoteDocument { version: VERSION, note: note.clone() };
    let text = serde_json::to_string(&document).map_err(|error| StoreError::NotStored { reason: error.to_string() })?;
    store.write::<_, StoreError>(move |tx| tx.duty().keep_note(&format!("{PREFIX}{name}"), &text))
}

/// Forgets the providers that are not in `configured`, so that nobody waits for them.
pub(super) fn forget_others(store: &Store, configured: &[ProviderName]) -> Result<(), StoreError> {
    let known = store.read(notes)?;
    let gone: Vec<ProviderName> = known.into_keys().filter(|name| !configured.contains(name)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    store.write::<_, StoreError>(move |tx| {
        gone.iter().try_for_each(|name| tx.duty().forget_note(&format!("{PREFIX}{name}")))
    })
}

/// What is known of each provider that the services on the ledger ask.
///
/// # Errors
///
/// The store cannot be read.
pub fn notes(tx: &Tx<'_>) -> Result<BTreeMap<ProviderName, FeedNote>, StoreError> {
    let notes = tx.duty().notes(PREFIX)?.into_iter();
    let named = notes.filter_map(|(name, text)| Some((ProviderName::from_str(name.strip_prefix(PREFIX)?).ok()?, text)));
    Ok(named.filter_map(|(name, text)| Some((name, understood(name, &text)?))).collect())
}

fn understood(name: ProviderName, text: &str) -> Option<FeedNote> {
    let document = serde_json::from_str::<NoteDocument>(text).ok().filter(|document| document.version == VERSION);
    if document.is_none() {
        tracing::warn!(%name, "what is known of a provider cannot be understood; it is asked anew");
    }
    document.map(|document| document.note)
}
