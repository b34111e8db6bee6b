//! What a client cannot do to the service: bodies, headers, rates, methods.

use super::{Data, Service};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

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
    #[expect(clippy::disallowed_methods, reason = "the time that a real socket takes")]
    let begin = Instant::now();
    let read_to_end = |socket: &mut TcpStream| {
        socket.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).map(|_| answer)
    };
    // Closed with or without a 408; what counts is that it ends.
    read_to_end(&mut half_head).unwrap();
    assert!(read_to_end(&mut half_body).unwrap().starts_with("HTTP/1.1 408"));
    assert!(begin.elapsed() < Duration::from_secs(10));
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
    let replies: Vec<_> = (0..20).map(|_| service.get("/api/v1/grid/intensity?zone=FR", &token)).collect();
    assert!(replies[..5].iter().all(|reply| reply.status == 200));
    let refused = replies.iter().find(|reply| reply.status == 429).unwrap();
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(service.get("/api/v1/grid/intensity?zone=FR", &service.admin).status, 200);
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
