//! Admissions: how many a CPU-second takes, and how long one waits at 200 a second while agents send what a fleet sends, and all that the service takes.

use crate::fleet::{self, Node, gzip};
use crate::process::{Client, Service, spread};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Admissions one after the other.
const ALONE: u64 = 4_000;
const PER_SECOND: u64 = 200;
/// Clients that admit at once, each at its share of the rate.
const CLIENTS: u64 = 8;
/// Agents that send beside it.
const AGENTS: u64 = 4;
const BATCHES: u64 = 2_000;
/// Between two batches of one agent where they send what a large fleet does: 24,000 windows a second in all.
const PACE: Duration = Duration::from_millis(10);

type Body = fn(u64) -> String;

const GATES: [(&str, &str, Body); 2] =
    [("admissions", "/api/v1/admissions", admission), ("webhook", "/admission/kubernetes", review)];

pub(crate) fn measure(folder: &Path) {
    GATES.iter().for_each(|(name, ..)| beside(folder, name));
}

/// Measures the gate of this name, one after the other and beside ingest.
pub(crate) fn beside(folder: &Path, name: &str) {
    let gate = *GATES.iter().find(|(known, ..)| *known == name).unwrap();
    let service = Service::start(&folder.with_extension(name), "");
    prepare(&service);
    alone(&service, gate);
    beside_ingest(&service, gate, (0, PACE));
    beside_ingest(&service, gate, (1, Duration::ZERO));
    service.stop();
}

/// Five budgets, all of which count each admission.
fn prepare(service: &Service) {
    let mut client = Client::new(service.address, service.admin());
    let (status, answer) = client.request("POST", "/api/v1/projects", "", b"{\"name\":\"bench\"}");
    assert_eq!(status, 201, "{answer}");
    for number in 0..5 {
        let scope = if number < 2 { "\"scope\":\"project\",\"project\":\"bench\"" } else { "\"scope\":\"all\"" };
        let policy = format!(
            "{{\"name\":\"b{number}\",{scope},\"unit\":\"energy\",\"limit_mj\":9000000000000000,\"period\":\"month\",\"mode\":\"block\"}}"
        );
        let (status, answer) = client.request("POST", "/api/v1/budgets", "", policy.as_bytes());
        assert_eq!(status, 201, "{answer}");
    }
}

fn admission(number: u64) -> String {
    format!(
        "{{\"key\":\"k{number}\",\"project\":\"bench\",\"accelerator\":\"H100\",\"count\":8,\"hours\":1,\"name\":\"train\"}}"
    )
}

fn review(number: u64) -> String {
    format!(
        "{{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{{\"uid\":\"u{number}\",\"kind\":{{\"group\":\"batch\",\"version\":\"v1\",\"kind\":\"Job\"}},\
         \"namespace\":\"bench\",\"operation\":\"CREATE\",\"object\":{{\"metadata\":{{\"name\":\"train-{number}\",\"uid\":\"o{number}\"}},\"spec\":{{\"activeDeadlineSeconds\":3600,\
         \"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"c\",\"resources\":{{\"limits\":{{\"nvidia.com/gpu\":\"8\"}}}}}}]}}}}}}}}}}}}"
    )
}

fn ask(client: &mut Client, path: &str, body: &str) -> Duration {
    let start = Instant::now();
    let (status, answer) = client.request("POST", path, "", body.as_bytes());
    assert!(status == 200 && answer.contains("\"allowed\":true"), "{status} {answer}");
    start.elapsed()
}

fn alone(service: &Service, (name, path, body): (&str, &str, Body)) {
    let mut client = Client::new(service.address, service.admin());
    let before = service.usage().cpu_s;
    let times: Vec<Duration> = (0..ALONE).map(|number| ask(&mut client, path, &body(number))).collect();
    let cpu_s = service.usage().cpu_s - before;
    println!("{name:<10} one after the other: {:.0} per CPU-second, {}", ALONE as f64 / cpu_s, spread(times));
}

/// Measures while each agent of the fleet of this number sends a batch every `pace`, and none before the last is acknowledged.
fn beside_ingest(service: &Service, (name, path, body): (&str, &str, Body), (fleet, pace): (u64, Duration)) {
    let ingest = service.token("ingest");
    let bodies: Vec<Vec<Vec<u8>>> = (0..AGENTS)
        .map(|number| {
            let mut node = Node::new(fleet * AGENTS + number, fleet::yesterday());
            (0..BATCHES).map(|_| gzip(&node.next_minute())).collect()
        })
        .collect();
    let (mut times, over) = (Vec::new(), AtomicBool::new(false));
    let start = Instant::now();
    std::thread::scope(|scope| {
        let agents: Vec<_> = bodies
            .iter()
            .map(|bodies| {
                let ingest = ingest.as_str();
                scope.spawn(move || {
                    let mut client = Client::new(service.address, ingest);
                    for (due, body) in (0..).map(|number| pace * number).zip(bodies) {
                        std::thread::sleep(due.saturating_sub(start.elapsed()));
                        client.post_batch(body);
                    }
                })
            })
            .collect();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let over = &over;
                scope.spawn(move || {
                    let mut connection = Client::new(service.address, service.admin());
                    let mut one = |index: u64| {
                        let number = index * CLIENTS + client;
                        let due = Duration::from_millis(number * 1_000 / PER_SECOND);
                        std::thread::sleep(due.saturating_sub(start.elapsed()));
                        ask(&mut connection, path, &body((fleet + 1) * 1_000_000 + number))
                    };
                    (0..).take_while(|_| !over.load(Ordering::Relaxed)).map(&mut one).collect::<Vec<_>>()
                })
            })
            .collect();
        agents.into_iter().for_each(|agent| agent.join().unwrap());
        over.store(true, Ordering::Relaxed);
        times.extend(clients.into_iter().flat_map(|client| client.join().unwrap()));
    });
    let windows = (AGENTS * BATCHES * fleet::WINDOWS_PER_MINUTE) as f64 / start.elapsed().as_secs_f64();
    println!("{name:<10} at {PER_SECOND} per second beside {windows:.0} windows per second: {}", spread(times));
}
