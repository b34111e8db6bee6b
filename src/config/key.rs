//! Files with a secret.

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
/// # Errors
///
/// [`KeyError::Unreadable`], also for a file without text.
pub fn read_secret(key: &'static str, path: &Path) -> Result<String, KeyError> {
    let unreadable = |cause| KeyError::Unreadable { key, path: path.to_owned(), cause };
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
