//! What is held when, over the life of an object.

use super::{A100, answer, budget, create, held, job, p95, service, template};
use crate::service::{Data, Service};
use serde_json::{Value, json};

pub(super) fn update(uid: &str, old: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut review = old.clone();
    review["request"]["uid"] = json!(uid);
    review["request"]["operation"] = json!("UPDATE");
    review["request"]["oldObject"] = old["request"]["object"].clone();
    change(&mut review["request"]["object"]);
    review
}

fn delete(uid: &str, old: &Value) -> Value {
    let mut review = old.clone();
    review["request"]["uid"] = json!(uid);
    review["request"]["operation"] = json!("DELETE");
    review["request"]["oldObject"] = review["request"]["object"].take();
    review
}

fn deployment(replicas: u64) -> Value {
    create(
        "r1",
        "apps/v1",
        json!({ "kind": "Deployment", "metadata": { "name": "serve", "namespace": "ml", "uid": "o1" }, "spec": { "replicas": replicas, "template": template(2, A100) } }),
    )
}

fn of_a100(service: &Service, count: u64, hours: f64) -> i64 {
    p95(service, "a100-sxm4-80", count, hours)
}

#[test]
fn a_repeated_request_holds_once_and_a_dry_run_nothing() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    let mut dry = job("r0", "train", 2, 4);
    dry["request"]["dryRun"] = json!(true);
    assert!(answer(&service, &dry).allowed);
    assert_eq!(held(&service), 0);
    assert_eq!(service.get("/api/v1/admissions", &service.admin).json()["items"], json!([]));
    for _ in 0..5 {
        assert!(answer(&service, &job("r1", "train", 2, 4)).allowed);
    }
    assert_eq!(held(&service), of_a100(&service, 8, 1.0));
    // The object's UID stands for what it takes, whatever the request is called.
    assert!(answer(&service, &job("r1", "train", 2, 8)).allowed);
    assert_eq!(held(&service), of_a100(&service, 16, 1.0));
    assert!(answer(&service, &job("r2", "train", 1, 4)).allowed);
    assert_eq!(held(&service), of_a100(&service, 4, 1.0));
    let admissions = service.get("/api/v1/admissions", &service.admin).json();
    assert_eq!(admissions["items"].as_array().unwrap().len(), 1, "{admissions}");
}

#[test]
fn fifty_requests_at_once_hold_no_more_than_fits() {
    let data = Data::new();
    let one = {
        let data = Data::new();
        of_a100(&service(&data, 1, ""), 1, 1.0)
    };
    // What is not decided in time is let in: here each request is to be decided.
    let service = service(&data, 10 * one, "[kubernetes]\nanswer_within_ms = 30000\n");
    let allowed = std::thread::scope(|scope| {
        let ask = |number: usize| {
            let review = job(&format!("r{number}"), &format!("j{number}"), 1, 1);
            let service = &service;
            scope.spawn(move || answer(service, &review).allowed)
        };
        let asked: Vec<_> = (0..50).map(ask).collect();
        asked.into_iter().map(|thread| thread.join().unwrap()).filter(|allowed| *allowed).count()
    });
    assert_eq!((allowed, held(&service)), (10, 10 * one));
}

#[test]
fn only_what_the_owners_controller_makes_is_counted_with_it() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    assert!(answer(&service, &job("r1", "train", 1, 4)).allowed);
    let whole = held(&service);
    let owned = |number: u32, user: &str, uid: Value, (owner, name): (&str, &str)| {
        let mut pod = template(4, A100);
        pod["kind"] = json!("Pod");
        pod["metadata"] = json!({ "name": format!("train-{number}"), "uid": format!("pod-{number}"), "ownerReferences": [
            { "apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": owner, "controller": true }] });
        let mut review = create(&format!("q{number}"), "v1", pod);
        review["request"]["userInfo"] = json!({ "username": user, "uid": uid });
        review
    };
    let controller = "system:serviceaccount:kube-system:job-controller";
    let known = ("object-train", "train");
    assert!(answer(&service, &owned(1, controller, json!("u1"), known)).allowed);
    assert_eq!(held(&service), whole);
    // A second one of a Job for one pod stands for the first, of which nothing was heard.
    assert!(answer(&service, &owned(2, controller, json!("u1"), known)).allowed);
    assert_eq!(held(&service), whole);
    for (number, user, uid, owner) in [
        (3, "ada", json!("u2"), known),
        (4, controller, json!(null), known),
        (5, "system:serviceaccount:ml:default", json!("u3"), known),
        (6, "system:serviceaccount:other:builder", json!("u4"), known),
        (7, "system:serviceaccount:kube-system:replicaset-controller", json!("u5"), known),
        (8, controller, json!("u1"), ("object-train", "another name")),
        (9, controller, json!("u1"), ("from before the webhook", "old")),
        (10, "ada", json!("u2"), ("invented", "nothing")),
    ] {
        let before = held(&service);
        assert!(answer(&service, &owned(number, user, uid, owner)).allowed);
        assert_eq!(held(&service), before + whole, "{user}");
    }
}

