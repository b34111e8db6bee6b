//! What a service does with a data directory that something happened to, and that no secret shows in it or beside it.

use super::process::until;
use super::{Data, Service};
use crate::oracle::{Fleet, Record, judge};
use std::path::Path;

const FLEET: Fleet = Fleet { agents: 1, devices: 3 };

/// A stopped directory with three batches.
fn filled(data: &Data) -> Record {
    let record = Record::default();
    let service = Service::start(&data.path(), "");
    for number in 1..=3 {
        record.issued((0, number));
        let headers = [("Content-Type", "application/json")];
        assert_eq!(service.send("POST", wire::PATH, &service.admin, &headers, &FLEET.batch((0, number))).status, 200);
        record.acknowledged((0, number));
    }
    assert_eq!(service.stop().0, 0);
    record
}

fn serve(data: &Path) -> String {
    crate::command::refusal(&["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()])
}

#[test]
fn a_cut_or_newer_database_is_refused_and_left_as_it_is() {
    let data = Data::new();
    let record = filled(&data);
    let file = data.path().join("wattledger.db");
    let whole = std::fs::read(&file).unwrap();
    for length in [whole.len() - 4_096, whole.len() / 2, 50] {
        std::fs::write(&file, &whole[..length]).unwrap();
        let said = serve(&data.path());
        assert!(
            said.starts_with("exit 2") && said.contains("is damaged") && said.contains("restore"),
            "{length}: {said}"
        );
        assert_eq!(std::fs::read(&file).unwrap().len(), length, "left as it is");
    }
    std::fs::write(&file, &whole).unwrap();
    let connection = rusqlite::Connection::open(&file).unwrap();
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    connection.pragma_update(None, "user_version", 1_000).unwrap();
    drop(connection);
    let said = serve(&data.path());
    assert!(
        said.starts_with("exit 2") && said.contains("has version 1000") && said.contains("newer wattledger"),
        "{said}"
    );
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", version).unwrap();
    drop(connection);
    judge(&data.path(), FLEET, &record, false);
}

/// A service that went on would write a new head over the note, and nobody could find what was cut off any more.
#[test]
fn a_ledger_without_the_entry_that_is_noted_beside_it_is_refused() {
    let data = Data::new();
    let record = filled(&data);
    let (file, note) = (data.path().join("wattledger.db"), data.path().join("chain-head"));
    let (whole, head) = (std::fs::read(&file).unwrap(), format!("7 {}\n", "ab".repeat(32)));
    std::fs::write(&note, &head).unwrap();
    for emptied in [false, true] {
        if emptied {
            std::fs::write(&file, "").unwrap();
        }
        let said = serve(&data.path());
        assert!(said.starts_with("exit 2") && said.contains("does not have entry 7, which `chain-head`"), "{said}");
        assert_eq!(std::fs::read_to_string(&note).unwrap(), head, "left as it is");
    }
    std::fs::write(&file, &whole).unwrap();
    std::fs::remove_file(&note).unwrap();
    judge(&data.path(), FLEET, &record, false);
}

#[test]
fn a_second_service_is_refused_and_the_first_goes_on() {
    let data = Data::new();
    let record = filled(&data);
    let first = Service::start(&data.path(), "");
    for _ in 0..3 {
        let said = serve(&data.path());
        assert!(said.starts_with("exit 2") && said.contains("in use by another wattledger"), "{said}");
        let verify = crate::command::refusal(&["verify", "--data", data.path().to_str().unwrap()]);
        assert!(verify.starts_with("exit 2") && verify.contains("in use"), "{verify}");
    }
    assert_eq!(first.get("/readyz", "").status, 200);
    // The lock ends with its process, however that ends.
    drop(first);
    let again = Service::start(&data.path(), "");
    assert_eq!(again.stop().0, 0);
    judge(&data.path(), FLEET, &record, false);
}

#[test]
fn what_was_acknowledged_is_in_a_copy_of_the_directory_taken_at_any_moment_after_a_stop() {
    let data = Data::new();
    let record = filled(&data);
    let copy = Data::new();
    std::fs::create_dir(copy.path()).unwrap();
    for file in std::fs::read_dir(data.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    judge(&copy.path(), FLEET, &record, false);
}

/// No secret is shown: a canary in every place where a secret can be, and a search in every place where one can show.
#[test]
fn no_secret_shows_in_arguments_messages_logs_answers_or_files() {
    let data = Data::new();
    let service = Service::start(&data.path(), "log_level = \"trace\"");
    let (_, canary) = service.token(&["read"], None);
    let secret = &canary[19..83];
    let mut shown = String::new();
    for path in
        ["/api/v1/tokens", "/api/v1/jobs", "/metrics", "/readyz", "/openapi.json", "/nowhere", "/api/v1/events/x"]
    {
        let reply = service.get(path, &canary);
        shown += &format!("{reply:?}");
    }
    for body in [format!("{{\"name\":\"{canary}\""), format!("[\"{canary}\"]")] {
        let reply =
            service.send("POST", "/api/v1/tokens", &canary, &[("Content-Type", "application/json")], body.as_bytes());
        shown += &format!("{reply:?}");
    }
    let file = data.path().with_extension("token");
    std::fs::write(&file, &canary).unwrap();
    for arguments in [
        &["token", "list"][..],
        &["jobs", "--server", "http://127.0.0.1:9"],
        &["jobs", "--server", "http://192.0.2.1"],
        &["job", "x"],
    ] {
        let answer = service.command(&canary, arguments);
        shown += &(answer.stdout + &answer.stderr);
    }
    shown += &std::fs::read_to_string(format!("/proc/{}/cmdline", service.process)).unwrap();
    shown += &std::fs::read_to_string(format!("/proc/{}/environ", service.process)).unwrap();
    until(|| service.get("/healthz", "").status == 200);
    let (code, log) = service.stop();
    assert_eq!(code, 0, "{log}");
    shown += &log;
    for entry in std::fs::read_dir(data.path()).unwrap() {
        shown += &String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap());
    }
    assert!(shown.contains(&canary[3..19]), "the id may be seen");
    let place = shown.find(secret).map(|place| &shown[place.saturating_sub(200)..place]);
    assert_eq!(place, None, "the secret shows");
}
