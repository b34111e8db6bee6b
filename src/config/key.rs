//! Files with a secret.

use collectors::secrecy::warn_if_public;
use std::path::{Path, PathBuf};

/// Shorter keys can be guessed.
const KEY_BYTES_MIN: usize = 16;

/// Why a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("{key} {path}: {cause}")]
    Unreadable {
        /// Name of the key in the configuration.
        key: &'static str,
        /// The path as it is configured.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Too short to be secret.
    #[error("{key} {path} has {bytes} bytes: a key has {KEY_BYTES_MIN} or more; `openssl rand -hex 32` makes one")]
    Short {
        /// Name of the key in the configuration.
        key: &'static str,
        /// The path as it is configured.
        path: PathBuf,
        /// Length of the key in the file.
        bytes: usize,
    },
}

/// The secret in the file at `path`, which `key` of the configuration names: its text without white space at both ends.
///
/// Warns in the log of a file that everybody may read.
///
/// # Errors
///
/// [`KeyError::Unreadable`], also for a file without text.
pub fn read_secret(key: &'static str, path: &Path) -> Result<String, KeyError> {
    let unreadable = |cause| KeyError::Unreadable { key, path: path.to_owned(), cause };
    warn_if_public(key, path);
    let text = std::fs::read_to_string(path).map_err(unreadable)?.trim().to_owned();
    if text.is_empty() { Err(unreadable(std::io::Error::other("it is empty"))) } else { Ok(text) }
}

/// The HMAC key in the file at `path`, which `key` of the configuration names: its text without white space at both ends.
///
/// # Errors
///
/// [`KeyError`].
pub fn read_hmac_key(key: &'static str, path: &Path) -> Result<Vec<u8>, KeyError> {
    let found = read_secret(key, path)?.into_bytes();
    if found.len() < KEY_BYTES_MIN {
        return Err(KeyError::Short { key, path: path.to_owned(), bytes: found.len() });
    }
    Ok(found)
}

/// Headers that HTTP or the protocol set.
const RESERVED: [&str; 7] =
    ["connection", "content-encoding", "content-length", "content-type", "host", "transfer-encoding", "user-agent"];

/// The HTTP headers in the file at `path`, which `key` of the configuration names: a `NAME: VALUE` in each line; empty lines and those that begin with `#`
/// say nothing.
///
/// # Errors
///
/// [`KeyError::Unreadable`], also for a line that is no header, by its number.
pub fn read_headers(key: &'static str, path: &Path) -> Result<Vec<(String, String)>, KeyError> {
    let lines = read_secret(key, path)?;
    let stated = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let parsed = stated.map(|(place, line)| {
        header(line).ok_or_else(|| KeyError::Unreadable {
            key,
            path: path.to_owned(),
            cause: std::io::Error::other(format!("line {} is no header that may be set: write NAME: VALUE", place + 1)),
        })
    });
    parsed.collect()
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_name = !name.is_empty() && name.bytes().all(is_of_name);
    let value = value.trim();
    let is_value = !value.is_empty() && value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let is_reserved = RESERVED.contains(&name.to_ascii_lowercase().as_str());
    (is_name && is_value && !is_reserved).then(|| (name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_headers_is_read_line_by_line_and_shows_no_secret() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let read = |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            read_headers("series.otlp.headers_file", file.path()).map_err(|error| error.to_string())
        };
        let found = read("# who\nAuthorization: Bearer a:b\n\nX-Scope-OrgID:t 1 \n").unwrap();
        let expected = [("Authorization", "Bearer a:b"), ("X-Scope-OrgID", "t 1")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        for line in
            ["secret", "Content-Type: secret", ": secret", "a b: secret", "A: ", "A: s\u{e9}cret", "HOST: secret"]
        {
            let message = read(&format!("A: b\n{line}\n")).unwrap_err();
            assert!(message.contains("line 2 is no header") && !message.contains("secret"), "{message}");
        }
        assert!(read("\n").unwrap_err().contains("it is empty"));
    }
}
