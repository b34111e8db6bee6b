//! By what an object is known: its uid or, where it has none, its place.

use sha2::{Digest, Sha256};

/// Names of jobs have at most so many characters.
const CHARACTERS_MAX: usize = 128;

/// The uid of an object; of one without a uid that can name a job, its namespace, kind and name, or a digest of them.
pub(super) fn identity(uid: &str, namespace: &str, kind: &str, name: &str) -> String {
    let place = format!("{namespace}:{kind}:{name}");
    let is_name = |text: &&str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@+-".contains(&byte);
        (1..=CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(is_allowed)
    };
    let found = [uid, &place].into_iter().find(is_name).map(str::to_owned);
    found.unwrap_or_else(|| Sha256::digest(place).iter().map(|byte| format!("{byte:02x}")).collect())
}
