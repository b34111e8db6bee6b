//! The agent as a command, `wattledger-agent` and `wattledger agent` alike.

use super::{AgentError, Arguments, Config, Overrides, run};
use crate::clock::SystemClock;
use crate::delivery::default_folder;
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the agent until it is told to stop; logs to stderr. Exit status 2 where a setting has to be repaired, 1 where a
/// new start may cure it.
#[must_use]
pub fn execute(arguments: &Arguments) -> ExitCode {
    match start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log_to_stderr(tracing::Level::INFO);
            tracing::error!("{error}");
            ExitCode::from(if matches!(error, AgentError::Config(_)) { 2 } else { 1 })
        }
    }
}

fn start(arguments: &Arguments) -> Result<(), AgentError> {
    let overrides = Overrides {
        server: arguments.server.clone(),
        sources: arguments.sources.clone(),
        run_spools: default_folder(|name| std::env::var_os(name)),
    };
    let config = Config::load(&arguments.config, &overrides)?;
    log_to_stderr(config.log);
    run(config, Arc::new(SystemClock::new()), arguments.resend)
}

/// The first call decides.
fn log_to_stderr(level: tracing::Level) {
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false);
    drop(log.try_init());
}
