//! Logs of every kind with damage: nothing makes the reader panic or hang. The fuzz target `fuzz/fuzz_targets/powerlog.rs` runs the
//! same function for as long as one likes.

use super::cases;
use crate::powerlog::{LogError, Options, PowerLog};
use std::ops::ControlFlow;

/// Reads a log to its end.
fn read_whole(log: &[u8]) -> Result<(), LogError> {
    PowerLog::open(log, &Options::default())?.read(&mut |_, _, _| ControlFlow::Continue(()))
}

/// Damages a text: bytes, cells, lines, and pieces of another text.
fn damaged(text: &[u8], other: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(0..text.len().max(1)).min(text.len());
        match random.u8(0..7) {
            0 if at < text.len() => text[at] = random.u8(..),
            1 => text.truncate(at),
            2 => {
                let end = (at + random.usize(0..40)).min(text.len());
                text.drain(at..end);
            }
            3 => {
                let end = (at + random.usize(0..200)).min(text.len());
                let piece = text[at..end].to_vec();
                text.splice(at..at, piece);
            }
            4 => {
                let from = random.usize(0..other.len().max(1)).min(other.len());
                let to = (from + random.usize(0..300)).min(other.len());
                text.splice(at..at, other[from..to].iter().copied());
            }
            5 => {
                let pieces: [&[u8]; 12] = [
                    b",",
                    b"\n",
                    b"\"",
                    b"-1",
                    b"1e308",
                    b"99999999999999999999",
                    b"NaN",
                    b" [mW]",
                    b"{",
                    b"}",
                    b"power_w",
                    b"\xff\xfe",
                ];
                text.splice(at..at, pieces[random.usize(..pieces.len())].iter().copied());
            }
            _ => {
                let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
                random.shuffle(&mut lines);
                text = lines.join(&b'\n');
            }
        }
    }
    text
}

#[test]
fn damage_makes_nothing_panic() {
    let mut logs: Vec<Vec<u8>> = Vec::new();
    for entry in std::fs::read_dir(cases::folder()).unwrap() {
        let mut log = std::fs::read(entry.unwrap().path()).unwrap();
        log.truncate(2_500);
        logs.push(log);
    }
    logs.sort();
    let mut random = fastrand::Rng::with_seed(17);
    for _ in 0..25 {
        for at in 0..logs.len() {
            let other = &logs[random.usize(..logs.len())];
            let log = damaged(&logs[at], other, &mut random);
            let _ = read_whole(&log);
        }
    }
}

/// What would take quadratic time or much memory if it were believed.
#[test]
fn monsters_are_refused_early() {
    let many_columns = (0..200_000).map(|at| format!("p{at}_w,")).collect::<String>();
    assert!(read_whole(format!("timestamp,{many_columns}\n").as_bytes()).is_err());
    let many_metrics = (0..20_000).map(|at| format!("m{at}_watts 1 1791190800000\n")).collect::<String>();
    assert!(read_whole(many_metrics.as_bytes()).is_err());
    let long_name = "pin power".repeat(100_000);
    assert!(read_whole(format!("date,{long_name}\n2026-10-05,1\n").as_bytes()).is_err());
    let long_keys =
        (0..3).map(|at| format!("{},{}{at},5\n", 1_791_190_800 + at, "x".repeat(500_000))).collect::<String>();
    assert!(read_whole(format!("timestamp,uuid,power_w\n{long_keys}").as_bytes()).is_err());
    let metrics: String = (0..300)
        .map(|metric| {
            format!("rapl_consumed_energy_{metric}_J;2026-10-05T09:00:00.5Z;1;gpu;{metric};local_machine;;\n")
        })
        .collect();
    let alumet = "metric;timestamp;value;resource_kind;resource_id;consumer_kind;consumer_id;__late_attributes";
    assert!(matches!(
        read_whole(format!("{alumet}\n{metrics}").as_bytes()),
        Err(LogError::TooManyDevices { most: 256, .. })
    ));
}
