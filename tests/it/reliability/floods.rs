//! Clients that mean harm, in numbers: they do not read, say nothing, or send what nobody asked for, all from one address. Each test says what it
//! counted and measured; they need thousands of sockets and up to two minutes, and so are run by name (CONTRIBUTING).

use super::timed;
use crate::line::Line;
use crate::service::process::until;
use crate::service::{Data, Service};
use serde_json::json;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const MEBIBYTE: u64 = 1 << 20;
/// Quiet, so that a refusal costs no line of log.
const QUIET: &str = "log_level = \"error\"\n";
/// Windows and jobs of a batch.
const JOBS: i64 = 1_000;
/// 2026-11-01T00:00:00Z in seconds.
const START: i64 = 1_793_491_200;

fn raise_open_files() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised).unwrap();
}

/// Batch `number` of `agent`: so many seconds of one device, each held by a job of its own where `with_jobs`.
fn batch(agent: &str, number: i64, seconds: i64, with_jobs: bool) -> Vec<u8> {
    let ns = |second: i64| (START + number * seconds + second) * 1_000_000_000;
    let job = |second: i64| format!("job-with-a-long-name-of-{number:04}-and-{second:04}");
    let device = format!("GPU-{agent}");
    let windows: Vec<_> = (0..seconds)
        .map(|second| {
            json!({ "device": device, "start_ns": ns(second), "end_ns": ns(second + 1), "energy_mj": 300_000,
                "covered_ns": 1_000_000_000, "method": "counter", "quality": "counter", "flags": [], "power_min_mw": 0,
                "power_peak_mw": 300_000, "readings": 10, "integration_uncertainty_mj": 0, "sensor_systematic_mj": 0 })
        })
        .collect();
    let holdings: Vec<_> = (0..seconds)
        .filter(|_| with_jobs)
        .map(|second| {
            json!({ "device": device, "job": job(second), "weight": 1, "start_ns": ns(second), "end_ns": ns(second + 1) })
        })
        .collect();
    let batch = json!({ "version": 1, "agent": agent, "boot": "00000000000000000000000000000001", "sequence": number + 1,
        "node": { "name": agent, "software": "test" }, "clock": { "wall_ns": ns(seconds), "monotonic_ns": 1 },
        "devices": [{ "uuid": device, "name": "H100", "index": 0, "kind": "accelerator", "sensor": "counter",
            "limit_mw": 700_000, "systematic_ppm": 0, "driver_epoch": 0 }],
        "windows": windows, "holdings": holdings });
    serde_json::to_vec(&batch).unwrap()
}

/// What was seen of a service while it was flooded.
struct Watched {
    most_bytes: u64,
    /// Of each batch, until it was acknowledged.
    times: Vec<Duration>,
    /// How often a batch had to be sent again.
    again: u32,
}

/// Delivers small batches as an agent does, and looks at the memory, while `flood` goes on.
fn watch<T>(service: &Service, flood: impl FnOnce() -> T) -> (T, Watched) {
    let is_over = AtomicBool::new(false);
    let token = service.token(&["ingest"], None).1;
    std::thread::scope(|scope| {
        let memory = scope.spawn(|| {
            let mut most_bytes = 0;
            while !is_over.load(Ordering::Relaxed) {
                most_bytes = most_bytes.max(service.resident_bytes_now());
                std::thread::sleep(Duration::from_millis(100));
            }
            most_bytes
        });
        let agent = scope.spawn(|| {
            let (mut line, mut times, mut again) = (Line::new(&token), Vec::new(), 0);
            for number in 0.. {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let body = batch("steady", number, 10, false);
                // A connection that was idle may have made room for others; the batch is sent again, as an agent does.
                let (took, ()) = timed(|| {
                    while line.post(service.address, wire::PATH, &body).map_or(0, |answer| answer.status) != 200 {
                        again += 1;
                    }
                });
                times.push(took);
                std::thread::sleep(Duration::from_millis(20));
            }
            (times, again)
        });
        let done = flood();
        is_over.store(true, Ordering::Relaxed);
        let (times, again) = agent.join().unwrap();
        (done, Watched { most_bytes: memory.join().unwrap(), times, again })
    })
}

