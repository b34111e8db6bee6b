//! Two agents that send under one name, as two machines of one host name do: found by the starts of an agent, which follow one another on one machine
//! and take turns on two.

use model::AgentId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use units::{Span, Timestamp};
use wire::{Batch, Boot};

/// What is found again is told again after this time.
const TOLD_AGAIN: Span = Span::from_seconds(600);

/// The latest starts of every agent of a node.
#[derive(Debug, Default)]
pub(super) struct Twins(Mutex<HashMap<AgentId, AgentStarts>>);

/// The latest start of an agent, and the one before it.
#[derive(Debug)]
struct AgentStarts {
    current: Boot,
    /// When the agent made the first batch of the current start that came, by its clock.
    since: Timestamp,
    /// The machine's boot that the current start states.
    machine: Option<String>,
    before: Option<EarlierStart>,
    told: Option<Timestamp>,
}

#[derive(Debug)]
struct EarlierStart {
    boot: Boot,
    machine: Option<String>,
}

impl Twins {
    /// Takes note of a batch that was taken at `now`. Returns what to tell of it, if the start before the current one goes on after that began.
    pub(super) fn hear(&self, batch: &Batch, now: Timestamp) -> Option<String> {
        // Runs of one user share a name; each is a start.
        if batch.agent.as_str() != batch.node.name.as_str() {
            return None;
        }
        let (boot, made, machine) = (batch.boot, batch.clock.wall, batch.node.host_boot.clone());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(starts) = all.get_mut(&batch.agent) else {
            let starts = AgentStarts { current: boot, since: made, machine, before: None, told: None };
            all.insert(batch.agent.clone(), starts);
            return None;
        };
        if boot == starts.current || made <= starts.since {
            // What an earlier start left is delivered late.
            return None;
        }
        let Some(before) = starts.before.as_ref().filter(|before| before.boot == boot) else {
            let earlier = EarlierStart { boot: starts.current, machine: starts.machine.take() };
            (starts.current, starts.since, starts.machine, starts.before) = (boot, made, machine, Some(earlier));
            return None;
        };
        let is_old = |told| now.since(told).is_some_and(|span| span >= TOLD_AGAIN);
        if starts.told.is_some_and(|told| !is_old(told)) {
            return None;
        }
        starts.told = Some(now);
        Some(words(batch.node.name.as_str(), before.machine.as_deref(), starts.machine.as_deref()))
    }
}

/// What is wrong with `node`, whose two agents state these boots of their machines.
fn words(node: &str, one: Option<&str>, other: Option<&str>) -> String {
    let rename = "give one of them a name of its own (`name` in its agent.toml) and restart its agent";
    match (one, other) {
        (Some(one), Some(other)) if one != other => {
            format!("two machines send as node {node}, so that readings of one may not be counted: {rename}")
        }
        (Some(_), Some(_)) => {
            format!("two agents run on node {node}, and what both meter is counted once: stop one of them")
        }
        _ => format!("two agents send as node {node}: if they are on two machines, {rename}; else stop one of them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of batches (start, second at which it was made, boot of the machine).
    fn told(batches: &[(u128, i64, &str)]) -> Vec<String> {
        let twins = Twins::default();
        let example = Batch::parse(include_bytes!("../../docs/wire-example.json")).unwrap();
        let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
        let heard = batches.iter().filter_map(|(boot, seconds, machine)| {
            let mut batch = example.clone();
            batch.agent = batch.node.name.as_str().into();
            (batch.boot, batch.clock.wall) = (Boot::from_bits(*boot), at(*seconds));
            batch.node.host_boot = Some((*machine).to_owned());
            twins.hear(&batch, at(*seconds))
        });
        heard.collect()
    }

    #[test]
    fn two_machines_that_take_turns_are_told_of_once_in_ten_minutes() {
        let turns: Vec<_> =
            (0..130).map(|turn| (turn % 2, i64::try_from(turn).unwrap() * 10, ["a", "b"][turn as usize % 2])).collect();
        let told = told(&turns);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("two machines send as node"), "{told:?}");
    }

    #[test]
    fn two_agents_on_one_machine_are_told_apart_from_two_machines() {
        let told = told(&[(0, 10, "a"), (1, 11, "a"), (0, 20, "a")]);
        assert!(told.len() == 1 && told[0].starts_with("two agents run on node"), "{told:?}");
    }

    #[test]
    fn restarts_late_deliveries_and_a_clock_set_back_are_no_twins() {
        // Restarts, also of the machine.
        assert_eq!(told(&[(0, 10, "a"), (0, 20, "a"), (1, 30, "a"), (1, 40, "a"), (2, 50, "b")]), Vec::<String>::new());
        // What the first start left comes between.
        assert_eq!(told(&[(0, 10, "a"), (1, 30, "a"), (0, 20, "a"), (1, 40, "a"), (0, 25, "a")]), Vec::<String>::new());
        // The second start begins with a clock that was set back.
        assert_eq!(
            told(&[(0, 100, "a"), (0, 110, "a"), (1, 50, "b"), (1, 105, "b"), (1, 120, "b")]),
            Vec::<String>::new()
        );
    }
}
