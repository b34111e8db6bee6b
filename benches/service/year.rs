//! A year of a cluster with 100,000 jobs: start-up, lists, reports.

use super::fleet::{Node, after};
use super::process::{Client, Service, directory_bytes, spread};
use model::DeviceUuid;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use units::{Pue, Span, Timestamp};
use wattledger::grid::Library;
use wattledger::store::{By, Store};
use wattledger::{ingest, ledger, workload};
use wire::{DeviceKind, Holding, Job};

const NODES: u64 = 50;
const DAYS: u64 = 365;
/// Jobs of a node, one after the other: 100,000 in all.
const JOBS_PER_NODE: u64 = 2_000;
const DAY_S: u64 = 86_400;
/// 2025-01-01T00:00:00Z.
const START_S: i64 = 1_735_689_600;

pub(crate) fn measure(data: &Path) {
    let begin = Instant::now();
    build(data);
    println!(
        "year     {NODES} nodes, {} jobs, {DAYS} days, built in {:.0} s; {:.0} MB",
        NODES * JOBS_PER_NODE,
        begin.elapsed().as_secs_f64(),
        directory_bytes(data) as f64 / 1e6
    );
    let begin = Instant::now();
    let service = Service::start(data, "");
    println!("         start-up until /readyz {:.0} ms", begin.elapsed().as_secs_f64() * 1e3);
    let admin = service.admin().to_owned();
    let mut client = Client::new(service.address, &admin);
    for query in [
        "",
        "&sort=energy",
        "&sort=co2e",
        "&project=project-1",
        "&state=running",
        "&label=team%3Dt3&sort=energy",
        "&q=j-4-19",
    ] {
        lists(&mut client, &format!("/api/v1/jobs?limit=100{query}"));
    }
    for by in ["project", "job", "month", "label:team"] {
        let path = format!("/api/v1/reports/emissions?from=2025-01-01&to=2026-01-01&group_by={by}");
        let times: Vec<Duration> = (0..10).map(|_| timed(&mut client, &path).0).collect();
        println!("         a year's report by {by}: {}", spread(times));
    }
    let usage = service.usage();
    println!("         memory {:.1} MB, peak {:.1} MB", usage.rss_mb, usage.peak_mb);
    service.stop();
    let begin = Instant::now();
    let again = Service::start(data, &admin);
    println!("         second start-up until /readyz {:.0} ms", begin.elapsed().as_secs_f64() * 1e3);
    again.stop();
}

/// Pages through the list, a hundred jobs at a time, up to two hundred pages.
fn lists(client: &mut Client, path: &str) {
    let (mut times, mut cursor) = (Vec::new(), String::new());
    for _ in 0..200 {
        let (took, answer) = timed(client, &format!("{path}{cursor}"));
        times.push(took);
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let Some(next) = answer["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    println!("         GET {path}: {}", spread(times));
}

fn timed(client: &mut Client, path: &str) -> (Duration, String) {
    let begin = Instant::now();
    let (status, answer) = client.get(path);
    assert_eq!(status, 200, "{path} {answer}");
    (begin.elapsed(), answer)
}

/// A day of a node is one batch of windows of an hour.
fn build(data: &Path) {
    let store = Store::open(data).unwrap();
    let library = Arc::new(Library::bundled().unwrap());
    let start = Timestamp::from_seconds(START_S).unwrap();
    let pue = Pue::from_parts_per_million(1_200_000).unwrap();
    workload::add_site(&store, &library, "fra".into(), "DE", 60, pue, By::service(start)).unwrap();
    let mut nodes: Vec<Node> = (0..NODES).map(|number| Node::new(number, start)).collect();
    for number in 0..NODES {
        let name = format!("node-{number:04}.cluster.example");
        workload::assign_node(&store, name.into(), "fra".into(), start, By::service(start)).unwrap();
    }
    for day in 0..DAYS {
        let store = &store;
        std::thread::scope(|scope| {
            for (number, node) in (0..NODES).zip(&mut nodes) {
                scope.spawn(move || {
                    ingest::apply(store, a_day(number, node, day), after(start, (day + 1) * DAY_S)).unwrap()
                });
            }
        });
        ledger::close(store, &library, after(start, (day + 1) * DAY_S + 700), Span::from_seconds(600)).unwrap();
    }
}

fn a_day(number: u64, node: &mut Node, day: u64) -> Vec<u8> {
    let start = Timestamp::from_seconds(START_S).unwrap();
    let mut batch = node.batch((day + 1) * DAY_S);
    batch.devices.retain(|device| device.kind == DeviceKind::Accelerator);
    let uuids: Vec<DeviceUuid> = batch.devices.iter().map(|device| device.uuid.clone()).collect();
    for hour in 0..24 {
        for uuid in &uuids {
            let watts = 350 + node.random() % 300;
            batch.windows.push(node.window(uuid, day * DAY_S + hour * 3_600, 3_600, watts));
        }
    }
    let length = DAYS * DAY_S / JOBS_PER_NODE;
    for job in (0..JOBS_PER_NODE).filter(|job| job * length / DAY_S == day) {
        let (from, to) = (after(start, job * length), after(start, job * length + length - 600));
        let id = format!("j-{number}-{job}");
        batch.jobs.push(Job {
            id: id.clone().into(),
            project: Some(format!("project-{}", job % 7).into()),
            name: Some(format!("training run {job}")),
            labels: [("team".to_owned(), format!("t{}", job % 11))].into(),
            started: Some(from),
            // The last jobs run on.
            ended: (job + 1 < JOBS_PER_NODE).then_some(to),
            ..Job::default()
        });
        let holding = |uuid: &DeviceUuid| Holding {
            device: uuid.clone(),
            job: id.clone().into(),
            weight: 1,
            start: from,
            end: Some(to),
        };
        batch.holdings.extend(uuids.iter().map(holding));
    }
    batch.to_json().unwrap()
}
