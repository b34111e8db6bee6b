//! Objects that stand between what asks for accelerators and what takes them: Spark's driver, the leader of a group, what Knative makes of a service.

use super::bench::Gate;
use serde_json::{Value, json};
use std::sync::Arc;
use wattledger::gate::kubernetes::{KubernetesObject, Listing, look};

const SPARK_OPERATOR: &str = "system:serviceaccount:spark-operator:spark-operator-controller";
const LWS: &str = "system:serviceaccount:lws-system:lws-controller-manager";
const KSERVE: &str = "system:serviceaccount:kserve:kserve-controller-manager";
const KNATIVE: &str = "system:serviceaccount:knative-serving:controller";

/// Pods' `spec` with so many GPUs.
fn pods(gpus: u64) -> Value {
    let limits = if gpus == 0 { json!({ "cpu": "1" }) } else { json!({ "nvidia.com/gpu": gpus.to_string() }) };
    json!({ "containers": [{ "name": "c", "image": "x", "resources": { "limits": limits } }] })
}

/// An object of `api_version` in the namespace `ml`, below `owner`.
fn object(api_version: &str, kind: &str, name: &str, owner: Option<&Value>, spec: Value) -> Value {
    let mut object = json!({ "apiVersion": api_version, "kind": kind, "spec": spec,
        "metadata": { "name": name, "namespace": "ml", "uid": format!("{kind}-{name}") } });
    if let Some(owner) = owner {
        object["metadata"]["ownerReferences"] = json!([{ "apiVersion": owner["apiVersion"], "kind": owner["kind"],
            "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"], "controller": true }]);
    }
    object
}

fn labelled(mut object: Value, name: &str, value: &str) -> Value {
    object["metadata"]["labels"] = json!({ name: value });
    object
}

/// The gate with the objects that it let in.
struct Made {
    gate: Gate,
    objects: Vec<Value>,
}

impl Made {
    fn new() -> Self {
        Self { gate: Gate::new(i64::MAX / 4), objects: Vec::new() }
    }

    /// Lets an object in; the accelerators that are held then.
    fn by(&mut self, user: &str, object: &Value) -> u64 {
        let mut review = super::create("r", object["apiVersion"].as_str().unwrap(), object.clone());
        review["request"]["userInfo"] = json!({ "username": user, "uid": format!("uid of {user}") });
        self.gate.allow(&review);
        self.objects.push(object.clone());
        self.gate.held()
    }

    /// What is held once the reader has looked.
    fn looked(&mut self) -> u64 {
        self.gate.pass(120);
        let read = |object: &Value| {
            let api_version = object["apiVersion"].as_str().unwrap();
            let group = api_version.split_once('/').map_or("", |(group, _)| group);
            let kind = object["kind"].as_str().unwrap();
            KubernetesObject::read(group, kind, "ml", &object.to_string(), &self.gate.settings).unwrap().unwrap()
        };
        let listing = Listing { objects: self.objects.iter().map(read).collect(), ..Listing::default() };
        look(self.gate.office(), &self.gate.settings, Arc::new(listing)).unwrap();
        self.gate.held()
    }
}

#[test]
fn executors_that_a_spark_application_asks_for_are_counted_with_it() {
    for driver_gpus in [0, 1] {
        let mut made = Made::new();
        let role = |gpus: u64, pods: u64| json!({ "instances": pods, "template": { "spec": self::pods(gpus) } });
        let spec = json!({ "driver": role(driver_gpus, 1), "executor": role(4, 2) });
        let application = object("sparkoperator.k8s.io/v1beta2", "SparkApplication", "etl", None, spec);
        let whole = 8 + driver_gpus;
        assert_eq!(made.by("ada", &application), whole);
        let driver = object("v1", "Pod", "etl-driver", Some(&application), pods(driver_gpus));
        let driver = labelled(driver, "spark-role", "driver");
        assert_eq!(made.by(SPARK_OPERATOR, &driver), whole);
        let executor = |number: u32| object("v1", "Pod", &format!("etl-{number}"), Some(&driver), pods(4));
        let account = "system:serviceaccount:ml:spark";
        assert_eq!((made.by(account, &executor(1)), made.by(account, &executor(2))), (whole, whole));
        assert_eq!(made.looked(), whole);
        assert_eq!(made.by(account, &executor(3)), whole + 4, "more than it asks for");
        for (number, other) in [(4, "ada"), (5, "system:serviceaccount:other:spark")] {
            assert_eq!(made.by(other, &executor(number)), whole + 4 * u64::from(number - 2), "{other}");
        }
    }
}

