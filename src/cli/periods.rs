//! `wattledger periods` and `restate`: closed reporting periods, and corrections with a reason.

use super::client::{ServerArguments, Verbatim};
use super::failure::Failure;
use super::ledger::amounts;
use super::show::{counted, to_the_second};
use super::table::{TextTable, left, right};
use super::words::or_dash;
use super::{number, print};
use crate::moment;
use api::{
    Amount, DifferenceReason, Figures, Period, PeriodItem, PeriodRequest, PeriodVersionDocument, ReasonRequest,
    RestateDocument, RestateRequest, Restatement,
};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde::de::DeserializeOwned;
use units::Timestamp;

/// Close, list and restate reporting periods
#[derive(Subcommand)]
pub(crate) enum PeriodsCommand {
    /// List the closed periods
    List(PeriodsOptions),
    /// Close a period: its figures then stay as they are
    Close(ClosePeriod),
    /// Show a period as it was closed and as it would be now, and why they differ
    Show(ShowPeriod),
    /// Restate a period: its current figures become its next version; earlier versions stay
    Restate(RestatePeriod),
}

#[derive(Args)]
pub(crate) struct PeriodsOptions {
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct ClosePeriod {
    /// Start of the period: a UTC date, or 2026-03-01T12:00Z
    #[arg(long, value_name = "D", value_parser = number::moment)]
    from: Timestamp,
    /// End of the period, itself not included; it must lie in the past
    #[arg(long, value_name = "D", value_parser = number::moment)]
    to: Timestamp,
    /// Name of the period; its two dates by default
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    common: PeriodsOptions,
}

#[derive(Args)]
pub(crate) struct ShowPeriod {
    /// Number of the period
    id: u64,
    #[command(flatten)]
    common: PeriodsOptions,
}

#[derive(Args)]
pub(crate) struct RestatePeriod {
    /// Number of the period
    id: u64,
    /// Why the figures change, for readers of the old ones
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    common: PeriodsOptions,
}

/// Restate posted entries whose factor or PUE has changed, with a reason
#[derive(Args)]
pub(crate) struct RestateArguments {
    /// Entries that start at or after this moment: a UTC date, or 2026-03-01T12:00Z
    #[arg(long, value_name = "D", value_parser = number::moment)]
    from: Timestamp,
    /// Entries that start before this moment
    #[arg(long, value_name = "D", value_parser = number::moment)]
    to: Timestamp,
    /// Why the entries change; every new entry records it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    common: PeriodsOptions,
}

/// Runs the subcommand.
pub(crate) fn run(command: &PeriodsCommand) -> Result<(), Failure> {
    match command {
        PeriodsCommand::List(options) => list(options),
        PeriodsCommand::Close(close) => {
            let (from, to) = (moment::show(close.from), moment::show(close.to));
            let request = PeriodRequest { name: close.name.clone(), from, to };
            shown(&close.common, PeriodsCall::Post("/periods", &request), period)
        }
        PeriodsCommand::Show(show) => {
            shown(&show.common, PeriodsCall::<()>::Get(&format!("/periods/{}", show.id)), period)
        }
        PeriodsCommand::Restate(restate) => {
            let path = format!("/periods/{}/restate", restate.id);
            shown(&restate.common, PeriodsCall::Post(&path, &ReasonRequest { reason: restate.reason.clone() }), period)
        }
    }
}

/// Restates, and prints the old figures, the new ones, and their difference.
pub(crate) fn restate(arguments: &RestateArguments) -> Result<(), Failure> {
    let (from, to) = (moment::show(arguments.from), moment::show(arguments.to));
    let request = RestateRequest { from, to, reason: arguments.reason.clone() };
    shown(&arguments.common, PeriodsCall::Post("/ledger/restate", &request), |restated: &RestateDocument| {
        let sides = [Side { title: "old", figures: &restated.old }, Side { title: "new", figures: &restated.new }];
        let entries = counted(restated.entries.unsigned_abs(), "new entry", "new entries");
        format!("{entries}\n\n{}", comparison(sides, &restated.change))
    })
}

/// A call of the service.
enum PeriodsCall<'a, R> {
    Get(&'a str),
    Post(&'a str, &'a R),
}

impl<R: Serialize> PeriodsCall<'_, R> {
    fn answer<T: DeserializeOwned>(&self, options: &PeriodsOptions) -> Result<T, Failure> {
        let client = options.server.client()?;
        match self {
            Self::Get(path) => client.get(path),
            Self::Post(path, request) => client.post(path, request),
        }
    }
}

