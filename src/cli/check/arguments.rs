//! The options of `wattledger check`, and the request that they make.

use crate::cli::admission::exact;
use crate::cli::client::ServerArguments;
use crate::cli::estimate::EstimateArguments;
use crate::cli::failure::Failure;
use crate::cli::label::label;
use crate::hardware::find_instance;
use crate::moment;
use api::{AdmissionRequest, EstimateRequest};
use model::{ProjectName, SiteName, ZoneId};
use std::path::PathBuf;

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
    pub(super) job: EstimateArguments,
    /// Check what a Terraform plan adds: the output of `terraform show -json`, or - for standard input
    #[arg(long, value_name = "PLAN.JSON", conflicts_with_all = ["accelerator", "instance", "count", "hours", "power_w", "utilisation", "start", "site"])]
    pub(super) terraform: Option<PathBuf>,
    /// TOML file with the hours, utilisation or power of the plan's resources
    #[arg(long, value_name = "FILE", requires = "terraform")]
    pub(super) usage: Option<PathBuf>,
    /// Project to charge the job to
    #[arg(long, required_unless_present = "terraform")]
    pub(super) project: Option<String>,
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
    pub(super) server: ServerArguments,
}

impl CheckArguments {
    /// What the service is asked. Numbers are sent as they were typed, to the last digit that counts.
    pub(super) fn request(&self) -> Result<AdmissionRequest, Failure> {
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
    pub(super) fn asking(&self, job: EstimateRequest) -> AdmissionRequest {
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
