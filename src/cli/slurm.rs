//! `wattledger slurm`: the sidecar of the Slurm plugin, and billing weights for sites without it.

mod controller;
mod service;

use super::client::ServerArguments;
use super::failure::Failure;
use super::print;
use crate::gate::slurm::{BudgetService, Controller, Expected, Folder, FolderError, JobOnGpus, Sidecar, SlurmSettings};
use clap::{Args, Subcommand};
use collectors::clock::{Clock, SystemClock};
use controller::SlurmCommands;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Budgets in Slurm; deploy/slurm/README.md says how to set it up
#[derive(Args)]
pub(crate) struct SlurmArguments {
    #[command(subcommand)]
    command: SlurmCommand,
}

#[derive(Subcommand)]
enum SlurmCommand {
    /// Keep the table of job_submit.lua fresh, and turn what it let in into holds; runs beside slurmctld, as its user
    Sync(SyncArguments),
    /// Print TRESBillingWeights lines that carry the forecast, for sites that want no plugin
    BillingWeights(BillingWeightsArguments),
}

#[derive(Args)]
struct SyncArguments {
    /// Folder shared with job_submit.lua
    #[arg(long, value_name = "DIR", default_value = "/var/lib/wattledger-slurm")]
    state: PathBuf,
    /// What the site calls its GPUs and projects, as TOML; deploy/slurm/sync.toml explains every key
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Run one round and exit
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Args)]
struct BillingWeightsArguments {
    /// What the site calls its GPUs, as TOML; the same file as for sync
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArguments,
}

/// How long to wait for an answer of the service; the plugin never waits for one.
const DEADLINE: Duration = Duration::from_secs(10);

/// Runs the command.
pub(crate) fn run(arguments: &SlurmArguments) -> Result<(), Failure> {
    match &arguments.command {
        SlurmCommand::Sync(arguments) => sync(arguments),
        SlurmCommand::BillingWeights(arguments) => billing_weights(arguments),
    }
}

/// Runs rounds until it is stopped, or one.
fn sync(arguments: &SyncArguments) -> Result<(), Failure> {
    let settings = settings(arguments.config.as_deref())?;
    let client = arguments.server.client_within(DEADLINE)?;
    let folder = Folder::open(&arguments.state)?;
    let cluster = settings.cluster.clone().map_or_else(|| SlurmCommands.cluster(), Ok)?;
    let pause = Duration::from_secs(settings.every_s.max(1));
    let mut sidecar = Sidecar::new(SlurmCommands, client, settings, folder, cluster);
    let clock = SystemClock::new();
    loop {
        let done = sidecar.round(|| clock.wall());
        sidecar.take_notes().iter().for_each(|note| log(note));
        match done {
            done if arguments.once => return done,
            Ok(()) => {}
            // The table ages meanwhile, and the plugin tells whoever submits a job.
            Err(failure) => log(&failure.to_string()),
        }
        std::thread::sleep(pause);
    }
}

fn settings(path: Option<&Path>) -> Result<SlurmSettings, Failure> {
    let Some(path) = path else { return Ok(SlurmSettings::default()) };
    let wrong = |problem: &dyn std::fmt::Display| Failure::Usage(format!("{}: {problem}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|cause| wrong(&cause))?;
    SlurmSettings::read(&text).map_err(|error| wrong(&error))
}

fn log(text: &str) {
    print::note(&format!("wattledger slurm: {text}\n"));
}

fn billing_weights(arguments: &BillingWeightsArguments) -> Result<(), Failure> {
    let settings = settings(arguments.config.as_deref())?;
    let client = arguments.server.client_within(DEADLINE)?;
    let mut text =
        "# g CO2e per GPU-minute (p95), to be refreshed nightly: append to each PartitionName line of slurm.conf\n"
            .to_owned();
    for (name, partition) in SlurmCommands.partitions()? {
        let Some(kind) = partition.kind else {
            text.push_str(&format!("# {name}: no weight, as its nodes have several types of GPU or none\n"));
            continue;
        };
        let accelerator = settings.accelerator(&kind);
        let hour = JobOnGpus { project: None, user: None, accelerator, count: 1, minutes: 60 };
        let grams = match client.estimate(&hour)? {
            Expected::Known { p95, .. } => p95.co2e.micrograms() as f64 / 60e6,
            Expected::Unknown(reason) => return Err(Failure::CannotEstimate(format!("GPU type {kind}: {reason}"))),
        };
        text.push_str(&format!("PartitionName={name} TRESBillingWeights=\"CPU=0,Mem=0,GRES/gpu={grams:.3}\"\n"));
    }
    print::text(&text)
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::InUse { .. } | FolderError::Unreadable { .. } | FolderError::Malformed { .. } => {
                Self::Usage(error.to_string())
            }
            FolderError::Io { .. } => Self::Internal(error.into()),
        }
    }
}
