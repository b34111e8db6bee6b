//! `wattledger run` around real commands.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const TWO_GPUS: &str = "synthetic:gpus=2,watts=300";

/// `wattledger run --source SOURCE …`, in an environment without launchers, GPUs or sensors.
fn run(source: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("WATTLEDGER_POWERCAP", "/nonexistent");
    command.env("WATTLEDGER_NVML_LIB", "/nonexistent/libnvidia-ml.so.1");
    command.args(["run", "--source", source]);
    command
}

fn shell(source: &str, script: &str) -> Command {
    let mut command = run(source);
    command.args(["--", "sh", "-c", script]);
    command
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The lines that runs appended.
fn documents(file: &Path) -> Vec<Value> {
    fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Runs `script` with `--json` and returns the exit status and the document.
fn document(source: &str, script: &str, variables: &[(&str, &str)]) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.jsonl");
    let mut command = run(source);
    command.envs(variables.iter().copied()).arg("--json").arg(&file).args(["--", "sh", "-c", script]);
    let output = command.output().unwrap();
    (status(&output), documents(&file).remove(0))
}

/// The same with no signal ignored: started in the background or under nohup, tests inherit ignored ones, and a shell
/// cannot trap those.
fn with_default_signals(command: &Command) -> Command {
    let mut wrapped = Command::new("env");
    wrapped.arg("--default-signal").arg(command.get_program()).args(command.get_args()).env_clear();
    wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    wrapped
}

/// A run whose command has said `ready`.
struct Started {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Started {
    fn new(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut started = Self { child, stdout };
        while started.line() != "ready\n" {}
        started
    }

    /// The next line that the command writes.
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "the command has ended");
        line
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Everything that the command wrote after `ready`.
    fn rest(&mut self) -> String {
        let mut text = String::new();
        self.stdout.read_to_string(&mut text).unwrap();
        text
    }
}

#[test]
fn the_exit_status_is_the_commands() {
    for (script, expected) in
        [("true", 0), ("exit 3", 3), ("exit 255", 255), ("kill -TERM $$", 143), ("kill -9 $$", 137)]
    {
        let output = shell(TWO_GPUS, script).output().unwrap();
        assert_eq!(status(&output), expected, "{script}");
        assert!(stderr(&output).contains("2 devices"), "{script}: {}", stderr(&output));
    }
    let missing = run(TWO_GPUS).args(["--", "no-such-command"]).output().unwrap();
    assert_eq!((status(&missing), stderr(&missing).as_str()), (127, "error: no-such-command: command not found\n"));
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text");
    fs::write(&text, "not a program").unwrap();
    let not_executable = run(TWO_GPUS).arg("--").arg(&text).output().unwrap();
    assert_eq!(status(&not_executable), 126);
    assert!(stderr(&not_executable).contains("cannot be executed: Permission denied"));
}

#[test]
fn input_and_output_stay_the_commands_own() {
    let mut command = shell(TWO_GPUS, "cat; echo to stderr >&2");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"\x00binary\xff\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, b"\x00binary\xff\n");
    let stderr = stderr(&output);
    assert!(stderr.starts_with("to stderr\n") && stderr.contains("energy "), "{stderr}");
}

#[test]
fn signals_reach_the_command_and_its_answer_counts() {
    for (signal, name) in [
        (Signal::TERM, "TERM"),
        (Signal::INT, "INT"),
        (Signal::HUP, "HUP"),
        (Signal::QUIT, "QUIT"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
        (Signal::ALARM, "ALRM"),
        (Signal::XCPU, "XCPU"),
        (Signal::URG, "URG"),
    ] {
        let script = format!("trap 'echo got {name}; exit 7' {name}; echo ready; while :; do sleep 0.01; done");
        let mut started = Started::new(with_default_signals(&shell(TWO_GPUS, &script)));
        started.send(signal);
        assert_eq!(started.rest(), format!("got {name}\n"));
        assert_eq!(started.child.wait().unwrap().code(), Some(7));
    }
}

#[test]
fn a_killed_command_leaves_its_footprint() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.jsonl");
    let mut command = run(TWO_GPUS);
    command.arg("--json").arg(&file).args(["--", "sh", "-c", "echo ready; exec sleep 600"]);
    let mut started = Started::new(command);
    started.send(Signal::TERM);
    assert_eq!(started.child.wait().unwrap().code(), Some(143));
    let document = documents(&file).remove(0);
    assert_eq!((&document["exit_status"], &document["signal"]), (&Value::from(143), &Value::from("SIGTERM")));
    assert!(document["energy_mj"].as_i64().unwrap() > 0);
    let mut table = String::new();
    started.child.stderr.take().unwrap().read_to_string(&mut table).unwrap();
    assert!(table.contains("killed by SIGTERM") && table.contains("GPU-00000001-"), "{table}");
}

#[test]
fn the_command_outlives_a_killed_wattledger() {
    let mut command = shell(TWO_GPUS, "echo ready; read word; echo still here: $word");
    command.stdin(Stdio::piped());
    let mut started = Started::new(command);
    let mut stdin = started.child.stdin.take().unwrap();
    started.send(Signal::KILL);
    assert_eq!(started.child.wait().unwrap().code(), None);
    stdin.write_all(b"hello\n").unwrap();
    assert_eq!(started.rest(), "still here: hello\n");
}

#[test]
fn signals_that_were_ignored_at_the_start_stay_ignored() {
    // As under nohup.
    let inner = shell(TWO_GPUS, "kill -HUP $$; echo alive");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(inner.get_program()).args(inner.get_args());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().unwrap();
    assert_eq!((status(&output), output.stdout.as_slice()), (0, b"alive\n".as_slice()));
}

#[test]
fn ctrl_c_at_the_terminal_reaches_the_command_once() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let terminal = || fs::OpenOptions::new().read(true).write(true).open(&name).unwrap();
    // No sleep in the loop: the shell says every signal as it comes, before another can merge with it.
    let script = "trap 'echo INT' INT; trap 'echo USR1; exit' USR1; echo ready; while :; do :; done";
    let inner = with_default_signals(&shell(TWO_GPUS, script));
    let mut command = Command::new("setsid");
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.arg("--ctty").arg(inner.get_program()).args(inner.get_args()).stdin(terminal());
    let mut started = Started::new(command);
    fs::File::from(master.try_clone().unwrap()).write_all(b"\x03").unwrap();
    assert_eq!(started.line(), "INT\n");
    // Were the interrupt passed on too, it would come before this.
    started.send(Signal::USR1);
    assert_eq!(started.rest(), "USR1\n");
}

