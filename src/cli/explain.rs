//! `wattledger explain`: what an entry or a sum is made of.

use super::client::{ServerArguments, Verbatim, with_query};
use super::failure::Failure;
use super::label::label_text;
use super::ledger::{amounts, share};
use super::show::counted;
use super::table::{TextTable, left, right, significant};
use super::words::{or_dash, word};
use super::{number, print};
use crate::moment;
use api::{Breakdown, Correction, ExplanationDocument, FactorShare, PostedSlice, SelectionQuery, WindowDocument};
use clap::Args;
use model::{JobId, NodeName, ProjectName, SiteName};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use units::Timestamp;

/// Trace a ledger entry back to its windows and batches, or split a sum into final, provisional and unposted parts
#[derive(Args)]
pub(crate) struct ExplainArguments {
    /// Number of the entry
    #[arg(value_name = "ENTRY", required_unless_present = "ExplainSelection", conflicts_with = "ExplainSelection")]
    entry: Option<u64>,
    #[command(flatten)]
    selection: Option<ExplainSelection>,
    #[command(flatten)]
    server: ServerArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The part of the ledger for which all given conditions hold.
#[derive(Args)]
struct ExplainSelection {
    /// Only what starts at or after this moment: a UTC date, or 2026-03-01T12:00Z
    #[arg(long, value_name = "D", value_parser = number::moment)]
    from: Option<Timestamp>,
    /// Only what starts before this moment
    #[arg(long, value_name = "D", value_parser = number::moment)]
    to: Option<Timestamp>,
    /// A closed period as it was closed: ID or ID.VERSION
    #[arg(long, value_name = "ID")]
    period: Option<String>,
    /// Only jobs of this project
    #[arg(long, value_name = "P")]
    project: Option<String>,
    /// Only this job
    #[arg(long, value_name = "ID")]
    job: Option<String>,
    /// Only this node
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
    /// Only this site
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// Only what starts in this month
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<String>,
    /// Only what starts on this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<String>,
    /// Only what starts in this hour, named as in a report by hour
    #[arg(long, value_name = "HOUR")]
    hour: Option<String>,
    /// Time zone of the hour, day or month, such as Europe/Berlin; UTC by default
    #[arg(long, value_name = "ZONE")]
    timezone: Option<chrono_tz::Tz>,
    /// Only jobs with this label
    #[arg(long, value_name = "KEY=VALUE", value_parser = label_text)]
    label: Option<String>,
    /// Only jobs that lack this: project, or label:KEY
    #[arg(long, value_name = "WHAT")]
    without: Option<String>,
    /// Only energy that no job held; with `--idle false`, only energy that jobs held
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    idle: Option<bool>,
}

impl ExplainSelection {
    fn query(&self) -> SelectionQuery {
        SelectionQuery {
            from: self.from.map(moment::show),
            to: self.to.map(moment::show),
            period: self.period.clone(),
            project: self.project.as_deref().map(ProjectName::from),
            job: self.job.as_deref().map(JobId::from),
            node: self.node.as_deref().map(NodeName::from),
            site: self.site.as_deref().map(SiteName::from),
            month: self.month.clone(),
            day: self.day.clone(),
            hour: self.hour.clone(),
            timezone: self.timezone.map(|zone| zone.name().to_owned()),
            label: self.label.clone(),
            without: self.without.clone(),
            idle: self.idle,
            provisional: None,
        }
    }
}

/// Prints the explanation.
pub(crate) fn run(arguments: &ExplainArguments) -> Result<(), Failure> {
    match (&arguments.entry, &arguments.selection) {
        (Some(entry), _) => shown(arguments, &format!("/ledger/entries/{entry}/explain"), entry_page),
        (None, Some(selection)) => shown(arguments, &with_query("/ledger/explain", &selection.query())?, sum_page),
        (None, None) => Err(Failure::Usage(
            "nothing to explain: give the number of an entry, or options that select entries".to_owned(),
        )),
    }
}

fn shown<T: DeserializeOwned>(arguments: &ExplainArguments, path: &str, page: fn(&T) -> String) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    if arguments.json { print::json(&client.get::<Verbatim>(path)?) } else { print::text(&page(&client.get(path)?)) }
}

