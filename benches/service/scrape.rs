//! `/metrics` of a service that has a day of 104 nodes and twenty budgets: how long Prometheus waits, and how much it gets.

use super::fleet::{Node, after};
use super::process::{Client, Service, spread};
use model::DeviceUuid;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use units::{Pue, Span, Timestamp};
use wattledger::grid::Library;
use wattledger::store::{By, Store};
use wattledger::{ingest, ledger, workload};
use wire::{DeviceKind, Holding, Job};

const NODES: u64 = 104;
const HOURS: u64 = 24;
const HOUR_S: u64 = 3_600;
const BUDGETS: u64 = 20;

pub(crate) fn measure(data: &Path) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let start = Timestamp::from_seconds(((now / HOUR_S - HOURS) * HOUR_S) as i64).unwrap();
    build(data, start);
    let service = Service::start(data, "");
    let mut client = Client::new(service.address, service.admin());
    for number in 0..BUDGETS {
        let project = number % 4;
        let policy = format!(
            r#"{{"name":"b{number}","scope":"project","project":"project-{project}","unit":"co2e","limit_ug":9000000000000,"period":"month","mode":"observe"}}"#
        );
        let (status, said) = client.request("POST", "/api/v1/budgets", "", policy.as_bytes());
        assert_eq!(status, 201, "{said}");
    }
    let mut scrape = || {
        let begin = Instant::now();
        let (status, text) = client.get("/metrics");
        assert_eq!(status, 200, "{text}");
        (begin.elapsed(), text.len())
    };
    let (first, bytes) = scrape();
    let times: Vec<Duration> = (0..100).map(|_| scrape().0).collect();
    println!(
        "scrape   {NODES} nodes, {HOURS} h, {BUDGETS} budgets, {:.0} kB: {}; once a minute {:.0} ms",
        bytes as f64 / 1e3,
        spread(times),
        first.as_secs_f64() * 1e3
    );
    service.stop();
}

fn build(data: &Path, start: Timestamp) {
    let store = Store::open(data).unwrap();
    let library = Arc::new(Library::bundled().unwrap());
    let pue = Pue::from_parts_per_million(1_200_000).unwrap();
    workload::add_site(&store, &library, "fra".into(), "DE", 60, pue, By::service(start)).unwrap();
    for hour in 0..HOURS {
        for number in 0..NODES {
            let mut node = Node::new(number, start);
            ingest::apply(&store, an_hour(number, &mut node, hour), after(start, (hour + 1) * HOUR_S)).unwrap();
        }
        ledger::close(&store, &library, after(start, (hour + 1) * HOUR_S + 700), Span::from_seconds(600)).unwrap();
    }
}

/// Windows of ten minutes of each device, held by a job of an hour.
fn an_hour(number: u64, node: &mut Node, hour: u64) -> Vec<u8> {
    let mut batch = node.batch((hour + 1) * HOUR_S);
    batch.sequence = hour + 1;
    let devices: Vec<(DeviceUuid, DeviceKind)> =
        batch.devices.iter().map(|device| (device.uuid.clone(), device.kind)).collect();
    for step in 0..6 {
        for (uuid, _) in &devices {
            let watts = 150 + node.random() % 100;
            batch.windows.push(node.window(uuid, hour * HOUR_S + step * 600, 600, watts));
        }
    }
    let id = format!("j-{number}-{hour}");
    let (from, to) = (batch.windows[0].start, batch.clock.wall);
    let project = Some(format!("project-{}", number % 4).into());
    batch.jobs.push(Job { id: id.clone().into(), project, started: Some(from), ended: Some(to), ..Job::default() });
    let held = devices.into_iter().filter(|(_, kind)| *kind == DeviceKind::Accelerator);
    batch.holdings.extend(held.map(|(device, _)| Holding {
        device,
        job: id.clone().into(),
        weight: 1,
        start: from,
        end: Some(to),
    }));
    batch.to_json().unwrap()
}
