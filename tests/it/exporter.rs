//! `wattledger run` beside exporters of other projects. All that they serve is tested in `collectors/tests/agent/exporter.rs`.

use crate::exposition::exposition;
use collectors::clock::{Clock, SystemClock};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::{fs, thread};

/// Serves `template` as it is by the clock, until the process ends; its address.
fn exporter(template: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let clock = SystemClock::new();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let head = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let first = head.collect::<Vec<_>>().first().cloned().unwrap_or_default();
            let body = exposition(template, clock.monotonic().nanoseconds() as f64 / 1e9);
            let status = if first.starts_with("GET /metrics ") { "200 OK" } else { "404 Not Found" };
            let answer =
                format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            // Whoever does not wait for the answer gets none.
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    format!("http://{address}")
}

/// What `run` says of two seconds, on a machine without sensors of its own: the document and its notes.
fn run(addresses: &[String]) -> (Value, String) {
    run_with(addresses, &[])
}

/// The same with further options, on a machine with one board of NVIDIA.
fn run_with(addresses: &[String], options: &[&str]) -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).arg("run");
    for address in addresses {
        command.args(["--source", &format!("prometheus:{address}")]);
    }
    command.args(options).env("WATTLEDGER_NVML_LIB", crate::run::fake_driver()).env("FAKE_NVML", "gpus=1");
    let output = command.arg("--json").arg(&file).args(["--", "sleep", "2"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let document = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    (document, String::from_utf8(output.stderr).unwrap())
}

/// Mean power of each device, W.
fn watts(document: &Value) -> Vec<(String, f64)> {
    let devices = document["devices"].as_array().unwrap().iter();
    devices.map(|device| (device["uuid"].as_str().unwrap().to_owned(), device["mean_w"].as_f64().unwrap())).collect()
}

#[test]
fn a_run_is_metered_by_the_exporters_that_it_names() {
    let gpus = exporter(include_str!("../../collectors/tests/exporters/dcgm-plain.prom"));
    let processors = exporter(include_str!("../../collectors/tests/exporters/node-exporter-rapl.prom"));
    let (document, notes) = run(&[format!("{gpus}/metrics"), processors]);
    let found = watts(&document);
    let right = [
        ("GPU-8a67639f-7408-0f56-c5aa-328f676226e2", 500.0),
        ("GPU-36a23e23-8e3b-1c77-fc4c-011f1bd38f1f", 70.0),
        ("cpu:package-0", 122.0),
        ("cpu:package-1", 98.0),
    ];
    assert_eq!(found.len(), right.len(), "{found:?}");
    for ((uuid, watts), (right_uuid, right_watts)) in found.iter().zip(right) {
        // The clock of the exporter runs on while it is asked.
        assert!(uuid == right_uuid && (watts - right_watts).abs() < right_watts * 0.2, "{found:?}");
    }
    assert!(notes.contains("energy from DCGM_FI_DEV_POWER_USAGE, DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"), "{notes}");
}

#[test]
fn a_board_that_nvml_reads_is_not_read_again() {
    let served = exporter(
        "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-00000000-fa4e-4000-8000-000000000000\"} 300\n\
         DCGM_FI_DEV_POWER_USAGE{gpu=\"1\",UUID=\"GPU-00000001-fa4e-4000-8000-000000000000\"} 200\n",
    );
    let (document, notes) = run_with(&[served], &["--source", "nvml"]);
    let uuids: Vec<String> = watts(&document).into_iter().map(|(uuid, _)| uuid).collect();
    let board = |number: u32| format!("GPU-{number:08x}-fa4e-4000-8000-000000000000");
    assert_eq!(uuids, [board(0), board(1)], "{notes}");
    assert!(notes.contains("1 of its 2 devices are read by another source"), "{notes}");
}

#[test]
fn a_run_goes_on_without_an_exporter_and_its_energy_is_unknown() {
    let page = exporter("<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>");
    let (document, notes) = run(&[page, "http://127.0.0.1:1/metrics".to_owned()]);
    assert_eq!((&document["energy_kwh"], &document["devices"]), (&Value::Null, &Value::Array(Vec::new())));
    assert!(notes.contains("it serves no metrics") && notes.contains("is the exporter running"), "{notes}");
}
