//! The document holds to its specification: the worked example is one, and every refusal says where and what to do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail it")]

use proptest::prelude::*;
use serde_json::{Value, json};
use wire::{Acknowledgement, Batch, Boot, Outcome, Quality, WireError};

const EXAMPLE: &str = include_str!("../../../docs/wire-example.json");

fn example() -> Value {
    serde_json::from_str(EXAMPLE).unwrap()
}

/// What `Batch::parse` says of the example with `pointer` set to `value`.
fn refusal(pointer: &str, value: Value) -> String {
    let mut document = example();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(object) => drop(object.insert(key.to_owned(), value)),
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{parent} holds nothing"),
    }
    Batch::parse(document.to_string().as_bytes()).unwrap_err().to_string()
}

#[test]
fn the_worked_example_says_what_it_shows() {
    let batch = Batch::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!((batch.sequence, batch.boot.to_string().as_str()), (42, "5f0c3a9e17d24b6c8e21f4a7905bd3c6"));
    assert_eq!(batch.windows[0].energy.millijoules(), 6_132_480);
    assert_eq!(batch.windows[1].quality, Quality::Counter);
    assert_eq!((batch.holdings[0].end, batch.holdings[0].weight), (None, 1));
    assert_eq!(batch.devices[2].counted_in, Some("rapl:package-0".into()));
}

#[test]
fn what_is_written_is_read_back() {
    let batch = Batch::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(Batch::parse(&batch.to_json().unwrap()).unwrap(), batch);
    let acknowledgement =
        Acknowledgement::of(&batch, Outcome::Duplicate, units::Timestamp::from_seconds(1_767_603_612).unwrap());
    assert_eq!(
        serde_json::to_value(&acknowledgement).unwrap(),
        json!({"result": "duplicate", "agent": "gpu-node-7.example", "boot": "5f0c3a9e17d24b6c8e21f4a7905bd3c6",
               "sequence": 42, "received_ns": 1_767_603_612_000_000_000_i64})
    );
}

#[test]
fn every_refusal_names_the_field_and_the_fix() {
    let check = |pointer: &str, value: Value, expected: &str| {
        let said = refusal(pointer, value);
        assert!(said.starts_with(expected), "{pointer}:\n said     {said}\n expected {expected}");
    };
    check("/version", json!(2), "version: 2 is not supported, only 1; bring agent and service to the same release");
    check("/agent", json!("a b"), "agent: `a b` is not a name; write 1 to 128 of A-Z a-z 0-9");
    check("/agent", json!(""), "agent: `` is not a name");
    check("/boot", json!("5F0C3A9E17D24B6C8E21F4A7905BD3C6"), "boot: `5F0C3A9E17D24B6C8E21F4A7905BD3C6` is not a boot");
    check("/sequence", json!(0), "sequence: 0 is not a sequence number; number batches from 1");
    check("/sequence", json!(-1), "sequence: invalid value: integer `-1`");
    check("/clock/wall_ns", json!(-5), "clock.wall_ns: -5 ns is before 1970");
    check(
        "/devices/1/uuid",
        json!("GPU-5f2d9c4e-8a17-4b0f-9d3c-2e6b1a7c8d90"),
        "devices[1].uuid: repeats an earlier entry of the batch (\"GPU-5f2d",
    );
    check(
        "/devices/2/uuid",
        json!("rapl:package-0"),
        "devices[2].uuid: repeats an earlier entry of the batch (\"rapl:package-0\"",
    );
    check("/devices/2/counted_in", json!("psys"), "devices[2].counted_in: `psys` is not among this batch's devices");
    check(
        "/devices/1/counted_in",
        json!("rapl:package-0/core"),
        "devices[1].counted_in: `rapl:package-0` would be counted in itself",
    );
    check("/devices/0/systematic_ppm", json!(1_000_001), "devices[0].systematic_ppm: 1000001 ppm is out of range");
    check(
        "/devices/0/kind",
        json!("toaster"),
        "devices[0].kind: unknown variant `toaster`, expected one of `accelerator`",
    );
    check("/devices/0/name", json!("a\u{7}b"), "devices[0].name: `a\\u{7}b` is not a text");
    check(
        "/windows/0/device",
        json!("GPU-x"),
        "windows[0].device: `GPU-x` is not among this batch's devices; declare it there",
    );
    check("/windows/0/energy_mj", json!(-1), "windows[0].energy_mj: -1 mJ is negative");
    check("/windows/0/energy_mj", json!(1.5), "windows[0].energy_mj: invalid type: floating point `1.5`, expected i64");
    check("/windows/0/energy_mj", json!(9_223_372_036_854_775_808_u64), "windows[0].energy_mj: invalid value");
    check(
        "/windows/1/end_ns",
        json!(1_767_603_600_000_000_000_i64),
        "windows[1].end_ns: the end, 1767603600000000000 ns, is not after the start",
    );
    check(
        "/windows/1/end_ns",
        json!(1_767_693_600_000_000_000_i64),
        "windows[1].end_ns: the window is 90000000000000 ns long, more than a day",
    );
    check(
        "/windows/1/covered_ns",
        json!(10_000_000_001_u64),
        "windows[1].covered_ns: 10000000001 ns is more than the 10000000000 ns between",
    );
    check(
        "/windows/1/power_min_mw",
        json!(124_951),
        "windows[1].power_min_mw: 124951 mW is above power_peak_mw (124950 mW)",
    );
    check(
        "/windows/1/flags",
        json!(["reset", "reset"]),
        "windows[1].flags: repeats an earlier entry of the batch (reset)",
    );
    check("/windows/1/sensor_systematic_mj", json!(-1), "windows[1].sensor_systematic_mj: -1 mJ is negative");
    check("/windows/2", example()["windows"][0].clone(), "windows[2].start_ns: repeats an earlier entry of the batch");
    check("/windows/0/watts", json!(300), "windows[0].watts: unknown field `watts`");
    check("/holdings/0/weight", json!(0), "holdings[0].weight: 0 is not a weight; write 1 to 1000000");
    check("/holdings/0/weight", json!(1_000_001), "holdings[0].weight: 1000001 is not a weight");
    check("/holdings/0/job", json!("../x"), "holdings[0].job: `../x` is not a name");
    check("/holdings/0/end_ns", json!(1), "holdings[0].end_ns: the end, 1 ns, is not after the start");
    check("/jobs/0/attempt", json!(0), "jobs[0].attempt: 0 is not an attempt number; count from 1");
    check("/jobs/0/exit_status", json!(256), "jobs[0].exit_status: 256 is not an exit status");
    check("/jobs/0/ended_ns", json!(1), "jobs[0].ended_ns: the end, 1 ns, is not after the start");
    check("/jobs/0/labels/a key", json!("x"), "jobs[0].labels: `a key` is not a name");
    check("/gaps/0/end_ns", json!(0), "gaps[0].end_ns: the end, 0 ns, is not after the start");
    check("/gaps/0/reason", json!("lunch"), "gaps[0].reason: unknown variant `lunch`");
}

