//! `wattledger check`: whether a job may run.

mod plan;

use super::admission::{DEADLINE, DENIED, ask, exact, words};
use super::client::ServerArguments;
use super::label::label;
use super::{Failure, estimate, print};
use crate::hardware::find_instance;
use crate::moment;
use api::{AdmissionRequest, EstimateRequest};
use model::{ProjectName, SiteName, ZoneId};
use std::path::PathBuf;
use std::process::ExitCode;

/// Check whether the budgets have room for a job; the exit code is the answer
///
/// Exit codes: 0 the job may run; 2 the options or the key cannot be used; 3 a budget denies the job; 4 the job cannot be estimated (unknown
/// project or hardware); 5 the service did not answer within 5 seconds. Nothing is held without --reserve.
///
/// With --terraform, the check is of what a plan adds in a month of 730 hours, instead of a job. It prints a table of the plan's resources, and
/// exits with 4 if one of them cannot be estimated. Without --project no budget is asked, and no service is needed.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    job: estimate::EstimateArguments,
    /// Check what a Terraform plan adds: the output of `terraform show -json`, or - for standard input
    #[arg(long, value_name = "PLAN.JSON", conflicts_with_all = ["accelerator", "instance", "count", "hours", "power_w", "utilisation", "start", "site"])]
    terraform: Option<PathBuf>,
    /// TOML file with the hours, utilisation or power of the plan's resources
    #[arg(long, value_name = "FILE", requires = "terraform")]
    usage: Option<PathBuf>,
    /// Project to charge the job to
    #[arg(long, required_unless_present = "terraform")]
    project: Option<String>,
    /// Submission key: checking again with the same key and job gives the same answer and holds only once
    #[arg(long)]
    key: Option<String>,
    /// Hold the p95 estimate for the job if it may run
    #[arg(long, requires = "key")]
    reserve: bool,
    /// Name of the job, its container image or its script: the estimate uses what earlier jobs of that name drew
    #[arg(long)]
    name: Option<String>,
    /// Label of the job; may be repeated
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,
    /// User who submits the job
    #[arg(long)]
    user: Option<String>,
    /// Site where the job will run, as the service names it
    #[arg(long, conflicts_with_all = ["zone", "region"])]
    site: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
}

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

impl CheckArguments {
    /// What the service is asked. Numbers are sent as they were typed, to the last digit that counts.
    fn request(&self) -> Result<AdmissionRequest, Failure> {
        let job = &self.job;
        let (accelerator, count) = match &job.instance {
            Some(name) => {
                let instance = find_instance(name)?;
                let count = instance.accelerators()?.checked_mul(job.count());
                let count = count.ok_or_else(|| Failure::Usage("too many instances".to_owned()))?;
                (instance.accelerator, count)
            }
            None => (job.accelerator.clone().unwrap_or_default(), job.count()),
        };
        let intensity = job.grid.intensity.map(|intensity| exact(intensity.milligrams_per_kwh().into(), 3));
        Ok(self.asking(EstimateRequest {
            accelerator,
            count,
            hours: Some(exact(job.nanohours().into(), 9)?),
            power_w: job.power_w.map(|power| exact(power.into(), 9)).transpose()?,
            utilisation: job.utilisation.map(|share| exact(share.into(), 6)).transpose()?,
            pue: job.pue.map(|pue| exact(pue.parts_per_million().into(), 6)).transpose()?,
            intensity: intensity.transpose()?,
            zone: job.grid.zone.as_deref().map(ZoneId::from),
            region: job.grid.region.clone(),
            site: self.site.as_deref().map(SiteName::from),
            start: job.start.map(moment::show),
            ..EstimateRequest::default()
        }))
    }

    /// The request for `job`, with who asks and for which kind of answer.
    fn asking(&self, job: EstimateRequest) -> AdmissionRequest {
        AdmissionRequest {
            key: self.key.clone(),
            dry_run: self.key.is_none(),
            reserve: self.reserve,
            job: EstimateRequest {
                project: self.project.as_deref().map(ProjectName::from),
                labels: self.labels.iter().cloned().collect(),
                user: self.user.clone(),
                name: self.name.clone(),
                ..job
            },
        }
    }
}
