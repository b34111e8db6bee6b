//! `wattledger-agent`: the small program for nodes. `wattledger agent` is the same agent.

use clap::Parser;
use collectors::agent::{AgentArguments, execute};

/// Meter this node's devices and send their energy to a Wattledger service
#[derive(Parser)]
#[command(name = "wattledger-agent", version)]
struct CommandLine {
    #[command(flatten)]
    arguments: AgentArguments,
}

fn main() -> std::process::ExitCode {
    match CommandLine::try_parse() {
        Ok(line) => execute(&line.arguments),
        Err(error) => collectors::command_line::refuse(&error),
    }
}
