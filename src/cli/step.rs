//! `wattledger step`: how far a training script has come.

use super::Failure;
use super::client::{ServerArguments, escaped};
use super::environment::variable;
use serde::Serialize;

/// Tell the service how many training steps a job has done, from a hook of its script
///
/// Counters run from the beginning of the job, over restarts too, so that runs compare by energy per step. Nothing is printed.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Steps done since the job began
    steps: u64,
    /// Samples done since the job began
    #[arg(long, value_name = "N")]
    samples: Option<u64>,
    /// Id of the job; WATTLEDGER_JOB without it, which `wattledger run --server` sets
    #[arg(long, value_name = "ID")]
    job: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Serialize)]
struct Report {
    steps: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<u64>,
}

/// Reports the counters.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let job = arguments.job.clone().or_else(|| variable("WATTLEDGER_JOB")).filter(|job| !job.is_empty());
    let job = job.ok_or_else(|| Failure::Usage("which job? name it with --job ID or WATTLEDGER_JOB".to_owned()))?;
    let report = Report { steps: arguments.steps, samples: arguments.samples };
    let _: serde_json::Value = arguments.server.client()?.post(&format!("/jobs/{}/steps", escaped(&job)), &report)?;
    Ok(())
}