impl Watched {
    fn say(&self, what: &str) {
        let mut times = self.times.clone();
        times.sort();
        let at = |percent: usize| times[times.len() * percent / 100];
        println!(
            "{what}: {} batches delivered meanwhile ({} sent again), p50 {:?}, p99 {:?}, slowest {:?}; at most {} MiB",
            times.len(),
            self.again,
            at(50),
            at(99),
            times.last().unwrap(),
            self.most_bytes / MEBIBYTE
        );
    }
}

/// Until the memory is small again, at most a minute.
fn settle(service: &Service, what: &str) {
    let is_small = || service.resident_bytes_now() < 100 * MEBIBYTE;
    let (took, settled) = timed(|| {
        (0..600).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            is_small()
        })
    });
    println!("{what}: {} MiB {took:?} after it", service.resident_bytes_now() / MEBIBYTE);
    assert!(settled, "{} bytes a minute after the flood", service.resident_bytes_now());
}

/// Sends as much of `bytes` as the service takes without being read.
fn push(socket: &mut TcpStream, bytes: &[u8]) -> usize {
    socket.set_nonblocking(true).unwrap();
    let mut sent = 0;
    while sent < bytes.len() {
        match socket.write(&bytes[sent..]) {
            Ok(count) => sent += count,
            Err(_) => break,
        }
    }
    sent
}

