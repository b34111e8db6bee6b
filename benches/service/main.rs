//! What the service costs, as a real process on loopback: `cargo bench --bench service [-- PART…]`, where a part is `ingest`, `agents`, `copies`, `gates`, `kubernetes`, `scrape` or
//! `year`.
//!
//! Figures, dated and with their machine, stand in docs/PERFORMANCE.md. Nothing here asserts a time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement prints, asks the clock, and stops where it cannot go on"
)]

mod copies;
mod fleet;
mod gates;
mod kubernetes;
mod process;
mod scrape;
mod year;

use fleet::{Node, gzip};
use process::{Client, Service, directory_bytes, spread};
use std::path::Path;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// The agents that load the service at once.
const AGENTS: u64 = 104;
/// Batches of 60 s that each sends: six hours.
const BATCHES: u64 = 360;
/// Agents of the latency measurement.
const MANY: u64 = 500;
const LATENCY_S: u64 = 40;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wants = |part: &str| asked.is_empty() || asked.iter().any(|asked| asked == part);
    let folder = tempfile::tempdir().unwrap();
    if wants("ingest") {
        ingest(&folder.path().join("ingest"));
    }
    if wants("agents") {
        agents(&folder.path().join("agents"));
    }
    if wants("copies") {
        copies::measure(&folder.path().join("copies"));
    }
    if wants("gates") {
        gates::measure(&folder.path().join("gates"));
    }
    if wants("kubernetes") {
        kubernetes::measure(&folder.path().join("kubernetes"));
    }
    if wants("scrape") {
        scrape::measure(&folder.path().join("scrape"));
    }
    if wants("year") {
        year::measure(&folder.path().join("year"));
    }
}

/// As fast as the service takes them: each agent sends its next batch when the one before is acknowledged.
fn ingest(data: &Path) {
    let service = Service::start(data, "");
    let token = service.token("ingest");
    let bodies: Vec<Vec<Vec<u8>>> = (0..AGENTS)
        .map(|number| {
            let mut node = Node::new(number, fleet::yesterday());
            (0..BATCHES).map(|_| gzip(&node.next_minute())).collect()
        })
        .collect();
    let sent: usize = bodies.iter().flatten().map(Vec::len).sum();
    let (before, start) = (service.usage(), Instant::now());
    let times = from_each(&service, &token, &bodies, Duration::ZERO);
    let (seconds, after) = (start.elapsed().as_secs_f64(), service.usage());
    let windows = (AGENTS * BATCHES * fleet::WINDOWS_PER_MINUTE) as f64;
    let cpu_s = after.cpu_s - before.cpu_s;
    println!(
        "ingest   {windows:.0} windows of 10 s in batches of 60 s from {AGENTS} agents at once, {:.0} bytes of gzip a batch:",
        sent as f64 / (AGENTS * BATCHES) as f64
    );
    println!(
        "         {:.0} windows per CPU-second ({:.0} µs a batch), {:.0} per second of wall time, acknowledged {}",
        windows / cpu_s,
        cpu_s * 1e6 / (AGENTS * BATCHES) as f64,
        windows / seconds,
        spread(times)
    );
    println!("         memory {:.1} MB, peak {:.1} MB", after.rss_mb, after.peak_mb);
    service.stop();
    let bytes = directory_bytes(data) as f64;
    let gpu_years = (AGENTS * 8 * BATCHES) as f64 / (365.0 * 1_440.0);
    println!("         disk {:.1} MB, {:.0} MB per GPU and year", bytes / 1e6, bytes / 1e6 / gpu_years);
}

/// Sends each agent's bodies one after the other, `every` so long or as fast as they are taken, all agents at once; returns what each took.
fn from_each(service: &Service, token: &str, bodies: &[Vec<Vec<u8>>], every: Duration) -> Vec<Duration> {
    let begin = Instant::now();
    std::thread::scope(|scope| {
        let running: Vec<_> = bodies
            .iter()
            .map(|bodies| {
                scope.spawn(move || {
                    let mut client = Client::new(service.address, token);
                    let sent = bodies.iter().zip(0..).map(|(body, number)| {
                        std::thread::sleep((every * number).saturating_sub(begin.elapsed()));
                        client.post_batch(body)
                    });
                    sent.collect::<Vec<_>>()
                })
            })
            .collect();
        running.into_iter().flat_map(|agent| agent.join().unwrap()).collect()
    })
}

/// 500 agents, each of which sends a batch every ten seconds, evenly spread.
fn agents(data: &Path) {
    let service = Service::start(data, "");
    let token = service.token("ingest");
    let barrier = Barrier::new(MANY as usize + 1);
    let (mut times, mut cpu_s, mut all) = (Vec::new(), 0.0, Vec::new());
    let mut nodes: Vec<Node> = (0..MANY).map(|number| Node::new(number, fleet::yesterday())).collect();
    let rounds = LATENCY_S / 10;
    let bodies: Vec<Vec<Vec<u8>>> =
        nodes.iter_mut().map(|node| (0..rounds).map(|_| gzip(&node.next_minute())).collect()).collect();
    std::thread::scope(|scope| {
        let running: Vec<_> = bodies
            .iter()
            .zip(0..MANY)
            .map(|(bodies, number)| {
                let (service, token, barrier) = (&service, token.as_str(), &barrier);
                scope.spawn(move || {
                    let mut client = Client::new(service.address, token);
                    barrier.wait();
                    let begin = Instant::now();
                    let due = |round: u64| Duration::from_millis(round * 10_000 + number * 10_000 / MANY);
                    let round = |(round, body): (u64, &Vec<u8>)| {
                        std::thread::sleep(due(round).saturating_sub(begin.elapsed()));
                        client.post_batch(body)
                    };
                    (0..).zip(bodies).map(round).collect::<Vec<_>>()
                })
            })
            .collect();
        barrier.wait();
        let before = service.usage();
        all.extend(running.into_iter().flat_map(|agent| agent.join().unwrap()));
        cpu_s += service.usage().cpu_s - before.cpu_s;
    });
    times.extend(all);
    let usage = service.usage();
    println!(
        "agents   {MANY} agents, a batch of 60 windows each every 10 s for {LATENCY_S} s: acknowledged {}, {:.1} % of a core, memory {:.1} MB, peak {:.1} MB",
        spread(times),
        cpu_s / LATENCY_S as f64 * 100.0,
        usage.rss_mb,
        usage.peak_mb
    );
    service.stop();
}
