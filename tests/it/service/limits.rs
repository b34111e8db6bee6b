//! What a client cannot do to the service: bodies, headers, rates, methods.

use super::{Data, Service};
use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Compressed zeros, `mebibytes` when unpacked.
fn bomb(encoding: &str, mebibytes: usize) -> Vec<u8> {
    let block = vec![b' '; 1 << 20];
    if encoding == "gzip" {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        (0..mebibytes).for_each(|_| encoder.write_all(&block).unwrap());
        return encoder.finish().unwrap();
    }
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    (0..mebibytes).for_each(|_| encoder.write_all(&block).unwrap());
    encoder.finish().unwrap()
}

#[test]
fn bombs_are_refused_before_they_unpack() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    service.token(&["read"], None);
    let before = service.resident_bytes();
    for encoding in ["gzip", "zstd"] {
        let headers = [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
        let reply = service.send("POST", "/api/v1/tokens", &service.admin, &headers, &bomb(encoding, 300));
        assert_eq!(reply.status, 413, "{encoding} {reply:?}");
    }
    let grown = service.resident_bytes() - before;
    assert!(grown < 32 << 20, "memory grew by {grown} bytes");
}

#[test]
fn size_type_and_encoding_of_a_body_are_checked() {
    let data = Data::new();
    let service = Service::start(&data.path(), "limits.body_bytes = 2000");
    let send = |headers: &[(&str, &str)], body: &[u8]| {
        service.send("POST", "/api/v1/tokens", &service.admin, headers, body).status
    };
    let json = ("Content-Type", "application/json");
    let token = br#"{"name":"n","scopes":["read"]}"#;
    let padded = |length: usize| [&token[..], &vec![b' '; length - token.len()]].concat();
    assert_eq!(send(&[json], &padded(2000)), 201);
    assert_eq!(send(&[json], &padded(2001)), 413);
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    assert_eq!(send(&[json, ("Content-Encoding", "gzip")], &gzip(&padded(2000))), 201);
    assert_eq!(send(&[json, ("Content-Encoding", "gzip")], &gzip(&padded(2001))), 413);
    assert_eq!(send(&[json, ("Content-Encoding", "zstd")], &zstd::encode_all(&token[..], 3).unwrap()), 201);
    assert_eq!(send(&[json, ("Content-Encoding", "gzip, gzip")], &gzip(&gzip(token))), 415);
    assert_eq!(send(&[json, ("Content-Encoding", "br")], token), 415);
    assert_eq!(send(&[], token), 415);
    assert_eq!(send(&[json, ("Content-Encoding", "gzip")], token), 400);
    assert_eq!(send(&[json], b"{"), 400);
}

/// Long before the ten seconds for which the rest of a refused body is read.
#[test]
fn an_announced_size_beyond_the_limit_is_refused_before_anything_of_it_comes() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    for further in ["", "Expect: 100-continue\r\n"] {
        for path in ["/api/v1/batches", "/api/v1/projects"] {
            let mut socket = TcpStream::connect(service.address).unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(7))).unwrap();
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 1000000000000\r\n{further}\r\n",
                service.admin
            );
            socket.write_all(head.as_bytes()).unwrap();
            let mut answer = [0; 12];
            socket.read_exact(&mut answer).unwrap_or_else(|error| panic!("{path} {further:?}: {error}"));
            assert_eq!(&answer, b"HTTP/1.1 413", "{path} {further:?}");
        }
    }
    assert_eq!(service.get("/healthz", "").status, 200);
}

#[test]
fn half_headers_and_half_bodies_do_not_hold_a_connection() {
    let data = Data::new();
    let service = Service::start(&data.path(), "[limits]\nheader_timeout_s = 1\nbody_timeout_s = 1");
    let mut half_head = TcpStream::connect(service.address).unwrap();
    half_head.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").unwrap();
    let mut half_body = TcpStream::connect(service.address).unwrap();
    let head = format!(
        "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{{",
        service.admin
    );
    half_body.write_all(head.as_bytes()).unwrap();
    let read_to_end = |socket: &mut TcpStream| {
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).map(|_| answer)
    };
    // Closed with or without a 408; what counts is that it ends.
    read_to_end(&mut half_head).unwrap();
    assert!(read_to_end(&mut half_body).unwrap().starts_with("HTTP/1.1 408"));
    assert_eq!(service.get("/healthz", "").status, 200);
}