#[test]
fn a_cron_job_holds_its_next_run_and_hands_it_over() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    let spec = json!({ "activeDeadlineSeconds": 3600, "template": template(4, A100) });
    let cron = json!({ "kind": "CronJob", "metadata": { "name": "nightly", "uid": "c1" }, "spec": { "jobTemplate": { "spec": spec } } });
    assert!(answer(&service, &create("r1", "batch/v1", cron)).allowed);
    let one = held(&service);
    assert_eq!(one, of_a100(&service, 4, 1.0));
    for (number, expected) in [(2, one), (3, 2 * one)] {
        let run = json!({ "kind": "Job", "metadata": { "name": format!("nightly-{number}"), "uid": format!("j{number}"), "ownerReferences": [
            { "apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": "c1", "controller": true }] }, "spec": spec });
        let mut review = create(&format!("r{number}"), "batch/v1", run);
        review["request"]["userInfo"] =
            json!({ "username": "system:serviceaccount:kube-system:cronjob-controller", "uid": "u1" });
        assert!(answer(&service, &review).allowed);
        assert_eq!(held(&service), expected);
    }
}

#[test]
fn growing_is_held_for_the_difference() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    let first = deployment(2);
    assert!(answer(&service, &first).allowed);
    let two = of_a100(&service, 4, 1.0);
    assert_eq!(held(&service), two);
    assert!(answer(&service, &update("r2", &first, |new| new["spec"]["replicas"] = json!(5))).allowed);
    assert_eq!(held(&service), of_a100(&service, 10, 1.0));
    assert!(answer(&service, &update("r3", &first, |new| new["spec"]["replicas"] = json!(1))).allowed);
    assert_eq!(held(&service), of_a100(&service, 2, 1.0));
    assert!(answer(&service, &update("r4", &first, |new| new["metadata"]["labels"] = json!({ "a": "b" }))).allowed);
    assert_eq!(held(&service), two);
    let before = held(&service);
    let train = job("r5", "train", 1, 4);
    assert!(answer(&service, &train).allowed);
    assert!(
        answer(&service, &update("r6", &train, |new| new["spec"]["activeDeadlineSeconds"] = json!(10_800))).allowed
    );
    assert_eq!(held(&service) - before, of_a100(&service, 4, 3.0));
}

#[test]
fn scaling_is_held_for_the_added_replicas_also_from_none() {
    let scale = |uid: &str, from: u64, to: u64| {
        let object = |replicas: u64| json!({ "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": { "name": "serve", "namespace": "ml", "uid": "o1" }, "spec": { "replicas": replicas } });
        let mut review = create(uid, "autoscaling/v1", object(to));
        review["request"]["resource"] = json!({ "group": "apps", "version": "v1", "resource": "deployments" });
        review["request"]["subResource"] = json!("scale");
        review["request"]["operation"] = json!("UPDATE");
        review["request"]["oldObject"] = object(from);
        review
    };
    for start in [0, 2] {
        let data = Data::new();
        let service = service(&data, i64::MAX / 2, "");
        assert!(answer(&service, &deployment(start)).allowed);
        let before = held(&service);
        assert_eq!(before, if start == 0 { 0 } else { of_a100(&service, 2 * start, 1.0) });
        assert!(answer(&service, &scale("r2", start, start + 3)).allowed);
        assert_eq!(held(&service), of_a100(&service, 2 * (start + 3), 1.0));
        assert!(answer(&service, &scale("r3", start + 3, start)).allowed);
        assert_eq!(held(&service), before);
        let far = answer(&service, &scale("r4", 1, 4_000_000_000));
        assert!(!far.allowed, "{far:?}");
    }
}

