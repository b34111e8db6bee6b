//! Reviews that a real API server sent.

use super::bench::Gate;
use super::{KWH, answer, budget, held, p95, send, service};
use crate::service::{Data, Service};
use serde_json::{Value, json};
use std::path::Path;

/// The reviews of `folder`, in the order of their names, each with what its name says of it.
fn reviews(folder: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/kubernetes").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let name = |path: &std::path::PathBuf| {
        path.file_stem().unwrap().to_str().unwrap().trim_start_matches("admissionreview-v1-real-").to_owned()
    };
    paths.iter().map(|path| (name(path), read(path))).collect()
}

/// The four that were recorded from a server without controllers.
fn samples() -> Vec<Value> {
    reviews("recorded").into_iter().take(4).map(|(_, review)| review).collect()
}

/// What each of the reviews of a server with its controllers holds, sent one after the other: accelerators that are held in all after it.
const HELD_AFTER: [(&str, u64); 58] = [
    ("04-create-job", 6),
    ("05-create-job-seen-by-mutating", 6),
    ("06-create-pod-by-job-controller", 6),
    ("07-update-job-status-by-job-controller", 6),
    // Of five side by side three are left to complete.
    ("08-update-job-parallelism", 6),
    ("09-update-job-annotate", 6),
    ("10-update-job-label-budget", 6),
    ("11-update-job-deadline", 2),
    ("12-update-pod-status-succeeded-by-node", 2),
    // The pod of 06 runs on.
    ("13-update-job-status-complete", 2),
    ("14-delete-job", 2),
    ("15-delete-pod-by-garbage-collector", 2),
    ("16-delete-job-orphan", 2),
    // A pod that was never seen is counted when it loses its owner.
    ("17-update-pod-orphaned-by-garbage-collector", 3),
    ("18-create-deployment", 5),
    ("19-create-replicaset-by-deployment-controller", 5),
    ("20-create-pod-by-replicaset-controller", 5),
    ("21-update-deployment-scale", 7),
    ("22-update-replicaset-by-deployment-controller", 7),
    ("23-update-deployment-template", 11),
    ("24-update-deployment-server-side-apply", 14),
    ("25-create-deployment-dryrun", 14),
    ("26-update-pod-relabelled-by-user", 15),
    ("27-update-pod-released-by-replicaset-controller", 15),
    ("28-create-pod-by-statefulset-controller", 16),
    // What one replica of it takes is not known: refused.
    ("29-update-statefulset-scale", 16),
    ("30-create-daemonset", 16),
    ("31-create-pod-by-daemonset-controller", 17),
    ("32-create-cronjob-v1beta1", 19),
    ("33-create-job-by-cronjob-controller", 19),
    ("34-create-job-from-cronjob-by-user", 21),
    ("35-create-pod-init-containers", 25),
    ("36-create-pod-generatename", 26),
    ("37-create-pod-mig", 27),
    // Intel's graphics devices are not known: refused.
    ("38-create-pod-other-accelerators", 27),
    ("39-create-pod-quantities", 27 + 1036),
    ("40-update-pod-ephemeralcontainers", 1063),
    ("41-create-pod-eviction", 1063),
    ("42-delete-pod-graceful-by-user", 1063),
    ("43-delete-pod-graceful-by-node", 1063),
    ("44-create-jobset", 1063 + 64),
    ("45-create-leaderworkerset", 1127 + 64),
    ("46-update-leaderworkerset-scale", 1127 + 96),
    ("47-create-pytorchjob", 1223 + 32),
    ("48-create-raycluster", 1255 + 32),
    // Without an autoscaler, as many as it has.
    ("49-create-rayjob", 1287 + 8),
    ("50-create-job-owner-of-forged", 1296),
    ("51-create-pod-forged-true-uid", 1304),
    ("52-create-pod-forged-wrong-uid", 1312),
    ("53-create-pod-forged-no-such-job", 1320),
    ("54-create-pod-forged-not-controller", 1328),
    ("55-create-pod-forged-unknown-api", 1336),
    ("56-create-pod-forged-by-service-account", 1344),
    ("57-create-pod-forged-by-service-account-of-other-namespace", 1352),
    ("58-create-pod-impersonating-job-controller", 1360),
    ("59-update-pod-owner-added-by-user", 1361),
    ("60-delete-pod-deletecollection", 1361),
    ("61-update-pod-adopted-by-replicaset-controller", 1362),
];

