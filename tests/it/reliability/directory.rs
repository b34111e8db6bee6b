//! A data directory that somebody deletes, moves or replaces under the running service: nothing is acknowledged that a restart would not find.

use super::EAGER;
use crate::line::Line;
use crate::oracle::{Fleet, Record, judge};
use crate::service::{Data, Service};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const FLEET: Fleet = Fleet { agents: 1, devices: 3 };

fn send(line: &mut Line, service: &Service, number: u64, record: &Record) -> u16 {
    record.issued((0, number));
    let answer = line.post(service.address, wire::PATH, &FLEET.batch((0, number))).unwrap();
    if answer.status == 200 {
        record.acknowledged((0, number));
    }
    answer.status
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Names and bytes of the files that belong to the ledger.
fn ledger_files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let names = ["action-head", "chain-head", "wattledger.db", "wattledger.db-wal"];
    let read = |name: &str| fs::read(directory.join(name)).ok().map(|bytes| (name.to_owned(), bytes));
    names.into_iter().filter_map(read).collect()
}

/// What somebody does to the directory; where afterwards everything acknowledged is.
type Damage = fn(&Path, &Path);

const DAMAGES: [(&str, Damage); 7] = [
    ("the directory is deleted", |data, _| fs::remove_dir_all(data).unwrap()),
    ("the directory is moved", |data, aside| fs::rename(data, aside).unwrap()),
    ("the directory is replaced by an empty one", |data, aside| {
        fs::rename(data, aside).unwrap();
        fs::create_dir(data).unwrap();
    }),
    ("the directory is replaced by a copy", |data, aside| {
        fs::rename(data, aside).unwrap();
        copy(aside, data);
    }),
    ("the database is deleted", |data, _| fs::remove_file(data.join("wattledger.db")).unwrap()),
    ("the database is replaced by a copy", |data, aside| {
        let (file, copy) = (data.join("wattledger.db"), aside.with_extension("db"));
        fs::copy(&file, &copy).unwrap();
        fs::rename(&copy, &file).unwrap();
    }),
    ("the log of the database is deleted", |data, _| fs::remove_file(data.join("wattledger.db-wal")).unwrap()),
];

#[test]
fn nothing_is_acknowledged_once_the_directory_is_another() {
    for (what, damage) in DAMAGES {
        let (data, record) = (Data::new(), Record::default());
        let (path, aside) = (data.path(), data.path().with_file_name("aside"));
        let service = Service::start(&path, EAGER);
        let mut line = Line::new(&service.admin);
        for number in 1..=3 {
            assert_eq!(send(&mut line, &service, number, &record), 200, "{what}");
        }
        damage(&path, &aside);
        for number in 4..=6 {
            assert_eq!(send(&mut line, &service, number, &Record::default()), 503, "{what}: batch {number}");
        }
        let ready = service.get("/readyz", "");
        assert_eq!(ready.status, 503, "{what}: {ready:?}");
        assert!(ready.body.contains("was deleted, moved or replaced"), "{what}: {ready:?}");
        assert!(!ready.body.contains(path.to_str().unwrap()), "a stranger need not know the path: {ready:?}");
        // By now whatever was being written when the damage was done is finished.
        let found = ledger_files(&path);
        assert_eq!(service.stop().0, 0, "{what}");
        // A database whose log alone is gone is still the service's own.
        let is_its_own = what == "the log of the database is deleted";
        assert!(is_its_own || ledger_files(&path) == found, "{what}: what is not the service's was touched");
        if aside.exists() {
            judge(&aside, FLEET, &record, true);
        }
    }
}

#[test]
fn a_directory_that_was_moved_and_put_back_takes_changes_again() {
    let (data, record) = (Data::new(), Record::default());
    let (path, aside) = (data.path(), data.path().with_file_name("aside"));
    let service = Service::start(&path, EAGER);
    let mut line = Line::new(&service.admin);
    assert_eq!(send(&mut line, &service, 1, &record), 200);
    fs::rename(&path, &aside).unwrap();
    assert_eq!(send(&mut line, &service, 2, &record), 503);
    fs::rename(&aside, &path).unwrap();
    assert_eq!(service.get("/readyz", "").status, 200);
    for number in 2..=4 {
        assert_eq!(send(&mut line, &service, number, &record), 200);
    }
    assert_eq!(service.stop().0, 0);
    judge(&path, FLEET, &record, false);
}

#[test]
fn without_the_file_lock_a_second_service_is_refused_all_the_same() {
    let (data, record) = (Data::new(), Record::default());
    let path = data.path();
    let service = Service::start(&path, EAGER);
    let mut line = Line::new(&service.admin);
    assert_eq!(send(&mut line, &service, 1, &record), 200);
    for _ in 0..2 {
        fs::remove_file(path.join("lock")).unwrap();
        let said = crate::command::refusal(&["serve", "--listen", "127.0.0.1:0", "--data", path.to_str().unwrap()]);
        assert!(said.starts_with("exit 2") && said.contains("in use by another wattledger"), "{said}");
        fs::write(path.join("lock"), "").unwrap();
    }
    assert_eq!(send(&mut line, &service, 2, &record), 200, "the first goes on");
    assert_eq!(service.stop().0, 0);
    judge(&path, FLEET, &record, false);
}

#[test]
fn what_everybody_may_read_is_warned_of_at_the_start() {
    let data = Data::new();
    let (path, key) = (data.path(), data.path().with_extension("key"));
    fs::write(&key, "0123456789abcdef0123456789abcdef").unwrap();
    let config = format!("[terraform]\nhmac_key_file = {:?}\n", key.to_str().unwrap());
    let start = |directory_mode, key_mode| {
        fs::set_permissions(&path, fs::Permissions::from_mode(directory_mode)).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(key_mode)).unwrap();
        Service::start(&path, &config).stop().1
    };
    fs::create_dir(&path).unwrap();
    let log = start(0o755, 0o644);
    let warned = |name: &Path| log.lines().any(|line| line.contains("WARN") && line.contains(name.to_str().unwrap()));
    assert!(warned(&path) && warned(&key) && log.contains("chmod o="), "{log}");
    let log = start(0o750, 0o640);
    assert!(!log.contains("WARN"), "{log}");
}
