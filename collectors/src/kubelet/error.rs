//! Why the kubelet does not say what pods hold.

use std::io;
use std::time::Duration;

/// How long an answer may take.
pub(super) const WITHIN: Duration = Duration::from_secs(5);

/// Why the kubelet does not say it.
#[derive(Debug, thiserror::Error)]
pub enum KubeletError {
    /// There is no kubelet here, it is starting, or the socket may not be opened.
    #[error("{0}")]
    Unreachable(io::Error),
    /// It did not answer in time.
    #[error("no answer within {} s", WITHIN.as_secs())]
    Late,
    /// It answered that it does not.
    #[error("it answers {says:?} (gRPC status {status}); its feature gate KubeletPodResources has to be on")]
    Refused {
        /// Number of the gRPC status.
        status: String,
        /// Its words.
        says: String,
    },
    /// What answers does not speak the protocol.
    #[error("{0}")]
    Protocol(String),
}

impl From<h2::Error> for KubeletError {
    fn from(error: h2::Error) -> Self {
        Self::Protocol(error.to_string())
    }
}