#[test]
fn each_run_appends_one_line_with_the_pinned_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.jsonl");
    for name in ["first", "second"] {
        let mut command = run(TWO_GPUS);
        command.args(["--project", "vision", "--name", name, "--label", "seed=1", "--label", "note=a=b", "--json"]);
        assert_eq!(status(&command.arg(&file).args(["--", "true", "--flag"]).output().unwrap()), 0);
    }
    let [first, second] = &documents(&file)[..] else { panic!("not two lines") };
    assert_eq!((&first["name"], &second["name"]), (&Value::from("first"), &Value::from("second")));
    assert_eq!(first["labels"], serde_json::json!({"note": "a=b", "seed": "1"}));
    assert_eq!(first["command"], serde_json::json!(["true", "--flag"]));
    for key in ["energy_kwh", "energy_mj", "co2e_g", "co2e_ug", "duration_s", "start", "end", "exit_status", "project"]
    {
        assert!(first.get(key).is_some(), "{key}");
    }
    for key in ["uuid", "energy_kwh", "mean_w", "peak_w", "coverage", "method"] {
        assert!(first["devices"][0].get(key).is_some(), "{key}");
    }
}

#[test]
fn constant_devices_use_exactly_power_times_time() {
    for (source, gpus, milliwatts) in
        [("synthetic:gpus=1,watts=250.5", 1, 250_500), ("synthetic:gpus=16,watts=700", 16, 700_000)]
    {
        let (_, document) = document(source, "sleep 0.3", &[]);
        let nanoseconds = (document["duration_s"].as_f64().unwrap() * 1e9).round() as i64;
        let each = nanoseconds * milliwatts / 1_000_000_000;
        assert_eq!(document["energy_mj"].as_i64(), Some(gpus * each), "{document}");
        assert_eq!(document["devices"].as_array().unwrap().len() as i64, gpus);
        assert_eq!(document["devices"][0]["coverage"], 1.0);
    }
}

