//! `wattledger grid import`: a file of carbon intensities into a service.

use super::client::{ServerArguments, Verbatim, with_query};
use super::failure::Failure;
use super::print;
use super::show::counted;
use super::words::{one_of, word};
use api::{ImportDocument, ImportQuery};
use clap::Args;
use model::{Accounting, Basis, FactorStatus, FactorUnit, Gas};
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct ImportArguments {
    /// File to import, plain or gzipped: CSV, an answer of ENTSO-E (XML) or one of EIA (JSON)
    file: PathBuf,
    /// Grid zone, such as DE; of a file that names zones, the one to take
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Unit of the values; g/kWh by default
    #[arg(long, value_name = "UNIT", value_parser = unit)]
    unit: Option<FactorUnit>,
    /// Publisher of the values; `not stated` by default
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
    /// Edition of the values, `not stated` by default; values of an edition never change, and a newer edition takes precedence over an older one
    #[arg(long, value_name = "NAME")]
    edition: Option<String>,
    /// Licence of the values; `not stated` by default
    #[arg(long, value_name = "NAME")]
    licence: Option<String>,
    /// Basis of a column g_per_kwh, lifecycle by default; of a file with both bases, the one to take
    #[arg(long, value_name = "BASIS", value_parser = one_of::<Basis>(&["direct", "lifecycle"]))]
    basis: Option<Basis>,
    /// Which gases the values count; CO2e by default
    #[arg(long, value_name = "GAS", value_parser = one_of::<Gas>(&["CO2", "CO2e"]))]
    gas: Option<Gas>,
    /// Whose electricity the values describe; unspecified by default
    #[arg(long, value_name = "ACCOUNTING", value_parser = one_of::<Accounting>(&["production", "consumption", "marginal", "residual", "supplier", "unspecified"]))]
    accounting: Option<Accounting>,
    /// How far the values can be relied on; measured by default
    #[arg(long, value_name = "STATUS", value_parser = one_of::<FactorStatus>(&["measured", "estimated", "provisional", "forecast", "fallback"]))]
    status: Option<FactorStatus>,
    /// Length of each interval in minutes: 5, 10, 15, 20, 30, 60 or 1440; by default as far apart as most of the starts
    #[arg(long, value_name = "N")]
    minutes: Option<u64>,
    /// Year of a table that says none; by default that of the bundled edition whose values it has
    #[arg(long, value_name = "YEAR")]
    year: Option<i32>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn unit(text: &str) -> Result<FactorUnit, String> {
    text.parse().map_err(|error: model::UnknownWord| error.to_string())
}

/// Sends the file, and shows what became of it.
pub(crate) fn run(arguments: &ImportArguments) -> Result<(), Failure> {
    let unreadable = |cause| Failure::Usage(format!("{}: {cause}", arguments.file.display()));
    let file = std::fs::read(&arguments.file).map_err(unreadable)?;
    let query = ImportQuery {
        zone: arguments.zone.as_deref().map(Into::into),
        name: arguments.file.file_name().map(|name| name.to_string_lossy().into_owned()),
        publisher: arguments.publisher.clone(),
        edition: arguments.edition.clone(),
        licence: arguments.licence.clone(),
        basis: arguments.basis,
        gas: arguments.gas,
        accounting: arguments.accounting,
        status: arguments.status,
        minutes: arguments.minutes,
        unit: arguments.unit,
        year: arguments.year,
    };
    let answer: Verbatim = arguments.server.client()?.post_csv(&with_query("/grid/factors", &query)?, &file)?;
    let imported: ImportDocument = serde_json::from_value(answer.clone()).map_err(anyhow::Error::from)?;
    let shown = if arguments.json { print::json(&answer) } else { print::text(&page(&imported)) };
    shown?;
    if imported.taken == 0 && imported.refused > 0 {
        return Err(Failure::Usage("nothing of the file was taken".to_owned()));
    }
    Ok(())
}

fn page(imported: &ImportDocument) -> String {
    let mut page = format!("taken {}, refused {}\n", imported.taken, imported.refused);
    for refusal in &imported.refusals {
        let _ = writeln!(page, "{}: {}", refusal.place, refusal.reason);
    }
    for series in &imported.series {
        let kind = format!("{}, {}, {}", series.basis, series.gas, word(&series.accounting));
        let from = format!("publisher {}, edition {}, licence {}", series.publisher, series.edition, series.licence);
        let values = counted(series.values as u64, "value", "values");
        let _ = writeln!(page, "{}: {values}, {kind}; {from}", series.zone);
    }
    let ImportDocument { new, unchanged, revised, .. } = imported;
    let _ = writeln!(page, "{new} new, {unchanged} known already, {revised} revised");
    if imported.gaps > 0 {
        let rows = counted(imported.gaps as u64, "row", "rows");
        let _ =
            writeln!(page, "{rows} without a value: a gap, for which the next step of the fallback order stands in");
    }
    if imported.other_zones > 0 {
        let _ = writeln!(page, "{} of other zones left out", counted(imported.other_zones as u64, "row", "rows"));
    }
    if imported.entries > 0 {
        let entries = counted(imported.entries.unsigned_abs(), "entry", "entries");
        let _ = writeln!(page, "{entries} posted because of better values, reversals included");
    }
    if let Some(command) = &imported.restate {
        let entries = counted(imported.outdated_entries as u64, "posted entry", "posted entries");
        let _ = writeln!(page, "{entries} would now get another factor; to restate:\n{command}");
    }
    page
}
