//! The figures of a node for Prometheus: what they say, and that nobody who reads them holds the agent up.

use crate::kill::{Running, chains, command, wait_until};
use crate::samples::Store;
use crate::stub::serve_into;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// An agent of twenty devices at 300 W, where it serves its metrics, and what the service got.
struct Watched {
    agent: Running,
    address: SocketAddr,
    store: Arc<Mutex<Store>>,
}

impl Watched {
    fn start(folder: &Path) -> Self {
        let store = Arc::new(Mutex::new(Store::default()));
        let mut command = command(folder, serve_into(&store));
        let mut agent = Running(command.args(["--metrics-listen", "0"]).stderr(Stdio::piped()).spawn().unwrap());
        let mut log = BufReader::new(agent.0.stderr.take().unwrap()).lines();
        let address = |line: String| line.split("http://").nth(1)?.strip_suffix("/metrics")?.parse().ok();
        let address = log.by_ref().flatten().find_map(address).unwrap();
        // Whoever logs must not wait for a reader.
        thread::spawn(move || log.for_each(drop));
        Self { agent, address, store }
    }

    fn ask(&self, head: &str) -> String {
        ask(self.address, head).unwrap()
    }

    fn scrape(&self) -> String {
        self.ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    }
}

fn ask(address: SocketAddr, head: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(head.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

/// The values of a metric, whatever its labels.
fn values(text: &str, name: &str) -> Vec<f64> {
    let own = text.lines().filter_map(|line| line.strip_prefix(name)).filter(|rest| rest.starts_with(['{', ' ']));
    own.map(|rest| rest.rsplit(' ').next().unwrap().parse().unwrap()).collect()
}

#[test]
fn figures_of_devices_spool_and_delivery_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let watched = Watched::start(folder.path());
    assert!(watched.address.ip().is_loopback());
    let energy = || values(&watched.scrape(), "wattledger_device_energy_joules_total");
    wait_until("energy of all devices", || energy().iter().all(|joules| *joules > 0.0));
    wait_until("a delivery", || watched.store.lock().unwrap().newest.is_some());
    let before = energy();
    thread::sleep(Duration::from_millis(300));
    let text = watched.scrape();
    let after = values(&text, "wattledger_device_energy_joules_total");
    assert_eq!((before.len(), after.len()), (20, 20));
    assert!(before.iter().sum::<f64>() < after.iter().sum::<f64>(), "{before:?} {after:?}");
    assert_eq!(values(&text, "wattledger_device_power_watts"), [300.0; 20], "{text}");
    assert_eq!(values(&text, "wattledger_device_read_failures_total"), [0.0; 20]);
    assert!(values(&text, "wattledger_device_sensor_age_seconds").iter().all(|age| (0.0..60.0).contains(age)));
    let only = |name: &str| values(&text, name)[0];
    assert!(only("wattledger_spool_bytes") > 0.0);
    assert!(only("wattledger_spool_bytes") < only("wattledger_spool_limit_bytes"));
    assert_eq!(values(&text, "wattledger_spool_batches").len(), 3);
    assert!(only("wattledger_delivery_age_seconds") < 60.0);
    assert!(text.contains(r#"kind="accelerator",counted_in="""#), "{text}");
}

#[test]
fn a_reader_gets_the_format_that_it_asks_for_and_nothing_else_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let watched = Watched::start(folder.path());
    let plain = watched.scrape();
    assert!(
        plain.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
        "{plain}"
    );
    assert!(
        plain.contains("# TYPE wattledger_device_energy_joules_total counter\n") && !plain.contains("# EOF"),
        "{plain}"
    );
    let open = watched.ask("GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0,*/*\r\n\r\n");
    assert!(
        open.contains("\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"),
        "{open}"
    );
    assert!(open.contains("# TYPE wattledger_device_energy_joules counter\n") && open.ends_with("# EOF\n"), "{open}");
    let head = watched.ask("HEAD /metrics HTTP/1.1\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(watched.ask("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    assert!(watched.ask("POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n").starts_with("HTTP/1.1 405"));
    assert!(watched.ask("\u{7f}\u{7f}\r\n\r\n").starts_with("HTTP/1.1 400"));
    assert!(watched.ask(&format!("GET /{} HTTP/1.1\r\n", "x".repeat(8_192))).starts_with("HTTP/1.1 400"));
}

#[test]
fn clients_that_send_nothing_or_read_nothing_hold_up_neither_metering_nor_for_long_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let watched = Watched::start(folder.path());
    let newest = || watched.store.lock().unwrap().newest;
    wait_until("a delivery", || newest().is_some());
    let dead: Vec<TcpStream> = (0..40)
        .map(|number| {
            let mut stream = TcpStream::connect(watched.address).unwrap();
            // Some say nothing, some half a request, and some ask and do not read.
            let said: [&[u8]; 3] = [b"", b"GET /metrics HT", b"GET /metrics HTTP/1.1\r\n\r\n"];
            // The agent may have closed it already.
            drop(stream.write_all(said[number % 3]));
            stream
        })
        .collect();
    let before = newest();
    wait_until("fresh windows", || newest() > before);
    wait_until("an answer in spite of the dead", || {
        ask(watched.address, "GET /metrics HTTP/1.1\r\n\r\n").is_ok_and(|text| text.starts_with("HTTP/1.1 200"))
    });
    drop(dead);
    let mut agent = watched.agent;
    Command::new("kill").arg(agent.0.id().to_string()).status().unwrap();
    wait_until("its end", || agent.0.try_wait().unwrap().is_some());
    let store = watched.store.lock().unwrap();
    assert_eq!(store.gaps(), []);
    let windows = store.windows();
    assert_eq!(chains(&windows).len(), 20, "the windows of each device touch");
    assert!(windows.iter().all(|window| window.end.since(window.start) == Some(window.covered)));
}

#[test]
fn a_port_that_is_taken_is_said_and_does_not_stop_the_metering() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let store = Arc::new(Mutex::new(Store::default()));
    let mut command = command(folder.path(), serve_into(&store));
    command.arg("--metrics-listen").arg(taken.local_addr().unwrap().to_string()).stderr(Stdio::piped());
    let mut agent = Running(command.spawn().unwrap());
    let log = BufReader::new(agent.0.stderr.take().unwrap()).lines();
    assert!(log.map_while(Result::ok).any(|line| line.contains("meters without serving metrics")));
    wait_until("a delivery", || store.lock().unwrap().newest.is_some());
}