#[test]
fn forty_milliseconds_are_a_flagged_bound_not_zero() {
    for sensor in ["counter", "average", "instant"] {
        let (_, document) = document(&format!("synthetic:watts=500,sensor={sensor}"), "sleep 0.04", &[]);
        let device = &document["devices"][0];
        assert!(device["energy_mj"].as_i64().unwrap() >= 20_000, "{document}");
        assert!(device["flags"].as_array().unwrap().contains(&"boundary".into()), "{document}");
    }
}

#[test]
fn ranks_of_one_node_count_once() {
    let energies = (0..8).map(|rank| {
        let (_, document) = document("synthetic:gpus=8,watts=700", "sleep 0.05", &[("LOCAL_RANK", &rank.to_string())]);
        (document["energy_mj"].as_i64(), document["counted_by"].as_str().map(str::to_owned))
    });
    let energies: Vec<_> = energies.collect();
    assert!(energies[0].0.is_some_and(|energy| energy > 0) && energies[0].1.is_none());
    for rank in &energies[1..] {
        assert_eq!(rank, &(None, Some("local rank 0".to_owned())));
    }
}

#[test]
fn a_run_inside_a_run_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let (outer, inner) = (folder.path().join("outer"), folder.path().join("inner"));
    let mut command = run(TWO_GPUS);
    command.arg("--json").arg(&outer).arg("--");
    command.arg(env!("CARGO_BIN_EXE_wattledger")).args(["run", "--source", TWO_GPUS, "--json"]).arg(&inner);
    let output = command.args(["--", "sh", "-c", "exit 5"]).output().unwrap();
    assert_eq!(status(&output), 5);
    assert!(documents(&outer)[0]["energy_mj"].as_i64().unwrap() > 0);
    assert_eq!(documents(&inner)[0]["energy_mj"], Value::Null);
    assert_eq!(documents(&inner)[0]["counted_by"], "the wattledger run around it");
    assert!(stderr(&output).contains("energy unknown: counted by the wattledger run around it"));
}