fn is_open(socket: &TcpStream) -> bool {
    socket.set_nonblocking(true).unwrap();
    let mut byte = [0];
    match socket.peek(&mut byte) {
        Ok(0) => false,
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}

fn connect(address: SocketAddr) -> Option<TcpStream> {
    TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok()
}

#[test]
#[ignore = "a flood: run it by name"]
fn pipelined_clients_that_do_not_read() {
    raise_open_files();
    let data = Data::new();
    let service = Service::start(&data.path(), QUIET);
    let reader = service.token(&["read"], None).1;
    let wanted = format!("GET /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {reader}\r\n\r\n");
    let requests = ["GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(500), wanted.repeat(500)];
    let ((opened, left), watched) = watch(&service, || {
        let mut sockets: Vec<TcpStream> = Vec::new();
        for number in 0..4_200 {
            let Some(mut socket) = connect(service.address) else { continue };
            push(&mut socket, requests[number % 2].as_bytes());
            sockets.push(socket);
        }
        for _ in 0..30 {
            std::thread::sleep(Duration::from_secs(1));
            for (number, socket) in sockets.iter_mut().enumerate() {
                push(socket, requests[number % 2].as_bytes());
            }
        }
        (sockets.len(), sockets.iter().filter(|socket| is_open(socket)).count())
    });
    watched.say(&format!(
        "{opened} pipelined clients that do not read ({left} had something to read or were open at the end)"
    ));
    assert!(watched.most_bytes < 200 * MEBIBYTE, "{} bytes", watched.most_bytes);
    settle(&service, "pipelined clients");
}

#[test]
#[ignore = "a flood: run it by name"]
fn readers_of_a_large_report_that_do_not_read() {
    raise_open_files();
    let data = Data::new();
    let service = Service::start(&data.path(), &format!("{QUIET}[ledger]\nclose_every_s = 1\ngrace_s = 0\n"));
    let mut line = Line::new(&service.admin);
    for number in 0..36 {
        let answer = line.post(service.address, wire::PATH, &batch("busy", number, JOBS, true)).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let report = "/api/v1/reports/emissions?from=2026-11-01&to=2026-12-01&group_by=job";
    let whole = line.send(service.address, &format!("GET {report}"), &[], b"").unwrap();
    assert_eq!(whole.status, 200, "{}", whole.text());
    println!("the report has {} bytes", whole.body.len());
    assert!(whole.body.len() > 10_000_000, "{} bytes", whole.body.len());
    let tokens: Vec<String> = (0..4).map(|_| service.token(&["read"], None).1).collect();
    let (answered, watched) = watch(&service, || {
        let mut sockets: Vec<TcpStream> = (0..200)
            .map(|number| {
                let mut socket = connect(service.address).unwrap();
                let token = &tokens[number % tokens.len()];
                let head = format!("GET {report} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
                socket.write_all(head.as_bytes()).unwrap();
                socket
            })
            .collect();
        std::thread::sleep(Duration::from_secs(40));
        let mut first = [0; 12];
        sockets
            .iter_mut()
            .filter_map(|socket| {
                socket.set_nonblocking(true).unwrap();
                socket.read_exact(&mut first).ok().map(|()| String::from_utf8_lossy(&first[9..]).into_owned())
            })
            .fold(std::collections::BTreeMap::<String, u32>::new(), |mut counts, status| {
                *counts.entry(status).or_default() += 1;
                counts
            })
    });
    watched.say(&format!("200 readers of a 10 MB report that do not read, answered {answered:?}"));
    assert!(watched.most_bytes < 200 * MEBIBYTE, "{} bytes", watched.most_bytes);
    let again = || Line::new(&service.admin).send(service.address, &format!("GET {report}"), &[], b"");
    until(|| again().is_ok_and(|answer| answer.status == 200));
    settle(&service, "readers of a report");
}

#[test]
#[ignore = "a flood: run it by name"]
fn silent_connections() {
    raise_open_files();
    let data = Data::new();
    let service = Service::start(&data.path(), QUIET);
    let (opened, watched) = watch(&service, || {
        let mut sockets = Vec::new();
        let mut asked = 0;
        for number in 0..10_000 {
            sockets.extend(connect(service.address));
            if number % 100 == 99 {
                // Somebody new, from the same address.
                assert_eq!(
                    Line::new(&service.admin).send(service.address, "GET /api/v1/jobs", &[], b"").unwrap().status,
                    200
                );
                asked += 1;
            }
        }
        println!("{asked} new clients of the same address were answered meanwhile");
        sockets.len()
    });
    watched.say(&format!("{opened} silent connections"));
    assert!(watched.most_bytes < 200 * MEBIBYTE, "{} bytes", watched.most_bytes);
    settle(&service, "silent connections");
}

#[test]
#[ignore = "a flood: run it by name"]
fn bodies_of_strangers() {
    raise_open_files();
    let data = Data::new();
    let service = Service::start(&data.path(), QUIET);
    let head =
        "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000\r\n\r\n";
    let (opened, watched) = watch(&service, || {
        let mut sockets = Vec::new();
        for _ in 0..2_000 {
            let Some(mut socket) = connect(service.address) else { continue };
            push(&mut socket, &[head.as_bytes(), &[b' '; 15_000]].concat());
            sockets.push(socket);
        }
        std::thread::sleep(Duration::from_secs(10));
        sockets.len()
    });
    watched.say(&format!("{opened} bodies of strangers that do not end"));
    assert!(watched.most_bytes < 200 * MEBIBYTE, "{} bytes", watched.most_bytes);
    settle(&service, "bodies of strangers");
}

#[test]
#[ignore = "a flood: run it by name"]
fn failed_sign_ins_lock_nobody_out() {
    let data = Data::new();
    let service = Service::start(&data.path(), QUIET);
    let sign_in = |token: &str| service.post("/api/v1/session", "", &json!({ "token": token })).status;
    let ((failed, waited, good), watched) = watch(&service, || {
        let (mut failed, mut waited, mut good) = (0, 0, 0);
        for number in 0..2_000 {
            match sign_in("wl_00") {
                401 => failed += 1,
                429 => waited += 1,
                other => panic!("{other}"),
            }
            if number % 20 == 19 {
                assert_eq!(sign_in(&service.admin), 200);
                good += 1;
            }
        }
        (failed, waited, good)
    });
    watched.say(&format!("2000 failed sign-ins ({failed} answered 401, {waited} answered 429), {good} of {good} good ones among them succeeded"));
}
