//! `wattledger token`: access tokens of a service.

use super::client::ServerArguments;
use super::enroll::{CreateCode, make_code};
use super::failure::Failure;
use super::show::to_the_second;
use super::table::{TextTable, left};
use super::{number, print};
use crate::escape::escaped;
use api::{EnrolmentCodeDocument, NewToken, NodeTokenRequest, TokenDocument, TokenRequest};
use clap::{Args, Subcommand};
use model::{NodeName, ProjectName, Scope, TokenId};

/// Create, list and revoke access tokens
#[derive(Subcommand)]
pub(crate) enum TokenCommand {
    /// Create a token and print it; it is never shown again
    Create(CreateToken),
    /// List tokens, without their secrets
    List(ListTokens),
    /// Revoke a token, immediately and permanently
    Revoke(RevokeToken),
    Code(CreateCode),
    /// List enrolment codes, without their secrets, and how often each was used
    Codes(ListTokens),
    /// End an enrolment code, immediately and permanently
    EndCode(EndCode),
    /// Have a token speak for nodes from now on, in place of the one that did
    Bind(BindToken),
}

#[derive(Args)]
pub(crate) struct CreateToken {
    /// Who or what will use the token
    name: String,
    /// What the token permits: ingest, read, admit or admin; separate several with commas
    #[arg(long, value_name = "SCOPE", required = true, value_delimiter = ',')]
    scope: Vec<Scope>,
    /// Restrict the token to this project
    #[arg(long, value_name = "P")]
    project: Option<String>,
    /// When the token expires, such as 2026-12-31
    #[arg(long, value_name = "TIME", value_parser = expiry)]
    expires: Option<String>,
    /// Let it take the place of this token: both speak for the same nodes until the old one is revoked
    #[arg(long, value_name = "ID", value_parser = id)]
    succeeds: Option<String>,
    /// Restrict the token to these nodes; separate several with commas
    #[arg(long, value_name = "NODE", value_delimiter = ',')]
    nodes: Option<Vec<String>>,
    /// Let it only say which jobs hold the devices of these nodes, from now on, as hooks of a scheduler do
    #[arg(long, requires = "nodes")]
    holders_only: bool,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct ListTokens {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct RevokeToken {
    /// Id of the token, as listed by `wattledger token list`
    #[arg(value_parser = id)]
    id: String,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Args)]
pub(crate) struct EndCode {
    /// Id of the code, as listed by `wattledger token codes`
    #[arg(value_parser = id)]
    id: String,
    #[command(flatten)]
    server: ServerArguments,
}

#[derive(Args)]
pub(crate) struct BindToken {
    /// Id of the token, as listed by `wattledger token list`
    #[arg(value_parser = id)]
    id: String,
    /// Nodes that it speaks for from now on
    #[arg(value_name = "NODE", required = true)]
    nodes: Vec<String>,
    #[command(flatten)]
    server: ServerArguments,
}

pub(super) fn expiry(text: &str) -> Result<String, String> {
    number::moment(text).map(crate::moment::show)
}

fn id(text: &str) -> Result<String, String> {
    let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id {
        Ok(text.to_owned())
    } else {
        Err("an id has 16 hexadecimal digits; `wattledger token list` shows those of tokens, and `token codes` those of codes".to_owned())
    }
}

/// Runs the subcommand.
pub(crate) fn run(command: &TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Create(create) => make(create),
        TokenCommand::List(list) => show(list),
        TokenCommand::Revoke(revoke) => revoke.server.client()?.delete(&format!("/tokens/{}", revoke.id)),
        TokenCommand::Bind(bind) => bind_nodes(bind),
        TokenCommand::Code(code) => make_code(code),
        TokenCommand::Codes(list) => codes(list),
        TokenCommand::EndCode(EndCode { id, server }) => server.client()?.delete(&format!("/enrolment-codes/{id}")),
    }
}

fn make(arguments: &CreateToken) -> Result<(), Failure> {
    let request = TokenRequest {
        name: arguments.name.clone(),
        scopes: arguments.scope.clone(),
        project: arguments.project.as_deref().map(ProjectName::from),
        expires: arguments.expires.clone(),
        succeeds: arguments.succeeds.as_deref().map(TokenId::from),
        nodes: arguments.nodes.as_ref().map(|nodes| nodes.iter().map(|node| node.as_str().into()).collect()),
        holders_only: arguments.holders_only,
    };
    let made: NewToken = arguments.server.client()?.post("/tokens", &request)?;
    if arguments.json { print::json(&made) } else { print::text(&format!("{}\n", made.token)) }
}

fn bind_nodes(arguments: &BindToken) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let request = NodeTokenRequest { token: TokenId::from(arguments.id.as_str()) };
    arguments.nodes.iter().try_for_each(|node| client.call(&format!("/nodes/{}/token", escaped(node)), &request))
}

fn show(arguments: &ListTokens) -> Result<(), Failure> {
    let tokens: Vec<TokenDocument> = arguments.server.client()?.list("/tokens")?;
    if arguments.json { print::json(&tokens) } else { print::text(&table(tokens).to_string()) }
}

fn codes(arguments: &ListTokens) -> Result<(), Failure> {
    let codes: Vec<EnrolmentCodeDocument> = arguments.server.client()?.list("/enrolment-codes")?;
    if arguments.json {
        return print::json(&codes);
    }
    let mut table = TextTable::new(["id", "name", "project", "used", "created", "expires", "state"].map(left));
    for code in codes {
        let state = code.revoked.map_or_else(|| "open".to_owned(), |at| format!("ended {}", to_the_second(at)));
        table.row(vec![
            code.id.into_string(),
            code.name,
            code.project.map_or_else(|| "all".to_owned(), ProjectName::into_string),
            format!("{} of {}", code.uses, code.uses_max),
            to_the_second(code.created),
            to_the_second(code.expires),
            state,
        ]);
    }
    print::text(&table.to_string())
}

fn table(tokens: Vec<TokenDocument>) -> TextTable {
    let columns = ["id", "name", "scopes", "project", "nodes", "created", "last used", "state"];
    let mut table = TextTable::new(columns.map(left));
    for token in tokens {
        let state = match (token.revoked, token.expires) {
            (Some(revoked), _) => format!("revoked {}", to_the_second(revoked)),
            (None, Some(expires)) => format!("expires {}", to_the_second(expires)),
            (None, None) => "valid".to_owned(),
        };
        let scopes = token.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(",");
        let project = token.project.map_or_else(|| "all".to_owned(), ProjectName::into_string);
        let nodes = token.nodes.as_deref().map_or_else(|| "-".to_owned(), words);
        let last_used = token.last_used.map_or_else(|| "never".to_owned(), to_the_second);
        table.row(vec![
            token.id.into_string(),
            token.name,
            scopes,
            project,
            nodes,
            to_the_second(token.created),
            last_used,
            state,
        ]);
    }
    table
}

/// The first of the nodes, and how many more there are.
fn words(nodes: &[NodeName]) -> String {
    match nodes {
        [] => "none".to_owned(),
        [node] => node.to_string(),
        [node, more @ ..] => format!("{node} and {} more", more.len()),
    }
}
