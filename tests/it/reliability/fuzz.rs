//! Hostile payloads: whatever is posted, the service neither panics nor answers 5xx, uses little memory, and its ledger stays sound.

use super::{count, random};
use crate::line::Line;
use crate::oracle::Fleet;
use crate::service::{Data, Service};
use serde_json::{Value, json};
use std::io::Write;

const FLEET: Fleet = Fleet { agents: 40, devices: 1 };
const MEMORY_MAX: u64 = 256 << 20;
const CONFIG: &str = "log_level = \"error\"\n[limits]\nrequests_per_s = 1000000\nrequest_burst = 1000000\nbatches_per_s = 1000000\nbatch_burst = 1000000\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A value that no specification expects.
fn odd(random: &mut fastrand::Rng) -> Value {
    let odd = [
        Value::Null,
        json!(-1),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e300),
        json!(0.5),
        json!(""),
        json!("\u{0}\n\u{202e}"),
        json!("x".repeat(5_000)),
        json!([]),
        json!({ "": {} }),
        json!(true),
        json!("GPU-0-0"),
        json!(1_767_571_200_000_000_000_i64),
    ];
    random.choice(odd).unwrap()
}

/// Changes something somewhere inside.
fn disturb(value: &mut Value, random: &mut fastrand::Rng) {
    match value {
        Value::Array(items) if !items.is_empty() && random.u8(0..8) > 0 => {
            let place = random.usize(0..items.len());
            match random.u8(0..8) {
                0 => drop(items.remove(place)),
                1 => items.push(items[place].clone()),
                _ => disturb(&mut items[place], random),
            }
        }
        Value::Object(fields) if !fields.is_empty() && random.u8(0..8) > 0 => {
            let name = random.choice(fields.keys()).unwrap().clone();
            match random.u8(0..8) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(format!("{name}_"), odd(random))),
                _ => disturb(fields.get_mut(&name).unwrap(), random),
            }
        }
        other => *other = odd(random),
    }
}

/// Bytes that were once JSON.
fn scratched(mut bytes: Vec<u8>, random: &mut fastrand::Rng) -> Vec<u8> {
    for _ in 0..random.u8(1..6) {
        let place = random.usize(0..bytes.len().max(1)).min(bytes.len().saturating_sub(1));
        match random.u8(0..4) {
            0 => bytes.truncate(place + 1),
            1 => drop(bytes.splice(place..place, [random.u8(..)])),
            2 => bytes.extend_from_within(place..),
            _ => bytes[place] ^= 1 << random.u8(0..8),
        }
    }
    bytes
}

fn body(target: usize, random: &mut fastrand::Rng) -> Vec<u8> {
    let plain = match target {
        0..=5 => serde_json::from_slice(&FLEET.batch((random.u32(0..40), random.u64(1..60)))).unwrap(),
        6 => {
            json!({ "job": "j", "project": "p", "labels": { "a": "b" }, "attempt": 1, "devices": ["GPU-0-0"], "from": "2026-01-05T00:00:00Z" })
        }
        7 => json!({ "name": "n", "scopes": ["read"], "project": "p", "expires": "2099-01-01" }),
        8 => json!({ "name": "s", "zone": "DE", "pue": 1.2, "posting_period_minutes": 60 }),
        _ => json!({ "to": "2026-01-06", "exit_status": 0 }),
    };
    match random.u8(0..12) {
        0 => (0..random.usize(0..2_000)).map(|_| random.u8(..)).collect(),
        1 => [b"[".repeat(random.usize(1..20_000)), b"{\"a\":".repeat(random.usize(0..2_000))].concat(),
        2..=4 => scratched(plain.to_string().into_bytes(), random),
        5 => plain.to_string().into_bytes(),
        _ => {
            let mut value = plain;
            (0..random.u8(1..4)).for_each(|_| disturb(&mut value, random));
            value.to_string().into_bytes()
        }
    }
}

