//! `wattledger meter`: recorded logs with known energy, and logs that cannot be believed.

use crate::command::{json, refusal, wattledger};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A log in a folder of its own, so that messages show its bare name.
pub(crate) struct Log {
    folder: tempfile::TempDir,
}

impl Log {
    pub(crate) fn new(content: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("log.csv"), content).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("log.csv")
    }

    pub(crate) fn meter(&self, options: &[&str]) -> serde_json::Value {
        json(&[&["meter", self.path().to_str().unwrap(), "--json"], options].concat())
    }

    pub(crate) fn refusal(&self, options: &[&str]) -> String {
        let path = self.path();
        let path = path.to_str().unwrap();
        refusal(&[&["meter", path], options].concat()).replace(path, "log.csv")
    }
}

/// The sensor reads 5.5 % below a hardware meter on the card's supply: that is what the second number is for.
#[test]
fn the_sensor_error_covers_most_of_what_a_hardware_meter_found() {
    let log = Log::new(
        b"timestamp, name, power.draw [W]\n2026/01/01 00:00:00.000, NVIDIA GeForce RTX 3090, 250.00 W\n\
          2026/01/01 00:00:10.000, NVIDIA GeForce RTX 3090, 250.00 W\n",
    );
    let answer = log.meter(&[]);
    let (energy, sensor) = (answer["energy_kwh"].as_f64().unwrap(), answer["sensor_systematic_kwh"].as_f64().unwrap());
    assert!((sensor / energy - 0.05).abs() < 1e-6);
}

#[test]
fn the_answer_has_the_pinned_keys() {
    let log = Log::new(b"elapsed_s,device,power_w\n0,a,100\n3600,a,100\n0,b,\n3600,b,N/A\n");
    let answer = log.meter(&["--intensity", "400"]);
    assert_eq!(answer["energy_kwh"], 0.1);
    assert_eq!(answer["energy_mj"], 360_000_000);
    assert_eq!(answer["co2e_g"], 40.0);
    assert_eq!(answer["co2e_ug"], 40_000_000);
    assert_eq!(answer["duration_s"], 3_600.0);
    let device = &answer["devices"][0];
    assert_eq!(device["uuid"], "a");
    assert_eq!(device["energy_kwh"], 0.1);
    assert_eq!(device["mean_w"], 100.0);
    assert_eq!(device["peak_w"], 100.0);
    assert_eq!(device["coverage"], 1.0);
    assert_eq!(device["method"], "trapezoid");
    assert_eq!(answer["devices"][1]["uuid"], "b");
    assert!(answer["devices"][1]["energy_kwh"].is_null());
}

#[test]
fn without_a_zone_there_is_energy_and_no_carbon() {
    let log = Log::new(b"elapsed_s,device,power_w\n0,a,100\n36,a,100\n");
    let answer = log.meter(&[]);
    assert_eq!(answer["energy_mj"], 3_600_000);
    assert!(answer["co2e_g"].is_null() && answer["co2e_ug"].is_null());
    assert!(answer["co2e_reason"].as_str().unwrap().contains("--zone"));
}

#[test]
fn standard_input_is_a_log() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wattledger"))
        .args(["meter", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"time_ms,power_w\n0,50\n1000,50\n2000,50\n").unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(answer["energy_mj"], 100_000);
    assert!(answer["start"].is_null(), "relative times are no moments");
}

#[test]
fn a_glitch_of_a_counter_is_set_aside_and_said() {
    let log = Log::new(b"elapsed_s,device,energy_j\n0,a,0\n10,a,3000\n11,a,1000003000\n12,a,3600\n22,a,6600\n");
    let answer = log.meter(&[]);
    assert_eq!(answer["energy_mj"], 6_600_000);
    assert!(answer["devices"][0]["flags"].as_array().unwrap().contains(&"quarantined".into()));
}

/// The second GPU reads first; the first is of another class and must not be metered by the second's rule.
#[test]
fn each_device_is_metered_by_its_own_sensor() {
    let log = Log::new(
        b"timestamp, index, name, power.draw [W]\n\
          2026/01/01 00:00:00.000, 0, Tesla V100-SXM2-16GB, [N/A]\n\
          2026/01/01 00:00:00.000, 1, NVIDIA H100 80GB HBM3, 100.00 W\n\
          2026/01/01 00:00:01.000, 0, Tesla V100-SXM2-16GB, 100.00 W\n\
          2026/01/01 00:00:01.000, 1, NVIDIA H100 80GB HBM3, 300.00 W\n\
          2026/01/01 00:00:02.000, 0, Tesla V100-SXM2-16GB, 300.00 W\n",
    );
    let answer = log.meter(&[]);
    let device = |position: usize| (&answer["devices"][position]["method"], &answer["devices"][position]["energy_mj"]);
    assert_eq!(device(0), (&"trapezoid".into(), &200_000.into()));
    assert_eq!(device(1), (&"backward_rectangle".into(), &300_000.into()));
}

