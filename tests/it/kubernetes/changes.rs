//! Changes of an object that are not shown as the object: its Scale, its resize, and what is suspended and resumed.

use super::bench::Gate;
use super::lifecycle::update;
use super::{A100, create, template};
use serde_json::{Value, json};

/// A review of the scale subresource of `resource`.
fn scale(uid: &str, resource: &str, from: u64, to: u64) -> Value {
    let object = |replicas: u64| json!({ "kind": "Scale", "metadata": { "name": "o", "namespace": "ml", "uid": "o1" }, "spec": { "replicas": replicas } });
    let mut review = create(uid, "autoscaling/v1", object(to));
    review["request"]["resource"] = json!({ "group": "example.org", "version": "v1", "resource": resource });
    review["request"]["subResource"] = json!("scale");
    review["request"]["operation"] = json!("UPDATE");
    review["request"]["oldObject"] = object(from);
    review
}

fn object(api_version: &str, kind: &str, spec: Value) -> Value {
    create(
        "r1",
        api_version,
        json!({ "kind": kind, "metadata": { "name": "o", "namespace": "ml", "uid": "o1" }, "spec": spec }),
    )
}

#[test]
fn a_scale_of_any_kind_is_weighed_by_what_one_replica_takes() {
    let replicated = || json!({ "replicas": 2, "template": template(3, A100) });
    let roles = |specs: &str, other: &str| {
        json!({ specs: {
        other: { "replicas": 1, "template": template(1, A100) }, "Worker": { "replicas": 2, "template": template(3, A100) } } })
    };
    let groups = json!({ "replicas": 2, "leaderWorkerTemplate": { "size": 3, "workerTemplate": template(1, A100) } });
    for (api_version, kind, resource, spec, beside) in [
        ("apps/v1", "Deployment", "deployments", replicated(), 0),
        ("apps/v1", "StatefulSet", "statefulsets", replicated(), 0),
        ("apps/v1", "ReplicaSet", "replicasets", replicated(), 0),
        ("v1", "ReplicationController", "replicationcontrollers", replicated(), 0),
        ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "leaderworkersets", groups, 0),
        ("kubeflow.org/v1", "PyTorchJob", "pytorchjobs", roles("pytorchReplicaSpecs", "Master"), 1),
        ("kubeflow.org/v1", "TFJob", "tfjobs", roles("tfReplicaSpecs", "PS"), 1),
        ("kubeflow.org/v1", "XGBoostJob", "xgboostjobs", roles("xgbReplicaSpecs", "Master"), 1),
        ("kubeflow.org/v1", "PaddleJob", "paddlejobs", roles("paddleReplicaSpecs", "Master"), 1),
        ("kubeflow.org/v2beta1", "MPIJob", "mpijobs", roles("mpiReplicaSpecs", "Launcher"), 1),
    ] {
        let gate = Gate::new(i64::MAX / 4);
        gate.allow(&object(api_version, kind, spec));
        assert_eq!(gate.held(), 6 + beside, "{kind}");
        for (number, (from, to)) in [(2, 5), (5, 1), (1, 0), (0, 4)].into_iter().enumerate() {
            gate.allow(&scale(&format!("r{number}"), resource, from, to));
            assert_eq!(gate.held(), 3 * to + beside, "{kind} from {from} to {to}");
        }
    }
}

#[test]
fn a_scale_of_a_kind_that_was_never_seen_is_refused_or_warned_about_and_may_shrink() {
    for (mode, allowed) in [("block", false), ("warn", true), ("observe", true)] {
        let gate = Gate::configured(i64::MAX / 4, mode, "");
        let response = gate.answer(&scale("r1", "telescopes", 1, 3));
        let said = format!("{} {}", response.status, response.warnings.join(" "));
        assert_eq!(response.allowed, allowed, "{mode}: {said}");
        assert!(said.contains("what one replica of telescopes o takes is not known"), "{mode}: {said}");
        assert!(gate.answer(&scale("r2", "telescopes", 3, 1)).warnings.is_empty(), "{mode}");
    }
}

#[test]
fn a_resize_of_a_pod_is_weighed_as_the_pod() {
    let mut pod = template(2, A100);
    (pod["kind"], pod["metadata"]) = (json!("Pod"), json!({ "name": "p", "namespace": "ml", "uid": "o1" }));
    let created = create("r1", "v1", pod);
    let gate = Gate::new(i64::MAX / 4);
    gate.allow(&created);
    let resize = |uid: &str, resource: &str, quantity: &str| {
        let mut review = update(uid, &created, |pod| {
            pod["spec"]["containers"][0]["resources"]["limits"][resource] = json!(quantity)
        });
        review["request"]["subResource"] = json!("resize");
        review
    };
    gate.allow(&resize("r2", "cpu", "16"));
    assert_eq!(gate.held(), 2);
    // Servers refuse this today; where one does not, it is counted.
    gate.allow(&resize("r3", "nvidia.com/gpu", "4"));
    assert_eq!(gate.held(), 4);
    let full = Gate::new(1);
    assert!(full.answer(&resize("r4", "cpu", "16")).allowed, "what takes no more is not refused");
    assert!(!full.answer(&resize("r5", "nvidia.com/gpu", "4")).allowed);
}

#[test]
fn what_is_suspended_holds_nothing_until_it_is_resumed() {
    let job =
        json!({ "parallelism": 4, "completions": 4, "activeDeadlineSeconds": 3_600, "template": template(2, A100) });
    let jobs = json!({ "replicatedJobs": [{ "name": "w", "replicas": 2, "template": { "spec": { "parallelism": 4, "completions": 4, "template": template(1, A100) } } }] });
    let roles = json!({ "runPolicy": {}, "pytorchReplicaSpecs": { "Worker": { "replicas": 4, "template": template(2, A100) } } });
    let ray = json!({ "headGroupSpec": { "template": template(0, A100) }, "workerGroupSpecs": [{ "replicas": 4, "template": template(2, A100) }] });
    let node = &template(8, A100)["spec"]["containers"][0]["resources"];
    let training = json!({ "runtimeRef": { "name": "torch" }, "trainer": { "numNodes": 1, "resourcesPerNode": node } });
    for (api_version, kind, spec, place) in [
        ("batch/v1", "Job", job, "/spec"),
        ("jobset.x-k8s.io/v1alpha2", "JobSet", jobs, "/spec"),
        ("kubeflow.org/v1", "PyTorchJob", roles, "/spec/runPolicy"),
        ("ray.io/v1", "RayCluster", ray, "/spec"),
        ("trainer.kubeflow.org/v1alpha1", "TrainJob", training, "/spec"),
    ] {
        let set = |is_suspended: bool| {
            move |object: &mut Value| object.pointer_mut(place).unwrap()["suspend"] = json!(is_suspended)
        };
        let mut suspended = object(api_version, kind, spec);
        set(true)(&mut suspended["request"]["object"]);
        let gate = Gate::new(i64::MAX / 4);
        gate.allow(&suspended);
        assert_eq!(gate.held(), 0, "{kind}");
        let resumed = update("r2", &suspended, set(false));
        gate.allow(&resumed);
        assert_eq!(gate.held(), 8, "{kind}");
        let mut running = suspended.clone();
        running["request"]["object"] = resumed["request"]["object"].clone();
        gate.allow(&update("r3", &running, set(true)));
        assert_eq!(gate.held(), 0, "{kind}");
        let full = Gate::new(1);
        full.allow(&suspended);
        let refused = full.answer(&resumed);
        assert!(!refused.allowed && refused.status.to_string().contains(kind), "{}", refused.status);
    }
}
