//! `wattledger grid best`: when a job meets the lowest carbon intensity.

use super::client::{ServerArguments, Verbatim, with_query};
use super::failure::Failure;
use super::print;
use api::{GreenerDocument, GreenerQuery};
use clap::Args;
use model::Outlook;
use std::fmt::Write;

#[derive(Args)]
pub(crate) struct BestArguments {
    /// Grid zone, such as DE
    #[arg(long, value_name = "ZONE", required_unless_present = "site", conflicts_with = "site")]
    zone: Option<String>,
    /// Site, whose zone and wanted factors are taken
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// How long the job runs
    #[arg(long, value_name = "HOURS", value_parser = hours)]
    hours: f64,
    /// How much later than now it may start: 48h, 2d
    #[arg(long, value_name = "TIME", default_value = "48h", value_parser = hours)]
    within: f64,
    /// Mean power of the job with its share of the site, for savings in grams
    #[arg(long, value_name = "W")]
    power_w: Option<f64>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Hours of `6`, `6h` or `2d`.
fn hours(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('d') {
        Some(days) => (days, 24.0),
        None => (text.strip_suffix('h').unwrap_or(text), 1.0),
    };
    let number = number.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    number.map(|number| number * unit).ok_or_else(|| "write hours or days, such as 6, 6h or 2d".to_owned())
}

/// Prints the best start.
pub(crate) fn run(arguments: &BestArguments) -> Result<(), Failure> {
    let query = GreenerQuery {
        zone: arguments.zone.as_deref().map(Into::into),
        site: arguments.site.as_deref().map(Into::into),
        hours: arguments.hours,
        within_h: Some(arguments.within),
        power_w: arguments.power_w,
    };
    let path = with_query("/grid/best", &query)?;
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.get::<Verbatim>(&path)?);
    }
    print::text(&page(&client.get::<GreenerDocument>(&path)?))
}

fn page(best: &GreenerDocument) -> String {
    let mut page = String::new();
    let grams = |value: Option<f64>| value.map_or(String::new(), |grams| format!(", {grams:.0} g"));
    let when = if best.start == best.now { "now" } else { best.start.as_str() };
    let _ = writeln!(page, "start {when}: {:.1} g/kWh over the job{}", best.g_per_kwh, grams(best.co2e_g));
    if best.confidence != Outlook::Unknown {
        for (than, g_per_kwh, percent, saved) in [
            ("a start now", best.now_g_per_kwh, best.saving_to_now_percent, best.saving_to_now_g),
            ("the mean of all starts", best.mean_g_per_kwh, best.saving_to_mean_percent, best.saving_to_mean_g),
        ] {
            let _ = writeln!(page, "saves {percent:.0} %{} against {than} ({g_per_kwh:.1} g/kWh)", grams(saved));
        }
    }
    let sure = match best.confidence {
        Outlook::Forecast => "values and forecasts of these very hours",
        Outlook::Typical => "what is usual at that hour of the week in this month",
        Outlook::Unknown => "nothing tells these hours apart",
    };
    let _ = writeln!(
        page,
        "from  {sure} ({}, {}, {}; {} {})",
        best.basis, best.gas, best.accounting, best.publisher, best.edition
    );
    for note in &best.notes {
        let _ = writeln!(page, "note: {note}");
    }
    page
}
