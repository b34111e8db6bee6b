//! `wattledger actions`: the log of administrative actions.

use super::client::{ServerArguments, Verbatim};
use super::failure::Failure;
use super::print;
use super::show::to_the_second;
use super::table::{TextTable, left};
use super::words::or_dash;
use api::ActionDocument;
use clap::Args;

/// List administrative actions, newest first: what was done, by which token, and when
///
/// Covers sites, prices, factors, tokens, projects, periods, budgets and statements about jobs. Needs the scope admin.
#[derive(Args)]
pub(crate) struct ActionsArguments {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the list.
pub(crate) fn run(arguments: &ActionsArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.list::<Verbatim>("/ledger/actions")?);
    }
    let mut table = TextTable::new(["id", "at", "by", "kind", "subject", "body"].map(left));
    for action in client.list::<ActionDocument>("/ledger/actions")? {
        let (id, at) = (action.id.to_string(), to_the_second(action.at));
        let (by, body) = (or_dash(action.by.as_ref()), or_dash(action.body.as_ref()));
        table.row(vec![id, at, by, action.kind.to_string(), action.subject, body]);
    }
    print::text(&table.to_string())
}
