//! The history of the fleet, sent through the ingest path by all nodes at once.

use super::agent::{SimulatedAgent, moment};
use super::error::DemoError;
use super::fleet::{LATE, NODES, SILENT, devices};
use super::schedule::{DAY, HOUR, MINUTE, jobs, outages};
use crate::ingest;
use crate::store::{Store, StoreError};
use std::sync::atomic::{AtomicU64, Ordering};
use units::Timestamp;

/// Time that a batch of the past covers, s.
const CHUNK_S: i64 = HOUR;
/// Windows of this many newest seconds are shorter.
const FINE_S: i64 = 6 * HOUR;

/// An agent, and where it continues.
pub(super) struct Resumed {
    pub(super) agent: SimulatedAgent,
    /// First second that is filled in.
    pub(super) from: i64,
    /// Whether the ledger already had windows of its node.
    pub(super) continues: bool,
}

/// The agents of all nodes: each continues where its last window in the ledger ended, or starts `days` before `now`.
pub(super) fn resume(store: &Store, days: i64, now: Timestamp) -> Result<Vec<Resumed>, DemoError> {
    let second = now.nanoseconds().div_euclid(1_000_000_000);
    let begin = (second - days * DAY).div_euclid(HOUR) * HOUR;
    let mut found = Vec::new();
    for (node, known) in NODES.iter().enumerate() {
        let uuid = devices(node).swap_remove(0).uuid;
        let until =
            store.read::<_, StoreError>(|tx| match tx.devices().named(Some(&known.name.into()), &uuid)?.first() {
                Some(device) => tx.evidence().metered_until(*device),
                None => Ok(None),
            })?;
        let until = until.map(|until| until.nanoseconds().div_euclid(1_000_000_000));
        let from = until.unwrap_or(begin);
        let agent = SimulatedAgent::new(node, now, from, until.is_some());
        found.push(Resumed { agent, from, continues: until.is_some() });
    }
    Ok(found)
}

/// Up to when the data of a node have arrived at `second`.
pub(super) fn arrived(node: usize, second: i64) -> i64 {
    match node {
        LATE => late(second),
        SILENT => second - 25 * MINUTE,
        _ => second,
    }
}

/// Up to when the late agent has delivered: every 20 minutes it sends everything older than 40.
pub(super) fn late(second: i64) -> i64 {
    (second - 40 * MINUTE).div_euclid(20 * MINUTE) * 20 * MINUTE
}

/// Sends everything up to `now`.
pub(super) fn load(
    store: &Store,
    agents: &mut [Resumed],
    now: Timestamp,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(), DemoError> {
    let second = now.nanoseconds().div_euclid(1_000_000_000);
    let ends: Vec<i64> = agents.iter().map(|resumed| arrived(resumed.agent.node, second)).collect();
    let batches = |(resumed, end): (&Resumed, &i64)| (end - resumed.from).max(0).cast_unsigned() / 3_600 + 1;
    let all: u64 = agents.iter().zip(&ends).map(batches).sum();
    let done = AtomicU64::new(0);
    let counted = &|| progress((done.fetch_add(1, Ordering::Relaxed) + 1).min(all), all);
    std::thread::scope(|scope| {
        // A thread per node: those that wait for the disk share one commit.
        let tellers: Vec<_> = agents
            .iter_mut()
            .zip(ends)
            .map(|(resumed, end)| scope.spawn(move || tell(store, &mut resumed.agent, end, now, counted)))
            .collect();
        let stopped = || DemoError::Live("a thread met a defect".to_owned());
        tellers.into_iter().try_for_each(|teller| teller.join().unwrap_or_else(|_| Err(stopped())))
    })
}

fn tell(
    store: &Store,
    agent: &mut SimulatedAgent,
    end: i64,
    now: Timestamp,
    counted: &(dyn Fn() + Sync),
) -> Result<(), DemoError> {
    let second = now.nanoseconds().div_euclid(1_000_000_000);
    let (jobs, outages) = (jobs(agent.until, end.max(agent.until + 1)), outages(agent.until, end.max(agent.until + 1)));
    while agent.until < end {
        let to = ((agent.until.div_euclid(CHUNK_S) + 1) * CHUNK_S).min(end);
        let step = if second - agent.until > FINE_S { 10 * MINUTE } else { MINUTE };
        match agent.tell(&jobs, &outages, to, step) {
            Some(told) => {
                let received = if agent.node == LATE { told.until + 40 * MINUTE } else { told.until + 1 };
                ingest::apply(store, told.batch.to_json()?, moment(received).min(now))?;
                agent.until = told.until;
            }
            None => agent.until = to,
        }
        counted();
    }
    Ok(())
}
