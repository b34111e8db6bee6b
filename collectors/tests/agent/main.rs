//! The agent loses nothing, doubles nothing and invents nothing, whatever happens to it, its disk and the service.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test helper that cannot go on should say where")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "seeds and counts are to be seen")]

mod clock;
mod config;
mod crash;
mod damage;
mod exporter;
#[path = "../../../tests/it/exposition.rs"]
mod exposition;
mod full;
mod holders;
mod kill;
mod kubelet;
mod learning;
mod metrics;
mod occupants;
mod outage;
mod protocol;
mod samples;
#[path = "../../../tests/it/skip.rs"]
mod skip;
mod stub;

/// A count of trials: `default`, or what the environment variable says for a long run.
#[allow(clippy::disallowed_methods, reason = "the length of a test run is asked for by whoever starts it")]
fn trials(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A seed for a random test, printed so that a failure can be repeated: `WATTLEDGER_SEED` sets it.
fn seed() -> u64 {
    let seed = trials("WATTLEDGER_SEED", fastrand::u64(..));
    println!("seed {seed}: repeat with WATTLEDGER_SEED={seed}");
    seed
}
