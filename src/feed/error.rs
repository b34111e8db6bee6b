//! Why nothing came from a provider.

use crate::grid::provider::ReplyError;
use crate::moment;
use crate::store::StoreError;
use std::time::Duration;
use units::Timestamp;

/// Why a request brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// There was no answer, or one that says to try later.
    #[error("{reason}")]
    Failed {
        /// What happened.
        reason: String,
        /// How long the provider asks to wait.
        wait: Option<Duration>,
    },
    /// The key is not taken.
    #[error("the provider does not take the key (status {0}): check key_file, and what its plan includes")]
    Key(u16),
    /// The question is refused, and would be again.
    #[error("{0}")]
    Refused(String),
}

impl FetchError {
    /// How long the provider asks to wait.
    pub(super) const fn wait(&self) -> Option<Duration> {
        match self {
            Self::Failed { wait, .. } => *wait,
            Self::Key(_) | Self::Refused(_) => None,
        }
    }
}

/// Why a round brought less than it should.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// It is too early, as the provider asked for a pause.
    #[error("the provider asked not to be called before {}", moment::show(*.0))]
    TooEarly(Timestamp),
    /// A request failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// An answer cannot be used.
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// What came cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FeedError {
    /// Whether another question would meet the same.
    pub(super) const fn ends_round(&self) -> bool {
        matches!(self, Self::Fetch(FetchError::Failed { .. }) | Self::Store(_) | Self::TooEarly(_))
    }
}
