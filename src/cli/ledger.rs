//! `wattledger jobs`, `report` and `verify`: figures of the ledger.

use super::client::{ServerArguments, Verbatim, with_query};
use super::failure::Failure;
use super::label::label_text;
use super::show::to_the_second;
use super::table::{TextTable, left, right, significant};
use super::words::{dash, one_of, or_dash, word};
use super::{number, print, show};
use crate::audit;
use crate::store::Store;
use api::{
    Aggregate, Amount, BudgetOverride, Cost, EmissionsDocument, JobItem, JobQuery, JobSortQuery, Report, ReportQuery,
};
use clap::{Args, ValueEnum};
use model::{JobOrder, JobState, ProjectName};
use serde::Serialize;
use std::path::PathBuf;

/// Values of `wattledger jobs --sort`.
const SORTS: &[&str] = &["newest", "energy", "co2e", "intensity", "held-idle", "energy-per-step"];

/// List the jobs of a service and what they used, newest first
#[derive(Args)]
pub(crate) struct JobsArguments {
    /// Only jobs of this project
    #[arg(long, value_name = "P")]
    project: Option<String>,
    /// Only jobs of this user, by the label `user`
    #[arg(long, value_name = "U")]
    user: Option<String>,
    /// Only jobs with this label
    #[arg(long, value_name = "KEY=VALUE", value_parser = label_text)]
    label: Option<String>,
    /// Only jobs that are running, that have ended, or that have ended and failed
    #[arg(long, value_name = "STATE", value_parser = one_of::<JobState>(&["running", "ended", "failed"]))]
    state: Option<JobState>,
    /// Only jobs that ran at or after this moment
    #[arg(long, value_name = "T", value_parser = moment_text)]
    from: Option<String>,
    /// Only jobs that ran before this moment
    #[arg(long, value_name = "T", value_parser = moment_text)]
    to: Option<String>,
    /// Only jobs whose id or name contains this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Order of the list: newest first, or highest energy, CO2e, g/kWh, held-idle share or energy per step first
    #[arg(long, value_name = "ORDER", value_parser = one_of::<JobOrder>(SORTS), default_value = "newest")]
    sort: JobOrder,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Report energy and location-based CO2e by project, job, node, site, time or label
#[derive(Args)]
pub(crate) struct ReportArguments {
    /// Start of the report: a date, or 2026-03-01T12:00Z
    #[arg(long, value_name = "D", value_parser = moment_text, required_unless_present = "period", requires = "to")]
    from: Option<String>,
    /// End of the report, itself not included
    #[arg(long, value_name = "D", value_parser = moment_text, requires = "from")]
    to: Option<String>,
    /// A closed period as it was closed: ID or ID.VERSION
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "to"])]
    period: Option<String>,
    /// Time zone of dates and of hours, days and months, such as Europe/Berlin; UTC by default
    #[arg(long, value_name = "ZONE")]
    timezone: Option<chrono_tz::Tz>,
    /// What to group by: project, job, node, site, month, day, hour or label:KEY
    #[arg(long, value_name = "GROUP", default_value = "project")]
    group_by: String,
    /// Only jobs of this project
    #[arg(long, value_name = "P")]
    project: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t, conflicts_with = "json")]
    format: ReportFormat,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Output formats of a report.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// A table for people
    #[default]
    Table,
    /// The JSON document of the API
    Json,
    /// CSV with a row for each group, then for total, idle, metered and overhead
    Csv,
}

