//! `wattledger check --terraform`: what a plan adds in a month, resource by resource, and whether the budgets have room for it.

use super::{Arguments, DEADLINE, DENIED, Decision, ask, exact};
use crate::cli::table::{Lean, Table, significant};
use crate::cli::{Failure, print, show};
use crate::gate::terraform::{Bill, BillError, HOURS_PER_MONTH, Item, Load, Place, Plan, Usage};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use units::{Energy, Pue};

/// Larger than any plan that Terraform makes of a real installation.
const PLAN_BYTES_MAX: u64 = 512 << 20;

/// The answer; `energy_mwh` is the monthly difference.
#[derive(Serialize)]
struct Document {
    hours_per_month: u64,
    energy_mwh: f64,
    energy_mj: i64,
    /// `None` with `co2e_reason`.
    co2e_t: Option<f64>,
    co2e_ug: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    co2e_reason: Option<&'static str>,
    p95: Upper,
    tier: &'static str,
    /// Added, less those that go.
    accelerators: BTreeMap<String, i64>,
    resources: Vec<Row>,
    /// Resources that run no machines.
    other_resources: usize,
    /// Resources that cannot be estimated: they are not in the sums.
    unknown: Vec<Unknown>,
    assumptions: Vec<api::Assumption>,
    /// The budgets' answer, where a project was given and everything is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Value>,
}

#[derive(Serialize)]
struct Upper {
    energy_mwh: f64,
    energy_mj: i64,
    co2e_t: Option<f64>,
    co2e_ug: Option<i64>,
}

#[derive(Serialize)]
struct Row {
    address: String,
    #[serde(rename = "type")]
    kind: String,
    action: &'static str,
    machines_before: Vec<String>,
    machines: Vec<String>,
    accelerators: BTreeMap<String, u64>,
    energy_mwh: f64,
    energy_mj: i64,
    co2e_t: Option<f64>,
    region: Option<String>,
    intensity_mg_per_kwh: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    energy_mwh_at_most: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
}

#[derive(Serialize)]
struct Unknown {
    address: String,
    reason: String,
}

/// Assumptions that people read; how each power follows is for those who ask.
const TOLD: [&str; 3] = ["grid", "accelerator", "PUE"];

const NO_REGION: &str = "the plan does not say where something of it runs: add --region, --zone or --intensity";

/// Weighs the plan, asks the budgets where a project is given, and prints.
pub(super) fn run(arguments: &Arguments, path: &Path) -> Result<ExitCode, Failure> {
    let bill = bill(arguments, path)?;
    let mut document = Document::of(&bill)?;
    let is_known = document.unknown.is_empty();
    let mut decision = None;
    let load = bill.load(arguments.job.pue.unwrap_or(Pue::ONE))?;
    if let Some(load) = load.filter(|_| is_known && arguments.project.is_some()) {
        let answer = ask(&arguments.server.client_within(DEADLINE)?, &Value::Object(demand(arguments, load)?))?;
        decision = Some(Decision::read(&answer)?);
        document.decision = Some(answer);
    }
    if arguments.job.json {
        print::json(&document)?;
    } else {
        print::text(&words(&document, decision.as_ref(), arguments.project.is_some()))?;
    }
    if !is_known {
        let names: Vec<String> =
            document.unknown.iter().map(|one| format!("{} ({})", one.address, one.reason)).collect();
        let next = "a file with --usage can say what it is or draws";
        return Err(Failure::CannotEstimate(format!("cannot estimate {}; {next}", names.join("; "))));
    }
    Ok(if decision.is_none_or(|decision| decision.allowed) { ExitCode::SUCCESS } else { ExitCode::from(DENIED) })
}

