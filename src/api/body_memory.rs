//! The memory that request bodies share.

use super::problem::Problem;
use crate::access::Identity;
use crate::config::Limits;
use axum::body::Bytes;
use axum::extract::Request;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Largest body of a stranger, bytes: a token to sign in with, a run task of Terraform.
const OF_STRANGER_MAX: usize = 16 << 10;
/// Memory for all bodies of strangers, bytes.
const OF_STRANGERS_MAX: usize = 1 << 20;

/// Who sends a body. Each kind has memory of its own, so that none takes that of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    /// Somebody whose token or session is not known.
    Stranger,
    /// Agents, jobs and gates, which deliver and ask whatever people do.
    Machine,
    /// Somebody who administers.
    Person,
}

impl Sender {
    pub(super) fn of(request: &Request) -> Self {
        if request.extensions().get::<Identity>().is_none() {
            return Self::Stranger;
        }
        if is_of_machines(request.uri().path()) { Self::Machine } else { Self::Person }
    }

    /// What of `limits` holds for it.
    pub(super) fn within(self, limits: Limits) -> Limits {
        match self {
            Self::Stranger => Limits { body_bytes: limits.body_bytes.min(OF_STRANGER_MAX), ..limits },
            Self::Machine | Self::Person => limits,
        }
    }
}

/// Whether agents, jobs and gates send to `path` rather than people.
fn is_of_machines(path: &str) -> bool {
    ["/batches", "/admissions", "/estimates"].iter().any(|end| path.ends_with(end))
        || path.contains("/admission/")
        || path.starts_with("/api/v1/jobs")
}

/// The memory for the bodies of each kind of sender.
#[derive(Debug)]
pub(crate) struct Bodies {
    strangers: BodyMemory,
    machines: BodyMemory,
    people: BodyMemory,
}

impl Bodies {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            strangers: BodyMemory::new(OF_STRANGERS_MAX),
            machines: BodyMemory::new(limits.open_body_bytes),
            // A compressed body is in memory beside its decompressed form.
            people: BodyMemory::new(limits.body_bytes.saturating_mul(2)),
        }
    }

    pub(super) fn of(&self, sender: Sender) -> &BodyMemory {
        match sender {
            Sender::Stranger => &self.strangers,
            Sender::Machine => &self.machines,
            Sender::Person => &self.people,
        }
    }
}

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
