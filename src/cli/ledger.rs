//! `wattledger jobs`, `job`, `report` and `verify`: what the ledger says.

use super::client::{ServerArguments, escaped};
use super::show::to_the_second;
use super::table::{Lean, Table, significant};
use super::{Failure, number, print, sparkline};
use crate::ledger;
use crate::store::Store;
use clap::{Args, ValueEnum};
use serde_json::Value;
use std::path::PathBuf;

/// Orders of `wattledger jobs`.
const SORTS: [&str; 6] = ["newest", "energy", "co2e", "intensity", "held-idle", "energy-per-step"];

/// List the jobs of a service with what they used, newest first
#[derive(Args)]
pub(crate) struct Jobs {
    /// Only of this project
    #[arg(long, value_name = "P")]
    project: Option<String>,
    /// Only of this user: with the label `user` of this value
    #[arg(long, value_name = "U")]
    user: Option<String>,
    /// Only with this label
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::run::label_text)]
    label: Option<String>,
    /// Only those that run, only those that have ended, or of these only those that failed
    #[arg(long, value_name = "STATE", value_parser = ["running", "ended", "failed"])]
    state: Option<String>,
    /// Only those that ran at or after this moment
    #[arg(long, value_name = "T", value_parser = moment_text)]
    from: Option<String>,
    /// Only those that ran before this moment
    #[arg(long, value_name = "T", value_parser = moment_text)]
    to: Option<String>,
    /// Only those whose id or name contains it
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// The newest first, or the highest by energy, CO2e, g/kWh, held-idle share or energy per step
    #[arg(long, value_name = "ORDER", value_parser = SORTS, default_value = "newest")]
    sort: String,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Show a job and its footprint
#[derive(Args)]
pub(crate) struct Job {
    /// Id of the job, as listed by `wattledger jobs`
    id: String,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Energy and location-based CO2e of a time, by group
#[derive(Args)]
pub(crate) struct Report {
    /// First moment: a date, or 2026-03-01T12:00Z
    #[arg(long, value_name = "D", value_parser = moment_text, required_unless_present = "period", requires = "to")]
    from: Option<String>,
    /// First moment after it
    #[arg(long, value_name = "D", value_parser = moment_text, requires = "from")]
    to: Option<String>,
    /// A closed period, as it was closed: ID, or ID.VERSION
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "to"])]
    period: Option<String>,
    /// Whose midnights dates mean, and whose hours, days and months are grouped by, such as Europe/Berlin; UTC without it
    #[arg(long, value_name = "ZONE")]
    timezone: Option<chrono_tz::Tz>,
    /// project, job, node, site, month, day, hour or label:KEY
    #[arg(long, value_name = "GROUP", default_value = "project")]
    group_by: String,
    /// Only this project's jobs
    #[arg(long, value_name = "P")]
    project: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t, conflicts_with = "json")]
    format: Format,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Forms of a report.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// The document of the API
    Json,
    /// One row per group, then idle and metered
    Csv,
}

