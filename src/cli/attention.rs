//! `wattledger attention`: what needs someone.

use super::client::ServerArguments;
use super::ledger::text;
use super::table::{Lean, Table};
use super::{Failure, print};
use clap::Args;

/// List what needs someone: late agents, low coverage, idle holdings, stale factors and more
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the list.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let items = arguments.server.client()?.list("/attention?limit=1000")?;
    if arguments.json {
        return print::json(&items);
    }
    let mut table = Table::new(&["severity", "kind", "since", "message"].map(|column| (column, Lean::Left)));
    for item in &items {
        table.row(["severity", "kind", "since", "message"].map(|key| text(&item[key])).to_vec());
    }
    print::text(&table.to_string())
}
