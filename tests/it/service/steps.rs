//! Training steps: counters go forward, repetition changes nothing, and energy is told per step.

use super::{Data, Reply, Service};
use serde_json::{Value, json};

const EXAMPLE: &[u8] = include_bytes!("../../../docs/wire-example.json");

/// A service that has metered 4,905,984 mJ of one job, and the job's id.
fn with_job(data: &Data) -> (Service, String) {
    let service = Service::start(&data.path(), "");
    let headers = [("Content-Type", "application/json")];
    assert_eq!(service.send("POST", "/api/v1/batches", &service.admin, &headers, EXAMPLE).status, 200);
    let jobs = service.get("/api/v1/jobs", &service.admin).json();
    let id = jobs["items"][0]["id"].as_str().unwrap().to_owned();
    (service, id)
}

fn report(service: &Service, job: &str, body: &Value) -> Reply {
    service.post(&format!("/api/v1/jobs/{job}/steps"), &service.admin, body)
}

#[test]
fn counters_go_forward_in_time_and_a_repeated_report_changes_nothing() {
    let data = Data::new();
    let (service, job) = with_job(&data);
    let at = |minute| format!("2026-01-05T09:{minute:02}:00Z");
    for (body, status) in [
        (json!({ "steps": 100, "samples": 3200, "at": at(10) }), 201),
        (json!({ "steps": 100, "samples": 3200, "at": at(10) }), 201),
        (json!({ "steps": 100, "at": at(12) }), 201),
        (json!({ "steps": 99, "at": at(13) }), 409),
        (json!({ "steps": 300, "at": at(30) }), 201),
        // late, but in its place
        (json!({ "steps": 200, "samples": 6400, "at": at(20) }), 201),
        (json!({ "steps": 301, "at": at(25) }), 409),
        (json!({ "steps": 250, "samples": 6399, "at": at(25) }), 409),
        (json!({ "steps": 250, "at": "2999-01-01" }), 400),
        (json!({ "steps": -1 }), 400),
        (json!({ "steps": 9_007_199_254_740_992_u64 }), 400),
        (json!({}), 400),
    ] {
        let reply = report(&service, &job, &body);
        assert_eq!(reply.status, status, "{body} {reply:?}");
    }
    let held = report(&service, &job, &json!({ "steps": 300 })).json();
    assert_eq!(held, json!({ "job": job, "at": at(30), "steps": 300, "samples": null }));
}

#[test]
fn energy_is_told_per_step_and_not_where_none_was_reported() {
    let data = Data::new();
    let (service, job) = with_job(&data);
    let show = || service.get(&format!("/api/v1/jobs/{job}"), &service.admin).json();
    let before = show();
    assert_eq!([&before["steps"], &before["samples"], &before["kwh_per_step"]], [&Value::Null; 3]);
    assert_eq!(report(&service, &job, &json!({ "steps": 0 })).status, 201);
    assert_eq!(show()["kwh_per_step"], Value::Null);
    assert_eq!(report(&service, &job, &json!({ "steps": 250, "samples": 8000 })).status, 201);
    let after = show();
    assert_eq!([&after["steps"], &after["samples"]], [&json!(250), &json!(8000)]);
    let per_step = after["kwh_per_step"].as_f64().unwrap();
    assert!((per_step * 250.0 - after["energy_kwh"].as_f64().unwrap()).abs() < 1e-12, "{after}");
    assert!(per_step > 0.0);
}

#[test]
fn steps_are_for_those_who_may_ingest_for_the_job_s_project() {
    let data = Data::new();
    let (service, job) = with_job(&data);
    let path = format!("/api/v1/jobs/{job}/steps");
    let project = service.get(&format!("/api/v1/jobs/{job}"), &service.admin).json()["project"].clone();
    let own = service.token(&["ingest"], project.as_str()).1;
    let other = service.token(&["ingest"], Some("other")).1;
    let reader = service.token(&["read"], None).1;
    let status = |path: &str, token: &str| service.post(path, token, &json!({ "steps": 1 })).status;
    assert_eq!([status(&path, &own), status(&path, &other), status(&path, &reader)], [201, 404, 403]);
    assert_eq!(status("/api/v1/jobs/none/steps", &own), 404);
}

#[test]
fn a_training_hook_reports_from_the_command_line() {
    let data = Data::new();
    let (service, job) = with_job(&data);
    let done = service.command(&service.admin, &["step", "40", "--samples", "1280", "--job", &job]);
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""));
    let shown = service.get(&format!("/api/v1/jobs/{job}"), &service.admin).json();
    assert_eq!([&shown["steps"], &shown["samples"]], [&json!(40), &json!(1280)]);
    let back = service.command(&service.admin, &["step", "39", "--job", &job]);
    assert!(back.code == 2 && back.stderr.contains("had done 40 steps"), "{}", back.stderr);
    let which = service.command(&service.admin, &["step", "41"]);
    assert!(which.code == 2 && which.stderr.contains("WATTLEDGER_JOB"), "{}", which.stderr);
}
