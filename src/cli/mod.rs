//! The command line: one file per command; parsing, printing and exit codes, no business logic.

mod actions;
mod admission;
mod attention;
mod backup;
mod budget;
mod check;
mod client;
mod compare;
mod demo;
mod doctor;
mod enroll;
mod environment;
mod estimate;
mod explain;
mod failure;
mod greener;
mod grid;
pub(crate) mod grid_arguments;
mod grid_import;
mod job;
mod kubernetes;
mod label;
mod ledger;
mod meter;
mod node;
pub(crate) mod number;
mod periods;
pub(crate) mod print;
mod project;
mod providers;
mod run;
mod run_admission;
mod run_peers;
mod run_server;
mod series;
mod serve;
pub(crate) mod show;
mod site;
mod slurm;
mod sparkline;
mod step;
pub(crate) mod table;
mod token;
mod words;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::process::ExitCode;

/// The energy and carbon ledger for AI compute.
#[derive(Parser)]
#[command(name = "wattledger", version, about, propagate_version = true)]
struct Invocation {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::DemoArguments),
    Estimate(estimate::EstimateCommand),
    // A plan stands in for a job.
    #[command(mut_arg("accelerator", |argument| argument.required_unless_present_any(["instance", "terraform"])))]
    #[command(mut_arg("count", |argument| argument.required(false).required_unless_present("terraform")))]
    #[command(mut_arg("hours", |argument| argument.required(false).required_unless_present("terraform")))]
    Check(check::CheckArguments),
    #[command(subcommand)]
    Budget(budget::BudgetCommand),
    Slurm(slurm::SlurmArguments),
    Kubernetes(kubernetes::KubernetesArguments),
    #[command(subcommand)]
    Grid(grid::GridCommand),
    Meter(meter::MeterArguments),
    Run(run::RunArguments),
    Doctor(doctor::DoctorArguments),
    Serve(serve::ServeArguments),
    /// Meter this node and send its energy to a service, as wattledger-agent does
    ///
    /// An address and a token are enough: without a file of settings the token is that of WATTLEDGER_TOKEN or of the file that
    /// WATTLEDGER_TOKEN_FILE names, and readings that are not delivered yet are kept in wattledger/agent in the user's state directory.
    Agent(collectors::agent::AgentArguments),
    #[command(subcommand)]
    Token(token::TokenCommand),
    Enroll(enroll::EnrollArguments),
    #[command(subcommand)]
    Site(site::SiteCommand),
    #[command(subcommand)]
    Node(node::NodeCommand),
    #[command(subcommand)]
    Project(project::ProjectCommand),
    Jobs(ledger::JobsArguments),
    Job(job::JobArguments),
    Compare(compare::CompareArguments),
    Step(step::StepArguments),
    Report(ledger::ReportArguments),
    Explain(explain::ExplainArguments),
    #[command(subcommand)]
    Periods(periods::PeriodsCommand),
    Attention(attention::AttentionArguments),
    Actions(actions::ActionsArguments),
    Restate(periods::RestateArguments),
    Verify(ledger::VerifyArguments),
    Backup(backup::BackupArguments),
    Restore(backup::RestoreArguments),
    #[command(subcommand)]
    Series(series::SeriesCommand),
}

/// Parses the command line, runs the command, prints a failure to standard error, and returns the exit code: 0 for success, 3 for a denied
/// admission, and otherwise that of the failure.
pub fn main() -> ExitCode {
    let line = match Invocation::try_parse() {
        Ok(line) => line,
        Err(error) => return collectors::command_line::refuse(&error),
    };
    let outcome: Result<ExitCode, Failure> = match line.command {
        Command::Demo(arguments) => demo::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Estimate(arguments) => estimate::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Check(arguments) => check::run(&arguments),
        Command::Budget(command) => budget::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Slurm(arguments) => slurm::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Kubernetes(arguments) => kubernetes::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Meter(arguments) => meter::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Grid(command) => grid::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Run(arguments) => run::run(arguments),
        Command::Doctor(arguments) => doctor::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Serve(arguments) => serve::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Agent(arguments) => Ok(collectors::agent::execute(&arguments)),
        Command::Token(command) => token::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Enroll(arguments) => enroll::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Jobs(arguments) => ledger::jobs(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Site(command) => site::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Node(command) => node::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Project(command) => project::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Job(arguments) => job::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Compare(arguments) => compare::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Step(arguments) => step::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Report(arguments) => ledger::report(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Actions(arguments) => actions::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Attention(arguments) => attention::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Periods(command) => periods::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Restate(arguments) => periods::restate(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Explain(arguments) => explain::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Backup(arguments) => backup::backup(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Restore(arguments) => backup::restore(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Series(command) => series::run(command).map(|()| ExitCode::SUCCESS),
        Command::Verify(arguments) => ledger::verify(&arguments).map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|failure| {
        print::note(&format!("error: {failure}\n"));
        failure.exit_code()
    })
}
