//! The command line: one file per command; parsing, printing and exit codes, no business logic.

mod actions;
mod attention;
mod backup;
mod budget;
mod check;
mod client;
mod compare;
mod demo;
mod doctor;
mod environment;
mod estimate;
mod explain;
mod grid;
pub(crate) mod grid_arguments;
mod ledger;
mod meter;
pub(crate) mod number;
mod periods;
pub(crate) mod print;
mod run;
mod run_admission;
mod run_server;
mod serve;
pub(crate) mod show;
mod slurm;
mod sparkline;
mod step;
pub(crate) mod table;
mod token;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The energy and carbon ledger for AI compute.
#[derive(Parser)]
#[command(name = "wattledger", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Arguments),
    /// Estimate energy and CO2e of a job before it runs
    Estimate(estimate::Arguments),
    // A plan stands in for a job.
    #[command(mut_arg("accelerator", |argument| argument.required_unless_present_any(["instance", "terraform"])))]
    #[command(mut_arg("count", |argument| argument.required(false).required_unless_present("terraform")))]
    #[command(mut_arg("hours", |argument| argument.required(false).required_unless_present("terraform")))]
    Check(check::Arguments),
    #[command(subcommand)]
    Budget(budget::Command),
    Slurm(slurm::SlurmArguments),
    /// The library of grid factors
    Grid(grid::Arguments),
    Meter(meter::Arguments),
    Run(run::Arguments),
    Doctor(doctor::Arguments),
    Serve(serve::Arguments),
    /// Meter this node and send its energy to a service, as wattledger-agent does
    Agent(collectors::agent::AgentArguments),
    Token(token::Arguments),
    Jobs(ledger::Jobs),
    Job(ledger::Job),
    Compare(compare::Arguments),
    Step(step::Arguments),
    Report(ledger::Report),
    Explain(explain::Explain),
    Periods(periods::Arguments),
    Attention(attention::Arguments),
    Actions(actions::Arguments),
    Restate(periods::Restate),
    Verify(ledger::Verify),
    Backup(backup::Backup),
    Restore(backup::Restore),
}

/// Why a command ends without an answer; the variant is the exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Exit 1: a defect of Wattledger or of the machine.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
    /// Exit 2: what was asked or given cannot be used; the message says what to do.
    #[error("{0}")]
    Usage(String),
    /// Exit 4: the question is clear, but nothing known answers it.
    #[error("{0}")]
    CannotEstimate(String),
    /// Exit 4 too: nothing known answers it, and a budget that blocks could count the job.
    #[error("{0}")]
    Blocked(String),
    /// Exit 5: the service does not answer.
    #[error("{0}")]
    Unreachable(String),
}

impl Failure {
    fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Internal(_) => 1,
            Self::Usage(_) => 2,
            Self::CannotEstimate(_) | Self::Blocked(_) => 4,
            Self::Unreachable(_) => 5,
        })
    }
}

/// Parses the command line, runs the command, prints a failure to stderr and returns the exit code of DESIGN 5.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome: Result<ExitCode, Failure> = match arguments.command {
        Command::Demo(arguments) => demo::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Estimate(arguments) => estimate::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Check(arguments) => check::run(&arguments),
        Command::Budget(command) => budget::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Slurm(arguments) => slurm::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Meter(arguments) => meter::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Grid(arguments) => grid::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Run(arguments) => run::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Serve(arguments) => serve::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Agent(arguments) => Ok(collectors::agent::execute(&arguments)),
        Command::Token(arguments) => token::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Jobs(arguments) => ledger::jobs(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Job(arguments) => ledger::job(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Compare(arguments) => compare::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Step(arguments) => step::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Report(arguments) => ledger::report(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Actions(arguments) => actions::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Attention(arguments) => attention::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Periods(arguments) => periods::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Restate(arguments) => periods::restate(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Explain(arguments) => explain::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Backup(arguments) => backup::backup(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Restore(arguments) => backup::restore(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Verify(arguments) => ledger::verify(&arguments).map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|failure| {
        #[expect(clippy::print_stderr, reason = "the one place where failures reach the user")]
        {
            eprintln!("error: {failure}");
        }
        failure.exit_code()
    })
}
