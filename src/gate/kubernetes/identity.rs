//! The names under which the ledger may know an object.

use model::JobId;

/// Names of jobs have at most so many characters.
const KNOWN_AS_CHARACTERS_MAX: usize = 128;

/// The identities that the ledger may know an object by, the best first: its UID, then its namespace, kind and name.
#[must_use]
pub fn known_as(uid: &str, namespace: &str, kind: &str, name: &str) -> Vec<JobId> {
    let place = format!("{namespace}:{kind}:{name}");
    let is_name = |text: &String| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@+-".contains(&byte);
        (1..=KNOWN_AS_CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(is_allowed)
    };
    [uid.to_owned(), place].into_iter().filter(is_name).map(JobId::new).collect()
}
