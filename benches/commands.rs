//! What the command line costs, whole processes as a user runs them: `cargo bench --bench commands`.
//!
//! Figures, dated and with their machine, stand in docs/PERFORMANCE.md. Nothing here asserts a time.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement prints, asks the clock, and stops where it cannot go on"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const WATTLEDGER: &str = env!("CARGO_BIN_EXE_wattledger");

fn main() {
    let folder = tempfile::tempdir().unwrap();
    meter(folder.path());
    estimate();
    run_start_up();
    run_overhead(folder.path());
}

/// A log as `nvidia-smi --query-gpu=timestamp,index,uuid,name,power.draw,... --format=csv -lms 100` writes it.
fn nvidia_smi_log(path: &Path, megabytes: usize) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut line = "timestamp, index, uuid, name, utilization.gpu [%], temperature.gpu, power.draw [W]\n".to_owned();
    let (mut written, mut tick) = (0, 0u64);
    while written < megabytes * 1_000_000 {
        for gpu in 0..8u64 {
            let ms = tick * 100 + gpu;
            let watts = 30_000 + (tick * 7_919 + gpu * 104_729) % 35_000;
            let (h, m, s, ms) = (ms / 3_600_000 % 24, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000);
            let day = 1 + tick * 100 / 86_400_000;
            writeln!(
                line,
                "2026/03/{day:02} {h:02}:{m:02}:{s:02}.{ms:03}, {gpu}, GPU-3f1c6a52-8d0e-4b7a-9c51-2e7d90b4f6a{gpu}, \
                 NVIDIA H100 80GB HBM3, 98 %, 64, {}.{:02} W",
                watts / 100,
                watts % 100
            )
            .unwrap();
        }
        tick += 1;
        written += line.len();
        file.write_all(line.as_bytes()).unwrap();
        line.clear();
    }
    file.flush().unwrap();
}

/// The shortest rows there are: `nvidia-smi --query-gpu=timestamp,power.draw --format=csv -lms 20` of one GPU.
fn short_rows(path: &Path, rows: u64) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    file.write_all(b"timestamp, power.draw [W]\n").unwrap();
    for tick in 0..rows {
        let (ms, watts) = (tick * 20, 30_000 + tick * 7_919 % 35_000);
        let (h, m, s, ms) = (ms / 3_600_000 % 24, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000);
        let day = 1 + tick * 20 / 86_400_000;
        writeln!(file, "2026/03/{day:02} {h:02}:{m:02}:{s:02}.{ms:03}, {}.{:02} W", watts / 100, watts % 100).unwrap();
    }
    file.flush().unwrap();
}

fn meter(folder: &Path) {
    let path = folder.join("log.csv");
    nvidia_smi_log(&path, 400);
    println!("rows of 117 bytes, 8 GPUs:");
    meter_log(&path);
    short_rows(&path, 6_000_000);
    println!("rows of 34 bytes, 1 GPU:");
    meter_log(&path);
}

/// With the path of another build in `WATTLEDGER_BEFORE`, that one is measured in turn with this one, and the ratio printed.
fn meter_log(path: &Path) {
    let before = std::env::var_os("WATTLEDGER_BEFORE").map(PathBuf::from);
    for _ in 0..3 {
        let now = meter_once(Path::new(WATTLEDGER), path);
        if let Some(before) = &before {
            let before = meter_once(before, path);
            println!("  now / before: {:.2} in CPU time", now / before);
        }
    }
}

/// MB per second of CPU time.
fn meter_once(program: &Path, path: &Path) -> f64 {
    let bytes = std::fs::metadata(path).unwrap().len() as f64;
    let start = Instant::now();
    let mut command = Command::new(program);
    command.arg("meter").arg(path).stdout(Stdio::null()).stderr(Stdio::null());
    let usage = watch(command.spawn().unwrap(), Duration::from_millis(2));
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "meter         {:6.0} MB of nvidia-smi CSV in {seconds:.2} s: {:.0} MB/s wall, {:.0} MB/s of CPU time, peak {:.1} MB",
        bytes / 1e6,
        bytes / 1e6 / seconds,
        bytes / 1e6 / usage.cpu_s,
        usage.peak_mb
    );
    bytes / 1e6 / usage.cpu_s
}

