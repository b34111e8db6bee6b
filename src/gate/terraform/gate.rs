//! The gate: holds a month of a plan against the budgets, and says so as the result of a run task.

use super::bill::PlanBill;
use super::load::{LoadError, PlanLoad};
use super::task::{Task, TaskResult};
use crate::budget::{Ask, BudgetError, Demand, Office};
use crate::config::Terraform;
use model::ProjectName;
use units::Pue;

/// What the budgets say of a month of the plan.
///
/// # Errors
///
/// The ledger or the store: then nothing was decided.
pub fn decide(
    office: &Office<'_>,
    settings: &Terraform,
    task: &Task,
    bill: &PlanBill,
) -> Result<TaskResult, BudgetError> {
    let unknown: Vec<String> = bill.unknown().map(|(address, reason)| format!("{address} ({reason})")).collect();
    if !unknown.is_empty() {
        return Ok(TaskResult::new(false, format!("cannot be estimated: {}", unknown.join("; "))));
    }
    let load = match bill.load(Pue::ONE) {
        Ok(Some(load)) => load,
        Ok(None) => return Ok(TaskResult::new(true, "adds neither energy nor CO2e")),
        Err(LoadError::Overflow(error)) => return Err(error.into()),
        Err(error @ LoadError::NoRegion(_)) => {
            let next = "state the region in the provider or the resource as a constant or a variable of the root module, or for the workspace in [terraform.regions] of the service's configuration";
            return Ok(TaskResult::new(false, format!("CO2e cannot be estimated: {error}; {next}")));
        }
    };
    let demand = demand(task, project(office, settings, task)?, load);
    let key = task.task_result_id.as_ref().map(|id| format!("terraform:{id}"));
    // A speculative plan is never applied.
    let ask = if task.is_speculative { Ask::DryRun } else { Ask::Check };
    match office.admit(key.as_deref(), demand, ask) {
        Ok(decision) => {
            let month =
                format!("{:.3} MWh, {:.3} t CO2e a month", decision.estimate.energy_mwh, decision.estimate.co2e_t);
            Ok(TaskResult::new(decision.allowed, format!("{month}: {}", decision.reason)))
        }
        Err(error @ (BudgetError::Store(_) | BudgetError::Ledger(_))) => Err(error),
        Err(error) => Ok(TaskResult::new(false, error.to_string())),
    }
}

/// The project that a workspace is charged to: the configured one, or one of its name; empty where there is none.
fn project(office: &Office<'_>, settings: &Terraform, task: &Task) -> Result<ProjectName, BudgetError> {
    let workspace = &task.workspace_name;
    Ok(match Terraform::of_workspace(&settings.projects, &task.organization_name, workspace) {
        Some(project) => project.clone(),
        None => office.project_of(workspace)?,
    })
}

fn demand(task: &Task, project: ProjectName, load: PlanLoad) -> Demand {
    Demand {
        project,
        accelerator: load.accelerator,
        count: load.count,
        nanohours: super::HOURS_PER_MONTH * 1_000_000_000,
        nanowatts: Some(load.nanowatts),
        pue_ppm: Some(Pue::ONE.parts_per_million()),
        intensity: load.intensity,
        stated: Some(load.impact),
        user: task.run_created_by.clone(),
        job_name: Some(task.workspace_name.clone()),
        ..Demand::default()
    }
    .made_plain()
}
