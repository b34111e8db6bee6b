//! The validating webhook, as an API server meets it.

mod bench;
mod changes;
mod cluster;
mod controllers;
mod kinds;
mod lifecycle;
mod links;
mod manifests;
mod model;
mod objects;
mod reader;
mod recorded;
mod refusals;
mod resources;
mod sequences;

use crate::service::{Data, Reply, Service};
use kube_core::admission::{AdmissionResponse, AdmissionReview};
use kube_core::dynamic::DynamicObject;
use serde_json::{Value, json};

/// One kWh, mJ.
const KWH: i64 = 3_600_000_000;

/// A service with one budget for everything, of `limit_mj`, that blocks.
fn service(data: &Data, limit_mj: i64, config: &str) -> Service {
    let service = Service::start(&data.path(), config);
    let policy = json!({ "name": "everything", "scope": "all", "unit": "energy", "limit_mj": limit_mj, "period": "month", "mode": "block", "default_hours": 1 });
    budget(&service, &policy);
    service
}

fn budget(service: &Service, policy: &Value) -> String {
    let made = service.post("/api/v1/budgets", &service.admin, policy);
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["id"].as_str().unwrap().to_owned()
}

/// What is held of the budget with number 1, mJ.
fn held(service: &Service) -> i64 {
    service.get("/api/v1/budgets/1", &service.admin).json()["held_mj"].as_i64().unwrap()
}

/// p95 of an hour of `count` accelerators, mJ: what a hold of them is.
fn p95(service: &Service, accelerator: &str, count: u64, hours: f64) -> i64 {
    let asked = json!({ "accelerator": accelerator, "count": count, "hours": hours });
    service.post("/api/v1/estimates", &service.admin, &asked).json()["p95"]["energy_mj"].as_i64().unwrap()
}

/// A pod template that takes `gpus` of `nvidia.com/gpu` on `product`.
fn template(gpus: u64, product: &str) -> Value {
    json!({ "metadata": {}, "spec": {
        "nodeSelector": { "nvidia.com/gpu.product": product },
        "containers": [{ "name": "train", "image": "registry.example/train", "resources": { "limits": { "nvidia.com/gpu": gpus.to_string() } } }],
    } })
}

const A100: &str = "NVIDIA-A100-SXM4-80GB";

/// A review that creates `object`.
fn create(uid: &str, api_version: &str, object: Value) -> Value {
    let kind = object["kind"].as_str().unwrap().to_owned();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let mut object = object;
    object["apiVersion"] = json!(api_version);
    json!({ "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": uid, "kind": { "group": group, "version": version, "kind": kind },
        "resource": { "group": group, "version": version, "resource": format!("{}s", kind.to_lowercase()) },
        "name": object["metadata"]["name"], "namespace": "ml", "operation": "CREATE",
        "userInfo": { "username": "ada" }, "object": object, "oldObject": null, "dryRun": false,
    } })
}

/// A Job of `pods` with `gpus` each for an hour.
fn job(uid: &str, name: &str, pods: u64, gpus: u64) -> Value {
    create(
        uid,
        "batch/v1",
        json!({ "kind": "Job", "metadata": { "name": name, "namespace": "ml", "uid": format!("object-{name}") },
            "spec": { "parallelism": pods, "completions": pods, "activeDeadlineSeconds": 3600, "template": template(gpus, A100) } }),
    )
}

fn send(service: &Service, review: &Value) -> Reply {
    service.post("/admission/kubernetes", &service.admin, review)
}

/// The answer, read as an API server reads it.
fn answer(service: &Service, review: &Value) -> AdmissionResponse {
    let reply = send(service, review);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json()["apiVersion"], review["apiVersion"]);
    let read: AdmissionReview<DynamicObject> = serde_json::from_str(&reply.body).unwrap();
    let response = read.response.unwrap();
    assert_eq!(json!(response.uid), review["request"]["uid"]);
    if !response.allowed {
        assert_eq!((response.result.code, response.result.reason.as_str()), (403, "Forbidden"));
        assert!(!response.result.message.is_empty());
    }
    response
}
