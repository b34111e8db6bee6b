//! `wattledger compare`: jobs of a service side by side.

use super::client::{ServerArguments, escaped};
use super::ledger::cost;
use super::table::{Lean, Table, significant};
use super::{Failure, print, show};
use clap::Args;
use serde_json::Value;

/// Compare the footprints of two to six jobs
#[derive(Args)]
pub(crate) struct Arguments {
    /// Ids of the jobs, as listed by `wattledger jobs`
    #[arg(value_name = "ID", num_args = 2..=6, required = true)]
    ids: Vec<String>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the comparison.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let ids: Vec<String> = arguments.ids.iter().map(|id| format!("id={}", escaped(id))).collect();
    let compared: Value = arguments.server.client()?.get(&format!("/jobs/compare?{}", ids.join("&")))?;
    if arguments.json {
        return print::json(&compared);
    }
    let jobs: Vec<&Value> = compared["jobs"].as_array().into_iter().flatten().collect();
    let names: Vec<&str> = jobs.iter().map(|job| job["id"].as_str().unwrap_or("-")).collect();
    let columns = std::iter::once(("", Lean::Left)).chain(names.iter().map(|name| (*name, Lean::Right)));
    let mut table = Table::new(&columns.collect::<Vec<_>>());
    for (label, cell) in ROWS {
        table.row(std::iter::once((*label).to_owned()).chain(jobs.iter().map(|job| cell(job))).collect());
    }
    if jobs.iter().any(|job| job["footprint"]["total"]["energy_cost"].as_array().is_some_and(|costs| !costs.is_empty()))
    {
        let costs = jobs.iter().map(|job| cost(&job["footprint"]["total"]));
        table.row(std::iter::once("energy cost".to_owned()).chain(costs).collect());
    }
    print::text(&format!(
        "{table}held idle: accelerator time below {} % of the power limit\n",
        compared["held_idle_below_percent_of_limit"]
    ))
}

type Row = (&'static str, fn(&Value) -> String);

const ROWS: &[Row] = &[
    ("project", |job| job["project"].as_str().unwrap_or("-").to_owned()),
    ("duration", |job| shown(&job["duration_s"], show::duration)),
    ("device hours", |job| shown(&job["device_hours"], |hours| significant(hours, 4))),
    ("energy", |job| shown(&job["energy_kwh"], |kwh| format!("{} kWh", significant(kwh, 4)))),
    ("CO2e", |job| shown(&job["co2e_g"], show::mass)),
    ("kWh per device hour", |job| shown(&job["energy_kwh_per_device_hour"], |kwh| significant(kwh, 4))),
    ("mean W per device", |job| shown(&job["power_mean_mw_per_device"], |power| format!("{:.1}", power / 1e3))),
    ("g CO2e per kWh", |job| shown(&job["intensity_g_per_kwh"], |grams| significant(grams, 4))),
    ("held idle", |job| shown(&job["held_idle_share"], |share| format!("{:.1} %", share * 100.0))),
    ("coverage", |job| shown(&job["footprint"]["quality"]["coverage"], |share| format!("{:.1} %", share * 100.0))),
];

/// A number as people read it; what is unknown is a dash.
fn shown(value: &Value, text: impl Fn(f64) -> String) -> String {
    value.as_f64().map_or_else(|| "-".to_owned(), text)
}