#[test]
fn a_hold_ends_when_its_object_has_ended_not_when_somebody_asks_for_it() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "[kubernetes]\nunconfirmed_hold_s = 1\n[ledger]\nclose_every_s = 1\n");
    let states = |service: &Service| {
        let list = service.get("/api/v1/admissions", &service.admin).json();
        let states = list["items"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap().to_owned());
        states.collect::<Vec<_>>()
    };
    let train = job("r1", "train", 1, 4);
    assert!(answer(&service, &train).allowed);
    let mut done = update("r2", &train, |new| {
        new["status"] =
            json!({ "startTime": "2026-11-25T10:00:00Z", "conditions": [{ "type": "Complete", "status": "True" }] });
    });
    done["request"]["subResource"] = json!("status");
    assert!(answer(&service, &done).allowed);
    assert_eq!((held(&service), states(&service)), (0, vec!["committed".to_owned()]));
    // Nothing was heard of this one, and of that one no more than that it is to go.
    let unseen = job("r3", "unseen", 1, 4);
    assert!(answer(&service, &unseen).allowed);
    let leaving = job("r4", "leaving", 1, 4);
    assert!(answer(&service, &leaving).allowed);
    let mut dry = delete("r5", &leaving);
    dry["request"]["dryRun"] = json!(true);
    for deletion in [dry, delete("r6", &leaving)] {
        assert!(answer(&service, &deletion).allowed);
        assert!(held(&service) > 0);
    }
    crate::service::process::until(|| held(&service) == 0);
    assert_eq!(states(&service), ["released", "released", "committed"]);
}

#[test]
fn accelerators_of_several_kinds_are_held_together_or_not_at_all() {
    let mixed = |uid: &str, workers: u64| {
        create(
            uid,
            "kubeflow.org/v1",
            json!({ "kind": "TFJob", "metadata": { "name": "mixed", "uid": "o1" }, "spec": {
            "runPolicy": { "activeDeadlineSeconds": 3600 },
            "tfReplicaSpecs": { "PS": { "replicas": 2, "template": template(1, "Tesla-T4") }, "Worker": { "replicas": workers, "template": template(8, A100) } } } }),
        )
    };
    let data = Data::new();
    let service = service(&data, 20 * super::KWH, "");
    let denied = answer(&service, &mixed("r1", 100));
    assert!(!denied.allowed);
    assert_eq!(held(&service), 0);
    assert!(answer(&service, &mixed("r2", 1)).allowed);
    assert_eq!(held(&service), of_a100(&service, 8, 1.0) + p95(&service, "t4", 2, 1.0));
}

#[test]
fn a_namespace_is_charged_to_its_project() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "[kubernetes.projects]\nml = \"vision\"\n");
    service.post("/api/v1/projects", &service.admin, &json!({ "name": "vision" }));
    service.post("/api/v1/projects", &service.admin, &json!({ "name": "speech" }));
    let policy = |name: &str, change: Value| {
        let mut policy = json!({ "name": name, "unit": "energy", "limit_mj": i64::MAX / 2, "period": "month", "mode": "block", "default_hours": 1 });
        policy.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        policy
    };
    let vision = budget(&service, &policy("vision", json!({ "scope": "project", "project": "vision" })));
    let speech = budget(&service, &policy("speech", json!({ "scope": "project", "project": "speech" })));
    let label = budget(&service, &policy("lab", json!({ "scope": "label", "label": "namespace=lab" })));
    let user = budget(&service, &policy("ada", json!({ "scope": "user", "user": "ada" })));
    let one = of_a100(&service, 1, 1.0);
    for (index, namespace) in ["ml", "speech", "lab"].into_iter().enumerate() {
        let mut review = job(&format!("r{index}"), &format!("j{index}"), 1, 1);
        review["request"]["namespace"] = json!(namespace);
        assert!(answer(&service, &review).allowed, "{namespace}");
    }
    let held =
        |id: &str| service.get(&format!("/api/v1/budgets/{id}"), &service.admin).json()["held_mj"].as_i64().unwrap();
    let all = ["1", &vision, &speech, &label, &user].map(held);
    assert_eq!(all, [3 * one, one, one, one, 3 * one]);
}
