//! What the ledger keeps of budgets as JSON: demands, answers, policies, and the documents of the decision chain.
//!
//! Each document has a type of its own here, apart from what the API says and from what the rooms work with. So a new field in an answer never makes a
//! row of an earlier version unreadable, and a change here is seen to be one of the format. The tests hold rows as earlier versions wrote them.
//!
//! A document without `version` is of version 1. A later version than this one knows is refused by its number.

mod answer;
mod demand;
mod policy;
mod record;

pub(super) use answer::answer;
pub use answer::of_answer;
pub(super) use demand::demand;
pub use demand::of_demand;
pub(super) use policy::{of_policy, policy};
pub(super) use record::{Exception, Grant, RevisedPolicy, decided, record, resolved};

use crate::store::StoreError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a document without a version has.
const FIRST: u32 = 1;

const fn first() -> u32 {
    FIRST
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_first(version: &u32) -> bool {
    *version == FIRST
}

/// A document as text.
fn write(what: &'static str, document: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(document).map_err(|error| StoreError::Value { what, value: error.to_string() })
}

/// A document, read back.
fn read<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, String> {
    #[derive(Deserialize)]
    struct StoredHeader {
        #[serde(default = "first")]
        version: u32,
    }
    let StoredHeader { version } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if version > FIRST {
        return Err(format!(
            "{what} of version {version} was written by a later Wattledger; this one reads version {FIRST}"
        ));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// A value that is stored as one of a few words, which stay what they are whatever the API calls them.
trait StoredWord: Copy + PartialEq + 'static {
    const WORDS: &'static [(Self, &'static str)];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word<T>(T);

impl<T: StoredWord> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let word = T::WORDS.iter().find(|(value, _)| *value == self.0).map(|(_, word)| *word);
        word.ok_or_else(|| serde::ser::Error::custom("a value without a stored word"))?.serialize(serializer)
    }
}

impl<'de, T: StoredWord> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let value = T::WORDS.iter().find(|(_, word)| *word == text).map(|(value, _)| Self(*value));
        value.ok_or_else(|| {
            let words: Vec<&str> = T::WORDS.iter().map(|(_, word)| *word).collect();
            serde::de::Error::custom(format!("`{text}` is not one of {}", words.join(", ")))
        })
    }
}

impl StoredWord for api::Unit {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Energy, "energy"), (Self::Co2e, "co2e")];
}

impl StoredWord for api::Mode {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Observe, "observe"), (Self::Warn, "warn"), (Self::Block, "block")];
}
