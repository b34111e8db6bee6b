//! `wattledger step`: progress of a training job.

use super::client::{ServerArguments, escaped};
use super::environment::variable;
use super::failure::Failure;
use api::{StepsDocument, StepsRequest};

/// Report how many training steps a job has done, from a hook in its script
///
/// Counts run from the beginning of the job, across restarts, so that runs can be compared by energy per step. Nothing is printed.
#[derive(clap::Args)]
pub(crate) struct StepArguments {
    /// Steps done since the job began
    steps: u64,
    /// Samples done since the job began
    #[arg(long, value_name = "N")]
    samples: Option<u64>,
    /// Id of the job; by default WATTLEDGER_JOB, which `wattledger run --server` sets
    #[arg(long, value_name = "ID")]
    job: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
}

/// Reports the counters.
pub(crate) fn run(arguments: &StepArguments) -> Result<(), Failure> {
    let job = arguments.job.clone().or_else(|| variable("WATTLEDGER_JOB")).filter(|job| !job.is_empty());
    let job = job.ok_or_else(|| Failure::Usage("no job given: use --job ID or set WATTLEDGER_JOB".to_owned()))?;
    let report = StepsRequest { steps: arguments.steps, samples: arguments.samples, at: None };
    let _: StepsDocument = arguments.server.client()?.post(&format!("/jobs/{}/steps", escaped(&job)), &report)?;
    Ok(())
}
