//! `wattledger estimate`: energy and CO2e of a job before it runs.

mod answer;
mod cost;

use super::failure::Failure;
use super::grid_arguments::{GridArguments, GridFactor};
use super::{number, print};
use crate::budget::{AcceleratorPower, Estimate, Hardware, PowerError, Workload};
use crate::hardware::{HardwareError, find_instance};
use answer::EstimateReport;
pub(super) use answer::energy;
use api::Assumption;
use cost::CostArguments;
use units::{Overflow, Pue, Timestamp};

/// Estimate the energy and CO2e of a job before it runs
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct EstimateCommand {
    #[command(flatten)]
    job: EstimateArguments,
    #[command(flatten)]
    cost: CostArguments,
}

/// The job that is estimated.
#[derive(clap::Args)]
pub(crate) struct EstimateArguments {
    /// Accelerator: a key of the bundled table, an NVML name, or a family such as A100
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new(), required_unless_present = "instance", conflicts_with = "instance")]
    pub(super) accelerator: Option<String>,
    /// Cloud instance type, such as aws/p4d.24xlarge; the cloud may be left out where only one has the type
    #[arg(long, value_name = "CLOUD/TYPE")]
    pub(super) instance: Option<String>,
    /// Number of accelerators; with --instance of instances, 1 unless stated
    #[arg(long, value_name = "N", value_parser = number::count, allow_negative_numbers = true, required_unless_present = "instance")]
    pub(super) count: Option<u64>,
    /// Wall time, in hours
    #[arg(long, value_name = "H", value_parser = number::nanohours, allow_negative_numbers = true, required = true)]
    pub(super) hours: Option<u64>,
    /// Mean power of one accelerator including its share of the host, in W
    #[arg(long, value_name = "W", value_parser = number::nanowatts, allow_negative_numbers = true)]
    pub(super) power_w: Option<u64>,
    /// Mean power as a fraction of the TDP, above 0 and up to 1, instead of the accelerator's usual one
    #[arg(long, value_name = "U", value_parser = number::utilisation_ppm, allow_negative_numbers = true, conflicts_with = "power_w")]
    pub(super) utilisation: Option<u32>,
    /// PUE of the facility (facility energy / IT energy), 1.0 to 3.0
    #[arg(long, value_name = "X", value_parser = number::pue, allow_negative_numbers = true)]
    pub(super) pue: Option<Pue>,
    #[command(flatten)]
    pub(super) grid: GridArguments,
    /// Planned start, such as 2026-03-01T12:00Z
    #[arg(long, value_name = "TIME", value_parser = number::moment)]
    pub(super) start: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Estimates and prints.
pub(crate) fn run(command: &EstimateCommand) -> Result<(), Failure> {
    let EstimateCommand { job, cost } = command;
    let grid = job.grid.grid(job.start)?;
    let power = job.hardware().power()?;
    let nanohours = cost.nanohours().unwrap_or_else(|| job.nanohours());
    let workload = Workload {
        accelerators: power.accelerators,
        nanohours,
        nanowatts: power.nanowatts,
        pue: job.pue.unwrap_or(Pue::ONE),
    };
    let energy = workload.estimate(power.spread_ppm)?;
    let mut answer = answer(job, &power, (workload, energy), grid.as_ref())?;
    answer.cost = cost.of(energy, job.count(), nanohours)?;
    if job.json { print::json(&answer) } else { print::text(&answer.to_string()) }
}

impl EstimateArguments {
    /// Number of accelerators or instances, of which one is meant where none is stated; 0 only if a plan stands in for the job.
    pub(super) fn count(&self) -> u64 {
        self.count.unwrap_or_else(|| self.instance.is_some().into())
    }

    /// Wall time in 10⁻⁹ h; 0 only if a plan stands in for the job.
    pub(super) fn nanohours(&self) -> u64 {
        self.hours.unwrap_or_default()
    }

    /// What the estimate counts.
    fn counts_machines(&self) -> bool {
        self.instance.as_deref().is_some_and(|name| find_instance(name).is_err())
    }

