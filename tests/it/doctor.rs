//! `wattledger doctor` on machines of our making.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The report in words and as JSON, on a machine with this powercap tree, no NVIDIA driver and these variables.
fn doctor(powercap: &Path, variables: &[(&str, &str)]) -> (String, Value) {
    let answer = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
        command.env_clear().env("WATTLEDGER_POWERCAP", powercap).envs(variables.iter().copied());
        command.env("WATTLEDGER_NVML_LIB", "/nonexistent/libnvidia-ml.so.1");
        let output = command.arg("doctor").args(options).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        String::from_utf8(output.stdout).unwrap()
    };
    (answer(&[]), serde_json::from_str(&answer(&["--json"])).unwrap())
}

#[test]
fn a_machine_without_sensors_hears_what_would_add_them() {
    let folder = tempfile::tempdir().unwrap();
    let (words, report) = doctor(folder.path(), &[]);
    assert!(words.starts_with("Nothing on this machine measures power or energy."), "{words}");
    for command in ["sudo modprobe intel_rapl_msr", "docker run --gpus all", "--source synthetic:gpus=8,watts=300"] {
        assert!(words.contains(command), "{command}: {words}");
    }
    assert_eq!(report["measures"], false);
    let missing: Vec<_> = report["missing"].as_array().unwrap().iter().map(|missing| &missing["source"]).collect();
    assert_eq!(missing, ["nvml", "rapl"]);
}

#[test]
fn a_sensor_is_told_with_its_class_and_accuracy() {
    let folder = tempfile::tempdir().unwrap();
    for (zone, name) in [("intel-rapl:0", "package-0"), ("intel-rapl:0:0", "core")] {
        let zone = folder.path().join(zone);
        fs::create_dir(&zone).unwrap();
        fs::write(zone.join("name"), name).unwrap();
        fs::write(zone.join("energy_uj"), "48211907311").unwrap();
        fs::write(zone.join("constraint_0_power_limit_uw"), "125000000").unwrap();
    }
    let (words, report) = doctor(folder.path(), &[("CUDA_VISIBLE_DEVICES", "0")]);
    let [package, core] = &report["devices"].as_array().unwrap()[..] else { panic!("{report}") };
    assert_eq!((&report["measures"], &package["sensor"]), (&Value::from(true), &Value::from("energy counter")));
    assert_eq!((&package["accuracy_percent"], &package["limit_w"]), (&Value::from(5.0), &Value::from(125.0)));
    assert_eq!(core["counted_in"], "rapl:package-0");
    assert!(words.contains("rapl:package-0/core  core of CPU package-0  rapl    energy counter"), "{words}");
    assert!(words.contains("CUDA_VISIBLE_DEVICES names `0`, which this machine does not have"), "{words}");
}
