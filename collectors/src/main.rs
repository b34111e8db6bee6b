//! `wattledger-agent`: the lean program for nodes. The same agent is `wattledger agent`.

use clap::Parser;
use collectors::agent::{Arguments, execute};

/// Meters this node's devices and sends their energy to a Wattledger service.
#[derive(Parser)]
#[command(name = "wattledger-agent", version)]
struct CommandLine {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> std::process::ExitCode {
    execute(&CommandLine::parse().arguments)
}
