//! Bad input, budgets that only look on, and a service that cannot decide.

use super::{A100, answer, budget, create, held, job, send, service, template};
use crate::service::{Data, Service};
use serde_json::{Value, json};

#[test]
fn what_is_no_review_is_refused_and_named() {
    let data = Data::new();
    let service = service(&data, 1, "");
    let with = |change: fn(&mut Value)| {
        let mut review = job("r1", "train", 1, 1);
        change(&mut review);
        review
    };
    for (review, expected) in [
        (with(|review| review["apiVersion"] = json!("admission.k8s.io/v2")), "admission.k8s.io/v2"),
        (with(|review| review["kind"] = json!("ConversionReview")), "ConversionReview"),
        (with(|review| review["request"] = json!(null)), "no request"),
        (with(|review| review["request"]["uid"] = json!("")), "cannot be echoed"),
        (with(|review| review["request"]["uid"] = json!("a\nb")), "cannot be echoed"),
        (with(|review| review["request"]["uid"] = json!("x".repeat(5_000))), "cannot be echoed"),
        (with(|review| review["request"]["uid"] = json!(7)), "not an AdmissionReview"),
        (json!([]), "is not answered here"),
        (json!({}), "is not answered here"),
        (json!("x"), "not an AdmissionReview"),
    ] {
        let reply = send(&service, &review);
        assert_eq!(reply.status, 400, "{reply:?}");
        assert!(reply.body.contains(expected), "{expected}: {}", reply.body);
    }
    let json = [("Content-Type", "application/json")];
    let cut = service.send("POST", "/admission/kubernetes", &service.admin, &json, b"{\"apiVersion\":");
    assert_eq!(cut.status, 400);
    assert_eq!(service.post("/admission/kubernetes", "", &job("r1", "train", 1, 1)).status, 401);
    let (_, read) = service.token(&["read"], None);
    assert_eq!(service.post("/admission/kubernetes", &read, &job("r1", "train", 1, 1)).status, 403);
    service.post("/api/v1/projects", &service.admin, &json!({ "name": "ml" }));
    let (_, bound) = service.token(&["admit"], Some("ml"));
    assert_eq!(service.post("/admission/kubernetes", &bound, &job("r1", "train", 1, 1)).status, 403);
    let (_, gate) = service.token(&["admit"], None);
    assert_eq!(service.post("/api/v1/admission/kubernetes", &gate, &job("r1", "train", 1, 1)).status, 200);
}

/// Objects of which nobody can say what they take, with what the user reads.
fn unclear() -> Vec<(Value, &'static str)> {
    let with = |change: fn(&mut Value)| {
        let mut review = job("r1", "train", 1, 1);
        change(&mut review["request"]["object"]);
        review
    };
    vec![
        (with(|job| job["spec"]["parallelism"] = json!(-1)), "spec.parallelism: -1 is not a number of replicas"),
        (with(|job| job["spec"]["activeDeadlineSeconds"] = json!(0)), "a deadline must be above 0 seconds"),
        (with(|job| job["spec"]["template"]["spec"]["containers"] = json!("x")), "not a Job that can be read"),
        (
            with(|job| {
                job["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] =
                    json!("lots")
            }),
            "\"lots\" is not a number of devices",
        ),
        (
            with(|job| {
                job["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] = json!("-4")
            }),
            "\"-4\" is not a number of devices",
        ),
        (
            with(|job| job["spec"]["template"]["spec"]["nodeSelector"]["nvidia.com/gpu.product"] = json!("Q9000")),
            "\"Q9000\" is not in the accelerator table",
        ),
        (with(|job| *job = json!(null)), "must carry the object"),
    ]
}

#[test]
fn what_cannot_be_estimated_is_denied_where_a_budget_blocks() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    for (review, expected) in unclear() {
        let response = answer(&service, &review);
        assert!(!response.allowed && response.result.message.contains(expected), "{expected}: {response:?}");
    }
    assert_eq!(held(&service), 0);
}

#[test]
fn what_cannot_be_estimated_passes_with_a_warning_where_budgets_only_look_on() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    budget(
        &service,
        &json!({ "name": "watched", "scope": "all", "unit": "energy", "limit_mj": 1, "period": "month", "mode": "observe" }),
    );
    for (review, expected) in unclear() {
        let response = answer(&service, &review);
        let warnings = response.warnings.clone().unwrap_or_default().join(" ");
        assert!(response.allowed && warnings.contains(expected), "{expected}: {response:?}");
    }
}

#[test]
fn without_hours_and_a_default_a_blocking_budget_denies_and_says_what_to_state() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    budget(
        &service,
        &json!({ "name": "b", "scope": "all", "unit": "energy", "limit_mj": i64::MAX / 2, "period": "month", "mode": "block" }),
    );
    let mut pod = template(1, A100);
    (pod["kind"], pod["metadata"]) = (json!("Pod"), json!({ "name": "p" }));
    let response = answer(&service, &create("r1", "v1", pod));
    let message = &response.result.message;
    assert!(
        !response.allowed && message.contains("no wall time") && message.contains("wattledger.io/hours"),
        "{response:?}"
    );
}

#[test]
fn a_warning_budget_lets_pass_and_warns() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    budget(
        &service,
        &json!({ "name": "soft", "scope": "all", "unit": "energy", "limit_mj": 1, "period": "month", "mode": "warn" }),
    );
    let response = answer(&service, &job("r1", "train", 1, 1));
    let warnings = response.warnings.clone().unwrap_or_default();
    assert!(response.allowed && warnings.iter().any(|warning| warning.contains("soft")), "{response:?}");
}

#[test]
fn a_policy_that_cannot_be_read_denies_and_says_so() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    let admin = service.admin.clone();
    assert_eq!(service.stop().0, 0);
    let database = rusqlite::Connection::open(data.path().join("wattledger.db")).unwrap();
    database.execute("UPDATE budgets SET policy = '{\"name\":\"everything\",\"mode\":\"allow\"}'", ()).unwrap();
    drop(database);
    let service = Service::start(&data.path(), "");
    let reply = service.post("/admission/kubernetes", &admin, &job("r1", "train", 1, 1));
    let response = &reply.json()["response"];
    assert_eq!((response["allowed"].as_bool(), response["status"]["code"].as_i64()), (Some(false), Some(403)));
    assert!(response["status"]["message"].as_str().unwrap().contains("policy of budget everything cannot be read"));
}

#[test]
fn without_a_decision_in_time_the_outage_policy_answers_and_the_hold_follows() {
    for (outage, allowed) in [("open", true), ("closed", false)] {
        let data = Data::new();
        let config = format!("[kubernetes]\noutage = \"{outage}\"\nanswer_within_ms = 200\n");
        let service = service(&data, i64::MAX / 2, &config);
        let database = rusqlite::Connection::open(data.path().join("wattledger.db")).unwrap();
        // Another program holds the database: the service waits for it.
        database.execute_batch("BEGIN IMMEDIATE").unwrap();
        let response = answer(&service, &job("r1", "train", 1, 1));
        assert_eq!(response.allowed, allowed, "{response:?}");
        assert_eq!(response.audit_annotations["unverified"], "the service did not decide in time");
        database.execute_batch("ROLLBACK").unwrap();
        drop(database);
        crate::service::process::until(|| held(&service) > 0);
    }
}
