//! `wattledger explain`: from an entry, or from a sum, back to what it is made of.

use super::client::{ServerArguments, escaped};
use super::ledger::{amounts, share, text};
use super::table::{Lean, Table, significant};
use super::{Failure, number, print};
use crate::moment;
use clap::Args;
use serde_json::Value;
use std::collections::BTreeSet;
use units::Timestamp;

/// Follow a ledger entry back to its windows and batches, or split a sum into final, provisional and open
#[derive(Args)]
pub(crate) struct Explain {
    /// Number of an entry
    #[arg(value_name = "ENTRY", required_unless_present = "Selection", conflicts_with = "Selection")]
    entry: Option<u64>,
    #[command(flatten)]
    selection: Option<Selection>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which part of the ledger: every condition that is given holds.
#[derive(Args)]
struct Selection {
    /// What starts at or after this moment: a UTC date, or 2026-03-01T12:00Z
    #[arg(long, value_name = "D", value_parser = number::moment)]
    from: Option<Timestamp>,
    /// What starts before this moment
    #[arg(long, value_name = "D", value_parser = number::moment)]
    to: Option<Timestamp>,
    /// A closed period, as it was closed: ID, or ID.VERSION
    #[arg(long, value_name = "ID")]
    period: Option<String>,
    /// Of this project's jobs
    #[arg(long, value_name = "P")]
    project: Option<String>,
    /// Of this job
    #[arg(long, value_name = "ID")]
    job: Option<String>,
    /// On this node
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// At this site
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// That starts in this month
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<String>,
    /// That starts on this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<String>,
    /// That starts in this hour, as a report by hour names it
    #[arg(long, value_name = "HOUR")]
    hour: Option<String>,
    /// Whose hour, day or month that is, such as Europe/Berlin; UTC without it
    #[arg(long, value_name = "ZONE")]
    timezone: Option<chrono_tz::Tz>,
    /// Of jobs with this label
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::run::label_text)]
    label: Option<String>,
    /// Of jobs that lack it: project, or label:KEY
    #[arg(long, value_name = "WHAT")]
    without: Option<String>,
    /// Held by nobody; `--idle false`: held by jobs
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    idle: Option<bool>,
}

impl Selection {
    fn query(&self) -> String {
        let pairs = [
            ("from", self.from.map(moment::show)),
            ("to", self.to.map(moment::show)),
            ("period", self.period.clone()),
            ("project", self.project.clone()),
            ("job", self.job.clone()),
            ("node", self.node.clone()),
            ("site", self.site.clone()),
            ("month", self.month.clone()),
            ("day", self.day.clone()),
            ("hour", self.hour.clone()),
            ("timezone", self.timezone.map(|zone| zone.name().to_owned())),
            ("label", self.label.clone()),
            ("without", self.without.clone()),
            ("idle", self.idle.map(|idle| idle.to_string())),
        ];
        let given = pairs.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        given.map(|(name, value)| format!("{name}={}", escaped(&value))).collect::<Vec<_>>().join("&")
    }
}

/// Prints the explanation.
pub(crate) fn run(arguments: &Explain) -> Result<(), Failure> {
    let path = match (&arguments.entry, &arguments.selection) {
        (Some(entry), _) => format!("/ledger/entries/{entry}/explain"),
        (None, Some(selection)) => format!("/ledger/explain?{}", selection.query()),
        (None, None) => return Err(Failure::Usage("give the number of an entry, or what to split".to_owned())),
    };
    let explained: Value = arguments.server.client()?.get(&path)?;
    if arguments.json {
        return print::json(&explained);
    }
    print::text(&if arguments.entry.is_some() { entry(&explained) } else { sum(&explained) })
}

