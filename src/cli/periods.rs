//! `wattledger periods` and `restate`: closed figures, and corrections with a reason.

use super::client::{ServerArguments, escaped};
use super::ledger::{amounts, text};
use super::show::to_the_second;
use super::table::{Lean, Table};
use super::{Failure, number, print};
use crate::moment;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use units::Timestamp;

/// Reporting periods: their figures stay as they were closed
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the periods
    List(Common),
    /// Close a period
    Close(Close),
    /// Show a period as closed, as it would be now, and why they differ
    Show(Show),
    /// Take the current figures as the next version; the old ones stay
    Restate(RestatePeriod),
}

#[derive(Args)]
struct Common {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Close {
    /// First moment: a UTC date, or 2026-03-01T12:00Z
    #[arg(long, value_name = "D", value_parser = number::moment)]
    from: Timestamp,
    /// First moment after it, which has passed
    #[arg(long, value_name = "D", value_parser = number::moment)]
    to: Timestamp,
    /// Name of the period; its two dates without it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Show {
    /// Number of the period
    id: u64,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct RestatePeriod {
    /// Number of the period
    id: u64,
    /// Why, for those who read the old figures
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// Post anew, with a reason, what newer factors or another PUE change
#[derive(Args)]
pub(crate) struct Restate {
    /// Entries that start at or after this moment: a UTC date, or 2026-03-01T12:00Z
    #[arg(long, value_name = "D", value_parser = number::moment)]
    from: Timestamp,
    /// Entries that start before this moment
    #[arg(long, value_name = "D", value_parser = number::moment)]
    to: Timestamp,
    /// Why; it stands in every entry that is made
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::List(common) => list(common),
        Command::Close(close) => {
            let range = (moment::show(close.from), moment::show(close.to));
            let asked = json!({ "name": close.name, "from": range.0, "to": range.1 });
            shown(&close.common, &close.common.server.client()?.post("/periods", &asked)?, period)
        }
        Command::Show(show) => {
            shown(&show.common, &show.common.server.client()?.get(&format!("/periods/{}", show.id))?, period)
        }
        Command::Restate(restate) => {
            let path = format!("/periods/{}/restate", escaped(&restate.id.to_string()));
            let asked = json!({ "reason": restate.reason });
            shown(&restate.common, &restate.common.server.client()?.post(&path, &asked)?, period)
        }
    }
}

/// Restates, and prints old, new and difference.
pub(crate) fn restate(arguments: &Restate) -> Result<(), Failure> {
    let (from, to) = (moment::show(arguments.from), moment::show(arguments.to));
    let asked = json!({ "from": from, "to": to, "reason": arguments.reason });
    let restated = arguments.common.server.client()?.post("/ledger/restate", &asked)?;
    shown(&arguments.common, &restated, |restated| {
        let figures = comparison([("old", &restated["old"]), ("new", &restated["new"])], restated);
        format!("{} new entries\n\n{figures}", text(&restated["entries"]))
    })
}

fn shown(common: &Common, document: &Value, page: impl Fn(&Value) -> String) -> Result<(), Failure> {
    if common.json { print::json(document) } else { print::text(&page(document)) }
}

fn list(common: &Common) -> Result<(), Failure> {
    let periods = common.server.client()?.list("/periods?limit=1000")?;
    if common.json {
        return print::json(&periods);
    }
    let columns = ["id", "name", "from", "to", "version", "closed"];
    let mut table = Table::new(&columns.map(|column| (column, Lean::Left)));
    for period in &periods {
        table.row(columns.map(|column| to_the_second(text(&period[column]))).to_vec());
    }
    print::text(&table.to_string())
}

fn period(period: &Value) -> String {
    let mut page = String::new();
    for key in ["id", "name", "from", "to", "version"] {
        page.push_str(&format!("{key:<12}{}\n", text(&period[key])));
    }
    let figures = comparison([("closed", &period["closed"]), ("current", &period["current"])], period);
    let mut versions = Table::new(&["version", "closed", "entries", "seal", "reason"].map(|title| (title, Lean::Left)));
    for version in period["versions"].as_array().into_iter().flatten() {
        versions.row(
            ["version", "closed", "entries", "seal", "reason"].map(|key| to_the_second(text(&version[key]))).to_vec(),
        );
    }
    format!("{page}\n{figures}\n{versions}")
}

/// Two sets of figures, their difference, its size and its reasons.
fn comparison(sides: [(&str, &Value); 2], change: &Value) -> String {
    let mut columns = vec![("", Lean::Left)];
    columns.extend(sides.map(|(name, _)| (name, Lean::Right)).into_iter().chain([("delta", Lean::Right)]));
    let mut table = Table::new(&columns);
    for figure in ["total", "idle", "metered", "overhead"] {
        let all = [sides[0].1, sides[1].1, &change["delta"]];
        let cells = all.map(|figures| amounts(&figures[figure]).join(", "));
        table.row(std::iter::once(figure.to_owned()).chain(cells).collect());
    }
    let mut page = table.to_string();
    if let Some(share) = change["change_share"].as_f64().filter(|share| *share > 0.0) {
        let advice = if change["recalculation"] == true { ": recalculate what was published" } else { "" };
        page.push_str(&format!("change {:.2} %{advice}\n", share * 100.0));
    }
    for reason in change["reasons"].as_array().into_iter().flatten() {
        let (entries, words) = (text(&reason["entries"]), text(&reason["reason"]));
        page.push_str(&format!("{entries} entries, {} mJ: {words}\n", text(&reason["energy_mj"])));
    }
    page
}
