//! `wattledger check --terraform`: what a plan adds in a month, resource by resource, and whether the budgets have room for it.

use super::arguments::CheckArguments;
use crate::cli::admission::{self, DEADLINE, DENIED, ask, exact};
use crate::cli::estimate::{grid_assumption, pue_assumption};
use crate::cli::failure::Failure;
use crate::cli::table::{TextTable, left, right, significant};
use crate::cli::{print, show};
use crate::gate::terraform::{
    BillContext, BillError, HOURS_PER_MONTH, LoadError, NO_REGION, PlanBill, PlanLoad, PlanReport, PlanReportRow,
    StatedRegions, TerraformPlan, Usage,
};
use api::{AdmissionRequest, Decision, EstimateRequest, ImpactRequest};
use std::fmt::Write;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use units::Pue;

/// Larger than any plan that Terraform makes of a real installation.
const PLAN_BYTES_MAX: u64 = 512 << 20;

/// Assumptions that people read; how each power follows is in the JSON.
const SHOWN: [&str; 3] = ["grid", "accelerator", "PUE"];

/// Weighs the plan, asks the budgets where a project is given, and prints.
pub(super) fn run(arguments: &CheckArguments, path: &Path) -> Result<ExitCode, Failure> {
    let bill = bill(arguments, path)?;
    let mut document = PlanReport::of(&bill)?;
    let is_known = document.unknown.is_empty();
    let mut decision = None;
    let asks = is_known && arguments.project.is_some();
    let load = if asks { bill.load(arguments.job.pue.unwrap_or(Pue::ONE)) } else { Ok(None) };
    let (load, no_region) = match load {
        Err(LoadError::Overflow(error)) => return Err(error.into()),
        Err(error @ LoadError::NoRegion(_)) => (None, Some(error)),
        Ok(load) => (load, None),
    };
    if let Some(load) = load {
        let answer = ask(&arguments.server.client_within(DEADLINE)?, &request(arguments, load)?)?;
        document.decision = Some(answer.decision.clone());
        decision = Some(answer.decision);
    }
    if arguments.job.json {
        print::json(&document)?;
    } else {
        print::text(&words(&document, decision.as_ref(), asks && no_region.is_none()))?;
    }
    if !is_known {
        let names: Vec<String> =
            document.unknown.iter().map(|one| format!("{} ({})", one.address, one.reason)).collect();
        let next = "a file with --usage can say what it is or draws";
        return Err(Failure::CannotEstimate(format!("cannot estimate {}; {next}", names.join("; "))));
    }
    if let Some(error) = no_region {
        return Err(Failure::CannotEstimate(format!("cannot estimate the CO2e: {error}; {NO_REGION}")));
    }
    Ok(if decision.is_none_or(|decision| decision.allowed) { ExitCode::SUCCESS } else { ExitCode::from(DENIED) })
}

fn bill(arguments: &CheckArguments, path: &Path) -> Result<PlanBill, Failure> {
    let shown = path.display();
    let plan = TerraformPlan::read(&read(path)?).map_err(|error| Failure::Usage(format!("{shown}: {error}")))?;
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
    let regions = regions(arguments, &plan)?;
    let grid = if regions.is_empty() { arguments.job.grid.grid(None)? } else { None };
    let library = arguments.job.grid.library()?;
    let context = BillContext {
        library: &library,
        intensity: grid.as_ref().map(|grid| grid.factor.intensity),
        regions: &regions,
        pue: arguments.job.pue.unwrap_or(Pue::ONE),
    };
    let mut bill = PlanBill::of(&plan, &usage, context)?;
    bill.assumptions.push(pue_assumption(arguments.job.pue));
    if grid.is_some() {
        bill.assumptions.push(grid_assumption(grid.as_ref()));
    }
    Ok(bill)
}

/// What is stated of the regions that the plan leaves open.
fn regions(arguments: &CheckArguments, plan: &TerraformPlan) -> Result<StatedRegions, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let regions = StatedRegions::read(&arguments.job.grid.region).map_err(|error| wrong(&error))?;
    let places = plan.resources.iter().flat_map(|resource| [&resource.place_before, &resource.place]);
    regions.expect_used(places).map_err(|error| wrong(&error))?;
    let library = arguments.job.grid.library()?;
    for region in plan.resources.iter().filter_map(|resource| regions.stated_for(&resource.place)) {
        library.choose_region(&region, None)?;
    }
    Ok(regions)
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
        return Err(Failure::Usage(format!(
            "{}: more than {PLAN_BYTES_MAX} bytes, too large for a plan",
            path.display()
        )));
    }
    Ok(bytes)
}

