//! Agents and service behind a network that drops, cuts off, delays and repeats what they send, and loses answers.

use super::{EAGER, Target, count, random};
use crate::oracle::{Fleet, Record, judge, node};
use crate::service::{Data, Service};
use client::Backoff;
use collectors::clock::SystemClock;
use collectors::push::{Http, Next, Pusher};
use collectors::spool::{BatchSender, Spool};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use units::Span;
use wire::Boot;

const FLEET: Fleet = Fleet { agents: 4, devices: 3 };
/// Of one exchange, below the longest delay, until nothing goes wrong any more.
const LIMIT: Duration = Duration::from_millis(700);
const LIMIT_AT_LAST: Duration = Duration::from_secs(60);

/// What happens to a connection.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Passes,
    /// It is closed before anything was read.
    Drops,
    /// Only so many bytes of the request arrive, then the connection is reset.
    Breaks(usize),
    /// Only so many bytes of the request arrive, then nothing more is sent and the answer is awaited.
    HalfCloses(usize),
    Delays(Duration),
    /// All of the request arrives twice, at about the same time.
    Doubles,
    /// All of the request arrives, and the answer does not.
    Forgets,
}

impl Fate {
    fn random(random: &mut fastrand::Rng) -> Self {
        match random.u8(0..12) {
            0 => Self::Drops,
            1 => Self::Breaks(random.usize(0..4_000)),
            2 => Self::HalfCloses(random.usize(0..4_000)),
            3 => Self::Delays(Duration::from_millis(random.u64(1..900))),
            4 => Self::Doubles,
            5 | 6 => Self::Forgets,
            _ => Self::Passes,
        }
    }
}

/// Takes connections for `target`; one request goes over each. Counts what it did to them.
fn proxy(target: Arc<Target>, mut random: fastrand::Rng) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let events = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&events);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let fate = Fate::random(&mut random);
            if !matches!(fate, Fate::Passes) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
            let Some(service) = target.address() else { continue };
            // Whatever breaks is the event that is wanted.
            std::thread::spawn(move || drop(carry(client, service, fate)));
        }
    });
    (address, events)
}

fn carry(mut client: TcpStream, service: SocketAddr, fate: Fate) -> io::Result<()> {
    if matches!(fate, Fate::Drops) {
        return Ok(());
    }
    client.set_read_timeout(Some(Duration::from_secs(30)))?;
    let request = one_request(&mut client)?;
    if let Fate::Delays(time) = fate {
        std::thread::sleep(time);
    }
    let mut upstream = TcpStream::connect(service)?;
    upstream.set_read_timeout(Some(Duration::from_secs(30)))?;
    match fate {
        Fate::Breaks(bytes) => return upstream.write_all(&request[..bytes.min(request.len())]),
        Fate::HalfCloses(bytes) => {
            upstream.write_all(&request[..bytes.min(request.len())])?;
            upstream.shutdown(Shutdown::Write)?;
        }
        _ => upstream.write_all(&request)?,
    }
    if matches!(fate, Fate::Doubles) {
        let mut again = TcpStream::connect(service)?;
        again.write_all(&request)?;
        again.set_read_timeout(Some(Duration::from_secs(30)))?;
        one_answer(&mut again)?;
    }
    let answer = one_answer(&mut upstream)?;
    if matches!(fate, Fate::Forgets) {
        return Ok(());
    }
    client.write_all(&answer)
}

/// Head and body.
fn one_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    let mut step = [0; 16 << 10];
    loop {
        let count = stream.read(&mut step)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        whole.extend_from_slice(&step[..count]);
        let Some(end) = whole.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&whole[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        if whole.len() >= end + 4 + length {
            return Ok(whole);
        }
    }
}

/// An answer looks the same from here.
fn one_answer(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    one_request(stream)
}

/// An agent with a real spool and a real pusher, whose process ends now and then in the middle of things.
fn agent(
    number: u32,
    (path, server, token): (&std::path::Path, &str, &str),
    (record, is_over): (&Record, &AtomicBool),
    mut random: fastrand::Rng,
) {
    let clock = SystemClock::new();
    let mut next = 1;
    for boot in 1_u128.. {
        let boot = Boot::from_bits(u128::from(number) << 64 | boot);
        let sender = BatchSender { agent: node(number).name.as_str().into(), boot, node: node(number) };
        let spool = Spool::open(path, 64, sender, crate::oracle::at(0)).unwrap().spool;
        let mut pusher = Pusher::new(&spool, Backoff::new(u64::from(number)), Span::from_seconds(3_600)).unwrap();
        let (spool, mut http) = (Mutex::new(spool), Http::new(server, token, None).unwrap());
        for _ in 0..random.u32(5..40) {
            if !is_over.load(Ordering::Relaxed) && random.u8(0..3) > 0 {
                record.issued((number, next));
                spool.lock().unwrap().append(&FLEET.contents((number, next))).unwrap();
                // Taken by the spool is an obligation, whatever becomes of this process.
                record.acknowledged((number, next));
                next += 1;
            }
            let limit = if is_over.load(Ordering::Relaxed) { LIMIT_AT_LAST } else { LIMIT };
            match pusher.turn(&spool, &mut http, &clock, limit).unwrap() {
                Next::Idle if is_over.load(Ordering::Relaxed) => return,
                Next::Idle | Next::Now => {}
                // What the backoff asks for is tested elsewhere; here attempts are wanted.
                Next::Wait(_) => std::thread::sleep(Duration::from_millis(random.u64(1..20))),
            }
        }
    }
}

#[test]
fn a_network_that_fails_in_every_way_loses_and_doubles_nothing() {
    let mut random = random();
    let (data, spools) = (Data::new(), tempfile::tempdir().unwrap());
    let config = format!("{EAGER}[limits]\nheader_timeout_s = 2\n");
    let first = Service::start(&data.path(), &config);
    let token = first.token(&["ingest"], None).1;
    drop(first);
    let target = Arc::new(Target::nowhere());
    let (address, events) = proxy(Arc::clone(&target), random.fork());
    let (record, is_over, server) = (Record::default(), AtomicBool::new(false), format!("http://{address}"));
    let wanted = count(200);
    let mut kills = 0;
    std::thread::scope(|scope| {
        let mut agents = Vec::new();
        for number in 0..FLEET.agents {
            let (record, is_over, server, token) = (&record, &is_over, &server, &token);
            let (path, own) = (spools.path().join(number.to_string()), random.fork());
            agents.push(scope.spawn(move || agent(number, (&path, server, token), (record, is_over), own)));
        }
        while events.load(Ordering::Relaxed) < wanted {
            let service = Service::start(&data.path(), &config);
            target.is(Some(service.address));
            std::thread::sleep(Duration::from_millis(random.u64(300..2_000)));
            target.is(None);
            record.published(&data.path());
            drop(service);
            kills += 1;
        }
        let service = Service::start(&data.path(), &config);
        target.is(Some(service.address));
        is_over.store(true, Ordering::Relaxed);
        agents.into_iter().for_each(|agent| agent.join().unwrap());
        assert_eq!(service.stop().0, 0);
    });
    let judged = judge(&data.path(), FLEET, &record, false);
    println!("{} events, {kills} kills of the service: {judged}", events.load(Ordering::Relaxed));
}