#[test]
fn the_limits_are_exact() {
    let with_windows = |count: usize| {
        let mut batch = Batch::parse(EXAMPLE.as_bytes()).unwrap();
        let first = batch.windows[0].clone();
        batch.windows = (0..count)
            .map(|position| {
                let start = units::Timestamp::from_nanoseconds(i64::try_from(position).unwrap());
                wire::Window { start, end: first.end, ..first.clone() }
            })
            .map(|window| wire::Window { end: window.start.after(first.covered).unwrap(), ..window })
            .collect();
        Batch::parse(&batch.to_json().unwrap())
    };
    assert_eq!(with_windows(wire::WINDOWS_MAX).unwrap().windows.len(), wire::WINDOWS_MAX);
    assert_eq!(
        with_windows(wire::WINDOWS_MAX + 1).unwrap_err().to_string(),
        "windows: 20001 entries; at most 20000 are accepted: send them in several batches"
    );
    let padded = format!("{EXAMPLE}{}", " ".repeat(wire::BODY_BYTES_MAX - EXAMPLE.len()));
    assert!(Batch::parse(padded.as_bytes()).is_ok());
    assert_eq!(
        Batch::parse(format!("{padded} ").as_bytes()),
        Err(WireError::TooLarge { bytes: wire::BODY_BYTES_MAX + 1 })
    );
}

#[test]
fn another_version_is_named_even_when_its_keys_are_unknown() {
    let later = br#"{"version": 7, "speaker": "x"}"#;
    assert_eq!(Batch::parse(later), Err(WireError::Version { found: 7 }));
}

proptest! {
    /// Whatever a document is cut to or flipped into, it is taken or refused; and what is taken holds to the rules.
    #[test]
    fn broken_documents_are_refused_without_a_panic(cut in 0..EXAMPLE.len(), at in 0..EXAMPLE.len(), bit in 0_u8..8) {
        let mut bytes = EXAMPLE.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        if let Ok(batch) = Batch::parse(&bytes) {
            prop_assert!(batch.windows.iter().all(|window| window.start < window.end));
            prop_assert_eq!(Batch::parse(&batch.to_json().unwrap()).unwrap(), batch);
        }
        prop_assert!(Batch::parse(&bytes[..cut.min(EXAMPLE.trim_end().len() - 1)]).is_err());
    }

    #[test]
    fn a_boot_is_its_32_digits(bits: u128) {
        let text = Boot::from_bits(bits).to_string();
        prop_assert_eq!(text.len(), 32);
        prop_assert_eq!(Boot::try_from(text).unwrap(), Boot::from_bits(bits));
    }
}
