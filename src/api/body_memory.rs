//! The memory that request bodies share.

use super::problem::Problem;
use axum::body::Bytes;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The memory that bodies may take together, from their first byte until their request is answered.
#[derive(Debug)]
pub(crate) struct BodyMemory(pub(super) Arc<Semaphore>);

/// What one body takes of the [`BodyMemory`], given back when dropped.
#[derive(Debug)]
pub(super) struct BodyShare {
    budget: Arc<Semaphore>,
    kibibytes: u32,
}

impl BodyMemory {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / 1024)))
    }

    /// The share of a body of which nothing has come yet.
    pub(super) fn nothing(&self) -> BodyShare {
        BodyShare { budget: Arc::clone(&self.0), kibibytes: 0 }
    }
}

impl BodyShare {
    /// Takes what is missing to hold `bytes`; never waits, so that no two requests wait for each other.
    pub(super) fn grow_to(&mut self, bytes: usize) -> Result<(), Problem> {
        let wanted = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let missing = wanted.saturating_sub(self.kibibytes);
        let Ok(permit) = self.budget.try_acquire_many(missing) else {
            return Err(Problem::unavailable(
                "the bodies of other requests use all the memory that is set aside for bodies: send it again",
                1,
            ));
        };
        permit.forget();
        self.kibibytes += missing;
        Ok(())
    }

    /// `bytes`, which hold this as long as they live.
    pub(super) fn with(self, bytes: Vec<u8>) -> Bytes {
        Bytes::from_owner(Charged { bytes, _held: self })
    }
}

impl Drop for BodyShare {
    fn drop(&mut self) {
        self.budget.add_permits(self.kibibytes as usize);
    }
}

/// A body with its part of the budget.
struct Charged {
    bytes: Vec<u8>,
    _held: BodyShare,
}

impl AsRef<[u8]> for Charged {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
