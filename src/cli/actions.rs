//! `wattledger actions`: what was administered, by whom and when.

use super::client::ServerArguments;
use super::ledger::text;
use super::show::to_the_second;
use super::table::{Lean, Table};
use super::{Failure, print};
use clap::Args;

/// List what was administered, by which token and when, the last first
///
/// Sites, prices, factors, tokens, projects, periods, statements about jobs. Needs scope admin.
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
    let actions = arguments.server.client()?.list("/ledger/actions?limit=1000")?;
    if arguments.json {
        return print::json(&actions);
    }
    let columns = ["id", "at", "by", "kind", "subject", "body"];
    let mut table = Table::new(&columns.map(|column| (column, Lean::Left)));
    for action in &actions {
        table.row(columns.map(|column| to_the_second(text(&action[column]))).to_vec());
    }
    print::text(&table.to_string())
}
