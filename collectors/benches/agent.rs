//! What an agent costs, the whole process on a machine that does not exist: `cargo bench -p wattledger-agent --bench agent`.
//!
//! Eight GPUs through the real NVML path, at 1 Hz (boards with an energy counter) and 10 Hz (boards without), the service being a stub
//! that acknowledges. `WATTLEDGER_BENCH_SECONDS` says how long each is watched (120). Figures, dated and with their machine, stand in
//! docs/PERFORMANCE.md. Nothing here asserts a time.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement prints, asks the clock, and stops where it cannot go on"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

const AGENT: &str = env!("CARGO_BIN_EXE_wattledger-agent");

fn main() {
    let Some(driver) = fake_driver() else {
        println!("skipped: build the fake driver first: cargo build --release -p wattledger-agent --example fake_nvml");
        return;
    };
    let seconds = std::env::var("WATTLEDGER_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(120);
    let service = serve();
    for (rate, machine) in
        [("1 Hz", "gpus=8,watts=300"), ("10 Hz", "gpus=8,watts=300,counter=0,arch=7,name=NVIDIA A100-SXM4-80GB")]
    {
        measure(&driver, service, rate, machine, seconds);
    }
    spool_of_a_day(&driver, seconds);
}

fn measure(driver: &Path, service: SocketAddr, rate: &str, machine: &str, seconds: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut agent = start(folder.path(), driver, machine, service, "");
    // What starting costs is not what running costs.
    thread::sleep(Duration::from_secs(15));
    let (before, began) = (usage(&agent), Instant::now());
    thread::sleep(Duration::from_secs(seconds));
    let (after, elapsed) = (usage(&agent), began.elapsed().as_secs_f64());
    println!(
        "8 GPUs at {rate}, {elapsed:.0} s: {:.1} ms of CPU = {:.4} % of a core; peak {:.1} MB, now {:.1} MB of which {:.1} MB anonymous",
        (after.cpu_s - before.cpu_s) * 1e3,
        (after.cpu_s - before.cpu_s) / elapsed * 100.0,
        after.peak_mb,
        after.resident_mb,
        after.anonymous_mb,
    );
    end(&mut agent);
}

/// How the spool grows while nobody takes anything: windows of 10 s of eight GPUs.
fn spool_of_a_day(driver: &Path, seconds: u64) {
    let folder = tempfile::tempdir().unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // A hundred times as many windows, and a hundredth of a day.
    let mut agent = start(folder.path(), driver, "gpus=8,watts=300", nobody, "window_ms = 100\n");
    thread::sleep(Duration::from_secs(seconds));
    end(&mut agent);
    let bytes = fs::metadata(folder.path().join("spool")).unwrap().len();
    let windows = 8 * seconds * 10;
    let per_window = bytes as f64 / windows as f64;
    println!(
        "spool: {per_window:.0} bytes a window kept unsent = {:.1} MB a day of 8 GPUs at 10 s",
        per_window * 8.0 * 8_640.0 / 1e6
    );
}

fn start(folder: &Path, driver: &Path, machine: &str, service: SocketAddr, further: &str) -> Child {
    let (settings, token) = (folder.join("agent.toml"), folder.join("token"));
    fs::write(&token, "wl_bench").unwrap();
    let text = format!(
        "server = \"http://{service}\"\ntoken_file = {token:?}\nname = \"bench\"\nsources = [\"nvml\"]\nspool = {:?}\nmetering_file = {:?}\n{further}",
        folder.join("spool"),
        folder.join("metering.json"),
    );
    fs::write(&settings, text).unwrap();
    // The agent opens the driver by its ordinary name.
    fs::copy(driver, folder.join("libnvidia-ml.so.1")).unwrap();
    let mut command = Command::new(AGENT);
    command.arg("--config").arg(settings).env("LD_LIBRARY_PATH", folder).env("FAKE_NVML", machine);
    command.stderr(Stdio::inherit()).spawn().unwrap()
}

fn end(agent: &mut Child) {
    Command::new("kill").arg(agent.id().to_string()).status().unwrap();
    assert!(agent.wait().unwrap().success());
}

fn fake_driver() -> Option<PathBuf> {
    let target = Path::new(AGENT).parent()?.parent()?;
    let name = "examples/libfake_nvml.so";
    ["release", "debug"].iter().map(|profile| target.join(profile).join(name)).find(|path| path.exists())
}

struct Usage {
    cpu_s: f64,
    peak_mb: f64,
    resident_mb: f64,
    anonymous_mb: f64,
}

/// CPU time of all threads so far, and memory, from /proc.
fn usage(process: &Child) -> Usage {
    let folder = PathBuf::from(format!("/proc/{}", process.id()));
    let mut cpu_ns = 0;
    for task in fs::read_dir(folder.join("task")).unwrap().flatten() {
        let schedule = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        cpu_ns += schedule.split_whitespace().next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0);
    }
    let status = fs::read_to_string(folder.join("status")).unwrap();
    let mb = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() * 1_024.0 / 1e6
    };
    Usage { cpu_s: cpu_ns as f64 / 1e9, peak_mb: mb("VmHWM:"), resident_mb: mb("VmRSS:"), anonymous_mb: mb("RssAnon:") }
}

/// A service that acknowledges every batch.
fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away is the end of its thread alone.
            thread::spawn(move || drop(converse(&stream)));
        }
    });
    address
}

fn converse(mut stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let mut json = Vec::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut json)?;
        let batch = wire::Batch::parse(&json).unwrap();
        let said = wire::Acknowledgement::of(&batch, wire::Outcome::Accepted, batch.clock.wall);
        let said = serde_json::to_vec(&said)?;
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", said.len())?;
        stream.write_all(&said)?;
    }
}
