//! `wattledger grid`: the factor library.

use super::client::{ServerArguments, Verbatim, with_query};
use super::failure::Failure;
use super::grid_arguments::FactorSet;
use super::grid_import::ImportArguments;
use super::show::counted;
use super::table::{TextTable, left, right};
use super::{greener, number, print, providers};
use crate::grid::Factor;
use crate::{decimal, moment};
use api::{ChoiceDocument, FactorDocument, IntensityQuery};
use clap::{Args, Subcommand};
use std::fmt::Write;
use units::Timestamp;

/// Look up grid carbon intensities, and import them into a service
#[derive(Subcommand)]
pub(crate) enum GridCommand {
    /// List grid zones and their factors
    Zones(ZonesArguments),
    /// Show the factor of a zone or cloud region, its type, and how it was chosen
    Intensity(IntensityArguments),
    /// Import a file of carbon intensities into a service
    ///
    /// The content says what it is. CSV: datetime_utc (start of the interval) and g_per_kwh, direct_g or lifecycle_g, or generation by the fuels of form
    /// EIA-930 in MW; an hourly file of Electricity Maps; a yearly table as it is bundled. XML: document A75 of ENTSO-E. JSON: an answer of EIA. What
    /// cannot be right is refused with its place.
    Import(Box<ImportArguments>),
    /// Find the start with the lowest carbon intensity for a job
    Best(greener::BestArguments),
    /// List the providers of live factors: what each needs and how it does
    Providers(providers::ProvidersArguments),
    /// Have a service ask its providers for their newest values now
    Sync(providers::SyncProviderArguments),
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
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(command: &GridCommand) -> Result<(), Failure> {
    match command {
        GridCommand::Zones(zones) => list(zones),
        GridCommand::Intensity(intensity) => show(intensity),
        GridCommand::Import(import) => super::grid_import::run(import),
        GridCommand::Best(arguments) => greener::run(arguments),
        GridCommand::Providers(arguments) => providers::list(arguments),
        GridCommand::Sync(arguments) => providers::sync(arguments),
    }
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
    if arguments.server.named().is_some() {
        return show_of_service(arguments);
    }
    let library = arguments.factors.open()?;
    let choice = match (&arguments.zone, &arguments.region) {
        (Some(zone), _) => library.choose(zone, arguments.at)?,
        (None, region) => library.choose_region(region.as_deref().unwrap_or(""), arguments.at)?,
    };
    let document = ChoiceDocument::from(&choice);
    if arguments.json {
        print::json(&document)
    } else {
        print::text(&page(&document, &choice.factor.period_in_words()))
    }
}

/// What the service knows comes before the library alone: the factor that its ledger uses.
fn show_of_service(arguments: &IntensityArguments) -> Result<(), Failure> {
    let query = IntensityQuery {
        zone: arguments.zone.clone(),
        region: arguments.region.clone(),
        site: None,
        at: arguments.at.map(moment::show),
        marginal: false,
    };
    let path = with_query("/grid/intensity", &query)?;
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.get::<Verbatim>(&path)?);
    }
    let document: ChoiceDocument = client.get(&path)?;
    print::text(&page(&document, &document.factor.period))
}

fn page(choice: &ChoiceDocument, period: &str) -> String {
    let factor = &choice.factor;
    let value = decimal::format(i128::from(factor.intensity_mg_per_kwh), 3);
    let mut page = format!("{value} g {}/kWh, {}, {}\n\n", factor.gas, factor.basis, factor.accounting);
    let asked =
        if factor.zone == choice.requested.as_str() { String::new() } else { format!(", for {}", choice.requested) };
    for (label, text) in [
        ("zone", format!("{} ({}){asked}", factor.zone, factor.name)),
        ("period", period.to_owned()),
        ("publisher", factor.publisher.clone()),
        ("edition", factor.edition.clone()),
        ("licence", factor.licence.clone()),
        ("fallback", format!("step {} of 6, {}", choice.fallback_step, choice.fallback)),
    ] {
        let _ = writeln!(page, "{label:<11}{text}");
    }
    if choice.basis_changed {
        page.push_str("of another basis, gas or accounting than wanted\n");
    }
    for note in &choice.notes {
        let _ = writeln!(page, "note: {note}");
    }
    page
}
