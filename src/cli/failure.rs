//! How a command fails, and the exit code that goes with it.

use std::process::ExitCode;

/// Why a command ends without an answer; the variant decides the exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Exit code 1: a defect of Wattledger or of the machine.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
    /// Exit code 2: the options or what they name cannot be used; the message says what to do.
    #[error("{0}")]
    Usage(String),
    /// Exit code 2 too: the token may not ask the budgets, and the service says that none that blocks could apply.
    #[error("{0}")]
    Unasked(String),
    /// Exit code 4: the question is clear, but nothing that is known answers it.
    #[error("{0}")]
    CannotEstimate(String),
    /// Exit code 4 too: nothing that is known answers the question, and a budget that blocks may apply to the job.
    #[error("{0}")]
    Blocked(String),
    /// Exit code 5: the service does not answer.
    #[error("{0}")]
    Unreachable(String),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Internal(_) => 1,
            Self::Usage(_) | Self::Unasked(_) => 2,
            Self::CannotEstimate(_) | Self::Blocked(_) => 4,
            Self::Unreachable(_) => 5,
        })
    }
}