fn entry(explained: &Value) -> String {
    let (entry, factor) = (&explained["entry"], &explained["factor"]);
    let mut page = String::new();
    for key in ["id", "kind", "reason", "job", "project", "node", "site", "component", "period_start", "period_end"] {
        page.push_str(&format!("{key:<22}{}\n", text(&entry[key])));
    }
    for key in ["energy_mj", "intensity_mg_per_kwh", "co2e_ug", "pue_ppm", "overhead_mj", "overhead_co2e_ug", "hash"] {
        page.push_str(&format!("{key:<22}{}\n", text(&entry[key])));
    }
    for key in ["zone", "period", "accounting", "basis", "status", "publisher", "edition", "licence"] {
        page.push_str(&format!("{:<22}{}\n", format!("factor {key}"), text(&factor[key])));
    }
    format!("{page}\n{}\n{}", windows(explained), batches(explained))
}

fn windows(explained: &Value) -> Table {
    let columns = ["mJ", "start", "end", "device", "method", "batch"];
    let mut table = Table::new(&columns.map(|column| (column, if column == "mJ" { Lean::Right } else { Lean::Left })));
    for found in explained["windows"].as_array().into_iter().flatten() {
        let window = &found["window"];
        let cells = [
            &found["energy_mj"],
            &found["start"],
            &found["end"],
            &window["device"],
            &window["method"],
            &found["batch"]["batch"],
        ];
        table.row(cells.map(text).to_vec());
    }
    table
}

/// The stored batches that the windows are from, each once, with what each posted.
fn batches(explained: &Value) -> Table {
    let columns = ["batch", "agent", "boot", "sequence", "sha256"];
    let mut table = Table::new(&columns.map(|column| (column, Lean::Left)));
    let mut seen = BTreeSet::new();
    for found in explained["windows"].as_array().into_iter().flatten() {
        if seen.insert(found["batch"]["batch"].as_i64()) {
            table.row(columns.map(|key| text(&found["batch"][key])).to_vec());
        }
    }
    table
}

fn sum(explained: &Value) -> String {
    let mut parts = Table::new(&[
        ("", Lean::Left),
        ("energy", Lean::Right),
        ("CO2e", Lean::Right),
        ("overhead", Lean::Right),
        ("its CO2e", Lean::Right),
        ("coverage", Lean::Right),
        ("measured", Lean::Right),
        ("of", Lean::Left),
    ]);
    for name in ["final", "provisional", "open", "total"] {
        let part = &explained[name];
        let of = match (part["entries"].as_i64(), part["accounts"].as_i64()) {
            (Some(entries), _) => counted(entries, "entry", "entries"),
            (_, Some(accounts)) => counted(accounts, "account", "accounts"),
            _ => String::new(),
        };
        let mut row = vec![name.to_owned()];
        row.extend(amounts(part).into_iter().chain(amounts(&part["overhead"])));
        row.extend([share(part, "coverage"), share(part, "measured_share"), of]);
        parts.row(row);
    }
    let links = ["final", "provisional"].map(|name| format!("{name:<12}{}\n", text(&explained[name]["link"])));
    format!("{parts}\n{}\n{}", factors(explained), links.concat())
}

fn counted(number: i64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

fn factors(explained: &Value) -> Table {
    let columns = ["g/kWh", "zone", "period", "basis", "accounting", "status", "publisher", "edition", "energy"];
    let mut table = Table::new(&columns.map(|column| (column, Lean::Left)));
    for factor in explained["factors"].as_array().into_iter().flatten() {
        let grams = |key: &str| significant(factor[key].as_f64().unwrap_or(0.0) / 1e3, 6);
        let (low, high) = (grams("intensity_min_mg_per_kwh"), grams("intensity_max_mg_per_kwh"));
        let mut row = vec![if low == high { low } else { format!("{low} to {high}") }];
        row.extend(
            ["zone", "period", "basis", "accounting", "status", "publisher", "edition"].map(|key| text(&factor[key])),
        );
        row.push(format!("{} kWh", significant(factor["energy_mj"].as_f64().unwrap_or(0.0) / 3.6e9, 4)));
        table.row(row);
    }
    table
}
