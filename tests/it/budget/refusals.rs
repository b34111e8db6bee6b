//! Bad input: each its exit code and message.

use super::api::service;
use crate::service::{Data, Service};
use serde_json::json;

const JOB: [&str; 10] =
    ["--project", "atlas", "--accelerator", "A100", "--count", "8", "--power-w", "400", "--intensity", "400"];

fn said(service: &Service, arguments: &[&str]) -> String {
    let answer = service.command(&service.admin, arguments);
    let text =
        format!("$ wattledger {}\nexit {}\n{}{}", arguments.join(" "), answer.code, answer.stdout, answer.stderr);
    text.replace(&service.server(), "http://SERVER")
}

fn check(service: &Service, further: &[&str]) -> String {
    said(service, &[&["check"], &JOB[..], further].concat())
}

/// What differs from day to day, masked.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    for line in text.split_inclusive('\n') {
        let mut line = line.to_owned();
        for (before, after) in [
            ("free until ", " ("),
            ("from 2", " on, in the next"),
            ("--start 2", "\n"),
            ("expired at ", "\n"),
            ("expired at ", ":"),
        ] {
            if let Some(start) = line.find(before).map(|start| start + before.len())
                && let Some(length) = line[start..].find(after)
            {
                line.replace_range(start..start + length, "…");
            }
        }
        masked.push_str(&line);
    }
    masked
}

#[test]
fn bad_input_is_answered_with_its_exit_code_and_what_to_do() {
    let data = Data::new();
    let (service, _) = service(&data, 36_000_000_000);
    let create = ["budget", "create", "--name", "b", "--project", "atlas"];
    let mut unknown = JOB;
    unknown[1] = "atlsa";
    let hardware =
        ["check", "--project", "atlas", "--accelerator", "Q9000", "--count", "8", "--hours", "1", "--intensity", "400"];
    let cases = [
        check(&service, &["--hours", "1"]),
        check(&service, &["--hours", "24"]),
        said(&service, &[&["check"], &unknown[..], &["--hours", "1"]].concat()),
        said(&service, &hardware),
        check(&service, &[]),
        check(&service, &["--hours", "-1"]),
        check(&service, &["--hours", "1", "--reserve"]),
        check(&service, &["--hours", "1", "--key", "k"]),
        check(&service, &["--hours", "2", "--key", "k"]),
        said(&service, &[&create[..], &["--energy-mwh", "-1"]].concat()),
        said(&service, &[&create[..], &["--energy-mwh", "1", "--time-zone", "Berlin"]].concat()),
        said(
            &service,
            &["budget", "override", "atlas month", "--name", "ada", "--reason", "deadline", "--expires", "2020-01-01"],
        ),
        said(&service, &["budget", "request", "99", "--name", "ada", "--reason", "deadline"]),
        said(&service, &["budget", "show", "no such budget"]),
    ];
    insta::assert_snapshot!("bad_input", masked(&cases.join("\n")));
}

#[test]
fn a_request_that_is_granted_lets_the_same_key_pass_until_it_expires() {
    let data = Data::new();
    let (service, budget) = service(&data, 36_000_000_000);
    let reserve = ["--hours", "24", "--key", "big", "--reserve"];
    assert!(check(&service, &reserve).contains("exit 3"));
    let id = service.get("/api/v1/admissions", &service.admin).json()["items"][0]["id"].as_str().unwrap().to_owned();
    let asked = said(&service, &["budget", "request", &id, "--name", "ada", "--reason", "paper deadline"]);
    assert!(asked.contains("exit 0") && asked.contains("request 1 awaits"), "{asked}");
    assert!(check(&service, &reserve).contains("exit 3"), "nobody has granted it yet");
    let granted =
        said(&service, &["budget", "approve", "1", "--name", "grace", "--reason", "agreed", "--expires", "2099-01-01"]);
    assert!(granted.contains("exit 0"), "{granted}");
    let passes = check(&service, &reserve);
    assert!(
        passes.contains("exit 0") && passes.contains("overridden by grace until 2099-01-01T00:00:00Z: agreed"),
        "{passes}"
    );
    let held = service.get(&format!("/api/v1/budgets/{budget}"), &service.admin).json();
    assert!(held["free_mj"].as_i64().unwrap() < 0, "{held}");
    let decisions = service.get(&format!("/api/v1/admissions/{id}"), &service.admin).json();
    let actions: Vec<&str> =
        decisions["decisions"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["deny", "request", "approved", "admit"]);
    let report = service.get("/api/v1/reports/emissions?from=2020-01-01&to=2100-01-01", &service.admin).json();
    assert_eq!(
        (&report["overrides"][0]["name"], &report["overrides"][0]["reason"]),
        (&json!("grace"), &json!("agreed"))
    );
    let requests = said(&service, &["budget", "requests"]);
    assert!(requests.contains("paper deadline") && requests.contains("grace"), "{requests}");
}

#[test]
fn a_policy_that_cannot_be_read_denies_and_says_so() {
    let data = Data::new();
    let (service, budget) = service(&data, 36_000_000_000);
    let admin = service.admin.clone();
    assert_eq!(service.stop().0, 0);
    let database = rusqlite::Connection::open(data.path().join("wattledger.db")).unwrap();
    database.execute("UPDATE budgets SET policy = '{\"name\":\"atlas month\",\"mode\":\"allow\"}'", ()).unwrap();
    drop(database);
    let service = Service::start(&data.path(), "");
    let answer = service.command(&admin, &[&["check"], &JOB[..], &["--hours", "1"]].concat());
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    insta::assert_snapshot!("unreadable_policy", answer.stdout);
    let shown = service.get(&format!("/api/v1/budgets/{budget}"), &admin).json();
    assert!(shown["policy_error"].as_str().unwrap().contains("allow"), "{shown}");
}

#[test]
fn a_token_of_one_project_admits_and_sees_its_own_alone() {
    let data = Data::new();
    let (service, budget) = service(&data, 36_000_000_000);
    let job = |key: &str, project: &str| json!({ "key": key, "project": project, "accelerator": "thing", "count": 1, "hours": 1, "power_w": 1, "intensity": 400 });
    service.post("/api/v1/projects", &service.admin, &json!({ "name": "vision" }));
    let (_, own) = service.token(&["admit", "read"], Some("atlas"));
    let (_, other) = service.token(&["admit", "read"], Some("vision"));
    let (_, read) = service.token(&["read"], None);
    let id = service.post("/api/v1/admissions", &own, &job("a", "atlas")).json()["id"].as_str().unwrap().to_owned();
    assert_eq!(service.post("/api/v1/admissions", &other, &job("b", "atlas")).status, 404);
    assert_eq!(service.post("/api/v1/admissions", &read, &job("c", "atlas")).status, 403);
    let path = format!("/api/v1/admissions/{id}");
    assert_eq!(service.get(&path, &own).status, 200);
    assert_eq!(service.get(&path, &other).status, 404);
    assert_eq!(service.post(&format!("{path}/commit"), &other, &json!({ "energy_mj": 1 })).status, 404);
    assert_eq!(service.send("DELETE", &path, &other, &[], b"").status, 404);
    assert_eq!(service.get(&format!("/api/v1/budgets/{budget}"), &other).status, 404);
    assert_eq!(service.get("/api/v1/budgets", &other).json()["items"], json!([]));
    let policy =
        json!({ "name": "x", "scope": "all", "unit": "energy", "limit_mj": 1, "period": "month", "mode": "block" });
    assert_eq!(service.post("/api/v1/budgets", &own, &policy).status, 403);
}
