//! `wattledger node`: nodes, their devices, and the sites that they stand at.

use super::client::{ServerArguments, Verbatim, escaped, with_query};
use super::failure::Failure;
use super::show::to_the_second;
use super::table::{TextTable, left, right};
use super::words::{or_dash, word};
use super::{number, print};
use crate::moment;
use api::{AssignmentRequest, DeviceDocument, GapDocument, GapQuery, NodeDocument};
use clap::{Args, Subcommand};
use model::{NodeName, SiteName};
use std::collections::BTreeSet;

/// List nodes, and place them at sites
#[derive(Subcommand)]
pub(crate) enum NodeCommand {
    /// List the nodes, the site of each, and when each was last seen
    List(ListNodes),
    Assign(AssignNodes),
    /// List the devices that are metered on each node
    Devices(ListNodes),
    Gaps(ListGaps),
}

#[derive(Args)]
pub(crate) struct ListNodes {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Place nodes at a site
///
/// Energy from then on is the site's, also what is posted already.
#[derive(Args)]
pub(crate) struct AssignNodes {
    /// Names of the nodes, as `wattledger node list` shows them
    #[arg(value_name = "NODE", required = true)]
    nodes: Vec<String>,
    /// Site that they stand at, as `wattledger site list` shows it
    #[arg(long)]
    site: String,
    /// Since when: a date, or 2026-03-01T12:00Z; from the start by default
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
}

/// List the times for which readings are incomplete, with the reasons
#[derive(Args)]
pub(crate) struct ListGaps {
    /// Only gaps of this node
    node: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn since(text: &str) -> Result<String, String> {
    number::moment(text).map(moment::show)
}

/// Runs the subcommand.
pub(crate) fn run(command: &NodeCommand) -> Result<(), Failure> {
    match command {
        NodeCommand::List(arguments) => list(arguments),
        NodeCommand::Assign(arguments) => assign(arguments),
        NodeCommand::Devices(arguments) => devices(arguments),
        NodeCommand::Gaps(arguments) => gaps(arguments),
    }
}

fn list(arguments: &ListNodes) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.list::<Verbatim>("/nodes")?);
    }
    let nodes: Vec<NodeDocument> = client.list("/nodes")?;
    if nodes.is_empty() {
        return print::text("no nodes: `wattledger agent --server URL` on a node sends its readings\n");
    }
    let mut table = TextTable::new(["node", "site", "last seen", "software", "token"].map(left));
    for node in nodes {
        table.row(vec![
            node.name.to_string(),
            node.site.to_string(),
            to_the_second(node.seen),
            node.software,
            or_dash(node.token.as_ref()),
        ]);
    }
    print::text(&table.to_string())
}

fn assign(arguments: &AssignNodes) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let site = SiteName::from(arguments.site.as_str());
    let known: BTreeSet<NodeName> = client.list::<NodeDocument>("/nodes")?.into_iter().map(|node| node.name).collect();
    for name in &arguments.nodes {
        let request = AssignmentRequest { site: site.clone(), since: arguments.since.clone() };
        client.call(&format!("/nodes/{}/site", escaped(name)), &request)?;
        let since = arguments.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
        print::text(&format!("{name} stands at {site}{since}\n"))?;
        if !known.contains(&NodeName::from(name.as_str())) {
            print::note(&format!("warning: no agent has sent readings as {name} yet: check the name\n"));
        }
    }
    Ok(())
}

fn devices(arguments: &ListNodes) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    if arguments.json {
        return print::json(&client.list::<Verbatim>("/devices")?);
    }
    let columns = ["node", "site", "device", "name", "kind"].map(left);
    let mut table = TextTable::new(columns.into_iter().chain([right("limit W"), left("part of")]));
    for device in client.list::<DeviceDocument>("/devices")? {
        table.row(vec![
            device.node.to_string(),
            device.site.to_string(),
            device.uuid.to_string(),
            device.name,
            word(&device.kind),
            (device.limit_mw / 1_000).to_string(),
            or_dash(device.counted_in.as_ref()),
        ]);
    }
    print::text(&table.to_string())
}

fn gaps(arguments: &ListGaps) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let query = GapQuery { node: arguments.node.as_deref().map(NodeName::from), ..GapQuery::default() };
    let path = with_query("/gaps", &query)?;
    if arguments.json {
        return print::json(&client.list::<Verbatim>(&path)?);
    }
    let mut table = TextTable::new(["node", "device", "from", "to", "reason"].map(left));
    for gap in client.list::<GapDocument>(&path)? {
        let (from, to) = (to_the_second(gap.start), to_the_second(gap.end));
        table.row(vec![gap.node.to_string(), gap.uuid.to_string(), from, to, word(&gap.reason)]);
    }
    print::text(&table.to_string())
}