#[test]
fn the_devices_that_the_command_may_use() {
    let four = "synthetic:gpus=4,watts=100";
    let metered = |visible: &str| {
        let (_, document) = document(four, "true", &[("CUDA_VISIBLE_DEVICES", visible)]);
        let devices = document["devices"].as_array().unwrap();
        devices.iter().map(|device| device["uuid"].as_str().unwrap()[..12].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(metered("3,1"), ["GPU-00000001", "GPU-00000003"]);
    assert_eq!(metered("GPU-00000002-5e7f-4000-8000-000000000000"), ["GPU-00000002"]);
    assert_eq!(metered(""), [""; 0]);
}

/// The driver of a machine of our making, built by `cargo test --workspace`.
pub(crate) fn fake_driver() -> std::path::PathBuf {
    let tests = std::env::current_exe().unwrap();
    let library = tests.parent().unwrap().with_file_name("examples").join("libfake_nvml.so");
    assert!(library.exists(), "build the fake driver: cargo build -p wattledger-agent --example fake_nvml");
    library
}

/// Runs `script` on a machine with `boards`, `visible` to the command.
fn on_boards(boards: &str, visible: Option<&str>, script: &str) -> (i32, Value) {
    let library = fake_driver();
    let mut variables = vec![("FAKE_NVML", boards), ("WATTLEDGER_NVML_LIB", library.to_str().unwrap())];
    variables.extend(visible.map(|visible| ("CUDA_VISIBLE_DEVICES", visible)));
    document("auto", script, &variables)
}

#[test]
fn a_mig_instance_stands_for_its_board() {
    let instance = "MIG-00000002-fa4e-5000-8000-000000000001";
    let (_, document) = on_boards("gpus=4,2.mig=2", Some(instance), "true");
    let [board] = &document["devices"].as_array().unwrap()[..] else { panic!("{document}") };
    assert_eq!(board["uuid"], "GPU-00000002-fa4e-4000-8000-000000000000");
    let told = |word: &str| document["notes"].as_array().unwrap().iter().any(|n| n.as_str().unwrap().contains(word));
    assert!(told("split into 2 MIG instances") && told("1 of the 4 devices"), "{document}");
}

#[test]
fn a_lost_gpu_stops_neither_the_others_nor_the_command() {
    let (status, document) = on_boards("gpus=3,watts=300,counter=0,1.lost=1", None, "sleep 0.3; exit 6");
    assert_eq!(status, 6);
    let devices = document["devices"].as_array().unwrap();
    let seconds = document["duration_s"].as_f64().unwrap();
    let energy = |position: usize| devices[position]["energy_mj"].as_f64();
    assert_eq!(energy(1), None);
    for position in [0, 2] {
        assert!((energy(position).unwrap() - 300_000.0 * seconds).abs() <= 1.0, "{document}");
    }
    assert_eq!(document["energy_mj"].as_f64(), Some(energy(0).unwrap() + energy(2).unwrap()));
    assert_eq!((&devices[0]["coverage"], &devices[1]["coverage"]), (&Value::from(1.0), &Value::from(0.0)));
}

#[test]
fn carbon_is_energy_times_the_chosen_intensity() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.jsonl");
    let mut command = run(TWO_GPUS);
    command.args(["--intensity", "400", "--pue", "1.5", "--json"]).arg(&file).args(["--", "sleep", "0.2"]);
    assert_eq!(status(&command.output().unwrap()), 0);
    let document = documents(&file).remove(0);
    let integer = |key: &str| document[key].as_i64().unwrap();
    assert_eq!(integer("co2e_ug"), (integer("energy_mj") * 400_000 + 1_800_000) / 3_600_000);
    assert_eq!(integer("overhead_mj"), (integer("energy_mj") + 1) / 2);
    assert_eq!(integer("overhead_co2e_ug"), (integer("overhead_mj") * 400_000 + 1_800_000) / 3_600_000);
}

#[test]
fn without_a_sensor_the_command_runs_and_the_energy_is_unknown() {
    let (status, document) = document("auto", "exit 4", &[]);
    assert_eq!(status, 4);
    assert_eq!((&document["energy_kwh"], &document["energy_mj"]), (&Value::Null, &Value::Null));
    assert!(document["energy_reason"].as_str().unwrap().contains("wattledger doctor"));
    assert!(
        document["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().starts_with("rapl not read"))
    );
}

/// A run with these options and variables; its command would leave a file behind.
fn refused(options: &[&str], variables: &[(&str, &str)]) -> String {
    let folder = TempDir::new().unwrap();
    let trace = folder.path().join("trace");
    let mut command = run(TWO_GPUS);
    command.args(options).envs(variables.iter().copied());
    let output = command.args(["--", "touch"]).arg(&trace).output().unwrap();
    assert_eq!(status(&output), 2);
    assert_eq!(output.stdout, b"");
    assert!(!trace.exists(), "the command was started");
    stderr(&output)
}

#[test]
fn what_cannot_be_used_is_refused_before_the_command_starts() {
    let message = refused(&["--json", "/nonexistent/runs.jsonl"], &[]);
    assert!(message.contains("--json /nonexistent/runs.jsonl"), "{message}");
    let message = refused(&["--source", "synthetic:gpus=2"], &[]);
    assert!(
        message.contains("one of watts, steps and load is missing") && message.contains("synthetic:gpus=8,watts=300"),
        "{message}"
    );
    for unknown in ["2", "GPU-ffffffff", "MIG-00000000", "0,2"] {
        let message = refused(&[], &[("CUDA_VISIBLE_DEVICES", unknown)]);
        let entry = unknown.trim_start_matches("0,");
        assert!(message.contains(&format!("CUDA_VISIBLE_DEVICES names `{entry}`")), "{message}");
    }
    // Not UTF-8: refused like every unknown device, not taken for a variable that is not set.
    let mut command = run(TWO_GPUS);
    command.env("CUDA_VISIBLE_DEVICES", std::ffi::OsStr::from_bytes(b"0,\xff")).args(["--", "echo", "started"]);
    let output = command.output().unwrap();
    assert_eq!((status(&output), output.stdout.as_slice()), (2, b"".as_slice()), "{}", stderr(&output));
    let message = refused(&["--zone", "DEE"], &[]);
    assert!(message.contains("did you mean DE"), "{message}");
    let message = refused(&["--pue", "0.9"], &[]);
    assert!(message.contains("between 1.0 and 3.0"), "{message}");
    let message = refused(&["--source", "replay:/nonexistent/power.csv"], &[]);
    assert!(message.contains("replay:/nonexistent/power.csv: No such file"), "{message}");
    let message = refused(&["--label", "seed"], &[]);
    assert!(message.contains("KEY=VALUE"), "{message}");
}