/// As it is, compressed, compressed twice, compressed and scratched, or named wrongly.
fn encoded(body: Vec<u8>, random: &mut fastrand::Rng) -> (&'static str, Vec<u8>) {
    match random.u8(0..16) {
        0 => ("gzip", gzip(&body)),
        1 => ("zstd", zstd::encode_all(&body[..], 1).unwrap()),
        2 => ("gzip", gzip(&gzip(&body))),
        3 => ("gzip", scratched(gzip(&body), random)),
        4 => ("zstd", scratched(zstd::encode_all(&body[..], 1).unwrap(), random)),
        5 => (["gzip", "zstd", "deflate", "br", "gzip, gzip", "\u{7f}"][random.usize(0..6)], body),
        6 if random.u8(0..10) == 0 => ("gzip", gzip(&vec![b'['; 3 << 20])),
        6 if random.u8(0..10) == 0 => ("zstd", zstd::encode_all(&vec![b' '; 20 << 20][..], 1).unwrap()),
        _ => ("identity", body),
    }
}

fn attack(service: &Service, payloads: u64, mut random: fastrand::Rng) -> [u64; 6] {
    let mut line = Line::new(&service.admin);
    let targets =
        ["batches", "batches", "batches", "batches", "batches", "batches", "jobs", "tokens", "sites", "jobs/j/finish"];
    let mut by_class = [0; 6];
    for number in 0..payloads {
        let target = random.usize(0..targets.len());
        let (encoding, body) = encoded(body(target, &mut random), &mut random);
        let media = if random.u8(0..20) == 0 { "text/plain" } else { "application/json" };
        let headers = [("Content-Type", media), ("Content-Encoding", encoding)];
        let target = format!("POST /api/v1/{}", targets[target]);
        let mut send = || line.send(service.address, &target, &headers, &body);
        // A header that is none ends the connection, and so does a body that was refused before it was read.
        let Ok(answer) = send().or_else(|_| send()) else {
            by_class[0] += 1;
            continue;
        };
        assert!(answer.status < 500, "payload {number} to {target}: {answer:?}");
        if answer.status >= 400 && !answer.body.is_empty() {
            let problem: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(
                (&problem["status"], problem["detail"].is_string()),
                (&json!(answer.status), true),
                "{answer:?}"
            );
        }
        by_class[usize::from(answer.status / 100)] += 1;
    }
    by_class
}

#[test]
fn hostile_payloads_are_answered_and_change_nothing_that_should_not() {
    let mut random = random();
    let data = Data::new();
    let service = Service::start(&data.path(), CONFIG);
    let payloads = count(4_000);
    let halves = std::thread::scope(|scope| {
        let attackers = [random.fork(), random.fork()].map(|own| scope.spawn(|| attack(&service, payloads / 2, own)));
        attackers.map(|attacker| attacker.join().unwrap())
    });
    let memory = service.resident_bytes();
    assert!(memory < MEMORY_MAX, "{memory} bytes");
    let metrics = service.get("/metrics", &service.admin).body;
    assert!(metrics.contains("wattledger_panics_total 0"), "{metrics}");
    let sum = |class: usize| halves[0][class] + halves[1][class];
    println!("{payloads} payloads: {} taken, {} refused, {} MiB", sum(2), sum(4), memory >> 20);
    assert!(sum(0) < payloads / 50, "{} payloads had no answer", sum(0));
    assert!(sum(2) > payloads / 50, "hardly anything got through to where it could do harm");
    let good = Fleet { agents: 100, devices: 1 }.batch((77, 1));
    assert_eq!(Line::new(&service.admin).post(service.address, wire::PATH, &good).unwrap().status, 200);
    assert_eq!(service.stop().0, 0);
    let store = wattledger::store::Store::open(&data.path()).unwrap();
    assert_eq!(wattledger::ledger::verify(&store).unwrap().fault, None);
}
