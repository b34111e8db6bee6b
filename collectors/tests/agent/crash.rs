//! A spool that is killed, or whose disk fails, at its Nth system call loses nothing that it had confirmed.

use crate::samples::{CLOCK, Store, at, drain, open, round};
use collectors::spool::Order;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::{env, fs};

const FOLDER: &str = "WATTLEDGER_CRASH_FOLDER";
const ROUNDS: i64 = 20;
/// What a spool that failed ends its process with.
const FAILED: i32 = 3;

/// Twenty rounds of windows; every fourth round a batch is delivered (a file) and acknowledged. Says what is durable.
#[test]
#[ignore = "the process that the tests below kill"]
#[allow(clippy::disallowed_methods, reason = "how the test above tells its child where to work")]
fn scripted_spool() {
    let folder = std::path::PathBuf::from(env::var(FOLDER).unwrap());
    let failed = |error: &collectors::spool::SpoolError| -> ! {
        eprintln!("{error}");
        std::process::exit(FAILED)
    };
    let sender = crate::samples::sender(1);
    let opened = collectors::spool::Spool::open(&folder.join("spool"), 8, sender, at(0));
    let mut spool = opened.unwrap_or_else(|error| failed(&error)).spool;
    let mut taken = fs::OpenOptions::new().append(true).create(true).open(folder.join("taken")).unwrap();
    for number in 0..ROUNDS {
        spool.append(&round(2, number * 10)).unwrap_or_else(|error| failed(&error));
        writeln!(taken, "{number}").unwrap();
        if number % 4 == 3 {
            let sealed = spool.seal(Order::Oldest, 6, CLOCK).unwrap_or_else(|error| failed(&error)).unwrap();
            fs::write(folder.join(format!("delivered-{}", sealed.key.sequence)), &sealed.body).unwrap();
            spool.acknowledge(sealed.key, at(0)).unwrap_or_else(|error| failed(&error));
        }
    }
}

/// Runs the script with `fault` at its `when`th `call`.
fn run(folder: &Path, call: &str, fault: &str, when: &str) -> ExitStatus {
    Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:{fault}:when={when}")])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "crash::scripted_spool", "--ignored"])
        .env(FOLDER, folder)
        .output()
        .unwrap()
        .status
}

/// What a service and the spool hold after the fault is gone: everything that was said to be durable, once, and nothing else.
fn judge(folder: &Path, what: &str) {
    let taken = fs::read_to_string(folder.join("taken")).unwrap_or_default().lines().count();
    let mut store = Store::default();
    for sequence in 1..=ROUNDS {
        if let Ok(body) = fs::read(folder.join(format!("delivered-{sequence}"))) {
            store.take(&body);
        }
    }
    let opened = open(&folder.join("spool"), 8, 2);
    assert!(opened.damaged.is_none(), "{what}: {:?}", opened.damaged);
    let mut spool = opened.spool;
    drain(&mut spool, &mut store);
    let stored = store.windows();
    let issued: Vec<_> = (0..ROUNDS).flat_map(|number| round(2, number * 10).windows).collect();
    let durable = issued.iter().take(2 * taken);
    assert!(durable.clone().all(|window| stored.contains(window)), "{what}: lost some of {taken} rounds");
    assert!(stored.iter().all(|window| issued.contains(window)), "{what}: invented");
    assert!(stored.windows(2).all(|pair| pair[0] != pair[1]), "{what}: doubled");
    store.assert_no_gap_in_sequences();
}

/// Whether this machine can trace; the test is skipped where it cannot.
fn can_trace() -> bool {
    let can = crate::skip::runs("strace", &["-o", "/dev/null", "true"]);
    if !can {
        crate::skip::skip("strace is missing or may not trace here");
    }
    can
}

/// Positions of the fault: the first ones, and then some; all when a long run is asked for.
fn positions() -> impl Iterator<Item = u64> {
    let step = crate::trials("WATTLEDGER_CRASH_STEP", 17);
    (1..).filter(move |position| *position <= 4 || position % step == 0)
}

#[test]
fn a_kill_at_any_system_call_loses_and_doubles_nothing() {
    if !can_trace() {
        return;
    }
    for call in ["pwrite64", "fsync", "fdatasync", "unlink", "ftruncate"] {
        let mut killed = 0;
        for position in positions() {
            let folder = tempfile::tempdir().unwrap();
            let status = run(folder.path(), call, "signal=SIGKILL", &position.to_string());
            judge(folder.path(), &format!("SIGKILL at {call} {position}"));
            if status.success() {
                break;
            }
            killed += 1;
        }
        println!("{call}: {killed} kills");
    }
}

#[test]
fn a_disk_that_fails_is_an_error_and_never_an_acknowledgement() {
    if !can_trace() {
        return;
    }
    for (call, fault) in [("fsync,fdatasync", "error=EIO"), ("pwrite64", "error=ENOSPC"), ("pwrite64", "error=EIO")] {
        let mut failures = 0;
        for position in positions() {
            let folder = tempfile::tempdir().unwrap();
            let status = run(folder.path(), call, fault, &format!("{position}+"));
            judge(folder.path(), &format!("{fault} from {call} {position} on"));
            if status.success() {
                break;
            }
            assert_eq!(status.code(), Some(FAILED), "{fault} from {call} {position} on: not a clean refusal");
            failures += 1;
        }
        println!("{call} {fault}: {failures} refusals");
        assert!(failures >= 4);
    }
}

#[test]
fn a_write_that_is_interrupted_is_written_again() {
    if !can_trace() {
        return;
    }
    // Every seventh from the third on.
    let folder = tempfile::tempdir().unwrap();
    let status = run(folder.path(), "pwrite64", "error=EINTR", "3+7");
    assert!(status.success(), "{status}");
    judge(folder.path(), "EINTR at every seventh pwrite64");
}
