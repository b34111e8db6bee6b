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
/// exits with 4 if one of them cannot be estimated. Without --project no budget is asked, and no service is needed. Where the plan leaves a
/// region open, --region CLOUD/REGION states it for the providers of that cloud, and --region ALIAS=REGION for one provider.
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

/// The hardware of a request.
struct HardwareRequest {
    accelerator: String,
    count: u64,
    /// Mean power of each, nW, where it is stated.
    power_nw: Option<u64>,
    /// p95 / p50 of that, where it is stated with it.
    spread_ppm: Option<u32>,
}

impl CheckArguments {
    /// What the service is asked. Numbers are sent as they were typed, to the last digit that counts.
    pub(super) fn request(&self) -> Result<AdmissionRequest, Failure> {
        let job = &self.job;
        let HardwareRequest { accelerator, count, power_nw, spread_ppm } = self.hardware()?;
        let intensity = job.grid.intensity.map(|intensity| exact(intensity.milligrams_per_kwh().into(), 3));
        Ok(self.asking(EstimateRequest {
            accelerator,
            count,
            hours: Some(exact(job.nanohours().into(), 9)?),
            power_w: power_nw.map(|power| exact(power.into(), 9)).transpose()?,
            p95_over_p50: spread_ppm.map(|spread| exact(spread.into(), 6)).transpose()?,
            utilisation: job
                .utilisation
                .filter(|_| power_nw.is_none())
                .map(|share| exact(share.into(), 6))
                .transpose()?,
            pue: job.pue.map(|pue| exact(pue.parts_per_million().into(), 6)).transpose()?,
            intensity: intensity.transpose()?,
            zone: job.grid.zone.as_deref().map(ZoneId::from),
            region: job.grid.one_region()?.map(str::to_owned),
            site: self.site.as_deref().map(SiteName::from),
            start: job.start.map(moment::show),
            ..EstimateRequest::default()
        }))
    }

    /// The hardware as the service is told of it. Of parts of accelerators and of machines without any it is told the power.
    fn hardware(&self) -> Result<HardwareRequest, Failure> {
        let job = &self.job;
        let as_given =
            |accelerator, count| HardwareRequest { accelerator, count, power_nw: job.power_w, spread_ppm: None };
        let Some(name) = &job.instance else {
            return Ok(as_given(job.accelerator.clone().unwrap_or_default(), job.count()));
        };
        let found = find_instance(name);
        if let Ok(instance) = &found
            && instance.share()?.of == 1
        {
            let count = instance.accelerators()?.checked_mul(job.count());
            let count = count.ok_or_else(|| Failure::Usage("too many instances".to_owned()))?;
            return Ok(as_given(instance.accelerator.clone(), count));
        }
        let power = job.hardware().power()?;
        Ok(HardwareRequest {
            accelerator: found.map_or_else(|_| name.clone(), |instance| instance.device()),
            count: power.accelerators,
            power_nw: Some(power.nanowatts),
            spread_ppm: Some(power.spread_ppm),
        })
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
