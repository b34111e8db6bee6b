//! How far a receiver has what there is: a note in the ledger.

use super::super::store::Watermark;
use crate::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct MarkDocument {
    version: u32,
    batch: i64,
    sha256: String,
}

/// The note of one receiver.
#[derive(Debug)]
pub(super) struct MarkNote {
    name: String,
}

impl MarkNote {
    /// That of the receiver with this name and address. Another address has a note of its own.
    pub(super) fn of(receiver: &str, url: &str) -> Self {
        Self { name: format!("exports/{receiver}-{}", hex(Sha256::digest(url).get(..8).unwrap_or_default())) }
    }

    /// How far it is; `None` if that is not known.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub(super) fn read(&self, store: &Store) -> Result<Option<Watermark>, StoreError> {
        let text = store.read::<_, StoreError>(|tx| tx.duty().note(&self.name, store.directory()))?;
        let Some(text) = text else { return Ok(None) };
        let mark = parse(&text);
        if mark.is_none() {
            tracing::warn!(note = self.name, "how far the receiver is cannot be understood; what is new is sent");
        }
        Ok(mark)
    }

    /// Replaces the note.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub(super) fn write(&self, store: &Store, mark: &Watermark) -> Result<(), StoreError> {
        let batch = mark.revision.batch().number();
        let document = MarkDocument { version: VERSION, batch, sha256: hex(&mark.sha256) };
        let refused = |error: serde_json::Error| StoreError::NotStored { reason: error.to_string() };
        let (name, text) = (self.name.clone(), serde_json::to_string(&document).map_err(refused)?);
        store.write::<_, StoreError>(move |tx| tx.duty().keep_note(&name, &text))
    }
}

fn parse(text: &str) -> Option<Watermark> {
    let MarkDocument { version, batch, sha256 } = serde_json::from_str(text).ok()?;
    if version != VERSION {
        return None;
    }
    let digits = sha256.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    Some(Watermark { revision: model::BatchId::new(batch).revision(), sha256: digits.collect::<Option<Vec<u8>>>()? })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back_and_another_address_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let note = MarkNote::of("remote_write", "https://a.example");
        assert_eq!(note.read(&store).unwrap(), None);
        let mark = Watermark { revision: model::BatchId::new(7).revision(), sha256: vec![0, 1, 255] };
        note.write(&store, &mark).unwrap();
        assert_eq!(MarkNote::of("remote_write", "https://a.example").read(&store).unwrap(), Some(mark));
        assert_eq!(MarkNote::of("remote_write", "https://b.example").read(&store).unwrap(), None);
        for broken in
            ["", "{", "{\"version\":2,\"batch\":1,\"sha256\":\"\"}", "{\"version\":1,\"batch\":1,\"sha256\":\"é\"}"]
        {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }
}