#[test]
fn a_thousand_half_open_connections_leave_room_for_others() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let half: Vec<TcpStream> = (0..900)
        .map(|_| {
            let mut socket = TcpStream::connect(service.address).unwrap();
            socket.write_all(b"GET / HT").unwrap();
            socket
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(service.get("/api/v1/grid/intensity?zone=DE", &service.admin).status, 200);
    }
    drop(half);
}

#[test]
fn a_token_that_asks_too_often_waits_and_others_do_not() {
    let data = Data::new();
    let service = Service::start(&data.path(), "[limits]\nrequests_per_s = 1\nrequest_burst = 5");
    let (_, token) = service.token(&["read"], None);
    let ask = || service.get("/api/v1/grid/intensity?zone=FR", &token);
    assert!((0..5).all(|_| ask().status == 200));
    // While a request takes less than the second in which one more is allowed, one of these is too many.
    let refused = (0..200).map(|_| ask()).find(|reply| reply.status == 429).unwrap();
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(service.get("/api/v1/grid/intensity?zone=FR", &service.admin).status, 200);
}

#[test]
fn wrong_tokens_from_one_address_wait_whatever_headers_say_and_valid_ones_do_not() {
    let data = Data::new();
    let service = Service::start(&data.path(), "[limits]\nfailures_per_s = 1\nfailure_burst = 5");
    let ask = |number: u32| {
        let spoofed = format!("10.0.0.{number}");
        let headers = [
            ("X-Forwarded-For", spoofed.as_str()),
            ("X-Real-IP", &spoofed),
            ("Forwarded", "for=192.0.2.1"),
            ("X-Forwarded-User", "admin"),
            ("X-Grafana-User", "admin"),
            ("X-WEBAUTH-USER", "admin"),
        ];
        let token = if number.is_multiple_of(2) { "" } else { "wl_wrong" };
        service.send("GET", "/api/v1/tokens", token, &headers, b"")
    };
    assert!((0..5).all(|number| ask(number).status == 401));
    // Counted by what the headers say, each of these would be the first of its address.
    let waiting = (5..205).map(ask).inspect(|reply| assert!(matches!(reply.status, 401 | 429), "{reply:?}"));
    let waiting = waiting.into_iter().find(|reply| reply.status == 429).unwrap();
    assert_eq!(waiting.headers["retry-after"], "1");
    assert_eq!(service.get("/api/v1/tokens", &service.admin).status, 200);
}

#[test]
fn a_body_that_comes_too_slowly_or_fills_the_memory_for_bodies_is_refused() {
    let data = Data::new();
    let config = "[limits]\nbody_bytes = 100000\nopen_body_bytes = 200000\nbody_bytes_per_s = 100";
    let service = Service::start(&data.path(), config);
    let open = |sent: usize| {
        let mut socket = TcpStream::connect(service.address).unwrap();
        let head = format!(
            "POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
            service.admin
        );
        socket.write_all(head.as_bytes()).unwrap();
        socket.write_all(&vec![b' '; sent]).unwrap();
        socket
    };
    let full = || {
        service.send(
            "POST",
            "/api/v1/batches",
            &service.admin,
            &[("Content-Type", "application/json")],
            &[b' '; 50_000],
        )
    };
    // A body that comes while the probe is held may itself be refused, so more are opened until two are held.
    let slow = RefCell::new(vec![open(90_000)]);
    super::process::until(|| {
        slow.borrow_mut().push(open(90_000));
        full().status == 503
    });
    assert_eq!(full().headers["retry-after"], "1");
    assert_eq!(service.post("/api/v1/projects", &service.admin, &serde_json::json!({ "name": "p" })).status, 201);
    let mut answers = slow.into_inner().into_iter().map(|mut socket| {
        let mut answer = String::new();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let _closed = socket.read_to_string(&mut answer);
        answer
    });
    let late = answers.find(|answer| answer.starts_with("HTTP/1.1 408")).expect("none of the slow bodies was ended");
    assert!(late.contains("less than 1000 bytes of it came within 10 s"), "{late}");
    super::process::until(|| full().status == 400);
}