/// Those that are refused: how much they take cannot be known.
const REFUSED: [&str; 2] = ["29-update-statefulset-scale", "38-create-pod-other-accelerators"];

#[test]
fn each_recorded_review_of_a_server_with_controllers_leaves_what_its_objects_take() {
    let gate = Gate::new(i64::MAX / 4);
    let reviews: Vec<(String, Value)> = reviews("recorded").into_iter().skip(4).collect();
    assert_eq!(reviews.len(), HELD_AFTER.len());
    for ((name, review), (expected, held)) in reviews.iter().zip(HELD_AFTER) {
        assert_eq!(name, expected);
        // However often it comes.
        for _ in 0..2 {
            let response = gate.answer(review);
            assert_eq!(response.allowed, !REFUSED.contains(&expected), "{name}: {response:?}");
            assert_eq!(gate.held(), held, "after {name}");
        }
    }
    // After a dry run nothing is known of an object that never was.
    let dry = &reviews.iter().find(|(name, _)| name == "25-create-deployment-dryrun").unwrap().1;
    let uid = dry["request"]["object"]["metadata"]["uid"].as_str().unwrap();
    assert_eq!(gate.bench.store.read::<_, wattledger::store::StoreError>(|tx| tx.kubernetes().get(uid)).unwrap(), None);
}

#[test]
fn none_of_the_recorded_reviews_leaves_anything_of_an_object_that_was_not_stored() {
    for (name, review) in reviews("recorded") {
        let mut gate = Gate::new(i64::MAX / 4);
        let is_creation = review["request"]["operation"] == "CREATE";
        gate.answer(&review);
        gate.pass(601);
        assert!(!is_creation || gate.held() == 0, "{name}: {:?}", gate.held_kinds());
    }
}

#[test]
fn no_end_is_denied_however_little_room_there_is_and_whoever_asks() {
    for (name, review) in reviews("recorded") {
        let gate = Gate::new(0);
        let ends = review["request"]["operation"] == "DELETE"
            || ["status", "eviction", "ephemeralcontainers"]
                .iter()
                .any(|part| review["request"]["subResource"] == *part)
            || ["09-", "10-", "17-", "26-", "59-", "61-"].iter().any(|number| name.starts_with(number));
        let broken = |change: fn(&mut Value)| {
            let mut review = review.clone();
            for object in ["object", "oldObject"] {
                if review["request"][object].is_object() {
                    change(&mut review["request"][object]);
                }
            }
            review
        };
        let unreadable = broken(|object| object["spec"] = json!(7));
        let unnamed = broken(|object| object["spec"]["containers"] = json!("x"));
        for review in [&review, &unreadable, &unnamed] {
            let response = gate.answer(review);
            assert!(!ends || response.allowed, "{name}: {response:?}");
        }
    }
}

#[test]
fn cases_of_pods_that_pods_own_and_of_sidecars_hold_what_they_take() {
    let all = reviews("cases");
    let case = |name: &str| all.iter().find(|(found, _)| found == name).unwrap().1.clone();
    let kept = |name: &str| {
        let mut review = case(name);
        review["request"]["dryRun"] = json!(false);
        review
    };
    assert_eq!(all.len(), 6);
    for (reviews, expected) in [
        (vec![kept("spark-executor-of-cpu-driver")], 1),
        (vec![kept("spark-gpu-driver"), kept("spark-executor-of-gpu-driver")], 9),
        (vec![kept("pod-under-pod-by-operator")], 8),
        (vec![kept("sidecar-order")], 5),
    ] {
        let gate = Gate::new(i64::MAX / 4);
        reviews.iter().for_each(|review| gate.allow(review));
        assert_eq!(gate.held(), expected, "{reviews:?}");
    }
    let gate = Gate::new(i64::MAX / 4);
    let refused = gate.answer(&case("tpu-v5e-pod"));
    let message = refused.status["message"].as_str().unwrap();
    assert!(!refused.allowed && message.contains("wattledger.io/power-w"), "{message}");
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
