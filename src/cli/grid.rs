//! `wattledger grid`: the factor library.

use super::client::{ServerArguments, escaped};
use super::grid_arguments::FactorSet;
use super::table::{Lean, Table};
use super::{Failure, number, print};
use crate::decimal;
use crate::grid::{ChoiceDocument, Factor, FactorChoice, FactorDocument};
use clap::{Args, Subcommand};
use std::fmt::Write;
use std::path::PathBuf;
use units::Timestamp;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the zones and their factors
    Zones(Zones),
    /// Show the factor of one zone or cloud region, with its type and how it was chosen
    Intensity(Intensity),
    /// Import the intensities of a zone, hour by hour, into a service
    Import(Box<Import>),
}

/// The file is CSV with the columns datetime_utc (start of the interval) and g_per_kwh, or direct_g or lifecycle_g
#[derive(Args)]
struct Import {
    /// The file
    file: PathBuf,
    /// Grid zone, such as DE
    #[arg(long, value_name = "ZONE")]
    zone: String,
    /// Who published the values
    #[arg(long, value_name = "NAME")]
    publisher: String,
    /// Which release; those of one edition are never changed, a newer edition comes before an older one
    #[arg(long, value_name = "NAME")]
    edition: String,
    /// Licence of the values
    #[arg(long, value_name = "NAME")]
    licence: String,
    /// direct, or lifecycle
    #[arg(long, value_name = "BASIS")]
    basis: String,
    /// CO2, or CO2e
    #[arg(long, value_name = "GAS")]
    gas: String,
    /// production, consumption, residual, supplier or unspecified
    #[arg(long, value_name = "ACCOUNTING")]
    accounting: String,
    /// measured, provisional, forecast or fallback
    #[arg(long, value_name = "STATUS")]
    status: String,
    /// Length of each interval: 5, 15, 30 or 60
    #[arg(long, value_name = "N", default_value_t = 60)]
    minutes: u64,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Zones {
    /// Only zones whose code or name contains this, in any case
    filter: Option<String>,
    /// Set of grid factors
    #[arg(long, value_enum, default_value_t, value_name = "SET")]
    factors: FactorSet,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Intensity {
    /// Grid zone, such as DE, US-EGRID-CAMX or CN-BJ
    #[arg(long, value_name = "ZONE", required_unless_present = "region", conflicts_with = "region")]
    zone: Option<String>,
    /// Cloud region, such as aws/us-east-1
    #[arg(long, value_name = "CLOUD/REGION")]
    region: Option<String>,
    /// Moment of use: the newest factor without it
    #[arg(long, value_name = "TIME", value_parser = number::moment)]
    at: Option<Timestamp>,
    /// Set of grid factors
    #[arg(long, value_enum, default_value_t, value_name = "SET")]
    factors: FactorSet,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Zones(zones) => list(zones),
        Command::Intensity(intensity) => show(intensity),
        Command::Import(import) => send(import),
    }
}

fn send(arguments: &Import) -> Result<(), Failure> {
    let unreadable = |cause| Failure::Usage(format!("{}: {cause}", arguments.file.display()));
    let file = std::fs::read(&arguments.file).map_err(unreadable)?;
    let minutes = arguments.minutes.to_string();
    let pairs = [
        ("zone", &arguments.zone),
        ("publisher", &arguments.publisher),
        ("edition", &arguments.edition),
        ("licence", &arguments.licence),
        ("basis", &arguments.basis),
        ("gas", &arguments.gas),
        ("accounting", &arguments.accounting),
        ("status", &arguments.status),
        ("minutes", &minutes),
    ];
    let query: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let path = format!("/grid/factors?{}", query.join("&"));
    let imported: serde_json::Value = arguments.server.client()?.post_csv(&path, &file)?;
    if arguments.json {
        return print::json(&imported);
    }
    let mut page = format!("{} intervals, {} of them new\n", imported["rows"], imported["new"]);
    if let Some(command) = imported["restate"].as_str() {
        let entries = &imported["outdated_entries"];
        let _ = writeln!(page, "{entries} posted entries would have another factor now; to post them anew:\n{command}");
    }
    print::text(&page)
}

fn list(arguments: &Zones) -> Result<(), Failure> {
    let library = arguments.factors.open()?;
    let filter = arguments.filter.as_deref().unwrap_or("").to_lowercase();
    let matches = |text: &str| text.to_lowercase().contains(&filter);
    let mut factors: Vec<&Factor> =
        library.factors().iter().filter(|factor| matches(&factor.zone) || matches(&factor.name)).collect();
    factors.sort_by_key(|factor| (&factor.zone, factor.period.start()));
    if arguments.json {
        let documents: Vec<FactorDocument> = factors.into_iter().map(FactorDocument::from).collect();
        return print::json(&documents);
    }
    if factors.is_empty() {
        return Err(Failure::Usage(format!("no zone contains {filter:?}: `wattledger grid zones` lists all")));
    }
    print::text(&table(&factors))
}

fn table(factors: &[&Factor]) -> String {
    let mut table = Table::new(&[
        ("zone", Lean::Left),
        ("name", Lean::Left),
        ("g/kWh", Lean::Right),
        ("gas", Lean::Left),
        ("basis", Lean::Left),
        ("accounting", Lean::Left),
        ("period", Lean::Left),
        ("publisher", Lean::Left),
    ]);
    for factor in factors {
        table.row(vec![
            factor.zone.clone(),
            factor.name.clone(),
            format!("{:.1}", f64::from(factor.intensity.milligrams_per_kwh()) / 1e3),
            factor.gas.to_string(),
            factor.basis.to_string(),
            factor.accounting.to_string(),
            factor.period_in_words(),
            factor.publisher.clone(),
        ]);
    }
    let count = factors.len();
    format!("{table}\n{count} factor{}\n", if count == 1 { "" } else { "s" })
}

fn show(arguments: &Intensity) -> Result<(), Failure> {
    let library = arguments.factors.open()?;
    let choice = match (&arguments.zone, &arguments.region) {
        (Some(zone), _) => library.choose(zone, arguments.at)?,
        (None, region) => library.choose_region(region.as_deref().unwrap_or(""), arguments.at)?,
    };
    if arguments.json { print::json(&ChoiceDocument::from(&choice)) } else { print::text(&page(&choice)) }
}

fn page(choice: &FactorChoice) -> String {
    let factor = &choice.factor;
    let value = decimal::format(i128::from(factor.intensity.milligrams_per_kwh()), 3);
    let mut page = format!("{value} {}\n\n", factor.type_in_words());
    let asked = if choice.asked == factor.zone { String::new() } else { format!(", for {}", choice.asked) };
    for (label, text) in [
        ("zone", format!("{} ({}){asked}", factor.zone, factor.name)),
        ("period", factor.period_in_words()),
        ("publisher", factor.publisher.clone()),
        ("edition", factor.edition.clone()),
        ("licence", factor.licence.clone()),
        ("fallback", format!("step {} of 6, {}", choice.fallback_step, choice.step_in_words())),
    ] {
        let _ = writeln!(page, "{label:<11}{text}");
    }
    for note in &choice.notes {
        let _ = writeln!(page, "note: {note}");
    }
    page
}