fn estimate() {
    let once = || {
        let start = Instant::now();
        let status = Command::new(WATTLEDGER)
            .args(["estimate", "--accelerator", "H100", "--count", "64", "--hours", "72", "--zone", "DE", "--json"])
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        start.elapsed()
    };
    println!("estimate      whole process {}", spread((0..200).map(|_| once()).collect()));
}

/// From the start of `run` to the first instruction of its command, which prints the time.
fn run_start_up() {
    let once = || {
        let start = std::time::SystemTime::now();
        let output = Command::new(WATTLEDGER)
            .args(["run", "--source", "synthetic:gpus=8,watts=300", "--", "date", "+%s%N"])
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let printed: u64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        let started = start.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
        Duration::from_nanos((u128::from(printed) - started) as u64)
    };
    println!("run start-up  until the command's first output {}", spread((0..100).map(|_| once()).collect()));
    let bare = || {
        let start = Instant::now();
        Command::new("date").arg("+%s%N").stdout(Stdio::null()).status().unwrap();
        start.elapsed()
    };
    println!("              the bare command, whole          {}", spread((0..100).map(|_| bare()).collect()));
}

/// `run` with 8 fake GPUs through the real NVML path, 60 s at 1 Hz.
fn run_overhead(folder: &Path) {
    let Some(driver) = fake_driver() else {
        println!(
            "run overhead  skipped: build the fake driver first: cargo build -p wattledger-agent --example fake_nvml"
        );
        return;
    };
    let json = folder.join("run.jsonl");
    let child = Command::new(WATTLEDGER)
        .args(["run", "--source", "nvml", "--json", json.to_str().unwrap(), "--", "sleep", "60"])
        .env("WATTLEDGER_NVML_LIB", driver)
        .env("FAKE_NVML", "gpus=8,watts=300")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let usage = watch(child, Duration::from_millis(200));
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "run overhead  8 fake GPUs, {seconds:.0} s: {:.1} ms of CPU = {:.4} % of a core, peak {:.1} MB",
        usage.cpu_s * 1e3,
        usage.cpu_s / seconds * 100.0,
        usage.peak_mb
    );
}

fn fake_driver() -> Option<PathBuf> {
    let target = Path::new(WATTLEDGER).parent()?.parent()?;
    let name = "examples/libfake_nvml.so";
    ["release", "debug"].iter().map(|profile| target.join(profile).join(name)).find(|path| path.exists())
}

struct Usage {
    cpu_s: f64,
    peak_mb: f64,
}

/// Waits for `child`, reading its own CPU time (all threads, without its children) and peak memory from /proc.
fn watch(mut child: Child, every: Duration) -> Usage {
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let mut usage = Usage { cpu_s: 0.0, peak_mb: 0.0 };
    while child.try_wait().unwrap().is_none() {
        if let Some(now) = read_usage(&process) {
            usage = Usage { cpu_s: now.cpu_s.max(usage.cpu_s), peak_mb: now.peak_mb.max(usage.peak_mb) };
        }
        std::thread::sleep(every);
    }
    usage
}

fn read_usage(process: &Path) -> Option<Usage> {
    let mut cpu_ns = 0;
    for task in std::fs::read_dir(process.join("task")).ok()? {
        let schedule = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        cpu_ns += schedule.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let peak_kib: f64 = peak.split_whitespace().next()?.parse().ok()?;
    Some(Usage { cpu_s: cpu_ns as f64 / 1e9, peak_mb: peak_kib * 1_024.0 / 1e6 })
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    format!("p50 {:.1} ms, p99 {:.1} ms ({} runs)", at(50), at(99), times.len())
}
