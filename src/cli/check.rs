//! `wattledger check`: whether a job may run.

mod arguments;
mod plan;

use super::admission::{DEADLINE, DENIED, ask, words};
use super::failure::Failure;
use super::print;
pub(crate) use arguments::CheckArguments;
use std::process::ExitCode;

/// Asks the service, prints its answer, and returns it as the exit code.
pub(crate) fn run(arguments: &CheckArguments) -> Result<ExitCode, Failure> {
    if let Some(path) = &arguments.terraform {
        return plan::run(arguments, path);
    }
    let request = arguments.request()?;
    let answer = ask(&arguments.server.client_within(DEADLINE)?, &request)?;
    if arguments.job.json {
        print::json(&answer.verbatim)?
    } else {
        print::text(&words(&answer.decision))?
    }
    Ok(if answer.decision.allowed { ExitCode::SUCCESS } else { ExitCode::from(DENIED) })
}
