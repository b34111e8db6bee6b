//! What run tasks of HCP Terraform are answered with: the key, the settings, and places for those that are worked on.

use crate::config::Terraform;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;

const KEY_BYTES_MIN: usize = 16;
/// Run tasks that are worked on at once; HCP Terraform sends the others again.
pub(super) const AT_ONCE_MAX: usize = 16;

/// Why run tasks cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("terraform.hmac_key_file {path}: {cause}")]
    Unreadable {
        /// The path as it is configured.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Too short to be secret.
    #[error(
        "terraform.hmac_key_file {path} has {bytes} bytes: a key has {KEY_BYTES_MIN} or more; `openssl rand -hex 32` makes one"
    )]
    Short {
        /// The path as it is configured.
        path: PathBuf,
        /// Length of the key in the file.
        bytes: usize,
    },
}

/// What run tasks are answered with.
pub(crate) struct RunTasks {
    /// Without it, no request is answered.
    pub(super) key: Option<Vec<u8>>,
    pub(super) config: Terraform,
    pub(super) places: Arc<Semaphore>,
}

impl RunTasks {
    pub(crate) fn open(config: &Terraform) -> Result<Self, KeyError> {
        let key = match &config.hmac_key_file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|cause| KeyError::Unreadable { path: path.clone(), cause })?;
                let key = text.trim().as_bytes().to_vec();
                if key.len() < KEY_BYTES_MIN {
                    return Err(KeyError::Short { path: path.clone(), bytes: key.len() });
                }
                Some(key)
            }
            None => None,
        };
        Ok(Self { key, config: config.clone(), places: Arc::new(Semaphore::new(AT_ONCE_MAX)) })
    }
}
