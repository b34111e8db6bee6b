//! What every answer, and every way of not answering, does to a batch, over real sockets.

use crate::samples::{Store, open, round};
use crate::stub::{Reply, Request, serve};
use client::Backoff;
use collectors::clock::SystemClock;
use collectors::push::{Http, Next, Pusher, Sent};
use collectors::spool::SpoolUsage;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use units::Span;

/// Of an answer that does not come.
const LIMIT: Duration = Duration::from_millis(400);
/// Of an answer that comes, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// Names the batch that [`attempts`] sends.
const ACKNOWLEDGEMENT: &str = r#"{"result":"accepted","agent":"node","boot":"00000000000000000000000000000001","sequence":1,"received_ns":1767603600000000000}"#;

fn client(address: SocketAddr) -> Http {
    Http::new(&format!("http://{address}"), "wl_secret", None).unwrap()
}

/// Makes `turns` attempts with four windows in the spool.
fn attempts(address: SocketAddr, turns: usize) -> (Vec<Next>, Sent, SpoolUsage) {
    attempts_within(PATIENCE, address, turns)
}

fn attempts_within(limit: Duration, address: SocketAddr, turns: usize) -> (Vec<Next>, Sent, SpoolUsage) {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(&folder.path().join("spool"), 8, 1).spool;
    spool.append(&round(4, 0)).unwrap();
    let mut pusher = Pusher::new(&spool, Backoff::new(1), Span::from_seconds(3_600)).unwrap();
    let spool = Mutex::new(spool);
    let (mut http, clock) = (client(address), SystemClock::new());
    let next = (0..turns).map(|_| pusher.turn(&spool, &mut http, &clock, limit).unwrap()).collect();
    let held = spool.lock().unwrap().usage().unwrap();
    (next, pusher.sent(), held)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Acknowledged,
    Kept,
    Quarantined,
}

fn check(reply: Reply, expected: Fate) {
    let shown = format!("{reply:?}").chars().take(80).collect::<String>();
    let limit = if matches!(reply, Reply::Silence | Reply::Endless | Reply::Trickle) { LIMIT } else { PATIENCE };
    let address = serve(move |_| reply.clone());
    let (next, sent, held) = attempts_within(limit, address, 1);
    let fate = match (held.sealed, held.acknowledged, held.quarantined) {
        (1, 0, 0) => Fate::Kept,
        (0, 1, 0) => Fate::Acknowledged,
        (0, 0, 1) => Fate::Quarantined,
        other => panic!("{shown}: {other:?}"),
    };
    assert_eq!(fate, expected, "{shown}");
    assert_eq!(
        (sent.acknowledged, sent.quarantined, sent.failed),
        match expected {
            Fate::Acknowledged => (1, 0, 0),
            Fate::Quarantined => (0, 1, 0),
            Fate::Kept => (0, 0, 1),
        }
    );
    let waits = matches!(next[..], [Next::Wait(wait)] if wait >= Backoff::FIRST / 2);
    assert_eq!(waits, expected != Fate::Acknowledged, "{shown}: {next:?}");
}

#[test]
fn every_status_has_its_consequence() {
    for status in [200, 201] {
        check(Reply::Answer(status, String::new(), ACKNOWLEDGEMENT.into()), Fate::Acknowledged);
    }
    for status in [202, 204, 206, 207] {
        check(Reply::Answer(status, String::new(), ACKNOWLEDGEMENT.into()), Fate::Kept);
    }
    for status in [400, 405, 406, 409, 410, 411, 415, 422, 431] {
        check(Reply::status(status), Fate::Quarantined);
    }
    for status in [301, 302, 307, 308, 401, 403, 404, 408, 425, 429, 500, 501, 502, 503, 504, 507] {
        check(Reply::status(status), Fate::Kept);
    }
}

