//! `wattledger compare`: jobs of a service side by side.

use super::client::{ServerArguments, Verbatim, escaped};
use super::failure::Failure;
use super::ledger::cost;
use super::table::{TextTable, left, right, significant};
use super::words::{dash, or_dash};
use super::{print, show};
use api::{Aggregate, CompareDocument, ComparedJob};
use clap::Args;

/// Compare the footprints of two to six jobs
#[derive(Args)]
pub(crate) struct CompareArguments {
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
pub(crate) fn run(arguments: &CompareArguments) -> Result<(), Failure> {
    let ids: Vec<String> = arguments.ids.iter().map(|id| format!("id={}", escaped(id))).collect();
    let path = format!("/jobs/compare?{}", ids.join("&"));
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.get::<Verbatim>(&path)?);
    }
    let compared: CompareDocument = client.get(&path)?;
    let jobs = &compared.jobs;
    let names = jobs.iter().map(|compared| right(compared.job.job.id.as_str()));
    let mut table = TextTable::new(std::iter::once(left("")).chain(names));
    for (label, cell) in ROWS {
        table.row(std::iter::once((*label).to_owned()).chain(jobs.iter().map(cell)).collect());
    }
    if jobs.iter().any(|compared| !total(compared).energy_cost.is_empty()) {
        let costs = jobs.iter().map(|compared| cost(&total(compared).energy_cost));
        table.row(std::iter::once("energy cost".to_owned()).chain(costs).collect());
    }
    print::text(&format!(
        "{table}held idle: share of accelerator time below {} % of the power limit\n",
        compared.held_idle_below_percent_of_limit
    ))
}

fn total(compared: &ComparedJob) -> &Aggregate {
    &compared.job.footprint.total
}

type Row = (&'static str, fn(&ComparedJob) -> String);

const ROWS: &[Row] = &[
    ("project", |of| or_dash(of.job.job.project.as_ref())),
    ("duration", |of| shown(of.job.job.duration_s, show::duration)),
    ("device hours", |of| significant(of.device_hours, 4)),
    ("energy", |of| format!("{} kWh", significant(of.job.energy_kwh, 4))),
    ("CO2e", |of| show::mass(of.job.co2e_g)),
    ("kWh per device hour", |of| shown(of.energy_kwh_per_device_hour, |kwh| significant(kwh, 4))),
    ("mean W per device", |of| shown(of.power_mean_mw_per_device, |power| format!("{:.1}", power as f64 / 1e3))),
    ("g CO2e per kWh", |of| shown(of.intensity_g_per_kwh, |grams| significant(grams, 4))),
    ("held idle", |of| shown(of.held_idle_share, |share| format!("{:.1} %", share * 100.0))),
    ("coverage", |of| format!("{:.1} %", of.job.footprint.quality.coverage * 100.0)),
];

/// A number as people read it; a dash where it is unknown.
fn shown<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(dash, text)
}