fn bill(arguments: &Arguments, path: &Path) -> Result<Bill, Failure> {
    let shown = path.display();
    let plan = Plan::read(&read(path)?).map_err(|error| Failure::Usage(format!("{shown}: {error}")))?;
    let usage = match &arguments.usage {
        Some(path) => {
            let wrong = |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
            let usage = Usage::read(&text).map_err(|error| wrong(&error))?;
            let addresses = plan.resources.iter().map(|resource| resource.address.as_str());
            usage.expect_used(addresses).map_err(|error| wrong(&error))?;
            usage
        }
        None => Usage::default(),
    };
    let grid = arguments.job.grid.grid(None)?;
    let library = arguments.job.grid.library()?;
    let place = Place {
        library: &library,
        intensity: grid.as_ref().map(|grid| grid.factor.intensity),
        pue: arguments.job.pue.unwrap_or(Pue::ONE),
    };
    let mut bill = Bill::of(&plan, &usage, place)?;
    bill.assumptions.push(super::estimate::pue_assumption(arguments.job.pue));
    if grid.is_some() {
        bill.assumptions.push(super::estimate::grid_assumption(grid.as_ref()));
    }
    Ok(bill)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    let limit = PLAN_BYTES_MAX + 1;
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).map_err(unreadable)?.take(limit).read_to_end(&mut bytes)
    };
    read.map_err(unreadable)?;
    if bytes.len() as u64 > PLAN_BYTES_MAX {
        return Err(Failure::Usage(format!("{}: more than {PLAN_BYTES_MAX} bytes are no plan", path.display())));
    }
    Ok(bytes)
}

/// The plan as the budgets weigh it.
fn demand(arguments: &Arguments, load: Load) -> Result<Map<String, Value>, Failure> {
    let mut asked = arguments.asker();
    let mut put = |name: &str, value: Value| asked.insert(name.to_owned(), value);
    put("accelerator", load.accelerator.into());
    put("count", load.count.into());
    put("hours", HOURS_PER_MONTH.into());
    put("power_w", exact(load.nanowatts.into(), 9)?);
    put("pue", exact(arguments.job.pue.unwrap_or(Pue::ONE).parts_per_million().into(), 6)?);
    put("p95_over_p50", exact(load.spread_ppm.into(), 6)?);
    if let Some(intensity) = load.intensity {
        put("intensity", exact(intensity.milligrams_per_kwh().into(), 3)?);
    }
    Ok(asked)
}

impl Document {
    fn of(bill: &Bill) -> Result<Self, Failure> {
        let (p50, p95) = bill.added()?;
        let co2e = bill.added_co2e()?;
        let micrograms = co2e.map(|(p50, p95)| (p50.micrograms(), p95.micrograms()));
        let unknown = bill.unknown();
        Ok(Self {
            hours_per_month: HOURS_PER_MONTH,
            energy_mwh: mwh(p50),
            energy_mj: p50.millijoules(),
            co2e_t: micrograms.map(|(p50, _)| tonnes(p50)),
            co2e_ug: micrograms.map(|(p50, _)| p50),
            co2e_reason: co2e.is_none().then_some(NO_REGION),
            p95: Upper {
                energy_mwh: mwh(p95),
                energy_mj: p95.millijoules(),
                co2e_t: micrograms.map(|(_, p95)| tonnes(p95)),
                co2e_ug: micrograms.map(|(_, p95)| p95),
            },
            tier: "E",
            accelerators: bill.added_accelerators(),
            resources: bill.items.iter().map(Row::of).collect::<Result<_, _>>()?,
            other_resources: bill.others,
            unknown: unknown
                .map(|(address, reason)| Unknown { address: address.to_owned(), reason: reason.to_owned() })
                .collect(),
            assumptions: bill.assumptions.clone(),
            decision: None,
        })
    }
}

impl Row {
    fn of(item: &Item) -> Result<Self, Failure> {
        let (p50, _) = item.added()?;
        Ok(Self {
            address: item.address.clone(),
            kind: item.kind.clone(),
            action: item.action,
            machines_before: item.before.machines.clone(),
            machines: item.after.machines.clone(),
            accelerators: item.after.accelerators.clone(),
            energy_mwh: mwh(p50),
            energy_mj: p50.millijoules(),
            co2e_t: item.added_co2e()?.map(|(p50, _)| tonnes(p50.micrograms())),
            region: item.region.clone(),
            intensity_mg_per_kwh: item.intensity.map(units::CarbonIntensity::milligrams_per_kwh),
            energy_mwh_at_most: item.at_most.map(mwh),
            unknown: item.unknown.clone(),
        })
    }

