//! What the user of a cluster reads. Advice is in the terms of an object: annotations, not options of a command.

use crate::budget::{BudgetError, Demand};
use crate::hardware::HardwareError;
use api::Decision;

/// Options of a denial that a terminal shows.
const OPTIONS_SHOWN: usize = 3;

/// Why an object is denied: what is needed, what is left, what would fit, and whom to ask.
pub(super) fn denial(object: &str, demand: &Demand, decision: &Decision) -> String {
    let hours = decision.estimate.hours;
    let mut text = format!(
        "carbon budget: {object}, {} x {} for {hours} h: {}",
        demand.count,
        accelerator(demand),
        decision.reason
    );
    if !decision.options.is_empty() {
        let titles: Vec<&str> =
            decision.options.iter().take(OPTIONS_SHOWN).map(|option| option.title.as_str()).collect();
        text.push_str(&format!(". What would fit: {}", titles.join("; ")));
    }
    if let Some(id) = &decision.id {
        text.push_str(&format!(". This is admission {id}; to ask for an exception: wattledger budget request {id}"));
    }
    text
}

/// What is counted: accelerators, or slices of them.
fn accelerator(demand: &Demand) -> String {
    match demand.labels.get("slice") {
        Some(slice) => format!("{slice} slices of {}", demand.accelerator),
        None => demand.accelerator.clone(),
    }
}

/// Why an object that cannot be estimated is denied, and what to write into it.
pub(super) fn cannot_estimate(why: &str) -> String {
    format!(
        "carbon budget: it cannot be estimated: {why}; the annotations wattledger.io/accelerator, wattledger.io/power-w (W of one accelerator) and wattledger.io/hours say what an object does not"
    )
}

/// Why a demand cannot be judged.
pub(super) fn problem(error: &BudgetError) -> String {
    match error {
        BudgetError::Hardware(HardwareError::UnknownAccelerator { asked, nearest }) => {
            let nearest = nearest.trim_end().trim_end_matches(';');
            let words = format!("accelerator {asked:?} is not in the accelerator table");
            if nearest.is_empty() { words } else { format!("{words}: {nearest}") }
        }
        BudgetError::Hardware(HardwareError::NoTdp { key, model }) => {
            format!("no TDP is published for {model} ({key})")
        }
        BudgetError::Hardware(HardwareError::Slice { asked }) => {
            format!("{asked:?} is a slice of an accelerator, whose power is not known")
        }
        other => other.to_string(),
    }
}
