//! `wattledger check`: may this job run? The exit code is the answer.

mod plan;

use super::client::{ServerArguments, ServiceClient};
use super::{Failure, estimate, print};
use crate::decimal;
use crate::hardware::find_instance;
use crate::moment;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// After this time there is no answer.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);
/// Exit code of a denial.
pub(super) const DENIED: u8 = 3;

/// Hold the estimate of a job against the budgets: the exit code is the answer
///
/// 0 it may run, 3 a budget denies it, 4 it cannot be estimated (unknown project or hardware), 5 no answer within 5 seconds, 2 the options or
/// the key cannot be used. Without --reserve nothing is held.
///
/// With --terraform, what the plan adds in a month of 730 hours takes the place of a job: a table of its resources, and 4 where one of them
/// cannot be estimated. Without --project no budget is asked, and no service is needed.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Arguments {
    #[command(flatten)]
    job: estimate::Arguments,
    /// Plan of `terraform show -json`, `-` for standard input: what it adds is checked
    #[arg(long, value_name = "PLAN.JSON", conflicts_with_all = ["accelerator", "instance", "count", "hours", "power_w", "utilisation", "start", "site"])]
    terraform: Option<PathBuf>,
    /// With --terraform: hours, utilisation or power of its resources, TOML
    #[arg(long, value_name = "FILE", requires = "terraform")]
    usage: Option<PathBuf>,
    /// Project that the job is charged to
    #[arg(long, required_unless_present = "terraform")]
    project: Option<String>,
    /// Submission key: the same key and job get the same answer and hold once
    #[arg(long)]
    key: Option<String>,
    /// Hold the p95 for the job if it may run
    #[arg(long, requires = "key")]
    reserve: bool,
    /// Name of the job, container image or script: earlier jobs of the name tell what it draws
    #[arg(long)]
    name: Option<String>,
    /// A label of the job; may be repeated
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = super::run::label)]
    labels: Vec<(String, String)>,
    /// Who submits it
    #[arg(long)]
    user: Option<String>,
    /// Site of the service that it will run at
    #[arg(long, conflicts_with_all = ["zone", "region"])]
    site: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
}

/// What of a decision is printed.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Decision {
    pub(super) allowed: bool,
    pub(super) id: Option<String>,
    pub(super) reason: String,
    #[serde(default)]
    options: Vec<FitOption>,
    estimate: Estimate,
    #[serde(default)]
    pub(super) warnings: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
struct FitOption {
    title: String,
    command: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Estimate {
    energy_mwh: f64,
    co2e_t: f64,
    p95: Upper,
}

#[derive(Debug, Deserialize, Serialize)]
struct Upper {
    energy_mwh: f64,
    co2e_t: f64,
}

/// Asks and prints; exits with the answer.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if let Some(path) = &arguments.terraform {
        return plan::run(arguments, path);
    }
    let document = Value::Object(arguments.document()?);
    let client = arguments.server.client_within(DEADLINE)?;
    let answer = ask(&client, &document)?;
    let decision = Decision::read(&answer)?;
    if arguments.job.json {
        print::json(&answer)?
    } else {
        print::text(&decision.words())?
    }
    Ok(if decision.allowed { ExitCode::SUCCESS } else { ExitCode::from(DENIED) })
}

/// The service's answer; what is no answer is as if it did not answer.
pub(super) fn ask(client: &ServiceClient, document: &Value) -> Result<Value, Failure> {
    client.post("/admissions", document).map_err(|failure| match failure {
        Failure::Internal(error) => Failure::Unreachable(format!("{error:#}")),
        other => other,
    })
}

impl Arguments {
    /// What is sent. Numbers go as they were typed, to the last digit that counts.
    fn document(&self) -> Result<Map<String, Value>, Failure> {
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
        let mut document = self.asker();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                document.insert(name.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.clone().map(Value::String);
        put("accelerator", Some(accelerator.into()));
        put("count", Some(count.into()));
        put("hours", Some(exact(job.nanohours().into(), 9)?));
        put("power_w", job.power_w.map(|power| exact(power.into(), 9)).transpose()?);
        put("utilisation", job.utilisation.map(|share| exact(share.into(), 6)).transpose()?);
        put("pue", job.pue.map(|pue| exact(pue.parts_per_million().into(), 6)).transpose()?);
        let intensity = job.grid.intensity.map(|intensity| exact(intensity.milligrams_per_kwh().into(), 3));
        put("intensity", intensity.transpose()?);
        put("zone", text(&job.grid.zone));
        put("region", text(&job.grid.region));
        put("site", text(&self.site));
        put("start", job.start.map(|start| moment::show(start).into()));
        Ok(document)
    }

    /// Who asks, and for what kind of answer.
    fn asker(&self) -> Map<String, Value> {
        let mut document = Map::new();
        let texts = [("project", &self.project), ("key", &self.key), ("name", &self.name), ("user", &self.user)];
        for (name, text) in texts {
            if let Some(text) = text {
                document.insert(name.to_owned(), text.as_str().into());
            }
        }
        document.insert("reserve".to_owned(), self.reserve.into());
        document.insert("dry_run".to_owned(), self.key.is_none().into());
        if !self.labels.is_empty() {
            let labels = self.labels.iter().map(|(key, value)| (key.clone(), value.as_str().into()));
            document.insert("labels".to_owned(), Value::Object(labels.collect()));
        }
        document
    }
}

/// A count of 10^-`decimals` as a JSON number.
pub(super) fn exact(value: i128, decimals: usize) -> Result<Value, Failure> {
    let text = decimal::format(value, decimals);
    Ok(serde_json::from_str(&text).map_err(anyhow::Error::from)?)
}

impl Decision {
    fn read(answer: &Value) -> Result<Self, Failure> {
        serde_json::from_value(answer.clone())
            .map_err(|error| Failure::Unreachable(format!("the answer is none of a Wattledger service: {error}")))
    }

    /// What people read: the answer and why, the estimate, and what would fit.
    pub(super) fn words(&self) -> String {
        let mut text = String::new();
        let answer = if self.allowed { "allowed" } else { "denied" };
        let _ = writeln!(text, "{answer:<10}{}", self.reason);
        let Estimate { energy_mwh, co2e_t, p95 } = &self.estimate;
        let energy = estimate::energy;
        let mass = |tonnes: f64| super::show::mass(tonnes * 1e6);
        let _ = writeln!(
            text,
            "estimate  {} expected, {} at p95; CO2e {} expected, {} at p95{}",
            energy(*energy_mwh),
            energy(p95.energy_mwh),
            mass(*co2e_t),
            mass(p95.co2e_t),
            self.id.as_ref().map(|id| format!("; number {id}")).unwrap_or_default()
        );
        for warning in &self.warnings {
            let _ = writeln!(text, "warning   {warning}");
        }
        if self.allowed {
            return text;
        }
        if !self.options.is_empty() {
            let _ = writeln!(text, "\nwhat would fit");
        }
        for FitOption { title, command } in &self.options {
            let _ = writeln!(text, "  {title}\n    {command}");
        }
        if let Some(id) = &self.id {
            let _ = writeln!(text, "\nask for an exception\n  wattledger budget request {id} --name NAME --reason WHY");
        } else if self.options.is_empty() {
            let _ = writeln!(
                text,
                "\nnothing smaller would be admitted now\n  ask again with --key KEY --reserve: the denial gets a number, for which an exception can be requested"
            );
        }
        text
    }
}
