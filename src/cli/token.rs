//! `wattledger token`: access to a service.

use super::client::ServerArguments;
use super::show::to_the_second;
use super::table::{Lean, Table};
use super::{Failure, number, print};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

/// Access to the service: make, list and revoke tokens
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a token and print it, this once
    Create(Create),
    /// List tokens, without their secrets
    List(List),
    /// Revoke a token, at once and for ever
    Revoke(Revoke),
}

#[derive(Args)]
struct Create {
    /// Who or what will use it
    name: String,
    /// What it may do: ingest, read, admit, admin; several with commas
    #[arg(long, value_name = "SCOPE", required = true, value_delimiter = ',')]
    scope: Vec<String>,
    /// The only project it may see or change
    #[arg(long, value_name = "P")]
    project: Option<String>,
    /// From when on it is refused, such as 2026-12-31
    #[arg(long, value_name = "TIME", value_parser = expiry)]
    expires: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct List {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Revoke {
    /// Id of the token, as listed
    #[arg(value_parser = id)]
    id: String,
    #[command(flatten)]
    server: ServerArguments,
}

fn expiry(text: &str) -> Result<String, String> {
    number::moment(text).map(crate::moment::show)
}

fn id(text: &str) -> Result<String, String> {
    let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { Ok(text.to_owned()) } else { Err("an id has 16 hexadecimal digits: `wattledger token list`".to_owned()) }
}

#[derive(Serialize)]
struct Request<'a> {
    name: &'a str,
    scopes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
struct NewToken {
    id: String,
    token: String,
}

#[derive(Serialize, Deserialize)]
struct Token {
    id: String,
    name: String,
    scopes: Vec<String>,
    project: Option<String>,
    created: String,
    expires: Option<String>,
    last_used: Option<String>,
    revoked: Option<String>,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Create(create) => make(create),
        Command::List(list) => show(list),
        Command::Revoke(revoke) => revoke.server.client()?.delete(&format!("/tokens/{}", revoke.id)),
    }
}

fn make(arguments: &Create) -> Result<(), Failure> {
    let request = Request {
        name: &arguments.name,
        scopes: &arguments.scope,
        project: arguments.project.as_deref(),
        expires: arguments.expires.as_deref(),
    };
    let made: NewToken = arguments.server.client()?.post("/tokens", &request)?;
    if arguments.json { print::json(&made) } else { print::text(&format!("{}\n", made.token)) }
}

fn show(arguments: &List) -> Result<(), Failure> {
    let tokens = arguments.server.client()?.list("/tokens?limit=1000")?;
    let tokens: Vec<Token> =
        tokens.into_iter().map(serde_json::from_value).collect::<Result<_, _>>().map_err(anyhow::Error::from)?;
    if arguments.json { print::json(&tokens) } else { print::text(&table(tokens).to_string()) }
}

fn table(tokens: Vec<Token>) -> Table {
    let columns = ["id", "name", "scopes", "project", "created", "last used", "state"];
    let mut table = Table::new(&columns.map(|column| (column, Lean::Left)));
    for token in tokens {
        let state = match (token.revoked, token.expires) {
            (Some(revoked), _) => format!("revoked {}", to_the_second(revoked)),
            (None, Some(expires)) => format!("expires {}", to_the_second(expires)),
            (None, None) => "valid".to_owned(),
        };
        let scopes = token.scopes.join(",");
        let project = token.project.unwrap_or_else(|| "all".to_owned());
        let last_used = token.last_used.map_or_else(|| "never".to_owned(), to_the_second);
        table.row(vec![token.id, token.name, scopes, project, to_the_second(token.created), last_used, state]);
    }
    table
}