/// Recompute the ledger of a stopped service, and check that everything adds up
///
/// Checks the hash chain, the arithmetic, the evidence behind every entry, and that no energy was lost or made up. Exits with 1 and names the
/// first fault if there is one.
#[derive(Args)]
pub(crate) struct VerifyArguments {
    /// Data directory of the service
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// A moment or a date as it was typed: which moment a date means depends on the time zone.
fn moment_text(text: &str) -> Result<String, String> {
    number::moment(text).map(|_| text.to_owned())
}

/// The query of `wattledger jobs`.
#[derive(Serialize)]
struct JobsQuery {
    #[serde(flatten)]
    which: JobQuery,
    #[serde(flatten)]
    order: JobSortQuery,
}

impl JobsArguments {
    fn query(&self) -> JobsQuery {
        let which = JobQuery {
            project: self.project.as_deref().map(ProjectName::from),
            user: self.user.clone(),
            label: self.label.clone(),
            state: self.state,
            from: self.from.clone(),
            to: self.to.clone(),
            q: self.search.clone(),
        };
        JobsQuery { which, order: JobSortQuery { sort: self.sort } }
    }
}

/// Prints the list.
pub(crate) fn jobs(arguments: &JobsArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let path = with_query("/jobs", &arguments.query())?;
    if arguments.json {
        return print::json(&client.list::<Verbatim>(&path)?);
    }
    let words = ["id", "project", "name", "state", "started"].map(left);
    let numbers = ["duration", "kWh", "CO2e", "g/kWh", "held-idle", "kWh/step"].map(right);
    let mut table = TextTable::new(words.into_iter().chain(numbers));
    for item in client.list::<JobItem>(&path)? {
        table.row(item_row(&item));
    }
    print::text(&table.to_string())
}

fn item_row(item: &JobItem) -> Vec<String> {
    let job = &item.job;
    let known = |value: Option<f64>, words: fn(f64) -> String| value.map_or_else(dash, words);
    vec![
        job.id.to_string(),
        or_dash(job.project.as_ref()),
        or_dash(job.name.as_ref()),
        word(&job.state),
        job.started.clone().map_or_else(dash, to_the_second),
        known(job.duration_s, show::duration),
        significant(item.energy_kwh, 4),
        show::mass(item.co2e_g),
        known(item.intensity_g_per_kwh, |grams| format!("{grams:.0}")),
        known(item.held_idle_share, share),
        known(item.kwh_per_step, |kwh| significant(kwh, 4)),
    ]
}

impl ReportArguments {
    fn query(&self) -> ReportQuery {
        ReportQuery {
            from: self.from.clone(),
            to: self.to.clone(),
            period: self.period.clone(),
            group_by: Some(self.group_by.clone()),
            project: self.project.as_deref().map(ProjectName::from),
            timezone: self.timezone.map(|zone| zone.name().to_owned()),
        }
    }
}

/// Prints the report.
pub(crate) fn report(arguments: &ReportArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let path = with_query("/reports/emissions", &arguments.query())?;
    if arguments.json || arguments.format == ReportFormat::Json {
        return print::json(&client.get::<Verbatim>(&path)?);
    }
    let document: EmissionsDocument = client.get(&path)?;
    if arguments.format == ReportFormat::Csv {
        return print::text(&report_csv(&document.report)?);
    }
    let overrides: String = document.overrides.iter().map(override_line).collect();
    print::text(&format!("{}{overrides}", report_table(&document.report)))
}

/// A row of a report, or one of its sums.
struct ReportLine<'a> {
    name: String,
    sum: &'a Aggregate,
}

/// The rows of a report and then its sums.
fn lines(report: &Report) -> Vec<ReportLine<'_>> {
    let rows = report.rows.iter().map(|row| ReportLine { name: or_dash(row.group.as_ref()), sum: &row.amount });
    let sums = [
        ("total", &report.total),
        ("idle", &report.idle),
        ("metered", &report.metered),
        ("overhead", &report.overhead),
    ];
    rows.chain(sums.map(|(name, sum)| ReportLine { name: name.to_owned(), sum })).collect()
}

