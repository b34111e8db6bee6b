//! The service under load and kills for a long time, and under a thousand slow clients.

use super::{EAGER, Target, count, deliver, promised, random, timed};
use crate::line::Line;
use crate::oracle::{Fleet, Record, judge};
use crate::service::{Data, Service};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A batch of each every ten seconds are fifty a second, as many as the senders manage.
const AGENTS: u32 = 500;
const SENDERS: u32 = 4;

/// Memory and open files while one process lived.
struct Life {
    early_bytes: u64,
    late_bytes: u64,
    files_over: usize,
}

/// Runs a service for `seconds`, then kills it.
fn live(data: &Data, target: &Target, seconds: u64) -> Life {
    let service = Service::start(&data.path(), EAGER);
    let files = service.open_files();
    target.is(Some(service.address));
    let (mut early_bytes, mut files_over) = (0, 0);
    for second in 0..seconds {
        std::thread::sleep(Duration::from_secs(1));
        if second <= seconds / 3 {
            early_bytes = service.resident_bytes_now();
        }
        files_over = files_over.max(service.open_files().saturating_sub(files));
    }
    target.is(None);
    Life { early_bytes, late_bytes: service.resident_bytes_now(), files_over }
}

#[test]
fn a_service_under_load_and_kills_stays_as_small_as_it_was() {
    let fleet = Fleet { agents: AGENTS, devices: 8 };
    let mut random = random();
    let data = Data::new();
    let first = Service::start(&data.path(), EAGER);
    let token = first.token(&["ingest"], None).1;
    drop(first);
    let (target, record, is_over, times) =
        (Target::nowhere(), Record::default(), AtomicBool::new(false), Mutex::default());
    let (lives, seconds) = (3, count(6));
    let found: Vec<Life> = std::thread::scope(|scope| {
        let mut senders = Vec::new();
        for sender in 0..SENDERS {
            let (target, record, is_over, times, token) = (&target, &record, &is_over, &times, &token);
            let mut own = random.fork();
            senders.push(scope.spawn(move || {
                let mut line = Line::new(token);
                for number in 1.. {
                    for agent in (sender..AGENTS).step_by(SENDERS as usize) {
                        if is_over.load(Ordering::Relaxed) {
                            return;
                        }
                        let (took, ()) = timed(|| deliver(&mut line, target, fleet, (agent, number), record));
                        let times: &Mutex<Vec<Duration>> = times;
                        times.lock().unwrap().push(took);
                        std::thread::sleep(Duration::from_millis(own.u64(20..60)));
                    }
                }
            }));
        }
        let lives = (0..lives).map(|_| live(&data, &target, seconds)).collect();
        let service = Service::start(&data.path(), EAGER);
        target.is(Some(service.address));
        is_over.store(true, Ordering::Relaxed);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_eq!(service.stop().0, 0);
        lives
    });
    let judged = judge(&data.path(), fleet, &record, false);
    let mut times = times.into_inner().unwrap();
    times.sort();
    let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{judged}; a batch took {p50:?} at p50, {p99:?} at p99, restarts included");
    assert!(p99 < promised(Duration::from_millis(250)), "{p99:?}");
    for life in &found {
        let grown = life.late_bytes.saturating_sub(life.early_bytes);
        println!(
            "{} MiB, grown by {} KiB in {} s; {} more files",
            life.late_bytes >> 20,
            grown >> 10,
            seconds * 2 / 3,
            life.files_over
        );
        assert!(life.late_bytes < 256 << 20);
        // What caches still take up in the first seconds is no slope; an hour of it would be.
        let bound = if seconds > 3_600 { (1 << 20) * seconds / 3_600 } else { 24 << 20 };
        assert!(grown < bound, "grown by {grown} bytes");
        assert!(life.files_over <= 4 * SENDERS as usize + 16, "{} more files are open", life.files_over);
    }
}

/// A request that never comes to its end.
fn half_open(service: &Service, is_body: bool) -> TcpStream {
    let mut socket = TcpStream::connect(service.address).unwrap();
    let head = format!("POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n", service.admin);
    socket.write_all(head.as_bytes()).unwrap();
    if is_body {
        socket.write_all(b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{").unwrap();
    }
    socket
}

/// Time of the slowest of a hundred good requests but one.
fn p99(service: &Service, line: &mut Line) -> Duration {
    let mut times: Vec<Duration> = (0..100)
        .map(|_| {
            let (took, answer) = timed(|| line.send(service.address, "GET /api/v1/grid/intensity?zone=DE", &[], b""));
            assert_eq!(answer.unwrap().status, 200);
            took
        })
        .collect();
    times.sort();
    times[98]
}

#[test]
fn a_thousand_slow_clients_are_closed_in_time_and_harm_nobody() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, raised).unwrap();
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let mut line = Line::new(&service.admin);
    let alone = p99(&service, &mut line);
    let (took, mut sockets) =
        timed(|| (0..1_000).map(|number| half_open(&service, number % 2 == 0)).collect::<Vec<_>>());
    println!("1000 connections opened in {took:?}");
    let among = p99(&service, &mut line);
    println!("p99 {alone:?} alone, {among:?} among a thousand slow clients");
    assert!(among < promised(2 * alone + Duration::from_millis(250)), "{alone:?} became {among:?}");
    let (waited, ()) = timed(|| {
        for (number, socket) in sockets.iter_mut().enumerate() {
            socket.set_read_timeout(Some(promised(Duration::from_secs(15)))).unwrap();
            let mut answer = Vec::new();
            // One byte every ten seconds would have come by now.
            if number < 20 {
                let _ = socket.write_all(b"x");
            }
            // A reset is as good an end as any.
            match socket.read_to_end(&mut answer) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("socket {number} is still open"),
                _ => {}
            }
        }
    });
    let all = took + waited;
    println!("all were closed {all:?} after the first was opened");
    assert!(waited < promised(Duration::from_secs(15)), "{waited:?}");
    assert_eq!(service.get("/healthz", "").status, 200);
    assert!(service.open_files() < 100);
}
