//! Reviews that a real API server sent.

use super::{KWH, answer, budget, held, p95, send, service};
use crate::service::{Data, Service};
use serde_json::{Value, json};
use std::path::Path;

/// The reviews of `recorded/`, in the order in which they were sent.
fn samples() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/kubernetes/recorded");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    paths.sort();
    paths.iter().map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).collect()
}

#[test]
fn recorded_reviews_hold_what_they_ask() {
    let samples = samples();
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    assert_eq!(samples.len(), 4);
    let mut expected = 0;
    for (sample, (gpus, hours)) in samples.iter().zip([(4, 1.0), (16, 1.0), (32, 24.0), (0, 0.0)]) {
        for version in ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] {
            let mut review = sample.clone();
            review["apiVersion"] = json!(version);
            review["surprise"] = json!({ "of": ["a", "later", "version"] });
            review["request"]["surprise"] = json!(1);
            assert!(answer(&service, &review).allowed, "{sample}");
        }
        expected += if gpus == 0 { 0 } else { p95(&service, "H100", gpus, hours) };
        assert_eq!(held(&service), expected, "{}", sample["request"]["name"]);
    }
}

#[test]
fn a_recorded_review_that_does_not_fit_is_denied() {
    let samples = samples();
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    budget(
        &service,
        &json!({ "name": "all", "scope": "all", "unit": "energy", "limit_mj": 100 * KWH, "period": "month", "mode": "block", "default_hours": 1 }),
    );
    let allowed: Vec<bool> = samples.iter().map(|sample| answer(&service, sample).allowed).collect();
    assert_eq!(allowed, [true, true, false, false]);
}

#[test]
fn an_object_of_three_megabytes_is_read() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    let mut review = super::job("r1", "train", 2, 4);
    let managed: Vec<Value> = (0..36_000).map(|field| json!({ "manager": "kubectl", "fieldsV1": { format!("f:field-{field}"): { ".": {}, "f:nvidia.com/gpu": {} } } })).collect();
    review["request"]["object"]["metadata"]["managedFields"] = json!(managed);
    review["request"]["object"]["metadata"]["annotations"] = json!({ "note": "x".repeat(250_000) });
    assert!(review.to_string().len() > 3_000_000, "{}", review.to_string().len());
    assert_eq!(send(&service, &review).status, 200);
    assert!(answer(&service, &review).allowed);
    assert_eq!(held(&service), p95(&service, "a100-sxm4-80", 8, 1.0));
}
