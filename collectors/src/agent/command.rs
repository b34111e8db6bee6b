//! The agent as a command: `wattledger-agent` and `wattledger agent`.

use super::{AgentArguments, AgentConfig, AgentEnvironment, AgentError, AgentOverrides, run};
use crate::clock::SystemClock;
use crate::delivery::state_directory;
use crate::log::PlainStderr;
use crate::secrecy::warn_if_public;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the agent until SIGTERM or SIGINT, and logs to stderr. The exit status is 0 after such a stop, 2 if a setting has to
/// be corrected, and 1 after any other failure, which a restart may cure.
#[must_use]
pub fn execute(arguments: &AgentArguments) -> ExitCode {
    match start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log_to_stderr(tracing::Level::INFO);
            tracing::error!("{error}");
            ExitCode::from(if matches!(error, AgentError::Config(_)) { 2 } else { 1 })
        }
    }
}

fn start(arguments: &AgentArguments) -> Result<(), AgentError> {
    let overrides = AgentOverrides {
        server: arguments.server.clone(),
        sources: arguments.sources.clone(),
        metrics_listen: arguments.metrics_listen.clone(),
    };
    let config = AgentConfig::load(arguments.config.as_deref(), &overrides, &environment())?;
    log_to_stderr(config.log);
    if let Some(file) = &config.token_file {
        warn_if_public("token_file", file);
    }
    tracing::info!("readings are kept in {} until {} has them", config.spool.display(), config.server);
    run(config, Arc::new(SystemClock::new()), arguments.resend)
}

fn environment() -> AgentEnvironment {
    let path = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let text = |name| path(name).map(|value| value.to_string_lossy().into_owned());
    AgentEnvironment {
        server: text("WATTLEDGER_SERVER"),
        token: text("WATTLEDGER_TOKEN"),
        token_file: path("WATTLEDGER_TOKEN_FILE"),
        ca_file: path("WATTLEDGER_CA_FILE"),
        metering_file: path("WATTLEDGER_METERING_FILE"),
        node: text("WATTLEDGER_NODE"),
        state: state_directory(|name| std::env::var_os(name)),
    }
}

/// Logs from `level` on; only the first call has an effect.
fn log_to_stderr(level: tracing::Level) {
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(PlainStderr).with_ansi(false);
    drop(log.try_init());
}
