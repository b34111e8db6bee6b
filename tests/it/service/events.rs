//! `GET /events`: what changed is heard, another project's changes are not, and a stream does not hold up the end.

use super::{Data, Service};
use collectors::clock::{Clock, SystemClock};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An open stream, after its headers.
fn listen(service: &Service, token: &str) -> BufReader<TcpStream> {
    listen_with(service, &format!("Authorization: Bearer {token}"))
}

/// An open stream of whom `header` names.
pub(crate) fn listen_with(service: &Service, header: &str) -> BufReader<TcpStream> {
    let mut socket = TcpStream::connect(service.address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = format!("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n");
    socket.write_all(head.as_bytes()).unwrap();
    let mut stream = BufReader::new(socket);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).unwrap();
        assert!(!line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.1 200"), "{line}");
    }
    stream
}

/// The next change; `None` when the stream ends.
pub(crate) fn next(stream: &mut BufReader<TcpStream>) -> Option<serde_json::Value> {
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        if let Some(data) = line.strip_prefix("data: ") {
            return Some(serde_json::from_str(data).unwrap());
        }
    }
}

#[test]
fn changes_are_heard_by_those_who_may_and_streams_end_with_the_service() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (_, alpha) = service.token(&["read"], Some("alpha"));
    let (mut all, mut own) = (listen(&service, &service.admin), listen(&service, &alpha));
    for project in ["beta", "alpha"] {
        assert_eq!(service.post("/api/v1/projects", &service.admin, &json!({ "name": project })).status, 201);
    }
    let change = |project: &str| Some(json!({ "what": "project", "id": project, "project": project }));
    assert_eq!([next(&mut all), next(&mut all)], [change("beta"), change("alpha")]);
    assert_eq!(next(&mut own), change("alpha"));
    assert!(service.get("/metrics", &service.admin).body.contains("wattledger_event_streams 2"));
    let (code, log) = service.stop();
    assert_eq!(code, 0, "{log}");
    assert!(!log.contains("were cut off"), "{log}");
    assert_eq!([next(&mut all), next(&mut own)], [None, None]);
}

#[test]
fn the_stream_of_a_revoked_token_ends_and_those_of_others_go_on() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (id, token) = service.token(&["read"], None);
    let (mut revoked, mut other) = (listen(&service, &token), listen(&service, &service.admin));
    assert_eq!(service.send("DELETE", &format!("/api/v1/tokens/{id}"), &service.admin, &[], b"").status, 204);
    assert_eq!(next(&mut revoked), None);
    assert_eq!(service.post("/api/v1/projects", &service.admin, &json!({ "name": "alpha" })).status, 201);
    assert_eq!(next(&mut other).unwrap()["id"], "alpha");
}

#[test]
fn a_stream_ends_when_its_token_expires() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let soon = SystemClock::new().wall().nanoseconds() + 2_000_000_000;
    let soon = chrono::DateTime::from_timestamp_nanos(soon).to_rfc3339();
    let asked = json!({ "name": "short", "scopes": ["read"], "expires": soon });
    let made = service.post("/api/v1/tokens", &service.admin, &asked);
    assert_eq!(made.status, 201, "{made:?}");
    let mut stream = listen(&service, made.json()["token"].as_str().unwrap());
    assert_eq!(next(&mut stream), None, "it ends by itself");
    assert_eq!(service.get("/api/v1/jobs", made.json()["token"].as_str().unwrap()).status, 401);
}

#[test]
fn one_token_cannot_take_all_event_streams() {
    let data = Data::new();
    let service = Service::start(&data.path(), "[limits]\nevent_streams = 8");
    let (_, greedy) = service.token(&["read"], None);
    let _taken = [listen(&service, &greedy), listen(&service, &greedy)];
    let refused = service.get("/api/v1/events", &greedy);
    assert!(refused.status == 429 && refused.headers.contains_key("retry-after"), "{refused:?}");
    let mut other = listen(&service, &service.admin);
    assert_eq!(service.post("/api/v1/projects", &service.admin, &json!({ "name": "alpha" })).status, 201);
    assert_eq!(next(&mut other).unwrap()["id"], "alpha");
}
