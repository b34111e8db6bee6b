//! `wattledger slurm`: the sidecar of the Slurm plugin, and billing weights for sites without it.

mod controller;
mod state;
mod sync;

use super::client::{ServerArguments, ServiceClient};
use super::{Failure, print};
use clap::{Args, Subcommand};
use controller::Controller;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Budgets in Slurm: deploy/slurm/README.md says how to set it up
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Keep the table of job_submit.lua fresh, and turn what it let in into holds; runs beside slurmctld, as its user
    Sync(Sync),
    /// Print TRESBillingWeights lines that carry the forecast, for sites that want no plugin
    BillingWeights(BillingWeights),
}

#[derive(Args)]
struct Sync {
    /// Folder shared with job_submit.lua
    #[arg(long, value_name = "DIR", default_value = "/var/lib/wattledger-slurm")]
    state: PathBuf,
    /// What the site calls its GPUs and projects, TOML; deploy/slurm/sync.toml explains every key
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One round, then end
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Args)]
struct BillingWeights {
    /// What the site calls its GPUs, TOML, as for sync
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArguments,
}

/// An answer is waited for so long; the plugin never waits for it.
const DEADLINE: Duration = Duration::from_secs(10);

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Sync(sync) => {
            let config = state::Config::read(sync.config.as_deref())?;
            sync::run(sync.server.client_within(DEADLINE)?, config, &sync.state, sync.once)
        }
        Command::BillingWeights(weights) => billing_weights(weights),
    }
}

/// p95 of one GPU for an hour, as the service answers `POST /estimates`.
fn estimate(client: &ServiceClient, accelerator: &str, project: Option<&str>) -> Result<Value, Failure> {
    let mut asked = json!({ "accelerator": accelerator, "count": 1, "hours": 1 });
    if let Some(project) = project {
        asked["project"] = json!(project);
    }
    client.post("/estimates", &asked)
}

fn billing_weights(arguments: &BillingWeights) -> Result<(), Failure> {
    let config = state::Config::read(arguments.config.as_deref())?;
    let client = arguments.server.client_within(DEADLINE)?;
    let mut text =
        "# g CO2e of a GPU-minute (p95), to be refreshed nightly: append to each PartitionName line of slurm.conf\n"
            .to_owned();
    for (name, partition) in Controller.partitions()? {
        let Some(kind) = partition.kind else {
            text.push_str(&format!("# {name}: several types of GPU or none, so no one weight fits\n"));
            continue;
        };
        let grams =
            estimate(&client, config.accelerator(&kind), None)?["p95"]["co2e_ug"].as_f64().unwrap_or(0.0) / 60e6;
        text.push_str(&format!("PartitionName={name} TRESBillingWeights=\"CPU=0,Mem=0,GRES/gpu={grams:.3}\"\n"));
    }
    print::text(&text)
}
