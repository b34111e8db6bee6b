//! `wattledger attention`: what needs attention.

use super::client::{ServerArguments, Verbatim};
use super::failure::Failure;
use super::print;
use super::table::{TextTable, left};
use super::words::{or_dash, word};
use api::AttentionItem;
use clap::Args;

/// List what needs attention: late agents, low coverage, idle holdings, stale factors and more
#[derive(Args)]
pub(crate) struct AttentionArguments {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the list.
pub(crate) fn run(arguments: &AttentionArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.list::<Verbatim>("/attention")?);
    }
    let mut table = TextTable::new(["severity", "kind", "since", "message"].map(left));
    for item in client.list::<AttentionItem>("/attention")? {
        table.row(vec![word(&item.severity), item.kind.to_string(), or_dash(item.since.as_ref()), item.message]);
    }
    print::text(&table.to_string())
}
