//! The agent as a command: `wattledger-agent` and `wattledger agent`.

use super::{AgentArguments, AgentConfig, AgentError, AgentOverrides, run};
use crate::clock::SystemClock;
use crate::delivery::default_folder;
use crate::secrecy::warn_if_public;
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
        run_spools: default_folder(|name| std::env::var_os(name)),
        metrics_listen: arguments.metrics_listen.clone(),
    };
    let config = AgentConfig::load(&arguments.config, &overrides)?;
    log_to_stderr(config.log);
    warn_if_public("token_file", &config.token_file);
    run(config, Arc::new(SystemClock::new()), arguments.resend)
}

/// Logs from `level` on; only the first call has an effect.
fn log_to_stderr(level: tracing::Level) {
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false);
    drop(log.try_init());
}
