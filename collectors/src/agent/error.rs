//! Why an agent does not run.

use super::config::AgentConfigError;
use crate::source::ChoiceError;
use crate::spool::SpoolError;
use client::ClientError;
use std::io;
use units::Overflow;

/// Why the agent did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The settings cannot be used.
    #[error(transparent)]
    Config(#[from] AgentConfigError),
    /// A source that is named cannot be opened.
    #[error(transparent)]
    Source(#[from] ChoiceError),
    /// There is no source that can be read.
    #[error("nothing to meter: {0}; see `wattledger doctor`")]
    NoSource(String),
    /// The node has no name.
    #[error("the host name cannot be used as the node's name; set `name` in the settings")]
    Nameless,
    /// The spool cannot be opened or used.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The HTTP client cannot be set up.
    #[error(transparent)]
    Http(#[from] ClientError),
    /// A sum left the range of its type.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// The system has no thread, signal handler or random bits for the agent.
    #[error("the system refused a thread, a signal handler or random bits: {0}")]
    System(#[from] io::Error),
    /// A thread panicked; a defect of this program.
    #[error("a thread of the agent ended early; please report this")]
    Lost,
}