/// What the service is asked about the plan.
fn request(arguments: &CheckArguments, load: PlanLoad) -> Result<AdmissionRequest, Failure> {
    let intensity = load.intensity.map(|intensity| exact(intensity.milligrams_per_kwh().into(), 3));
    Ok(arguments.asking(EstimateRequest {
        accelerator: load.accelerator,
        count: load.count,
        hours: Some(HOURS_PER_MONTH.into()),
        power_w: if load.nanowatts > 0 { Some(exact(load.nanowatts.into(), 9)?) } else { None },
        pue: Some(exact(arguments.job.pue.unwrap_or(Pue::ONE).parts_per_million().into(), 6)?),
        intensity: intensity.transpose()?,
        impact: Some(ImpactRequest {
            energy_mj: load.impact.p50.energy.millijoules(),
            co2e_ug: load.impact.p50.co2e.micrograms(),
            p95_energy_mj: load.impact.p95.energy.millijoules(),
            p95_co2e_ug: load.impact.p95.co2e.micrograms(),
        }),
        ..EstimateRequest::default()
    }))
}

/// What people read: a row for each resource, the sum, what was assumed, and the budgets' answer.
fn words(document: &PlanReport, decision: Option<&Decision>, asks: bool) -> String {
    let mut table = TextTable::new([
        left("resource"),
        left("action"),
        left("machines"),
        left("accelerators"),
        right("MWh a month"),
        right("t CO2e"),
        left("region"),
    ]);
    document.resources.iter().for_each(|row| table.row(cells(row)));
    let mut text = if document.resources.is_empty() { String::new() } else { format!("{table}\n") };
    let _ = writeln!(text, "{}", others(document.other_resources));
    if !document.unlisted_types.is_empty() {
        let types: Vec<&str> = document.unlisted_types.keys().map(String::as_str).collect();
        let _ = writeln!(text, "types that are not known, and not counted: {}", types.join(", "));
    }
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
    let _ = writeln!(text, "\nassumptions (tier E: an estimate, nothing measured by Wattledger)");
    let (shown, more): (Vec<_>, Vec<_>) =
        document.assumptions.iter().partition(|one| SHOWN.contains(&one.name.as_str()));
    for assumption in shown {
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
            let _ = write!(text, "\n{}", admission::words(decision));
        }
        None if asks && document.unknown.is_empty() => {
            let _ = writeln!(text, "\nallowed   the plan adds neither energy nor CO2e");
        }
        None => {}
    }
    text
}

/// The cells of a resource in the table that people read.
fn cells(row: &PlanReportRow) -> Vec<String> {
    let mut what = match (row.machines_before.join(" + "), row.machines.join(" + ")) {
        (before, after) if before.is_empty() || before == after => after,
        (before, after) if after.is_empty() => before,
        (before, after) => format!("{before} -> {after}"),
    };
    if let Some(most) = row.energy_mwh_at_most {
        let _ = write!(what, " (grows by itself to {} MWh)", significant(most, 4));
    }
    let accelerators: Vec<String> = row.accelerators.iter().map(|(name, count)| format!("{count} x {name}")).collect();
    let known = |text: String| if row.unknown.is_some() { "?".to_owned() } else { text };
    vec![
        row.address.clone(),
        row.action.name().to_owned(),
        row.unknown.clone().unwrap_or(what),
        accelerators.join(", "),
        known(signed(row.energy_mwh)),
        known(row.co2e_t.map_or_else(|| "?".to_owned(), signed)),
        match (&row.region_before, &row.region) {
            (Some(before), Some(after)) => format!("{before} -> {after}"),
            (_, region) => region.clone().unwrap_or_else(|| "-".to_owned()),
        },
    ]
}

fn others(count: usize) -> String {
    match count {
        1 => "1 resource of a type that runs no machines".to_owned(),
        count => format!("{count} resources of types that run no machines"),
    }
}

fn mass(tonnes: f64) -> String {
    if tonnes < 0.0 { format!("-{}", show::mass(-tonnes * 1e6)) } else { show::mass(tonnes * 1e6) }
}

fn signed(value: f64) -> String {
    let text = significant(value, 4);
    if value > 0.0 { format!("+{text}") } else { text }
}

impl From<BillError> for Failure {
    fn from(error: BillError) -> Self {
        match error {
            BillError::Overflow(error) => error.into(),
            BillError::Data(error) => Self::Internal(error.into()),
        }
    }
}
