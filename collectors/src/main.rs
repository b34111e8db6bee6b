//! `wattledger-agent`: the lean program for nodes. The same agent is `wattledger agent`.

use clap::Parser;
use collectors::agent::{AgentError, Arguments, Config, Overrides, run};
use collectors::clock::SystemClock;
use std::process::ExitCode;
use std::sync::Arc;

/// Meters this node's devices and sends their energy to a Wattledger service.
#[derive(Parser)]
#[command(name = "wattledger-agent", version)]
struct CommandLine {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    let arguments = CommandLine::parse().arguments;
    match start(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log_to_stderr(tracing::Level::INFO);
            tracing::error!("{error}");
            // A setting has to be repaired; anything else a new start may cure.
            ExitCode::from(if matches!(error, AgentError::Config(_)) { 2 } else { 1 })
        }
    }
}

fn start(arguments: &Arguments) -> Result<(), AgentError> {
    let overrides = Overrides { server: arguments.server.clone(), sources: arguments.sources.clone() };
    let config = Config::load(&arguments.config, &overrides)?;
    log_to_stderr(config.log);
    run(config, Arc::new(SystemClock::new()), arguments.resend)
}

/// The first call decides.
fn log_to_stderr(level: tracing::Level) {
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false);
    drop(log.try_init());
}
