//! A backup under load, restored, and completed by what agents send again.

use super::ledger::{batch_of, items, post_batch};
use super::process::until;
use super::{Data, Service};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

const AGENTS: [&str; 4] = ["a", "b", "c", "d"];
const BATCHES: u64 = 40;
const REPORT: &str = "/api/v1/reports/emissions?from=2026-01-05&to=2026-01-06&group_by=project";

/// The example of `agent`, a window of ten seconds per number.
fn numbered(agent: &str, sequence: u64) -> Vec<u8> {
    let mut batch: serde_json::Value = serde_json::from_slice(&batch_of(agent, sequence)).unwrap();
    let shift = (sequence - 1) * 10_000_000_000;
    for list in ["windows", "gaps"] {
        for item in batch[list].as_array_mut().unwrap() {
            for key in ["start_ns", "end_ns"] {
                item[key] = (item[key].as_u64().unwrap() + shift).into();
            }
        }
    }
    serde_json::to_vec(&batch).unwrap()
}

fn run(arguments: &[&str]) -> crate::command::Answer {
    crate::command::wattledger(arguments)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_under_load_is_whole_and_agents_complete_it() {
    let data = Data::new();
    let service = Service::start(&data.path(), "ledger.close_every_s = 1");
    let (admin, sent) = (service.admin.clone(), AtomicU64::new(0));
    let target = data.path().with_extension("backup");
    std::thread::scope(|scope| {
        for agent in AGENTS {
            let (service, admin, sent) = (&service, &admin, &sent);
            scope.spawn(move || {
                for sequence in 1..=BATCHES {
                    assert_eq!(post_batch(service, admin, &numbered(agent, sequence)).status, 200);
                    sent.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        until(|| sent.load(Ordering::Relaxed) >= 20);
        let made = run(&["backup", "--data", path(&data.path()), "--to", path(&target)]);
        assert_eq!(made.code, 0, "{}", made.stderr);
    });
    let complete = service.get(REPORT, &admin).json();
    for (file, mode) in [("", 0o700), ("wattledger.db", 0o600)] {
        let found = std::fs::metadata(target.join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{file:?} {found:o}");
    }
    assert_eq!(run(&["verify", "--data", path(&target)]).code, 0);
    let again = run(&["backup", "--data", path(&data.path()), "--to", path(&target)]);
    assert!(again.code == 2 && again.stderr.contains("ever overwritten"), "{}", again.stderr);

    let fresh = data.path().with_extension("restored");
    let used = run(&["restore", "--from", path(&target), "--data", path(&data.path())]);
    assert!(used.code == 2 && used.stderr.contains("ever overwritten"), "{}", used.stderr);
    let restored = run(&["restore", "--from", path(&target), "--data", path(&fresh)]);
    assert!(restored.code == 0 && restored.stdout.contains("--resend"), "{} {}", restored.stdout, restored.stderr);
    drop(service);
    let service = Service::start(&fresh, "ledger.close_every_s = 1");
    let kept = service.get(REPORT, &admin).json()["metered"]["energy_mj"].as_i64().unwrap();
    assert!(kept < complete["metered"]["energy_mj"].as_i64().unwrap(), "the backup was taken under load");
    let mut accepted = 0;
    for agent in AGENTS {
        for sequence in 1..=BATCHES {
            let reply = post_batch(&service, &admin, &numbered(agent, sequence));
            assert_eq!(reply.status, 200, "{reply:?}");
            accepted += u64::from(reply.json()["result"] == "accepted");
        }
    }
    assert!((1..160).contains(&accepted), "{accepted} of 160 were not in the backup");
    let now = service.get(REPORT, &admin).json();
    for figure in ["total", "idle", "metered"] {
        assert_eq!(now[figure]["energy_mj"], complete[figure]["energy_mj"], "{figure}");
    }
    until(|| service.get(REPORT, &admin).json()["open"]["energy_mj"] == 0);
    assert!(!items(&service.get("/api/v1/ledger/entries", &admin)).is_empty());
    assert_eq!(service.stop().0, 0);
    let verified = run(&["verify", "--data", path(&fresh)]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}

#[test]
fn what_is_no_backup_is_not_restored_and_leaves_nothing() {
    let data = Data::new();
    let service = Service::start(&data.path(), "ledger.close_every_s = 1");
    post_batch(&service, &service.admin, &batch_of("a", 1));
    until(|| items(&service.get("/api/v1/ledger/entries", &service.admin)).len() == 3);
    drop(service);
    let (target, fresh) = (data.path().with_extension("backup"), data.path().with_extension("restored"));
    let restore = || run(&["restore", "--from", path(&target), "--data", path(&fresh)]);
    assert_eq!(run(&["backup", "--data", path(&data.path()), "--to", path(&target)]).code, 0);
    let change = |sql: &str| {
        let connection = rusqlite::Connection::open(target.join("wattledger.db")).unwrap();
        connection.execute_batch(sql).unwrap();
    };
    change("UPDATE ledger_entries SET energy_mj = energy_mj + 1 WHERE id = 2");
    let unsound = restore();
    assert!(unsound.code == 1 && unsound.stderr.contains("entry 2 was changed"), "{}", unsound.stderr);
    change("UPDATE ledger_entries SET energy_mj = energy_mj - 1 WHERE id = 2; PRAGMA user_version = 1000");
    let newer = restore();
    assert!(newer.code == 2 && newer.stderr.contains("version 1000"), "{}", newer.stderr);
    std::fs::write(target.join("wattledger.db"), "no database at all".repeat(500)).unwrap();
    assert_eq!(restore().code, 1);
    std::fs::remove_file(target.join("wattledger.db")).unwrap();
    let missing = restore();
    assert!(missing.code == 2 && missing.stderr.contains("does not exist"), "{}", missing.stderr);
    assert!(!fresh.exists(), "nothing is left of a copy that failed");
}
