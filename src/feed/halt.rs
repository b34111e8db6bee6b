//! Waits that end early when the service does.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether the service is ending.
#[derive(Debug, Default)]
pub(super) struct Halt {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl Halt {
    pub(super) fn set(&self) {
        *self.is_set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits for `time`, less if the service ends. Returns whether it goes on.
    pub(super) fn wait(&self, time: Duration) -> bool {
        let state = self.is_set.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(state, time, |is_set| !*is_set);
        !*waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