    pub(super) fn hardware(&self) -> Hardware<'_> {
        Hardware {
            accelerator: self.accelerator.as_deref().unwrap_or_default(),
            instance: self.instance.as_deref(),
            count: self.count(),
            nanowatts: self.power_w,
            utilisation_ppm: self.utilisation,
        }
    }
}

fn answer(
    arguments: &EstimateArguments,
    power: &AcceleratorPower,
    (workload, energy): (Workload, Estimate),
    grid: Option<&GridFactor>,
) -> Result<EstimateReport, Failure> {
    let mut assumptions = power.assumptions.clone();
    assumptions.push(pue_assumption(arguments.pue));
    assumptions.push(grid_assumption(grid));
    assumptions.extend(start_assumption(arguments, grid));
    let counted = if arguments.counts_machines() { "machine" } else { "accelerator" };
    let mut answer = EstimateReport::new((workload, counted), energy, grid, assumptions)?;
    answer.would_change = would_change(arguments, &answer, grid)?;
    Ok(answer)
}

pub(super) fn pue_assumption(given: Option<Pue>) -> Assumption {
    match given {
        Some(pue) => Assumption::new("PUE", crate::decimal::format(pue.parts_per_million().into(), 6), "--pue"),
        None => Assumption::new("PUE", "1.0", "not given: cooling and power distribution of the facility are left out"),
    }
}

pub(super) fn grid_assumption(grid: Option<&GridFactor>) -> Assumption {
    match grid {
        Some(grid) => {
            let source = if grid.choice.is_some() { "factor library" } else { "--intensity" };
            let source = if grid.notes.is_empty() { source.to_owned() } else { grid.notes.join("; ") };
            Assumption::new("grid", &grid.factor.label, source)
        }
        None => Assumption::new("grid", "none", super::grid_arguments::NO_GRID),
    }
}

fn start_assumption(arguments: &EstimateArguments, grid: Option<&GridFactor>) -> Option<Assumption> {
    let start = chrono::DateTime::from_timestamp_nanos(arguments.start?.nanoseconds());
    let effect = match grid {
        Some(GridFactor { choice: Some(_), .. }) => "no effect: a yearly factor is the same for every hour of its year",
        _ => "no effect without a factor from the library",
    };
    Some(Assumption::new("start", start.format("%Y-%m-%dT%H:%M:%SZ").to_string(), effect))
}

/// How other options would change the estimate, in words.
fn would_change(
    arguments: &EstimateArguments,
    answer: &EstimateReport,
    grid: Option<&GridFactor>,
) -> Result<Vec<String>, Failure> {
    let mut changes = Vec::new();
    if arguments.power_w.is_none() {
        changes.push(
            "--power-w with the mean power of a similar job replaces the prior and narrows p95 to 1.18 x p50 or less"
                .to_owned(),
        );
    }
    if arguments.pue.is_none() {
        changes.push(format!("every 0.1 of PUE adds {}", answer::energy(answer.energy_mwh * 0.1)));
    }
    let Some(grid) = grid else {
        changes.push("--zone or --region adds CO2e to the estimate".to_owned());
        return Ok(changes);
    };
    let Some(choice) = &grid.choice else { return Ok(changes) };
    for cleaner in arguments.grid.cleaner_regions(choice)? {
        let carbon = units::Energy::from_millijoules(answer.energy_mj).carbon(cleaner.factor.intensity)?;
        let mass = super::show::mass(carbon.micrograms() as f64 / 1e6);
        changes.push(format!(
            "--region {} ({}): {mass}, with a factor of the same type",
            cleaner.region, cleaner.factor.name
        ));
    }
    Ok(changes)
}

impl From<Overflow> for Failure {
    fn from(overflow: Overflow) -> Self {
        Self::Usage(overflow.to_string())
    }
}

impl From<HardwareError> for Failure {
    fn from(error: HardwareError) -> Self {
        match error {
            HardwareError::Data(defect) => Self::Internal(defect.into()),
            unknown => Self::CannotEstimate(unknown.to_string()),
        }
    }
}

impl From<PowerError> for Failure {
    fn from(error: PowerError) -> Self {
        match error {
            PowerError::Hardware(error) => error.into(),
            PowerError::Overflow(error) => error.into(),
        }
    }
}
