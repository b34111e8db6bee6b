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

/// The answer of `doctor --pid 42` on a machine whose process file system says this: exit code, output, and errors.
fn holder(cgroup: Option<&str>, options: &[&str]) -> (Option<i32>, String, String) {
    let proc = tempfile::tempdir().unwrap();
    if let Some(cgroup) = cgroup {
        fs::create_dir(proc.path().join("42")).unwrap();
        fs::write(proc.path().join("42/cgroup"), cgroup).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    let output =
        command.env_clear().args(["doctor", "--pid", "42", "--proc"]).arg(proc.path()).args(options).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_process_is_told_with_its_holder_and_the_evidence() {
    let id = "69582967867f154411eee52e4a081994729ccfa031770d50970c03490ba32490";
    let cgroup = "9:devices:/slurm_gpu03/uid_5003/job_17/step_0/task_0\n1:name=systemd:/system.slice/slurmd.service\n";
    let (code, report, _) = holder(Some(cgroup), &["--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let right = serde_json::json!({
        "kind": "slurm", "id": "17", "step": "0", "pod_uid": null, "container_id": null, "user_id": "5003",
    });
    assert_eq!((code, &report["holder"], &report["conflict"]), (Some(0), &right, &Value::from(false)));
    assert_eq!(report["evidence"][0]["path"], "/slurm_gpu03/uid_5003/job_17/step_0/task_0");
    let (_, words, _) = holder(Some(cgroup), &[]);
    assert!(
        words.starts_with("Process 42 is of Slurm job 17, step 0.\n  by its cgroup devices /slurm_gpu03/"),
        "{words}"
    );

    let pod = format!("0::/kubepods/burstable/podb3955616-90bd-41fc-aa80-9cf274b0c8f5/{id}\n");
    let report: Value = serde_json::from_str(&holder(Some(&pod), &["--json"]).1).unwrap();
    assert_eq!(report["holder"]["pod_uid"], "b3955616-90bd-41fc-aa80-9cf274b0c8f5");
    assert_eq!(report["holder"]["container_id"], id);
}

#[test]
fn a_process_of_nobody_known_is_an_answer_with_its_reason() {
    let two = "9:devices:/slurm/uid_5/job_17/step_0\n4:memory:/slurm/uid_5/job_18/step_0\n";
    let (code, report, _) = holder(Some(two), &["--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((code, &report["holder"]["kind"]), (Some(0), &Value::from("unknown")));
    assert_eq!((&report["conflict"], report["evidence"].as_array().unwrap().len()), (&Value::from(true), 2));
    let (_, words, _) = holder(Some(two), &[]);
    assert!(words.contains("two controllers tell of two holders: devices of Slurm job 17"), "{words}");
    let (_, words, _) = holder(Some("0::/system.slice/slurmstepd.scope/sEKNKTV3WPV500/step_0/user\n"), &[]);
    assert!(words.contains("A SLUID is no job id") && words.contains("SLURM_JOB_SLUID"), "{words}");
}

#[test]
fn a_process_that_is_not_there_is_an_error_with_the_way_out() {
    let (code, _, error) = holder(None, &[]);
    assert!(code == Some(2) && error.contains("there is no process 42 under") && error.contains("--proc"), "{error}");
}

/// The report, in words and as JSON, of a machine with `boards` and processes in these cgroups.
fn holders(boards: &str, processes: &[(u32, &str)]) -> (String, Value) {
    let proc = tempfile::tempdir().unwrap();
    for (pid, cgroup) in processes {
        let folder = proc.path().join(pid.to_string());
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("cgroup"), cgroup).unwrap();
    }
    let answer = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
        command.env_clear().env("WATTLEDGER_POWERCAP", "/nonexistent").env("FAKE_NVML", boards);
        command.env("WATTLEDGER_NVML_LIB", crate::run::fake_driver());
        let output = command.args(["doctor", "--proc"]).arg(proc.path()).args(options).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    (answer(&[]), serde_json::from_str(&answer(&["--json"])).unwrap())
}

const INIT: (u32, &str) = (1, "0::/init.scope\n");

#[test]
fn who_is_on_a_gpu_is_told_by_its_processes_and_their_cgroups() {
    let (words, report) = holders(
        "gpus=2,0.processes=4242:4244,0.mps=4243,1.processes=99",
        &[
            INIT,
            (4_242, "0::/system.slice/slurmstepd.scope/job_17/step_0/user/task_0\n"),
            (4_243, "0::/system.slice/slurmstepd.scope/job_17/step_0/user/task_0\n"),
            (4_244, "0::/user.slice/user-1000.slice/session-1.scope\n"),
        ],
    );
    let gpu = |number: u32| format!("GPU-{number:08x}-fa4e-4000-8000-000000000000");
    let first = gpu(0);
    assert!(words.contains(&format!("{first} is used by Slurm job 17, step 0 (PID 4242, 4243)")), "{words}");
    assert!(words.contains(&format!("{first} is used by user 1000 (PID 4244)")), "{words}");
    // A process that has ended, or is not seen, is not left out.
    assert!(words.contains(&format!("{} is used by unknown (PID 99)", gpu(1))), "{words}");
    assert!(words.contains("cgroup: readable; at this moment Slurm jobs: 1, users: 1"), "{words}");
    assert!(words.contains("nvml: lists the processes on 2 devices"), "{words}");
    let job = &report["used"][0];
    assert_eq!((&job["holder"]["id"], &job["processes"]), (&Value::from("17"), &serde_json::json!([4_242, 4_243])));
    assert_eq!(report["holder_sources"][0]["found"], true);
}

#[test]
fn what_keeps_holders_from_being_known_is_told_with_its_remedy() {
    let (words, report) = holders("gpus=1", &[(1, "0::/\n")]);
    assert_eq!(report["holder_sources"][0]["found"], false);
    assert!(
        words.contains("is that of a container") && words.contains("wattledger doctor --proc /host/proc"),
        "{words}"
    );
    let (words, report) = holders("gpus=1", &[(77, "0::/user.slice/user-1000.slice/session-1.scope\n")]);
    assert_eq!(report["holder_sources"][0]["found"], false);
    assert!(words.contains("the processes of other users are hidden") && words.contains("hidepid"), "{words}");
}