fn override_line(granted: &BudgetOverride) -> String {
    let what = match (granted.admission, granted.budget) {
        (Some(admission), _) => format!("admission {admission}"),
        (None, budget) => format!("budget {}", or_dash(budget.as_ref())),
    };
    let [by, until, reason] = [&granted.name, &granted.expires, &granted.reason].map(|text| or_dash(text.as_ref()));
    format!("override: {what}, by {by} until {until}: {reason}\n")
}

fn report_table(report: &Report) -> TextTable {
    let lines = lines(report);
    let mut columns = vec![left(""), right("MWh"), right("t CO2e (location)")];
    let has_prices = lines.iter().any(|line| !line.sum.energy_cost.is_empty());
    columns.extend(has_prices.then_some(right("energy cost")));
    columns.extend(["coverage", "measured", "provisional"].map(right));
    let mut table = TextTable::new(columns);
    for ReportLine { name, sum } in lines {
        let mut row = vec![name, significant(sum.energy_mwh, 6), significant(sum.co2e_t_location, 6)];
        row.extend(has_prices.then(|| cost(&sum.energy_cost)));
        let quality = &sum.quality;
        row.extend([quality.coverage, quality.measured_share, quality.provisional_share].map(share));
        table.row(row);
    }
    table
}

/// The cost of energy, one figure per currency; a dash where it has no price.
pub(super) fn cost(costs: &[Cost]) -> String {
    let shown: Vec<_> = costs.iter().map(|cost| format!("{:.2} {}", cost.amount, cost.currency)).collect();
    if shown.is_empty() { dash() } else { shown.join(" + ") }
}

/// The report as CSV, with every number written out in full.
fn report_csv(report: &Report) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |cells: &[String]| writer.write_record(cells).map_err(anyhow::Error::from);
    write(&["group", "energy_mj", "energy_mwh", "co2e_ug_location", "co2e_t_location"].map(str::to_owned))?;
    for ReportLine { name, sum } in lines(report) {
        write(&[
            neutral(name),
            sum.energy_mj.to_string(),
            sum.energy_mwh.to_string(),
            sum.co2e_ug_location.to_string(),
            sum.co2e_t_location.to_string(),
        ])?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::Error::msg(error.to_string()))?;
    Ok(String::from_utf8(bytes).map_err(anyhow::Error::from)?)
}

/// A cell that no spreadsheet takes for a formula.
fn neutral(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) { format!("'{text}") } else { text }
}

/// Audits, and prints what was audited.
pub(crate) fn verify(arguments: &VerifyArguments) -> Result<(), Failure> {
    let file = arguments.data.join("wattledger.db");
    if !file.is_file() {
        return Err(Failure::Usage(format!("{} does not exist: give the data directory of a service", file.display())));
    }
    let store = Store::open(&arguments.data).map_err(|error| match error {
        crate::store::StoreError::InUse { .. } => Failure::Usage(error.to_string()),
        other => Failure::Internal(other.into()),
    })?;
    let verified = audit::verify(&store).map_err(anyhow::Error::from)?;
    if let Some(fault) = verified.fault {
        let next = "keep this directory as it is, to look into it, and put back the latest backup that verifies: `wattledger restore`; \
            agents send again what they metered in the last day";
        return Err(Failure::Internal(anyhow::anyhow!("{fault}; {next}")));
    }
    print::text(&format!(
        "{} entries and {} batches verified: {} metered = {} used by jobs + {} idle\n",
        verified.entries, verified.batches, verified.metered, verified.jobs, verified.idle
    ))
}

/// A share from 0 to 1, in percent.
pub(super) fn share(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Energy and CO2e of an amount.
pub(super) fn amounts(amount: &Amount) -> [String; 2] {
    figures(amount.energy_mwh, amount.co2e_t_location)
}

/// Energy and CO2e in words.
pub(super) fn figures(energy_mwh: f64, co2e_t: f64) -> [String; 2] {
    [format!("{} kWh", significant(energy_mwh * 1e3, 4)), format!("{} CO2e", show::mass(co2e_t * 1e6))]
}
