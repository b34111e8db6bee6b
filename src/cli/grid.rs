//! `wattledger grid`: the factor library.

use super::client::{ServerArguments, Verbatim, with_query};
use super::failure::Failure;
use super::grid_arguments::FactorSet;
use super::show::counted;
use super::table::{TextTable, left, right};
use super::words::one_of;
use super::{greener, number, print, providers};
use crate::decimal;
use crate::grid::{Factor, FactorChoice};
use api::{ChoiceDocument, FactorDocument, ImportDocument, ImportQuery};
use clap::{Args, Subcommand};
use model::{Accounting, Basis, FactorStatus, Gas};
use std::fmt::Write;
use std::path::PathBuf;
use units::Timestamp;

/// Look up grid carbon intensities, and import them into a service
#[derive(Subcommand)]
pub(crate) enum GridCommand {
    /// List grid zones and their factors
    Zones(ZonesArguments),
    /// Show the factor of a zone or cloud region, its type, and how it was chosen
    Intensity(IntensityArguments),
    /// Import the intensities of a zone into a service, interval by interval
    ///
    /// The CSV file has the columns datetime_utc (start of the interval) and g_per_kwh, or direct_g or lifecycle_g.
    Import(Box<ImportArguments>),
    /// Find the start with the lowest carbon intensity for a job
    Best(greener::BestArguments),
    /// List the providers of live factors: what each needs and how it does
    Providers(providers::ProvidersArguments),
    /// Have a service ask its providers for their newest values now
    Sync(providers::SyncProviderArguments),
}

#[derive(Args)]
pub(crate) struct ImportArguments {
    /// CSV file to import
    file: PathBuf,
    /// Grid zone, such as DE
    #[arg(long, value_name = "ZONE")]
    zone: String,
    /// Publisher of the values
    #[arg(long, value_name = "NAME")]
    publisher: String,
    /// Edition of the values; values of an edition never change, and a newer edition takes precedence over an older one
    #[arg(long, value_name = "NAME")]
    edition: String,
    /// Licence of the values
    #[arg(long, value_name = "NAME")]
    licence: String,
    /// Which part of the life cycle of electricity the values count
    #[arg(long, value_name = "BASIS", value_parser = one_of::<Basis>(&["direct", "lifecycle"]))]
    basis: Basis,
    /// Which gases the values count
    #[arg(long, value_name = "GAS", value_parser = one_of::<Gas>(&["CO2", "CO2e"]))]
    gas: Gas,
    /// Whose electricity the values describe
    #[arg(long, value_name = "ACCOUNTING", value_parser = one_of::<Accounting>(&["production", "consumption", "residual", "supplier", "unspecified"]))]
    accounting: Accounting,
    /// How far the values can be relied on
    #[arg(long, value_name = "STATUS", value_parser = one_of::<FactorStatus>(&["measured", "estimated", "provisional", "forecast", "fallback"]))]
    status: FactorStatus,
    /// Length of each interval in minutes: 5, 15, 30 or 60
    #[arg(long, value_name = "N", default_value_t = 60)]
    minutes: u64,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct ZonesArguments {
    /// Only zones whose code or name contains this text, ignoring case
    filter: Option<String>,
    /// Set of grid factors to use
    #[arg(long, value_enum, default_value_t, value_name = "SET")]
    factors: FactorSet,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct IntensityArguments {
    /// Grid zone, such as DE, US-EGRID-CAMX or CN-BJ
    #[arg(long, value_name = "ZONE", required_unless_present = "region", conflicts_with = "region")]
    zone: Option<String>,
    /// Cloud region, such as aws/us-east-1
    #[arg(long, value_name = "CLOUD/REGION")]
    region: Option<String>,
    /// When the electricity is used; the newest factor by default
    #[arg(long, value_name = "TIME", value_parser = number::moment)]
    at: Option<Timestamp>,
    /// Set of grid factors to use
    #[arg(long, value_enum, default_value_t, value_name = "SET")]
    factors: FactorSet,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(command: &GridCommand) -> Result<(), Failure> {
    match command {
        GridCommand::Zones(zones) => list(zones),
        GridCommand::Intensity(intensity) => show(intensity),
        GridCommand::Import(import) => send(import),
        GridCommand::Best(arguments) => greener::run(arguments),
        GridCommand::Providers(arguments) => providers::list(arguments),
        GridCommand::Sync(arguments) => providers::sync(arguments),
    }
}

fn send(arguments: &ImportArguments) -> Result<(), Failure> {
    let unreadable = |cause| Failure::Usage(format!("{}: {cause}", arguments.file.display()));
    let file = std::fs::read(&arguments.file).map_err(unreadable)?;
    let query = ImportQuery {
        zone: arguments.zone.as_str().into(),
        publisher: arguments.publisher.clone(),
        edition: arguments.edition.clone(),
        licence: arguments.licence.clone(),
        basis: arguments.basis,
        gas: arguments.gas,
        accounting: arguments.accounting,
        status: arguments.status,
        minutes: Some(arguments.minutes),
    };
    let path = with_query("/grid/factors", &query)?;
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.post_csv::<Verbatim>(&path, &file)?);
    }
    let imported: ImportDocument = client.post_csv(&path, &file)?;
    let intervals = counted(imported.rows as u64, "interval", "intervals");
    let mut page = format!("{intervals}, {} of them new\n", imported.new);
    if let Some(command) = imported.restate {
        let entries = counted(imported.outdated_entries as u64, "posted entry", "posted entries");
        let _ = writeln!(page, "{entries} would now get another factor; to restate:\n{command}");
    }
    print::text(&page)
}

fn list(arguments: &ZonesArguments) -> Result<(), Failure> {
    let library = arguments.factors.open()?;
    let filter = arguments.filter.as_deref().unwrap_or("").to_lowercase();
    let matches = |text: &str| text.to_lowercase().contains(&filter);
    let mut factors: Vec<&Factor> =
        library.factors().iter().filter(|factor| matches(factor.zone.as_str()) || matches(&factor.name)).collect();
    factors.sort_by_key(|factor| (&factor.zone, factor.period.start()));
    if arguments.json {
        let documents: Vec<FactorDocument> = factors.into_iter().map(FactorDocument::from).collect();
        return print::json(&documents);
    }
    if factors.is_empty() {
        return Err(Failure::Usage(format!("no zone contains {filter:?}: `wattledger grid zones` lists all zones")));
    }
    print::text(&table(&factors))
}

fn table(factors: &[&Factor]) -> String {
    let mut table = TextTable::new([
        left("zone"),
        left("name"),
        right("g/kWh"),
        left("gas"),
        left("basis"),
        left("accounting"),
        left("period"),
        left("publisher"),
    ]);
    for factor in factors {
        table.row(vec![
            factor.zone.to_string(),
            factor.name.clone(),
            format!("{:.1}", f64::from(factor.intensity.milligrams_per_kwh()) / 1e3),
            factor.gas.to_string(),
            factor.basis.to_string(),
            factor.accounting.to_string(),
            factor.period_in_words(),
            factor.publisher.clone(),
        ]);
    }
    format!("{table}\n{}\n", counted(factors.len() as u64, "factor", "factors"))
}

fn show(arguments: &IntensityArguments) -> Result<(), Failure> {
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
    let asked = if factor.zone == choice.asked.as_str() { String::new() } else { format!(", for {}", choice.asked) };
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
