//! `wattledger job`: one job, and how it ends.

use super::client::{ServerArguments, Verbatim, escaped, with_query};
use super::failure::Failure;
use super::ledger::{amounts, figures, share};
use super::show::to_the_second;
use super::words::{dash, or_dash};
use super::{number, print, sparkline};
use crate::moment;
use api::{Aggregate, Amount, FinishRequest, JobDocument, JobFootprint, MarginalDocument, RangeQuery, SeriesDocument};
use clap::{Args, Subcommand};

/// Show a job and its footprint, or end one that nothing else ends
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct JobArguments {
    #[command(subcommand)]
    action: Option<JobAction>,
    /// Id of the job, as listed by `wattledger jobs`
    #[arg(required = true)]
    id: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum JobAction {
    End(EndJob),
}

/// End a job and release the devices that it holds
///
/// For jobs whose end nobody told of: their node is gone, or their launcher was killed. The processes of the job are left alone.
#[derive(Args)]
struct EndJob {
    /// Id of the job, as listed by `wattledger jobs --state running`
    id: String,
    /// When it ended, such as 2026-03-01T12:00Z; now by default
    #[arg(long, value_name = "TIME", value_parser = ended)]
    at: Option<String>,
    /// Exit status of the job; negative for the signal that ended it
    #[arg(long, value_name = "STATUS", allow_negative_numbers = true)]
    exit_status: Option<i32>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn ended(text: &str) -> Result<String, String> {
    number::moment(text).map(moment::show)
}

/// Runs the command.
pub(crate) fn run(arguments: &JobArguments) -> Result<(), Failure> {
    match &arguments.action {
        Some(JobAction::End(end)) => end_job(end),
        None => show_job(arguments),
    }
}

fn end_job(arguments: &EndJob) -> Result<(), Failure> {
    let request = FinishRequest { to: arguments.at.clone(), exit_status: arguments.exit_status };
    let path = format!("/jobs/{}/finish", escaped(&arguments.id));
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.post::<Verbatim>(&path, &request)?);
    }
    let job: JobDocument = client.post(&path, &request)?;
    print::text(&format!("job {} ended at {}\n", job.id, job.ended.map_or_else(dash, to_the_second)))
}

fn show_job(arguments: &JobArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let path = format!("/jobs/{}", escaped(arguments.id.as_deref().unwrap_or_default()));
    if arguments.json {
        return print::json(&client.get::<Verbatim>(&path)?);
    }
    let job: JobFootprint = client.get(&path)?;
    let range = RangeQuery { points: Some(sparkline::POINTS as i64), ..RangeQuery::default() };
    let power: SeriesDocument = client.get(&with_query(&format!("{path}/series"), &range)?)?;
    let mut page = String::new();
    for (name, value) in job_lines(&job).into_iter().chain(sparkline::of(&power).map(|line| ("power", line))) {
        page.push_str(&format!("{name:<12}{value}\n"));
    }
    print::text(&page)
}

fn job_lines(of: &JobFootprint) -> Vec<(&'static str, String)> {
    let JobFootprint { job, footprint, quality, .. } = of;
    let moment = |moment: &Option<String>| moment.clone().map_or_else(dash, to_the_second);
    let amount = |amount: &Amount| amounts(amount).join(", ");
    let sum = |sum: &Aggregate| figures(sum.energy_mwh, sum.co2e_t_location).join(", ");
    let marginal = of.marginal.as_ref().map(|marginal| {
        let MarginalDocument { co2e_g, covered_share, gas, publisher, .. } = marginal;
        let covered = share(*covered_share);
        (
            "marginal",
            format!("{co2e_g:.1} g {gas} by {publisher} for {covered} of the energy; for information, in no total"),
        )
    });
    let mut lines = vec![
        ("id", job.id.to_string()),
        ("project", or_dash(job.project.as_ref())),
        ("name", or_dash(job.name.as_ref())),
        ("attempt", or_dash(job.attempt.as_ref())),
        ("started", moment(&job.started)),
        ("ended", moment(&job.ended)),
        ("exit_status", or_dash(job.exit_status.as_ref())),
        ("energy", sum(&footprint.total)),
        ("overhead", sum(&footprint.overhead)),
        ("unposted", amount(&footprint.open)),
        ("coverage", share(quality.coverage)),
        ("measured", share(quality.measured_share)),
        ("provisional", share(quality.provisional_share)),
    ];
    lines.extend(marginal);
    lines
}