#[test]
fn cumulative_energy_is_a_counter() {
    let log = Log::new(b"elapsed_s,device,energy_j\n0,a,1000\n10,a,3000\n20,a,4000\n");
    let answer = log.meter(&[]);
    assert_eq!(answer["energy_mj"], 3_000_000);
    assert_eq!(answer["devices"][0]["method"], "counter");
}

#[test]
fn a_counter_of_machines_is_believed_and_an_impossible_jump_is_not() {
    let rack = Log::new(b"elapsed_s,rack_energy_kwh\n0,1200\n60,1201\n120,1202\n").meter(&[]);
    assert_eq!(rack["energy_kwh"], 2.0);
    assert_eq!(rack["devices"][0]["coverage"], 1.0);
    let jump =
        Log::new(b"elapsed_s,device,energy_j\n0,a,0\n1,a,300\n2,a,600\n3,a,1000000600\n4,a,1000000900\n").meter(&[]);
    assert_eq!(jump["energy_mj"], 900_000);
    assert_eq!(jump["devices"][0]["coverage"], 0.75);
    assert!(jump["warnings"][0].as_str().unwrap().contains("neither charged"), "{jump}");
}

/// 1 GB without a line end is refused after the first MiB, in the memory of any other log.
#[test]
fn a_log_of_one_endless_line_is_refused_early() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wattledger"))
        .args(["meter", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let block = vec![b'7'; 1 << 20];
    let written = (0..1_000).take_while(|_| input.write_all(&block).is_ok()).count();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(written < 100, "{written} MiB were read before the refusal");
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap());
}

#[test]
fn what_cannot_be_believed_is_refused_with_the_reason() {
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("empty file", b"", &[]),
        ("header only", b"timestamp,gpu,power_w\n", &[]),
        ("binary file", b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00", &[]),
        ("no power column", b"timestamp_s,gpu,temperature.gpu,power.limit [W]\n1,0,45,700\n2,0,46,700\n", &[]),
        ("unknown column", b"elapsed_s,gpu,power_w\n1,0,45\n", &["--column", "watts"]),
        (
            "clock running backwards",
            b"timestamp,gpu,power_w\n2026-03-10T09:00:05Z,0,100\n2026-03-10T09:00:02Z,0,100\n",
            &[],
        ),
        (
            "two zones in one log",
            b"timestamp,gpu,power_w\n2026-03-10T09:00:05Z,0,100\n2026-03-10T10:00:06+01:00,0,100\n",
            &[],
        ),
        ("two GPUs under one name", b"elapsed_s,gpu,power_w\n1,0,100\n1,0,300\n2,0,100\n2,0,300\n", &[]),
        ("decimal comma", b"timestamp,power_w\n2025-02-18 15:16:12,30,3\n2025-02-18 15:16:13,30,4\n", &[]),
        ("a counter that runs backwards", b"elapsed_s,gpu,energy_j\n1,0,50000\n2,0,50300\n3,0,49000\n4,0,49300\n", &[]),
        ("no time column", b"gpu,power.draw [W]\n0,100 W\n0,110 W\n", &[]),
        ("one reading", b"elapsed_s,gpu,power_w\n1,0,100\n", &[]),
        ("no reading", b"elapsed_s,gpu,power_w\n1,0,[N/A]\n2,0,N/A\n", &[]),
        ("unknown zone", b"elapsed_s,gpu,power_w\n1,0,100\n2,0,100\n", &["--zone", "Atlantis"]),
        ("intensity out of range", b"elapsed_s,gpu,power_w\n1,0,100\n2,0,100\n", &["--intensity", "50000"]),
    ];
    let mut shown = String::new();
    for (name, content, options) in cases {
        shown.push_str(&format!("# {name}\n{}\n", Log::new(content).refusal(options)));
    }
    shown.push_str(&format!("# missing file\n{}", refusal(&["meter", "no-such-file.csv"])));
    insta::assert_snapshot!(shown);
}

/// The README shows what its command prints.
#[test]
fn the_readme_shows_what_the_command_prints() {
    let root = env!("CARGO_MANIFEST_DIR");
    let answer = wattledger(&["meter", &format!("{root}/config/examples/finetune-2gpu.csv"), "--zone", "DE"]);
    let readme = std::fs::read_to_string(format!("{root}/README.md")).unwrap();
    let block = readme
        .split("```text\n")
        .filter_map(|rest| rest.split("```").next())
        .find(|block| block.starts_with("device"))
        .unwrap();
    assert_eq!(answer.stdout, block);
}