#[test]
fn executors_of_a_driver_that_nobody_asked_for_are_counted_themselves() {
    let mut made = Made::new();
    let driver = labelled(object("v1", "Pod", "etl-driver", None, pods(1)), "spark-role", "driver");
    assert_eq!(made.by("ada", &driver), 1);
    let executor = object("v1", "Pod", "etl-1", Some(&driver), pods(4));
    assert_eq!(made.by("system:serviceaccount:ml:spark", &executor), 5);
    assert_eq!(made.looked(), 5);
}

#[test]
fn workers_of_a_group_are_counted_with_it_whether_their_leader_takes_any_or_not() {
    for leader_gpus in [0, 4] {
        let mut made = Made::new();
        let template = |gpus: u64| json!({ "spec": pods(gpus) });
        let groups = json!({ "size": 3, "leaderTemplate": template(leader_gpus), "workerTemplate": template(4) });
        let spec = json!({ "replicas": 1, "leaderWorkerTemplate": groups });
        let set = object("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "serve", None, spec);
        let whole = 8 + leader_gpus;
        assert_eq!(made.by("ada", &set), whole);
        let leaders = json!({ "replicas": 1, "template": template(leader_gpus) });
        let leaders = object("apps/v1", "StatefulSet", "serve", Some(&set), leaders);
        made.by(LWS, &leaders);
        let leader = object("v1", "Pod", "serve-0", Some(&leaders), pods(leader_gpus));
        let leader = labelled(leader, "leaderworkerset.sigs.k8s.io/worker-index", "0");
        made.by("system:serviceaccount:kube-system:statefulset-controller", &leader);
        let workers = json!({ "replicas": 2, "template": template(4) });
        let workers = object("apps/v1", "StatefulSet", "serve-0", Some(&leader), workers);
        assert_eq!(made.by(LWS, &workers), whole);
        for number in 1..3 {
            let worker = object("v1", "Pod", &format!("serve-0-{number}"), Some(&workers), pods(4));
            let held = made.by("system:serviceaccount:kube-system:statefulset-controller", &worker);
            assert_eq!(held, whole);
        }
        assert_eq!(made.looked(), whole);
    }
}

/// What Knative makes of its Service, down to the Deployment.
fn revise(made: &mut Made, service: &Value) -> (u64, Value) {
    let configuration = object("serving.knative.dev/v1", "Configuration", "llm", Some(service), json!({}));
    made.by(KNATIVE, &configuration);
    let revision = object("serving.knative.dev/v1", "Revision", "llm-1", Some(&configuration), json!({}));
    made.by(KNATIVE, &revision);
    let spec = json!({ "replicas": 2, "template": { "spec": pods(4) } });
    let deployment = object("apps/v1", "Deployment", "llm-1-deployment", Some(&revision), spec);
    (made.by(KNATIVE, &deployment), deployment)
}

#[test]
fn a_serverless_inference_service_is_counted_once() {
    let mut made = Made::new();
    let spec = json!({ "predictor": { "minReplicas": 1, "maxReplicas": 2, "model": { "resources": { "limits": { "nvidia.com/gpu": "4" } } } } });
    let inference = object("serving.kserve.io/v1beta1", "InferenceService", "llm", None, spec);
    assert_eq!(made.by("ada", &inference), 8);
    let service = object("serving.knative.dev/v1", "Service", "llm", Some(&inference), json!({}));
    made.by(KSERVE, &service);
    let (held, deployment) = revise(&mut made, &service);
    assert_eq!(held, 8);
    let spec = json!({ "replicas": 2, "template": { "spec": pods(4) } });
    let set = object("apps/v1", "ReplicaSet", "llm-1-deployment-1", Some(&deployment), spec);
    made.by("system:serviceaccount:kube-system:deployment-controller", &set);
    for number in 0..2 {
        let pod = object("v1", "Pod", &format!("llm-1-deployment-1-{number}"), Some(&set), pods(4));
        assert_eq!(made.by("system:serviceaccount:kube-system:replicaset-controller", &pod), 8);
    }
    assert_eq!(made.looked(), 8);
}

#[test]
fn a_service_of_knative_that_nobody_reads_is_counted_by_its_deployment() {
    let mut made = Made::new();
    let service = object("serving.knative.dev/v1", "Service", "llm", None, json!({}));
    made.by("ada", &service);
    assert_eq!(revise(&mut made, &service).0, 8);
    assert_eq!(made.looked(), 8);
}
