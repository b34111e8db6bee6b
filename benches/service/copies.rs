//! What it costs the service to copy series elsewhere: the same batches with and without, until everything is there.
//!
//! InfluxDB's and Prometheus' protocols are taken by VictoriaMetrics (Debian), OTLP by a sink that reads and answers 200.

use crate::fleet::{self, Node, gzip};
use crate::process::{Client, Service, directory_bytes};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const AGENTS: u64 = 26;
/// Batches of 60 s that each sends: three hours.
const BATCHES: u64 = 180;
/// How often everything is measured, one after the other.
const ROUNDS: u64 = 3;

/// How batches come.
const PACES: [(&str, Duration); 2] = [
    ("one batch of each agent every 100 ms", Duration::from_millis(100)),
    ("as fast as they are taken", Duration::ZERO),
];
/// What is copied to, by its table in the configuration, and the thread that does it.
const COPIES: [(&str, &str, &str); 3] =
    [("InfluxDB", "influx", "mirror"), ("remote write 1.0", "remote_write", "remote_write"), ("OTLP", "otlp", "otlp")];

/// CPU time, of the whole service and of the thread that copies.
struct Used {
    all_s: f64,
    copy_s: f64,
}

/// Measures each way, and prints its CPU against that of no copy in the same round.
pub(crate) fn measure(folder: &Path) {
    let windows = (AGENTS * BATCHES * fleet::WINDOWS_PER_MINUTE) as f64;
    println!(
        "copies   {windows:.0} windows of 10 s in batches of 60 s from {AGENTS} agents, until charts and copy have them:"
    );
    std::fs::create_dir_all(folder).unwrap();
    let token = folder.join("token");
    std::fs::write(&token, "t").unwrap();
    for (round, (pace, every)) in (0..ROUNDS).flat_map(|round| PACES.map(|pace| (round, pace))) {
        let place = |name: &str| folder.join(format!("{name}-{round}-{}", every.as_millis()));
        let alone = used(&place("alone"), "", "", every).all_s;
        println!("         {pace}, alone: {:.0} windows per CPU-second", windows / alone);
        for (name, table, thread) in COPIES {
            let place = place(table);
            let victoria = (table != "otlp").then(|| Victoria::start(&place.with_extension("victoria")));
            let address = victoria.as_ref().map_or_else(sink, |victoria| victoria.address);
            let more = match table {
                "influx" => {
                    format!("org = \"o\"\nbucket = \"b\"\ntoken_file = {token:?}\nurl = \"http://{address}\"\n")
                }
                "remote_write" => format!("version = \"1.0\"\nurl = \"http://{address}/api/v1/write\"\n"),
                _ => format!("url = \"http://{address}/v1/metrics\"\n"),
            };
            let Used { all_s, copy_s } = used(&place, &format!("[series.{table}]\n{more}"), thread, every);
            let bytes = victoria.map(|victoria| victoria.stop());
            println!(
                "         {name}: {:.1} % more in all, {:.1} % in its own thread, {:.0} windows per CPU-second of that{}",
                (all_s - alone) / alone * 100.0,
                copy_s / alone * 100.0,
                windows / copy_s,
                bytes.map_or_else(String::new, |bytes| format!(", {:.2} bytes a window there", bytes / windows))
            );
        }
    }
}

/// CPU time of a service that takes everything, until charts and copies have it and the service has nothing more to do.
fn used(data: &Path, more: &str, thread: &str, every: Duration) -> Used {
    let service = Service::start_with(data, "", more);
    let token = service.token("ingest");
    let bodies: Vec<Vec<Vec<u8>>> = (0..AGENTS)
        .map(|number| {
            let mut node = Node::new(number, fleet::yesterday());
            (0..BATCHES).map(|_| gzip(&node.next_minute())).collect()
        })
        .collect();
    let before = service.usage().cpu_s;
    crate::from_each(&service, &token, &bodies, every);
    let mut client = Client::new(service.address, service.admin());
    loop {
        let (_, metrics) = client.get("/metrics");
        let behind = metrics.lines().filter(|line| line.contains("_behind_seconds") && !line.starts_with('#'));
        if behind.into_iter().all(|line| line.ends_with(" 0") || line.ends_with(" 0.0")) {
            break;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    // Hours that are over are still summed.
    let mut all_s = service.usage().cpu_s;
    loop {
        std::thread::sleep(Duration::from_secs(2));
        let now = service.usage().cpu_s;
        if now - all_s < 0.02 {
            break;
        }
        all_s = now;
    }
    let copy_s = service.thread_cpu_s(thread);
    service.stop();
    Used { all_s: all_s - before, copy_s }
}

/// A VictoriaMetrics of its own.
struct Victoria {
    process: Child,
    address: SocketAddr,
    directory: std::path::PathBuf,
}

impl Victoria {
    fn start(directory: &Path) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let process = Command::new("victoria-metrics")
            .arg(format!("-httpListenAddr={address}"))
            .arg(format!("-storageDataPath={}", directory.display()))
            .arg("-retentionPeriod=10y")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while std::net::TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { process, address, directory: directory.to_owned() }
    }

    /// Ends it and returns the bytes of its data.
    fn stop(mut self) -> f64 {
        let id = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        self.process.wait().unwrap();
        directory_bytes(&self.directory.join("data")) as f64
    }
}

/// Reads requests and answers 200 to each.
fn sink() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            std::thread::spawn(move || {
                loop {
                    let mut length = 0;
                    loop {
                        let mut line = String::new();
                        if stream.read_line(&mut line).unwrap_or(0) == 0 {
                            return;
                        }
                        let line = line.trim().to_ascii_lowercase();
                        if let Some(stated) = line.strip_prefix("content-length:") {
                            length = stated.trim().parse().unwrap();
                        } else if line.is_empty() {
                            break;
                        }
                    }
                    let mut body = vec![0; length];
                    if stream.read_exact(&mut body).is_err() {
                        return;
                    }
                    let _ = stream.get_mut().write_all(b"HTTP/1.1 200 x\r\ncontent-length: 0\r\n\r\n");
                }
            });
        }
    });
    address
}
