//! `wattledger site`: where nodes stand, with grid zone, PUE and price of energy.

use super::admission::exact;
use super::client::{ServerArguments, Verbatim, escaped};
use super::failure::Failure;
use super::table::{TextTable, left, right, significant};
use super::words::{dash, one_of, or_dash};
use super::{number, print};
use crate::moment;
use api::{
    FactorPreferenceRequest, IdleOwnerRequest, PriceRequest, PueRequest, SiteDocument, SiteRequest, ZoneRequest,
};
use clap::{Args, Subcommand};
use model::{Accounting, Basis, Gas, SiteName, ZoneId};
use serde::Serialize;
use units::Pue;

/// Create, list and change sites: where nodes stand
#[derive(Subcommand)]
pub(crate) enum SiteCommand {
    #[command(visible_alias = "add")]
    Create(CreateSite),
    /// List the sites with what holds there now
    List(ListSites),
    Zone(SetZone),
    Pue(SetPue),
    Price(SetPrice),
    Factors(SetFactors),
    IdleOwner(SetIdleOwner),
}

/// Create a site
///
/// `wattledger node assign` then places nodes there.
#[derive(Args)]
pub(crate) struct CreateSite {
    /// Name of the site
    name: String,
    /// Grid zone of the site, such as DE or US-CAL-CISO
    #[arg(long)]
    zone: String,
    /// PUE of the facility (facility energy / IT energy), 1.0 to 3.0; 1.0 by default
    #[arg(long, value_parser = number::pue, allow_negative_numbers = true)]
    pue: Option<Pue>,
    /// Length of a posting period, in minutes: 5, 15, 30 or 60; 60 by default
    #[arg(long, value_name = "MINUTES")]
    posting_period: Option<u64>,
    #[command(flatten)]
    reply: SiteReply,
}

#[derive(Args)]
pub(crate) struct ListSites {
    #[command(flatten)]
    reply: SiteReply,
}

/// State the grid zone of a site from a moment on
#[derive(Args)]
pub(crate) struct SetZone {
    /// Name of the site
    name: String,
    /// Grid zone, such as DE or US-CAL-CISO
    zone: String,
    #[command(flatten)]
    change: SiteChange,
}

/// State the PUE of a site from a moment on
#[derive(Args)]
pub(crate) struct SetPue {
    /// Name of the site
    name: String,
    /// Facility energy / IT energy, 1.0 to 3.0
    #[arg(value_parser = number::pue, allow_negative_numbers = true)]
    pue: Pue,
    #[command(flatten)]
    change: SiteChange,
}

/// State the price of energy at a site from a moment on
#[derive(Args)]
pub(crate) struct SetPrice {
    /// Name of the site
    name: String,
    /// Price of one MWh, in units of the currency
    #[arg(value_name = "PRICE", value_parser = price, allow_negative_numbers = true)]
    per_mwh: i128,
    /// ISO 4217 code, such as EUR; a site has one currency
    #[arg(long)]
    currency: String,
    #[command(flatten)]
    change: SiteChange,
}

/// State which emission factors a site uses from a moment on
///
/// What is not stated is that of the best series of the site's zone.
#[derive(Args)]
pub(crate) struct SetFactors {
    /// Name of the site
    name: String,
    /// Part of the life cycle of electricity to count
    #[arg(long, value_parser = one_of::<Basis>(&["direct", "lifecycle"]))]
    basis: Option<Basis>,
    /// Gases to count
    #[arg(long, value_parser = one_of::<Gas>(&["CO2", "CO2e"]))]
    gas: Option<Gas>,
    /// Whose electricity the factors describe
    #[arg(long, value_parser = one_of::<Accounting>(&["production", "consumption", "residual", "supplier", "unspecified"]))]
    accounting: Option<Accounting>,
    /// Publisher whose series may be used; may be repeated, the preferred one first
    #[arg(long = "publisher", value_name = "PUBLISHER")]
    publishers: Vec<String>,
    #[command(flatten)]
    change: SiteChange,
}

/// State who is responsible for energy at a site that no job used
#[derive(Args)]
pub(crate) struct SetIdleOwner {
    /// Name of the site
    name: String,
    /// Project, team or address
    #[arg(required_unless_present = "nobody")]
    owner: Option<String>,
    /// Nobody is responsible any more
    #[arg(long, conflicts_with = "owner")]
    nobody: bool,
    #[command(flatten)]
    reply: SiteReply,
}

/// Since when a change holds, and how it is answered.
#[derive(Args)]
struct SiteChange {
    /// When it takes effect: a date, or 2026-03-01T12:00Z
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: String,
    #[command(flatten)]
    reply: SiteReply,
}

