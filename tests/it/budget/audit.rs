//! What was decided on budgets cannot be changed behind the program's back unseen.

use super::demand;
use crate::ledger::{Fixture, after, at};
use model::TokenId;
use rusqlite::Connection;
use serde_json::json;
use wattledger::budget::{Ask, Office, Override};
use wattledger::ledger;
use wattledger::store::Store;

/// A budget with a job that it admits, one that it refuses, a request that is granted, and an override of all of it.
fn decided() -> Fixture {
    let fixture = Fixture::new();
    let by = TokenId::from("0123456789abcdef");
    let office = |now| Office { store: &fixture.store, library: &fixture.library, now: at(now), by: &by };
    let limit = super::p95(600_000);
    let number = office(0).create(super::policy("llm", limit, json!({}))).unwrap().to_string();
    let admit = |now, key: &str| office(now).admit(Some(key), demand("llm", 500_000), Ask::Reserve).unwrap();
    assert!(admit(1, "first").allowed);
    let refused = admit(2, "second");
    assert!(!refused.allowed);
    let asked = office(3).request(refused.id.unwrap(), "ada".to_owned(), "deadline".to_owned()).unwrap();
    let granted = |reason: &str| Override { name: "grace".to_owned(), reason: reason.to_owned(), expires: at(9_000) };
    office(4).approve(asked.number, granted("agreed")).unwrap();
    office(5).override_budget(&number, granted("the week of the paper")).unwrap();
    fixture
}

#[test]
fn whatever_is_changed_of_a_decision_is_named() {
    assert_eq!(after(decided(), "VACUUM"), None);
    let free = "DROP TRIGGER decisions_are_kept; DROP TRIGGER decisions_are_not_deleted;";
    for (sql, expected) in [
        ("UPDATE budgets SET policy = replace(policy, 'block', 'warn')", "budget \"1\" was changed"),
        ("UPDATE budgets SET retired_ns = 1", "budget \"1\" was changed"),
        ("UPDATE overrides SET expires_ns = expires_ns * 2 WHERE budget IS NOT NULL", "override \"2\" was changed"),
        ("UPDATE overrides SET name = 'somebody' WHERE admission IS NOT NULL", "override \"1\" was changed"),
        ("INSERT INTO overrides (override, budget, state) VALUES (3, 1, 'approved')", "override \"3\" was added"),
        ("DELETE FROM overrides WHERE override = 2", "override \"2\" was changed: it is missing"),
        ("UPDATE decisions SET document = '{}' WHERE decision = 3", "decision 3 on a budget was changed: its hash"),
        ("UPDATE decisions SET by = 'somebody' WHERE decision = 2", "decision 2 on a budget was changed: its hash"),
        ("UPDATE decisions SET action = 'admit' WHERE action = 'deny'", "decision 3 on a budget was changed: its hash"),
        (
            "DELETE FROM decision_hashes WHERE decision = 3; DELETE FROM decisions WHERE decision = 3",
            "decision 4 on a budget",
        ),
        (
            "DELETE FROM decision_hashes; DELETE FROM decisions",
            "decision 0 on a budget was changed: what came after it",
        ),
        (
            "DELETE FROM decision_hashes WHERE decision = 6; DELETE FROM decisions WHERE decision = 6",
            "decision 5 on a budget was",
        ),
        ("UPDATE budget_holds SET held = held - 1", "of table budget_holds (held or settled) was changed"),
        ("UPDATE holds SET reserved = reserved - 1", "of table holds (reserved) was changed"),
        (
            "UPDATE admissions SET state = 'denied' WHERE admission = 1",
            "row \"1\" of table admissions (state) was changed",
        ),
    ] {
        let fault =
            after(decided(), &format!("{free}{sql}")).unwrap_or_else(|| panic!("nothing was found after {sql}"));
        let fault = fault.to_string();
        assert!(fault.contains(expected), "{sql}: {fault}");
    }
}

#[test]
fn a_directory_of_before_decisions_were_chained_opens_and_is_accounted_for_from_then_on() {
    let back = "DROP TABLE decision_hashes; DROP TABLE decision_head; DELETE FROM actions WHERE kind IN ('budget', 'override');
        UPDATE action_head SET actions = (SELECT count(*) FROM actions),
            hash = coalesce((SELECT hash FROM actions ORDER BY action DESC LIMIT 1), zeroblob(32));
        PRAGMA user_version = 9";
    let fixture = decided();
    let directory = fixture.directory.path().to_owned();
    let Fixture { directory: kept, store, .. } = fixture;
    drop(store);
    let change = |sql: &str| Connection::open(directory.join("wattledger.db")).unwrap().execute_batch(sql).unwrap();
    let audit = || {
        // The heads that are noted outside are younger than what is put back.
        let _ = std::fs::remove_file(directory.join("action-head"));
        ledger::verify(&Store::open(&directory).unwrap()).unwrap().fault.map(|fault| fault.to_string())
    };
    change(back);
    assert_eq!(audit(), None);
    change("UPDATE overrides SET reason = 'another' WHERE override = 1");
    assert!(audit().unwrap().contains("override \"1\" was changed"));
    drop(kept);
}
