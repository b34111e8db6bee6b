//! A log that is replayed is refused and doubted as `meter` refuses and doubts it.

use crate::first_steps::agent::{Running, agent};
use crate::service::process::until;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run(folder: &Path, log: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("WATTLEDGER_POWERCAP", "/nonexistent");
    command.env("WATTLEDGER_NVML_LIB", "/nonexistent/libnvidia-ml.so.1").args(["run", "--source", &replay(log)]);
    command.arg("--json").arg(folder.join("run.json")).args(["--", "touch"]).arg(folder.join("started"));
    command.output().unwrap()
}

fn meter(log: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wattledger")).arg("meter").arg(log).output().unwrap()
}

fn replay(log: &Path) -> String {
    format!("replay:{}@1000", log.display())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn log(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("log.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn clock(second: u32) -> String {
    format!("{:02}:{:02}:{:02}.101", second / 3_600, second / 60 % 60, second % 60)
}

#[test]
fn what_meter_doubts_is_doubted_by_run_and_agent() {
    let rows = |header: &str, row: &dyn Fn(u32) -> String| {
        (0..60).fold(format!("{header}\n"), |mut text, second| {
            writeln!(text, "{}", row(second)).unwrap();
            text
        })
    };
    let header = "timestamp, index, name, power.draw [W], utilization.gpu [%]";
    let watts = |watts: &str| {
        rows(header, &|second| format!("2026/10/05 {}, 0, NVIDIA H100 80GB HBM3, {watts} W, 100 %", clock(second)))
    };
    let years = rows(header, &|row| {
        format!("{}/10/05 {}, 0, NVIDIA H100 80GB HBM3, 400.00 W, 90 %", 2_020 + row / 20, clock(row))
    });
    for (text, doubt) in [
        (watts("1500.00"), "its mean power is 1500 W, and a NVIDIA H100 80GB HBM3 is rated at 700 W"),
        (watts("0.00"), "60 of 60 readings are 0 W under load"),
        (years, "its readings span 730 days"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let log = log(folder.path(), &text);
        assert!(said(&meter(&log)).contains(doubt), "{doubt}: {:?}", meter(&log));
        let ran = run(folder.path(), &log);
        assert!(ran.status.success() && said(&ran).contains(doubt), "{doubt}: {ran:?}");
        let document = std::fs::read_to_string(folder.path().join("run.json")).unwrap();
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert!(document["warnings"].as_array().unwrap().iter().any(|w| w.as_str().unwrap().contains(doubt)));
        let told = folder.path().join("agent.log");
        let mut command = agent(folder.path(), "http://127.0.0.1:9", "wl_test", &["--source", &replay(&log)]);
        let running = Running(command.stderr(std::fs::File::create(&told).unwrap()).spawn().unwrap());
        until(|| std::fs::read_to_string(&told).unwrap().contains(doubt));
        drop(running);
    }
}

#[test]
fn what_meter_refuses_far_inside_a_log_is_refused_by_run_and_agent_at_once() {
    let header = "timestamp, index, name, power.draw [W]\n";
    let recording = |from: u32| {
        (from..from + 7_200).fold(header.to_owned(), |mut text, second| {
            writeln!(text, "2026/10/05 {}, 0, NVIDIA H100 80GB HBM3, 400.00 W", clock(second)).unwrap();
            text
        })
    };
    let folder = tempfile::tempdir().unwrap();
    let log = log(folder.path(), &(recording(0) + &recording(40_000)));
    let refused = meter(&log);
    assert!(refused.status.code() == Some(2) && said(&refused).contains("two recordings"), "{refused:?}");
    let ran = run(folder.path(), &log);
    assert!(ran.status.code() == Some(2) && said(&ran).contains("two recordings"), "{ran:?}");
    assert!(!folder.path().join("started").exists());
    let more = ["--source", &replay(&log)];
    let metered = agent(folder.path(), "http://127.0.0.1:9", "wl_test", &more).output().unwrap();
    assert!(metered.status.code() == Some(1) && said(&metered).contains("two recordings"), "{metered:?}");
}
