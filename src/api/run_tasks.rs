//! What run tasks of HCP Terraform are answered with: the key, the settings, and places for those that are worked on.

use crate::config::{KeyError, Terraform, read_hmac_key};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Run tasks that are worked on at once; HCP Terraform sends the others again.
pub(super) const AT_ONCE_MAX: usize = 16;

/// What run tasks are answered with.
pub(crate) struct RunTasks {
    /// Without it, no request is answered.
    pub(super) key: Option<Vec<u8>>,
    pub(super) config: Terraform,
    pub(super) places: Arc<Semaphore>,
}

impl RunTasks {
    pub(crate) fn open(config: &Terraform) -> Result<Self, KeyError> {
        let path = config.hmac_key_file.as_deref();
        let key = path.map(|path| read_hmac_key("terraform.hmac_key_file", path)).transpose()?;
        Ok(Self { key, config: config.clone(), places: Arc::new(Semaphore::new(AT_ONCE_MAX)) })
    }
}