fn shown<R: Serialize, T: DeserializeOwned>(
    options: &PeriodsOptions,
    call: PeriodsCall<'_, R>,
    page: impl Fn(&T) -> String,
) -> Result<(), Failure> {
    if options.json {
        print::json(&call.answer::<Verbatim>(options)?)
    } else {
        print::text(&page(&call.answer(options)?))
    }
}

fn list(options: &PeriodsOptions) -> Result<(), Failure> {
    let client = options.server.client()?;
    if options.json {
        return print::json(&client.list::<Verbatim>("/periods")?);
    }
    let mut table = TextTable::new(["id", "name", "from", "to", "version", "closed"].map(left));
    let periods: Vec<PeriodItem> = client.list("/periods")?;
    if periods.is_empty() {
        return print::text("no closed periods: `wattledger periods close` closes one\n");
    }
    for PeriodItem { id, name, from, to, version, closed, .. } in periods {
        let [from, to, closed] = [from, to, closed].map(to_the_second);
        table.row(vec![id.to_string(), name, from, to, version.to_string(), closed]);
    }
    print::text(&table.to_string())
}

fn period(period: &Period) -> String {
    let lines = [
        ("id", period.id.to_string()),
        ("name", period.name.clone()),
        ("from", period.from.clone()),
        ("to", period.to.clone()),
        ("version", period.version.to_string()),
    ];
    let page: String = lines.iter().map(|(name, value)| format!("{name:<12}{value}\n")).collect();
    let sides =
        [Side { title: "closed", figures: &period.closed }, Side { title: "current", figures: &period.current }];
    let mut versions = TextTable::new(["version", "closed", "entries", "seal", "reason"].map(left));
    for PeriodVersionDocument { version, closed, entries, seal, reason, .. } in &period.versions {
        versions.row(vec![
            version.to_string(),
            to_the_second(closed.clone()),
            entries.to_string(),
            seal.clone(),
            or_dash(reason.as_ref()),
        ]);
    }
    format!("{page}\n{}\n{versions}", comparison(sides, &period.change))
}

/// One of the amounts of a set of figures.
type Figure = fn(&Figures) -> &Amount;

/// One of two sets of figures that are compared.
struct Side<'a> {
    title: &'a str,
    figures: &'a Figures,
}

/// Two sets of figures, their difference, its size, and its reasons.
fn comparison(sides: [Side<'_>; 2], change: &Restatement) -> String {
    let [before, after] = sides;
    let mut table = TextTable::new([left(""), right(before.title), right(after.title), right("difference")]);
    let all = [before.figures, after.figures, &change.delta];
    let figures: [(&str, Figure); 4] = [
        ("total", |figures| &figures.total),
        ("idle", |figures| &figures.idle),
        ("metered", |figures| &figures.metered),
        ("overhead", |figures| &figures.overhead),
    ];
    for (name, figure) in figures {
        let cells = all.map(|figures| amounts(figure(figures)).join(", "));
        table.row(std::iter::once(name.to_owned()).chain(cells).collect());
    }
    let mut page = table.to_string();
    if let Some(share) = change.change_share.filter(|share| *share > 0.0) {
        let advice = if change.recalculation { ": recalculate what was published" } else { "" };
        page.push_str(&format!("change {:.2} %{advice}\n", share * 100.0));
    }
    for DifferenceReason { reason, entries, energy_mj, .. } in &change.reasons {
        let entries = counted(entries.unsigned_abs(), "entry", "entries");
        page.push_str(&format!("{entries}, {energy_mj} mJ: {reason}\n"));
    }
    page
}
