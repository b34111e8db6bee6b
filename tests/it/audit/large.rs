//! What `verify` takes of a large ledger, in time and memory; run by name (CONTRIBUTING).

use crate::budget::{demand, policy};
use crate::ledger::{FAR, Fixture, at, batch, holding, job, window};
use crate::reliability::timed;
use model::TokenId;
use serde_json::json;
use std::process::{Command, Stdio};
use wattledger::budget::{Ask, Office};

const BATCHES: u64 = 200;
const WINDOWS: i64 = 1_000;
const JOBS_OF_BATCH: i64 = 100;
const DECISIONS: u64 = 50_000;

#[test]
#[ignore = "a measurement: run it by name"]
fn verify_of_two_hundred_thousand_windows_and_fifty_thousand_decisions() {
    let fixture = Fixture::in_germany(60);
    let (ingested, ()) = timed(|| (1..=BATCHES).for_each(|number| drop(fixture.apply(&large_batch(number)))));
    println!("{} windows of {} jobs in {ingested:?}", BATCHES * 1_000, BATCHES * 100);
    let (closed, entries) = timed(|| fixture.close(at(FAR)));
    println!("{entries} entries in {closed:?}");
    let by = TokenId::from("0123456789abcdef");
    let Fixture { directory, store, library } = fixture;
    let office = Office { store: &store, library: &library, now: at(FAR), by: &by };
    office.create(policy("llm", i64::MAX / 2, json!({ "mode": "warn" }))).unwrap();
    let (decided, ()) = timed(|| {
        for number in 0..DECISIONS {
            office.admit(Some(&format!("key {number}")), demand("llm", 500_000), Ask::Reserve).unwrap();
        }
    });
    println!("{DECISIONS} decisions in {decided:?}");
    drop(store);
    let (took, most_kib) = timed(|| verified(directory.path()));
    println!("verified in {took:?}, at most {} MiB", most_kib / 1_024);
}

/// The batch of a node of its own hour: windows of two seconds, ten to a job.
fn large_batch(number: u64) -> wire::Batch {
    let start = i64::try_from(number).unwrap() * 2 * WINDOWS;
    let mut said = batch(number, start + 2 * WINDOWS);
    said.windows =
        (0..WINDOWS).map(|place| window("gpu0", start + 2 * place, start + 2 * place + 2, 600_000)).collect();
    for place in 0..JOBS_OF_BATCH {
        let (id, from) = (format!("job-{number}-{place}"), start + 20 * place);
        said.holdings.push(holding("gpu0", &id, 1, from, Some(from + 20)));
        said.jobs.push(job(&id, "vision", Some(from + 20)));
    }
    said
}

/// Runs the command; the most memory that it had, KiB.
fn verified(directory: &std::path::Path) -> u64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    let mut running = command.arg("verify").arg("--data").arg(directory).stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", running.id());
    let mut most_kib = 0;
    while running.try_wait().unwrap().is_none() {
        let said = std::fs::read_to_string(&status).unwrap_or_default();
        let high = said.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        most_kib = most_kib.max(high.unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(running.wait().unwrap().success());
    most_kib
}