#[test]
fn charts_say_how_far_they_are_behind() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let body = include_bytes!("../../../docs/wire-example.json");
    let taken = service.send("POST", "/api/v1/batches", &service.admin, &[("Content-Type", "application/json")], body);
    assert_eq!(taken.status, 200, "{taken:?}");
    super::process::until(|| {
        let metrics = service.get("/metrics", &service.admin).body;
        metrics.contains("wattledger_charts_behind_seconds 0.0\n")
    });
}

#[test]
fn what_a_client_chooses_never_becomes_a_label() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    service.send("BREW", "/coffee/17", "", &[], b"");
    service.send("GET", "/api/v1/tokens/secret-17", &service.admin, &[], b"");
    let metrics = service.get("/metrics", &service.admin).body;
    assert!(metrics.contains(r#"wattledger_requests_total{method="other",route="none",status="404"} 1"#), "{metrics}");
    assert!(!metrics.contains("17\"") && !metrics.contains("BREW"), "{metrics}");
}

/// The first line of what comes back for `head`.
fn first_line(service: &Service, head: &str) -> String {
    let mut socket = TcpStream::connect(service.address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    socket.write_all(head.as_bytes()).unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(socket), &mut line).unwrap();
    line.trim().to_owned()
}

#[test]
fn a_request_names_its_host_once() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    for (version, hosts, status) in [
        ("1.1", "Host: a\r\n", "200"),
        ("1.1", "", "400"),
        ("1.0", "", "400"),
        ("1.1", "Host: a\r\nHost: b\r\n", "400"),
        ("1.1", "Host: a\r\nhost: a\r\n", "400"),
    ] {
        for target in ["/healthz", "http://c/healthz"] {
            let answer = first_line(&service, &format!("GET {target} HTTP/{version}\r\n{hosts}\r\n"));
            assert!(answer.contains(status), "{target} {version} {hosts:?}: {answer}");
        }
    }
}

#[test]
fn strangers_have_a_small_budget_for_bodies_and_none_of_that_of_others() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let json = [("Content-Type", "application/json")];
    for path in ["/api/v1/session", "/admission/terraform", "/api/v1/admission/terraform"] {
        // Refused before any of it was sent: who is still sending may find the connection closed instead of the answer.
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n"
        );
        let (mut socket, mut status) = (TcpStream::connect(service.address).unwrap(), [0; 12]);
        socket.write_all(head.as_bytes()).unwrap();
        socket.read_exact(&mut status).unwrap();
        assert_eq!(status, *b"HTTP/1.1 413", "{path}");
    }
    // Bodies of strangers that never end: more than strangers have together.
    let held: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut socket = TcpStream::connect(service.address).unwrap();
            let head = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000\r\n\r\n";
            socket.write_all(head.as_bytes()).unwrap();
            socket.write_all(&[b' '; 15_000]).unwrap();
            socket
        })
        .collect();
    super::process::until(|| service.send("POST", "/api/v1/session", "", &json, &[b' '; 15_000]).status == 503);
    let taken = service.send(
        "POST",
        "/api/v1/batches",
        &service.admin,
        &json,
        include_bytes!("../../../docs/wire-example.json"),
    );
    assert_eq!(taken.status, 200, "{taken:?}");
    assert_eq!(service.post("/api/v1/projects", &service.admin, &serde_json::json!({ "name": "p" })).status, 201);
    drop(held);
}

/// Bodies of people (a CSV, a project) leave those of machines their room.
#[test]
fn bodies_of_administration_leave_batches_their_room() {
    let data = Data::new();
    let service = Service::start(&data.path(), "[limits]\nbody_bytes = 100000\nopen_body_bytes = 200000");
    let open = || {
        let mut socket = TcpStream::connect(service.address).unwrap();
        let head = format!(
            "POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
            service.admin
        );
        socket.write_all(head.as_bytes()).unwrap();
        socket.write_all(&[b' '; 90_000]).unwrap();
        socket
    };
    let held = RefCell::new(Vec::new());
    super::process::until(|| {
        held.borrow_mut().push(open());
        service.post("/api/v1/projects", &service.admin, &serde_json::json!({ "name": "p".repeat(50_000) })).status
            == 503
    });
    let mut batch = include_bytes!("../../../docs/wire-example.json").to_vec();
    batch.resize(50_000, b' ');
    let taken =
        service.send("POST", "/api/v1/batches", &service.admin, &[("Content-Type", "application/json")], &batch);
    assert_eq!(taken.status, 200, "{taken:?}");
}