/// Whom to ask, and in which form to print what comes.
#[derive(Args)]
struct SiteReply {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn since(text: &str) -> Result<String, String> {
    number::moment(text).map(moment::show)
}

/// `PRICE`, in millionths of the currency's unit.
fn price(text: &str) -> Result<i128, String> {
    match number::parse(text, 6)? {
        negative if negative < 0 => Err("a price is 0 or more per MWh".to_owned()),
        price => Ok(price),
    }
}

/// Runs the subcommand.
pub(crate) fn run(command: &SiteCommand) -> Result<(), Failure> {
    match command {
        SiteCommand::Create(arguments) => create(arguments),
        SiteCommand::List(ListSites { reply }) => list(reply),
        SiteCommand::Zone(SetZone { name, zone, change: SiteChange { since, reply } }) => {
            reply.changed(name, "zone", &ZoneRequest { zone: ZoneId::from(zone.as_str()), since: since.clone() })
        }
        SiteCommand::Pue(SetPue { name, pue, change: SiteChange { since, reply } }) => {
            let pue = exact(pue.parts_per_million().into(), 6)?;
            reply.changed(name, "pue", &PueRequest { pue, since: since.clone() })
        }
        SiteCommand::Price(SetPrice { name, per_mwh, currency, change: SiteChange { since, reply } }) => {
            let (per_mwh, currency) = (exact(*per_mwh, 6)?, currency.clone());
            reply.changed(name, "price", &PriceRequest { per_mwh, currency, since: since.clone() })
        }
        SiteCommand::Factors(SetFactors { name, basis, gas, accounting, publishers, change }) => {
            let (since, publishers) = (change.since.clone(), publishers.clone());
            let asked =
                FactorPreferenceRequest { since, basis: *basis, gas: *gas, accounting: *accounting, publishers };
            change.reply.changed(name, "factors", &asked)
        }
        SiteCommand::IdleOwner(SetIdleOwner { name, owner, nobody: _, reply }) => {
            reply.changed(name, "idle-owner", &IdleOwnerRequest { owner: owner.clone() })
        }
    }
}

fn create(arguments: &CreateSite) -> Result<(), Failure> {
    let request = SiteRequest {
        name: SiteName::from(arguments.name.as_str()),
        zone: ZoneId::from(arguments.zone.as_str()),
        pue: arguments.pue.map(|pue| exact(pue.parts_per_million().into(), 6)).transpose()?,
        posting_period_minutes: arguments.posting_period,
    };
    arguments.reply.print(arguments.reply.server.client()?.post("/sites", &request)?)
}

fn list(reply: &SiteReply) -> Result<(), Failure> {
    let client = reply.server.client()?;
    if reply.json {
        return print::json(&client.list::<Verbatim>("/sites")?);
    }
    let sites: Vec<SiteDocument> = client.list("/sites")?;
    if sites.is_empty() {
        return print::text("no sites: `wattledger site create NAME --zone ZONE` creates one\n");
    }
    print::text(&table(&sites).to_string())
}

impl SiteReply {
    /// States something about the site `name`, and prints the site as it is then.
    fn changed(&self, name: &str, what: &str, request: &impl Serialize) -> Result<(), Failure> {
        self.print(self.server.client()?.post(&format!("/sites/{}/{what}", escaped(name)), request)?)
    }

    fn print(&self, site: Verbatim) -> Result<(), Failure> {
        if self.json {
            return print::json(&site);
        }
        let site: SiteDocument = serde_json::from_value(site)
            .map_err(|error| Failure::Unreachable(format!("the server's answer is not from Wattledger: {error}")))?;
        print::text(&table(&[site]).to_string())
    }
}

/// The sites with what was stated of them last.
fn table(sites: &[SiteDocument]) -> TextTable {
    let mut table = TextTable::new([
        left("site"),
        left("zone"),
        right("PUE"),
        right("price/MWh"),
        left("idle owner"),
        right("posting period"),
    ]);
    for site in sites {
        let pue = site.pue.last().map(|step| f64::from(step.pue_ppm) / 1e6);
        table.row(vec![
            site.name.to_string(),
            site.zone.to_string(),
            pue.map_or_else(dash, |pue| significant(pue, 4)),
            site.price.last().map_or_else(dash, |step| format!("{} {}", step.per_mwh, step.currency)),
            or_dash(site.idle_owner.as_ref()),
            format!("{} min", site.posting_period_minutes),
        ]);
    }
    table
}