fn entry_page(explained: &ExplanationDocument) -> String {
    let (entry, factor) = (&explained.entry, &explained.factor);
    let lines = [
        ("id", entry.id.to_string()),
        ("kind", entry.kind.to_string()),
        ("reason", entry.reason.clone()),
        ("job", or_dash(entry.job.as_ref())),
        ("project", or_dash(entry.project.as_ref())),
        ("node", entry.node.to_string()),
        ("site", entry.site.to_string()),
        ("component", entry.component.clone()),
        ("period_start", entry.period_start.clone()),
        ("period_end", entry.period_end.clone()),
        ("energy_mj", entry.energy_mj.to_string()),
        ("intensity_mg_per_kwh", entry.intensity_mg_per_kwh.to_string()),
        ("co2e_ug", entry.co2e_ug.to_string()),
        ("pue_ppm", entry.pue_ppm.to_string()),
        ("overhead_mj", entry.overhead_mj.to_string()),
        ("overhead_co2e_ug", entry.overhead_co2e_ug.to_string()),
        ("hash", entry.hash.clone()),
        ("factor zone", factor.zone.to_string()),
        ("factor period", factor.period.clone()),
        ("factor accounting", factor.accounting.to_string()),
        ("factor basis", factor.basis.to_string()),
        ("factor status", word(&factor.status)),
        ("factor publisher", factor.publisher.clone()),
        ("factor edition", factor.edition.clone()),
        ("factor licence", factor.licence.clone()),
    ];
    let evidence = explained.factor_evidence.iter().flat_map(|evidence| {
        let read = format!("{} {}, {}", evidence.source, evidence.name, evidence.obtained);
        [("factor read from", read), ("factor sha256", evidence.sha256.clone())]
    });
    let lines: String = lines.into_iter().chain(evidence).map(|(name, value)| format!("{name:<22}{value}\n")).collect();
    format!("{lines}\n{}\n{}", windows(&explained.windows), batches(&explained.windows))
}

fn windows(windows: &[WindowDocument]) -> TextTable {
    let mut table =
        TextTable::new([right("mJ"), left("start"), left("end"), left("device"), left("method"), left("batch")]);
    for WindowDocument { energy_mj, start, end, window, batch, .. } in windows {
        table.row(vec![
            energy_mj.to_string(),
            start.clone(),
            end.clone(),
            window.device.to_string(),
            word(&window.method),
            batch.batch.to_string(),
        ]);
    }
    table
}

/// The stored batches that the windows came in, each once.
fn batches(windows: &[WindowDocument]) -> TextTable {
    let mut table = TextTable::new(["batch", "agent", "boot", "sequence", "sha256"].map(left));
    let mut seen = BTreeSet::new();
    for batch in windows.iter().map(|window| &window.batch).filter(|batch| seen.insert(batch.batch)) {
        table.row(vec![
            batch.batch.to_string(),
            batch.agent.to_string(),
            batch.boot.clone(),
            batch.sequence.to_string(),
            batch.sha256.clone(),
        ]);
    }
    table
}

fn sum_page(sum: &Breakdown) -> String {
    let mut parts = TextTable::new([
        left(""),
        right("energy"),
        right("CO2e"),
        right("overhead"),
        right("overhead CO2e"),
        right("coverage"),
        right("measured"),
        left("from"),
    ]);
    let entries = |slice: &PostedSlice| counted(slice.entries.unsigned_abs(), "entry", "entries");
    let hours = counted(sum.open.accounts as u64, "hour", "hours");
    for (name, slice, from) in [
        ("final", &sum.settled.part, entries(&sum.settled)),
        ("provisional", &sum.provisional.part, entries(&sum.provisional)),
        ("unposted", &sum.open.part, hours),
        ("total", &sum.total, String::new()),
    ] {
        let mut row = vec![name.to_owned()];
        row.extend(amounts(&slice.amount).into_iter().chain(amounts(&slice.overhead)));
        row.extend([share(slice.quality.coverage), share(slice.quality.measured_share), from]);
        parts.row(row);
    }
    let links = [("final", &sum.settled), ("provisional", &sum.provisional)];
    let links: String = links.iter().map(|(name, slice)| format!("{name:<12}{}\n", slice.link)).collect();
    let corrections: String = sum.corrections.iter().map(corrected).collect();
    format!("{parts}\n{}\n{links}{corrections}", factors(&sum.factors))
}

/// When a figure changed after it was posted, by how much, and why.
fn corrected(correction: &Correction) -> String {
    let entries = counted(correction.entries.unsigned_abs(), "entry", "entries");
    let grams = significant((correction.co2e_ug + correction.overhead_co2e_ug) as f64 / 1e6, 4);
    format!("corrected on {}: {}; {entries} replaced, {grams} g CO2e\n", correction.day, correction.reason)
}

fn factors(shares: &[FactorShare]) -> TextTable {
    let columns = ["g/kWh", "zone", "period", "basis", "accounting", "status", "publisher", "edition", "energy"];
    let mut table = TextTable::new(columns.map(left));
    for FactorShare { factor, intensity_min_mg_per_kwh, intensity_max_mg_per_kwh, energy_mj, .. } in shares {
        let grams = |milligrams: u32| significant(f64::from(milligrams) / 1e3, 6);
        let (low, high) = (grams(*intensity_min_mg_per_kwh), grams(*intensity_max_mg_per_kwh));
        table.row(vec![
            if low == high { low } else { format!("{low} to {high}") },
            factor.zone.to_string(),
            factor.period.clone(),
            factor.basis.to_string(),
            factor.accounting.to_string(),
            word(&factor.status),
            factor.publisher.clone(),
            factor.edition.clone(),
            format!("{} kWh", significant(*energy_mj as f64 / 3.6e9, 4)),
        ]);
    }
    table
}