#[test]
fn what_is_no_answer_acknowledges_nothing() {
    let answer = |body: &str| Reply::Answer(200, String::new(), body.as_bytes().to_vec());
    check(answer("<html>please sign in</html>"), Fate::Kept);
    check(answer(""), Fate::Kept);
    check(answer("{}"), Fate::Kept);
    check(answer(r#"{"boot":"00000000000000000000000000000001","sequence":1}"#), Fate::Kept);
    check(answer(&ACKNOWLEDGEMENT.replace(r#""sequence":1"#, r#""sequence":2"#)), Fate::Kept);
    check(answer(&ACKNOWLEDGEMENT.replace("01\"", "02\"")), Fate::Kept);
    check(answer(ACKNOWLEDGEMENT), Fate::Acknowledged);
    check(Reply::Raw(b"\x16\x03\x01 this is not HTTP\r\n\r\n".to_vec()), Fate::Kept);
    check(Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"sequ".to_vec()), Fate::Kept);
    check(Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n".to_vec()), Fate::Kept);
    check(Reply::Close, Fate::Kept);
    check(Reply::Silence, Fate::Kept);
    check(Reply::Endless, Fate::Kept);
    check(Reply::Trickle, Fate::Kept);
    // Nobody listens on a port that was just freed.
    let freed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(attempts(freed, 1).1.failed, 1);
}

#[test]
fn retry_after_is_honoured() {
    let headers = "retry-after: 120\r\n".to_owned();
    let address = serve(move |_| Reply::Answer(429, headers.clone(), Vec::new()));
    let (next, ..) = attempts(address, 1);
    assert!(matches!(next[0], Next::Wait(wait) if (120..=132).contains(&wait.as_secs())), "{next:?}");
}

#[test]
fn a_batch_that_is_too_large_is_halved_until_it_fits() {
    let store = Arc::new(Mutex::new(Store::default()));
    let shelf = Arc::clone(&store);
    let address = serve(move |request: Request| {
        if crate::samples::unpack(&request.body).windows.len() > 1 {
            return Reply::status(413);
        }
        shelf.lock().unwrap().take(&request.body);
        Reply::acknowledge(&request.body)
    });
    let (next, sent, held) = attempts(address, 12);
    assert_eq!(next.last(), Some(&Next::Idle), "{next:?}");
    assert_eq!((sent.acknowledged, sent.quarantined, held.records, held.sealed), (4, 0, 0, 0));
    let store = store.lock().unwrap();
    assert_eq!(store.windows(), round(4, 0).windows);
    store.assert_no_gap_in_sequences();
}

#[test]
fn one_window_that_is_too_large_is_set_aside() {
    let (next, sent, held) = attempts(serve(|_| Reply::status(413)), 16);
    assert_eq!(next.last(), Some(&Next::Idle), "{next:?}");
    assert_eq!((sent.quarantined, held.quarantined, held.records, held.sealed), (4, 4, 0, 0));
}

/// One batch that always fails, with 400 or 500, does not keep the others from the service.
#[test]
fn a_poison_pill_never_blocks_the_queue() {
    for poison in [400, 500] {
        let store = Arc::new(Mutex::new(Store::default()));
        let shelf = Arc::clone(&store);
        let address = serve(move |request: Request| {
            if crate::samples::unpack(&request.body).sequence == 1 {
                return Reply::status(poison);
            }
            shelf.lock().unwrap().take(&request.body);
            Reply::acknowledge(&request.body)
        });
        let folder = tempfile::tempdir().unwrap();
        let mut spool = open(&folder.path().join("spool"), 8, 1).spool;
        let mut pusher = Pusher::new(&spool, Backoff::new(1), Span::ZERO).unwrap();
        spool.append(&round(1, 0)).unwrap();
        let spool = Mutex::new(spool);
        let mut http = client(address);
        for seconds in 1..=10 {
            pusher.turn(&spool, &mut http, &SystemClock::new(), PATIENCE).unwrap();
            spool.lock().unwrap().append(&round(1, seconds * 10)).unwrap();
        }
        for _ in 0..20 {
            pusher.turn(&spool, &mut http, &SystemClock::new(), PATIENCE).unwrap();
        }
        assert_eq!(store.lock().unwrap().windows().len(), 10, "after {poison}");
    }
}

#[test]
fn a_request_carries_token_type_and_encoding_and_the_token_goes_to_no_other_place() {
    let elsewhere = serve(|_| panic!("the redirect was followed"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let shelf = Arc::clone(&seen);
    let address = serve(move |request: Request| {
        shelf.lock().unwrap().push(request.head);
        Reply::Answer(307, format!("location: http://{elsewhere}/\r\n"), Vec::new())
    });
    attempts(address, 1);
    let head = seen.lock().unwrap()[0].clone();
    assert!(head.starts_with("post /api/v1/batches http/1.1\r\n"), "{head}");
    for line in ["authorization: bearer wl_secret", "content-type: application/json", "content-encoding: gzip"] {
        assert!(head.lines().any(|found| found == line), "no `{line}` in\n{head}");
    }
    assert!(!format!("{:?}", client(address)).contains("secret"));
}