/// Recompute the ledger of a stopped service: its chain, its arithmetic, its evidence, and that energy adds up
///
/// Ends with 1 and names what is wrong first.
#[derive(Args)]
pub(crate) struct Verify {
    /// Data directory of the service
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// The text, where it is a moment or a date; which moment a date is the time zone says.
fn moment_text(text: &str) -> Result<String, String> {
    number::moment(text).map(|_| text.to_owned())
}

/// Prints the list.
pub(crate) fn jobs(arguments: &Jobs) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let mut path = format!("/jobs?limit=1000&sort={}", arguments.sort.replace('-', "_"));
    for (key, value) in [
        ("project", &arguments.project),
        ("user", &arguments.user),
        ("from", &arguments.from),
        ("to", &arguments.to),
        ("label", &arguments.label),
        ("state", &arguments.state),
        ("q", &arguments.search),
    ] {
        if let Some(value) = value {
            path.push_str(&format!("&{key}={}", escaped(value)));
        }
    }
    let jobs = client.list(&path)?;
    if arguments.json {
        return print::json(&jobs);
    }
    let words = ["id", "project", "name", "state", "started"];
    let numbers = ["duration", "kWh", "CO2e", "g/kWh", "held-idle", "kWh/step"].map(|column| (column, Lean::Right));
    let mut table = Table::new(&[words.map(|column| (column, Lean::Left)).as_slice(), numbers.as_slice()].concat());
    for job in &jobs {
        let number = |key: &str| job[key].as_f64();
        let mut cells = words.map(|column| to_the_second(text(&job[column]))).to_vec();
        cells.push(number("duration_s").map_or_else(|| "-".to_owned(), super::show::duration));
        cells.push(significant(number("energy_kwh").unwrap_or(0.0), 4));
        cells.push(super::show::mass(number("co2e_g").unwrap_or(0.0)));
        let known = |value: Option<f64>, show: fn(f64) -> String| value.map_or_else(|| "-".to_owned(), show);
        cells.push(known(number("intensity_g_per_kwh"), |grams| format!("{grams:.0}")));
        cells.push(known(number("held_idle_share"), |share| format!("{:.1} %", share * 100.0)));
        cells.push(known(number("kwh_per_step"), |kwh| significant(kwh, 4)));
        table.row(cells);
    }
    print::text(&table.to_string())
}

/// Prints the job.
pub(crate) fn job(arguments: &Job) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let path = format!("/jobs/{}", escaped(&arguments.id));
    let job: Value = client.get(&path)?;
    if arguments.json {
        return print::json(&job);
    }
    let power: Value = client.get(&format!("{path}/series?points={}", sparkline::POINTS))?;
    let mut page = String::new();
    for key in ["id", "project", "name", "attempt", "started", "ended", "exit_status"] {
        page.push_str(&format!("{key:<12}{}\n", to_the_second(text(&job[key]))));
    }
    let footprint = &job["footprint"];
    for (label, amount) in [("energy", "total"), ("overhead", "overhead"), ("of it open", "open")] {
        page.push_str(&format!("{label:<12}{}\n", amounts(&footprint[amount]).join(", ")));
    }
    for (label, key) in [("coverage", "coverage"), ("measured", "measured_share"), ("provisional", "provisional_share")]
    {
        page.push_str(&format!("{label:<12}{}\n", share(&job, key)));
    }
    page.extend(sparkline::of(&power).map(|line| format!("{:<12}{line}\n", "power")));
    print::text(&page)
}

/// Prints the report.
pub(crate) fn report(arguments: &Report) -> Result<(), Failure> {
    let mut path = format!("/reports/emissions?group_by={}", escaped(&arguments.group_by));
    for (name, value) in [("from", &arguments.from), ("to", &arguments.to), ("period", &arguments.period)] {
        path.push_str(&value.as_ref().map(|value| format!("&{name}={}", escaped(value))).unwrap_or_default());
    }
    if let Some(project) = &arguments.project {
        path.push_str(&format!("&project={}", escaped(project)));
    }
    if let Some(zone) = arguments.timezone {
        path.push_str(&format!("&timezone={}", escaped(zone.name())));
    }
    let report: Value = arguments.server.client()?.get(&path)?;
    match arguments.format {
        _ if arguments.json => print::json(&report),
        Format::Json => print::json(&report),
        Format::Table => print::text(&format!("{}{}", report_table(&report), overrides(&report))),
        Format::Csv => print::text(&report_csv(&report)?),
    }
}

/// The rows of a report, then its sums, each with a name.
fn lines(report: &Value) -> Vec<(String, &Value)> {
    let rows = report["rows"].as_array().into_iter().flatten();
    let mut lines: Vec<_> = rows.map(|row| (text(&row["group"]), row)).collect();
    lines.extend(["total", "idle", "metered", "overhead"].map(|sum| (sum.to_owned(), &report[sum])));
    lines
}

