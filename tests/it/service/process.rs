//! Start and end: one service per directory, clear refusals, shutdown in order, TLS.

use super::{Data, Service};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Waits until `condition` holds, at most a minute: a machine that does other things too is no failure.
pub(crate) fn until(condition: impl Fn() -> bool) {
    for _ in 0..1_200 {
        if condition() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not happen within a minute");
}

/// Every operation has an id, and no two have the same: generated clients name their functions so.
fn expect_ids(document: &serde_json::Value) {
    let mut seen = std::collections::BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id"));
            if let Some(other) = seen.insert(id.to_owned(), format!("{method} {path}")) {
                panic!("{id} is the id of {other} and of {method} {path}");
            }
        }
    }
    assert!(seen.len() > 80, "{}", seen.len());
}

fn serve(arguments: &[&str]) -> String {
    crate::command::refusal(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat())
}

#[test]
fn the_first_start_prints_one_token_and_one_link_and_later_ones_none() {
    let data = Data::new();
    let first = Service::start(&data.path(), "");
    let admin = first.admin.clone();
    assert!(admin.starts_with("wl_") && first.sign_in.starts_with("/sign-in/"));
    assert_eq!(first.stop().0, 0);
    let second = Service::start(&data.path(), "");
    assert_eq!([second.admin.as_str(), second.sign_in.as_str()], ["", ""]);
    assert_eq!(second.get("/api/v1/tokens", &admin).status, 200);
}

#[test]
fn a_token_that_was_made_survives_a_kill() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (_, token) = service.token(&["read"], None);
    drop(service);
    let again = Service::start(&data.path(), "");
    assert_eq!(again.get("/api/v1/grid/zones", &token).status, 200);
}

#[test]
fn what_keeps_the_service_from_starting_is_said() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let path = data.path();
    let refused = serve(&["--data", path.to_str().unwrap()]);
    assert!(refused.starts_with("exit 2") && refused.contains("in use by another wattledger"), "{refused}");
    let other = Data::new();
    let taken = service.address.to_string();
    let other = other.path();
    let arguments = ["serve", "--listen", &taken, "--data", other.to_str().unwrap()];
    let refused = crate::command::refusal(&arguments);
    assert!(refused.starts_with("exit 2") && refused.contains("cannot listen on"), "{refused}");
    let refused = serve(&["--config", "/nonexistent.toml"]);
    assert!(refused.starts_with("exit 2") && refused.contains("/nonexistent.toml"), "{refused}");
    let refused = serve(&["--data", "/dev/null/x"]);
    assert!(refused.starts_with("exit 2") && refused.contains("/dev/null/x"), "{refused}");
    let file = path.with_extension("bad.toml");
    std::fs::write(&file, "[limits]\nconections = 1\n").unwrap();
    let refused = serve(&["--config", file.to_str().unwrap()]);
    assert!(refused.contains("line 2, column 1") && refused.contains("conections"), "{refused}");
}

#[test]
fn a_database_that_is_none_is_refused_and_left_alone() {
    let data = Data::new();
    std::fs::create_dir(data.path()).unwrap();
    let file = data.path().join("wattledger.db");
    std::fs::write(&file, "not a database, but somebody's file".repeat(100)).unwrap();
    let before = std::fs::read(&file).unwrap();
    let refused = serve(&["--data", data.path().to_str().unwrap()]);
    assert!(refused.starts_with("exit 2") && refused.contains("not a database"), "{refused}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_request_in_flight_is_answered_before_the_service_ends() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let mut socket = TcpStream::connect(service.address).unwrap();
    let body = r#"{"name":"late","scopes":["read"]}"#;
    let head = format!(
        "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        service.admin,
        body.len()
    );
    socket.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; 25];
    socket.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    let address = service.address;
    let stopping = std::thread::spawn(move || service.stop());
    until(|| TcpStream::connect(address).is_err());
    socket.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    let (code, log) = stopping.join().unwrap();
    assert_eq!(code, 0, "{log}");
    let events = ["the service is ready", "a token was made", "shutdown begins", "the service has stopped"];
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    let places = events.map(|event| log.find(event).unwrap_or(usize::MAX));
    assert!(places[0] < places[2] && places[2] < places[1] && places[1] < places[3], "{log}");
}

#[test]
fn the_openapi_document_is_what_was_agreed() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let reply = service.get("/openapi.json", "");
    assert_eq!(reply.json()["openapi"], "3.1.0");
    expect_ids(&reply.json());
    insta::assert_snapshot!("openapi", reply.body);
}
