//! What run tasks of HCP Terraform are answered with: the key, the settings, and places for those that are worked on.

use crate::config::{KeyError, Terraform, read_hmac_key};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Run tasks that are worked on at once; HCP Terraform sends the others again.
pub(super) const AT_ONCE_MAX: usize = 16;

/// What run tasks are answered with.
pub(crate) struct RunTasks {
    /// Without it, no request is answered.
    pub(super) key: Option<Vec<u8>>,
    pub(super) config: Terraform,
    pub(super) places: Arc<Semaphore>,
    /// Identities of those that were taken, the newest first.
    taken: Mutex<VecDeque<String>>,
}

/// Run tasks that are remembered. A run has a handful, and nobody repeats one after so many others.
const TAKEN_MAX: usize = 10_000;

impl RunTasks {
    pub(crate) fn open(config: &Terraform) -> Result<Self, KeyError> {
        let path = config.hmac_key_file.as_deref();
        let key = path.map(|path| read_hmac_key("terraform.hmac_key_file", path)).transpose()?;
        let places = Arc::new(Semaphore::new(AT_ONCE_MAX));
        Ok(Self { key, config: config.clone(), places, taken: Mutex::default() })
    }

    /// Notes that the task with this identity is taken; `false` if it was before.
    pub(super) fn take(&self, identity: &str) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.iter().any(|known| known == identity) {
            return false;
        }
        taken.truncate(TAKEN_MAX - 1);
        taken.push_front(identity.to_owned());
        true
    }
}