/// Who let what pass, a line each.
fn overrides(report: &Value) -> String {
    let granted = report["overrides"].as_array().into_iter().flatten();
    let line = |one: &Value| {
        let what = match (one["admission"].as_str(), one["budget"].as_str()) {
            (Some(admission), _) => format!("admission {admission}"),
            (None, budget) => format!("budget {}", budget.unwrap_or("-")),
        };
        format!(
            "override: {what}, by {} until {}: {}\n",
            text(&one["name"]),
            text(&one["expires"]),
            text(&one["reason"])
        )
    };
    granted.map(line).collect()
}

fn report_table(report: &Value) -> Table {
    let mut columns = vec![("", Lean::Left), ("MWh", Lean::Right), ("t CO2e (location)", Lean::Right)];
    let has_prices = lines(report).iter().any(|(_, amount)| amount["energy_cost"].is_array());
    columns.extend(has_prices.then_some(("energy cost", Lean::Right)));
    columns.extend(["coverage", "measured", "provisional"].map(|title| (title, Lean::Right)));
    let mut table = Table::new(&columns);
    for (name, amount) in lines(report) {
        let value = |key: &str| significant(amount[key].as_f64().unwrap_or(0.0), 6);
        let mut row = vec![name, value("energy_mwh"), value("co2e_t_location")];
        row.extend(has_prices.then(|| cost(amount)));
        row.extend(["coverage", "measured_share", "provisional_share"].map(|key| share(amount, key)));
        table.row(row);
    }
    table
}

/// What energy costs, one figure per currency; a dash where it has no price.
pub(super) fn cost(amount: &Value) -> String {
    let lines = amount["energy_cost"].as_array().into_iter().flatten();
    let shown = lines.map(|line| format!("{:.2} {}", line["amount"].as_f64().unwrap_or(0.0), text(&line["currency"])));
    let shown = shown.collect::<Vec<_>>().join(" + ");
    if shown.is_empty() { "-".to_owned() } else { shown }
}

fn report_csv(report: &Value) -> Result<String, Failure> {
    const KEYS: [&str; 4] = ["energy_mj", "energy_mwh", "co2e_ug_location", "co2e_t_location"];
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |cells: Vec<String>| writer.write_record(cells).map_err(anyhow::Error::from);
    write(["group"].into_iter().chain(KEYS).map(str::to_owned).collect())?;
    for (name, amount) in lines(report) {
        let values = KEYS.iter().map(|key| amount[key].to_string());
        write(std::iter::once(neutral(name)).chain(values).collect())?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::Error::msg(error.to_string()))?;
    Ok(String::from_utf8(bytes).map_err(anyhow::Error::from)?)
}

/// A cell that no spreadsheet takes for a formula.
fn neutral(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) { format!("'{text}") } else { text }
}

/// Audits, and prints what was audited.
pub(crate) fn verify(arguments: &Verify) -> Result<(), Failure> {
    let file = arguments.data.join("wattledger.db");
    if !file.is_file() {
        return Err(Failure::Usage(format!("{} is not there: give the data directory of a service", file.display())));
    }
    let store = Store::open(&arguments.data).map_err(|error| match error {
        crate::store::StoreError::InUse { .. } => Failure::Usage(error.to_string()),
        other => Failure::Internal(other.into()),
    })?;
    let verified = ledger::verify(&store).map_err(anyhow::Error::from)?;
    if let Some(fault) = verified.fault {
        return Err(Failure::Internal(fault.into()));
    }
    print::text(&format!(
        "{} entries and {} batches hold: {} mJ metered = {} mJ of jobs + {} mJ idle\n",
        verified.entries, verified.batches, verified.metered_mj, verified.jobs_mj, verified.idle_mj
    ))
}

/// A value as a cell; what is missing is a dash.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A share of the quality of a figure, in percent.
pub(super) fn share(figure: &Value, key: &str) -> String {
    format!("{:.1} %", figure["quality"][key].as_f64().unwrap_or(0.0) * 100.0)
}

/// Energy and CO2e of an amount.
pub(super) fn amounts(amount: &Value) -> [String; 2] {
    let value = |key: &str| amount[key].as_f64().unwrap_or(0.0);
    [
        format!("{} kWh", significant(value("energy_mwh") * 1e3, 4)),
        format!("{} CO2e", super::show::mass(value("co2e_t_location") * 1e6)),
    ]
}