    fn cells(&self) -> Vec<String> {
        let mut what = match (self.machines_before.join(" + "), self.machines.join(" + ")) {
            (before, after) if before.is_empty() || before == after => after,
            (before, after) if after.is_empty() => before,
            (before, after) => format!("{before} -> {after}"),
        };
        if let Some(most) = self.energy_mwh_at_most {
            let _ = write!(what, " (grows by itself to {} MWh)", significant(most, 4));
        }
        let accelerators: Vec<String> =
            self.accelerators.iter().map(|(name, count)| format!("{count} x {name}")).collect();
        let known = |text: String| if self.unknown.is_some() { "?".to_owned() } else { text };
        vec![
            self.address.clone(),
            self.action.to_owned(),
            self.unknown.clone().unwrap_or(what),
            accelerators.join(", "),
            known(signed(self.energy_mwh)),
            known(self.co2e_t.map_or_else(|| "?".to_owned(), signed)),
            self.region.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    }
}

/// What people read: a row for each resource, the sum, what was assumed, and the budgets' answer.
fn words(document: &Document, decision: Option<&Decision>, asks: bool) -> String {
    let mut table = Table::new(&[
        ("resource", Lean::Left),
        ("action", Lean::Left),
        ("machines", Lean::Left),
        ("accelerators", Lean::Left),
        ("MWh a month", Lean::Right),
        ("t CO2e", Lean::Right),
        ("region", Lean::Left),
    ]);
    document.resources.iter().for_each(|row| table.row(row.cells()));
    let mut text = if document.resources.is_empty() { String::new() } else { format!("{table}\n") };
    let _ = writeln!(text, "{} other resources run no machines", document.other_resources);
    let accelerators: Vec<String> =
        document.accelerators.iter().map(|(name, count)| format!("{count:+} x {name}")).collect();
    if !accelerators.is_empty() {
        let _ = writeln!(text, "accelerators {}", accelerators.join(", "));
    }
    let whole = if document.unknown.is_empty() { "" } else { ", without what is unknown" };
    let co2e =
        document.co2e_t.map_or_else(|| format!("CO2e unknown: {NO_REGION}"), |tonnes| format!("{} CO2e", mass(tonnes)));
    let _ = writeln!(
        text,
        "a month of {HOURS_PER_MONTH} h adds {} MWh (p95 {} MWh), {co2e}{whole}",
        significant(document.energy_mwh, 5),
        significant(document.p95.energy_mwh, 5)
    );
    let _ = writeln!(text, "\nassumed (tier E: estimate, nothing measured by Wattledger)");
    let (told, more): (Vec<_>, Vec<_>) = document.assumptions.iter().partition(|one| TOLD.contains(&one.name.as_str()));
    for assumption in told {
        let _ = writeln!(text, "  {:<20}{}", assumption.name, assumption.value);
        if !assumption.source.is_empty() {
            let _ = writeln!(text, "  {:<20}{}", "", assumption.source);
        }
    }
    if !more.is_empty() {
        let _ = writeln!(text, "  --json has {} more", more.len());
    }
    match decision {
        Some(decision) => {
            let _ = write!(text, "\n{}", decision.words());
        }
        None if asks && document.unknown.is_empty() => {
            let _ = writeln!(text, "\nallowed   the plan adds nothing");
        }
        None => {}
    }
    text
}

fn mass(tonnes: f64) -> String {
    if tonnes < 0.0 { format!("-{}", show::mass(-tonnes * 1e6)) } else { show::mass(tonnes * 1e6) }
}

fn signed(value: f64) -> String {
    let text = significant(value, 4);
    if value > 0.0 { format!("+{text}") } else { text }
}

fn mwh(energy: Energy) -> f64 {
    energy.millijoules() as f64 / 3.6e12
}

fn tonnes(micrograms: i64) -> f64 {
    micrograms as f64 / 1e12
}

impl From<BillError> for Failure {
    fn from(error: BillError) -> Self {
        match error {
            BillError::Overflow(error) => error.into(),
            BillError::Data(error) => Self::Internal(error.into()),
        }
    }
}
