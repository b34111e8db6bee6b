//! How far a job has come: the counters that its training script reports.

use super::WorkloadError;
use crate::store::{StepReport, Store};
use model::JobId;

/// Notes the counters of a job at a moment. What adds nothing to the report before it changes nothing, so that a report may be repeated.
/// Returns the report that holds at that moment.
///
/// # Errors
///
/// There is no such job; a counter would go back.
pub fn report_steps(store: &Store, id: JobId, report: StepReport) -> Result<StepReport, WorkloadError> {
    store.write(move |tx| {
        let unknown =
            || WorkloadError::Unknown { what: "job", name: id.to_string(), next: "`wattledger jobs` lists all" };
        let job = tx.jobs().find(&id)?.ok_or_else(unknown)?.job;
        let before = tx.steps().until(job, report.at)?;
        let after = tx.steps().after(job, report.at)?;
        for (earlier, later) in [(before, Some(report)), (Some(report), after)] {
            if let (Some(earlier), Some(later)) = (earlier, later) {
                expect_forward(&id, &earlier, &later)?;
            }
        }
        if let Some(same) = before.filter(|before| adds_nothing(before, &report)) {
            return Ok(same);
        }
        tx.steps().add(job, &report)?;
        Ok(report)
    })
}

fn adds_nothing(before: &StepReport, report: &StepReport) -> bool {
    before.steps == report.steps && report.samples.is_none_or(|samples| before.samples == Some(samples))
}

fn expect_forward(id: &JobId, earlier: &StepReport, later: &StepReport) -> Result<(), WorkloadError> {
    let backwards = |what, earlier, later| Err(WorkloadError::Backwards { id: id.clone(), what, earlier, later });
    if later.steps < earlier.steps {
        return backwards("steps", earlier.steps, later.steps);
    }
    match (earlier.samples, later.samples) {
        (Some(before), Some(then)) if then < before => backwards("samples", before, then),
        _ => Ok(()),
    }
}
